/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol of the engines' console sockets, for other descriptors, too:
 * a stream, one message of a few bytes, since a message without any carries
 * nothing, and exactly one descriptor. The receiver need not be fast: what
 * was sent waits in the socket. But where its queue is full, or a socket that
 * it never reads, there is nobody: a lock of the container's is held meanwhile,
 * and delete waits for that.
 */
#include "host/receiver.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PATIENCE_S 10

/* Through its descriptor: the path is looked up once, and may be of any length,
 * which a UNIX address (107 bytes) is not. */
int
receiver_connect(const char *path, const char *what, struct err *err)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd file = openat(AT_FDCWD, path, O_PATH | O_CLOEXEC);
	auto_fd fd = -1;

	if (file < 0)
		return err_sys(err, "%s %s", what, path);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
		file);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* It counts for connect(2), too (socket(7)). */
	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			sizeof(patience)) < 0)
		return err_sys(err, "connect to %s %s", what, path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
		0)
		return take_fd(&fd);
	if (errno == EAGAIN)
		return err_say(err,
			"connect to %s %s: nobody has accepted for %d seconds",
			what, path, PATIENCE_S);
	return err_sys(err, "connect to %s %s", what, path);
}

int
receiver_send(int socket, const char *name, int fd, struct err *err)
{
	if (fd_pass(socket, name, strlen(name), fd) == 0)
		return 0;
	return errno == EAGAIN
		? err_say(err,
			  "hand out a descriptor (%s): nobody reads from the socket",
			  name)
		: err_sys(err, "hand out a descriptor (%s)", name);
}
