/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors are closed once, carry close-on-exec, are read and written
 * whole, are handed over once; a sealed memory file cannot be changed by
 * anybody.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* An unnamed file that holds text. */
static int
file_of(const char *text, size_t len)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fd_write(fd, text, len, NULL), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

START_TEST(a_scope_closes_what_it_still_owns)
{
	int kept, lost;

	{
		auto_fd a = open("/dev/null", O_RDONLY | O_CLOEXEC);
		auto_fd b = open("/dev/null", O_RDONLY | O_CLOEXEC);
		auto_fd none = -1;

		ck_assert_int_eq(none, -1);
		kept = take_fd(&a);
		ck_assert_int_eq(a, -1);
		lost = b;
		errno = ENOTTY;
	}
	ck_assert_int_eq(errno, ENOTTY);
	ck_assert(is_open(kept));
	ck_assert(!is_open(lost));
	close(kept);
}
END_TEST

static const size_t lengths[] = { 0, 1, 16383, 16384, 16385, 32768, 100000 };

START_TEST(a_file_is_read_whole)
{
	size_t len = lengths[_i], got = 4711;
	auto_free char *text = malloc(len + 1), *copy = NULL;
	auto_fd fd = -1;

	memset(text, 'x', len);
	text[len] = '\0';
	fd = file_of(text, len);
	ck_assert_int_eq(fd_read(fd, 100000, "it", &copy, &got, NULL), 0);
	ck_assert_uint_eq(got, len);
	ck_assert_str_eq(copy, text);
}
END_TEST

START_TEST(a_file_of_the_most_bytes_is_read_and_one_more_is_refused)
{
	auto_fd fits = file_of("12345", 5), large = file_of("123456", 6);
	auto_free char *text = NULL, *untouched = NULL;
	struct err err = { 0 };

	ck_assert_int_eq(fd_read(fits, 5, "x", &text, NULL, &err), 0);
	ck_assert_str_eq(text, "12345");
	ck_assert_int_eq(
		fd_read(large, 5, "config.json", &untouched, NULL, &err), -1);
	ck_assert_ptr_null(untouched);
	ck_assert_str_eq(err.text, "config.json is larger than 5 bytes");
	ck_assert_int_eq(fd_read(-1, 5, "x", &untouched, NULL, &err), -1);
	ck_assert_int_eq(err.code, EBADF);
}
END_TEST

START_TEST(a_pipe_takes_all_of_a_large_text)
{
	static char text[300000], copy[sizeof(text)];
	int ends[2];
	pid_t child;
	size_t got = 0;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child)
		_exit(fd_write(ends[1], text, sizeof(text), NULL) < 0);
	close(ends[1]);
	for (ssize_t n;
		(n = read(ends[0], copy + got, sizeof(copy) - got)) > 0;)
		got += (size_t)n;
	ck_assert_uint_eq(got, sizeof(text));
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	close(ends[0]);
}
END_TEST

