/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest in a container that runs: mounts are attached in the namespace that
 * was joined, by the same steps as in one that is made. But here somebody else
 * is at home, who may rename and mount while we work; so nothing is acted on
 * by a name, not even the way back: what was attached is taken away again by
 * its own descriptor, through the host's procfs, which the container cannot
 * reach. All of it stays, or nothing: a failure, and a scrim that is gone
 * before it has said GO, undo what was done.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/slots.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
inside_begin(struct init *init, const struct plan_step *step, struct err *err)
{
	uint32_t n = plan_head(init->plan)->n_steps;

	init->attached = init_memory(n * sizeof(*init->attached), err);
	init->proc = slots_take(init, (uint32_t)step->slot, err);
	if (!init->attached || init->proc < 0)
		return -1;
	init->root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (init->root < 0 || fstat(init->root, &init->root_stat) < 0)
		return err_sys(err, "open the container's root");
	/* A parent that dies is seen by the end of the wire, in time to undo.
	 */
	return init_follow_parent(false, err);
}

int
inside_note(struct init *init, int tree, struct err *err)
{
	int fd;

	if (init->proc < 0)
		return 0;
	fd = fcntl(tree, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, "keep the mount in mind");
	init->attached[init->n_attached++] = fd;
	return 0;
}

/* By the descriptor's link in procfs, which is no name that anybody else
 * could change; the files of processes that use the mount stay open. */
static int
unmount(const struct init *init, int fd)
{
	char link[32];

	snprintf(link, sizeof(link), "self/fd/%d", fd);
	if (fchdir(init->proc) < 0)
		return -1;
	return sys_umount2(link, MNT_DETACH);
}

void
inside_undo(struct init *init)
{
	while (init->n_attached)
		unmount(init, init->attached[--init->n_attached]);
}

/* The id of the mount that a descriptor stands on; 0: not known. */
static uint64_t
mount_id(const struct init *init, int fd)
{
	char path[32], text[512];
	uint64_t id = 0;
	const char *at;

	snprintf(path, sizeof(path), "self/fdinfo/%d", fd);
	if (file_read(init->proc, path, text, sizeof(text), NULL) < 0)
		return 0;
	at = strstr(text, "mnt_id:");
	if (!at)
		return 0;
	at += strlen("mnt_id:");
	for (at += strspn(at, " \t"); *at >= '0' && *at <= '9'; at++)
		id = 10 * id + (uint64_t)(*at - '0');
	return id;
}

static int
open_mount(
	const struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd fd = path_open(init->root, init_text(init, step, 0), O_NOFOLLOW,
		RESOLVE_NO_SYMLINKS, err);

	if (fd < 0)
		return -1;
	if (mount_id(init, fd) != step->number[0])
		return err_say(err, "something else is mounted there now");
	return take_fd(&fd);
}

/* All of them are looked at before the first one goes. */
static int
check_all(struct init *init, struct err *err)
{
	const struct plan_step *steps = plan_steps(init->plan);

	if (init->step && steps[init->step - 1].op == OP_DETACH)
		return 0;
	for (uint32_t i = init->step; steps[i].op == OP_DETACH; i++) {
		auto_fd fd = open_mount(init, &steps[i], err);

		if (fd >= 0)
			continue;
		init->blamed = &steps[i];
		return -1;
	}
	return 0;
}

int
inside_detach(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd fd = -1;

	if (check_all(init, err) < 0)
		return -1;
	fd = open_mount(init, step, err);
	if (fd < 0)
		return -1;
	return unmount(init, fd) < 0 ? err_sys(err, "umount") : 0;
}

int
inside_end(struct init *init, const struct plan_step *step, struct err *err)
{
	(void)step;
	if (wire_send(init->wire, WIRE_CREATED, NULL, 0, err) < 0)
		return -1;
	_exit(0);
}
