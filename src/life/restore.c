/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore: create.c makes the container, up to where it would bear a process;
 * criu brings the processes, as children of this one. What was the host's when
 * they were dumped is the host's again, by the names that stand in scrim.json:
 * binds from where this bundle's config has them, namespaces that it joins,
 * our own three standard files. criu puts the tree of mounts together in a
 * mount namespace of its own, which is gone afterwards.
 */
#include "life/restore.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/cradle.h"
#include "host/criu.h"
#include "host/filter.h"
#include "host/library.h"
#include "host/receiver.h"
#include "life/account.h"
#include "life/inside.h"
#include "life/rdt.h"
#include "life/record.h"
#include "plan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The shared directory of masks (host/source.h). */
#define EMPTY_DIR     ".empty"
#define LINK_MAX_TEXT 4096

struct revival {
	const struct restore_request *request;
	struct creation *creation;
	struct oci_snapshot *snapshot;
	struct oci_account *account;
	struct criu_job job;
	struct str config;
	struct criu_pair *mounts, *joins;
	struct criu_fd *fds;
	const char *stage; /* a directory that only criu and we see */
};

#define ALL_ATTRS                                                              \
	((uint64_t)(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | \
		MOUNT_ATTR_NOEXEC | MOUNT_ATTR__ATIME |                        \
		MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW))

/* --- what the host lends ----------------------------------------------------
 */

/* Where this config has it; else where it was. */
static const char *
find_source(
	const struct revival *revival, const struct oci_snapshot_mount *mount)
{
	const struct oci_account_mounts *all = &revival->account->mounts;
	size_t below = mount->below ? strlen(mount->below) : 0;
	size_t len = strlen(mount->target);

	len = len > below ? len - below : 0;
	for (size_t i = all->n; i-- > 0;)
		if (strlen(all->items[i].target) == len &&
			!strncmp(all->items[i].target, mount->target, len) &&
			all->items[i].source && all->items[i].source[0] == '/')
			return all->items[i].source;
	return mount->source;
}

/* The path of an open directory. */
static const char *
path_of(struct arena *arena, int fd)
{
	char link[48], text[LINK_MAX_TEXT];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = fd < 0 ? -1 : readlink(link, text, sizeof(text) - 1);
	return len <= 0 ? NULL : arena_text(arena, text, (size_t)len);
}

/* Made where no container of this root has had a mask yet. */
static const char *
empty_directory(const struct revival *revival, struct err *err)
{
	struct creation *c = revival->creation;
	const char *path;

	if (mkdirat(c->root, EMPTY_DIR, 0555) < 0 && errno != EEXIST) {
		err_sys(err, "mkdir " EMPTY_DIR);
		return NULL;
	}
	path = path_of(&c->arena, c->root);
	return path ? arena_printf(&c->arena, "%s/" EMPTY_DIR, path) : NULL;
}

/* What stands on this host for a mount that is named in the images. */
static const char *
place_of(const struct revival *revival, const struct oci_snapshot_mount *mount,
	struct err *err)
{
	struct creation *c = revival->creation;
	const char *path;

	if (!strcmp(mount->kind, SNAPSHOT_EMPTY))
		return empty_directory(revival, err);
	if (strcmp(mount->kind, SNAPSHOT_CGROUP) != 0)
		return find_source(revival, mount);
	path = path_of(&c->arena, inside_seat(c));
	if (!path)
		err_say(err, "mount %s: the container has no cgroup",
			mount->target);
	return path;
}

static bool
lies_in_mount(const struct revival *revival, const char *target)
{
	const struct oci_account_mounts *all = &revival->account->mounts;

	for (size_t i = 0; i < all->n; i++) {
		size_t len = strlen(all->items[i].target);

		if (strncmp(target, all->items[i].target, len) == 0 &&
			target[len] == '/')
			return true;
	}
	return false;
}

/* A rootfs that is new has not what create made in the old one. */
static int
make_target(const struct revival *revival, const char *target, bool directory,
	struct err *err)
{
	auto_fd root = -1, made = -1;

