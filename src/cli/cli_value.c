/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of an option's value -> the member of the argument struct, by the
 * option's kind: one small function a kind, in one table. Each refuses what
 * it does not understand with a sentence that names the option, the value
 * and what would have been taken. A member is written only on success.
 */
#include "cli/cli.h"

#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* fmt says what is wrong with the value, or what would have been right. */
static int __attribute__((format(printf, 4, 5)))
refuse(const struct cli_option *option, const char *text, struct err *err,
	const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_say(
		err, "option \"--%s\": \"%s\" %s", option->name, text, why);
}

/* A bare "--flag" arrives here as "true". */
static int
set_flag(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	/* What Go's flag package takes, for callers that were made for it. */
	static const char *const words[] = { "false", "true", "f", "t", "0",
		"1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) != 0)
			continue;
		*(bool *)member = i % 2;
		return 0;
	}
	return refuse(option, text, err, "is neither true nor false");
}

/* The text itself: argv lives as long as the program. An empty one counts as
 * not given, as it does with runc: scripts write --pid-file "$file". */
static int
set_string(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	if (!*text && option->needed)
		return refuse(option, text, err, "is no value (%s)",
			option->value);
	*(const char **)member = *text ? text : NULL;
	return 0;
}

/* Decimal, whole and within the row's bounds, or nothing at all: "1k" or "0x1"
 * must not become 1 or 0. */
static int
set_int(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	bool any = !option->min && !option->max;
	int64_t min = any ? INT64_MIN : option->min,
		max = any ? INT64_MAX : option->max;

	if (!str_to_int(text, min, max, member))
		return 0;
	if (any)
		return refuse(option, text, err, "is not a whole number");
	return refuse(option, text, err,
		"is not a whole number from %lld to %lld", (long long)min,
		(long long)max);
}

/* Where 0 and -1 are values, "not given" needs a flag of its own. */
static int
set_number(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	struct cli_number *number = member;

	if (set_int(option, text, &number->value, err) < 0)
		return -1;
	number->set = true;
	return 0;
}

/* Grows by one: such lists are as short as a command line. */
static int
set_list(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	struct cli_list *list = member;
	const char **items =
		reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return err_sys(err, "option \"--%s\"", option->name);
	items[list->n] = text;
	*list = (struct cli_list){ .items = items, .n = list->n + 1 };
	return 0;
}

/* For str_nearest(). */
static const char *
next_word(const void *from, size_t i)
{
	return ((const struct cli_word *)from)[i].word;
}

/* Of several spellings the first one is shown, see struct cli_word. */
void
cli_value_words(
	const struct cli_word *words, const char *between, struct str *out)
{
	for (size_t i = 0; words[i].word; i++) {
		bool again = false;

		for (size_t j = 0; j < i; j++)
			again |= words[j].value == words[i].value;
		if (!again)
			str_addf(out, "%s%s", i ? between : "", words[i].word);
	}
}

/* Words are compared as they are: engines write them in one way only, and a
 * human who does not is told the right one. */
static int
set_word(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	auto_str all = { 0 };
	const char *near;

	for (const struct cli_word *word = option->words; word->word; word++) {
		if (strcmp(word->word, text) != 0)
			continue;
		*(unsigned *)member = word->value;
		return 0;
	}
	near = str_nearest(text, next_word, option->words);
	if (near)
		return refuse(option, text, err,
			"is not known; did you mean \"%s\"?", near);
	cli_value_words(option->words, ", ", &all);
	return refuse(
		option, text, err, "is none of %s", all.data ? all.data : "");
}

/* Times become nanoseconds, as in the clocks of the kernel. */
static int
set_duration(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	if (!cli_value_duration(text, &((struct cli_duration *)member)->ns))
		return 0;
	return refuse(
		option, text, err, "is not a time such as 5s, 200ms or 1m30s");
}

/* Memory, as engines' users write it. */
static int
set_size(const struct cli_option *option, const char *text, void *member,
	struct err *err)
{
	struct cli_size *size = member;

	if (cli_value_size(text, &size->bytes) < 0)
		return refuse(option, text, err,
			"is not a size such as 1048576, 64m or 1.5g, nor -1");
	size->set = true;
	return 0;
}

/* One function a kind: a kind without one is a hole in this table, which the
 * test of each kind would find. */
