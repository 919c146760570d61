/* SPDX-License-Identifier: Apache-2.0 */
/* Growing text, JSON strings, the integer parser's edges, the nearest word. */
#include "base/str.h"
#include "tests/unit/runner.h"

#include <string.h>

#define ROWS(rows) ((int)(sizeof(rows) / sizeof(*(rows))))

static const struct {
	const char *text;
	int64_t min, max, value;
	int result;
} ints[] = {
	{ "0", 0, 0, 0, 0 },
	{ "-0", 0, 0, 0, 0 },
	{ "1", 0, 10, 1, 0 },
	{ "01", 0, 10, 1, 0 },
	{ "10", 0, 10, 10, 0 },
	{ "11", 0, 10, 0, -1 },
	{ "-1", 0, 10, 0, -1 },
	{ "-1000", -1000, 1000, -1000, 0 },
	{ "-1001", -1000, 1000, 0, -1 },
	{ "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, 0 },
	{ "9223372036854775808", INT64_MIN, INT64_MAX, 0, -1 },
	{ "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, 0 },
	{ "-9223372036854775809", INT64_MIN, INT64_MAX, 0, -1 },
	{ "99999999999999999999999", INT64_MIN, INT64_MAX, 0, -1 },
	{ "", 0, 10, 0, -1 },
	{ "-", -10, 10, 0, -1 },
	{ "--1", -10, 10, 0, -1 },
	{ "+1", 0, 10, 0, -1 },
	{ " 1", 0, 10, 0, -1 },
	{ "1 ", 0, 10, 0, -1 },
	{ "1x", 0, 10, 0, -1 },
	{ "x1", 0, 10, 0, -1 },
	{ "1:", 0, 10, 0, -1 },
	{ "0x1", 0, 10, 0, -1 },
	{ "1e1", 0, 10, 0, -1 },
	{ "1.0", 0, 10, 0, -1 },
	{ "\xd9\xa1", 0, 10, 0, -1 },
};

START_TEST(an_integer_is_the_whole_text_or_none)
{
	int64_t value = 4711;

	ck_assert_int_eq(
		str_to_int(ints[_i].text, ints[_i].min, ints[_i].max, &value),
		ints[_i].result);
	ck_assert_int_eq(value, ints[_i].result ? 4711 : ints[_i].value);
}
END_TEST

static const struct {
	const char *text;
	uint64_t max, value;
	int result;
} uints[] = {
	{ "0", 0, 0, 0 },
	{ "4294967295", UINT32_MAX, UINT32_MAX, 0 },
	{ "4294967296", UINT32_MAX, 0, -1 },
	{ "18446744073709551615", UINT64_MAX, UINT64_MAX, 0 },
	{ "18446744073709551616", UINT64_MAX, 0, -1 },
	{ "18446744073709551625", UINT64_MAX, 0, -1 },
	{ "9", 8, 0, -1 },
	{ "1", 0, 0, -1 },
	{ "-0", 8, 0, -1 },
	{ "", 8, 0, -1 },
};

START_TEST(an_unsigned_integer_has_no_sign)
{
	uint64_t value = 4711;

	ck_assert_int_eq(str_to_uint(uints[_i].text, uints[_i].max, &value),
		uints[_i].result);
	ck_assert_uint_eq(value, uints[_i].result ? 4711 : uints[_i].value);
}
END_TEST

static const struct {
	const char *text, *json;
} strings[] = {
	{ "", "\"\"" },
	{ "plain", "\"plain\"" },
	{ "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
	{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
	{ "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
	{ "\xc2\x9b[\xc2\x85", "\"\\u009b[\\u0085\"" },
	{ "\xff", "\"\xef\xbf\xbd\"" },
	{ "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xe0\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xf4\x90\x80\x80",
		"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xf5\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\xe2\"", "\"\xef\xbf\xbd\\\"\"" },
};

START_TEST(a_json_string_is_utf8_and_escaped)
{
	auto_str str = { 0 };

	str_add_json(&str, strings[_i].text);
	ck_assert_str_eq(str.data, strings[_i].json);
	ck_assert(!str.broken);
}
END_TEST

START_TEST(text_grows)
{
	auto_str str = { 0 };
	size_t len = 0;

	for (int i = 0; i < 5000; i++) {
		str_addf(&str, "%d,", i % 10);
		len += 2;
		ck_assert_uint_eq(str.len, len);
		ck_assert_uint_eq(strlen(str.data), len);
	}
	str_add_len(&str, "a\0b", 3);
	ck_assert_uint_eq(str.len, len + 3);
	ck_assert_int_eq(memcmp(str.data + len, "a\0b", 4), 0);
	str_done(&str);
	ck_assert_ptr_null(str.data);
	str_add(&str, "");
	ck_assert_str_eq(str.data, "");
}
END_TEST

START_TEST(a_text_that_is_too_large_is_broken_and_stays_it)
{
	auto_str str = { 0 };

	str_add(&str, "whole");
	str_add_len(&str, "", SIZE_MAX - 16);
	ck_assert(str.broken);
	str_add(&str, "more");
	ck_assert_str_eq(str.data, "whole");
}
END_TEST

static const char *const words[] = { "create", "delete", "kill", "ps",
	"nosymfollow", "bind", "rbind", NULL };

static const char *
next_word(const void *from, size_t i)
{
	return ((const char *const *)from)[i];
}

static const struct {
	const char *text, *nearest;
} meant[] = {
	{ "craete", "create" },
	{ "DELETE", "delete" },
	{ "delet", "delete" },
	{ "kil", "kill" },
	{ "killl", "kill" },
	{ "nosymfolow", "nosymfollow" },
	{ "rbnid", "rbind" },
	{ "pq", "ps" },
	{ "xyzzy", NULL },
	{ "x", NULL },
	{ "", NULL },
	{ "a_word_of_more_letters_than_any_word_that_a_user_could_have_meant_here",
		NULL },
};

START_TEST(the_word_that_was_meant_is_found)
{
	const char *word = str_nearest(meant[_i].text, next_word, words);

	if (meant[_i].nearest)
		ck_assert_str_eq(word, meant[_i].nearest);
	else
		ck_assert_ptr_null(word);
}
END_TEST

START_TEST(prefixes_are_compared_whole)
{
	ck_assert(str_has_prefix("file:/x", "file:"));
	ck_assert(str_has_prefix("x", ""));
	ck_assert(!str_has_prefix("fil", "file:"));
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(
		tcase, an_integer_is_the_whole_text_or_none, 0, ROWS(ints));
	tcase_add_loop_test(
		tcase, an_unsigned_integer_has_no_sign, 0, ROWS(uints));
	tcase_add_loop_test(
		tcase, a_json_string_is_utf8_and_escaped, 0, ROWS(strings));
	tcase_add_test(tcase, text_grows);
	tcase_add_test(tcase, a_text_that_is_too_large_is_broken_and_stays_it);
	tcase_add_loop_test(
		tcase, the_word_that_was_meant_is_found, 0, ROWS(meant));
	tcase_add_test(tcase, prefixes_are_compared_whole);
}

int
main(void)
{
	return runner_run("base/str", fill);
}
