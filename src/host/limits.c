/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits set from outside, on the child while it waits at its gate: with
 * scrim's privileges, which the child has lost by then. Hard rlimits are raised
 * where the config wants more than the child was born with, oom_score_adj is
 * set to exactly its value; a config that says nothing changes nothing.
 */
#include "host/limits.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/priorities.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* fs.nr_open, which nobody may go beyond. 0: not known. */
static uint64_t
max_descriptors(void)
{
	uint64_t max = 0;
	char text[32];

	if (file_read(AT_FDCWD, "/proc/sys/fs/nr_open", text, sizeof(text),
		    NULL) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return str_to_uint(text, UINT64_MAX, &max) == 0 ? max : 0;
}

/* EPERM has two reasons. */
static int
explain(const struct plan_rlimit *limit, struct err *err)
{
	uint64_t max = limit->resource == RLIMIT_NOFILE ? max_descriptors() : 0;

	if (max && limit->hard > max)
		return err_say(err,
			"rlimit %s: %" PRIu64
			" is above fs.nr_open, which is %" PRIu64,
			limit->name, limit->hard, max);
	return err_say(err,
		"rlimit %s: raising the hard limit to %" PRIu64
		" needs CAP_SYS_RESOURCE",
		limit->name, limit->hard);
}

/* The process sets its limits itself (OP_RLIMIT), last of all; but only we may
 * raise a hard one beyond that which it has from us. */
static int
raise_rlimit(const struct plan_rlimit *limit, pid_t pid, struct err *err)
{
	struct rlimit64 wanted = { .rlim_cur = limit->hard,
		.rlim_max = limit->hard };
	struct rlimit64 own;

	if (prlimit64(0, (unsigned)limit->resource, NULL, &own) < 0)
		return err_sys(err, "rlimit %s", limit->name);
	if (limit->hard <= own.rlim_max ||
		prlimit64(pid, (unsigned)limit->resource, &wanted, NULL) == 0)
		return 0;
	if (errno == EPERM)
		return explain(limit, err);
	return err_sys(err, "rlimit %s to %" PRIu64, limit->name, limit->hard);
}

/* An ordinary user may not write it for a process that is closed to him; what
 * it was born with may be what is wanted. */
static bool
has_score(const char *path, const char *wanted)
{
	char text[16];

	if (file_read(AT_FDCWD, path, text, sizeof(text), NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, wanted) == 0;
}

/* Below the value that it was born with only with CAP_SYS_RESOURCE [97]. */
static int
set_oom_score_adj(int score, pid_t pid, struct err *err)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	snprintf(text, sizeof(text), "%d", score);
	if (has_score(path, text) || file_write(AT_FDCWD, path, text, err) == 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return err_say(err,
			"oomScoreAdj %d: lowering it needs CAP_SYS_RESOURCE",
			score);
	return -1;
}

int
limits_raise(const struct plan *plan, pid_t pid, struct err *err)
{
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		const struct plan_rlimit *limit = &plan->rlimits[i];

		if (raise_rlimit(limit, pid, err) < 0)
			return err_where(err, limit->where.line,
				limit->where.column, limit->where.pointer);
	}
	return 0;
}

int
limits_apply(const struct plan *plan, pid_t pid, struct err *err)
{
	if (limits_raise(plan, pid, err) < 0)
		return -1;
	if (plan->oom_score_adj &&
		set_oom_score_adj(*plan->oom_score_adj, pid, err) < 0)
		return -1;
	return priorities_apply(plan, pid, err);
}

/* The kernel takes what is there of the mask: only of none it complains. */
int
limits_set_cpus(const struct plan_cpus *cpus, pid_t pid, struct err *err)
{
	if (!cpus->mask ||
		sched_setaffinity(pid, cpus->size, (void *)cpus->mask) == 0)
		return 0;
	if (errno == EINVAL)
		err_say(err, "none of these CPUs is there to run on");
	else
		err_sys(err, "set the CPUs to run on");
	return err_where(
		err, cpus->where.line, cpus->where.column, cpus->where.pointer);
}
