/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule for all that is printed. What is no UTF-8 is not let through
 * either: a byte from 0x80 to 0x9f alone is a control character to a terminal
 * of 8 bits, CSI (0x9b) among them. Nothing here allocates, for an error must
 * be printed without memory, too.
 */
#include "base/plain.h"

/* Overlong forms, surrogates and what lies beyond U+10FFFF are none. */
size_t
plain_utf8(const char *text_)
{
	const unsigned char *text = (const unsigned char *)text_;
	unsigned char low = 0x80, high = 0xbf;
	size_t len = text[0] < 0x80 ? 1
		: text[0] < 0xe0    ? 2
		: text[0] < 0xf0    ? 3
				    : 4;

	if (len == 1)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (text[i] < 0x80 || text[i] > 0xbf)
			return 0;
	return len;
}

size_t
plain_letter(const char *text_)
{
	const unsigned char *text = (const unsigned char *)text_;

	if (text[0] < ' ' || text[0] == 0x7f)
		return 0;
	/* U+0080 to U+009F */
	if (text[0] == 0xc2 && text[1] < 0xa0)
		return 0;
	return plain_utf8(text_);
}

void
plain_make(char *text)
{
	while (*text) {
		size_t len = plain_letter(text);

		if (!len)
			*text = *text == '\n' || *text == '\t' ? ' ' : '?';
		text += len ? len : 1;
	}
}
