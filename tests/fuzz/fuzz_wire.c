/* SPDX-License-Identifier: Apache-2.0 */
/* Any packet of a child's, the first byte says with how many descriptors:
 * none of these is left open, and an error that it holds can be printed. */
#include "base/err.h"
#include "base/wire.h"
#include "life/talk.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void
take_console(void *context, int master)
{
	(void)context;
	close(master);
}

/* Of all numbers that one packet and its pair can have. */
static int
count_open(void)
{
	int n = 0;

	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct talk talk = { .console = take_console };
	size_t n_fds = len ? data[0] : 0, size = sizeof(int) * n_fds;
	struct iovec part = { (void *)(uintptr_t)(data + 1), len - !!len };
	char control[CMSG_SPACE(sizeof(int) * 256)] = { 0 }, text[4096];
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	struct err err = { 0 };
	int ends[2], before = count_open();

	if (n_fds) {
		packet.msg_control = control;
		packet.msg_controllen = CMSG_SPACE(size);
		*CMSG_FIRSTHDR(&packet) = (struct cmsghdr){ CMSG_LEN(size),
			SOL_SOCKET, SCM_RIGHTS };
	}
	expect(wire_pair(ends, NULL) == 0);
	sendmsg(ends[1], &packet, MSG_DONTWAIT);
	shutdown(ends[1], SHUT_WR);
	if (talk_until_created(ends[0], &talk, &err) < 0)
		expect(err_format(&err, text, sizeof(text)) < sizeof(text));
	close(ends[1]);
	close(ends[0]);
	return expect(count_open() == before), 0;
}
