/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that is left to itself is given the manager's own socket and
 * speaks to it itself: there is no relay that could end too early. What it
 * cannot know is its pid as the manager counts, so MAINPID is sent from here
 * before the program runs: a manager listens to the service's main process
 * alone. In the foreground that is scrim, which passes on what the program says
 * (relay.h). Variables are read and never trusted: numbers go
 * through the one parser, and a wrong one means nothing.
 */
#include "life/notify.h"

#include "base/fd.h"
#include "base/str.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_MAX 1024

const char *
notify_socket(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && *path == '/' ? path : NULL;
}

void
notify_send(const char *text, size_t size)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	auto_fd fd = -1;

	if (len < 2 || len >= sizeof(address.sun_path) ||
		(*path != '/' && *path != '@'))
		return;
	memcpy(address.sun_path, path, len);
	/* A name outside of the file system begins with a NUL. */
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		sendto(fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT,
			(struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len));
}

void
notify_main_pid(pid_t pid)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "MAINPID=%d", pid);

	notify_send(text, (size_t)n);
}

/* LISTEN_PID says whom they are for, where it is set. */
uint32_t
notify_listen_fds(void)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint64_t n, whom;

	if (!fds || str_to_uint(fds, LISTEN_MAX, &n) < 0)
		return 0;
	if (pid &&
		(str_to_uint(pid, INT_MAX, &whom) < 0 ||
			(pid_t)whom != getpid()))
		return 0;
	return (uint32_t)n;
}
