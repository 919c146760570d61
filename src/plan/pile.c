/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays that double in an arena. What is left behind by a move is lost to
 * the arena, at most as much as the array is long; nothing is ever freed. A
 * pile that finds no memory keeps giving out its spare item, so that the
 * makers need no check at every line; plan_make() asks once at the end.
 */
#include "plan/pile.h"

#include <string.h>

#include "base/arena.h"

/* The old array stays behind: nobody frees in an arena. */
static bool
reserve(struct pile *pile, struct arena *arena, size_t n)
{
	size_t cap = pile->cap ? pile->cap : 8;
	void *moved;

	if (pile->broken)
		return false;
	if (n <= pile->cap - pile->n)
		return true;
	while (cap - pile->n < n)
		cap *= 2;
	moved = arena_alloc(arena, cap * pile->size);
	if (!moved) {
		pile->broken = true;
		return false;
	}
	if (pile->n)
		memcpy(moved, pile->items, pile->n * pile->size);
	pile->items = moved;
	pile->cap = cap;
	return true;
}

void *
pile_add_n(struct pile *pile, struct arena *arena, size_t n)
{
	char *at;

	if (!reserve(pile, arena, n))
		return NULL;
	at = (char *)pile->items + pile->n * pile->size;
	pile->n += n;
	return at;
}

void *
pile_add(struct pile *pile, struct arena *arena)
{
	void *item = pile_add_n(pile, arena, 1);

	return item ? item : memset(pile->spare, 0, sizeof(pile->spare));
}
