/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows on the heap, for output: plans, JSON, tables, help. A
 * failed allocation is remembered (broken) and reported once by whoever
 * writes the text out, so that builders need no checks of their own.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	char *data; /* NUL-terminated once anything was added */
	size_t len, cap;
	bool broken; /* out of memory: the text is not whole */
};

#define auto_str __attribute__((cleanup(str_done))) struct str

void str_done(struct str *str);
void str_add(struct str *str, const char *text);
void str_add_len(struct str *str, const char *text, size_t len);
void str_addf(struct str *str, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void str_add_json(struct str *str, const char *text);

/* The one integer parser: the whole text, decimal, min..max. Returns 0 or -1
 * and touches *out only on success. No sign but '-', no space, no prefix. */
int str_to_int(const char *text, int64_t min, int64_t max, int64_t *out);
int str_to_uint(const char *text, uint64_t max, uint64_t *out);
/* For the kernel's own texts: the number that stands at *at, which moves behind
 * it; 0 where there is none, UINT64_MAX where it is larger. */
uint64_t str_take_uint(const char **at);
bool str_has_prefix(const char *text, const char *prefix);

/* The word of words (NULL-terminated, or given by next) that is nearest to
 * text, or NULL where none is near enough to be what was meant. */
const char *str_nearest(const char *text,
	const char *(*next)(const void *from, size_t i), const void *from);

#endif
