/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrim-init as a file that can be executed and that nobody can change.
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

struct err;

int image_open(struct err *err);

#endif
