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

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* How often this has happened in the cgroup, by memory.events. */
static unsigned long
count_memory_events(const struct cgroup *cgroup, const char *event)
{
	size_t len = strlen(event);
	char text[512] = "\n";
	const char *at = text;

	if (cgroup->fd < 0 ||
		file_read(cgroup->fd, "memory.events", text + 1,
			sizeof(text) - 1, NULL) < 0)
		return 0;
	while ((at = strchr(at, '\n'))) {
		at++;
		if (strncmp(at, event, len) == 0 && at[len] == ' ')
			return strtoul(at + len, NULL, 10);
	}
	return 0;
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
	if (count_memory_events(cgroup, "oom_kill"))
		return err_say(err,
			"the container's init was killed: the memory limit is too low to set it up");
	/* It could not even say that a system call had failed. */
	if (count_memory_events(cgroup, "max"))
		return err_say(err,
			"the container's init ended early: the memory limit is too low to set it up");
	if (end.si_code == CLD_EXITED)
		return err_say(err,
			"the container's init ended early, with status %d",
			end.si_status);
	return err_say(err, "the container's init was killed by signal %d",
		end.si_status);
}
