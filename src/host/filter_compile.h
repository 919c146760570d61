/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling a seccomp section with libseccomp, which is loaded for it.
 */
#ifndef HOST_FILTER_COMPILE_H
#define HOST_FILTER_COMPILE_H

struct err;
struct plan_seccomp;

/* Writes the filter (struct sock_filter[]) to fd. */
int filter_compile(const struct plan_seccomp *seccomp, int fd, struct err *err);

#endif
