/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at a running container by its paths. What lies on the way may be a
 * filesystem that somebody in there serves, and answers when he likes.
 */
#ifndef LIFE_GLANCE_H
#define LIFE_GLANCE_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum glance {
	GLANCE_HELD = -2,    /* no answer */
	GLANCE_NOTHING = -1, /* there is nothing at that path */
	/* something, but no mount's top; above it: that one's id */
	GLANCE_NO_MOUNT = 0,
};

/* Fills in what each of the n paths leads to in the container whose root that
 * is. Ends within seconds, whatever is held. */
int glance(int root, const char *const *paths, int64_t *found, size_t n,
	struct err *err);

#endif
