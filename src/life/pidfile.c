/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines watch for the file and read it the moment it appears, with a parser
 * that takes no newline: so it is written under the name .NAME beside its
 * place and renamed. The directory is opened once. A failure leaves no file
 * of either name that was not there before.
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
write_new(int dir, const char *name, pid_t pid, struct err *err)
{
	auto_fd file = openat(dir, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%d", pid);

	if (file < 0)
		return err_sys(err, "open");
	return fd_write(file, digits, (size_t)len, err);
}

int
pidfile_write(const char *path, pid_t pid, struct err *err)
{
	const char *name;
	auto_fd dir = open_parent(path, &name);
	auto_free char *hidden = NULL;
	int result;

	if (dir < 0)
		return err_sys(err, "pid file %s", path);
	if (asprintf(&hidden, ".%s", name) < 0)
		return err_code(err, ENOMEM, "pid file %s", path);
	result = write_new(dir, hidden, pid, err);
	if (result == 0 && renameat(dir, hidden, dir, name) < 0)
		result = err_sys(err, "rename");
	if (result == 0)
		return 0;
	unlinkat(dir, hidden, 0);
	return err_in(err, "pid file %s", path);
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
