/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks in the runtime's namespaces: prestart, createRuntime, poststart and
 * poststop. (The container's own two kinds are steps of the plan and run by
 * scrim-init.)
 */
#ifndef LIFE_HOOKS_H
#define LIFE_HOOKS_H

#include <sys/types.h>

#include "plan/plan.h"

struct err;
struct oci_record;
struct str;

/* What hooks read from their standard input; pid 0: none. */
void hooks_state(const struct oci_record *record, const char *status, pid_t pid,
	struct str *out);
/* Runs them in order; the first failure ends it and is the error. */
int hooks_run(const struct plan_hooks *hooks, enum plan_hook kind,
	const struct oci_record *record, const struct str *state,
	struct err *err);
/* Runs all of them; a failure is a warning in the log. */
void hooks_run_all(const struct plan_hooks *hooks, enum plan_hook kind,
	const struct oci_record *record, const struct str *state);

#endif
