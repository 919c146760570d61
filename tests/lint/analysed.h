/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included before everything else where a program reads the code instead of
 * translating it (make tidy, make analyze). It sees one file at a time, and
 * is told here what it cannot know: that an error's functions return -1, and
 * that plan_check() has seen to the texts that a step needs. err.c, which
 * defines some of these, is read without.
 */
#ifndef LINT_ANALYSED_H
#define LINT_ANALYSED_H

#include "base/err.h"
#include "plan/format.h"

static inline int
analysed_failure(int result)
{
	(void)result;
	return -1;
}

#define err_sys(...)   analysed_failure(err_sys(__VA_ARGS__))
#define err_code(...)  analysed_failure(err_code(__VA_ARGS__))
#define err_say(...)   analysed_failure(err_say(__VA_ARGS__))
#define err_bad(...)   analysed_failure(err_bad(__VA_ARGS__))
#define err_in(...)    analysed_failure(err_in(__VA_ARGS__))
#define err_at(...)    analysed_failure(err_at(__VA_ARGS__))
#define err_where(...) analysed_failure(err_where(__VA_ARGS__))

#define plan_text(block, offset) ((const char *)(block) + (offset))

#endif
