/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cgroup with processes in it, and its end: freezing, listing, signals,
 * killing, removing. Waiting is always for the kernel's notice in
 * cgroup.events, and always with an end. A cgroup that is gone was killed and
 * removed with success; the root of the hierarchy, which an empty path would
 * mean, is never touched.
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/cgroup_files.h"
#include "host/cgroup_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FREEZE_MS 10000

int
cgroup_freeze(const struct cgroup *cgroup, bool freeze, struct err *err)
{
	if (cgroup->fd < 0)
		return err_say(err,
			"the container has no cgroup that could be frozen");
	if (file_write(cgroup->fd, "cgroup.freeze", freeze ? "1" : "0", err) <
		0)
		return err_in(err, "cgroup %s", cgroup->path);
	switch (cgroup_files_wait(cgroup->fd, "frozen", freeze, FREEZE_MS)) {
	case 1:
		return 0;
	case 0:
		return err_say(err, "cgroup %s is still not %s after %d s",
			cgroup->path, freeze ? "frozen" : "thawed",
			FREEZE_MS / 1000);
	default:
		return err_sys(err, "wait for cgroup %s", cgroup->path);
	}
}

bool
cgroup_is_frozen(const char *path)
{
	struct cgroup cgroup = { .fd = -1 };
	bool frozen;

	if (cgroup_open(path, &cgroup, NULL) < 0)
		return false;
	frozen = cgroup_files_event(cgroup.fd, "frozen") == 1;
	cgroup_close(&cgroup);
	return frozen;
}

/* Grows by doubling: a cgroup may hold any number of processes. */
struct pid_list {
	pid_t *pids;
	size_t n, room;
};

static int
add_pid(struct pid_list *list, pid_t pid)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		pid_t *more = realloc(list->pids, room * sizeof(*more));

		if (!more)
			return -1;
		list->pids = more;
		list->room = room;
	}
	list->pids[list->n++] = pid;
	return 0;
}

/* A number a line. 0 stands for a process outside our pid namespace. */
static int
add_pids(struct pid_list *list, char *text, struct err *err)
{
	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		bool more = line[len] == '\n';
		int64_t pid = 0;

		line[len] = '\0';
		if (str_to_int(line, 0, INT32_MAX, &pid) == 0 && pid &&
			add_pid(list, (pid_t)pid) < 0)
			return err_code(err, ENOMEM, "list processes");
		line += len + more;
	}
	return 0;
}

/* Of one cgroup; see cgroup_walk(). */
static int
collect(int parent, const char *name, void *arg, struct err *err)
{
	auto_fd dir = openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd procs = dir < 0
		? -1
		: openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;

	if (procs < 0)
		return cgroup_walk_is_gone(errno)
			? 0
			: err_sys(err, "open cgroup.procs");
	if (fd_read(procs, 64u << 20, "cgroup.procs", &text, NULL, err) < 0)
		/* Gone, or threaded: its processes are listed above it. */
		return errno == ENODEV || errno == EOPNOTSUPP ? 0 : -1;
	return add_pids(arg, text, err);
}

int
cgroup_pids(const char *path, pid_t **out, size_t *out_n, struct err *err)
{
	struct cgroup cgroup = { .fd = -1 };
	struct pid_list list = { NULL, 0, 0 };
	int ok = 0;

	if (!cgroup_files_is_none(path)) {
		if (cgroup_open(path, &cgroup, err) < 0)
			return -1;
		ok = cgroup_walk(cgroup.fd, collect, &list, err);
		if (ok < 0)
			err_in(err, "cgroup %s", path);
		cgroup_close(&cgroup);
	}
	if (ok < 0) {
		free(list.pids);
		return -1;
	}
	*out = list.pids;
	*out_n = list.n;
	return 0;
}

/* Opens for an operation to which "gone" and "none" are success: returns 1
 * when there is something to do. */
static int
open_present(const char *path, struct cgroup *out, struct err *err)
{
	struct err failure = { 0 };

	if (cgroup_files_is_none(path))
		return 0;
	if (cgroup_open(path, out, &failure) == 0)
		return 1;
	if (failure.code == ENOENT)
		return 0;
	return err_take(err, &failure);
}

/* SIGKILL to all of an open one. */
static int
kill_all(const struct cgroup *cgroup, struct err *err)
{
	struct err failure = { 0 };

	/* In a directory that is gone there is no such file. */
	if (file_write(cgroup->fd, "cgroup.kill", "1", &failure) == 0 ||
		failure.code == ENODEV || failure.code == ENOENT)
		return 0;
	err_take(err, &failure);
	return err_in(err, "kill cgroup %s", cgroup->path);
}

int
cgroup_kill(const char *path, struct err *err)
{
	struct cgroup cgroup = { .fd = -1 };
	int ok = open_present(path, &cgroup, err);

	if (ok > 0)
		ok = kill_all(&cgroup, err);
	cgroup_close(&cgroup);
	return ok;
}

/* By what is said of the process; where scrim's view of cgroups is another than
 * that of the file, or nothing is said, once more by the list. -1: not known.
 */
