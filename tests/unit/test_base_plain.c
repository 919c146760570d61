/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches a terminal or a line of a log says nothing but itself. */
#include "base/plain.h"
#include "tests/unit/runner.h"

#include <string.h>

static const struct {
	const char *text, *plain;
} texts[] = {
	{ "", "" },
	{ "web: not found", "web: not found" },
	{ "a\tb\nc", "a b c" },
	{ "\x1b[2J\x7f\r\b", "?[2J???" },
	/* CSI and OSC of 8 bits, alone and as UTF-8 */
	{ "a\x9b"
	  "2J",
		"a?2J" },
	{ "a\xc2\x9b"
	  "2J",
		"a??2J" },
	{ "\xc2\x80\xc2\x9f\xc2\xa0", "????\xc2\xa0" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
	/* a letter that was cut, one that is too long, none at all */
	{ "\xe2\x82", "??" },
	{ "\xc0\x9b", "??" },
	{ "\xff\xfe", "??" },
};

START_TEST(no_letter_steers_a_terminal)
{
	char text[64];

	strcpy(text, texts[_i].text);
	plain_make(text);
	ck_assert_str_eq(text, texts[_i].plain);
	/* What is plain stays so. */
	plain_make(text);
	ck_assert_str_eq(text, texts[_i].plain);
}
END_TEST

START_TEST(every_single_byte_is_a_letter_or_a_mark)
{
	for (int byte = 1; byte < 256; byte++) {
		char text[] = { (char)byte, '\0' };

		plain_make(text);
		ck_assert_int_ge(text[0], ' ');
		ck_assert_int_ne(text[0], 0x7f);
		ck_assert_int_eq(text[0] == byte, byte >= ' ' && byte < 0x7f);
	}
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, no_letter_steers_a_terminal, 0,
		sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(tcase, every_single_byte_is_a_letter_or_a_mark);
}

int
main(void)
{
	return runner_run("base/plain", fill);
}
