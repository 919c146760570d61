/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An array that grows in an arena while the plan is made. Items may move when
 * one is added: hold the index, not the pointer.
 */
#ifndef PLAN_PILE_H
#define PLAN_PILE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define PILE_ITEM_MAX 256

struct pile {
	size_t size; /* of an item, at most PILE_ITEM_MAX */
	void *items;
	size_t n, cap;
	bool broken; /* the arena is used up: items were lost */
	_Alignas(max_align_t) char spare[PILE_ITEM_MAX];
};

#define PILE_OF(type) ((struct pile){ .size = sizeof(type) })

/* A zeroed item at the end; never NULL, a spare one when memory is out. */
void *pile_add(struct pile *pile, struct arena *arena);
/* Room for n items at the end in one piece, zeroed; NULL when memory is out. */
void *pile_add_n(struct pile *pile, struct arena *arena, size_t n);

#endif