static int
is_member(const char *path, pid_t pid, struct err *err)
{
	auto_free char *place = cgroup_of(pid);
	auto_free pid_t *pids = NULL;
	struct err failure = { 0 };
	size_t n = 0, len = strlen(path);

	if (place && strncmp(place, path, len) == 0 &&
		(place[len] == '/' || place[len] == '\0'))
		return 1;
	if (cgroup_pids(path, &pids, &n, &failure) < 0)
		return failure.code == ENOENT ? 0 : err_take(err, &failure);
	for (size_t i = 0; pids && i < n; i++)
		if (pids[i] == pid)
			return 1;
	return 0;
}

/*
 * A process that ended since the list was made is no failure. Its number may be
 * another's by now, and a container can see to it that it is soon: so who is
 * held by the descriptor is asked for after that was opened.
 */
static int
signal_one(const char *path, pid_t pid, int sig, struct err *err)
{
	auto_fd pidfd = sys_pidfd_open(pid, 0);
	int member = pidfd < 0 ? 1 : is_member(path, pid, err);

	if (member <= 0)
		return member;
	if ((pidfd < 0 || sys_pidfd_send_signal(pidfd, sig) < 0) &&
		errno != ESRCH)
		return err_sys(err, "signal %d to process %d", sig, (int)pid);
	return 0;
}

/* One that cannot be reached does not keep it from the others; the first is
 * told of. */
int
cgroup_signal(const char *path, int sig, struct err *err)
{
	auto_free pid_t *pids = NULL;
	struct err failure = { 0 };
	int result = 0;
	size_t n = 0;

	if (cgroup_pids(path, &pids, &n, &failure) < 0)
		return failure.code == ENOENT ? 0 : err_take(err, &failure);
	for (size_t i = 0; i < n; i++)
		if (signal_one(path, pids[i], sig, result ? NULL : err) < 0)
			result = -1;
	return result;
}

/* Of the nested ones; the cgroup itself is left to the caller. */
static int
remove_one(int parent, const char *name, void *arg, struct err *err)
{
	(void)arg;
	if (strcmp(name, ".") == 0 ||
		unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_sys(err, "remove cgroup %s", name);
}

/* Who is left there, for the sake of whoever has to find out why. */
static int
say_left(const struct cgroup *cgroup, int ms, struct err *err)
{
	auto_free pid_t *pids = NULL;
	struct proc_stat stat = { .state = '?' };
	size_t n = 0;

	if (cgroup_pids(cgroup->path, &pids, &n, NULL) < 0 || !n ||
		proc_stat(pids[0], &stat) < 0)
		return err_say(err, "cgroup %s still has processes after %d ms",
			cgroup->path, ms);
	return err_say(err,
		"cgroup %s still has processes after %d ms: process %d (%s)%s",
		cgroup->path, ms, (int)pids[0], stat.comm,
		stat.state == 'D' ? " sleeps uninterruptibly in the kernel"
				  : "");
}

/* Everybody has left, yet the kernel may need a moment more for the last. */
static int
remove_busy(int root, const struct cgroup *cgroup, int ms, struct err *err)
{
	for (int tries = 0;; tries++) {
		int empty = cgroup_files_wait(cgroup->fd, "populated", 0, ms);

		if (empty == 0)
			return say_left(cgroup, ms, err);
		if (empty > 0)
			cgroup_walk(cgroup->fd, remove_one, NULL, NULL);
		if (unlinkat(root, cgroup->path + 1, AT_REMOVEDIR) == 0 ||
			errno == ENOENT)
			return 0;
		if (errno != EBUSY || tries >= ms)
			return err_sys(err, "remove cgroup %s", cgroup->path);
		/* Ends at a change, or after 1 ms. */
		cgroup_files_wait(cgroup->fd, "populated", 1, 1);
	}
}

/* Mostly the last process was reaped long ago: no need to kill, nor to wait.
 * Only then is there somebody to be killed, or something nested. */
static int
take_away(const char *path, bool kill, int ms, struct err *err)
{
	struct cgroup cgroup = { .fd = -1 };
	auto_fd root = -1;
	int ok = 0;

	if (cgroup_files_is_none(path))
		return 0;
	root = cgroup_files_root(err);
	if (root < 0)
		return -1;
	if (unlinkat(root, path + 1, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		if (errno != EBUSY)
			return err_sys(err, "remove cgroup %s", path);
		ok = open_present(path, &cgroup, err);
		if (ok > 0 && kill)
			ok = kill_all(&cgroup, err) < 0 ? -1 : 1;
		if (ok > 0)
			ok = remove_busy(root, &cgroup, ms, err);
		cgroup_close(&cgroup);
	}
	if (ok == 0)
		cgroup_files_remove_parents(root, path + 1);
	return ok;
}

int
cgroup_remove(const char *path, int ms, struct err *err)
{
	return take_away(path, false, ms, err);
}

int
cgroup_end(const char *path, int ms, struct err *err)
{
	return take_away(path, true, ms, err);
}