	if (lies_in_mount(revival, target))
		return 0;
	root = openat(AT_FDCWD, revival->creation->plan->rootfs,
		O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(
			err, "rootfs %s", revival->creation->plan->rootfs);
	made = path_make(root, target, directory, false, err);
	return made < 0 ? err_in(err, "mount %s", target) : 0;
}

/* What the caller names may be reached through links. What lies below it is
 * written by containers: no link there leads to another place than before. */
static int
open_source(const char *place, const char *below, struct err *err)
{
	auto_fd top = openat(AT_FDCWD, place, O_PATH | O_CLOEXEC);
	auto_fd found = -1;
	int tree;

	if (top < 0)
		return err_sys(err, "bind source %s", place);
	if (below) {
		found = path_open(top, below, 0, RESOLVE_NO_SYMLINKS, err);
		if (found < 0)
			return err_in(err, "bind source %s", place);
	}
	tree = sys_open_tree(below ? found : top, "",
		AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return tree < 0
		? err_sys(err, "bind source %s%s", place, below ? below : "")
		: tree;
}

/*
 * A mount of its own for each: criu binds it from there, and the copy has its
 * attributes. Of two that show the same it would give them to one alone, and
 * the other, a mask, say, would be writable.
 */
static const char *
put_on_stage(const struct revival *revival, size_t n, const char *place,
	struct err *err)
{
	const struct oci_snapshot_mount *mount =
		&revival->snapshot->mounts.items[n];
	uint64_t attrs = *mount->attrs;
	struct mount_attr attr = { .attr_set = attrs & ALL_ATTRS,
		.attr_clr = (ALL_ATTRS & ~attrs) | MOUNT_ATTR__ATIME };
	auto_fd tree = open_source(place, mount->below, err);
	const char *path = arena_printf(
		&revival->creation->arena, "%s/%zu", revival->stage, n);
	struct stat st;
	int made;

	if (tree < 0)
		return NULL;
	if (!path || fstat(tree, &st) < 0) {
		err_sys(err, "bind source %s", place);
		return NULL;
	}
	if (make_target(revival, mount->target, S_ISDIR(st.st_mode), err) < 0)
		return NULL;
	made = S_ISDIR(st.st_mode) ? mkdir(path, 0700)
				   : mknod(path, S_IFREG | 0600, 0);
	if (made < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0 ||
		sys_move_mount(tree, "", AT_FDCWD, path,
			MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		err_sys(err, "prepare %s", place);
		return NULL;
	}
	return path;
}

/* Each under its name, in the order of the tree that was dumped. */
static int
lend_mounts(struct revival *revival, struct err *err)
{
	const struct oci_snapshot_mounts *all = &revival->snapshot->mounts;

	revival->mounts = arena_array(
		&revival->creation->arena, struct criu_pair, all->n + 1);
	if (!revival->mounts)
		return err_code(err, ENOMEM, "restore");
	for (size_t i = 0; i < all->n; i++) {
		const char *place = place_of(revival, &all->items[i], err);

		if (place)
			place = put_on_stage(revival, i, place, err);
		if (!place)
			return -1;
		revival->mounts[i] =
			(struct criu_pair){ all->items[i].target, place };
	}
	revival->job.mounts = revival->mounts;
	revival->job.n_mounts = all->n;
	return 0;
}

/* criu's child has to inherit it, and takes it away from criu: of our standard
 * files it gets copies, for with a shell job criu looks at its own, too. */
static int
lend_fd(struct revival *revival, int fd, const char *key, struct err *err)
{
	for (size_t i = 0; i < revival->job.n_fds; i++)
		if (!strcmp(revival->fds[i].key, key))
			return 0;
	if (fd > STDERR_FILENO
			? fcntl(fd, F_SETFD, 0) < 0
			: (fd = fcntl(fd, F_DUPFD, STDERR_FILENO + 1)) < 0)
		return err_sys(err, "lend %s", key);
	revival->fds[revival->job.n_fds++] = (struct criu_fd){ fd, key };
	return 0;
}

/* Two kinds criu can be given, the others it enters itself. */
static int
lend_namespace(
	struct revival *revival, const struct plan_join *join, struct err *err)
{
	struct arena *arena = &revival->creation->arena;
	const char *word = names_word(&names_namespaces, join->kind);
	const char *key = snapshot_namespace(arena, word ? word : "");
	int fd;

	if (!key)
		return err_code(err, ENOMEM, "restore");
	if (join->kind != CLONE_NEWNET && join->kind != CLONE_NEWPID) {
		revival->joins[revival->job.n_joins++] =
			(struct criu_pair){ word, join->path };
		return 0;
	}
	fd = cradle_open_join(join, err);
	return fd < 0 ? -1 : lend_fd(revival, fd, key, err);
}

/* Namespaces, and what the command itself was given. */
static int
lend_others(struct revival *revival, struct err *err)
{
	const struct plan *plan = revival->creation->plan;
	const struct oci_strings *stdio = &revival->snapshot->stdio;
	struct arena *arena = &revival->creation->arena;

	revival->fds = arena_array(arena, struct criu_fd, plan->n_joins + 3);
	revival->joins =
		arena_array(arena, struct criu_pair, plan->n_joins + 1);
	if (!revival->fds || !revival->joins)
		return err_code(err, ENOMEM, "restore");
	for (size_t i = 0; i < plan->n_joins; i++)
		if (lend_namespace(revival, &plan->joins[i], err) < 0)
			return -1;
	for (int fd = 0; fd < 3; fd++)
		if (*stdio->items[fd] &&
			lend_fd(revival, fd, stdio->items[fd], err) < 0)
			return -1;
	revival->job.fds = revival->fds;
	revival->job.joins = revival->joins;
	return 0;
}

/* --- what criu says meanwhile -----------------------------------------------
 */

/*
 * Nothing of the container runs yet: as with create. Its first process enters
 * the cgroup here: criu would bring it there only later, or, where it has
 * nothing to do with cgroups, never. Until then the cgroup has no process but
 * its keeper, which ends before the hooks run, and an empty scope is systemd's
 * to take away at any time.
 */
static int
run_hooks(void *context, pid_t pid, struct err *err)
{
	struct revival *revival = context;
	struct creation *c = revival->creation;
	char digits[16];

	snprintf(digits, sizeof(digits), "%d", (int)pid);
	if (c->cgroup.fd >= 0 &&
		file_write(inside_seat(c), "cgroup.procs", digits, err) < 0)
		return err_in(err, "enter the cgroup");
	/* Those that it forks are in its group of resctrl from birth. */
	if (rdt_join(c->plan, pid, err) < 0)
		return -1;
	return create_hooks(c, pid, err);
}

/* The terminal's master goes where create sends it. */
static int
take_master(void *context, int fd, struct err *err)
{
	struct creation *c = ((struct revival *)context)->creation;

	if (fd < 0)
		return err_say(err, "criu sent no terminal");
	if (c->request->console_socket) {
		auto_fd socket = receiver_connect(
			c->request->console_socket, "console socket", err);

		return socket < 0 ? -1
				  : receiver_send(socket, "/dev/ptmx", fd, err);
	}
	fd_close_auto(&c->console);
	c->console = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return c->console < 0 ? err_sys(err, "take the terminal") : 0;
}

/* --- the job ----------------------------------------------------------------
 */

/* What the images and this host's config say together. */
static int
fill(struct revival *revival, struct err *err)
{
	struct creation *c = revival->creation;
	struct criu_job *job = &revival->job;

	if (snapshot_read(job->images, &c->arena, &revival->snapshot, err) <
			0 ||
		account_make(&c->arena, c->plan, NULL, &revival->account, err) <
			0 ||
		lend_mounts(revival, err) < 0 || lend_others(revival, err) < 0)
		return -1;
	job->log = "restore.log";
	job->root = c->plan->rootfs;
	job->cgroup_root =
		c->inside.fd >= 0 ? c->inside.path : c->record->cgroup;
	job->lsm_profile = revival->request->lsm_profile;
	job->lsm_mount_context = revival->request->lsm_mount_context;
	/* A terminal of the container's own is a new one; a shell's job has
	 * the caller's. */
	if (c->plan->terminal || !(job->flags & CRIU_SHELL_JOB))
		job->flags |= CRIU_ORPHAN_PTS;
	job->made = run_hooks;
	job->master = take_master;
	job->context = revival;
	return 0;
}

/* A descriptor of the namespace that was left is of no use to mount by. */
static int
reopen(struct arena *arena, int *fd, struct err *err)
{
	const char *path = path_of(arena, *fd);
	int again = path
		? openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: -1;

	if (again < 0)
		return err_sys(err, "open %s", path ? path : "images");
	close(*fd);
	*fd = again;
	return 0;
}

/* criu wants the root to be a mount; nobody else is to see that, nor the
 * stage, which hides the state directory. */
static int
make_stage(struct revival *revival, struct cradle *home, struct err *err)
{
	struct creation *c = revival->creation;
	const char *rootfs = c->plan->rootfs;

	revival->stage = path_of(&c->arena, c->dir);
	if (!revival->stage)
		return err_code(err, ENOMEM, "restore");
	if (cradle_unshare(home, err) < 0)
		return -1;
	if (sys_mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return err_sys(err, "set the propagation of /");
	if (sys_mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(err, "rootfs %s", rootfs);
	if (sys_mount("scrim", revival->stage, "tmpfs", 0, "mode=700") < 0)
		return err_sys(err, "mount a tmpfs on %s", revival->stage);
	if (reopen(&c->arena, &revival->job.images, err) < 0)
		return -1;
	return reopen(&c->arena, &revival->job.work, err);
}

/* Where there is no way back, what is undone is undone here: the stage must not
 * be in its way, on the directory that is to be removed. */
static int
leave(const struct revival *revival, struct cradle *home, struct err *err)
{
	if (cradle_leave(home, err) == 0)
		return 0;
	if (revival->stage)
		sys_umount2(revival->stage, MNT_DETACH | UMOUNT_NOFOLLOW);
	return -1;
}

/* Back to the own mount namespace in any case, whatever came of it. */
static int
perform(struct revival *revival, struct err *err)
{
	struct spawn_child *child = &revival->creation->child;
	struct cradle home = CRADLE_NONE;
	pid_t pid = -1;

	if (make_stage(revival, &home, err) == 0 && fill(revival, err) == 0)
		pid = criu_restore(&revival->job, err);
	/* It runs: whatever fails from here on has to end it. */
	child->pid = pid > 0 ? pid : 0;
	/* The first error is the one that counts. */
	if (leave(revival, &home, pid > 0 ? err : NULL) < 0 || pid <= 0)
		return -1;
	child->pidfd = sys_pidfd_open(pid, 0);
	return child->pidfd < 0 ? err_sys(err, "pidfd_open") : 0;
}

/* The filter is not loaded here, but exec wants it later. */
static int
keep_filter(struct creation *c, struct err *err)
{
	auto_fd filter = -1;

	if (!c->plan->seccomp)
		return 0;
	filter = filter_open(c->root, c->dir, c->plan->seccomp, err);
	return filter < 0 ? -1 : 0;
}

/* In create's order of things, in place of a birth. */
static int
revive(void *context, struct creation *creation, struct err *err)
{
	struct revival revival = { .request = context,
		.creation = creation,
		.job = { .images = -1, .work = -1 } };
	int result = snapshot_open(&revival.request->snapshot, false,
		&creation->record->annotations, &revival.config, &revival.job,
		err);

	if (result == 0)
		result = keep_filter(creation, err);
	if (result == 0)
		result = perform(&revival, err);
	/* What was lent is criu's by now; ours is not to be inherited. */
	for (size_t i = 0; i < revival.job.n_fds; i++)
		close(revival.fds[i].fd);
	snapshot_close(&revival.job);
	str_done(&revival.config);
	return result;
}

int
restore_run(struct restore_request *request, int *out_status, struct err *err)
{
	const struct create_revival revival = { revive, request };

	if (library_ready(err) < 0)
		return -1;
	request->run.create.revival = &revival;
	return run_container(&request->run, out_status, err);
}
