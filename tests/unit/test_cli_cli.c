/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every form in which an option can be given, and what each mistake says.
 */
#include "runner.h"

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

enum colour { RED, GREEN };

struct args {
	bool detach, tty, no_subreaper;
	const char *bundle, *state;
	int64_t fds;
	struct cli_number limit;
	struct cli_list env;
	enum colour colour;
	struct cli_duration interval;
};

static const struct cli_word colours[] = {
	{ "red", RED },
	{ "green", GREEN },
	{ "verdant", GREEN },
	{ 0 },
};

static const struct cli_option options[] = {
	{ "detach", 'd', CLI_SETS(struct args, detach), .help = "" },
	{ "tty", 't', CLI_SETS(struct args, tty), .help = "" },
	{ "no-subreaper", 0, CLI_SETS(struct args, no_subreaper), .help = "" },
	{ "bundle", 'b', CLI_SETS(struct args, bundle), .value = "DIR" },
	{ "state", 0, CLI_SETS(struct args, state), .value = "DIR", .needed = true },
	{ "fds", 0, CLI_SETS(struct args, fds), .value = "N", .max = 100 },
	{ "limit", 0, CLI_SETS(struct args, limit), .value = "N" },
	{ "env", 'e', CLI_SETS(struct args, env), .value = "NAME=VALUE" },
	{ "colour", 0, CLI_SETS(struct args, colour), .value = "COLOUR",
	  .words = colours },
	{ "interval", 0, CLI_SETS(struct args, interval), .value = "TIME" },
	{ "secret", 0, CLI_SETS(struct args, tty), .hidden = true },
	{ 0 },
};

static struct args args;
static struct cli_words words;
static struct err err;

/* Parses a line of words separated by single spaces; "" is an empty one. */
static int
parse(const char *line, bool stops)
{
	static char copy[512], *argv[32];
	struct cli_syntax syntax = { .options = options, .stops = stops };
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = copy; at && *line; at = strchr(at, ' ')) {
		if (n)
			*at++ = '\0';
		argv[n++] = at;
	}
	argv[n] = NULL;
	cli_done(options, &args);
	memset(&args, 0, sizeof(args));
	memset(&err, 0, sizeof(err));
	return cli_parse(&syntax, argv, &args, &words, &err);
}

START_TEST(a_value_can_be_given_in_every_form)
{
	static const char *const lines[] = {
		"--bundle x web", "--bundle=x web", "-b x web", "-bx web",
		"-b=x web", "-bundle x web", "-bundle=x web", "web --bundle x",
		"web -bx", "-d -b x web", "-dbx web", "-db x web", "-dtb=x web",
		"--bundle y --bundle x web", "-b x -- web",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_msg(!parse(lines[i], false), "%s: %s", lines[i],
			err.text);
		ck_assert_msg(args.bundle && !strcmp(args.bundle, "x"), "%s",
			lines[i]);
		ck_assert_msg(words.n == 1 && !strcmp(words.items[0], "web"),
			"%s", lines[i]);
		ck_assert_ptr_null(words.items[1]);
	}
}
END_TEST

START_TEST(a_flag_takes_no_word_but_may_be_told_true_or_false)
{
	ck_assert_int_eq(parse("-d web", false), 0);
	ck_assert(args.detach);
	ck_assert_uint_eq(words.n, 1);
	ck_assert_int_eq(parse("--detach=false -t=TRUE", false), 0);
	ck_assert(!args.detach && args.tty);
	ck_assert_int_eq(parse("-no-subreaper=1 -dt", false), 0);
	ck_assert(args.no_subreaper && args.detach && args.tty);
	ck_assert_int_eq(parse("--detach=maybe", false), -1);
	ck_assert_str_eq(err.text,
		"option \"--detach\": \"maybe\" is neither true nor false");
}
END_TEST

START_TEST(a_value_may_look_like_an_option)
{
	ck_assert_int_eq(parse("--limit -1 --bundle --tty", false), 0);
	ck_assert(args.limit.set);
	ck_assert_int_eq(args.limit.value, -1);
	ck_assert_str_eq(args.bundle, "--tty");
	ck_assert(!args.tty);
}
END_TEST

START_TEST(a_list_keeps_every_value_in_order)
{
	ck_assert_int_eq(parse("-e A=1 web --env=B=2 -eC", false), 0);
	ck_assert_uint_eq(args.env.n, 3);
	ck_assert_str_eq(args.env.items[0], "A=1");
	ck_assert_str_eq(args.env.items[1], "B=2");
	ck_assert_str_eq(args.env.items[2], "C");
	cli_done(options, &args);
	ck_assert_ptr_null(args.env.items);
}
END_TEST

START_TEST(behind_two_dashes_all_are_words)
{
	ck_assert_int_eq(parse("web -- -d --x", false), 0);
	ck_assert(!args.detach);
	ck_assert_uint_eq(words.n, 3);
	ck_assert_str_eq(words.items[1], "-d");
	ck_assert_int_eq(parse("-", false), 0);
	ck_assert_uint_eq(words.n, 1);
}
END_TEST

