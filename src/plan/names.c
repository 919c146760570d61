/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up words and numbers. The tables are short, and a config asks for
 * some dozens of words: they are searched from the front, no hash to build on
 * each start. Only signals need more than a row, for people write them in many
 * ways and the real-time ones are counted from both ends.
 */
#include "plan/names.h"

#include <signal.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

bool
names_find(const struct names *names, const char *word, uint64_t *out)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->rows[i].word, word) != 0)
			continue;
		*out = names->rows[i].number;
		return true;
	}
	return false;
}

const char *
names_word(const struct names *names, uint64_t number)
{
	for (size_t i = 0; i < names->n; i++)
		if (names->rows[i].number == number)
			return names->rows[i].word;
	return NULL;
}

/* The signature is that of str_nearest(). */
const char *
names_next(const void *from, size_t i)
{
	const struct names *names = from;

	return i < names->n ? names->rows[i].word : NULL;
}

const char *
names_near(const struct names *names, const char *word)
{
	return str_nearest(word, names_next, names);
}

/* As kill(1) and programs see them, whichever libc scrim itself has: glibc
 * keeps the first two for itself, musl three (signal(7)). */
#define RT_MIN 34
#define RT_MAX 64

/* "RTMIN", "RTMIN+n", "RTMAX-n". */
static int
real_time_signal(const char *word)
{
	bool from_min = strncasecmp(word, "RTMIN", 5) == 0;
	uint64_t n = 0;

	if (!from_min && strncasecmp(word, "RTMAX", 5) != 0)
		return -1;
	word += 5;
	if (*word &&
		(*word != (from_min ? '+' : '-') ||
			str_to_uint(word + 1, RT_MAX - RT_MIN, &n)))
		return -1;
	return from_min ? RT_MIN + (int)n : RT_MAX - (int)n;
}

/* Numbers first: a bare one is never a name. 0 only asks (kill(2)). */
int
names_to_signal(const char *text)
{
	int64_t number;

	if (str_to_int(text, 0, RT_MAX, &number) == 0)
		return (int)number;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < names_signals.n; i++)
		if (strcasecmp(names_signals.rows[i].word, text) == 0)
			return (int)names_signals.rows[i].number;
	return real_time_signal(text);
}
