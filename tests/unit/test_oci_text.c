/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts under the decoder that work on bytes: where tokens begin and what
 * line that is, what is UTF-8, finding a pointer's value again, and the set
 * of names.
 */
#include "libocispec/keyset.h"
#include "libocispec/locate.h"
#include "libocispec/text.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <string.h>

/* The offset of the first byte that is no UTF-8; -1: all is well. */
static const struct {
	const char *text;
	int bad;
} encodings[] = {
	{ "", -1 },
	{ "plain text that is longer than eight bytes", -1 },
	{ "\x7f", -1 },
	{ "\xc2\x80 \xdf\xbf", -1 },
	{ "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf", -1 },
	{ "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", -1 },
	{ "12345678\x80", 8 },
	{ "a\xc0\x80", 1 },
	{ "\xc1\xbf", 0 },
	{ "\xc3", 0 },
	{ "\xc3(", 0 },
	{ "\xe0\x9f\xbf", 0 },
	{ "\xed\xa0\x80", 0 },
	{ "\xe2\x82", 0 },
	{ "\xf0\x8f\xbf\xbf", 0 },
	{ "\xf4\x90\x80\x80", 0 },
	{ "\xf5\x80\x80\x80", 0 },
	{ "\xff", 0 },
};

/* The token that ends where the text does. */
static const struct {
	const char *text;
	size_t token;
} tokens[] = {
	{ "", 0 },
	{ "{", 0 },
	{ "[1,-2.5e+7", 3 },
	{ "[null", 1 },
	{ "{\"a\"", 1 },
	{ "{\"\"", 1 },
	{ "[\"a\",\"b\\\"c\"", 5 },
	{ "[\"a\\\\\",\"b\"", 7 },
	{ "[\"a\\\\\"", 1 },
	{ "\"", 0 },
	{ "[ ]", 2 },
};

static const struct {
	const char *raw;
	bool half;
} escapes[] = {
	{ "plain", false },
	{ "\\ud83d\\ude00", false },
	{ "\\uD83D\\uDE00 \\uDBFF\\uDFFF", false },
	{ "\\ud7ff\\ue000", false },
	{ "\\\\ud83d", false },
	{ "\\ud83d", true },
	{ "\\ude00", true },
	{ "\\ud83d\\ud83d\\ude00", true },
	{ "\\ude00\\ud83d", true },
	{ "\\ud83dx\\ude00", true },
	{ "\\\\\\ud83d", true },
};

/* line 0: there is no such value. */
static const char document[] = "{\"a\":[1,{\"b/c\":null,\n"
			       " \"d~e\": [] }, \"x\"],\n"
			       "  \"\": {\"10\":true, \"a\" : -1}}";
static const struct {
	const char *pointer;
	uint32_t line, column;
} pointers[] = {
	{ "", 1, 1 },
	{ "/a", 1, 6 },
	{ "/a/0", 1, 7 },
	{ "/a/1", 1, 9 },
	{ "/a/1/b~1c", 1, 16 },
	{ "/a/1/d~0e", 2, 9 },
	{ "/a/2", 2, 15 },
	{ "/", 3, 7 },
	{ "//10", 3, 13 },
	{ "//a", 3, 25 },
	{ "/a/3", 0, 0 },
	{ "/a/x", 0, 0 },
	{ "/a/", 0, 0 },
	{ "/a/0/b", 0, 0 },
	{ "/a/1/d~0e/0", 0, 0 },
	{ "/b", 0, 0 },
	{ "/aa", 0, 0 },
	{ "/a/99999999999999999999999", 0, 0 },
};

START_TEST(utf8_is_exactly_what_unicode_calls_so)
{
	const char *text = encodings[_i].text;
	size_t len = strlen(text);
	size_t bad = encodings[_i].bad < 0 ? len : (size_t)encodings[_i].bad;

	ck_assert_uint_eq(text_bad_utf8(text, len), bad);
}
END_TEST

START_TEST(a_token_is_found_from_its_end)
{
	const char *text = tokens[_i].text;

	ck_assert_uint_eq(text_token(text, strlen(text)), tokens[_i].token);
}
END_TEST

START_TEST(half_a_surrogate_pair_is_noticed)
{
	const char *raw = escapes[_i].raw;

	ck_assert(text_has_half_pair(raw, strlen(raw)) == escapes[_i].half);
}
END_TEST

START_TEST(lines_and_columns_count_characters)
{
	static const char text[] = "a\n\xc3\xa4\xe2\x82\xac"
				   "b\n\nc";
	struct text_mark mark = TEXT_START;

	text_move(&mark, text, 1);
	ck_assert_uint_eq(mark.line, 1);
	ck_assert_uint_eq(mark.column, 2);
	text_move(&mark, text, strlen("a\n\xc3\xa4\xe2\x82\xac"));
	ck_assert_uint_eq(mark.line, 2);
	ck_assert_uint_eq(mark.column, 3);
	text_move(&mark, text, strlen(text));
	ck_assert_uint_eq(mark.line, 4);
	ck_assert_uint_eq(mark.column, 2);
}
END_TEST

START_TEST(a_pointer_leads_to_line_and_column)
{
	uint32_t line = 0, column = 0;
	bool found = locate(document, strlen(document), pointers[_i].pointer,
		&line, &column);

	ck_assert(found == (pointers[_i].line != 0));
	ck_assert_uint_eq(line, pointers[_i].line);
	ck_assert_uint_eq(column, pointers[_i].column);
}
END_TEST

START_TEST(a_name_counts_once_for_each_object)
{
	static char names[10000][8];
	struct keyset set = { 0 };

	for (uint32_t object = 0; object < 3; object++) {
		for (int i = 0; i < 10000; i++) {
			int len = snprintf(names[i], sizeof(names[i]), "%d", i);

			ck_assert_int_eq(
				keyset_add(&set, object, names[i], (size_t)len),
				1);
		}
	}
	ck_assert_int_eq(keyset_add(&set, 1, "9999", 4), 0);
	ck_assert_int_eq(keyset_add(&set, 3, "9999", 4), 1);
	ck_assert_int_eq(keyset_add(&set, 3, "", 0), 1);
	ck_assert_int_eq(keyset_add(&set, 3, "", 0), 0);
	keyset_done(&set);
	ck_assert_ptr_null(set.entries);
}
END_TEST

#define LOOP(tcase_, test_, table_)                                            \
	tcase_add_loop_test(                                                   \
		tcase_, test_, 0, sizeof(table_) / sizeof((table_)[0]))

static void
fill(TCase *tcase)
{
	LOOP(tcase, utf8_is_exactly_what_unicode_calls_so, encodings);
	LOOP(tcase, a_token_is_found_from_its_end, tokens);
	LOOP(tcase, half_a_surrogate_pair_is_noticed, escapes);
	LOOP(tcase, a_pointer_leads_to_line_and_column, pointers);
	tcase_add_test(tcase, lines_and_columns_count_characters);
	tcase_add_test(tcase, a_name_counts_once_for_each_object);
}

int
main(void)
{
	return runner_run("oci_text", fill);
}
