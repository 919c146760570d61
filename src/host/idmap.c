/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process in a new user namespace has no ids until somebody outside writes
 * /proc/PID/uid_map and gid_map, each once and in one piece. Root does it
 * directly. An ordinary user may map his own id, after giving up setgroups;
 * for more, the setuid programs newuidmap and newgidmap check /etc/subuid and
 * /etc/subgid and write for him. Which way is decided before anything is
 * written, by the caller's uid and the maps alone.
 */
#include "host/idmap.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/aide.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* user_namespaces(7): lines in a map. */
#define MAX_LINES 340

void
idmap_format(const struct plan_id_map *map, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%u %u %u\n", map[i].inside, map[i].outside,
			map[i].size);
}

bool
idmap_is_own(const struct plan_id_maps *maps, uid_t uid, gid_t gid)
{
	return maps->n_uid == 1 && maps->uid[0].size == 1 &&
		maps->uid[0].outside == uid && maps->n_gid == 1 &&
		maps->gid[0].size == 1 && maps->gid[0].outside == gid;
}

/* The kernel answers all that is wrong with a map with EINVAL or EPERM. */
static int
explain(const char *file, size_t n, size_t len, struct err *err)
{
	int code = errno;

	if (n > MAX_LINES)
		return err_say(err, "%s has %zu lines, the kernel takes %d",
			file, n, MAX_LINES);
	if (len >= (size_t)sysconf(_SC_PAGESIZE))
		return err_say(err,
			"%s is %zu bytes long, the kernel takes less than %ld",
			file, len, sysconf(_SC_PAGESIZE));
	if (code == EINVAL)
		return err_say(err,
			"%s: the kernel finds overlapping or empty ranges, or ids out of range",
			file);
	if (code == EPERM)
		return err_say(err,
			"%s: not permitted: an id in it is not mapped in the caller's own user namespace",
			file);
	return err_code(err, code, "write %s", file);
}

/* The whole map in one write: the kernel takes no second one. */
static int
write_map(pid_t pid, const char *file, const struct plan_id_map *map, size_t n,
	struct err *err)
{
	auto_str text = { 0 };
	auto_fd fd = -1;
	char path[64];

	idmap_format(map, n, &text);
	if (text.broken || text.len == 0)
		return err_say(err, "%s: no map", file);
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (write(fd, text.data, text.len) != (ssize_t)text.len)
		return explain(file, n, text.len, err);
	return 0;
}

/* setgroups must be given up before gid_map is written (user_namespaces(7)). */
static int
write_directly(pid_t pid, const struct plan_id_maps *maps, bool deny_setgroups,
	struct err *err)
{
	char path[64];

	if (deny_setgroups) {
		snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
		if (file_write(AT_FDCWD, path, "deny", err) < 0)
			return -1;
	}
	if (write_map(pid, "uid_map", maps->uid, maps->n_uid, err) < 0)
		return -1;
	return write_map(pid, "gid_map", maps->gid, maps->n_gid, err);
}

/* Finds an executable in PATH, and in /usr/bin where the caller's environment
 * is empty. Heap; NULL: there is none. */
static char *
find_tool(const char *name)
{
	const char *dir = getenv("PATH");
	char *path;

	while (dir && *dir) {
		int len = (int)strcspn(dir, ":");

		if (*dir == '/' &&
			asprintf(&path, "%.*s/%s", len, dir, name) >= 0) {
			if (access(path, X_OK) == 0)
				return path;
			free(path);
		}
		dir += len + (dir[len] == ':');
	}
	return asprintf(&path, "/usr/bin/%s", name) < 0 ? NULL : path;
}

/* Starts the tool with its output in a pipe, whose read end is returned. */
static int
start_tool(const char *path, char **argv, pid_t *out_pid, struct err *err)
{
	static char *const no_environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	auto_fd write_end = -1;
	auto_fd read_end = -1;
	int ends[2], code;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	read_end = ends[0];
	write_end = ends[1];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, write_end, 1);
	posix_spawn_file_actions_adddup2(&actions, write_end, 2);
	code = posix_spawn(out_pid, path, &actions, NULL, argv, no_environment);
	posix_spawn_file_actions_destroy(&actions);
	if (code == ENOENT)
		return err_say(err,
			"%s is not installed: mapping more than one's own id needs it (package uidmap)",
			argv[0]);
	if (code)
		return err_code(err, code, "run %s", path);
	return take_fd(&read_end);
}

/* What the tool complains of becomes our sentence. More than that it can say to
 * nobody, rather than wait for a reader while we wait for its end. */
