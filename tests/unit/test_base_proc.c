/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is known by its pid and its start time, whatever it calls itself,
 * and its end can be waited for.
 */
#include "base/fd.h"
#include "base/proc.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that waits to be killed. */
static pid_t
bear(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		pause();
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static const char *const comms[] = {
	"plain", "two words", ") 1 Z (", "))))", "((((", "15 letters long",
	"a\nb", "",
};

START_TEST(a_process_is_read_whatever_its_name)
{
	struct proc_stat stat;

	prctl(PR_SET_NAME, comms[_i]);
	ck_assert_int_eq(proc_stat(getpid(), &stat), 0);
	ck_assert_str_eq(stat.comm, comms[_i]);
	ck_assert_int_eq(stat.state, 'R');
	ck_assert_int_eq(stat.parent, getppid());
	ck_assert_int_eq(stat.threads, 1);
	ck_assert_uint_gt(stat.start, 0);
}
END_TEST

START_TEST(nobody_is_no_process)
{
	struct proc_stat stat = { .start = 7 };
	pid_t gone = bear();

	end(gone);
	errno = 0;
	ck_assert_int_eq(proc_stat(gone, &stat), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_uint_eq(stat.start, 7);
	ck_assert_int_eq(proc_stat(0, &stat), -1);
	ck_assert_int_eq(proc_stat(-1, &stat), -1);
	ck_assert_int_eq(proc_open(0, 1), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_int_eq(proc_open(gone, 1), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

START_TEST(a_pid_with_another_start_time_is_somebody_else)
{
	pid_t pid = bear();
	struct proc_stat stat;
	auto_fd pidfd = -1;

	ck_assert_int_eq(proc_stat(pid, &stat), 0);
	pidfd = proc_open(pid, stat.start);
	ck_assert_int_ge(pidfd, 0);
	errno = 0;
	ck_assert_int_eq(proc_open(pid, stat.start + 1), -1);
	ck_assert_int_eq(errno, ESRCH);
	end(pid);
}
END_TEST

START_TEST(the_end_of_a_process_is_waited_for)
{
	pid_t pid = bear();
	struct proc_stat stat;
	auto_fd pidfd = -1;

	ck_assert_int_eq(proc_stat(pid, &stat), 0);
	pidfd = proc_open(pid, stat.start);
	ck_assert_int_eq(proc_wait_end(pidfd, 0), 0);
	ck_assert_int_eq(proc_wait_end(pidfd, 10), 0);
	kill(pid, SIGKILL);
	ck_assert_int_eq(proc_wait_end(pidfd, -1), 1);
	/* Ended, and not reaped. */
	ck_assert_int_eq(proc_stat(pid, &stat), 0);
	ck_assert_int_eq(stat.state, 'Z');
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_process_is_read_whatever_its_name, 0,
		sizeof(comms) / sizeof(comms[0]));
	tcase_add_test(tcase, nobody_is_no_process);
	tcase_add_test(tcase, a_pid_with_another_start_time_is_somebody_else);
	tcase_add_test(tcase, the_end_of_a_process_is_waited_for);
}

int
main(void)
{
	return runner_run("base/proc", fill);
}
