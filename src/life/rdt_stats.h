/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resctrl counts of a container, and what it may have: intel_rdt of
 * runc's events.
 */
#ifndef LIFE_RDT_STATS_H
#define LIFE_RDT_STATS_H

struct object;
struct oci_record;

/* The members alone; none where the config has no linux.intelRdt. */
void rdt_stats_add(struct object *in, const struct oci_record *record);

#endif
