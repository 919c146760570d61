/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table tests/properties: what applies a property of config.json, and the
 * test that shows its effect. Here each row is held against the program and
 * the tests.
 */
#ifndef TESTS_UNIT_APPLIED_H
#define TESTS_UNIT_APPLIED_H

#include <stdbool.h>

/* Fails where the property has no row, or where what its row names is not
 * there; dead: the decoder takes it without effect. */
void applied_check(const char *property, bool dead);
/* Fails where a row is one of no property that was checked. */
void applied_check_rest(void);

#endif
