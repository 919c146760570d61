/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of a plan as words, for both forms in which a plan is printed.
 */
#ifndef PLAN_PRINT_WORDS_H
#define PLAN_PRINT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/format.h"

#define PRINT_WORDS_MAX 64

/* Is this operand told by words (a mask or an enumeration)? */
bool print_words_has(enum plan_operand operand);
/* Fills words, at most PRINT_WORDS_MAX; returns how many. */
size_t print_words_list(
	enum plan_operand operand, uint64_t value, const char **words);
/* A filter's action; *out_errno is its errno, -1 where it has none. */
const char *print_words_action(uint32_t action, int *out_errno);

#endif
