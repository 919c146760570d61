/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol of the engines' console sockets, for other descriptors, too:
 * a stream, one message of a few bytes, since a message without any carries
 * nothing, and exactly one descriptor. The receiver need not be fast: what
 * was sent waits in the socket.
 */
#include "host/receiver.h"

#include "base/err.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Through its descriptor: the path is looked up once, and may be of any length,
 * which a UNIX address (107 bytes) is not. */
int
receiver_connect(const char *path, const char *what, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd file = openat(AT_FDCWD, path, O_PATH | O_CLOEXEC);
	auto_fd fd = -1;

	if (file < 0)
		return err_sys(err, "%s %s", what, path);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
		file);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		connect(fd, (const struct sockaddr *)&address,
			sizeof(address)) < 0)
		return err_sys(err, "connect to %s %s", what, path);
	return take_fd(&fd);
}

int
receiver_send(int socket, const char *name, int fd, struct err *err)
{
	return fd_pass(socket, name, strlen(name), fd) < 0
		? err_sys(err, "hand out a descriptor (%s)", name)
		: 0;
}
