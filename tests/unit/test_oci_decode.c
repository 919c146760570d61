/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the decoder says about documents that are no JSON, or not what the
 * rows ask for: each document of the tables stands beside its exact problems,
 * with line, column and pointer. Then what it does with documents at its
 * limits, and that decoding goes on after a problem.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define V "\"ociVersion\":\"1.3.0\""

/* No JSON at all: the first problem is the last. */
static const struct {
	const char *text, *problem;
} broken[] = {
	{ "", "1:1: the document is empty" },
	{ " \n\t", "1:1: the document is empty" },
	{ "\xef\xbb\xbf{" V "}",
		"1:1: not JSON: it begins with a byte order mark" },
	{ "[]", "1:1: the document must be an object, not an array" },
	{ "12", "1:1: the document must be an object, not the number 12" },
	{ "null", "1:1: the document must be an object, not null" },
	{ "true", "1:1: the document must be an object, not true" },
	{ "\"a\"",
		"1:1: the document must be an object, not the string \"a\"" },
	{ "{]", "1:2: not JSON: a name in quotes is expected here" },
	{ "{'a':1}", "1:2: not JSON: this character cannot stand here" },
	{ "{\"a\" 1}", "1:6: not JSON: ':' is expected here" },
	{ "{\"a\":}", "1:6: not JSON: a value is expected here" },
	{ "{\"a\":1 \"b\":2}", "1:8: not JSON: ',' or '}' is expected here" },
	{ "{\"a\":[1 2]}", "1:9: not JSON: ',' or ']' is expected here" },
	{ "{\"a\":1,}", "1:8: not JSON: a name in quotes is expected here" },
	{ "{\"a\":1", "1:7: not JSON: the document ends too early" },
	{ "{\n\"a\":\"b", "2:7: not JSON: the document ends too early" },
	{ "{\"a\":01}", "1:7: not JSON: ',' or '}' is expected here" },
	{ "{\"a\":-}",
		"1:6: not JSON: a digit is expected after the minus sign" },
	{ "{\"a\":1.}", "1:6: not JSON: a digit is expected after the point" },
	{ "{\"a\":1e}",
		"1:6: not JSON: a digit is expected after the exponent" },
	{
		"{\"a\":tru}",
		"1:6: not JSON: true, false, null or text in quotes is expected here",
	},
	{
		"{\"a\":\"x\ny\"}",
		"1:7: not JSON: control characters in strings are written as \\u00XX",
	},
	{
		"{\"a\":\"x\\y\"}",
		"1:8: not JSON: a backslash in a string goes before one of "
		"\\\"/bfnrtu",
	},
	{
		"{\"a\":\"\\u12g4\"}",
		"1:8: not JSON: four hexadecimal digits are expected after \\u",
	},
	{ "{\"a\":\"\xff\"}", "1:7: not JSON: the bytes here are not UTF-8" },
	{ "{\n\"\xc3\xa4\":\"\xc0\x80\"}",
		"2:6: not JSON: the bytes here are not UTF-8" },
	{ "{" V "} x", "1:24: not JSON: nothing may follow the document" },
	{ "{" V "}{}", "1:23: not JSON: nothing may follow the document" },
};

