/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How exec comes into a container that is there already. All of its
 * namespaces are entered by one call, through the descriptor of its first
 * process: the kernel takes the user namespace first, so that an ordinary
 * user gains the right to the others. A pid namespace is for children only:
 * the process that will be seen in it is forked as late as can be, when it has
 * no more rights, no other root and no other user than the program will have,
 * so that whoever is in the container, allowed to trace or not, finds nothing
 * to take (CVE-2019-5736, CVE-2024-21626): what the host has sent is off the
 * wire by then, and closed if no step needs it any more.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The process that is joined may have ended since scrim has looked at it. */
static int
explain_setns(struct err *err)
{
	if (errno == ESRCH)
		return err_say(err, "container not running");
	return err_sys(err, "setns");
}

/* An id that exists there: as the host's user no file could be made. EINVAL:
 * the maps are not known, and it is not in them. */
static int
take_ids(const struct plan_step *step, struct err *err)
{
	uint32_t uid = (uint32_t)step->number[1],
		 gid = (uint32_t)step->number[2];

	if (sys_setresgid(gid) < 0 && errno != EINVAL)
		return err_sys(err, "become group %u of the user namespace",
			(unsigned)gid);
	if (sys_setresuid(uid) < 0 && errno != EINVAL)
		return err_sys(err, "become user %u of the user namespace",
			(unsigned)uid);
	return 0;
}

/* All at once: no order of ours could satisfy every owner of every namespace.
 * Groups of the host are dropped before, where the container's own setting
 * denies it afterwards; an ordinary user could not do either. */
int
join_namespaces(
	struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd process = slots_take(init, (uint32_t)step->slot, err);
	bool user = step->number[0] & CLONE_NEWUSER;

	init->guest = true;
	if (process < 0)
		return -1;
	if (step->number[3] && geteuid() == 0 && sys_setgroups(0, NULL) < 0)
		return err_sys(err, "drop additional groups");
	if (setns(process, (int)step->number[0]) < 0)
		return explain_setns(err);
	if (user && take_ids(step, err) < 0)
		return -1;
	/* Changes of credentials have undone both. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(err, "prctl");
	return init_follow_parent(true, err);
}

/* Beneath it the terminal is made. With a mount namespace it is that one's
 * root, to which joining has led. */
int
join_root(struct init *init, const struct plan_step *step, struct err *err)
{
	init->guest = true;
	if (step->slot >= 0)
		init->root = slots_take(init, (uint32_t)step->slot, err);
	else
		init->root =
			openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (init->root < 0 && step->slot < 0)
		return err_sys(err, "open");
	return init->root < 0 ? -1 : 0;
}

/* A session of its own again, which the terminal goes to. */
static int
begin_again(const struct init *init, struct err *err)
{
	if (init_follow_parent(true, err) < 0)
		return -1;
	if (setsid() < 0)
		return err_sys(err, "setsid");
	if (init->terminal && ioctl(0, TIOCSCTTY, 0) < 0)
		return err_sys(err, "take the terminal over");
	return 0;
}

/* The new process is scrim's child, and this one has nothing left to do. */
int
join_fork(struct init *init, const struct plan_step *step, struct err *err)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	uint32_t word;
	pid_t pid;

	(void)step;
	init_end_mounts(init);
	if (slots_settle(init, err) < 0)
		return -1;
	pid = sys_clone3(&args);
	if (pid == 0)
		return begin_again(init, err);
	if (pid < 0 && errno == ENOMEM)
		return err_say(err,
			"container not running: its pid namespace has ended");
	if (pid < 0)
		return err_sys(err, "clone3");
	word = (uint32_t)pid;
	/* Who is not heard of is nobody's to wait for. */
	if (wire_send(init->wire, WIRE_CHILD, &word, sizeof(word), NULL) < 0)
		kill(pid, SIGKILL);
	_exit(0);
}
