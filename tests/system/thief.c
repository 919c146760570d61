/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thief VICTIM - in a container, with CAP_SYS_PTRACE: takes the descriptors of
 * every further process that appears there, before it is the program that it
 * is to be. What it finds is told, a line each: "socket" for the wire, on
 * which it then says that VICTIM, a pid of the host, is the process of the
 * exec, and that this one has failed; "descriptors" for those that were
 * still on it; "directory" for one, taken from the process or off its wire.
 * With VICTIM "log" it says as many warnings as it can, and "flood" then.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/wire.h"

#define FDS   24
#define FLOOD 5000

static void
say(int wire, uint32_t type, const void *payload, size_t size)
{
	char message[sizeof(type) + sizeof(struct err)];

	memcpy(message, &type, sizeof(type));
	memcpy(message + sizeof(type), payload, size);
	send(wire, message, sizeof(type) + size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
look(int fd)
{
	char path[64], text[4096];
	struct statfs fs;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0 || !S_ISDIR(st.st_mode))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	printf("directory %s%s\n",
		fs.f_type == PROC_SUPER_MAGIC ? "of procfs " : "", text);
}

/* What scrim has sent and nobody has taken yet; it is looked at only, or taken,
 * after which the exec may wait for ever, as it would for a process that got
 * SIGSTOP. */
static void
intercept(int wire, int flags)
{
	char payload[8192];
	union {
		char bytes[CMSG_SPACE(sizeof(int) * 250)];
		struct cmsghdr align;
	} control;
	struct iovec part = { payload, sizeof(payload) };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *first;

	if (recvmsg(wire, &header, MSG_DONTWAIT | flags) <= 0)
		return;
	first = CMSG_FIRSTHDR(&header);
	if (first)
		puts("descriptors");
	for (size_t i = 0; first && CMSG_LEN(i * sizeof(int)) < first->cmsg_len;
		i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(first) + i * sizeof(int), sizeof(fd));
		look(fd);
		close(fd);
	}
}

/* Until nobody listens any more. */
static void
flood(int wire)
{
	static char message[sizeof(uint32_t) + WIRE_MAX_PAYLOAD - 1];
	uint32_t type = WIRE_WARN;

	memset(message, 'w', sizeof(message));
	memcpy(message, &type, sizeof(type));
	for (int i = 0; i < FLOOD; i++)
		if (send(wire, message, sizeof(message), MSG_NOSIGNAL) < 0)
			break;
	puts("flood");
}

static void
lie(int wire, uint32_t victim)
{
	struct err err = { .text = "of the thief" };

	puts("socket");
	intercept(wire, victim ? 0 : MSG_PEEK);
	if (!victim)
		return;
	say(wire, WIRE_CHILD, &victim, sizeof(victim));
	say(wire, WIRE_ERROR, &err, sizeof(err));
}

static void
take(int pidfd, uint32_t victim)
{
	for (int number = 3; number < FDS; number++) {
		int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
		int type = 0;
		socklen_t size = sizeof(type);

		if (fd < 0)
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
			type != SOCK_SEQPACKET)
			type = 0;
		if (type && victim == UINT32_MAX)
			flood(fd);
		else if (type)
			lie(fd, victim);
		look(fd);
		close(fd);
	}
	fflush(stdout);
}

/* Pids come one after the other; of some nothing was seen. */
int
main(int argc, char **argv)
{
	uint32_t victim = argc > 1 ? (uint32_t)atoi(argv[1]) : 0;

	if (argc > 1 && !strcmp(argv[1], "log"))
		victim = UINT32_MAX;
	puts("ready");
	fflush(stdout);
	for (int next = getpid() + 1, ahead = 0;; ahead = (ahead + 1) % 8) {
		int pidfd = (int)syscall(SYS_pidfd_open, next + ahead, 0);

		if (pidfd < 0)
			continue;
		take(pidfd, victim);
		close(pidfd);
		next += ahead + 1;
		ahead = -1;
	}
}
