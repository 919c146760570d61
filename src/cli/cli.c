/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over argv. Each argument is a long option, a group of short ones,
 * a long one behind a single dash (Go programs pass "-no-subreaper"), or a
 * word; words move to the front of argv, so that nothing is allocated but
 * the lists of options that may be repeated. A long name wins over a group:
 * "-bundle" is --bundle, and "-bdir" is -b dir. It prints nothing and knows
 * neither commands nor what an option means.
 */
#include "cli/cli.h"

#include "base/err.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* The walk: argv[next] is looked at next, argv[0..n_words) are the words. next
 * is never behind n_words, so that a word never overwrites what is still to be
 * looked at. */
struct walk {
	const struct cli_option *options;
	char **argv;
	size_t next, n_words;
	void *args;
	bool help;
};

/* A table may be NULL: a command without options. */
const struct cli_option *
cli_find(const struct cli_option *options, const char *name, size_t len)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == len &&
			memcmp(options->name, name, len) == 0)
			return options;
	return NULL;
}

/* A letter is looked for only when the whole word is no long name. */
static const struct cli_option *
find_letter(const struct cli_option *options, char letter)
{
	for (; options && options->name; options++)
		if (options->letter && options->letter == letter)
			return options;
	return NULL;
}

/* For str_nearest(): the names that a human may have meant. */
static const char *
next_name(const void *from, size_t i)
{
	const struct cli_option *option = from;

	for (; option && option->name; option++)
		if (!option->hidden && i-- == 0)
			return option->name;
	return NULL;
}

/* said: the argument; name: its part that should be an option's name. What
 * stands behind '=' is not repeated: it may be long, or a secret. */
static int
fail_unknown(const struct walk *walk, const char *said, const char *name,
	struct err *err)
{
	size_t len = strcspn(name, "=");
	auto_str word = { 0 };
	const char *near;

	str_add_len(&word, name, len);
	near = word.broken ? NULL
			   : str_nearest(word.data, next_name, walk->options);
	len = strcspn(said, "=");
	if (near)
		return err_say(err,
			"unknown option \"%.*s\"; did you mean \"--%s\"?",
			(int)len, said, near);
	return err_say(err, "unknown option \"%.*s\"", (int)len, said);
}

/* value: behind '=', or NULL. A flag takes none but that; others then take
 * the next argument, whatever it looks like: "--cpu-quota -1" is a limit, and
 * "-" stands for stdin. The last of several values of one option counts. */
static int
set_option(struct walk *walk, const struct cli_option *option,
	const char *value, struct err *err)
{
	if (!value && option->kind == CLI_FLAG)
		value = "true";
	if (!value && walk->argv[walk->next])
		value = walk->argv[walk->next++];
	if (!value)
		return err_say(err, "option \"--%s\" needs a value (%s)",
			option->name, option->value);
	return cli_value_set(option, value, walk->args, err);
}

/* "name" or "name=value", the dashes taken off. 1: there is no such name. Names
 * are never shortened: what is unique today may not be so tomorrow. */
static int
take_long(struct walk *walk, const char *text, struct err *err)
{
	size_t len = strcspn(text, "=");
	const struct cli_option *option = cli_find(walk->options, text, len);

	if (option)
		return set_option(
			walk, option, text[len] ? text + len + 1 : NULL, err);
	/* The second is what other runtimes call a short one. */
	if (strcmp(text, "help") != 0 && strcmp(text, "usage") != 0)
		return 1;
	walk->help = true;
	return 0;
}

/* "-it", "-bdir", "-b=dir", "-b dir": letters until one takes a value. An
 * unknown letter spoils the whole group; some of its flags may be set then. */
static int
take_group(struct walk *walk, const char *said, struct err *err)
{
	for (const char *at = said + 1; *at; at++) {
		const struct cli_option *option =
			find_letter(walk->options, *at);

		if (!option && (*at == 'h' || *at == '?')) {
			walk->help = true;
			return 0;
		}
		if (!option)
			return fail_unknown(walk, said, said + 1, err);
		if (at[1] == '=')
			return set_option(walk, option, at + 2, err);
		if (option->kind != CLI_FLAG)
			return set_option(
				walk, option, at[1] ? at + 1 : NULL, err);
		if (set_option(walk, option, NULL, err) < 0)
			return -1;
	}
	return 0;
}

/* said begins with a dash and has more to it. */
static int
take_option(struct walk *walk, const char *said, struct err *err)
{
	bool two = said[1] == '-';
	int result = take_long(walk, said + 1 + two, err);

	if (result != 1)
		return result;
	return two ? fail_unknown(walk, said, said + 2, err)
		   : take_group(walk, said, err);
}

/* Behind "--", or behind the word at which options stop. */
static void
take_rest(struct walk *walk)
{
	while (walk->argv[walk->next])
		walk->argv[walk->n_words++] = walk->argv[walk->next++];
}

/*
 * Words and options in any order, unless the syntax says that options stop at
 * the first word: then what follows belongs to a program in the container
 * (exec), and "-t" there is its own.
 */
int
cli_parse(const struct cli_syntax *syntax, char **argv, void *args,
	struct cli_words *out, struct err *err)
{
	struct walk walk = {
		.options = syntax->options, .argv = argv, .args = args
	};

	while (argv[walk.next] && !walk.help) {
		char *said = argv[walk.next];

		/* A lone "-" is a word: by custom it means stdin. */
		if (said[0] != '-' || !said[1]) {
			if (syntax->stops)
				break;
			argv[walk.n_words++] = argv[walk.next++];
			continue;
		}
		walk.next++;
		if (strcmp(said, "--") == 0)
			break;
		if (take_option(&walk, said, err) < 0)
			return -1;
	}
	/* With help asked for, the rest is not looked at. */
	if (!walk.help)
		take_rest(&walk);
	argv[walk.n_words] = NULL;
	*out = (struct cli_words){
		.items = argv, .n = walk.n_words, .help = walk.help
	};
	return 0;
}

/* Apart from cli_parse(), for whoever asks for help need not be complete. */
int
cli_check_words(const struct cli_syntax *syntax, const char *usage,
	const struct cli_words *words, struct err *err)
{
	if (words->n > syntax->max_words)
		return err_say(err, "unexpected argument \"%s\"",
			words->items[syntax->max_words]);
	if (words->n >= syntax->min_words)
		return 0;
	if (words->n)
		return err_say(err, "only \"%s\" is given where %s is expected",
			words->items[0], usage);
	return err_say(err, "%s is missing", usage);
}

void
cli_done(const struct cli_option *options, void *args)
{
	for (; options && options->name; options++) {
		struct cli_list *list =
			(void *)((char *)args + options->offset);

		/* Only lists own memory. */
		if (options->kind != CLI_LIST)
			continue;
		free(list->items);
		*list = (struct cli_list){ 0 };
	}
}
