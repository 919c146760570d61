/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share. A target is one function that takes any bytes
 * and aborts where what it promises in its first lines does not hold.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static inline void
expect(bool holds)
{
	if (!holds)
		abort();
}

/* One for all inputs, empty again. */
static inline struct arena *
fuzz_arena(void)
{
	static struct arena arena;

	expect(arena.base || arena_init(&arena, NULL) == 0);
	arena_cut(&arena, 0);
	return &arena;
}

/* A copy with a NUL behind it, and nothing behind that. */
static inline char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = calloc(1, len + 1);

	expect(text);
	return len ? memcpy(text, data, len) : text;
}

#endif
