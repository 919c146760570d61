/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared libraries that only some commands need: they are opened by their
 * soname when they are needed, and stay loaded until scrim ends. Linked, each
 * would cost every command its start-up time.
 *
 * Being able to load one at all costs half of the start-up time of a command:
 * the dynamic linker, and a libc that asks the processor for its every
 * property, which a virtual machine traps. So there are two builds of scrim
 * from the same sources, but for one file: a small one, static and with another
 * libc, which is what a user calls (library_small.c), and within it the full
 * one (library.c), which takes its place where a library is needed.
 */
#ifndef HOST_LIBRARY_H
#define HOST_LIBRARY_H

#include <stddef.h>

struct err;

/* One function of a library: its name, and where its address goes in the
 * caller's struct of function pointers. */
struct library_symbol {
	const char *name;
	size_t offset;
};

struct library {
	const char *soname;  /* "libseccomp.so.2" */
	const char *package; /* Debian's, for whoever has to install it */
	const char *purpose; /* what needs it: "a new seccomp profile" */
	const struct library_symbol *symbols;
	size_t n_symbols;
};

/* Must be called before a library is loaded, while nothing has been made or
 * changed yet, or what was may be done again (a delete): a scrim that cannot
 * load libraries goes on from here as one that can, from the beginning of
 * main() with the same arguments. */
int library_ready(struct err *err);
/* Fills the struct of function pointers; on failure the error names the
 * library, its package and its purpose. */
int library_load(
	const struct library *library, void *functions, struct err *err);

#endif
