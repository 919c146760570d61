/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BLAKE2b with a result of 32 bytes (RFC 7693): a name for what a cache holds,
 * of which nobody can make a second one.
 */
#ifndef HOST_HASH_H
#define HOST_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32
/* Two digits a byte, and the NUL. */
#define HASH_TEXT_SIZE 65

struct hash {
	uint64_t state[8], count;
	uint8_t block[128];
	size_t fill;
};

void hash_init(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t len);
/* The result in hexadecimal, with a NUL. */
void hash_format(struct hash *hash, char out[HASH_TEXT_SIZE]);

#endif
