/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error object: what it keeps, how contexts and places are added, and
 * that nothing it is fed overflows it or reaches a terminal as an escape.
 */
#include "base/err.h"
#include "base/place.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <string.h>

static const struct place root = { .line = 1, .column = 1 };
static const struct place mounts = {
	.up = &root, .key = "mounts", .line = 80, .column = 2
};
static const struct place third = {
	.up = &mounts, .index = 3, .line = 87, .column = 3
};

static const char *
text_of(const struct err *err)
{
	static char buf[2 * ERR_TEXT_MAX];

	ck_assert_uint_eq(err_format(err, buf, sizeof(buf)), strlen(buf));
	return buf;
}

START_TEST(a_failed_call_keeps_errno_and_gains_contexts)
{
	struct err err = { 0 };

	errno = EPERM;
	ck_assert_int_eq(err_sys(&err, "%s", "fsopen"), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(err_at(&err, &third, NULL), -1);
	ck_assert_int_eq(err_in(&err, "mount %s", "/proc"), -1);
	err_in(&err, "create %s", "web");
	ck_assert_int_eq(err.code, EPERM);
	ck_assert_str_eq(text_of(&err),
		"create web: mount /proc: fsopen: Operation not permitted (config.json:87:3, /mounts/3)");
}
END_TEST

START_TEST(nothing_is_called_no_such_file)
{
	struct err err = { 0 };

	err_code(&err, ENOENT, "open %s", "/x");
	ck_assert_str_eq(text_of(&err), "open /x: not there");
}
END_TEST

START_TEST(the_place_noted_first_stays)
{
	struct err err = { 0 };

	err_bad(&err, &third, "options", "no such option");
	err_at(&err, &mounts, NULL);
	err_where(&err, 1, 1, "/root");
	ck_assert_uint_eq(err.line, 87);
	ck_assert_uint_eq(err.column, 3);
	ck_assert_str_eq(err.pointer, "/mounts/3/options");
	ck_assert_str_eq(text_of(&err),
		"no such option (config.json:87:3, /mounts/3/options)");
}
END_TEST

START_TEST(a_second_failure_forgets_the_first)
{
	struct err err = { .exit_status = 255, .document = "process.json" };

	errno = EIO;
	err_sys(&err, "read");
	err_where(&err, 4, 2, "/args");
	err_say(&err, "other");
	ck_assert_int_eq(err.code, 0);
	ck_assert_str_eq(text_of(&err), "other");
	ck_assert_uint_eq(err.exit_status, 255);
	err_where(&err, 4, 0, "");
	ck_assert_str_eq(text_of(&err), "other (process.json:4)");
}
END_TEST

START_TEST(a_place_without_a_line_shows_its_pointer)
{
	struct err err = { 0 };

	err_say(&err, "odd");
	err_where(&err, 0, 0, "/linux");
	ck_assert_str_eq(text_of(&err), "odd (config.json, /linux)");
}
END_TEST

START_TEST(nobody_cares_is_fine)
{
	ck_assert_int_eq(err_sys(NULL, "x"), -1);
	ck_assert_int_eq(err_code(NULL, EIO, "x"), -1);
	ck_assert_int_eq(err_say(NULL, "x"), -1);
	ck_assert_int_eq(err_bad(NULL, &root, NULL, "x"), -1);
	ck_assert_int_eq(err_in(NULL, "x"), -1);
	ck_assert_int_eq(err_at(NULL, &root, NULL), -1);
	ck_assert_int_eq(err_where(NULL, 1, 1, "x"), -1);
}
END_TEST

START_TEST(long_texts_are_cut_and_the_outer_context_stays)
{
	char longest[2 * ERR_TEXT_MAX], small[16];
	struct err err = { 0 };

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	err_say(&err, "%s", longest);
	ck_assert_uint_eq(strlen(err.text), ERR_TEXT_MAX - 1);
	err_in(&err, "outer");
	ck_assert_int_eq(strncmp(err.text, "outer: xxx", 10), 0);
	ck_assert_uint_eq(strlen(err.text), ERR_TEXT_MAX - 1);
	err_in(&err, "%s", longest);
	ck_assert_uint_eq(strlen(err.text), ERR_TEXT_MAX - 1);
	err_where(&err, 1, 1, longest);
	ck_assert_uint_eq(strlen(err.pointer), ERR_POINTER_MAX - 1);
	ck_assert_uint_eq(
		err_format(&err, small, sizeof(small)), sizeof(small) - 1);
	ck_assert_uint_eq(err_format(&err, small, 1), 0);
	ck_assert_uint_eq(err_format(&err, small, 0), 0);
}
END_TEST

START_TEST(an_object_from_the_wire_needs_no_terminator)
{
	struct err err;
	char buf[4 * ERR_TEXT_MAX];

	memset(&err, 'y', sizeof(err));
	err.code = 0;
	ck_assert_uint_lt(err_format(&err, buf, sizeof(buf)), sizeof(err) + 32);
	err_in(&err, "outer");
	ck_assert_uint_eq(strlen(err.text), ERR_TEXT_MAX - 1);
}
END_TEST

START_TEST(what_another_process_says_is_cut_and_chooses_no_exit_status)
{
	struct err other, err = { .exit_status = 255, .document = "mine" };

	memset(&other, 'y', sizeof(other));
	ck_assert_int_eq(err_take(NULL, &other), -1);
	ck_assert_int_eq(err_take(&err, &other), -1);
	ck_assert_uint_eq(err.exit_status, 255);
	ck_assert_str_eq(err.document, "mine");
	ck_assert_uint_eq(strlen(err.text), ERR_TEXT_MAX - 1);
	ck_assert_uint_eq(strlen(err.pointer), ERR_POINTER_MAX - 1);
}
END_TEST

START_TEST(no_escape_sequence_gets_out)
{
	struct err err = { 0 };

	err_say(&err,
		"open /a\x1b[2J\n\x7f"
		"b");
	ck_assert_str_eq(text_of(&err), "open /a?[2J ?b");
	err_say(&err,
		"\xc2\x9b"
		"2J\x9b");
	ck_assert_str_eq(text_of(&err), "??2J?");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_failed_call_keeps_errno_and_gains_contexts);
	tcase_add_test(tcase, nothing_is_called_no_such_file);
	tcase_add_test(tcase, the_place_noted_first_stays);
	tcase_add_test(tcase, a_second_failure_forgets_the_first);
	tcase_add_test(tcase, a_place_without_a_line_shows_its_pointer);
	tcase_add_test(tcase, nobody_cares_is_fine);
	tcase_add_test(tcase, long_texts_are_cut_and_the_outer_context_stays);
	tcase_add_test(tcase, an_object_from_the_wire_needs_no_terminator);
	tcase_add_test(tcase,
		what_another_process_says_is_cut_and_chooses_no_exit_status);
	tcase_add_test(tcase, no_escape_sequence_gets_out);
}

int
main(void)
{
	return runner_run("base/err", fill);
}
