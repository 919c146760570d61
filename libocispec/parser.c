/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yajl grows what it needs by doubling: an allocation that grows is copied to
 * the end, and its size stands in front of it. All that was given out for one
 * buffer is less than four times its last content, and there are few buffers.
 */
#include "libocispec/parser.h"

#include <string.h>

#define HEAD  ((size_t)16) /* keeps allocations aligned */
#define FIXED ((size_t)1 << 20)
#define TIMES 16

static void *
take(void *arena, size_t size)
{
	char *memory = arena_alloc(arena, HEAD + size);

	if (!memory)
		return NULL;
	memcpy(memory, &size, sizeof(size));
	return memory + HEAD;
}

static void
drop(void *arena, void *memory)
{
	(void)arena;
	(void)memory;
}

static void *
grow(void *arena, void *memory, size_t size)
{
	void *moved = take(arena, size);
	size_t had = 0;

	if (memory)
		memcpy(&had, (char *)memory - HEAD, sizeof(had));
	if (moved && memory)
		memcpy(moved, memory, had < size ? had : size);
	return moved;
}

int
parser_memory_init(struct parser_memory *memory, size_t len)
{
	if (arena_init(&memory->arena, NULL) < 0)
		return -1;
	memory->functions = (yajl_alloc_funcs){
		.malloc = take,
		.realloc = grow,
		.free = drop,
		.ctx = &memory->arena,
	};
	if (memory->arena.size / TIMES > FIXED / TIMES + len)
		return 0;
	parser_memory_done(memory);
	return -1;
}

void
parser_memory_done(struct parser_memory *memory)
{
	arena_done(&memory->arena);
}
