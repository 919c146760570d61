/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of scrim-init inside scrim, an ELF file. They begin at
 * scrim_init_image and end before scrim_init_image_end.
 */
#ifndef HOST_INIT_IMAGE_H
#define HOST_INIT_IMAGE_H

extern const char scrim_init_image[], scrim_init_image_end[];

#endif
