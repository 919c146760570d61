/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BLAKE2b as RFC 7693 writes it down, without a key. It stands here because
 * no library that scrim loads has a cryptographic hash, and the cache of
 * seccomp filters must not confuse two profiles even if somebody tries hard.
 * The last block is held back until hash_format(), which marks it as last.
 */
#include "host/hash.h"

#include <string.h>

static const uint64_t iv[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
	0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f,
	0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* RFC 7693, 2.7; rounds 10 and 11 use rows 0 and 1 again. */
static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static uint64_t
rotate(uint64_t x, int n)
{
	return x >> n | x << (64 - n);
}

/* The mixing function G on four words of v. */
static void
mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, const uint64_t x,
	const uint64_t y)
{
	*a += *b + x;
	*d = rotate(*d ^ *a, 32);
	*c += *d;
	*b = rotate(*b ^ *c, 24);
	*a += *b + y;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 63);
}

/* Takes the full block in; last: with zeros behind what was added. */
static void
compress(struct hash *hash, uint64_t last)
{
	uint64_t v[16], m[16] = { 0 };

	for (int i = 0; i < 128; i++)
		m[i / 8] |= (uint64_t)hash->block[i] << 8 * (i % 8);
	memcpy(v, hash->state, sizeof(hash->state));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= hash->count;
	v[14] ^= last;
	for (int round = 0; round < 12; round++) {
		const uint8_t *s = sigma[round % 10];

		for (size_t i = 0; i < 4; i++)
			mix(&v[i], &v[4 + i], &v[8 + i], &v[12 + i],
				m[s[2 * i]], m[s[2 * i + 1]]);
		for (size_t i = 0; i < 4; i++)
			mix(&v[i], &v[4 + (i + 1) % 4], &v[8 + (i + 2) % 4],
				&v[12 + (i + 3) % 4], m[s[8 + 2 * i]],
				m[s[9 + 2 * i]]);
	}
	for (int i = 0; i < 8; i++)
		hash->state[i] ^= v[i] ^ v[i + 8];
	hash->fill = 0;
}

void
hash_init(struct hash *hash)
{
	memset(hash, 0, sizeof(*hash));
	memcpy(hash->state, iv, sizeof(iv));
	/* Parameters: fanout and depth 1, no key, length of the result. */
	hash->state[0] ^= 0x01010000 ^ HASH_SIZE;
}

void
hash_add(struct hash *hash, const void *data, size_t len)
{
	const uint8_t *from = data;

	while (len) {
		size_t part = sizeof(hash->block) - hash->fill;

		if (part == 0) {
			compress(hash, 0);
			continue;
		}
		if (part > len)
			part = len;
		memcpy(hash->block + hash->fill, from, part);
		hash->fill += part;
		hash->count += part;
		from += part;
		len -= part;
	}
}

void
hash_format(struct hash *hash, char out[HASH_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	memset(hash->block + hash->fill, 0, sizeof(hash->block) - hash->fill);
	compress(hash, UINT64_MAX);
	for (size_t i = 0; i < HASH_SIZE; i++) {
		unsigned byte = hash->state[i / 8] >> 8 * (i % 8) & 0xff;

		out[2 * i] = digits[byte >> 4];
		out[2 * i + 1] = digits[byte & 15];
	}
	out[HASH_TEXT_SIZE - 1] = '\0';
}
