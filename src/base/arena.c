/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reservation of addresses per decoded document or plan. The kernel gives
 * a page when it is first touched, so a large reservation costs nothing; no
 * pointer into it ever moves. Freed whole, by arena_done(), or by the exit.
 * Sizes are bounded by the document's size limit, so that no sum overflows;
 * arena_alloc() checks all the same.
 */
#include "base/arena.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_MOST  ((size_t)1 << 30)
#define ARENA_LEAST ((size_t)64 << 20)
#define ARENA_ALIGN ((size_t)16)

/* Under AddressSanitizer nobody may touch the gap behind an allocation; it
 * sees no other bounds in here. (clang has a word of its own.) */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define GAP ARENA_ALIGN
#else
#define GAP                                   ((size_t)0)
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

int
arena_init(struct arena *arena, struct err *err)
{
	/* Less where RLIMIT_AS or strict overcommit do not allow as much. */
	for (size_t size = ARENA_MOST; size >= ARENA_LEAST; size /= 2) {
		void *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (base == MAP_FAILED)
			continue;
		*arena = (struct arena){ .base = base, .size = size };
		return 0;
	}
	return err_sys(err, "reserve memory");
}

void
arena_done(struct arena *arena)
{
	if (arena->base) {
		ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->used + 2 * GAP);
		munmap(arena->base, arena->size);
	}
	*arena = (struct arena){ 0 };
}

/* No header, no list: an address is all there is to an allocation. */
void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t start = (arena->used + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);

	if (arena->used)
		start += GAP;
	if (start > arena->size || size > arena->size - start)
		return NULL;
	arena->used = start + size;
	/* What was allocated before may have been nothing. */
	ASAN_UNPOISON_MEMORY_REGION(arena->base + start, size);
	if (arena->used + 2 * GAP <= arena->size)
		ASAN_POISON_MEMORY_REGION(
			arena->base + arena->used, GAP + -arena->used % 16);
	return arena->base + start;
}

void
arena_cut(struct arena *arena, size_t used)
{
	ASAN_UNPOISON_MEMORY_REGION(
		arena->base + used, arena->used - used + 2 * GAP);
	memset(arena->base + used, 0, arena->used - used);
	arena->used = used;
}

/* len bytes, which may hold anything. */
char *
arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_alloc(arena, len + 1) : NULL;

	if (!copy)
		return NULL;
	/* text may be NULL where there is none; the NUL is there already. */
	if (len)
		memcpy(copy, text, len);
	return copy;
}

/* Formatted twice, first for the length; what fails leaves nothing behind. */
char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len >= 0)
		text = arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return text;
}