/* JSON, but not a configuration: all problems, one a line. */
static const struct {
	const char *text, *problems;
} wrong[] = {
	{ "{}", "1:1: /ociVersion: ociVersion is required\n" },
	{ "{\"ociVersion\":null}",
		"1:15: /ociVersion: ociVersion must be a string, not null\n" },
	{
		"{\"ociversion\":\"1.3.0\"}",
		"1:1: /ociVersion: ociVersion is required; is \"ociversion\" "
		"meant to be it?\n",
	},
	{ "{" V ",\n\"process\":{\"args\":7}}",
		"2:19: /process/args: process.args must be an array of strings, not the number 7\n"
		"2:11: /process/cwd: process.cwd is required\n" },
	{ "{" V ",\"process\":[]}",
		"1:33: /process: process must be an object, not an array\n" },
	{
		"{" V ",\"mounts\":{}}",
		"1:32: /mounts: mounts must be an array of objects, not an object\n",
	},
	{
		"{" V ",\"annotations\":{\"a.b\":1}}",
		"1:44: /annotations/a.b: annotations[\"a.b\"] must be a "
		"string, not the number 1\n",
	},
	{
		"{" V ",\"annotations\":{\"\":\"x\",\"n\":null}}",
		"1:38: /annotations/: annotations[\"\"] has an empty name\n"
		"1:49: /annotations/n: annotations.n must be a string, not null\n",
	},
	{
		"{" V ",\"process\":{\"cwd\":\"x\",\"env\":[\"A=b\",null,3]}}",
		"1:40: /process/cwd: process.cwd must be an absolute path, "
		"not \"x\"\n"
		"1:57: /process/env/1: process.env[1] must be a string, not null\n"
		"1:62: /process/env/2: process.env[2] must be a string, not the number 3\n",
	},
	{
		"{" V ",\"root\":{\"path\":\"\",\"readonly\":\"yes\"}}",
		"1:38: /root/path: root.path must not be empty\n"
		"1:52: /root/readonly: root.readonly must be true or false, "
		"not the string \"yes\"\n",
	},
	{
		"{" V ",\"linux\":{\"netDevices\":{\"e\":null,\"f\":{}}}}",
		"1:50: /linux/netDevices/e: linux.netDevices.e must be an object, not null\n",
	},
	{
		"{" V
		",\"linux\":{\"devices\":[5,{\"type\":\"c\","
		"\"path\":\"/x\"}]}}",
		"1:43: /linux/devices/0: linux.devices[0] must be an object, "
		"not the number 5\n",
	},
	{ "{" V ",\"linux\":{\"seccomp\":{\"defaultAction\":\"x\",\"syscalls\":"
	  "[{\"names\":[],\"action\":\"y\"},{\"action\":\"y\"}]}}}",
		"1:84: /linux/seccomp/syscalls/0/names: linux.seccomp.syscalls[0].names must not be "
		"empty\n1:101: /linux/seccomp/syscalls/1/names: linux.seccomp.syscalls[1].names is "
		"required\n" },
	{ "{" V ",\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":0}]}}",
		"1:67: /hooks/poststop/0/timeout: hooks.poststop[0].timeout must be from 1 to "
		"9223372036854775807, not 0\n" },
	{ "{" V ",\"linux\":{\"maskedPaths\":[\"/a\",\"b\"]}}",
		"1:52: /linux/maskedPaths/1: linux.maskedPaths[1] must be an absolute path, not "
		"\"b\"\n" },
	/* names that stand twice */
	{ "{" V ",\"root\":{\"path\":\"a\",\"path\":\"b\"}}",
		"1:42: /root/path: root.path stands twice in its object\n" },
	{
		"{" V ",\"annotations\":{\"a\":\"1\",\"\\u0061\":\"2\"}}",
		"1:46: /annotations/a: annotations.a stands twice in its object\n",
	},
	{ "{" V ",\"x\":{\"a\":1,\"b\":[{\"a\":1,\"a\":2}],\"a\":3},\"x\":[]}",
		"1:46: /x/b/0/a: x.b[0].a stands twice in its object\n"
		"1:54: /x/a: x.a stands twice in its object\n"
		"1:61: /x: x stands twice in its object\n" },
	/* strings that JSON knows and C does not */
	{ "{" V ",\"hostname\":\"a\\u0000b\"}",
		"1:34: /hostname: hostname must not hold \\u0000\n" },
	{
		"{" V ",\"hostname\":\"\\ud800x\"}",
		"1:34: /hostname: hostname escapes one half of a surrogate pair\n",
	},
	{ "{" V ",\"x\":\"\\udc00\\ud800\"}",
		"1:27: /x: x escapes one half of a surrogate pair\n" },
};

/* The numbers of a user's uid (uint32), an oomScoreAdj (int64), a weight
 * (uint16), a nice value (int32), a limit (uint64) and a mode. */
#define UID(n) "{\"cwd\":\"/\",\"user\":{\"uid\":" n "}}"
#define OOM(n) "{\"cwd\":\"/\",\"oomScoreAdj\":" n "}"
#define NICE(n)                                                                \
	"{\"cwd\":\"/\",\"scheduler\":{\"policy\":\"x\",\"nice\":" n "}}"
