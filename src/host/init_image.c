/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second program, byte for byte as it was linked, among the constants of
 * the first: it is copied into a sealed memfd from here and nowhere else, so
 * no path on the host can be swapped beneath it. A C file and not assembler,
 * so that the compiler adds the notes of its branch protection; without them
 * the linker would drop the protection of all of scrim.
 */
#include "host/init_image.h"

__asm__(".pushsection .rodata\n"
	".balign 16\n"
	".globl scrim_init_image\n"
	"scrim_init_image:\n"
	".incbin \"scrim-init\"\n"
	".globl scrim_init_image_end\n"
	"scrim_init_image_end:\n"
	".byte 0\n"
	".popsection\n");
