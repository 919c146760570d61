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
#include <stddef.h>
#include <stdint.h>
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
/* Writes lines of schemata to a group of the root, one after the other; where
 * one is refused, those before it are set back. *out_before: what the group
 * said before, on the heap. */
int resctrl_change(int root, const char *group, const char *const *lines,
	size_t n, char **out_before, struct err *err);
/* Writes such a text again, as far as the kernel takes it. */
void resctrl_reset(int root, const char *group, const char *before);
/* All lines of a group; heap. */
char *resctrl_schemata(int root, const char *group, struct err *err);
/* The line of schemata that belongs to a resource ("L3", "MB"), the kernel's
 * own indentation left out; NULL: none. *out_len is without the line break. */
const char *resctrl_line(
	const char *schemata, const char *resource, size_t *out_len);
#define RESCTRL_DOMAINS_MAX 256
/* The numbers of those of which a group has counts, in their order. */
size_t resctrl_domains(int root, const char *group, uint64_t *out);

#endif
