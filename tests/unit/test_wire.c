/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire between scrim and scrim-init: what is sent arrives whole, and what
 * breaks the table of messages is refused with its name, leaving no
 * descriptor open.
 */
#include "base/wire.h"

#include "base/err.h"
#include "runner.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];
static struct wire_message message;
static struct err err;

static void
setup(void)
{
	memset(&err, 0, sizeof(err));
	ck_assert_int_eq(wire_pair(ends, &err), 0);
}

static void
teardown(void)
{
	close(ends[0]);
	close(ends[1]);
}

static int
count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* A packet as an enemy would make it. */
static void
send_raw(uint32_t type, size_t size, size_t n_fds)
{
	static char bytes[WIRE_MAX_PAYLOAD + 64];
	static char control[CMSG_SPACE(sizeof(int) * 253)];
	struct iovec part = { bytes, sizeof(type) + size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[253];

	memcpy(bytes, &type, sizeof(type));
	for (size_t i = 0; i < n_fds; i++)
		fds[i] = 0;
	if (n_fds) {
		struct cmsghdr *cmsg = (void *)control;

		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	}
	ck_assert_int_ge(sendmsg(ends[0], &header, 0), 0);
}

START_TEST(test_every_message_has_a_name)
{
	for (uint32_t type = 1; type < WIRE_COUNT; type++)
		ck_assert_str_ne(wire_name(type), "unknown");
	ck_assert_str_eq(wire_name(0), "unknown");
	ck_assert_str_eq(wire_name(WIRE_COUNT), "unknown");
	ck_assert_str_eq(wire_name(UINT32_MAX), "unknown");
}
END_TEST

START_TEST(test_both_ends_are_close_on_exec)
{
	ck_assert_int_eq(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(test_a_payload_arrives_with_a_nul_behind_it)
{
	memset(&message, 'x', sizeof(message));
	ck_assert_int_eq(wire_send(ends[0], WIRE_WARN, "careful", 7, &err), 0);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 1);
	ck_assert_uint_eq(message.type, WIRE_WARN);
	ck_assert_uint_eq(message.size, 7);
	ck_assert_str_eq(message.payload, "careful");
}
END_TEST

START_TEST(test_an_error_crosses_whole)
{
	struct err sent = { .code = 5,
		.line = 87,
		.pointer = "/mounts/3",
		.text = "mount /proc" };

	ck_assert_int_eq(
		wire_send(ends[0], WIRE_ERROR, &sent, sizeof(sent), &err), 0);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 1);
	ck_assert_int_eq(memcmp(message.payload, &sent, sizeof(sent)), 0);
}
END_TEST

START_TEST(test_descriptors_arrive_close_on_exec)
{
	uint32_t first = 4;
	int fds[WIRE_MAX_FDS];

	for (int i = 0; i < WIRE_MAX_FDS; i++)
		fds[i] = 0;
	ck_assert_int_eq(wire_send_fds(ends[0], WIRE_SLOTS, &first,
				 sizeof(first), fds, WIRE_MAX_FDS, &err),
		0);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 1);
	ck_assert_uint_eq(message.n_fds, WIRE_MAX_FDS);
	for (size_t i = 0; i < message.n_fds; i++)
		ck_assert_int_eq(fcntl(message.fds[i], F_GETFD), FD_CLOEXEC);
	wire_close_fds(&message);
	ck_assert_uint_eq(message.n_fds, 0);
}
END_TEST

START_TEST(test_the_end_is_told_from_an_error)
{
	close(ends[0]);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 0);
	ck_assert_int_eq(wire_send(ends[1], WIRE_GO, NULL, 0, &err), -1);
	ck_assert_str_eq(err.text, "wire: send GO");
	ends[0] = dup(ends[1]);
}
END_TEST

START_TEST(test_last_words_survive_unread_messages)
{
	/* The peer dies with a message of ours unread: ECONNRESET comes first.
	 */
	ck_assert_int_eq(wire_send(ends[1], WIRE_GO, NULL, 0, &err), 0);
	ck_assert_int_eq(wire_send(ends[0], WIRE_CREATED, NULL, 0, &err), 0);
	close(ends[0]);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 1);
	ck_assert_uint_eq(message.type, WIRE_CREATED);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), 0);
	ends[0] = dup(ends[1]);
}
END_TEST

