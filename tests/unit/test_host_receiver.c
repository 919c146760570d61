/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that are handed to a socket's other end, and what is said where
 * that end reads nothing.
 */
#include "host/receiver.h"

#include "base/err.h"
#include "tests/unit/runner.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

START_TEST(who_reads_nothing_is_given_up)
{
	const struct timeval patience = { .tv_usec = 50000 };
	struct err err = { 0 };
	int ends[2], sent = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience,
				 sizeof(patience)),
		0);
	while (sent < 100000 &&
		receiver_send(ends[0], "name", STDIN_FILENO, &err) == 0)
		sent++;
	ck_assert_int_gt(sent, 0);
	ck_assert_str_eq(err.text,
		"hand out a descriptor (name): nobody reads from the socket");
	ck_assert_int_eq(err.code, 0);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(who_is_gone_is_named_by_the_kernel)
{
	struct err err = { 0 };
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	ck_assert_int_eq(
		receiver_send(ends[0], "name", STDIN_FILENO, &err), -1);
	ck_assert_str_eq(err.text, "hand out a descriptor (name)");
	ck_assert_int_ne(err.code, 0);
	close(ends[0]);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, who_reads_nothing_is_given_up);
	tcase_add_test(tcase, who_is_gone_is_named_by_the_kernel);
}

int
main(void)
{
	return runner_run("host/receiver", fill);
}
