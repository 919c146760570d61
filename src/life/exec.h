/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A further process in a container that is there.
 */
#ifndef LIFE_EXEC_H
#define LIFE_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

struct err;
struct str;

/* As it was typed, but for the state root. Words that the plan reads are in
 * .words; what only the host has to do with stands beside them. */
struct exec_request {
	const char *root; /* path of the state root */
	const char *id;
	const char *process; /* FILE of --process, or NULL */
	struct plan_exec_words words;
	const char *pid_file, *console_socket, *pidfd_socket; /* NULL: none */
	struct plan_words cgroups;                            /* of --cgroup */
	uint32_t preserve_fds;
	bool detach, ignore_paused;
	struct str *report; /* as in load.h */
};

/* Returns once the program has ended and sets *out_status to its exit status,
 * or to 128 and the number of the signal that killed it; detached: once it
 * runs. */
int exec_container(
	const struct exec_request *request, int *out_status, struct err *err);

#endif
