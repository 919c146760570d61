/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling, extending and printing the one error object. A failure fills it:
 * errno first (before anything can change it), then the sentence. Callers on
 * the way out put contexts in front and note the place to blame; the place
 * noted first, the innermost one, stays. err_format() writes the whole for
 * main. Nothing here allocates, opens or prints, and no byte that could steer
 * a terminal leaves it: names in a message may come from inside a container.
 */
#include "base/err.h"

#include "base/place.h"
#include "base/plain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * A new failure forgets the old one, but not what the caller has set once
 * for all of them: the name of the document and the exit status.
 */
static void
fill(struct err *err, int code, const char *fmt, va_list ap)
{
	err->code = code;
	err->line = 0;
	err->column = 0;
	err->pointer[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

/* errno is read before anything else can touch it, and is put back. */
int
err_sys(struct err *err, const char *fmt, ...)
{
	int code = errno;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, code, fmt, ap);
	va_end(ap);
	errno = code;
	return -1;
}

/* Like err_sys() where the number came from elsewhere: a wire, a callback. */
int
err_code(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, code, fmt, ap);
	va_end(ap);
	return -1;
}

/* No number: nothing is appended to the sentence. */
int
err_say(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, 0, fmt, ap);
	va_end(ap);
	return -1;
}

/* The place is that of this failure: an older one has been forgotten. */
int
err_bad(struct err *err, const struct place *at, const char *member,
	const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, 0, fmt, ap);
	va_end(ap);
	return err_at(err, at, member);
}

int
err_take(struct err *err, const struct err *other)
{
	if (!err)
		return -1;
	err->code = other->code;
	err->line = other->line;
	err->column = other->column;
	memcpy(err->pointer, other->pointer, sizeof(err->pointer) - 1);
	memcpy(err->text, other->text, sizeof(err->text) - 1);
	err->pointer[sizeof(err->pointer) - 1] = '\0';
	err->text[sizeof(err->text) - 1] = '\0';
	return -1;
}

/* The text moves to the back and the context is put in front, in place: there
 * is no allocation to fail. A context alone stands without its colon. */
int
err_in(struct err *err, const char *fmt, ...)
{
	char context[ERR_TEXT_MAX / 2];
	size_t len, kept;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(context, sizeof(context) - 2, fmt, ap);
	va_end(ap);
	len = strlen(context);
	if (err->text[0]) {
		memcpy(context + len, ": ", 2);
		len += 2;
	}
	/* The end of the text gives way: the context names the culprit. */
	kept = strnlen(err->text, sizeof(err->text) - 1 - len);
	memmove(err->text + len, err->text, kept);
	memcpy(err->text, context, len);
	err->text[len + kept] = '\0';
	return -1;
}

/* The innermost caller knows best, and comes first. */
int
err_at(struct err *err, const struct place *at, const char *member)
{
	if (!err || !at || err->line || err->pointer[0])
		return -1;
	err->line = at->line;
	err->column = at->column;
	place_format(at, member, err->pointer, sizeof(err->pointer));
	return -1;
}

/* In scrim-init there are no places, only what the plan has spelled out. */
int
err_where(struct err *err, uint32_t line, uint32_t column, const char *pointer)
{
	size_t len;

	if (!err || err->line || err->pointer[0])
		return -1;
	err->line = line;
	err->column = column;
	if (!pointer)
		return -1;
	len = strnlen(pointer, sizeof(err->pointer) - 1);
	memcpy(err->pointer, pointer, len);
	err->pointer[len] = '\0';
	return -1;
}

/* Podman decides by these words between exit status 126 and 127; for the
 * second "not found" is enough. */
const char *
err_words(int code)
{
	return code == ENOENT ? "not there" : strerror(code);
}

/* Appends at len, cut to what there is room for; returns the new length. */
static size_t __attribute__((format(printf, 4, 5)))
append(char *buf, size_t size, size_t len, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + len, size - len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return len;
	return (size_t)n < size - len ? len + (size_t)n : size - 1;
}

/* " (config.json:87:5, /mounts/3)", of which each part may be unknown: many a
 * config is one long line. */
static size_t
append_place(const struct err *err, char *buf, size_t size, size_t len)
{
	const char *document = err->document[0] ? err->document : "config.json";

	if (!err->line && !err->pointer[0])
		return len;
	len = append(buf, size, len, " (%.63s", document);
	if (err->line)
		len = append(buf, size, len, ":%u", err->line);
	if (err->line && err->column)
		len = append(buf, size, len, ":%u", err->column);
	if (err->pointer[0])
		len = append(buf, size, len, ", %.191s", err->pointer);
	return append(buf, size, len, ")");
}

size_t
err_format(const struct err *err, char *buf, size_t size)
{
	/* The object may have come over the wire: trust no terminator. */
	int text_len = (int)strnlen(err->text, sizeof(err->text));
	size_t len = 0;

	if (!size)
		return 0;
	buf[0] = '\0';
	len = append(buf, size, len, "%.*s", text_len, err->text);
	if (err->code)
		len = append(buf, size, len, "%s%s", len ? ": " : "",
			err_words(err->code));
	len = append_place(err, buf, size, len);
	plain_make(buf);
	return len;
}
