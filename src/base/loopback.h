/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one interface that every network namespace is born with, and down.
 */
#ifndef BASE_LOOPBACK_H
#define BASE_LOOPBACK_H

struct err;

/* Sets lo up in the caller's network namespace. */
int loopback_up(struct err *err);

#endif
