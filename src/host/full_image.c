/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scrim that can load libraries, among the constants of the one that
 * cannot (library_small.c); a C file for the reason that init_image.c gives.
 */
#include "host/full_image.h"

__asm__(".pushsection .rodata\n"
	".balign 16\n"
	".globl scrim_full_image\n"
	"scrim_full_image:\n"
	".incbin \"scrim-full.stripped\"\n"
	".globl scrim_full_image_end\n"
	"scrim_full_image_end:\n"
	".byte 0\n"
	".popsection\n");
