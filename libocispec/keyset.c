/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table with open addressing, at most three quarters full (see
 * keyset.h). The hash is FNV-1a, begun at a value that differs from run to
 * run, so that nobody can write down names that all collide.
 */
#include "libocispec/keyset.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
hash(const struct keyset *set, uint32_t object, const char *key, size_t len)
{
	/* Where the stack lies is random (ASLR); set itself does not move. */
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)set ^
		((uint64_t)object << 32);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

/* The entry of the name, or the free one where it belongs. */
static struct keyset_entry *
find(const struct keyset *set, uint32_t object, const char *key, size_t len)
{
	size_t i = hash(set, object, key, len) & (set->cap - 1);

	for (;; i = (i + 1) & (set->cap - 1)) {
		struct keyset_entry *entry = &set->entries[i];

		if (!entry->key)
			return entry;
		if (entry->object == object && entry->len == len &&
			memcmp(entry->key, key, len) == 0)
			return entry;
	}
}

/* Doubles the table; the entries move, the names stay. */
static int
grow(struct keyset *set)
{
	struct keyset_entry *old = set->entries;
	size_t cap = set->cap;
	struct keyset_entry *entries =
		calloc(cap ? cap * 2 : 64, sizeof(*entries));

	if (!entries)
		return -1;
	set->entries = entries;
	set->cap = cap ? cap * 2 : 64;
	for (size_t i = 0; i < cap; i++)
		if (old[i].key)
			*find(set, old[i].object, old[i].key, old[i].len) =
				old[i];
	free(old);
	return 0;
}

int
keyset_add(struct keyset *set, uint32_t object, const char *key, size_t len)
{
	struct keyset_entry *entry;

	if (set->n >= set->cap / 4 * 3 && grow(set) < 0)
		return -1;
	entry = find(set, object, key, len);
	if (entry->key)
		return 0;
	*entry = (struct keyset_entry){ key, (uint32_t)len, object };
	set->n++;
	return 1;
}

void
keyset_done(struct keyset *set)
{
	free(set->entries);
	*set = (struct keyset){ 0 };
}
