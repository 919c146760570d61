/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: what a container uses, and that it ran out of memory; a JSON object
 * a line.
 */
#ifndef LIFE_EVENTS_H
#define LIFE_EVENTS_H

#include <stdint.h>

struct err;

/* The figures, once. print is called for each line as soon as there is one; -1
 * ends it. */
int events_stats(const char *root, const char *id,
	int (*print)(const char *line, struct err *err), struct err *err);
/* The figures every so many nanoseconds, and each time the kernel kills for
 * want of memory, until the container has stopped. */
int events_follow(const char *root, const char *id, int64_t interval,
	int (*print)(const char *line, struct err *err), struct err *err);

#endif
