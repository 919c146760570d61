/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the process is. Before root's rights go, what they are needed for is
 * done: stdio is given to the user, so that a pipe can be opened again by
 * /dev/stdout, and the working directory is tried, which may lie where only
 * root may go. Groups, group and user follow, in that order. The permitted
 * capabilities are kept over the change, for capabilities_set(), and the
 * process stays closed to ptrace and /proc all along. Resource limits come
 * behind the gate: scrim has raised by then what it takes privilege to raise.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/sys.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int
identity_no_new_privs(
	struct init *init, const struct plan_step *step, struct err *err)
{
	(void)init;
	(void)step;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "prctl");
	return 0;
}

/* Devices are the host's and stay it, but for a terminal. A filesystem may be
 * read-only, an id not mapped there, a descriptor no file. */
static int
give_stdio(uid_t uid, struct err *err)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) < 0) {
			if (errno == EBADF)
				continue;
			return err_sys(err, "look at descriptor %d", fd);
		}
		if (st.st_uid == uid)
			continue;
		if (S_ISBLK(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd)))
			continue;
		if (fchown(fd, uid, (gid_t)-1) < 0 && errno != EINVAL &&
			errno != EPERM && errno != EROFS)
			return err_sys(
				err, "give descriptor %d to user %u", fd, uid);
	}
	return 0;
}

/* The caller's. A daemon has none, so that its own files get the modes that it
 * means; with that, everybody could write to what a container makes. */
static mode_t
inherited_umask(const struct init *init)
{
	return init->umask ? init->umask : 0022;
}

int
identity_change(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const struct plan_step *cwd = init_find(init, OP_CWD);
	const struct plan_list *groups = &step->list[0];
	uid_t uid = (uid_t)step->number[0];
	gid_t gid = (gid_t)step->number[1];

	init_end_mounts(init);
	init->in_cwd = cwd && chdir(init_text(init, cwd, 0)) == 0;
	if (give_stdio(uid, err) < 0)
		return -1;
	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		return err_sys(err, "keep capabilities");
	if (!step->number[3] &&
		sys_setgroups(groups->count, plan_items(init->plan, groups)) <
			0)
		return err_sys(err, "set %u additional groups", groups->count);
	if (sys_setresgid(gid) < 0)
		return err_sys(err, "become group %u", gid);
	if (sys_setresuid(uid) < 0)
		return err_sys(err, "become user %u", uid);
	/* Both were undone by the change of credentials. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(err, "prctl");
	if (init_follow_parent(true, err) < 0)
		return -1;
	umask(step->number[2] == UINT64_MAX ? inherited_umask(init)
					    : (mode_t)step->number[2]);
	return 0;
}

int
identity_rlimit(
	struct init *init, const struct plan_step *step, struct err *err)
{
	struct rlimit limit = { .rlim_cur = step->number[1],
		.rlim_max = step->number[2] };

	(void)init;
	if (setrlimit((int)step->number[0], &limit) < 0)
		return err_sys(err, "setrlimit");
	return 0;
}
