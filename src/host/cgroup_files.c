/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is common to everything that is done with cgroups. The hierarchy is
 * found by asking the two places where it can be what filesystem they are;
 * no mount table is read. Waiting is for the kernel's own notice on
 * cgroup.events (POLLPRI), which is armed by reading the file: read first,
 * then poll, then read again, so that no change falls between; and for a
 * removal that is another's (systemd's) on inotify's.
 */
#include "host/cgroup_files.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

bool
cgroup_files_is_none(const char *path)
{
	return !path || path[0] != '/' || path[1] == '\0';
}

int
cgroup_files_root(struct err *err)
{
	static const char *const places[] = { "/sys/fs/cgroup",
		"/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		auto_fd fd = openat(
			AT_FDCWD, places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;

		if (fd >= 0 && fstatfs(fd, &fs) == 0 &&
			fs.f_type == CGROUP2_SUPER_MAGIC)
			return take_fd(&fd);
		/* No descriptors, say: who could tell what is mounted? */
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			return err_sys(err, "open %s", places[i]);
	}
	return err_say(err,
		"no cgroup version 2 is mounted, neither at %s nor at %s",
		places[0], places[1]);
}

int
cgroup_files_open(int dir, const char *path, int flags, struct err *err)
{
	int fd =
		openat(dir, path, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_sys(err, "cgroup /%s", path) : fd;
}

void
cgroup_files_remove_parents(int root, const char *path)
{
	auto_free char *above = strdup(path);
	struct stat found;
	char *slash;

	while (above && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		/* Another container's end may have been faster. */
		if (fstatat(root, above, &found, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (!(found.st_mode & CGROUP_FILES_OURS) ||
			(unlinkat(root, above, AT_REMOVEDIR) < 0 &&
				errno != ENOENT))
			return;
	}
}

bool
cgroup_files_has_word(const char *text, const char *word, size_t len)
{
	while (*text) {
		size_t at = strcspn(text, " \n");

		if (at == len && memcmp(text, word, len) == 0)
			return true;
		text += at;
		text += strspn(text, " \n");
	}
	return false;
}

/* Reads the value of a key from an open cgroup.events. */
static int
read_event(int events, const char *key)
{
	size_t len = strlen(key);
	char text[256];
	ssize_t n = pread(events, text, sizeof(text) - 1, 0);
	const char *line = text;

	if (n < 0)
		return -1;
	text[n] = '\0';
	/* "populated 1\nfrozen 0\n": the values are 0 and 1 */
	while (*line) {
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return line[len + 1] - '0';
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	errno = ENODATA;
	return -1;
}

int
cgroup_files_event(int dir, const char *key)
{
	auto_fd events = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return events < 0 ? -1 : read_event(events, key);
}

/* What is left of the time until then; never less than 0. */
static int
left(int64_t end)
{
	int64_t ms = end - sys_now_ms();

	return ms > 0 ? (int)ms : 0;
}

int
cgroup_files_wait(int dir, const char *key, int value, int ms)
{
	auto_fd events = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd notice = { .fd = events, .events = POLLPRI };
	int64_t end = sys_now_ms() + ms;

	if (events < 0)
		return -1;
	for (;;) {
		int now = read_event(events, key);
		int rest = left(end);

		if (now < 0 || now == value || rest == 0)
			return now < 0 ? -1 : now == value;
		if (poll(&notice, 1, rest) < 0 && errno != EINTR)
			return -1;
	}
}

/* Watched is the parent: what is removed there is told by the kernel. */
static int
watch_parent(int root, const char *path)
{
	const char *last = strrchr(path, '/');
	auto_free char *parent = strndup(path + 1, (size_t)(last - path));
	auto_fd dir = -1, watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char name[32];

	if (!parent || watch < 0)
		return -1;
	parent[last > path ? last - path - 1 : 0] = '\0';
	dir = cgroup_files_open(root, *parent ? parent : ".", O_PATH, NULL);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", dir);
	return dir >= 0 && inotify_add_watch(watch, name, IN_DELETE) >= 0
		? take_fd(&watch)
		: -1;
}

bool
cgroup_files_wait_gone(const char *path, int ms)
{
	auto_fd root = cgroup_files_root(NULL);
	auto_fd watch = root < 0 ? -1 : watch_parent(root, path);
	struct pollfd notice = { .fd = watch, .events = POLLIN };
	int64_t end = sys_now_ms() + ms;
	char events[4096];

	for (;;) {
		int rest = watch < 0 ? 0 : left(end);

		if (root >= 0 &&
			faccessat(root, path + 1, F_OK, AT_SYMLINK_NOFOLLOW) <
				0)
			return errno == ENOENT;
		if (rest == 0)
			return false;
		if (poll(&notice, 1, rest) < 0 && errno != EINTR)
			return false;
		while (read(watch, events, sizeof(events)) > 0)
			continue;
	}
}
