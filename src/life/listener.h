/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent of a seccomp filter: a program of the host that decides system
 * calls of containers. It is given the filter's listener, with what the
 * specification calls the container process state.
 */
#ifndef LIFE_LISTENER_H
#define LIFE_LISTENER_H

#include <sys/types.h>

struct err;
struct oci_record;
struct plan;

/* Whose filter it is. */
struct listener_case {
	const struct oci_record *record;
	const char *status; /* of the container, in the words of the state */
	pid_t pid;          /* of the process, as the caller counts */
};

/* Whether somebody could listen: the path is a socket. No connection is made,
 * for agents take one to be a container. */
int listener_check(const struct plan *plan, struct err *err);
/* For struct talk; context is a struct listener_case. One connection, one
 * message, the end. */
int listener_pass(void *context, int fd, struct err *err);

#endif
