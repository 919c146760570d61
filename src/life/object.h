/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects and arrays of JSON that are written member by member, commas
 * included.
 */
#ifndef LIFE_OBJECT_H
#define LIFE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/* One that is open; "any": it has a member already. */
struct object {
	struct str *out;
	bool any;
};

/* A member that is an object or array itself: "{" or "[", ended by the like. */
struct object object_begin(
	struct object *in, const char *key, const char *bracket);
void object_end(struct object *object, const char *bracket);
/* Of an array: before each item. */
void object_comma(struct object *object);
/* Before a value that the caller writes. */
void object_key(struct object *object, const char *key);
void object_number(struct object *object, const char *key, uint64_t value);
/* Members of which 0 says nothing. */
void object_some(struct object *object, const char *key, uint64_t value);
/* The first len bytes of a text. */
void object_text(
	struct object *object, const char *key, const char *text, size_t len);

#endif
