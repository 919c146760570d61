/* SPDX-License-Identifier: Apache-2.0 */
/* Any packet of a child's, the first byte says with how many descriptors:
 * none of these is left open, and an error that it holds can be printed. */
#include "base/err.h"
#include "base/wire.h"
#include "life/talk.h"
#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

static void
take_console(void *context, int master)
{
	(void)context;
	close(master);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct talk talk = { .console = take_console };
	size_t n_fds = len ? data[0] : 0, size = sizeof(int) * n_fds;
	struct iovec part = { (void *)(uintptr_t)(data + 1), len - !!len };
	char control[CMSG_SPACE(sizeof(int) * 256)] = { 0 }, text[4096];
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	int ends[2], before = dup(0), after;
	struct err err = { 0 };

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
	close(ends[0]);
	close(ends[1]);
	close(before);
	after = dup(0);
	expect(after == before);
	return close(after), 0;
}
