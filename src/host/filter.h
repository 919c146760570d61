/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp filters: compiled by libseccomp (loaded when needed) once and cached
 * under the state root, in a file named by a hash of everything that matters.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

struct err;
struct plan_seccomp;

/* Before anything is made: a profile that is not in the cache needs a library
 * (library_ready()). */
int filter_ready(int root, const struct plan_seccomp *seccomp, struct err *err);
/* The container's filter in its state directory. */
#define FILTER_KEPT "seccomp"

/* A read-only descriptor of the compiled filter (struct sock_filter[]). It is
 * linked into the state directory, too (state; -1: not), so that exec has it
 * whatever becomes of the cache. */
int filter_open(int root, int state, const struct plan_seccomp *seccomp,
	struct err *err);
/* The one that was linked there. */
int filter_open_kept(int state, struct err *err);

#endif
