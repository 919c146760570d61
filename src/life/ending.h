/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a container's init is gone, where it has not said so itself.
 */
#ifndef LIFE_ENDING_H
#define LIFE_ENDING_H

struct cgroup;
struct err;

/* Says it in err, and returns -1. The child is not reaped yet. */
int ending_explain(int pidfd, const struct cgroup *cgroup, struct err *err);

#endif
