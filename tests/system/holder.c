/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder KIND [ARGUMENT]: holds one thing that criu has an option for, and ten
 * times a second counts in /tmp/n, as long as it still has what it holds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MEMORY ((size_t)4 << 20)

static int held[2] = { -1, -1 };
static unsigned char *memory;

/* A lock on a file; whether others have to wait for it is the test's look. */
static int
hold_lock(const char *path)
{
	held[0] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	return flock(held[0], LOCK_EX | LOCK_NB);
}

/* A file whose name is gone, while another name of it is there. */
static int
hold_file(const char *path)
{
	char other[128];

	held[0] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	snprintf(other, sizeof(other), "%s.other", path);
	return link(path, other) | unlink(path);
}

/* A datagram socket whose other end is not in the container. */
static int
hold_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	held[0] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return connect(held[0], (struct sockaddr *)&to, sizeof(to));
}

/* A connection with oneself: one end is not taken from the queue yet. */
static int
connect_to_self(int *listener)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(5000) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	held[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(*listener, (struct sockaddr *)&to, sizeof(to)) |
		listen(*listener, 1) |
		connect(held[0], (struct sockaddr *)&to, sizeof(to));
}

static int
hold_connection(const char *none)
{
	int listener, failed = connect_to_self(&listener);

	(void)none;
	held[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	return failed | (held[1] < 0 ? -1 : 0);
}

/* Whoever has connected is gone again, unseen. */
static int
hold_queue(const char *none)
{
	int listener, failed = connect_to_self(&listener);

	(void)none;
	close(held[0]);
	held[0] = listener;
	return failed;
}

static int
hold_memory(const char *none)
{
	(void)none;
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? -1 : 0;
}

/* All of it says the same, and then the next. */
static int
check_memory(unsigned n)
{
	for (size_t i = 0; n && i < MEMORY; i++)
		if (memory[i] != (unsigned char)n)
			return -1;
	memset(memory, (int)(n + 1), MEMORY);
	return 0;
}

static int
check(unsigned n)
{
	char byte = 'x';

	if (memory)
		return check_memory(n);
	if (held[1] >= 0)
		return write(held[0], &byte, 1) == 1 &&
				read(held[1], &byte, 1) == 1
			? 0
			: -1;
	/* Of a listener nothing is to be known; others take a byte. */
	return write(held[0], &byte, 1) == 1 || listen(held[0], 1) == 0 ? 0
									: -1;
}

static const struct {
	const char *name;
	int (*hold)(const char *argument);
} kinds[] = {
	{ "connection", hold_connection },
	{ "file", hold_file },
	{ "lock", hold_lock },
	{ "memory", hold_memory },
	{ "queue", hold_queue },
	{ "socket", hold_socket },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name) && kinds[i].hold(argv[2]))
			return perror(argv[1]), 1;
	signal(SIGPIPE, SIG_IGN);
	for (unsigned n = 0; !check(n); n++) {
		char text[16];
		int fd = open("/tmp/n", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		int len = snprintf(text, sizeof(text), "%u\n", n);

		if (fd < 0 || pwrite(fd, text, (size_t)len, 0) != len)
			return 1;
		close(fd);
		usleep(100000);
	}
	return 2;
}
