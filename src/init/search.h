/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up the program in the container, with the user's own rights.
 */
#ifndef INIT_SEARCH_H
#define INIT_SEARCH_H

#include <stdbool.h>

struct err;

/* The file that execvp(3) would take for name, with the PATH of env; NULL
 * with the error filled. */
const char *search_program(const char *name, char *const *env, struct err *err);
/* Fills err with why name cannot be executed, in the words that engines match:
 * these tell exit status 126 from 127. */
int search_refuse(const char *name, int code, struct err *err);
/* What keeps execve from a program that is there itself: the interpreter of its
 * first line, or the loader that an ELF file asks for. */
struct search_gap {
	const char *file; /* that one; NULL: nothing is known */
	const char
		*asker; /* the interpreter that needs it; NULL: the program */
	int code;       /* the errno that execve will give */
	bool loader;
};

void search_gap(const char *path, struct search_gap *out);
/* search_refuse() after execve failed with code, naming the gap if that was it.
 */
int search_explain(const char *name, const struct search_gap *gap, int code,
	struct err *err);
/* The home directory of user uid by /etc/passwd, "/" where it has none. NULL
 * with err where the file may be there, but could not be asked. */
const char *search_home(unsigned uid, struct err *err);
/* The value of a variable in env, or NULL. */
const char *search_env(char *const *env, const char *name);

#endif
