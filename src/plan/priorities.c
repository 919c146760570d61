/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.scheduler and process.ioPriority [99, 100]: words to numbers, and
 * which value belongs to which policy. A value that the policy has no use for
 * is a mistake of whoever wrote it, for the kernel would pass over it. The
 * parent applies both: where they need CAP_SYS_NICE it is the host's, which
 * root of a user namespace does not have.
 */
#include <linux/ioprio.h>
#include <linux/sched.h>

#include "plan/make.h"
#include "plan/names.h"

#define NICE_MIN     (-20)
#define NICE_MAX     19
#define PRIORITY_MAX 99
#define IO_LEVEL_MAX 7

/* Reserved in the kernel's list, and in no kernel. */
#define SCHED_ISO 4

struct job {
	struct maker *m;
	const struct oci_scheduler *said;
	struct plan_scheduler *out;
};

/* sched(7): the kernel takes a nice value for the others, too, and forgets it.
 */
static void
check_nice(struct job *job)
{
	uint32_t policy = job->out->policy;
	int32_t nice = job->out->nice;

	if (nice < NICE_MIN || nice > NICE_MAX)
		make_complain(job->m, &job->said->at, "nice",
			"nice %d is outside %d..%d", nice, NICE_MIN, NICE_MAX);
	else if (nice && policy != SCHED_NORMAL && policy != SCHED_BATCH)
		make_complain(job->m, &job->said->at, "nice",
			"nice is for SCHED_OTHER and SCHED_BATCH");
}

/* sched(7): 1..99 for the two real-time policies, and 0 for all others. */
static void
check_priority(struct job *job)
{
	int32_t priority = job->said->priority ? *job->said->priority : 0;
	bool real_time =
		job->out->policy == SCHED_FIFO || job->out->policy == SCHED_RR;

	job->out->priority = (uint32_t)priority;
	if (real_time && (priority < 1 || priority > PRIORITY_MAX))
		make_complain(job->m, &job->said->at,
			job->said->priority ? "priority" : NULL,
			"%s needs a priority of 1..%d", job->said->policy,
			PRIORITY_MAX);
	else if (!real_time && priority)
		make_complain(job->m, &job->said->at, "priority",
			"priority is for SCHED_FIFO and SCHED_RR");
}

/* A period that is not said is the deadline (sched(7)). */
static void
check_deadline(struct job *job)
{
	const struct plan_scheduler *out = job->out;
	uint64_t period = out->period ? out->period : out->deadline;

	if (out->policy != SCHED_DEADLINE) {
		if (out->runtime || out->deadline || out->period)
			make_complain(job->m, &job->said->at,
				out->runtime            ? "runtime"
					: out->deadline ? "deadline"
							: "period",
				"runtime, deadline and period are for SCHED_DEADLINE");
		return;
	}
	if (!out->runtime || out->runtime > out->deadline ||
		out->deadline > period)
		make_complain(job->m, &job->said->at, NULL,
			"SCHED_DEADLINE needs 0 < runtime <= deadline <= period, in nanoseconds");
}

/* The number is the kernel's, also where the word has no kernel behind it. */
static void
read_policy(struct job *job)
{
	const char *word = job->said->policy;
	uint64_t number = 0;

	if (!names_find(&names_schedulers, word, &number))
		make_unknown(job->m, &job->said->at, "policy",
			names_schedulers.noun, word,
			names_near(&names_schedulers, word));
	else if (number == SCHED_ISO)
		make_complain(job->m, &job->said->at, "policy",
			"%s is reserved, no kernel has it", word);
	job->out->policy = (uint32_t)number;
}

/* Which of them a policy can have is the kernel's affair: it says so. */
static void
read_flags(struct job *job)
{
	const struct oci_strings *words = &job->said->flags;

	for (size_t i = 0; i < words->n; i++) {
		uint64_t flag = 0;

		if (!names_find(&names_scheduler_flags, words->items[i], &flag))
			make_unknown(job->m, &job->said->at,
				make_item(job->m, "flags", i),
				names_scheduler_flags.noun, words->items[i],
				names_near(&names_scheduler_flags,
					words->items[i]));
		job->out->flags |= flag;
	}
}

/* Values that are not said are 0, as in struct sched_attr [99]. */
static void
make_scheduler(struct maker *m, const struct oci_scheduler *said)
{
	struct job job = { .m = m, .said = said };

	job.out = make_alloc(m, sizeof(*job.out));
	if (!job.out)
		return;
	job.out->where = make_where(m, &said->at, NULL);
	job.out->nice = said->nice ? *said->nice : 0;
	job.out->runtime = said->runtime ? *said->runtime : 0;
	job.out->deadline = said->deadline ? *said->deadline : 0;
	job.out->period = said->period ? *said->period : 0;
	read_policy(&job);
	read_flags(&job);
	check_nice(&job);
	check_priority(&job);
	check_deadline(&job);
	m->plan->scheduler = job.out;
}

/* Eight levels within a class; IDLE has none, and whatever is said is kept. */
static void
make_io_priority(struct maker *m, const struct oci_io_priority *said)
{
	struct plan_io_priority *out = make_alloc(m, sizeof(*out));
	int32_t level = said->priority ? *said->priority : 0;
	uint64_t class = 0;

	if (!out)
		return;
	if (!names_find(&names_io_classes, said->class, &class))
		make_unknown(m, &said->at, "class", names_io_classes.noun,
			said->class,
			names_near(&names_io_classes, said->class));
	if (level < 0 || level > IO_LEVEL_MAX)
		make_complain(m, &said->at, "priority",
			"an I/O priority is 0..%d, not %d", IO_LEVEL_MAX,
			level);
	out->class = (uint32_t) class;
	out->priority = (uint32_t)level;
	out->where = make_where(m, &said->at, NULL);
	m->plan->io_priority = out;
}

void
priorities_make(struct maker *m)
{
	const struct oci_process *process = m->config->process;

	if (process && process->scheduler)
		make_scheduler(m, process->scheduler);
	if (process && process->io_priority)
		make_io_priority(m, process->io_priority);
}
