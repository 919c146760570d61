/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In order: the caller opens the sources by the host's paths (shelf_open),
 * unshares a copy of the namespace to clone from, cut off from the host, and
 * mounts there a tmpfs with one tree on each of its names (shelf_fill). The
 * tmpfs is the working directory, which a clone carries over into the new
 * namespace: so the stub finds the names without a path (shelf_send), clones
 * the trees, now locked, and sends them to scrim-init. The rootfs is attached
 * over the tmpfs or beside it and becomes "/": what else is there goes with
 * the old root. What is no tree (a link, /proc) is sent as it is.
 */
#include "host/shelf.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "host/cradle.h"
#include "host/deputy.h"
#include "host/idmap.h"
#include "host/parcel.h"
#include "host/source.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_OURS   (-1)
#define MISSING    (-2) /* optional, and not there */
#define RUN_LENGTH 64

static const struct plan_join *
find_joined_user(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_joins; i++)
		if (plan->joins[i].kind == CLONE_NEWUSER)
			return &plan->joins[i];
	return NULL;
}

/* Whether what the caller opens goes into another user namespace's mounts. */
static bool
is_needed(const struct plan *plan)
{
	return !deputy_opens(plan) && (plan->clone_flags & CLONE_NEWNS) &&
		(plan->new_user || find_joined_user(plan));
}

/* The container's own is not there yet, but its maps are known. */
static int
open_userns(const struct plan *plan, struct idmap_cache *idmaps,
	struct err *err)
{
	const struct plan_join *join = find_joined_user(plan);

	return plan->new_user ? idmap_userns(idmaps, &plan->maps, err)
			      : cradle_open_join(join, err);
}

static int
open_one(const struct plan *plan, size_t n, struct host_files *files,
	struct err *err)
{
	const struct plan_source *source = &plan->sources[n];
	int fd;

	if ((source->idmap || source->idmap_recursive) && !source->maps &&
		files->userns < 0) {
		files->userns = open_userns(plan, files->idmaps, err);
		if (files->userns < 0)
			return -1;
	}
	fd = source_open(plan, n, files, err);
	if (fd < 0 && source->optional && err->code == ENOENT)
		return MISSING;
	return fd;
}

int
shelf_open(const struct plan *plan, const struct host_files *files,
	struct shelf *out, struct err *err)
{
	struct idmap_cache idmaps = { 0 };
	struct host_files lent = *files;
	struct shelf shelf = { NULL, 0 };
	int ok = 0;

	*out = shelf;
	if (!is_needed(plan))
		return 0;
	lent.idmaps = &idmaps;
	lent.userns = -1;
	shelf.fds = calloc(plan->n_sources + 1, sizeof(*shelf.fds));
	if (!shelf.fds)
		return err_code(err, ENOMEM, "sources");
	for (; shelf.n < plan->n_sources && ok == 0; shelf.n++) {
		int *fd = &shelf.fds[shelf.n];

		*fd = NOT_OURS;
		if (!parcel_is_deputys(plan->sources[shelf.n].kind))
			continue;
		*fd = open_one(plan, shelf.n, &lent, err);
		ok = *fd == -1 ? -1 : 0;
	}
	fd_close_auto(&lent.userns);
	idmap_done(&idmaps);
	if (ok < 0)
		shelf_close(&shelf);
	*out = shelf;
	return ok;
}

void
shelf_close(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->n; i++)
		fd_close_auto(&shelf->fds[i]);
	free(shelf->fds);
	*shelf = (struct shelf){ NULL, 0 };
}

/* A tree, or a descriptor that is sent as it is. */
static bool
is_tree(const struct plan *plan, const struct shelf *shelf, size_t n)
{
	struct stat st;

	return shelf->fds[n] >= 0 &&
		plan->sources[n].kind != PLAN_SOURCE_PROC &&
		fstat(shelf->fds[n], &st) == 0 && !S_ISLNK(st.st_mode);
}

/* A tmpfs at a place that the plan does not look into: over the rootfs's own,
 * where that is attached later, or beside it in the pinned namespace. */
