/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that stood in the objects of a document so far, to find the ones
 * that stand twice. One hash table for the whole document: a name counts
 * together with the number of its object. The names themselves stay where
 * they are and must outlive the set.
 */
#ifndef LIBOCISPEC_KEYSET_H
#define LIBOCISPEC_KEYSET_H

#include <stddef.h>
#include <stdint.h>

struct keyset_entry {
	const char *key; /* NULL: free */
	uint32_t len;
	uint32_t object;
};

struct keyset {
	struct keyset_entry *entries;
	size_t n, cap; /* cap is 0 or a power of two */
};

/* Returns 1 when the name is new, 0 when it is there, -1 out of memory. */
int keyset_add(
	struct keyset *set, uint32_t object, const char *key, size_t len);
void keyset_done(struct keyset *set);

#endif
