/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash is BLAKE2b: the expected values are those that b2sum -l 256 of GNU
 * coreutils prints.
 */
#include "host/hash.h"

#include "runner.h"

#include <string.h>

static const struct {
	const char *text, *hash;
} known[] = {
	{
		"",
		"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
	},
	{
		"abc",
		"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
	},
	{
		"The quick brown fox jumps over the lazy dog",
		"01718cec35cd3d796dd00020e0bfecb473ad23457d063b75eff29c0ffa2e58a9",
	},
};

START_TEST(known_texts_have_the_known_hash)
{
	struct hash hash;
	char out[HASH_TEXT_SIZE];

	hash_init(&hash);
	hash_add(&hash, known[_i].text, strlen(known[_i].text));
	hash_format(&hash, out);
	ck_assert_str_eq(out, known[_i].hash);
}
END_TEST

/* Around the size of a block, in pieces of every size up to it. */
START_TEST(pieces_give_the_same_as_the_whole)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 129, 255, 256, 257,
		1000 };
	size_t size = sizes[_i];
	char data[1000], whole[HASH_TEXT_SIZE], parts[HASH_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	for (size_t piece = 1; piece <= 130; piece++) {
		struct hash hash;

		hash_init(&hash);
		hash_add(&hash, data, size);
		hash_format(&hash, whole);
		hash_init(&hash);
		for (size_t at = 0; at < size; at += piece)
			hash_add(&hash, data + at,
				size - at < piece ? size - at : piece);
		hash_format(&hash, parts);
		ck_assert_str_eq(whole, parts);
	}
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, known_texts_have_the_known_hash, 0,
		sizeof(known) / sizeof(known[0]));
	tcase_add_loop_test(tcase, pieces_give_the_same_as_the_whole, 0, 9);
}

int
main(void)
{
	return runner_run("host/hash", fill);
}
