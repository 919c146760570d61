/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up the program in the container, with the user's own rights.
 */
#ifndef INIT_SEARCH_H
#define INIT_SEARCH_H

struct err;

/* The file that execvp(3) would take for name, with the PATH of env; NULL
 * with the error filled. */
const char *search_program(const char *name, char *const *env, struct err *err);
/* Fills err with why name cannot be executed, in the words that engines match:
 * these tell exit status 126 from 127. */
int search_refuse(const char *name, int code, struct err *err);
/* The interpreter or loader that the program names and that is not there;
 * NULL where nothing is known to be missing. */
const char *search_missing(const char *path);
/* The home directory of user uid by /etc/passwd, "/" where it has none. */
const char *search_home(unsigned uid);
/* The value of a variable in env, or NULL. */
const char *search_env(char *const *env, const char *name);

#endif