START_TEST(a_sealed_memory_file_cannot_change)
{
	struct err err = { 0 };
	auto_fd fd = fd_seal("plan", "abc", 3, _i, &err);
	auto_free char *text = NULL;
	char path[64];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fd_read(fd, 9, "plan", &text, NULL, &err), 0);
	ck_assert_str_eq(text, "abc");
	ck_assert_int_eq(pwrite(fd, "x", 1, 0), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	/* A second, writable description is refused the write as well. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	{
		auto_fd again = open(path, O_RDWR | O_CLOEXEC);

		ck_assert(again < 0 || write(again, "x", 1) == -1);
	}
}
END_TEST

START_TEST(a_sealed_program_runs)
{
	char *argv[] = { "true", NULL }, *envp[] = { NULL };
	auto_fd file = open("/bin/true", O_RDONLY | O_CLOEXEC), fd = -1;
	auto_free char *image = NULL;
	size_t len;
	pid_t child;
	int status;

	ck_assert_int_eq(
		fd_read(file, 16 << 20, "true", &image, &len, NULL), 0);
	fd = fd_seal("true", image, len, 1, NULL);
	ck_assert_int_ge(fd, 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		sys_execveat(fd, "", argv, envp, AT_EMPTY_PATH);
		_exit(errno);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(standard_descriptors_are_filled)
{
	struct err err = { 0 };
	int saved = fcntl(2, F_DUPFD_CLOEXEC, 100);
	bool open_now;

	close(0);
	close(2);
	open_now = !fd_fill_stdio(&err) && is_open(0) && is_open(2);
	ck_assert_int_eq(dup2(saved, 2), 2);
	ck_assert(open_now);
}
END_TEST

START_TEST(small_files_are_read_and_written)
{
	char dir[] = "/tmp/scrim-test-XXXXXX", buf[8];
	auto_fd fd = -1;
	struct err err = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	fd = open(dir, O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_write(fd, "f", "x", &err), -1);
	ck_assert_str_eq(err.text, "open f");
	close(openat(fd, "f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_eq(file_write(fd, "f", "1234567", &err), 0);
	ck_assert_int_eq(file_read(fd, "f", buf, sizeof(buf), &err), 7);
	ck_assert_str_eq(buf, "1234567");
	ck_assert_int_eq(file_read(fd, "f", buf, 7, &err), -1);
	ck_assert_str_eq(err.text, "f is longer than 6 bytes");
	ck_assert_int_eq(symlinkat("f", fd, "link"), 0);
	ck_assert_int_eq(file_write(fd, "link", "x", &err), -1);
	ck_assert_int_eq(err.code, ELOOP);
	ck_assert_int_eq(file_read(fd, "link", buf, sizeof(buf), &err), -1);
	unlinkat(fd, "link", 0);
	unlinkat(fd, "f", 0);
	rmdir(dir);
}
END_TEST

static void
interrupt(int number)
{
	(void)number;
}

/* The bytes that arrive until the other end is closed; *passed counts the
 * descriptors among them. */
static size_t
receive_all(int socket, int *passed)
{
	char part[4096];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
	struct iovec text = { part, sizeof(part) };
	size_t total = 0;

	for (;;) {
		struct msghdr message = { .msg_iov = &text,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);

		ck_assert_int_ge(n, 0);
		if (n == 0)
			return total;
		total += (size_t)n;
		if (message.msg_controllen) {
			int fd;

			memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
			close(fd);
			++*passed;
		}
	}
}

/* The signal finds the sender waiting for room: a part of the text is away. */
START_TEST(a_descriptor_goes_once_with_a_text_sent_in_parts)
{
	enum { LENGTH = 4 << 20 };
	struct itimerval soon = { { 0, 10000 }, { 0, 10000 } };
	int ends[2], passed = 0, status;
	pid_t sender;

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	sender = fork();
	ck_assert_int_ge(sender, 0);
	if (sender == 0) {
		struct sigaction act = { .sa_handler = interrupt };
		auto_free char *text = calloc(1, LENGTH);

		close(ends[0]);
		if (!text || sigaction(SIGALRM, &act, NULL) < 0 ||
			setitimer(ITIMER_REAL, &soon, NULL) < 0)
			_exit(2);
		_exit(fd_pass(ends[1], text, LENGTH, ends[1]) != 0);
	}
	close(ends[1]);
	usleep(50000);
	ck_assert_uint_eq(receive_all(ends[0], &passed), LENGTH);
	ck_assert_int_eq(passed, 1);
	ck_assert_int_eq(waitpid(sender, &status, 0), sender);
	ck_assert_int_eq(status, 0);
	close(ends[0]);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_scope_closes_what_it_still_owns);
	tcase_add_loop_test(tcase, a_file_is_read_whole, 0,
		(int)(sizeof(lengths) / sizeof(*lengths)));
	tcase_add_test(tcase,
		a_file_of_the_most_bytes_is_read_and_one_more_is_refused);
	tcase_add_test(tcase, a_pipe_takes_all_of_a_large_text);
	tcase_add_test(tcase, a_descriptor_goes_once_with_a_text_sent_in_parts);
	tcase_add_loop_test(tcase, a_sealed_memory_file_cannot_change, 0, 2);
	tcase_add_test(tcase, a_sealed_program_runs);
	tcase_add_test(tcase, standard_descriptors_are_filled);
	tcase_add_test(tcase, small_files_are_read_and_written);
}

int
main(void)
{
	return runner_run("base/fd", fill);
}
