/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place in a JSON document: one link of a JSON pointer and the position of
 * the value in the text. Places form a chain to the root of the document, so
 * that remembering one costs no formatting; the pointer is spelled out only
 * for an error or a printed plan. Every decoded object begins with its place.
 */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stddef.h>
#include <stdint.h>

struct place {
	const struct place *up; /* NULL: the document itself */
	const char *key;        /* NULL: an array item, see index */
	uint32_t index;
	uint32_t line, column; /* from 1; 0: not known */
};

/* Writes the pointer of at, "/mounts/3" ("" for the document), escaped by
 * RFC 6901, into buf; cuts what does not fit. member may be NULL or name a
 * key (or "key/index") below at. Returns the length written. */
size_t place_format(
	const struct place *at, const char *member, char *buf, size_t size);

#endif
