/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the block of format.h: steps are added in the order in which they
 * will be carried out, with their texts and lists; block_finish() lays all of
 * it out in one piece. Until then offsets are handles: 0 is none, h is the
 * text at h - 1 of the string table.
 */
#ifndef PLAN_BLOCK_H
#define PLAN_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "plan/format.h"
#include "plan/pile.h"

struct arena;
struct place;

#define BLOCK_CACHE 64

struct block {
	struct arena *arena;
	struct pile steps, items, bytes;
	uint32_t recent[BLOCK_CACHE]; /* handles of texts, by hash */
};

void block_init(struct block *block, struct arena *arena);
/* A new step at the end, without slot, blamed on member (may be NULL) of at
 * (NULL: nothing of the config). Valid until the next one is added. */
struct plan_step *block_step(struct block *block, enum plan_op op,
	const struct place *at, const char *member);
/* The handle of a text; NULL gives 0. */
uint32_t block_text(struct block *block, const char *text);
/* Give the step that was added last its list. */
void block_strings(
	struct block *block, size_t list, const char *const *texts, size_t n);
void block_numbers(
	struct block *block, size_t list, const uint32_t *numbers, size_t n);
/* The finished block, NULL when it does not fit in memory or PLAN_MAX_SIZE. */
const void *block_finish(struct block *block, size_t n_slots, size_t *out_size);

#endif
