/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pid and time namespaces apply to children only, the host's others are out of
 * reach once a child is in a new user namespace, and of mount namespaces a
 * clone copies the one it is in. So the parent goes there, clones, comes back.
 * Everything that is found by a path of the host is opened before the mount
 * namespace is left, which is the last step out and the first one back. Going
 * back moves root and working directory to the namespace's own, so these are
 * put right by descriptor: a chrooted caller gets his root again.
 */
#include "host/cradle.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/pin.h"
#include "host/source.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

int
cradle_blame(const struct plan_join *join, int result, struct err *err)
{
	if (result < 0) {
		err_in(err, "namespace %s", join->path);
		err_where(err, join->where.line, join->where.column,
			join->where.pointer);
	}
	return result;
}

int
cradle_open_join(const struct plan_join *join, struct err *err)
{
	return cradle_blame(
		join, source_open_namespace(join->path, join->kind, err), err);
}

/* A time namespace's offsets are set from one that may still be left; a pid
 * namespace comes behind it, since /proc/self is needed until then. */
static const struct kind {
	int flag;
	const char *own;
} kinds[CRADLE_KINDS] = {
	{ CLONE_NEWNET, "/proc/self/ns/net" },
	{ CLONE_NEWUTS, "/proc/self/ns/uts" },
	{ CLONE_NEWIPC, "/proc/self/ns/ipc" },
	{ CLONE_NEWCGROUP, "/proc/self/ns/cgroup" },
	{ CLONE_NEWTIME, "/proc/self/ns/time" },
	{ CLONE_NEWPID, "/proc/self/ns/pid" },
};

/* The way back, taken before the way there. */
static int
remember(const char *path, int flags, int *out, struct err *err)
{
	*out = openat(AT_FDCWD, path, flags | O_CLOEXEC);
	return *out < 0 ? err_sys(err, "open %s", path) : 0;
}

/*
 * Enters the namespace of this kind that is joined by path, if there is one.
 * Processes of a joined pid namespace see the child before it is scrim-init:
 * it must not be theirs to trace, nor the host's binary theirs to open
 * (CVE-2019-5736). The mark is inherited by the child.
 */
static int
enter_joined(const struct plan *plan, const struct kind *kind, int *home,
	struct err *err)
{
	for (size_t i = 0; i < plan->n_joins; i++) {
		const struct plan_join *join = &plan->joins[i];
		auto_fd fd = -1;

		if (!join->early || join->kind != (uint32_t)kind->flag)
			continue;
		fd = cradle_open_join(join, err);
		if (fd < 0 || remember(kind->own, O_RDONLY, home, err) < 0)
			return -1;
		if (kind->flag == CLONE_NEWPID && prctl(PR_SET_DUMPABLE, 0) < 0)
			return err_sys(err, "prctl");
		if (setns(fd, kind->flag) < 0)
			return cradle_blame(join, err_sys(err, "setns"), err);
	}
	return 0;
}

/* The offsets can be set until the first process is in it: the child. */
static int
enter_new_time(const struct plan *plan, int *home, struct err *err)
{
	if (remember("/proc/self/ns/time", O_RDONLY, home, err) < 0)
		return -1;
	if (unshare(CLONE_NEWTIME) < 0)
		return err_sys(err, "unshare the time namespace");
	if (plan->time_offsets &&
		file_write(AT_FDCWD, "/proc/self/timens_offsets",
			plan->time_offsets, err) < 0)
		return err_in(err, "set time offsets");
	return 0;
}

/* The mount namespace, and where in it the caller was. */
static int
remember_mounts(struct cradle *home, struct err *err)
{
	if (remember("/", O_PATH | O_DIRECTORY, &home->root, err) < 0 ||
		remember(".", O_PATH | O_DIRECTORY, &home->cwd, err) < 0)
		return -1;
	return remember("/proc/self/ns/mnt", O_RDONLY, &home->mnt, err);
}

/* Last: from here on, paths are not the host's any more. */
static int
enter_pinned(
	const struct host_files *files, struct cradle *home, struct err *err)
{
	auto_fd pin = pin_open(files->root, err);

	if (pin < 0 || remember_mounts(home, err) < 0)
		return -1;
	if (setns(pin, CLONE_NEWNS) < 0)
		return err_sys(err, "enter the pinned mount namespace");
	return 0;
}

int
cradle_enter(const struct plan *plan, const struct host_files *files,
	struct cradle *home, struct err *err)
{
	for (size_t i = 0; i < CRADLE_KINDS; i++) {
		if (enter_joined(plan, &kinds[i], &home->own[i], err) < 0)
			return -1;
		if (kinds[i].flag == CLONE_NEWTIME && plan->new_time &&
			enter_new_time(plan, &home->own[i], err) < 0)
			return -1;
	}
	if (plan->birth == PLAN_BIRTH_PINNED)
		return enter_pinned(files, home, err);
	return 0;
}

/* One namespace back, in which the caller was before. */
static int
go_back(int *fd, int kind, struct err *err)
{
	auto_fd own = take_fd(fd);

	if (own >= 0 && setns(own, kind) < 0)
		return err_sys(err, "return to the own namespace");
	return 0;
}

int
cradle_unshare(struct cradle *home, struct err *err)
{
	if (home->mnt < 0 && remember_mounts(home, err) < 0)
		return -1;
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare the mount namespace");
	return 0;
}

/* The kernel tells the owner of a namespace to those alone who are no further
 * in than he is. In a copy all mounts are slaves of the host's: nothing that is
 * mounted here is seen there. */
int
cradle_own_mounts(const struct plan *plan, struct err *err)
{
	auto_fd own = -1, owner = -1;

	if (!plan->mounts_may_be_foreign)
		return 0;
	own = openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	owner = own < 0 ? -1 : ioctl(own, NS_GET_USERNS);
	if (own < 0 || owner >= 0 || errno != EPERM)
		return 0;
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare the mount namespace");
	return 0;
}

int
cradle_leave(struct cradle *home, struct err *err)
{
	auto_fd root = take_fd(&home->root);
	auto_fd cwd = take_fd(&home->cwd);
	int ok = 0;

	if (home->mnt >= 0) {
		ok = go_back(&home->mnt, CLONE_NEWNS, err);
		if (ok == 0 &&
			(fchdir(root) < 0 || chroot(".") < 0 ||
				fchdir(cwd) < 0))
			ok = err_sys(err, "return to the own root");
	}
	for (size_t i = CRADLE_KINDS; i-- > 0;)
		if (go_back(&home->own[i], kinds[i].flag, err) < 0)
			return -1;
	return ok;
}
