/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for yajl, which uses what its malloc() returns without a look at it:
 * a reservation of addresses that no document can use up, so that only the
 * reservation itself can fail. Nothing is freed before all is.
 */
#ifndef OCISPEC_PARSER_H
#define OCISPEC_PARSER_H

#include <stddef.h>
#include <yajl/yajl_parse.h>

#include "base/arena.h"

struct parser_memory {
	struct arena arena;
	yajl_alloc_funcs functions;
};

/* For a document of len bytes, memory must stay where it is; -1: there is not
 * as much. */
int parser_memory_init(struct parser_memory *memory, size_t len);
void parser_memory_done(struct parser_memory *memory);

#endif
