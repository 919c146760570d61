/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories and files of the store. The order of a container's life here:
 * mkdir, open, lock, a first record; then later ones behind it, of which the
 * last counts; at the end the files, the record, the directory. A creator that
 * is killed between any two of these leaves what store_remove() can take away.
 * Since a directory may be removed between its opening and its locking, the
 * one that was locked is looked at again. Nothing here waits but for a lock,
 * and nothing follows a symbolic link below the root. What a record says is
 * done with the caller's rights, hooks are run and mounts taken away: so it is
 * nobody's but the caller's own, or root's.
 */
#include "life/store.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/filter.h"
#include "life/journal.h"
#include "life/load.h"
#include "life/record.h"
#include "plan/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sticky: who takes from a user's runtime directory, or from /tmp, what nobody
 * has touched for long, leaves this (XDG base directory specification). */
#define ROOT_MODE 01700

/* Where nobody has logged in, and so nobody made /run/user: a directory of the
 * user's own. In /tmp anybody may have been there before. */
static int
check_own(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, ROOT_MODE) < 0 && errno != EEXIST)
		return err_sys(err, "state root: mkdir %s", path);
	if (lstat(path, &st) < 0)
		return err_sys(err, "state root %s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
		st.st_mode & (S_IWGRP | S_IWOTH))
		return err_say(err,
			"state root: %s is not a directory of this user alone: set XDG_RUNTIME_DIR, or give --root",
			path);
	return 0;
}

static char *
user_root(struct err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	auto_free char *path = NULL;
	char own[32];
	int n;

	snprintf(own, sizeof(own), "/run/user/%u", getuid());
	if (!runtime || !*runtime)
		runtime = access(own, W_OK) == 0 ? own : NULL;
	n = runtime ? asprintf(&path, "%s/scrim", runtime)
		    : asprintf(&path, "/tmp/scrim-%u", getuid());
	if (n < 0) {
		path = NULL;
		err_code(err, ENOMEM, "state root");
		return NULL;
	}
	if (!runtime && check_own(path, err) < 0)
		return NULL;
	return take_ptr(&path);
}

char *
store_root(const char *given, struct err *err)
{
	struct plan_request caller = { 0 };
	char *path;

	/* Root of a user namespace is an ordinary user here: /run is another's.
	 */
	if (!given) {
		load_facts(&caller, LOAD_ROOTLESS_AUTO);
		if (!caller.root)
			return user_root(err);
	}
	path = strdup(given ? given : "/run/scrim");
	if (!path)
		err_code(err, ENOMEM, "state root");
	return path;
}

/* As mkdir -p; what is there stays as it is. */
static void
make_all(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	mkdir(path, ROOT_MODE);
}

static int
unknown(struct err *err)
{
	err_say(err, "container does not exist");
	return STORE_UNKNOWN;
}

/* Whose directory it is; his word is as good as the caller's if he is that, or
 * root. */
static int
check_owner(const struct stat *st, const char *what, const char *name,
	struct err *err)
{
	if (st->st_uid == 0 || st->st_uid == geteuid())
		return 0;
	return err_say(err,
		"%s %s belongs to user %u: what is said there is for that user alone to follow",
		what, name, (unsigned)st->st_uid);
}

/* Where a container is made: what all containers of a root share, and what
 * tells them apart, must be nobody else's to put there or to rename. */
static int
check_root(int root, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(root, &st) < 0)
		return err_sys(err, "state root %s", path);
	if (st.st_mode & S_IWOTH)
		return err_say(
			err, "state root %s: everybody may write there", path);
	return check_owner(&st, "state root", path, err);
}

int
store_open_root(const char *path, bool make, struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	auto_fd root = openat(AT_FDCWD, path, flags);

	if (root < 0 && errno == ENOENT && make && *path) {
		auto_free char *copy = strdup(path);

		if (copy)
			make_all(copy);
		root = openat(AT_FDCWD, path, flags);
	}
	if (root < 0 && errno == ENOENT && !make)
		return unknown(err);
	if (root < 0)
		return err_sys(err, "state root %s", path);
	if (make && check_root(root, path, err) < 0)
		return -1;
	return take_fd(&root);
}

int
store_check_id(const char *id, struct err *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-";

	/* A name that begins with a dot would lie among ours. */
	if (!*id || *id == '.' || id[strspn(id, letters)])
		return err_say(err, "invalid container ID format");
	if (strlen(id) > NAME_MAX)
		return err_say(err,
			"invalid container ID format: longer than %d letters",
			NAME_MAX);
	return 0;
}

