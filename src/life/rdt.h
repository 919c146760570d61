/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's group of resctrl, from create to delete.
 */
#ifndef LIFE_RDT_H
#define LIFE_RDT_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct oci_record;
struct plan;

/* Looks whether the group can be had, and notes in the record what is about to
 * be made and goes with the container. Changes nothing; *out_makes says
 * whether the group is going to be made. */
int rdt_note(const struct plan *plan, struct oci_record *record,
	bool *out_makes, struct err *err);
int rdt_make(const struct plan *plan, struct err *err);
int rdt_join(const struct plan *plan, pid_t pid, struct err *err);
/* Of a create that failed: the group that was made for it, and would have
 * stayed. */
void rdt_unmake(const struct plan *plan);
/* Another process of a container that is there; none where the record says so.
 */
int rdt_enter(const struct oci_record *record, pid_t pid, struct err *err);

/* A change of schemata, and the way back. */
struct rdt_change {
	const char *group;
	char *before; /* heap; NULL: nothing was changed */
};

/* Writes those lines that are not NULL, all or none. What is wrong with a line
 * or the record is said before anything is written. */
int rdt_change(const struct oci_record *record, const char *l3_cache,
	const char *memory, struct rdt_change *out, struct err *err);
/* What was there before is written again. */
void rdt_change_back(const struct rdt_change *change);
void rdt_change_done(struct rdt_change *change);
/* Takes away what the record notes. */
int rdt_end(const struct oci_record *record, struct err *err);

#endif
