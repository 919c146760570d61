/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one function of stdio that scrim-init uses, in a tenth of its size: a
 * libc's brings floating point, wide characters, streams and the words of all
 * error numbers, which is more than half of this program. It takes the
 * library's place when the two are linked. It knows %d %u %x %s %%, with l,
 * ll and z, and a precision for %s; any other conversion ends the text. It
 * never writes beyond size and always terminates.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct writer {
	char *buf;
	size_t size, len; /* len: as if there were room for all */
	va_list args;
};

/* Counts on where the buffer ends: the length is what would have been. */
static void
put(struct writer *w, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++, w->len++)
		if (w->len + 1 < w->size)
			w->buf[w->len] = text[i];
}

static void
put_number(struct writer *w, uint64_t value, unsigned base, bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--at] = '-';
	put(w, digits + at, sizeof(digits) - at);
}

static void
put_text(struct writer *w, int precision)
{
	const char *text = va_arg(w->args, const char *);

	if (!text)
		text = "(null)";
	put(w, text,
		precision < 0 ? strlen(text)
			      : strnlen(text, (size_t)precision));
}

/* On every architecture of Linux a size_t is a long. */
static void
put_integer(struct writer *w, char letter, unsigned longs)
{
	int64_t value;

	if (letter == 'd') {
		value = longs > 1 ? va_arg(w->args, long long)
			: longs   ? va_arg(w->args, long)
				  : va_arg(w->args, int);
		put_number(w, value < 0 ? -(uint64_t)value : (uint64_t)value,
			10, value < 0);
		return;
	}
	put_number(w,
		longs > 1       ? va_arg(w->args, unsigned long long)
			: longs ? va_arg(w->args, unsigned long)
				: va_arg(w->args, unsigned),
		letter == 'x' ? 16 : 10, false);
}

/* One conversion, from behind its '%'; returns what follows, NULL: unknown. */
static const char *
convert(struct writer *w, const char *fmt)
{
	int precision = -1;
	unsigned longs = 0;

	if (fmt[0] == '.' && fmt[1] == '*') {
		precision = va_arg(w->args, int);
		fmt += 2;
	} else if (fmt[0] == '.') {
		precision = 0;
		for (fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
			precision = precision * 10 + (*fmt - '0');
	}
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		longs++;
	if (*fmt == 's')
		put_text(w, precision);
	else if (*fmt == 'd' || *fmt == 'u' || *fmt == 'x')
		put_integer(w, *fmt, longs);
	else if (*fmt == '%')
		put(w, "%", 1);
	else
		return NULL;
	return fmt + 1;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct writer w = { .buf = buf, .size = size };

	va_copy(w.args, args);
	while (fmt && *fmt) {
		size_t plain = strcspn(fmt, "%");

		put(&w, fmt, plain);
		fmt += plain;
		if (*fmt)
			fmt = convert(&w, fmt + 1);
	}
	va_end(w.args);
	if (size)
		buf[w.len < size ? w.len : size - 1] = '\0';
	return (int)w.len;
}
