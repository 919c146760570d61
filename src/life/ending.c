/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child's status, which is left for whoever reaps it, and the counts of its
 * cgroup: who is out of memory can mostly not say so.
 */
#include "life/ending.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/cgroup.h"
#include "host/cgroup_stat.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

/* How often this has happened in the cgroup, by memory.events. */
static uint64_t
count(const struct cgroup *cgroup, const char *event)
{
	char text[512];

	if (cgroup->fd < 0 ||
		file_read(cgroup->fd, "memory.events", text, sizeof(text),
			NULL) < 0)
		return 0;
	return cgroup_stat_key(text, event);
}

int
ending_explain(int pidfd, const struct cgroup *cgroup, struct err *err)
{
	siginfo_t end = { 0 };

	if (waitid(P_PIDFD, (id_t)pidfd, &end, WEXITED | WNOWAIT | WNOHANG) <
			0 ||
		!end.si_pid)
		return err_say(
			err, "the container's init ended before it was ready");
	if (count(cgroup, "oom_kill"))
		return err_say(err,
			"the container's init was killed: the memory limit is too low to set it up");
	/* It could not even say that a system call had failed. */
	if (count(cgroup, "max"))
		return err_say(err,
			"the container's init ended early: the memory limit is too low to set it up");
	if (end.si_code == CLD_EXITED)
		return err_say(err,
			"the container's init ended early, with status %d",
			end.si_status);
	return err_say(err, "the container's init was killed by signal %d",
		end.si_status);
}