static int
mount_shelf(const struct plan *plan, struct err *err)
{
	const char *place =
		plan->birth == PLAN_BIRTH_PINNED ? "/empty" : plan->rootfs;
	auto_fd fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
	auto_fd mount = -1;

	if (fs < 0 ||
		sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "755", 0) < 0 ||
		sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_sys(err, "tmpfs for the sources");
	mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		return err_sys(err, "tmpfs for the sources");
	if (sys_move_mount(
		    mount, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(err, "mount the sources on %s", place);
	return take_fd(&mount);
}

/* What is unbindable could not be taken from the shelf; it becomes so there. */
static int
put(int shelf, size_t n, int tree, const struct plan_source *source,
	struct err *err)
{
	struct mount_attr bindable = { .propagation = MS_PRIVATE };
	unsigned depth = source->propagation & MS_REC ? AT_RECURSIVE : 0;
	char name[24];
	struct stat st;
	int made;

	snprintf(name, sizeof(name), "%zu", n);
	if (fstat(tree, &st) < 0)
		return err_sys(err, "stat");
	made = S_ISDIR(st.st_mode) ? mkdirat(shelf, name, 0700)
				   : mknodat(shelf, name, S_IFREG | 0600, 0);
	if (made < 0)
		return err_sys(err, "make a place for source %zu", n);
	if ((source->propagation & MS_UNBINDABLE) &&
		sys_mount_setattr(tree, "", AT_EMPTY_PATH | depth, &bindable) <
			0)
		return err_sys(err, "set propagation");
	if (sys_move_mount(tree, "", shelf, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(err, "attach source %s", source->path);
	return 0;
}

int
shelf_fill(const struct plan *plan, const struct shelf *shelf,
	struct cradle *home, struct err *err)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	auto_fd mount = -1;

	if (!shelf->fds)
		return 0;
	if (cradle_unshare(home, err) < 0)
		return -1;
	/* What is mounted here is not for the host to see. */
	if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &slave) < 0)
		return err_sys(err, "set the propagation of /");
	mount = mount_shelf(plan, err);
	if (mount < 0)
		return -1;
	for (size_t n = 0; n < shelf->n; n++)
		if (is_tree(plan, shelf, n) &&
			put(mount, n, shelf->fds[n], &plan->sources[n], err) <
				0)
			return -1;
	return fchdir(mount) < 0 ? err_sys(err, "enter the shelf") : 0;
}

/* The copy of a shared mount is a slave: the word counts from here on. */
static int
take(size_t n, const struct plan_source *source, struct err *err)
{
	uint64_t later = source->propagation & (MS_SHARED | MS_UNBINDABLE);
	struct mount_attr attr = { .propagation = later };
	unsigned depth = source->propagation & MS_REC ? AT_RECURSIVE : 0;
	char name[24];
	auto_fd tree = -1;

	snprintf(name, sizeof(name), "%zu", n);
	tree = sys_open_tree(AT_FDCWD, name,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE |
			AT_SYMLINK_NOFOLLOW);
	if (tree < 0)
		return err_sys(err, "take source %s", source->path);
	if (later &&
		sys_mount_setattr(tree, "", AT_EMPTY_PATH | depth, &attr) < 0)
		return err_sys(err, "set propagation");
	return take_fd(&tree);
}

/* From slot n on, as many as stand side by side. Returns their number. */
static int
send_run(const struct plan *plan, const struct shelf *shelf, size_t n, int wire,
	struct err *err)
{
	uint32_t first = (uint32_t)n;
	int fds[RUN_LENGTH], count = 0, sent;

	for (; count < RUN_LENGTH && n < shelf->n && shelf->fds[n] >= 0; n++) {
		fds[count] = is_tree(plan, shelf, n)
			? take(n, &plan->sources[n], err)
			: fcntl(shelf->fds[n], F_DUPFD_CLOEXEC, 0);
		if (fds[count] < 0)
			return -1;
		count++;
	}
	sent = wire_send_fds(wire, WIRE_SLOTS, &first, sizeof(first), fds,
		(size_t)count, err);
	for (int i = 0; i < count; i++)
		close(fds[i]);
	return sent < 0 ? -1 : count;
}

int
shelf_send(const struct plan *plan, const struct shelf *shelf, int wire,
	struct err *err)
{
	size_t n = 0;

	while (n < shelf->n) {
		uint32_t slot = (uint32_t)n;
		int count = 1;

		if (shelf->fds[n] >= 0)
			count = send_run(plan, shelf, n, wire, err);
		else if (shelf->fds[n] == MISSING &&
			wire_send(wire, WIRE_SLOTS, &slot, sizeof(slot), err) <
				0)
			return -1;
		if (count < 0)
			return -1;
		n += (size_t)count;
	}
	return chdir("/") < 0 ? err_sys(err, "leave the shelf") : 0;
}
