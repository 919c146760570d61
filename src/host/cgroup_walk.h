/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroups inside a cgroup. How many there are and how deep they lie is the
 * container's to say, where it may write to its own.
 */
#ifndef HOST_CGROUP_WALK_H
#define HOST_CGROUP_WALK_H

#include <stdbool.h>

struct err;

/* Whether an errno says that a cgroup, or a file of it, has been removed. All
 * others are failures: a process that is not seen would not be killed. */
bool cgroup_walk_is_gone(int code);

/* Calls visit for every cgroup below dir, deepest first, and for dir itself
 * last (name "."), with the open parent and the name in it. Stops at -1. Of
 * what is removed meanwhile, a part may be left out. */
int cgroup_walk(int dir,
	int (*visit)(int parent, const char *name, void *arg, struct err *err),
	void *arg, struct err *err);

#endif
