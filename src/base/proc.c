/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks /proc and pidfds about processes. A pid alone names nobody: it is used
 * again as soon as its owner has been reaped. So a process is remembered by
 * its pid and its start time, and whoever acts on one opens a pidfd first and
 * compares the start time second: from then on the pidfd stays with that one
 * process, and what was compared holds. Nothing here signals or reaps.
 */
#include "base/proc.h"

#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The longest: 52 numbers of at most 21 bytes and a name. */
#define STAT_MAX 1280

/* proc(5): fields are counted from 1, the state is the third. */
#define STATE_FIELD   3
#define THREADS_FIELD 20

/* Takes in what stands behind the name, "S 1 ...". */
static int
parse_fields(const char *text, struct proc_stat *out)
{
	int parent;

	if (sscanf(text, "%c %d", &out->state, &parent) != 2)
		return -1;
	out->parent = parent;
	for (int field = STATE_FIELD; field < THREADS_FIELD; field++) {
		text = strchr(text, ' ');
		if (!text)
			return -1;
		text++;
	}
	/* 21 is always 0. */
	return sscanf(text, "%d %*d %" SCNu64, &out->threads, &out->start) == 2
		? 0
		: -1;
}

/* The name may hold anything, parentheses and blanks too: it ends at the last
 * parenthesis of the line. */
static int
parse_stat(const char *text, struct proc_stat *out)
{
	const char *begin = strchr(text, '('), *end = strrchr(text, ')');
	size_t len;

	if (!begin || !end || end < begin || end[1] != ' ')
		return -1;
	begin++;
	len = (size_t)(end - begin);
	if (len >= sizeof(out->comm))
		len = sizeof(out->comm) - 1;
	memcpy(out->comm, begin, len);
	out->comm[len] = '\0';
	return parse_fields(end + 2, out);
}

int
proc_stat(pid_t pid, struct proc_stat *out)
{
	char path[32], text[STAT_MAX];
	struct proc_stat stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	errno = ESRCH;
	if (pid <= 0)
		return -1;
	if (file_read(AT_FDCWD, path, text, sizeof(text), NULL) < 0) {
		if (errno == ENOENT)
			errno = ESRCH;
		return -1;
	}
	if (parse_stat(text, &stat) < 0) {
		errno = EBADMSG;
		return -1;
	}
	*out = stat;
	return 0;
}

int
proc_open(pid_t pid, uint64_t start)
{
	auto_fd pidfd = pid > 0 ? sys_pidfd_open(pid, 0) : -1;
	struct proc_stat stat;

	if (pidfd < 0) {
		if (pid <= 0)
			errno = ESRCH;
		return -1;
	}
	if (proc_stat(pid, &stat) < 0)
		return -1;
	if (stat.start != start) {
		errno = ESRCH;
		return -1;
	}
	return take_fd(&pidfd);
}

int
proc_wait_end(int pidfd, int ms)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	int64_t deadline = ms < 0 ? 0 : sys_now_ms() + ms;
	int n;

	while ((n = poll(&end, 1, ms)) < 0 && errno == EINTR) {
		int64_t left = deadline - sys_now_ms();

		if (ms >= 0)
			ms = left > 0 ? (int)left : 0;
	}
	return n;
}

/* The kernel gives the initial user namespace this inode (PROC_USER_INIT_INO
 * in include/linux/proc_ns.h), in every release. */
#define USER_NAMESPACE_INIT 0xEFFFFFFDU

bool
proc_in_initial_userns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) < 0 ||
		st.st_ino == USER_NAMESPACE_INIT;
}

bool
proc_denies_groups(pid_t pid)
{
	char path[32] = "/proc/self/setgroups", text[16];

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	return file_read(AT_FDCWD, path, text, sizeof(text), NULL) > 0 &&
		str_has_prefix(text, "deny");
}

bool
proc_is_host_root(void)
{
	return geteuid() == 0 && proc_in_initial_userns();
}
