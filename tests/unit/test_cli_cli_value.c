/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as Go programs write them, and the words of help and completion.
 */
#include "runner.h"

#include "base/str.h"
#include "cli/cli.h"

static const struct {
	const char *text;
	int64_t ns;
} times[] = {
	{ "5s", 5000000000 },
	{ "5", 5000000000 },
	{ "0", 0 },
	{ "1.5s", 1500000000 },
	{ ".5s", 500000000 },
	{ "200ms", 200000000 },
	{ "1m30s", 90000000000 },
	{ "1h0m1.25s", 3601250000000 },
	{ "7us", 7000 },
	{ "3ns", 3 },
	{ "0.0000000009s", 0 },
	{ "2562047h", 9223369200000000000 },
};

static const char *const no_times[] = {
	"", "s", "-1s", "1x", "1s ", " 1s", "1..5s", ".s", "2562048h", "1sm",
	"9223372036854775808ns", "99999999999999999999s", "1m9223372036s1h",
};

START_TEST(a_time_is_read)
{
	int64_t ns = -1;

	ck_assert_int_eq(cli_value_duration(times[_i].text, &ns), 0);
	ck_assert_int_eq(ns, times[_i].ns);
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	int64_t ns = -1;

	ck_assert_msg(cli_value_duration(no_times[_i], &ns) == -1, "\"%s\"",
		no_times[_i]);
	ck_assert_int_eq(ns, -1);
}
END_TEST

static const struct {
	const char *text;
	int64_t bytes;
} sizes[] = {
	{ "0", 0 }, { "-1", -1 }, { "1048576", 1048576 }, { "512b", 512 },
	{ "64k", 65536 }, { "64K", 65536 }, { "64kb", 65536 },
	{ "64KiB", 65536 }, { "3m", 3 << 20 }, { "1.5g", 1610612736 },
	{ "0.25k", 256 }, { "2T", 2199023255552 },
	{ "8191p", 9222246136947933184 },
	{ "9223372036854775807", INT64_MAX },
};

static const char *const no_sizes[] = {
	"", "-2", "k", "1x", "1kk", "1 k", " 1", "1.", ".5k", "1.5.5k", "0x10",
	"8192p", "9223372036854775808", "99999999999999999999", "1kib1", "-1k",
	"1bb", "+1", "1ib",
};

START_TEST(a_size_is_read)
{
	int64_t bytes = -7;

	ck_assert_msg(cli_value_size(sizes[_i].text, &bytes) == 0, "\"%s\"",
		sizes[_i].text);
	ck_assert_int_eq(bytes, sizes[_i].bytes);
}
END_TEST

START_TEST(what_is_no_size_is_refused)
{
	int64_t bytes = -7;

	ck_assert_msg(cli_value_size(no_sizes[_i], &bytes) == -1, "\"%s\"",
		no_sizes[_i]);
	ck_assert_int_eq(bytes, -7);
}
END_TEST

START_TEST(words_are_listed_in_their_usual_spelling)
{
	static const struct cli_word words[] = {
		{ "warning", 1 },
		{ "warn", 1 },
		{ "info", 2 },
		{ 0 },
	};
	auto_str out = { 0 };

	cli_value_words(words, "|", &out);
	ck_assert_str_eq(out.data, "warning|info");
}
END_TEST

START_TEST(help_is_aligned_and_wrapped)
{
	static const struct cli_option options[] = {
		{ "bundle", 'b', .value = "DIR", .help = "the bundle" },
		{ "a-name-that-is-rather-long", 0, .value = "VALUE",
		  .help = "one two three four five six seven eight nine ten eleven" },
		{ "secret", 0, .help = "not shown", .hidden = true },
		{ 0 },
	};
	auto_str out = { 0 };

	cli_help_options(options, &out);
	ck_assert_str_eq(out.data,
		"  -b, --bundle DIR          the bundle\n"
		"      --a-name-that-is-rather-long VALUE\n"
		"                            one two three four five six seven eight nine ten\n"
		"                            eleven\n"
		"  -h, --help                print this text\n");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_time_is_read, 0,
		sizeof(times) / sizeof(times[0]));
	tcase_add_loop_test(tcase, what_is_no_time_is_refused, 0,
		sizeof(no_times) / sizeof(no_times[0]));
	tcase_add_loop_test(
		tcase, a_size_is_read, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_loop_test(tcase, what_is_no_size_is_refused, 0,
		sizeof(no_sizes) / sizeof(no_sizes[0]));
	tcase_add_test(tcase, words_are_listed_in_their_usual_spelling);
	tcase_add_test(tcase, help_is_aligned_and_wrapped);
}

int
main(void)
{
	return runner_run("cli/cli_value, cli/cli_help", fill);
}
