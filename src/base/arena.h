/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives as long as one decoded document or one plan: a reserved
 * range of addresses that fills from the front. Nothing is freed singly, so
 * what lies in it can have no leak and no free function. All memory is zero.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct err;

struct arena {
	char *base;
	size_t used, size;
};

/* Reserves addresses (1 GiB, or what is to be had from 64 MiB on). */
int arena_init(struct arena *arena, struct err *err);
void arena_done(struct arena *arena);
/* Aligned to 16, zeroed. NULL only when the reservation is used up, which a
 * document within its size limit can reach: decoders check, plans may not. */
void *arena_alloc(struct arena *arena, size_t size);
/* Gives back all that was allocated after arena->used was so much; 0: all. */
void arena_cut(struct arena *arena, size_t used);
/* Copies; text gets a NUL behind it. */
char *arena_text(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* n zeroed items of a type. */
#define arena_array(arena, type, n)                                            \
	((type *)arena_alloc((arena), sizeof(type) * (n)))

#endif