#define HEIGHT(n)                                                              \
	"{\"cwd\":\"/\",\"consoleSize\":{\"width\":1,\"height\":" n "}}"
static const struct {
	const char *text;
	const char *problem; /* NULL: none */
} numbers[] = {
	{ UID("0"), NULL },
	{ UID("-0"), NULL },
	{ UID("4294967295"), NULL },
	{ UID("4294967296"),
		"process.user.uid must be from 0 to 4294967295, "
		"not 4294967296" },
	{ UID("-1"), "process.user.uid must be from 0 to 4294967295, not -1" },
	{ UID("1.0"), "process.user.uid must be an integer, not 1.0" },
	{ UID("1e3"), "process.user.uid must be an integer, not 1e3" },
	{ UID("1E0"), "process.user.uid must be an integer, not 1E0" },
	{ UID("\"1\""),
		"process.user.uid must be an integer, not the string \"1\"" },
	{ OOM("-9223372036854775808"), NULL },
	{ OOM("9223372036854775807"), NULL },
	{ OOM("9223372036854775808"),
		"process.oomScoreAdj must be from -9223372036854775808 to "
		"9223372036854775807, not 9223372036854775808" },
	{ OOM("-9223372036854775809"),
		"process.oomScoreAdj must be from -9223372036854775808 to "
		"9223372036854775807, not -9223372036854775809" },
	{ NICE("-2147483648"), NULL },
	{ NICE("2147483647"), NULL },
	{ NICE("2147483648"),
		"process.scheduler.nice must be from -2147483648 to 2147483647, "
		"not 2147483648" },
	{ HEIGHT("18446744073709551615"), NULL },
	{ HEIGHT("18446744073709551616"),
		"process.consoleSize.height must be from 0 to "
		"18446744073709551615, not 18446744073709551616" },
	{ HEIGHT("-1"),
		"process.consoleSize.height must be from 0 to 18446744073709551615, "
		"not -1" },
	{ HEIGHT("false"),
		"process.consoleSize.height must be an integer, not false" },
};

static struct arena arena;
static struct oci_problems problems;

static void
set_up(void)
{
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	problems_init(&problems, &arena, "-");
}

static void
tear_down(void)
{
	arena_done(&arena);
}

/* The problems of a text as one text, each without "-:". */
static void
check_problems(const char *expected)
{
	auto_str all = { 0 };
	auto_str got = { 0 };

	problems_format(&problems, &all);
	str_add(&got, "");
	for (char *line = all.data; line && *line;) {
		char *end = strchr(line, '\n') + 1;

		str_add_len(&got, line + 2, (size_t)(end - line) - 2);
		line = end;
	}
	ck_assert_str_eq(got.data, expected);
}

START_TEST(what_is_no_json_says_where_and_why)
{
	const char *text = broken[_i].text;
	struct oci_config *config = NULL;
	auto_str expected = { 0 };

	ck_assert_int_eq(
		oci_config_check(text, strlen(text), &config, &problems), -1);
	ck_assert_ptr_null(config);
	str_addf(&expected, "%s\n", broken[_i].problem);
	check_problems(expected.data);
}
END_TEST

START_TEST(every_wrong_member_is_named)
{
	const char *text = wrong[_i].text;
	struct oci_config *config = NULL;

	ck_assert_int_eq(
		oci_config_check(text, strlen(text), &config, &problems), 0);
	check_problems(wrong[_i].problems);
	/* Required members can be read whatever the document says. */
	ck_assert_ptr_nonnull(config->oci_version);
	if (config->process)
		ck_assert_ptr_nonnull(config->process->cwd);
}
END_TEST

START_TEST(integers_are_exact_or_refused)
{
	struct oci_process *process;
	struct err err = { 0 };
	auto_str text = { 0 };
	struct oci_config *config = NULL;
	int result;

	str_addf(&text, "{" V ",\"process\":%s}", numbers[_i].text);
	result = oci_config_parse(&arena, text.data, text.len, &config, &err);
	if (numbers[_i].problem) {
		ck_assert_int_eq(result, -1);
		ck_assert_str_eq(err.text, numbers[_i].problem);
		ck_assert_uint_eq(err.line, 1);
	} else {
		ck_assert_int_eq(result, 0);
		ck_assert_int_eq(
			oci_process_parse(&arena, numbers[_i].text,
				strlen(numbers[_i].text), &process, &err),
			0);
	}
}
END_TEST

