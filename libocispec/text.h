/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a JSON document as bytes: where a token begins, which line and
 * column that is, whether the bytes are UTF-8. All of it looks at each byte a
 * bounded number of times, however the document is laid out.
 */
#ifndef LIBOCISPEC_TEXT_H
#define LIBOCISPEC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX (16 << 20) /* bytes of a document */

/* A byte of the text; columns count characters. The text begins at
 * TEXT_START. */
struct text_mark {
	size_t offset;
	uint32_t line, column;
};

#define TEXT_START ((struct text_mark){ 0, 1, 1 })

/* Moves a mark forward to offset. */
void text_move(struct text_mark *mark, const char *text, size_t offset);
/* The offset of the token that ends before the offset end. */
size_t text_token(const char *text, size_t end);
/* The offset of the first byte that is no UTF-8 (overlong forms, surrogates
 * and what lies beyond U+10FFFF are none), or len. */
size_t text_bad_utf8(const char *text, size_t len);
/* Whether the inside of a JSON string escapes half a surrogate pair. */
bool text_has_half_pair(const char *raw, size_t len);

#endif
