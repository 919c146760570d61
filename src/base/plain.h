/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that may be shown. Names and messages come from images and containers,
 * and what is shown ends in a terminal or in a log: no byte of theirs may steer
 * the one or begin a line of its own in the other.
 */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <stddef.h>

/* The length of the UTF-8 sequence that text begins with; 0: it is none
 * (RFC 3629, 4). */
size_t plain_utf8(const char *text);
/* The same for a letter that may be shown; 0, too, for control characters: of
 * ASCII, and those of 8 bits (C1), which terminals also obey as UTF-8. */
size_t plain_letter(const char *text);
/* Makes it one line of such letters, in place and of the same length: a blank
 * for the end of a line and for a tab, "?" for each other byte. */
void plain_make(char *text);

#endif
