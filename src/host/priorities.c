/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two system calls on behalf of a process that waits for its start. Both come
 * last of what is done to it: a real-time policy would let its own work, or a
 * small one starve it. Neither has a wrapper in every libc.
 */
#include "host/priorities.h"

#include "base/err.h"
#include "plan/plan.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct sched_attr of sched_setattr(2), with the clamps of Linux 5.3. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

/* The specification has the flags of the clamps and no values for them: they
 * are 0, as its other numbers are by default. */
static int
set_scheduler(const struct plan_scheduler *from, pid_t pid, struct err *err)
{
	const struct attributes attributes = {
		.size = sizeof(attributes),
		.policy = from->policy,
		.flags = from->flags,
		.nice = from->nice,
		.priority = from->priority,
		.runtime = from->runtime,
		.deadline = from->deadline,
		.period = from->period,
	};

	if (syscall(SYS_sched_setattr, pid, &attributes, 0) == 0)
		return 0;
	if (errno == EBUSY)
		return err_say(err,
			"scheduler: the processors have no time left for this deadline");
	if (errno == EOPNOTSUPP && (from->flags & SCHED_FLAG_UTIL_CLAMP))
		return err_say(err,
			"scheduler: this kernel has no clamps of utilisation");
	return err_sys(err, "scheduler: sched_setattr");
}

/* The process leads its group: session_begin() of scrim-init. */
static int
set_io_priority(const struct plan_io_priority *from, pid_t pid, struct err *err)
{
	int value = (int)IOPRIO_PRIO_VALUE(from->class, from->priority);

	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PGRP, pid, value) < 0)
		return err_sys(err, "ioPriority: ioprio_set");
	return 0;
}

/* Both properties are one line of config.json each. */
static int
blame(const struct plan_where *where, int result, struct err *err)
{
	return result < 0
		? err_where(err, where->line, where->column, where->pointer)
		: 0;
}

int
priorities_apply(const struct plan *plan, pid_t pid, struct err *err)
{
	const struct plan_io_priority *io = plan->io_priority;
	const struct plan_scheduler *scheduler = plan->scheduler;

	if (io && blame(&io->where, set_io_priority(io, pid, err), err) < 0)
		return -1;
	if (scheduler)
		return blame(&scheduler->where,
			set_scheduler(scheduler, pid, err), err);
	return 0;
}
