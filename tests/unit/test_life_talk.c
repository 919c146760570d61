/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent's half of the wire, against every end that a child can make; the
 * gate, alive and dead; and the pid file.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/wire.h"
#include "base/sys.h"
#include "life/gate.h"
#include "life/listener.h"
#include "life/pidfile.h"
#include "life/record.h"
#include "life/talk.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends[2]; /* ours, the child's */
static struct err err;
static int hooks_run, console, listeners;
static bool hooks_fail;

static int
mounted(void *context, struct err *failure)
{
	(void)context;
	hooks_run++;
	return hooks_fail ? err_say(failure, "hook failed") : 0;
}

static void
take_console(void *context, int master)
{
	(void)context;
	console = master;
}

static int
take_listener(void *context, int fd, struct err *failure)
{
	(void)context;
	listeners += fcntl(fd, F_GETFD) == FD_CLOEXEC;
	return hooks_fail ? err_say(failure, "no agent") : 0;
}

static int
take_child(void *context, pid_t pid, struct err *failure)
{
	bool *due = context;

	(void)failure;
	ck_assert_int_eq(pid, 7);
	*due = false;
	return 0;
}

static const struct talk talk = {
	.mounted = mounted, .console = take_console, .listener = take_listener
};

static void
setup(void)
{
	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	err = (struct err){ 0 };
	hooks_run = 0;
	hooks_fail = false;
	console = -1;
	listeners = 0;
}

static void
teardown(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void
say(enum wire_type type)
{
	ck_assert_int_eq(wire_send(ends[1], type, NULL, 0, NULL), 0);
}

static void
end_child(void)
{
	shutdown(ends[1], SHUT_RDWR);
}

START_TEST(a_child_that_is_created_ends_the_talk)
{
	say(WIRE_CREATED);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), 0);
	ck_assert_int_eq(hooks_run, 0);
}
END_TEST

START_TEST(hooks_run_when_mounts_are_done_and_go_follows)
{
	struct wire_message message;

	say(WIRE_MOUNTED);
	say(WIRE_CREATED);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), 0);
	ck_assert_int_eq(hooks_run, 1);
	ck_assert_int_eq(wire_recv(ends[1], &message, NULL), 1);
	ck_assert_uint_eq(message.type, WIRE_GO);
}
END_TEST

START_TEST(a_hook_that_fails_ends_it)
{
	hooks_fail = true;
	say(WIRE_MOUNTED);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), -1);
	ck_assert_str_eq(err.text, "hook failed");
}
END_TEST

START_TEST(the_console_is_taken)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(
		wire_send_fds(ends[1], WIRE_CONSOLE, NULL, 0, &fd, 1, NULL), 0);
	say(WIRE_CREATED);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), 0);
	ck_assert_int_ge(console, 0);
	ck_assert_int_eq(fcntl(console, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(a_warning_is_no_end)
{
	ck_assert_int_eq(wire_send(ends[1], WIRE_WARN, "word", 4, NULL), 0);
	say(WIRE_CREATED);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), 0);
}
END_TEST

START_TEST(the_child_s_error_is_ours)
{
	struct err said = { .line = 7, .pointer = "/mounts/3" };

	err_code(&said, EPERM, "mount /proc");
	said.line = 7;
	ck_assert_int_eq(
		wire_send(ends[1], WIRE_ERROR, &said, sizeof(said), NULL), 0);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), -1);
	ck_assert_str_eq(err.text, "mount /proc");
	ck_assert_int_eq(err.code, EPERM);
	ck_assert_uint_eq(err.line, 7);
}
END_TEST

START_TEST(an_end_without_a_word_is_told_apart)
{
	end_child();
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), TALK_ENDED);
	ck_assert_int_eq(talk_start(ends[0], &talk, &err), TALK_ENDED);
}
END_TEST

static const enum wire_type wrong[] = { WIRE_MAPPED, WIRE_GO, WIRE_START };

START_TEST(a_message_out_of_turn_is_named)
{
	say(wrong[_i]);
	ck_assert_int_eq(talk_until_created(ends[0], &talk, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, wire_name(wrong[_i])));
	ck_assert_ptr_nonnull(strstr(err.text, "out of turn"));
}
END_TEST

