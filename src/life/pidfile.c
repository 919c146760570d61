/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines watch for the file and read it the moment it appears, with a parser
 * that takes no newline: so it gets its name when it is whole, and whoever is
 * killed before leaves nothing. Where there is a file of that name already, or
 * a filesystem knows no files without one, it is written as .NAME and renamed.
 * The directory is opened once. A failure leaves no file of either name that
 * was not there before.
 */
#include "life/pidfile.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The directory part of path, opened; *out_name is what follows it. */
static int
open_parent(const char *path, const char **out_name)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	const char *slash = strrchr(path, '/');
	auto_free char *parent = NULL;

	*out_name = slash ? slash + 1 : path;
	if (!slash)
		return openat(AT_FDCWD, ".", flags);
	parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	return parent ? openat(AT_FDCWD, parent, flags) : -1;
}

static int
write_digits(int file, pid_t pid, struct err *err)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%d", pid);

	return fd_write(file, digits, (size_t)len, err);
}

/* 1: done, 0: not possible here. */
static int
write_unnamed(int dir, const char *name, pid_t pid, struct err *err)
{
	auto_fd file = openat(dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	char link[32];

	if (file < 0)
		return errno == EOPNOTSUPP || errno == EISDIR
			? 0
			: err_sys(err, "open");
	if (write_digits(file, pid, err) < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	if (linkat(AT_FDCWD, link, dir, name, AT_SYMLINK_FOLLOW) == 0)
		return 1;
	return errno == EEXIST ? 0 : err_sys(err, "link");
}

static int
write_hidden(int dir, const char *hidden, pid_t pid, struct err *err)
{
	auto_fd file = openat(dir, hidden,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (file < 0)
		return err_sys(err, "open");
	return write_digits(file, pid, err);
}

static int
write_renamed(int dir, const char *name, pid_t pid, struct err *err)
{
	auto_free char *hidden = NULL;

	if (asprintf(&hidden, ".%s", name) < 0)
		return err_code(err, ENOMEM, "name");
	if (write_hidden(dir, hidden, pid, err) == 0) {
		if (renameat(dir, hidden, dir, name) == 0)
			return 0;
		err_sys(err, "rename");
	}
	unlinkat(dir, hidden, 0);
	return -1;
}

int
pidfile_write(const char *path, pid_t pid, struct err *err)
{
	const char *name;
	auto_fd dir = open_parent(path, &name);
	int result;

	if (dir < 0)
		return err_sys(err, "pid file %s", path);
	result = write_unnamed(dir, name, pid, err);
	if (result == 0)
		result = write_renamed(dir, name, pid, err);
	return result < 0 ? err_in(err, "pid file %s", path) : 0;
}

/* A UNIX address has room for 107 bytes, a path may be longer. */
static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd file = openat(AT_FDCWD, path, O_PATH | O_CLOEXEC);
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (file < 0 || fd < 0)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
		file);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return take_fd(&fd);
}

int
pidfile_send(const char *path, int pidfd, struct err *err)
{
	char name[] = "pidfd";
	struct iovec words = { .iov_base = name, .iov_len = sizeof(name) - 1 };
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS } };
	struct msghdr message = { .msg_iov = &words,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	auto_fd socket = connect_to(path);

	memcpy(CMSG_DATA(&control.head), &pidfd, sizeof(pidfd));
	if (socket < 0 || sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
		return err_sys(err, "pidfd socket %s", path);
	return 0;
}
