/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that lies among the constants of this one, as a file that can be
 * executed and that nobody can change.
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

#include <sys/types.h>

struct err;

/* Of a file that nobody may read the kernel keeps the process from being
 * traced by who has no rights over its owner: in a user namespace where that
 * one is not mapped, by anybody (exec(2), "dumpable"; would_dump()). */
#define IMAGE_READABLE 0555
#define IMAGE_CLOSED   0111

struct image {
	const char *name;
	const char *start, *end;
};

/* scrim-init, byte for byte as it was linked. */
extern const struct image image_init;

int image_open(const struct image *image, mode_t mode, struct err *err);

#endif
