/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal in the foreground: bytes go both ways whole, none is lost at
 * the end, and an end of input is passed on.
 */
#include "base/fd.h"
#include "life/terminal.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct terminal terminal;
static int input, output; /* the test's ends of our stdin and stdout */

/* Our standard input and output become pipes, a program gets the terminal. */
static pid_t
run_there(const char *script)
{
	int in[2], out[2], master;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	input = in[1];
	output = out[0];
	ck_assert_int_eq(fcntl(output, F_SETFL, O_NONBLOCK), 0);
	dup2(in[0], 0);
	dup2(out[1], 1);
	close(in[0]);
	close(out[1]);
	ck_assert_int_eq(terminal_open(&terminal, master, NULL), 0);
	return pid;
}

/* Takes over what has come out so far; returns the length of all of it. */
static size_t
collect(char *buf, size_t len, size_t size)
{
	ssize_t n;

	while ((n = read(output, buf + len, size - len)) > 0)
		len += (size_t)n;
	return len;
}

/* Relays until the program has ended, drains, and returns what came out. */
static size_t
attend(pid_t pid, char *buf, size_t size)
{
	size_t len = 0;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct pollfd polls[TERMINAL_POLLS];

		terminal_poll(&terminal, polls);
		poll(polls, TERMINAL_POLLS, 10);
		terminal_relay(&terminal, polls);
		len = collect(buf, len, size);
	}
	ck_assert_int_eq(status, 0);
	terminal_drain(&terminal);
	terminal_close(&terminal);
	len = collect(buf, len, size);
	buf[len] = '\0';
	return len;
}

START_TEST(what_the_program_prints_comes_out)
{
	char buf[64];

	attend(run_there("printf 'one\\ntwo'"), buf, sizeof(buf) - 1);
	ck_assert_str_eq(buf, "one\r\ntwo");
}
END_TEST

START_TEST(nothing_is_lost_at_the_end)
{
	static char buf[1 << 18];
	size_t len = attend(run_there("seq 10000"), buf, sizeof(buf) - 1);

	ck_assert_uint_eq(len, 48894 + 10000);
	ck_assert_str_eq(buf + len - 14, "\n9999\r\n10000\r\n");
}
END_TEST

START_TEST(what_is_typed_arrives)
{
	char buf[64];
	pid_t pid = run_there("stty -echo; echo go; read a; echo \"<$a>\"");

	ck_assert_int_eq(write(input, "hello\n", 6), 6);
	attend(pid, buf, sizeof(buf) - 1);
	ck_assert_ptr_nonnull(strstr(buf, "<hello>"));
}
END_TEST

START_TEST(the_end_of_input_is_an_end_there)
{
	char buf[64];
	pid_t pid = run_there("stty -echo; cat; echo over");

	ck_assert_int_eq(write(input, "no newline", 10), 10);
	close(input);
	attend(pid, buf, sizeof(buf) - 1);
	ck_assert_ptr_nonnull(strstr(buf, "no newline"));
	ck_assert_ptr_nonnull(strstr(buf, "over"));
}
END_TEST

START_TEST(a_reader_that_is_gone_blocks_nobody)
{
	char buf[64];
	pid_t pid = run_there("seq 100000");

	signal(SIGPIPE, SIG_IGN);
	close(output);
	attend(pid, buf, sizeof(buf) - 1);
}
END_TEST

START_TEST(a_terminal_that_is_closed_for_a_while_comes_back)
{
	char buf[64];
	const char *script = "exec </dev/null >/dev/null 2>&1; sleep 0.3;"
			     "exec >/dev/tty; echo back";

	attend(run_there(script), buf, sizeof(buf) - 1);
	ck_assert_str_eq(buf, "back\r\n");
}
END_TEST

/* Others of the container may open it anew, and write to it, when the program
 * of an exec has ended. */
START_TEST(what_others_write_without_end_holds_nobody_up)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	ck_assert_int_eq(terminal_open(&terminal, zero, NULL), 0);
	alarm(10);
	terminal_drain(&terminal);
	alarm(0);
	terminal_close(&terminal);
	close(null);
}
END_TEST

START_TEST(without_a_terminal_nothing_happens)
{
	struct pollfd polls[TERMINAL_POLLS];

	ck_assert_int_eq(terminal_open(&terminal, -1, NULL), 0);
	ck_assert_int_eq(terminal_poll(&terminal, polls), -1);
	ck_assert_int_eq(polls[0].fd, -1);
	ck_assert_int_eq(polls[1].fd, -1);
	terminal_relay(&terminal, polls);
	terminal_resize(&terminal);
	terminal_drain(&terminal);
	terminal_close(&terminal);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, what_the_program_prints_comes_out);
	tcase_add_test(tcase, nothing_is_lost_at_the_end);
	tcase_add_test(tcase, what_is_typed_arrives);
	tcase_add_test(tcase, the_end_of_input_is_an_end_there);
	tcase_add_test(tcase, a_reader_that_is_gone_blocks_nobody);
	tcase_add_test(tcase, a_terminal_that_is_closed_for_a_while_comes_back);
	tcase_add_test(tcase, what_others_write_without_end_holds_nobody_up);
	tcase_add_test(tcase, without_a_terminal_nothing_happens);
}

int
main(void)
{
	return runner_run("life/terminal", fill);
}
