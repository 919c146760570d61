/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks that run in the container's namespaces: createContainer before its
 * root is entered, startContainer behind the gate. One is a child process
 * with the state on its stdin, the environment that the config gives, or
 * else the program's, and no other descriptor of ours. Its output is kept for
 * the error; it may take as long as its timeout says, and dies with scrim
 * where scrim still waits.
 * Hooks of the host's side are scrim's; hooks_wait() waits for these.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX 512
#define CHUNKS_MAX 128

struct hook {
	pid_t pid;
	int pidfd, output;
	int out, err;    /* where its words go: a file, or the output kept */
	int *exec_errno; /* shared with the child */
	size_t len;
	char text[OUTPUT_MAX]; /* the end of what it wrote */
};

int
hooks_wait(struct init *init, const struct plan_step *step, struct err *err)
{
	(void)step;
	if (wire_send(init->wire, WIRE_MOUNTED, NULL, 0, err) < 0)
		return -1;
	return slots_until(init, WIRE_GO, err);
}

/* The state as the plan has it, with this process's pid between the halves:
 * the one that counts in these namespaces. */
static int
make_state(
	const struct init *init, const struct plan_step *step, struct err *err)
{
	const char *before = init_text(init, step, 1),
		   *behind = init_text(init, step, 2);
	size_t size = strlen(before) + strlen(behind) + 16;
	char *state = init_memory(size, err);
	int len, fd;

	if (!state)
		return -1;
	len = snprintf(state, size, "%s%d%s", before, getpid(), behind);
	fd = fd_seal("state", state, (size_t)len, 0, err);
	return fd;
}

/* In the child: nothing but the three descriptors of stdio is left open. */
static void
become(const struct init *init, const struct plan_step *step, struct hook *hook,
	int state)
{
	char **argv = init_strings(init, &step->list[0], 0, NULL);
	char **env = step->number[3]
		? init->program.env
		: init_strings(init, &step->list[1], 0, NULL);

	setsid();
	umask(init->umask);
	if (argv && env && dup2(state, 0) == 0 && dup2(hook->out, 1) == 1 &&
		dup2(hook->err, 2) == 2 &&
		sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		execve(init_text(init, step, 0), argv, env);
	*hook->exec_errno = errno;
	_exit(127);
}

static int
begin(struct init *init, const struct plan_step *step, struct hook *hook,
	struct err *err)
{
	auto_fd state = make_state(init, step, err);
	struct clone_args args = { .flags = CLONE_PIDFD,
		.exit_signal = SIGCHLD };
	int ends[2];

	if (state < 0)
		return -1;
	hook->exec_errno = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* The reading end alone does not block: a hook that finds no room waits
	 * for it, as everywhere. */
	if (hook->exec_errno == MAP_FAILED || pipe2(ends, O_CLOEXEC) < 0 ||
		fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "pipe");
	hook->output = ends[1];
	hook->out = hook->err = ends[1];
	if (step->slot >= 0)
		hook->out = slots_borrow(init, (uint32_t)step->slot, err);
	if (step->number[2] && hook->out >= 0)
		hook->err =
			slots_borrow(init, (uint32_t)step->number[2] - 1, err);
	if (hook->out < 0 || hook->err < 0)
		return -1;
	args.pidfd = (uintptr_t)&hook->pidfd;
	hook->pid = sys_clone3(&args);
	if (hook->pid == 0)
		become(init, step, hook, state);
	close(ends[1]);
	hook->output = ends[0];
	return hook->pid < 0 ? err_sys(err, "clone3") : 0;
}

/* Keeps the end of the output. No more at once than a pipe holds: who writes
 * without end must not keep us from the clock. */
static void
drain(struct hook *hook)
{
	char chunk[OUTPUT_MAX];
	ssize_t n;

	for (int i = 0; i < CHUNKS_MAX; i++) {
		size_t more, keep = hook->len;

		n = read(hook->output, chunk, sizeof(chunk));
		if (n <= 0)
			return;
		more = (size_t)n;
		if (keep + more > sizeof(hook->text))
			keep = sizeof(hook->text) - more;
		memmove(hook->text, hook->text + hook->len - keep, keep);
		memcpy(hook->text + keep, chunk, more);
		hook->len = keep + more;
	}
}

/* Until it has ended. Returns -1 when it took too long or nobody waits. */
static int
watch(const struct init *init, struct hook *hook, uint64_t seconds,
	struct err *err)
{
	struct pollfd fds[3] = {
		{ .fd = hook->pidfd, .events = POLLIN },
		{ .fd = hook->output, .events = POLLIN },
		{ .fd = init->wire, .events = 0 }, /* the end shows unasked */
	};
	int64_t end = seconds ? sys_now_ms() + (int64_t)seconds * 1000 : 0,
		left = -1;

	for (;;) {
		if (seconds && (left = end - sys_now_ms()) < 0)
			return err_say(err, "it took longer than %u seconds",
				(unsigned)seconds);
		if (poll(fds, 3, left > INT32_MAX ? INT32_MAX : (int)left) <
				0 &&
			errno != EINTR)
			return err_sys(err, "poll");
		drain(hook);
		if (fds[0].revents)
			return 0;
		/* Others may hold the pipe when the hook's own end is closed.
		 */
		if (fds[1].revents & POLLHUP)
			fds[1].fd = -1;
		if (fds[2].revents)
			return err_say(err, "scrim has gone");
	}
}

/* How it ended, in words; what it wrote last stands behind. */
static int
judge(struct hook *hook, int status, struct err *err)
{
	int len;

	while (hook->len && hook->text[hook->len - 1] == '\n')
		hook->len--;
	len = (int)hook->len;
	if (*hook->exec_errno)
		return err_code(
			err, *hook->exec_errno, "it cannot be executed");
	if (WIFSIGNALED(status))
		return err_say(err, "killed by signal %d%s%.*s",
			WTERMSIG(status), len ? ": " : "", len, hook->text);
	if (WEXITSTATUS(status))
		return err_say(err, "exit status %d%s%.*s", WEXITSTATUS(status),
			len ? ": " : "", len, hook->text);
	return 0;
}

/* One that is not needed any more. It leads a group: what it started goes with
 * it. Who has become another user (a set-user-ID program, behind the gate) may
 * not be ours to kill: he is not waited for, but ends with the namespace or the
 * cgroup. Returns whether its end is near. */
static bool
dismiss(const struct hook *hook, struct err *err)
{
	kill(-hook->pid, SIGKILL);
	if (kill(hook->pid, SIGKILL) == 0)
		return true;
	err_in(err, "it may not be killed");
	return false;
}

int
hooks_run(struct init *init, const struct plan_step *step, struct err *err)
{
	struct hook hook = { .pidfd = -1, .output = -1 };
	int status = 0, ret = begin(init, step, &hook, err);

	if (ret == 0)
		ret = watch(init, &hook, step->number[0], err);
	if (hook.pid > 0 && (ret == 0 || dismiss(&hook, err)))
		while (waitpid(hook.pid, &status, 0) < 0 && errno == EINTR)
			;
	fd_close_auto(&hook.pidfd);
	fd_close_auto(&hook.output);
	return ret < 0 ? -1 : judge(&hook, status, err);
}
