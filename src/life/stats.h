/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of a container as the object that engines know from runc's
 * events: cpu, cpuset, memory, pids, blkio, hugetlb, intel_rdt,
 * network_interfaces.
 */
#ifndef LIFE_STATS_H
#define LIFE_STATS_H

struct oci_record;
struct str;

/* The object alone. cgroup: the directory of the container's cgroup; the
 * record's first process has the network, and it names the groups of resctrl.
 * What cannot be read is left out. */
void stats_add(int cgroup, const struct oci_record *record, struct str *out);

#endif
