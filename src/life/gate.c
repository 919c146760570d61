/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket's name has room for 107 bytes, a state root may be longer: so the
 * name goes through the directory's descriptor in /proc/self/fd. Nothing
 * here waits: a listener that is gone refuses, and one whose queue is full
 * is being started by others already.
 */
#include "life/gate.h"

#include "base/err.h"
#include "base/fd.h"
#include "life/store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BACKLOG 4

static int
open_socket(int dir, struct sockaddr_un *address, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(err, "gate: socket");
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path),
		"/proc/self/fd/%d/" STORE_GATE, dir);
	return fd;
}

int
gate_listen(int dir, struct err *err)
{
	struct sockaddr_un address;
	auto_fd fd = open_socket(dir, &address, err);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, "gate: bind");
	if (listen(fd, BACKLOG) < 0)
		return err_sys(err, "gate: listen");
	return take_fd(&fd);
}

int
gate_connect(int dir, struct err *err)
{
	struct sockaddr_un address;
	auto_fd fd = open_socket(dir, &address, err);
	int result;

	if (fd < 0)
		return -1;
	do
		result = connect(
			fd, (struct sockaddr *)&address, sizeof(address));
	while (result < 0 && errno == EINTR);
	if (result < 0 && (errno == ECONNREFUSED || errno == ENOENT))
		return err_say(
			err, "cannot start a container that has stopped");
	if (result < 0)
		return err_sys(err, "gate: connect");
	return take_fd(&fd);
}
