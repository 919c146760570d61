/* SPDX-License-Identifier: Apache-2.0 */
/*
 * _FORTIFY_SOURCE for a libc that has none: the compiler puts this file before
 * every other where it builds against musl. A call that copies into a buffer
 * whose size is known is checked, at compile time where its length is known,
 * too, and else when it runs, by fortify.c. Nothing else may include it.
 */
#ifndef BASE_FORTIFY_H
#define BASE_FORTIFY_H

#include <sched.h> /* declares memcpy() and memset() itself */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* All of the object that the pointer points into, and only its member. */
#define fortify_all(at)  __builtin_object_size(at, 0)
#define fortify_room(at) __builtin_object_size(at, 1)

#define memcpy(to, from, n)                                                    \
	__builtin___memcpy_chk(to, from, n, fortify_all(to))
#define memmove(to, from, n)                                                   \
	__builtin___memmove_chk(to, from, n, fortify_all(to))
#define memset(to, byte, n)                                                    \
	__builtin___memset_chk(to, byte, n, fortify_all(to))
#define stpcpy(to, from) __builtin___stpcpy_chk(to, from, fortify_room(to))
#define strncpy(to, from, n)                                                   \
	__builtin___strncpy_chk(to, from, n, fortify_room(to))
#define snprintf(to, n, ...)                                                   \
	__builtin___snprintf_chk(to, n, 0, fortify_room(to), __VA_ARGS__)
#define vsnprintf(to, n, format, args)                                         \
	__builtin___vsnprintf_chk(to, n, 0, fortify_room(to), format, args)

/* These have no builtin. */
#define fortify_len(to, n)                                                     \
	({                                                                     \
		size_t n_ = (n);                                               \
		if (n_ > fortify_all(to))                                      \
			__builtin_trap();                                      \
		n_;                                                            \
	})
#define read(fd, to, n)     (read)(fd, to, fortify_len(to, n))
#define pread(fd, to, n, o) (pread)(fd, to, fortify_len(to, n), o)
#define getcwd(to, n)       (getcwd)(to, fortify_len(to, n))
#define readlink(path, to, n)                                                  \
	(readlink)(path, to, fortify_len(to, n))
#define readlinkat(dir, path, to, n)                                           \
	(readlinkat)(dir, path, to, fortify_len(to, n))

#endif