START_TEST(an_error_carries_line_column_and_pointer)
{
	static const char text[] = "{" V ",\n \"root\": {\n\t\"path\": 5}}";
	struct oci_config *config = NULL;
	struct err err = { 0 };
	char words[256];

	ck_assert_int_eq(
		oci_config_parse(&arena, text, strlen(text), &config, &err),
		-1);
	ck_assert_uint_eq(err.line, 3);
	ck_assert_uint_eq(err.column, 10);
	ck_assert_str_eq(err.pointer, "/root/path");
	err_format(&err, words, sizeof(words));
	ck_assert_str_eq(words,
		"root.path must be a string, not the number 5 "
		"(config.json:3:10, /root/path)");
}
END_TEST

START_TEST(a_later_rule_finds_the_position_of_a_member)
{
	static const char text[] = "{" V ",\n\"process\":{\"cwd\":\"/\",\n"
				   "\"args\":[\"a\", \"b\"]}}";
	struct oci_config *config = NULL;

	ck_assert_int_eq(
		oci_config_check(text, strlen(text), &config, &problems), 0);
	problems_add(&problems, &config->process->at, "args/1", "bad %s", "b");
	problems_add(&problems, &config->process->at, "user", "not there");
	problems_add(&problems, &config->at, NULL, "all of it");
	check_problems("3:14: /process/args/1: bad b\n"
		       "2:11: /process/user: not there\n"
		       "1:1: all of it\n");
	ck_assert_int_eq(problems_first(&problems, NULL), -1);
}
END_TEST

START_TEST(null_is_not_said_and_empty_is)
{
	static const char text[] =
		"{" V ",\"process\":null,\"hostname\":null,\"mounts\":null,"
		"\"annotations\":{},\"linux\":{\"maskedPaths\":[],"
		"\"readonlyPaths\":null,\"resources\":{}}}";
	struct oci_config *config = NULL;

	ck_assert_int_eq(
		oci_config_parse(&arena, text, strlen(text), &config, NULL), 0);
	ck_assert_ptr_null(config->process);
	ck_assert_ptr_null(config->hostname);
	ck_assert(!config->mounts.said);
	ck_assert(config->annotations.said && config->annotations.n == 0);
	ck_assert(config->linux->masked_paths.said);
	ck_assert(!config->linux->readonly_paths.said);
	ck_assert_ptr_nonnull(config->linux->resources);
}
END_TEST

START_TEST(unknown_and_dead_members_are_listed)
{
	static const char text[] =
		"{" V ",\"hostnam\":\"x\",\"windows\":{\"a\":[{}]},"
		"\"linux\":{\"resources\":{\"memory\":{\"kernel\":1}}}}";
	struct oci_config *config = NULL;
	auto_str got = { 0 };

	ck_assert_int_eq(
		oci_config_check(text, strlen(text), &config, &problems), 0);
	ck_assert_uint_eq(problems.n, 0);
	problems_format_skipped(&problems, &got);
	ck_assert_str_eq(got.data,
		"-:1:23: /hostnam: hostnam is unknown and skipped; did you mean "
		"\"hostname\"?\n"
		"-:1:37: /windows: windows is unknown and skipped\n"
		"-:1:99: /linux/resources/memory/kernel: "
		"linux.resources.memory.kernel has no effect\n");
}
END_TEST

/* {V,"x":[[[...]]]} with depth containers in all. */
static void
nest(struct str *out, int depth)
{
	str_add(out, "{" V ",\"x\":");
	for (int i = 1; i < depth; i++)
		str_add(out, "[");
	for (int i = 1; i < depth; i++)
		str_add(out, "]");
	str_add(out, "}");
}

