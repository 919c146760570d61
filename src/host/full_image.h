/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of scrim-full inside scrim, an ELF file. They begin at
 * scrim_full_image and end before scrim_full_image_end.
 */
#ifndef HOST_FULL_IMAGE_H
#define HOST_FULL_IMAGE_H

extern const char scrim_full_image[], scrim_full_image_end[];

#endif