int
cli_value_set(const struct cli_option *option, const char *text, void *args,
	struct err *err)
{
	static int (*const set[])(const struct cli_option *, const char *,
		void *, struct err *) = {
		[CLI_FLAG] = set_flag,
		[CLI_STRING] = set_string,
		[CLI_INT] = set_int,
		[CLI_NUMBER] = set_number,
		[CLI_LIST] = set_list,
		[CLI_WORD] = set_word,
		[CLI_DURATION] = set_duration,
		[CLI_SIZE] = set_size,
	};

	return set[option->kind](
		option, text, (char *)args + option->offset, err);
}

/* The units of Go's time.ParseDuration, in which engines write times. */
static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
};

/* NULL: no such unit. Whole names only: "m" and "ms" begin alike. */
static const struct unit *
find_unit(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == len &&
			memcmp(units[i].name, name, len) == 0)
			return &units[i];
	return NULL;
}

/* Digits with at most one point, as a count of ns; moves *text behind them
 * and the unit. A number without a unit counts seconds. */
static int
take_span(const char **text, int64_t *out_ns)
{
	size_t digits = strspn(*text, "0123456789"),
	       point = (*text)[digits] == '.';
	size_t more = point ? strspn(*text + digits + 1, "0123456789") : 0;
	const char *name = *text + digits + point + more;
	size_t len = strspn(name, "nusmh");
	const struct unit *unit = find_unit(len ? name : "s", len ? len : 1);
	int64_t whole = 0, scale;

	/* A number without a unit ends the text: "1.5.5s" is none. */
	if (!unit || (!digits && !more) || (!len && *name))
		return -1;
	for (size_t i = 0; i < digits; i++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, (*text)[i] - '0', &whole))
			return -1;
	if (__builtin_mul_overflow(whole, unit->ns, &whole))
		return -1;
	/* Digits beyond a nanosecond count nothing. */
	scale = unit->ns / 10;
	for (size_t i = 0; i < more && scale; i++, scale /= 10)
		if (__builtin_add_overflow(whole,
			    scale * ((*text)[digits + 1 + i] - '0'), &whole))
			return -1;
	*text = name + len;
	*out_ns = whole;
	return 0;
}

/* A sum of spans, "1m30s"; whatever goes wrong, *out_ns stays. */
int
cli_value_duration(const char *text, int64_t *out_ns)
{
	int64_t sum = 0, span;

	do {
		if (take_span(&text, &span) < 0 ||
			__builtin_add_overflow(sum, span, &sum))
			return -1;
	} while (*text);
	*out_ns = sum;
	return 0;
}

/* Behind the digits: "", "b", or a letter with or without "b" or "ib". Returns
 * the power of 1024, -1: no such unit. */
static int
size_unit(const char *text)
{
	static const char letters[] = "kmgtp";
	const char *letter;

	if (!*text || strcasecmp(text, "b") == 0)
		return 0;
	letter = strchr(letters, text[0] | 0x20);
	if (!letter ||
		(text[1] && strcasecmp(text + 1, "b") != 0 &&
			strcasecmp(text + 1, "ib") != 0))
		return -1;
	return (int)(letter - letters) + 1;
}

/* A fraction counts as far as there are whole bytes in it. */
int
cli_value_size(const char *text, int64_t *out_bytes)
{
	size_t digits = strspn(text, "0123456789"), point = text[digits] == '.';
	size_t more = point ? strspn(text + digits + 1, "0123456789") : 0;
	int unit = size_unit(text + digits + point + more);
	int64_t whole = 0, scale = 1, part = 0;

	if (strcmp(text, "-1") == 0) {
		*out_bytes = -1;
		return 0;
	}
	if (!digits || unit < 0 || (point && !more))
		return -1;
	for (size_t i = 0; i < digits; i++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, text[i] - '0', &whole))
			return -1;
	if (__builtin_mul_overflow(whole, 1LL << 10 * unit, &whole))
		return -1;
	for (size_t i = 0; i < more && i < 3; i++) {
		part = 10 * part + (text[digits + 1 + i] - '0');
		scale *= 10;
	}
	/* 1000 of the largest unit are less than 63 bits */
	part *= 1LL << 10 * unit;
	if (__builtin_add_overflow(whole, part / scale, &whole))
		return -1;
	*out_bytes = whole;
	return 0;
}
