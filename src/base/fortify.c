/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fortified call becomes where its length is only known when it runs
 * (fortify.h); glibc has functions of these names, by which libraries that
 * were compiled against it are linked as well. One that would write beyond its
 * buffer ends the program on the spot. This file alone is compiled without
 * fortify.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
void *__memmove_chk(void *to, const void *from, size_t n, size_t room);
void *__memset_chk(void *to, int byte, size_t n, size_t room);
char *__stpcpy_chk(char *to, const char *from, size_t room);
char *__strncpy_chk(char *to, const char *from, size_t n, size_t room);
int __vsnprintf_chk(char *to, size_t n, int flag, size_t room,
	const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));
int __snprintf_chk(char *to, size_t n, int flag, size_t room,
	const char *format, ...) __attribute__((format(printf, 5, 6)));
int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void
check(size_t need, size_t room)
{
	if (need > room)
		__builtin_trap();
}

void *
__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	check(n, room);
	return memcpy(to, from, n);
}

void *
__memmove_chk(void *to, const void *from, size_t n, size_t room)
{
	check(n, room);
	return memmove(to, from, n);
}

void *
__memset_chk(void *to, int byte, size_t n, size_t room)
{
	check(n, room);
	return memset(to, byte, n);
}

char *
__stpcpy_chk(char *to, const char *from, size_t room)
{
	size_t size = strlen(from) + 1;

	check(size, room);
	memcpy(to, from, size);
	return to + size - 1;
}

char *
__strncpy_chk(char *to, const char *from, size_t n, size_t room)
{
	size_t len = strnlen(from, n);

	check(n, room);
	memcpy(to, from, len);
	memset(to + len, 0, n - len);
	return to;
}

int
__vsnprintf_chk(char *to, size_t n, int flag, size_t room, const char *format,
	va_list args)
{
	(void)flag;
	check(n, room);
	return vsnprintf(to, n, format, args);
}

int
__snprintf_chk(
	char *to, size_t n, int flag, size_t room, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __vsnprintf_chk(to, n, flag, room, format, args);
	va_end(args);
	return len;
}

/* Of yajl's, not ours. */
int
__sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
{
	va_list args;
	int len;

	(void)flag;
	va_start(args, format);
	len = vsnprintf(to, room, format, args);
	va_end(args);
	check((size_t)len + 1, room);
	return len;
}
