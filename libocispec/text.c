/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions and encoding of a JSON document (see text.h). The parser reports
 * only where a token ends, so its beginning is found by going back; this is
 * done for tokens that the parser has accepted, or stopped at, and never
 * reads beyond either end of the text.
 */
#include "libocispec/text.h"

#include <string.h>

void
text_move(struct text_mark *mark, const char *text, size_t offset)
{
	const char *at = text + mark->offset;
	const char *end = text + offset;
	const char *newline;

	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		mark->line++;
		mark->column = 1;
		at = newline + 1;
	}
	for (; at < end; at++)
		mark->column += ((unsigned char)*at & 0xc0) != 0x80;
	mark->offset = offset;
}

/* The opening quote of the string whose closing quote is at the offset end:
 * the nearest quote before it with an even number of backslashes in front. */
static size_t
string_token(const char *text, size_t end)
{
	size_t at = end;

	while (at > 0) {
		size_t slashes = 0;

		if (text[--at] != '"')
			continue;
		while (slashes < at && text[at - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return at;
	}
	return end;
}

/* What numbers and true, false and null are made of. */
static bool
is_word_byte(char byte)
{
	return (byte >= '0' && byte <= '9') ||
		((byte | 32) >= 'a' && (byte | 32) <= 'z') || byte == '+' ||
		byte == '-' || byte == '.';
}

size_t
text_token(const char *text, size_t end)
{
	if (end == 0)
		return 0;
	end--;
	if (text[end] == '"')
		return string_token(text, end);
	while (end > 0 && is_word_byte(text[end]) &&
		is_word_byte(text[end - 1]))
		end--;
	return end;
}

/* The length of the UTF-8 sequence at s, which has left bytes at most; 0
 * where there is none (Unicode 15, table 3-7). */
static size_t
sequence(const unsigned char *s, size_t left)
{
	size_t len = 4;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	if (s[0] < 0xf0)
		len = s[0] < 0xe0 ? 2 : 3;
	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

size_t
text_bad_utf8(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		uint64_t eight;
		size_t n;

		/* Documents are ASCII but for a byte here and there. */
		if (len - at >= sizeof(eight)) {
			memcpy(&eight, text + at, sizeof(eight));
			if (!(eight & UINT64_C(0x8080808080808080))) {
				at += sizeof(eight);
				continue;
			}
		}
		n = sequence((const unsigned char *)text + at, len - at);
		if (n == 0)
			return at;
		at += n;
	}
	return len;
}

/* Whether \uD8..\uDB (a high surrogate) or \uDC..\uDF (a low one) stands at
 * raw, as third is one of "89abAB" or of "cdefCDEF". */
static bool
is_surrogate(const char *raw, size_t left, const char *third)
{
	return left >= 6 && raw[0] == '\\' && raw[1] == 'u' &&
		(raw[2] | 32) == 'd' && strchr(third, raw[3]);
}

bool
text_has_half_pair(const char *raw, size_t len)
{
	size_t at = 0;

	while (at < len) {
		bool high = is_surrogate(raw + at, len - at, "89abAB");

		if (high && len - at > 6 &&
			is_surrogate(raw + at + 6, len - at - 6, "cdefCDEF"))
			at += 12;
		else if (high || is_surrogate(raw + at, len - at, "cdefCDEF"))
			return true;
		else
			at += raw[at] == '\\' ? 2 : 1;
	}
	return false;
}