START_TEST(test_what_breaks_the_table_is_refused_and_closed)
{
	static const struct {
		uint32_t type;
		size_t size, n_fds;
		const char *words;
	} rows[] = {
		{ 0, 0, 0, "wire: message of unknown type 0" },
		{ WIRE_COUNT, 0, 0, "wire: message of unknown type 14" },
		{ 77, 0, 3, "wire: message of unknown type 77" },
		{ WIRE_GO, 1, 0, "wire: GO of scrim has 1 bytes" },
		{ WIRE_GO, 0, 1, "wire: GO of scrim has 1 descriptors" },
		{ WIRE_PLAN, 4, 0, "wire: PLAN of scrim has 0 descriptors" },
		{ WIRE_PLAN, 4, 2, "wire: PLAN of scrim has 2 descriptors" },
		{ WIRE_PLAN, 3, 1, "wire: PLAN of scrim has 3 bytes" },
		{ WIRE_SHORT_PLAN, 0, 0,
			"wire: SHORT_PLAN of scrim has 0 bytes" },
		{ WIRE_SHORT_PLAN, 8, 1,
			"wire: SHORT_PLAN of scrim has 1 descriptors" },
		{ WIRE_SHORT_PLAN, WIRE_MAX_PAYLOAD + 1, 0,
			"wire: a message came cut" },
		{ WIRE_SLOTS, 0, 1, "wire: SLOTS of scrim has 0 bytes" },
		{ WIRE_SLOTS, 4, 253, "wire: a message came cut" },
		{ WIRE_SLOTS, 4, 241, "wire: a message came cut" },
		{ WIRE_CHILD, 3, 0, "wire: CHILD of scrim-init has 3 bytes" },
		{ WIRE_WARN, 0, 0, "wire: WARN of scrim-init has 0 bytes" },
		{ WIRE_WARN, WIRE_MAX_PAYLOAD, 0,
			"wire: WARN of scrim-init has 4096 bytes" },
		{ WIRE_WARN, WIRE_MAX_PAYLOAD + 1, 0,
			"wire: a message came cut" },
		{ WIRE_ERROR, sizeof(struct err) - 1, 0,
			"wire: ERROR of scrim-init has 1807 bytes" },
	};
	int before = count_fds();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_raw(rows[i].type, rows[i].size, rows[i].n_fds);
		ck_assert_int_eq(wire_recv(ends[1], &message, &err), -1);
		ck_assert_str_eq(err.text, rows[i].words);
		ck_assert_int_eq(count_fds(), before);
	}
}
END_TEST

START_TEST(test_a_message_shorter_than_its_type_is_refused)
{
	ck_assert_int_eq(send(ends[0], "ab", 2, 0), 2);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), -1);
	ck_assert_str_eq(err.text, "wire: a message came cut");
}
END_TEST

/* It looks like the end, but for what it holds. */
START_TEST(test_an_empty_packet_leaves_no_descriptor_open)
{
	int before = count_fds();

	send_raw(0, -sizeof(uint32_t), 3);
	ck_assert_int_eq(wire_recv(ends[1], &message, &err), -1);
	ck_assert_str_eq(err.text, "wire: a message came cut");
	ck_assert_int_eq(count_fds(), before);
}
END_TEST

START_TEST(test_nothing_is_sent_that_would_be_refused)
{
	ck_assert_int_eq(wire_send(ends[0], WIRE_WARN, "", 0, &err), -1);
	ck_assert_int_eq(wire_send(ends[0], WIRE_COUNT, NULL, 0, &err), -1);
	ck_assert_int_eq(wire_send(ends[0], WIRE_CONSOLE, NULL, 0, &err), -1);
	ck_assert_int_eq(
		recv(ends[1], &message, sizeof(message), MSG_DONTWAIT), -1);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_every_message_has_a_name);
	tcase_add_test(tcase, test_both_ends_are_close_on_exec);
	tcase_add_test(tcase, test_a_payload_arrives_with_a_nul_behind_it);
	tcase_add_test(tcase, test_an_error_crosses_whole);
	tcase_add_test(tcase, test_descriptors_arrive_close_on_exec);
	tcase_add_test(tcase, test_the_end_is_told_from_an_error);
	tcase_add_test(tcase, test_last_words_survive_unread_messages);
	tcase_add_test(tcase, test_what_breaks_the_table_is_refused_and_closed);
	tcase_add_test(tcase, test_a_message_shorter_than_its_type_is_refused);
	tcase_add_test(tcase, test_an_empty_packet_leaves_no_descriptor_open);
	tcase_add_test(tcase, test_nothing_is_sent_that_would_be_refused);
}

int
main(void)
{
	return runner_run("wire", fill);
}
