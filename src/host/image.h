/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that lies among the constants of this one, as a file that can be
 * executed and that nobody can change.
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

struct err;

struct image {
	const char *name;
	const char *start, *end;
};

/* scrim-init, byte for byte as it was linked. */
extern const struct image image_init;

int image_open(const struct image *image, struct err *err);

#endif