START_TEST(who_has_no_hooks_hears_of_no_mounts)
{
	const struct talk deaf = { .console = take_console };

	say(WIRE_MOUNTED);
	ck_assert_int_eq(talk_until_created(ends[0], &deaf, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "MOUNTED"));
}
END_TEST

START_TEST(start_is_over_when_the_program_runs)
{
	struct wire_message message;

	/* What an exec does to the child's end. */
	shutdown(ends[1], SHUT_WR);
	ck_assert_int_eq(talk_start(ends[0], &talk, &err), 0);
	ck_assert_int_eq(wire_recv(ends[1], &message, NULL), 1);
	ck_assert_uint_eq(message.type, WIRE_START);
}
END_TEST

START_TEST(a_program_that_cannot_run_is_start_s_error)
{
	struct err said = { 0 };

	err_say(&said, "exec: \"x\": executable file not found in $PATH");
	ck_assert_int_eq(
		wire_send(ends[1], WIRE_ERROR, &said, sizeof(said), NULL), 0);
	end_child();
	ck_assert_int_eq(talk_start(ends[0], &talk, &err), -1);
	ck_assert_str_eq(err.text, said.text);
}
END_TEST

static void
say_listener(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(
		wire_send_fds(ends[1], WIRE_LISTENER, NULL, 0, &fd, 1, NULL),
		0);
	close(fd);
}

START_TEST(a_listener_is_passed_on_and_go_follows)
{
	struct wire_message message;

	say_listener();
	shutdown(ends[1], SHUT_WR);
	ck_assert_int_eq(talk_start(ends[0], &talk, &err), 0);
	ck_assert_int_eq(listeners, 1);
	ck_assert_int_eq(wire_recv(ends[1], &message, NULL), 1);
	ck_assert_uint_eq(message.type, WIRE_START);
	ck_assert_int_eq(wire_recv(ends[1], &message, NULL), 1);
	ck_assert_uint_eq(message.type, WIRE_GO);
}
END_TEST

START_TEST(a_listener_that_nobody_takes_is_start_s_error)
{
	const struct talk deaf = { 0 };

	hooks_fail = true;
	say_listener();
	ck_assert_int_eq(talk_start(ends[0], &talk, &err), -1);
	ck_assert_str_eq(err.text, "no agent");
	say_listener();
	ck_assert_int_eq(talk_start(ends[0], &deaf, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "LISTENER out of turn"));
}
END_TEST

/* Who has taken the child's end of an exec's wire must not occupy the agent. */
START_TEST(a_second_listener_is_out_of_turn)
{
	bool due = false;
	const struct talk exec = { .listener = take_listener,
		.child_due = &due };

	say_listener();
	say_listener();
	if (_i)
		ck_assert_int_eq(talk_start(ends[0], &talk, &err), -1);
	else
		ck_assert_int_eq(talk_until_running(ends[0], &exec, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "LISTENER out of turn"));
	ck_assert_int_eq(listeners, 1);
}
END_TEST

/* Nor have scrim's descriptors run out while it waits to be told of the child.
 */
START_TEST(what_a_child_asks_for_before_it_is_known_is_one_thing)
{
	bool due = true;
	const struct talk exec = { .listener = take_listener,
		.child_due = &due };
	auto_fd before = fcntl(0, F_DUPFD_CLOEXEC, 0), after = -1;

	for (int i = 0; i < 3; i++)
		say_listener();
	shutdown(ends[1], SHUT_WR);
	ck_assert_int_eq(talk_until_running(ends[0], &exec, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "LISTENER out of turn"));
	ck_assert_int_eq(listeners, 0);
	after = fcntl(0, F_DUPFD_CLOEXEC, 0);
	ck_assert_int_eq(after, before + 1);
}
END_TEST

/* A listening agent at path, and the message of a container in which other is
 * passed off as its filter's listener: how passing it ended. */
