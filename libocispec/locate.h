/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a JSON pointer back to the line and column of its value. Only errors
 * need this, so it reads the text again instead of keeping a position for
 * every string and number.
 */
#ifndef LIBOCISPEC_LOCATE_H
#define LIBOCISPEC_LOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether pointer ("/mounts/3", RFC 6901) names a value of the document;
 * only then line and column are set, both from 1. */
bool locate(const char *text, size_t len, const char *pointer, uint32_t *line,
	uint32_t *column);

#endif
