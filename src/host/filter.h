/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp filters: compiled by libseccomp (loaded when needed) once and cached
 * under the state root, in a file named by a hash of everything that matters.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

struct err;
struct plan_seccomp;

/* A read-only descriptor of the compiled filter (struct sock_filter[]). */
int filter_open(int root, const struct plan_seccomp *seccomp, struct err *err);

#endif
