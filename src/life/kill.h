/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals to a container.
 */
#ifndef LIFE_KILL_H
#define LIFE_KILL_H

#include <stdbool.h>

struct err;

/* Sends the signal to the container's first process; all: to every process
 * in its cgroup, and a container that has stopped is no error then. */
int kill_run(
	const char *root, const char *id, int sig, bool all, struct err *err);

#endif
