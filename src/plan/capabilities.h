/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five capability sets of a process, as masks.
 */
#ifndef PLAN_CAPABILITIES_H
#define PLAN_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

struct maker;

enum capability_set {
	CAPABILITY_BOUNDING,
	CAPABILITY_EFFECTIVE,
	CAPABILITY_PERMITTED,
	CAPABILITY_INHERITABLE,
	CAPABILITY_AMBIENT,
	CAPABILITY_SETS
};

struct capabilities {
	uint64_t sets[CAPABILITY_SETS];
	uint64_t kept; /* beside them, until the filter is loaded */
};

/* Fills the sets for the config's process; warns (with warn) about what is
 * unknown or cannot be granted. */
void capabilities_read(struct maker *m, bool warn, struct capabilities *out);
void capabilities_add(struct maker *m);

#endif
