/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process is scheduled and how its input and output rank, set for it by
 * scrim.
 */
#ifndef HOST_PRIORITIES_H
#define HOST_PRIORITIES_H

#include <sys/types.h>

struct err;
struct plan;

/* The scheduler of process pid and the I/O priority of the process group that
 * it leads; what the plan does not say stays. Errors have their place. */
int priorities_apply(const struct plan *plan, pid_t pid, struct err *err);

#endif