static int
open_dir(int root, const char *id)
{
	return openat(
		root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
store_lock(int dir, struct err *err)
{
	struct stat found;

	while (flock(dir, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "lock the container");
	/* Somebody who held the lock may have removed it. */
	if (fstat(dir, &found) < 0)
		return err_sys(err, "look at the container");
	return found.st_nlink ? 0 : unknown(err);
}

bool
store_is_busy(int dir)
{
	return flock(dir, LOCK_EX | LOCK_NB) < 0;
}

void
store_unlock(int dir)
{
	flock(dir, LOCK_UN);
}

int
store_make(int root, const char *id, struct err *err)
{
	auto_fd dir = -1;

	if (mkdirat(root, id, 0700) < 0) {
		if (errno == EEXIST)
			return err_say(
				err, "container with given ID already exists");
		return err_sys(err, "make state directory %s", id);
	}
	dir = open_dir(root, id);
	if (dir < 0) {
		err_sys(err, "open state directory %s", id);
		unlinkat(root, id, AT_REMOVEDIR);
		return -1;
	}
	if (store_lock(dir, err) < 0)
		return err_say(
			err, "the container was deleted while it was made");
	return take_fd(&dir);
}

int
store_open(int root, const char *id, struct err *err)
{
	auto_fd dir = open_dir(root, id);
	struct stat st;

	if (dir < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return unknown(err);
	if (dir < 0 || fstat(dir, &st) < 0)
		return err_sys(err, "open state directory %s", id);
	if (check_owner(&st, "state directory", id, err) < 0)
		return -1;
	return take_fd(&dir);
}

int
store_find(
	const char *root, const char *id, struct stored *out, struct err *err)
{
	struct stored found = { .root = -1, .dir = -1 };
	int result = store_check_id(id, err);

	if (result == 0)
		result = arena_init(&found.arena, err);
	if (result == 0)
		result = found.root = store_open_root(root, false, err);
	if (result >= 0)
		result = found.dir = store_open(found.root, id, err);
	if (result < 0)
		store_close(&found);
	*out = found;
	return result < 0 ? result : 0;
}

void
store_close(struct stored *stored)
{
	fd_close_auto(&stored->dir);
	fd_close_auto(&stored->root);
	arena_done(&stored->arena);
	stored->dir = stored->root = -1;
}

int
store_remove(int root, int dir, const char *id, struct err *err)
{
	static const char *const files[] = { STORE_GATE, FILTER_KEPT,
		STORE_NOTIFY };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (unlinkat(dir, files[i], 0) < 0 && errno != ENOENT)
			return err_sys(err, "remove %s", files[i]);
	if (journal_remove(dir, err) < 0)
		return -1;
	if (unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(err, "remove state directory %s", id);
	return 0;
}

void
store_note(const struct oci_record *record, struct str *lines)
{
	journal_open_line(lines, JOURNAL_RECORD);
	record_format(record, lines);
	journal_close_line(lines);
}

/* A file without a record is what a power cut may leave of one that was never
 * flushed: as good as none, and delete --force takes it away. */
int
store_read(
	int dir, struct arena *arena, struct oci_record **out, struct err *err)
{
	struct err missing = { 0 };
	auto_free char *heap = NULL;
	const char *text;
	ssize_t len = journal_read(dir, JOURNAL_RECORD, &heap, &text, &missing);

	if (len == 0 || (len < 0 && missing.code == ENOENT))
		return unknown(err);
	if (len < 0)
		return err_take(err, &missing);
	return record_parse(arena, text, (size_t)len, out, err);
}

bool
store_has_record(int root, const char *id)
{
	char path[NAME_MAX + sizeof("/" JOURNAL_FILE)];

	snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, id);
	return faccessat(root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		(errno != ENOENT && errno != ENOTDIR);
}

void
store_free_names(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends a copy, with NULL behind it; the array grows by powers of two. */
static int
add_name(char ***names, size_t n, const char *name)
{
	char **moved = *names;

	if (n == 0 || ((n + 1) & n) == 0) {
		moved = realloc(*names, (2 * n + 2) * sizeof(*moved));
		if (!moved)
			return -1;
		*names = moved;
	}
	moved[n + 1] = NULL;
	moved[n] = strdup(name);
	return moved[n] ? 0 : -1;
}

static int
read_names(DIR *listing, char ***names)
{
	struct dirent *entry;
	size_t n = 0;

	while ((errno = 0, entry = readdir(listing))) {
		if (store_check_id(entry->d_name, NULL) < 0)
			continue;
		if (add_name(names, n, entry->d_name) < 0)
			return -1;
		n++;
	}
	if (errno)
		return -1;
	if (n)
		qsort(*names, n, sizeof(**names), by_name);
	return 0;
}

int
store_names(int root, char ***out, struct err *err)
{
	int copy = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);
	char **names = calloc(1, sizeof(*names));
	int result = -1;

	if (!listing && copy >= 0)
		close(copy);
	if (listing && names)
		result = read_names(listing, &names);
	if (result < 0) {
		err_sys(err, "list the containers");
		store_free_names(names);
	} else {
		*out = names;
	}
	if (listing)
		closedir(listing);
	return result;
}
