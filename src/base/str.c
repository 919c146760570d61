/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows, JSON strings, the one integer parser, and the search for
 * the word that was probably meant. Growth doubles; the first allocation that
 * fails marks the text as broken, and it takes nothing more. The integer
 * parser is strict on purpose: "0x10", "+1", " 1" and "1k" in a limit or an
 * option are mistakes, and what they mean must never depend on a libc.
 */
#include "base/str.h"

#include "base/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
str_done(struct str *str)
{
	free(str->data);
	*str = (struct str){ 0 };
}

/* Room for len bytes more and the NUL. */
static bool
reserve(struct str *str, size_t len)
{
	size_t cap = str->cap ? str->cap : 128;
	char *moved;

	if (str->broken)
		return false;
	/* Strictly less: the NUL wants its place as well. */
	if (len < str->cap - str->len)
		return true;
	while (cap - str->len <= len && cap < SIZE_MAX / 2)
		cap *= 2;
	moved = cap - str->len > len ? realloc(str->data, cap) : NULL;
	if (!moved) {
		str->broken = true;
		return false;
	}
	str->data = moved;
	str->cap = cap;
	return true;
}

/* text may hold NUL bytes; the one behind it is not counted. */
void
str_add_len(struct str *str, const char *text, size_t len)
{
	if (!reserve(str, len))
		return;
	if (len)
		memcpy(str->data + str->len, text, len);
	str->len += len;
	str->data[str->len] = '\0';
}

void
str_add(struct str *str, const char *text)
{
	str_add_len(str, text, strlen(text));
}

void
str_addf(struct str *str, const char *fmt, ...)
{
	va_list ap, again;
	int len;

	/* Written twice: the first time only to know how long it is. */
	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		str->broken = true;
	else if (reserve(str, (size_t)len)) {
		vsnprintf(str->data + str->len, (size_t)len + 1, fmt, again);
		str->len += (size_t)len;
	}
	va_end(again);
}

/* The escape for a letter that JSON does not take as it is, or a terminal
 * must not get. */
static void
add_escape(struct str *str, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = strchr(from, c);

	if (at && c)
		str_addf(str, "\\%c", to[at - from]);
	else
		str_addf(str, "\\u%04x", c);
}

void
str_add_json(struct str *str, const char *text)
{
	/* What is no UTF-8 goes byte by byte, one replacement for each. */
	str_add(str, "\"");
	while (*text) {
		size_t len = plain_utf8(text);

		if (!len)
			str_add(str, "\xef\xbf\xbd");
		else if (!plain_letter(text) || *text == '"' || *text == '\\')
			/* Of two bytes, the second one is the number. */
			add_escape(str, (unsigned char)text[len - 1]);
		else
			str_add_len(str, text, len);
		text += len ? len : 1;
	}
	str_add(str, "\"");
}

/*
 * The test before each step keeps value at or below max, so that nothing can
 * overflow: value * 10 + digit <= max is the same as value <= (max - digit)
 * / 10 in whole numbers, and the second form cannot wrap.
 */
int
str_to_uint(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		unsigned digit = (unsigned)(unsigned char)*text - '0';

		if (digit > 9 || digit > max || value > (max - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

/* The sign is taken off, and the bound on that side is one further away. */
int
str_to_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t value, bound = (uint64_t)INT64_MAX + negative;
	int64_t result;

	if (str_to_uint(text + negative, bound, &value) < 0)
		return -1;
	/* -value would overflow for INT64_MIN. */
	result = negative && value ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	if (result < min || result > max)
		return -1;
	*out = result;
	return 0;
}

uint64_t
str_take_uint(const char **at)
{
	uint64_t value = 0;

	for (; **at >= '0' && **at <= '9'; ++*at)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, **at - '0', &value))
			value = UINT64_MAX;
	return value;
}

bool
str_has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

#define WORD_MAX 63

/* Of ASCII only, and never by the locale. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be added, taken away, changed or swapped with their
 * neighbour to turn one word into the other (optimal string alignment); the
 * case of letters does not count. Words are of at most WORD_MAX letters.
 */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];

	/* Row i of the classic table; the swap needs the two rows above it. */
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3],
		       *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1,
				above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
				y == lower(a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *
str_nearest(const char *text, const char *(*next)(const void *from, size_t i),
	const void *from)
{
	size_t len = strlen(text), best = 1 + (len + 1) / 3;
	const char *nearest = NULL, *word;

	if (!len || len > WORD_MAX)
		return NULL;
	/* One slip in three letters is a slip; more is another word. */
	for (size_t i = 0; (word = next(from, i)); i++) {
		size_t word_len = strlen(word), steps;

		if (word_len > WORD_MAX)
			continue;
		steps = distance(text, len, word, word_len);
		/* All letters changed is no likeness, however short. */
		if (steps < best && steps < word_len) {
			best = steps;
			nearest = word;
		}
	}
	return nearest;
}