/* "" of a script whose variable is empty; runc does the same. */
START_TEST(an_empty_text_is_as_if_not_given)
{
	ck_assert_int_eq(parse("--bundle x --bundle= web", false), 0);
	ck_assert_ptr_null(args.bundle);
	ck_assert_uint_eq(words.n, 1);
}
END_TEST

START_TEST(parsing_can_stop_at_the_first_word)
{
	ck_assert_int_eq(parse("-d web ls -t -- --bundle x", true), 0);
	ck_assert(args.detach && !args.tty && !args.bundle);
	ck_assert_uint_eq(words.n, 6);
	ck_assert_str_eq(words.items[2], "-t");
	ck_assert_int_eq(parse("-- -x", true), 0);
	ck_assert_str_eq(words.items[0], "-x");
}
END_TEST

START_TEST(help_is_known_everywhere)
{
	static const char *const lines[] = { "--help", "-h", "-help", "web -h",
		"-dh", "-b x --help --nonsense" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_int_eq(parse(lines[i], false), 0);
		ck_assert_msg(words.help, "%s", lines[i]);
	}
	ck_assert_int_eq(parse("web --help", true), 0);
	ck_assert(!words.help);
}
END_TEST

static const struct {
	const char *line, *text;
} mistakes[] = {
	{ "--bundel x", "unknown option \"--bundel\"; did you mean \"--bundle\"?" },
	{ "--bundel=x", "unknown option \"--bundel\"; did you mean \"--bundle\"?" },
	{ "-dtach", "unknown option \"-dtach\"; did you mean \"--detach\"?" },
	{ "-x", "unknown option \"-x\"" },
	{ "-dx", "unknown option \"-dx\"" },
	{ "--zzzzzz", "unknown option \"--zzzzzz\"" },
	{ "--secre", "unknown option \"--secre\"" },
	{ "--bundle", "option \"--bundle\" needs a value (DIR)" },
	{ "--state=", "option \"--state\": \"\" is no value (DIR)" },
	{ "-db", "option \"--bundle\" needs a value (DIR)" },
	{ "--fds=101", "option \"--fds\": \"101\" is not a whole number from 0 to 100" },
	{ "--fds -1", "option \"--fds\": \"-1\" is not a whole number from 0 to 100" },
	{ "--fds=", "option \"--fds\": \"\" is not a whole number from 0 to 100" },
	{ "--limit 1k", "option \"--limit\": \"1k\" is not a whole number" },
	{ "--colour gren", "option \"--colour\": \"gren\" is not known; did you mean \"green\"?" },
	{ "--colour pink", "option \"--colour\": \"pink\" is none of red, green" },
	{ "--interval x", "option \"--interval\": \"x\" is not a time such as 5s, 200ms or 1m30s" },
};

START_TEST(a_mistake_names_the_option)
{
	ck_assert_int_eq(parse(mistakes[_i].line, false), -1);
	ck_assert_str_eq(err.text, mistakes[_i].text);
}
END_TEST

START_TEST(words_are_counted)
{
	static const struct cli_syntax syntax = { .min_words = 1,
		.max_words = 2 };
	static const char usage[] = "ID [SIGNAL]";

	ck_assert_int_eq(parse("", false), 0);
	ck_assert_int_eq(cli_check_words(&syntax, usage, &words, &err), -1);
	ck_assert_str_eq(err.text, "ID [SIGNAL] is missing");
	ck_assert_int_eq(parse("a b", false), 0);
	ck_assert_int_eq(cli_check_words(&syntax, usage, &words, &err), 0);
	ck_assert_int_eq(parse("a b c", false), 0);
	ck_assert_int_eq(cli_check_words(&syntax, usage, &words, &err), -1);
	ck_assert_str_eq(err.text, "unexpected argument \"c\"");
}
END_TEST

START_TEST(an_enum_takes_all_spellings)
{
	ck_assert_int_eq(parse("--colour verdant", false), 0);
	ck_assert_int_eq(args.colour, GREEN);
	ck_assert_int_eq(parse("--colour red --interval 1.5s", false), 0);
	ck_assert_int_eq(args.colour, RED);
	ck_assert_int_eq(args.interval.ns, 1500000000);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_value_can_be_given_in_every_form);
	tcase_add_test(
		tcase, a_flag_takes_no_word_but_may_be_told_true_or_false);
	tcase_add_test(tcase, a_value_may_look_like_an_option);
	tcase_add_test(tcase, a_list_keeps_every_value_in_order);
	tcase_add_test(tcase, behind_two_dashes_all_are_words);
	tcase_add_test(tcase, an_empty_text_is_as_if_not_given);
	tcase_add_test(tcase, parsing_can_stop_at_the_first_word);
	tcase_add_test(tcase, help_is_known_everywhere);
	tcase_add_loop_test(tcase, a_mistake_names_the_option, 0,
		sizeof(mistakes) / sizeof(mistakes[0]));
	tcase_add_test(tcase, words_are_counted);
	tcase_add_test(tcase, an_enum_takes_all_spellings);
}

int
main(void)
{
	return runner_run("cli/cli", fill);
}
