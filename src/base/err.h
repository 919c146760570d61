/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error object. It holds an errno, the place in config.json to blame
 * and a text that grows by contexts in front: "create web: mount /proc:
 * fsopen". It never allocates, works out of memory and crosses the wire whole
 * (plain bytes, no pointers). Functions that fail fill it once and return -1;
 * callers may add a context and pass it on; only main() prints it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

struct place;

#define ERR_TEXT_MAX    1536
#define ERR_POINTER_MAX 192

struct err {
	int32_t code;          /* errno, 0: the text says it all */
	uint32_t line, column; /* position in the document, 0: none */
	uint32_t exit_status;  /* 0: the usual one */
	char document[64];     /* what line counts in, "" means config.json */
	char pointer[ERR_POINTER_MAX];
	char text[ERR_TEXT_MAX];
};

/* The calls below return -1, for `return err_...(err, ...)`. err may be NULL
 * where the caller does not care. */

/* A system call failed: errno is kept and its words follow the text. */
int err_sys(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same with an error number given. */
int err_code(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A sentence that needs no errno. */
int err_say(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Bad input at a place of the document; member as in place_format(). */
int err_bad(struct err *err, const struct place *at, const char *member,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What was noted elsewhere, or another process has filled, whatever bytes it is
 * made of. Which document it was, and what main makes of an error, is the
 * caller's to know, and stays. */
int err_take(struct err *err, const struct err *other);
/* Puts "context: " in front of what failed. */
int err_in(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Notes the place to blame unless one is known already. */
int err_at(struct err *err, const struct place *at, const char *member);
/* The same from a plan's spelled-out pointer. */
int err_where(
	struct err *err, uint32_t line, uint32_t column, const char *pointer);

/* "create web: mount /proc: fsopen: Operation not permitted (config.json:87,
 * /mounts/3)". ENOENT reads "not there": engines take the libc's words, and
 * "not found", for a missing program. Always terminates; returns the length. */
size_t err_format(const struct err *err, char *buf, size_t size);

/* The words for an error number, as err_format() uses them. Never NULL. */
const char *err_words(int code);

#endif