START_TEST(a_file_is_read_and_a_missing_one_is_named)
{
	static const char text[] = "{" V ",\"hostname\":\"web\"}";
	auto_fd fd = fd_seal("config", text, strlen(text), 0, NULL);
	struct oci_config *config = NULL;
	struct err err = { 0 };
	char path[64], words[256];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(
		oci_config_read(&arena, AT_FDCWD, path, &config, &err), 0);
	ck_assert_str_eq(config->hostname, "web");
	ck_assert_int_eq(oci_config_read(&arena, AT_FDCWD, "/nowhere/config",
				 &config, &err),
		-1);
	err_format(&err, words, sizeof(words));
	ck_assert_str_eq(words, "open /nowhere/config: not there");
}
END_TEST

START_TEST(nesting_ends_at_64)
{
	struct oci_config *config = NULL;
	struct err err = { 0 };
	auto_str good = { 0 };
	auto_str bad = { 0 };

	nest(&good, 64);
	ck_assert_int_eq(
		oci_config_parse(&arena, good.data, good.len, &config, &err),
		0);
	nest(&bad, 65);
	ck_assert_int_eq(
		oci_config_parse(&arena, bad.data, bad.len, &config, &err), -1);
	ck_assert_str_eq(
		err.text, "the document is nested deeper than 64 levels");
}
END_TEST

START_TEST(a_document_may_have_16_mib)
{
	size_t len = (16 << 20) + 1;
	char *text = malloc(len);
	struct oci_config *config = NULL;
	struct err err = { 0 };

	memset(text, ' ', len);
	memcpy(text, "{" V "}", strlen("{" V "}"));
	ck_assert_int_eq(
		oci_config_parse(&arena, text, len - 1, &config, &err), 0);
	ck_assert_int_eq(
		oci_config_parse(&arena, text, len, &config, &err), -1);
	ck_assert_str_eq(err.text, "the document is larger than 16 MiB");
	free(text);
}
END_TEST

/* 200,000 names in one object, unknown ones and entries of a map, in one
 * line: seconds if anything were quadratic; the runner's limit would show. */
START_TEST(many_names_cost_no_more_each)
{
	static const char *const keys[] = { "x", "annotations" };
	struct oci_config *config = NULL;
	auto_str text = { 0 };

	str_addf(&text, "{" V ",\"%s\":{\"0\":\"\"", keys[_i]);
	for (int i = 1; i < 200000; i++)
		str_addf(&text, ",\"%d\":\"\"", i);
	str_add(&text, ",\"77\":\"\"}}");
	ck_assert_int_eq(
		oci_config_check(text.data, text.len, &config, &problems), 0);
	ck_assert_uint_eq(problems.n, 1);
	ck_assert_uint_eq(config->annotations.n, _i ? 200000 : 0);
}
END_TEST

START_TEST(beyond_100_problems_are_counted)
{
	struct oci_config *config = NULL;
	auto_str text = { 0 };
	auto_str got = { 0 };

	str_add(&text, "{" V ",\"mounts\":[0");
	for (int i = 1; i < 250; i++)
		str_add(&text, ",0");
	str_add(&text, "]}");
	ck_assert_int_eq(
		oci_config_check(text.data, text.len, &config, &problems), 0);
	ck_assert_uint_eq(problems.n, 250);
	ck_assert_uint_eq(config->mounts.n, 250);
	ck_assert_ptr_nonnull(config->mounts.items[249].destination);
	problems_format(&problems, &got);
	ck_assert_ptr_nonnull(strstr(got.data, "\nand 150 more\n"));
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, what_is_no_json_says_where_and_why, 0,
		sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(tcase, every_wrong_member_is_named, 0,
		sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_loop_test(tcase, integers_are_exact_or_refused, 0,
		sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tcase, an_error_carries_line_column_and_pointer);
	tcase_add_test(tcase, a_later_rule_finds_the_position_of_a_member);
	tcase_add_test(tcase, null_is_not_said_and_empty_is);
	tcase_add_test(tcase, unknown_and_dead_members_are_listed);
	tcase_add_test(tcase, a_file_is_read_and_a_missing_one_is_named);
	tcase_add_test(tcase, nesting_ends_at_64);
	tcase_add_test(tcase, a_document_may_have_16_mib);
	tcase_add_loop_test(tcase, many_names_cost_no_more_each, 0, 2);
	tcase_add_test(tcase, beyond_100_problems_are_counted);
}

int
main(void)
{
	return runner_run("oci_decode", fill);
}
