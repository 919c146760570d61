/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk without recursion and with two descriptors, however deep it goes: a
 * container that nests cgroups by the thousand must not keep delete from
 * reaching the last. The way up is "..", which no cgroup ever changes. Of
 * each level on the way the names are kept, a NUL behind each and an empty
 * one at the end.
 */
#include "host/cgroup_walk.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct level {
	char *names;
	const char *at; /* the one that is next, or that the walk is in */
};

struct walk {
	int dir; /* where it is: of the last level */
	struct level *levels;
	size_t n, room;
};

/* Whether an entry of a cgroup's directory is a cgroup in it. */
static bool
is_cgroup(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		strcmp(entry->d_name, "..") != 0;
}

bool
cgroup_walk_is_gone(int code)
{
	return code == ENOENT || code == ENODEV;
}

/* NULL without memory. The end and an error look the same but for errno. */
static char *
read_list(DIR *list)
{
	struct str names = { 0 };
	struct dirent *entry;
	int code;

	while ((errno = 0, entry = readdir(list)))
		if (is_cgroup(entry))
			str_add_len(&names, entry->d_name,
				strlen(entry->d_name) + 1);
	code = errno;
	str_add_len(&names, "", 1);
	if (names.broken)
		code = ENOMEM;
	if (!code || cgroup_walk_is_gone(code))
		return names.data;
	str_done(&names);
	errno = code;
	return NULL;
}

/* Of one that is gone by now there are none. Heap; NULL with err. */
static char *
read_names(int dir, struct err *err)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	char *names;

	if (list)
		names = read_list(list);
	else
		names = cgroup_walk_is_gone(errno) ? calloc(1, 1) : NULL;
	if (!names)
		err_sys(err, "list cgroups");
	if (list)
		closedir(list);
	else
		fd_close_auto(&copy);
	return names;
}

/* Takes dir over. */
static int
arrive(struct walk *walk, int dir, struct err *err)
{
	struct level *level = walk->levels;

	if (walk->n == walk->room) {
		walk->room = 2 * walk->n + 16;
		level = realloc(level, walk->room * sizeof(*level));
	}
	fd_close_auto(&walk->dir);
	walk->dir = dir;
	if (!level)
		return err_code(err, ENOMEM, "list cgroups");
	walk->levels = level;
	level[walk->n].names = read_names(dir, err);
	if (!level[walk->n].names)
		return -1;
	level = &walk->levels[walk->n++];
	level->at = level->names;
	return 0;
}

/* Back to the level above, whose cgroup has been walked. Where it is gone
 * itself, back to the top. */
static void
go_up(struct walk *walk, int top)
{
	int dir = openat(walk->dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t n = dir < 0 ? 1 : walk->n - 1;

	if (dir < 0)
		dir = fcntl(top, F_DUPFD_CLOEXEC, 0);
	fd_close_auto(&walk->dir);
	walk->dir = dir;
	while (walk->n > n)
		free(walk->levels[--walk->n].names);
}

/* Into the cgroup that is next: 1; 0 when it is gone. */
static int
go_down(struct walk *walk, struct err *err)
{
	const struct level *level = &walk->levels[walk->n - 1];
	int below = openat(walk->dir, level->at,
		O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (below < 0)
		return cgroup_walk_is_gone(errno)
			? 0
			: err_sys(err, "open cgroup %s", level->at);
	return arrive(walk, below, err) < 0 ? -1 : 1;
}

static void
end(struct walk *walk)
{
	while (walk->n > 0)
		free(walk->levels[--walk->n].names);
	free(walk->levels);
	fd_close_auto(&walk->dir);
}

int
cgroup_walk(int top,
	int (*visit)(int parent, const char *name, void *arg, struct err *err),
	void *arg, struct err *err)
{
	struct walk walk = { .dir = -1 };
	int ok = arrive(&walk, fcntl(top, F_DUPFD_CLOEXEC, 0), err);

	while (ok >= 0 && (walk.n > 1 || *walk.levels[0].at)) {
		struct level *level = &walk.levels[walk.n - 1];

		ok = *level->at ? go_down(&walk, err) : 0;
		if (ok)
			continue;
		if (!*level->at)
			go_up(&walk, top);
		level = &walk.levels[walk.n - 1];
		ok = visit(walk.dir, level->at, arg, err);
		level->at += strlen(level->at) + 1;
	}
	end(&walk);
	return ok < 0 ? -1 : visit(top, ".", arg, err);
}
