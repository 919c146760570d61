/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process section that exec's plan is made from.
 */
#ifndef PLAN_EXEC_H
#define PLAN_EXEC_H

struct arena;
struct err;
struct oci_process;
struct plan_exec;

/* In the arena. A mistake of the command line is an error at once. */
int exec_process_merge(struct arena *arena, const struct plan_exec *exec,
	struct oci_process **out, struct err *err);

#endif
