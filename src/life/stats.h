/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of a container as the object that engines know from runc's
 * events: cpu, cpuset, memory, pids, blkio, hugetlb, intel_rdt,
 * network_interfaces.
 */
#ifndef LIFE_STATS_H
#define LIFE_STATS_H

#include <sys/types.h>

struct str;

/* The object alone. cgroup: the directory of the container's cgroup; pid: its
 * first process, whose network it is. What cannot be read is left out. */
void stats_add(int cgroup, pid_t pid, struct str *out);

#endif
