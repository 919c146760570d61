/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of the resctrl filesystem (Linux's Documentation/filesystems/
 * resctrl.rst): shares of cache and memory bandwidth for the tasks in them. A
 * group is a directory of the root, a monitoring group one in mon_groups of a
 * group.
 */
#ifndef HOST_RESCTRL_H
#define HOST_RESCTRL_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct plan_intel_rdt;

/* The root of the mounted filesystem; -1 with an error where there is none. */
int resctrl_open(struct err *err);
/* 1: the group is to be made, 0: it is there and says what the config says, -1:
 * neither can be. Changes nothing. */
int resctrl_check(int root, const struct plan_intel_rdt *rdt, struct err *err);
/* The group with its schemata, and the monitoring group. What was made before
 * a failure is left to resctrl_remove(). */
int resctrl_make(int root, const struct plan_intel_rdt *rdt, struct err *err);
/* The process goes into both. */
int resctrl_join(
	int root, const struct plan_intel_rdt *rdt, pid_t pid, struct err *err);
/* Takes a directory of the root away; gone already: success. */
int resctrl_remove(int root, const char *path, struct err *err);
/* Writes one line of schemata to a group of the root, for update. */
int resctrl_write(
	int root, const char *group, const char *line, struct err *err);

#endif