static int
pass(int other, int agent, const char *path)
{
	const int64_t pid = 7;
	struct oci_record record = { .oci_version = "1.0.0",
		.id = "web",
		.bundle = "/b",
		.pid = &pid,
		.seccomp_listener = path };
	struct listener_case from = { &record, "created", 7 };
	int result = listener_pass(&from, other, &err), peer;

	peer = accept4(agent, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* Nothing has come to the agent if and only if it failed. */
	ck_assert_int_eq(peer < 0, result < 0);
	if (peer >= 0)
		close(peer);
	return result;
}

/* A true one, of a filter that allows everything: the process keeps it. */
static int
listener(void)
{
	struct sock_filter allow = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
	struct sock_fprog program = { 1, &allow };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	return sys_seccomp(SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Files of every kind that a container can name or make; the names that it can
 * choose are the listener's own. */
static int
forged(int kind, const char *home)
{
	int pair[2] = { -1, -1 }, fd = -1;
	char path[96];

	snprintf(path, sizeof(path), "%s/anon_inode:seccomp notify", home);
	if (kind == 0)
		return memfd_create("anon_inode:seccomp notify", MFD_CLOEXEC);
	if (kind == 1) {
		fd = openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		unlink(path);
		return fd;
	}
	if (kind == 2)
		ck_assert_int_eq(pipe2(pair, O_CLOEXEC), 0);
	if (kind == 3) /* an anonymous inode, but another one */
		return eventfd(0, EFD_CLOEXEC);
	close(pair[1]);
	return pair[0];
}

START_TEST(an_agent_is_given_nothing_but_a_listener)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd agent = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	char home[] = "/tmp/scrim-agent-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", home);
	ck_assert_int_eq(
		bind(agent, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(agent, 1), 0);
	for (int kind = 0; kind < 4; kind++) {
		auto_fd other = forged(kind, home);

		ck_assert_int_ge(other, 0);
		ck_assert_int_eq(pass(other, agent, address.sun_path), -1);
		ck_assert_str_eq(err.text,
			"the container's init sent a descriptor that is no listener of a filter");
	}
	ck_assert_int_eq(pass(listener(), agent, address.sun_path), 0);
	unlink(address.sun_path);
	ck_assert_int_eq(rmdir(home), 0);
}
END_TEST

/* --- the gate ---------------------------------------------------------------
 */

/* As deep as no socket's name can be. */
static int
deep_directory(char *path, size_t size)
{
	snprintf(path, size, "/tmp/scrim-gate-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
	for (int i = 0; i < 8; i++) {
		strcat(path, "/a-name-of-twenty-four-x");
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

START_TEST(a_gate_opens_however_deep_it_lies)
{
	char path[512], command[600];
	auto_fd dir = deep_directory(path, sizeof(path));
	auto_fd listener = gate_listen(dir, &err);
	auto_fd connection = gate_connect(dir, &err);

	ck_assert_int_ge(listener, 0);
	ck_assert_int_ge(connection, 0);
	close(take_fd(&listener));
	ck_assert_int_eq(gate_connect(dir, &err), -1);
	ck_assert_str_eq(err.text, "cannot start a container that has stopped");
	ck_assert_int_eq(err.code, 0);
	unlinkat(dir, "gate", 0);
	ck_assert_int_eq(gate_connect(dir, &err), -1);
	path[sizeof("/tmp/scrim-gate-XXXXXX") - 1] = '\0';
	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* --- the pid file -----------------------------------------------------------
 */

START_TEST(a_pid_file_holds_digits_alone)
{
	char home[] = "/tmp/scrim-pid-XXXXXX", path[64], text[32];
	struct pidfile file = PIDFILE_NONE, other = PIDFILE_NONE;

	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(path, sizeof(path), "%s/pid", home);
	ck_assert_int_eq(pidfile_write(&file, path, 4711, &err), 0);
	ck_assert_int_eq(
		file_read(AT_FDCWD, path, text, sizeof(text), NULL), 4);
	ck_assert_str_eq(text, "4711");
	pidfile_close(&file);
	ck_assert_int_eq(pidfile_write(&file, path, 12, &err), 0);
	ck_assert_int_eq(
		file_read(AT_FDCWD, path, text, sizeof(text), NULL), 2);
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_int_eq(pidfile_write(&other, "other", 5, &err), 0);
	/* Each is taken away where it is, once it has a name. */
	pidfile_remove(&other);
	pidfile_remove(&file);
	pidfile_close(&other);
	pidfile_close(&file);
	/* No file of another name is left. */
	ck_assert_int_eq(rmdir(home), 0);
}
END_TEST

START_TEST(a_pid_file_that_has_no_place_is_named)
{
	struct pidfile file = PIDFILE_NONE;

	ck_assert_int_eq(pidfile_write(&file, "/no/such/place", 1, &err), -1);
	pidfile_remove(&file);
	pidfile_close(&file);
	ck_assert_str_eq(err.text, "pid file /no/such/place");
	ck_assert_int_eq(err.code, ENOENT);
}
END_TEST

/* exec's child waits for an answer, and who has failed has none: to go on
 * listening would be to wait for each other. */
START_TEST(a_child_that_waits_is_not_waited_for)
{
	bool due = _i;
	const struct talk exec = { .created = mounted,
		.child = take_child,
		.child_due = &due,
		.context = &due };
	uint32_t pid = 7;

	hooks_fail = true;
	wire_send(ends[1], WIRE_CREATED, NULL, 0, NULL);
	if (due)
		wire_send(ends[1], WIRE_CHILD, &pid, sizeof(pid), NULL);
	ck_assert_int_eq(talk_until_running(ends[0], &exec, &err), -1);
	ck_assert_str_eq(err.text, "hook failed");
	ck_assert(!due);
	ck_assert_int_eq(hooks_run, 1);
}
END_TEST

/* Killed between the birth of the child and the word of it; or what it said was
 * refused. */
START_TEST(a_child_that_nobody_tells_of_is_not_waited_for)
{
	pid_t midwife = fork();
	bool due = true;
	auto_fd pidfd = -1;
	const struct talk exec = { .listener = take_listener,
		.created = mounted,
		.child_due = &due,
		.teller = &pidfd };

	if (midwife == 0)
		for (;;)
			pause();
	pidfd = sys_pidfd_open(midwife, 0);
	ck_assert_int_ge(pidfd, 0);
	if (_i)
		say(WIRE_CREATED);
	if (_i == 2)
		say(WIRE_MOUNTED);
	kill(midwife, SIGKILL);
	ck_assert_int_eq(
		talk_until_running(ends[0], &exec, &err), _i == 2 ? -1 : 0);
	ck_assert(due);
	ck_assert_int_eq(hooks_run, 0);
	ck_assert_int_eq(waitpid(midwife, NULL, 0), midwife);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_child_that_waits_is_not_waited_for, 0, 2);
	tcase_add_loop_test(
		tcase, a_child_that_nobody_tells_of_is_not_waited_for, 0, 3);
	tcase_add_test(tcase, a_child_that_is_created_ends_the_talk);
	tcase_add_test(tcase, hooks_run_when_mounts_are_done_and_go_follows);
	tcase_add_test(tcase, a_hook_that_fails_ends_it);
	tcase_add_test(tcase, the_console_is_taken);
	tcase_add_test(tcase, a_warning_is_no_end);
	tcase_add_test(tcase, the_child_s_error_is_ours);
	tcase_add_test(tcase, an_end_without_a_word_is_told_apart);
	tcase_add_loop_test(tcase, a_message_out_of_turn_is_named, 0,
		(int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(tcase, who_has_no_hooks_hears_of_no_mounts);
	tcase_add_test(tcase, start_is_over_when_the_program_runs);
	tcase_add_test(tcase, a_program_that_cannot_run_is_start_s_error);
	tcase_add_test(tcase, a_listener_is_passed_on_and_go_follows);
	tcase_add_test(tcase, a_listener_that_nobody_takes_is_start_s_error);
	tcase_add_loop_test(tcase, a_second_listener_is_out_of_turn, 0, 2);
	tcase_add_test(
		tcase, what_a_child_asks_for_before_it_is_known_is_one_thing);
	tcase_add_test(tcase, an_agent_is_given_nothing_but_a_listener);
	tcase_add_test(tcase, a_gate_opens_however_deep_it_lies);
	tcase_add_test(tcase, a_pid_file_holds_digits_alone);
	tcase_add_test(tcase, a_pid_file_that_has_no_place_is_named);
}

int
main(void)
{
	return runner_run("life/talk", fill);
}