static int
run_tool(const char *path, char **argv, struct err *err)
{
	auto_free char *said = NULL;
	auto_fd output = -1;
	int status = 0;
	pid_t pid;

	output = start_tool(path, argv, &pid, err);
	if (output < 0)
		return -1;
	if (fd_read(output, 4096, argv[0], &said, NULL, NULL) < 0)
		said = NULL;
	close(take_fd(&output));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status == 0)
		return 0;
	if (said)
		said[strcspn(said, "\n")] = '\0';
	return err_say(err, "%s failed: %s", argv[0],
		said && *said ? said : "it does not say why");
}

/* newuidmap PID inside outside size ... */
static int
write_by_tool(const char *name, pid_t pid, const struct plan_id_map *map,
	size_t n, struct err *err)
{
	auto_free char *path = find_tool(name);
	auto_free char *numbers = NULL;
	auto_free char **argv = NULL;
	char *at;

	if (n > MAX_LINES)
		return explain(name, n, 0, err);
	numbers = malloc((3 * n + 1) * 12);
	argv = calloc(3 * n + 3, sizeof(*argv));
	if (!path || !numbers || !argv)
		return err_code(err, ENOMEM, "run %s", name);
	at = numbers;
	argv[0] = (char *)name;
	argv[1] = at;
	at += snprintf(at, 12, "%d", (int)pid) + 1;
	for (size_t i = 0; i < 3 * n; i++) {
		const uint32_t row[] = { map[i / 3].inside, map[i / 3].outside,
			map[i / 3].size };

		argv[i + 2] = at;
		at += snprintf(at, 12, "%u", row[i % 3]) + 1;
	}
	return run_tool(path, argv, err);
}

bool
idmap_has_tools(void)
{
	auto_free char *uids = find_tool("newuidmap");
	auto_free char *gids = find_tool("newgidmap");

	return uids && gids && access(uids, X_OK) == 0 &&
		access(gids, X_OK) == 0;
}

int
idmap_write(pid_t pid, const struct plan_id_maps *maps, struct err *err)
{
	if (geteuid() == 0)
		return write_directly(pid, maps, false, err);
	if (idmap_is_own(maps, geteuid(), getegid()))
		return write_directly(pid, maps, true, err);
	if (write_by_tool("newuidmap", pid, maps->uid, maps->n_uid, err) < 0)
		return -1;
	return write_by_tool("newgidmap", pid, maps->gid, maps->n_gid, err);
}

/* Nothing: being in its namespace is all that this aide is for. */
static int
stay(int line, void *arg, struct err *err)
{
	(void)line;
	(void)arg;
	(void)err;
	return 0;
}

/* The namespace outlives the aide by its descriptor, and then by the mount. */
static int
make_userns(const struct plan_id_maps *maps, struct err *err)
{
	struct aide aide = { .flags = CLONE_NEWUSER, .cgroup = -1, .line = -1 };
	char path[64];
	int fd = -1;

	if (aide_start(&aide, stay, NULL, err) == 0 &&
		idmap_write(aide.pid, maps, err) == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)aide.pid);
		fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			err_sys(err, "open %s", path);
	}
	aide_end(&aide);
	if (fd < 0)
		err_in(err, "make the user namespace of an id-mapped mount");
	return fd;
}

/* The plan does not share equal maps: compare what they say. */
static bool
map_is_same(const struct plan_id_map *a, size_t n_a,
	const struct plan_id_map *b, size_t n_b)
{
	return n_a == n_b && memcmp(a, b, n_a * sizeof(*a)) == 0;
}

static bool
maps_are_same(const struct plan_id_maps *a, const struct plan_id_maps *b)
{
	return map_is_same(a->uid, a->n_uid, b->uid, b->n_uid) &&
		map_is_same(a->gid, a->n_gid, b->gid, b->n_gid);
}

int
idmap_userns(struct idmap_cache *cache, const struct plan_id_maps *maps,
	struct err *err)
{
	int fd;

	for (size_t i = 0; cache && i < cache->n; i++) {
		if (!maps_are_same(cache->maps[i], maps))
			continue;
		fd = fcntl(cache->fds[i], F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? err_sys(err, "user namespace of its id map")
			      : fd;
	}
	fd = make_userns(maps, err);
	if (fd >= 0 && cache && cache->n < IDMAP_CACHE_SIZE) {
		cache->maps[cache->n] = maps;
		cache->fds[cache->n] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (cache->fds[cache->n] >= 0)
			cache->n++;
	}
	return fd;
}

void
idmap_done(struct idmap_cache *cache)
{
	while (cache->n)
		close(cache->fds[--cache->n]);
}
