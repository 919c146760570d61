/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's side is not trusted: words come from a process of the
 * caller's from here on, and the manager does as a privileged one says. So
 * lines are taken by their names, and those that would make another process
 * the service, leave descriptors behind or open the manager to others are
 * dropped. A descriptor that comes along is not taken, and thereby closed:
 * that is what sd_notify_barrier(3) waits for.
 */
#include "life/relay.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "life/notify.h"
#include "life/store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* systemd takes no more in one datagram. */
#define MESSAGE_MAX 4096
/* As many at a time: who speaks without end must not keep us from signals. */
#define MESSAGES 64

int
relay_open(int dir, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd fd =
		socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_sys(err, "notify: socket");
	snprintf(address.sun_path, sizeof(address.sun_path),
		"/proc/self/fd/%d/" STORE_NOTIFY, dir);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, "notify: bind");
	/* Whoever the program is; on the host the directory is its owner's. */
	if (fchmodat(dir, STORE_NOTIFY, 0666, 0) < 0)
		return err_sys(err, "notify: chmod");
	return take_fd(&fd);
}

static bool
is_harmless(const char *line)
{
	static const char *const names[] = { "READY=", "RELOADING=",
		"STOPPING=", "STATUS=", "ERRNO=", "BUSERROR=", "WATCHDOG=",
		"WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=", "MONOTONIC_USEC=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_has_prefix(line, names[i]))
			return true;
	return false;
}

/* The lines that may pass, in place; how long they are together: no longer than
 * all were, for the manager takes no message that is. */
static size_t
sift(char *text)
{
	char *rest = text, *line;
	size_t len = 0;

	while ((line = strsep(&rest, "\n"))) {
		size_t size = strlen(line);

		if (!is_harmless(line))
			continue;
		if (len)
			text[len++] = '\n';
		memmove(text + len, line, size);
		len += size;
	}
	return len;
}

void
relay_pass(int relay)
{
	char text[MESSAGE_MAX + 1];

	for (int i = 0; i < MESSAGES; i++) {
		ssize_t n = recv(relay, text, MESSAGE_MAX, 0);
		size_t len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		text[n] = '\0';
		len = sift(text);
		if (len > 0)
			notify_send(text, len);
	}
}
