/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child looks, and tells each answer as soon as it has it; it has nothing of
 * ours but the root and the pipe, above all not the container's lock. When its
 * time is over it is killed. A lookup that even that does not end keeps the
 * child, and nobody else.
 */
#include "life/glance.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* For all of the paths together, and for the child to end when it is killed. */
#define LOOK_MS 2000
#define END_MS  1000

/* --- in the child -----------------------------------------------------------
 */

static int64_t
look(int root, const char *path)
{
	auto_fd fd = sys_openat2(
		root, path, O_PATH, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	struct statx st;

	if (fd < 0 || sys_statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return GLANCE_NOTHING;
	return st.stx_attributes & STATX_ATTR_MOUNT_ROOT
		? (int64_t)st.stx_mnt_id
		: GLANCE_NO_MOUNT;
}

/* Of our descriptors but the two. */
static void
let_go(int one, int other)
{
	int low = one < other ? one : other, high = one < other ? other : one;

	if (low > 0)
		sys_close_range(0, (unsigned)low - 1, 0);
	if (high > low + 1)
		sys_close_range((unsigned)low + 1, (unsigned)high - 1, 0);
	sys_close_range((unsigned)high + 1, UINT_MAX, 0);
}

static _Noreturn void
become_eye(int root, int answers, const char *const *paths, size_t n)
{
	let_go(root, answers);
	for (size_t i = 0; i < n; i++) {
		int64_t seen = look(root, paths[i]);

		if (write(answers, &seen, sizeof(seen)) != sizeof(seen))
			break;
	}
	_exit(0);
}

/* --- in the caller ----------------------------------------------------------
 */

/* An answer is less than a pipe takes in one piece, and so comes whole. */
static void
listen_for(int answers, int64_t *found, size_t n)
{
	int64_t end = sys_now_ms() + LOOK_MS;
	size_t heard = 0;

	while (heard < n) {
		struct pollfd poll_in = { .fd = answers, .events = POLLIN };
		int left = (int)(end - sys_now_ms());
		ssize_t got;

		if (left <= 0 || poll(&poll_in, 1, left) == 0)
			break;
		got = read(answers, &found[heard], sizeof(found[heard]));
		if (got == sizeof(found[heard]))
			heard++;
		else if (got >= 0 || errno != EINTR)
			break;
	}
	while (heard < n)
		found[heard++] = GLANCE_HELD;
}

int
glance(int root, const char *const *paths, int64_t *found, size_t n,
	struct err *err)
{
	auto_fd answers = -1, pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD };
	int ends[2];
	pid_t pid;

	if (!n)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	answers = ends[0];
	pid = sys_clone3(&args);
	if (pid == 0)
		become_eye(root, ends[1], paths, n);
	close(ends[1]);
	if (pid < 0)
		return err_sys(err, "clone");
	listen_for(answers, found, n);
	sys_pidfd_send_signal(pidfd, SIGKILL);
	if (proc_wait_end(pidfd, END_MS) == 1)
		waitpid(pid, NULL, 0);
	return 0;
}
