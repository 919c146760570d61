/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spells out the JSON pointer of a place: the chain of links is walked once
 * from the value to the root of the document and written from the root on.
 * What does not fit is cut; the text is always terminated. It allocates
 * nothing and knows no FILE, for scrim-init is linked with it as well.
 */
#include "base/place.h"

#include <stdbool.h>

/* Deeper documents are refused by the decoder before any place is spelled. */
#define PLACE_DEPTH_MAX 96

struct writer {
	char *buf;
	size_t len, size;
};

/* What does not fit is dropped; the place of the NUL is kept free. */
static void
put(struct writer *w, char c)
{
	if (w->len + 1 < w->size)
		w->buf[w->len++] = c;
}

/* RFC 6901, 3: "~" is "~0" and "/" is "~1". */
static void
put_key(struct writer *w, const char *key)
{
	for (; *key; key++) {
		bool special = *key == '~' || *key == '/';

		put(w, special ? '~' : *key);
		if (special)
			put(w, *key == '~' ? '0' : '1');
	}
}

static void
put_index(struct writer *w, uint32_t index)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + index % 10);
		index /= 10;
	} while (index);
	while (n)
		put(w, digits[--n]);
}

/* The caller's own words ("namespaces/0"): slashes part them, no escapes. */
static void
put_member(struct writer *w, const char *member)
{
	put(w, '/');
	while (*member)
		put(w, *member++);
}

size_t
place_format(const struct place *at, const char *member, char *buf, size_t size)
{
	const struct place *links[PLACE_DEPTH_MAX];
	struct writer w = { .buf = buf, .size = size };
	size_t n = 0;

	if (!size)
		return 0;
	/* The root has neither a link above it nor a key: it is "". */
	for (; at && at->up && n < PLACE_DEPTH_MAX; at = at->up)
		links[n++] = at;
	while (n) {
		at = links[--n];
		put(&w, '/');
		if (at->key)
			put_key(&w, at->key);
		else
			put_index(&w, at->index);
	}
	if (member)
		put_member(&w, member);
	buf[w.len] = '\0';
	return w.len;
}
