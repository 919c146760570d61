/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmpcopyup: a tmpfs that begins with what it covers.
 */
#ifndef INIT_COPYUP_H
#define INIT_COPYUP_H

#include <stdbool.h>

struct err;

/* Copies all below the directory from into the (detached, empty) directory
 * to: content, modes, owners, times, extended attributes. keep_mode: to keeps
 * the mode it has. */
int copyup_run(int from, int to, bool keep_mode, struct err *err);

#endif
