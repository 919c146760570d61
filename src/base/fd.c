/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors: closing them on the way out of a scope, reading and writing
 * whole contents, handing one over, sealed memory files, and the one-line files
 * of /proc, /sys and cgroups. Every open carries O_CLOEXEC; the only
 * descriptors made here that an exec may keep are 0, 1 and 2 themselves. No
 * FILE is used, since scrim-init is linked with this too. A function that fails
 * closes what it opened and leaves its outputs as they were.
 */
#include "base/fd.h"

#include "base/err.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux 6.3: the mode of a memfd cannot be changed any more. */
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

#define READ_CHUNK ((size_t)16 << 10)

/* Runs when a scope ends, often right behind a failed call: errno stays. */
void
fd_close_auto(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int
fd_write(int fd, const void *data, size_t len, struct err *err)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Makes room for another chunk, but for no more than one byte beyond max. */
static int
grow(char **buf, size_t *cap, size_t max)
{
	size_t more = *cap ? *cap * 2 : READ_CHUNK;
	char *moved;

	if (more > max + 1)
		more = max + 1;
	moved = realloc(*buf, more + 1);
	if (!moved)
		return -1;
	*buf = moved;
	*cap = more;
	return 0;
}

/* The end of a file is a read of nothing, so a file that has exactly max bytes
 * is told from a longer one by asking for one more. */
int
fd_read(int fd, size_t max, const char *what, char **out, size_t *out_len,
	struct err *err)
{
	auto_free char *buf = NULL;
	size_t len = 0, cap = 0;
	ssize_t n;

	do {
		if (len == cap && grow(&buf, &cap, max) < 0)
			return err_code(err, ENOMEM, "read %s", what);
		do
			n = read(fd, buf + len, cap - len);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_sys(err, "read %s", what);
		len += (size_t)n;
		if (len > max)
			return err_say(
				err, "%s is larger than %zu bytes", what, max);
	} while (n);
	buf[len] = '\0';
	*out = take_ptr(&buf);
	if (out_len)
		*out_len = len;
	return 0;
}

/* What follows a first part that was cut short goes without the descriptor. */
int
fd_pass(int socket, const char *text, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .header = { CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS } };
	struct iovec part = { (void *)(uintptr_t)text, len };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	while (part.iov_len) {
		ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		part.iov_base = (char *)part.iov_base + n;
		part.iov_len -= (size_t)n;
		message.msg_control = NULL;
		message.msg_controllen = 0;
	}
	return 0;
}

bool
fd_is_inherited(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

/* Without them the next descriptor opened would be 0, 1 or 2, and somebody's
 * message would end up in it. */
int
fd_fill_stdio(struct err *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is fd; the payload inherits it. */
		if (openat(AT_FDCWD, "/dev/null", O_RDWR) != fd)
			return err_sys(err, "open /dev/null");
	}
	return 0;
}

/*
 * Linux 6.3 wants to be told whether a memfd is to be executed; a kernel
 * before it answers the unknown flag with EINVAL, and needs no telling.
 */
static int
open_memfd(const char *name, int exec, unsigned *seals)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd =
		memfd_create(name, flags | (exec ? MFD_EXEC : MFD_NOEXEC_SEAL));

	*seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	if (fd >= 0)
		*seals |= F_SEAL_EXEC;
	else if (errno == EINVAL)
		fd = memfd_create(name, flags);
	return fd;
}

/* Sealed against everything: whoever gets hold of it can read it, and neither
 * change what is executed nor take the seals off. */
int
fd_seal(const char *name, const void *data, size_t len, int exec,
	struct err *err)
{
	unsigned seals;
	auto_fd fd = open_memfd(name, exec, &seals);

	if (fd < 0)
		return err_sys(err, "make memory file %s", name);
	if (fd_write(fd, data, len, err) < 0)
		return err_in(err, "memory file %s", name);
	if (lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0)
		return err_sys(err, "seal memory file %s", name);
	return take_fd(&fd);
}

bool
file_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool
fd_is_at(int fd, int dir, const char *path, int flags)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 &&
		fstatat(dir, path, &there, flags) == 0 &&
		file_is_same(&here, &there);
}

/* O_TRUNC means nothing to the files of /proc, /sys and cgroups. */
int
file_write(int dir, const char *path, const char *text, struct err *err)
{
	auto_fd fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	/* The kernel takes such a text in one piece or not at all. */
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "write \"%s\" to %s", text, path);
	if ((size_t)n != len)
		return err_say(
			err, "write \"%s\" to %s: taken in part", text, path);
	return 0;
}

ssize_t
file_read(int dir, const char *path, char *buf, size_t size, struct err *err)
{
	auto_fd fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "read %s", path);
	/* A text that fills the buffer may go on: better none than half. */
	if ((size_t)n == size)
		return err_say(
			err, "%s is longer than %zu bytes", path, size - 1);
	buf[n] = '\0';
	return n;
}
