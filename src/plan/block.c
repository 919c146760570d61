/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects steps, list items and texts in three piles and lays them out at
 * the end: header, steps, items, strings. A text that was seen lately is not
 * stored again: paths, environment words and pointers come in groups. The
 * string table begins with the empty text. Handles become offsets in one
 * pass over the steps, guided by the table of operations.
 */
#include "plan/block.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/place.h"

void
block_init(struct block *block, struct arena *arena)
{
	memset(block, 0, sizeof(*block));
	block->arena = arena;
	block->steps = PILE_OF(struct plan_step);
	block->items = PILE_OF(uint32_t);
	block->bytes = PILE_OF(char);
	pile_add(&block->bytes, arena);
}

/* FNV-1a; it need not be good, only quick. */
static uint32_t
hash(const char *text, size_t *out_len)
{
	const char *at = text;
	uint32_t sum = 2166136261u;

	for (; *at; at++)
		sum = (sum ^ (unsigned char)*at) * 16777619u;
	*out_len = (size_t)(at - text);
	return sum ^ sum >> 16;
}

/* The cache holds one handle for each hash: a text that another one has
 * pushed out is stored again, which costs bytes and nothing else. */
uint32_t
block_text(struct block *block, const char *text)
{
	size_t len;
	uint32_t *recent, handle;
	char *room;

	if (!text)
		return 0;
	if (!*text)
		return 1;
	recent = &block->recent[hash(text, &len) % BLOCK_CACHE];
	if (*recent &&
		strcmp((const char *)block->bytes.items + *recent - 1, text) ==
			0)
		return *recent;
	handle = (uint32_t)block->bytes.n + 1;
	/* A text of 4 GiB cannot be: documents end at 16 MiB. */
	room = pile_add_n(&block->bytes, block->arena, len + 1);
	if (!room)
		return 1;
	memcpy(room, text, len);
	*recent = handle;
	return handle;
}

/* The pointer is spelled out now, for the places of the config may be gone
 * when a step fails inside. */
struct plan_step *
block_step(struct block *block, enum plan_op op, const struct place *at,
	const char *member)
{
	char pointer[ERR_POINTER_MAX] = "";
	struct plan_step *step;
	uint32_t handle = 0;

	if (at && place_format(at, member, pointer, sizeof(pointer)))
		handle = block_text(block, pointer);
	step = pile_add(&block->steps, block->arena);
	step->op = op;
	step->slot = -1;
	step->pointer = handle;
	step->line = at ? at->line : 0;
	step->column = at ? at->column : 0;
	return step;
}

/* The items lie at the end of their pile until the layout is known. */
static uint32_t *
add_list(struct block *block, size_t list, size_t n)
{
	struct plan_step *steps = block->steps.items;
	uint32_t offset = (uint32_t)block->items.n;
	uint32_t *items = n ? pile_add_n(&block->items, block->arena, n) : NULL;

	if (items && block->steps.n)
		steps[block->steps.n - 1].list[list] =
			(struct plan_list){ .offset = offset,
				.count = (uint32_t)n };
	return items;
}

void
block_strings(
	struct block *block, size_t list, const char *const *texts, size_t n)
{
	uint32_t *items = add_list(block, list, n);

	for (size_t i = 0; items && i < n; i++)
		items[i] = block_text(block, texts[i]);
}

void
block_numbers(
	struct block *block, size_t list, const uint32_t *numbers, size_t n)
{
	uint32_t *items = add_list(block, list, n);

	if (items)
		memcpy(items, numbers, n * sizeof(*numbers));
}

/* A handle becomes an offset in the block; 0 stays 0. */
static void
settle(uint32_t *handle, uint32_t strings)
{
	if (*handle)
		*handle += strings - 1;
}

/* Gives a step of the finished block its offsets. Which lists hold texts and
 * which hold numbers is the table's knowledge. */
static void
settle_step(
	struct plan_step *step, char *base, uint32_t items, uint32_t strings)
{
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		settle(&step->text[i], strings);
	settle(&step->pointer, strings);
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		struct plan_list *list = &step->list[i];
		uint32_t *item;

		if (!list->count)
			continue;
		list->offset = items + list->offset * (uint32_t)sizeof(*item);
		if (plan_ops[step->op].list[i] != OPERAND_STRINGS)
			continue;
		item = (void *)(base + list->offset);
		for (uint32_t j = 0; j < list->count; j++)
			settle(&item[j], strings);
	}
}

/* The order in the block: header, steps, items, strings. Steps and items
 * keep their alignment, because the header's and a step's size are multiples
 * of 8. */
const void *
block_finish(struct block *block, size_t n_slots, size_t *out_size)
{
	size_t steps = block->steps.n * sizeof(struct plan_step),
	       lists = block->items.n * sizeof(uint32_t);
	size_t strings = sizeof(struct plan_header) + steps + lists,
	       size = strings + block->bytes.n;
	bool broken = block->steps.broken || block->items.broken ||
		block->bytes.broken;
	char *base = broken || size > PLAN_MAX_SIZE
		? NULL
		: arena_alloc(block->arena, size);
	struct plan_header *head = (void *)base;
	struct plan_step *step;

	if (!base)
		return NULL;
	*head = (struct plan_header){
		.magic = PLAN_MAGIC,
		.version = PLAN_VERSION,
		.size = (uint32_t)size,
		.steps = sizeof(*head),
		.n_steps = (uint32_t)block->steps.n,
		.n_slots = (uint32_t)n_slots,
		.strings = (uint32_t)strings,
	};
	step = (void *)(base + sizeof(*head));
	if (steps)
		memcpy(step, block->steps.items, steps);
	if (lists)
		memcpy(base + sizeof(*head) + steps, block->items.items, lists);
	memcpy(base + strings, block->bytes.items, block->bytes.n);
	for (size_t i = 0; i < block->steps.n; i++)
		settle_step(&step[i], base, (uint32_t)(sizeof(*head) + steps),
			(uint32_t)strings);
	*out_size = size;
	return base;
}
