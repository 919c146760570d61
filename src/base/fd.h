/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership of descriptors and heap memory. A variable marked auto_fd or
 * auto_free gives back what it holds when it goes out of scope; take_fd() and
 * take_ptr() move it out. Every descriptor is close-on-exec from its birth.
 */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>

struct err;

/* Leaves -1, which closes nothing. */
void fd_close_auto(int *fd);
static inline void
ptr_free_auto(void *at)
{
	free(*(void **)at);
}

#define auto_fd   __attribute__((cleanup(fd_close_auto))) int
#define auto_free __attribute__((cleanup(ptr_free_auto)))

static inline int
take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define take_ptr(at)                                                           \
	({                                                                     \
		__typeof__(*(at)) taken_ = *(at);                              \
		*(at) = NULL;                                                  \
		taken_;                                                        \
	})

/* Writes all of it, however often the kernel takes less. */
int fd_write(int fd, const void *data, size_t len, struct err *err);
/* Reads to the end, at most max bytes (more is an error), onto the heap with
 * a NUL behind; out_len may be NULL. what names the file in errors. */
int fd_read(int fd, size_t max, const char *what, char **out, size_t *out_len,
	struct err *err);
/* Sends text with one descriptor, which stays the caller's own: one message,
 * but where the socket has no room for all of it at once. */
int fd_pass(int socket, const char *text, size_t len, int fd);
/* Makes sure that 0, 1 and 2 are open (on /dev/null where they are not). */
int fd_fill_stdio(struct err *err);
/* Whether it is open and outlives an execve. From 3 on only the caller's do:
 * what closes on exec is ours, and stands where the caller left a place empty.
 */
bool fd_is_inherited(int fd);
/* A sealed, unchangeable memfd that holds data. exec: may be executed. */
int fd_seal(const char *name, const void *data, size_t len, int exec,
	struct err *err);

/* Whether both are of one file: a number counts on its own filesystem alone. */
struct stat;
bool file_is_same(const struct stat *a, const struct stat *b);
/* Whether path leads to what fd is; flags are those of fstatat(2). Not where
 * either cannot be looked at. */
bool fd_is_at(int fd, int dir, const char *path, int flags);

/* Small kernel files: one write, one read. path is relative to dir (or
 * AT_FDCWD), opened without following a last symbolic link. */
int file_write(int dir, const char *path, const char *text, struct err *err);
/* Returns the length (without the NUL put behind it) or -1. */
ssize_t file_read(
	int dir, const char *path, char *buf, size_t size, struct err *err);

#endif
