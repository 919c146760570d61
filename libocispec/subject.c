/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a sentence names a place: "linux.seccomp.syscalls[3].names", as one
 * would write it in a program, and "the document" for the whole. Names that
 * are no plain words, as in annotations, stand in brackets and quotes. Where
 * the buffer is too small the beginning is kept.
 */
#include "libocispec/decode.h"

#include <stdio.h>
#include <string.h>

static bool
is_word(const char *key)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";

	return *key && key[strspn(key, letters)] == '\0';
}

/* Depth is bounded by DECODE_DEPTH_MAX, hence the recursion. */
static size_t
put(const struct place *at, char *buf, size_t size)
{
	size_t len;
	int more;

	if (!at || !at->up)
		return 0;
	len = put(at->up, buf, size);
	if (len >= size)
		return len;
	if (!at->key)
		more = snprintf(buf + len, size - len, "[%u]", at->index);
	else if (is_word(at->key))
		more = snprintf(
			buf + len, size - len, "%s%s", len ? "." : "", at->key);
	else
		more = snprintf(buf + len, size - len, "[\"%s\"]", at->key);
	return more < 0 ? len : len + (size_t)more;
}

void
subject_format(const struct place *at, char *buf, size_t size)
{
	if (put(at, buf, size) == 0)
		snprintf(buf, size, "the document");
}
