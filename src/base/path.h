/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that a container's author chose. Everything is resolved beneath a
 * descriptor of the rootfs with openat2(RESOLVE_IN_ROOT): "..", absolute
 * links and races end inside. Callers act on the descriptor, never again on
 * the name.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct err;

/* What path_make_found() has opened. */
struct path_found {
	struct stat st;
	bool made; /* just now: it was missing */
};

#define PATH_DIRECTORY 1u
#define PATH_NOFOLLOW  2u

/* Opens path beneath root. flags of no more than O_DIRECTORY and O_NOFOLLOW
 * mean O_PATH; any other is taken as it is. resolve: further RESOLVE_*. */
int path_open(int root, const char *path, int flags, unsigned resolve,
	struct err *err);
/* The same, making what is missing: directories (mode 0755) up to the last
 * component, and the last as a directory or an empty file. A link that leads
 * nowhere gets what it points at made, beneath root too. nofollow: a link as
 * last component is not followed, but opened itself. Returns an O_PATH
 * descriptor of the kind that was asked for (a link is a kind of file);
 * another kind found there is an error. */
int path_make(int root, const char *path, bool directory, bool nofollow,
	struct err *err);
/* The same; how: PATH_*. */
int path_make_found(int root, const char *path, unsigned how,
	struct path_found *out, struct err *err);
/* Opens the parent directory of path beneath root, making what is missing;
 * *out_name points at the last component within path ("" for the root). */
int path_parent(
	int root, const char *path, const char **out_name, struct err *err);
/* Lexical: removes "//", "/./" and "/../" in place, and a slash at the end.
 * path begins with "/", and so does the result; ".." never leads above it. */
void path_clean(char *path);
/* Fails where the working directory is not below the process's root: a
 * descriptor from outside has led there (CVE-2024-21626). */
int path_check_cwd(struct err *err);

#endif
