/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits that the parent sets on the child from outside, with its own
 * privileges: rlimits by prlimit, oom_score_adj by /proc.
 */
#ifndef HOST_LIMITS_H
#define HOST_LIMITS_H

#include <sys/types.h>

struct err;
struct plan;
struct plan_cpus;

int limits_apply(const struct plan *plan, pid_t pid, struct err *err);
/* Hard rlimits alone, of a process (0: the caller). */
int limits_raise(const struct plan *plan, pid_t pid, struct err *err);
/* On which CPUs a process (0: the caller) may run; not said: unchanged. */
int limits_set_cpus(const struct plan_cpus *cpus, pid_t pid, struct err *err);

#endif
