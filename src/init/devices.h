/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory that device nodes and links go into.
 */
#ifndef INIT_DEVICES_H
#define INIT_DEVICES_H

#include <stdbool.h>

struct err;
struct init;

/* The directory of path, made when it is missing, opened until the next call
 * asks for another: it is not the caller's to close. *out_name is the last
 * component. Below /dev no link in /dev's own place is followed. */
int devices_parent(struct init *init, const char *path, const char **out_name,
	struct err *err);
/* Opens the file that a node is bound on, made empty when it is missing; a
 * link or a directory in its place is an error. */
int devices_place(int dir, const char *name, struct err *err);
/* Makes a symbolic link. An equal one may be there already, and with may_stay
 * anything. */
int devices_symlink(int dir, const char *name, const char *target,
	bool may_stay, struct err *err);

#endif
