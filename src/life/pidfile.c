/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines watch for the file and read it the moment it appears, with a parser
 * that takes no newline: so it gets its name when it is whole, and whoever is
 * killed before leaves nothing. Where there is a file of that name already, or
 * a filesystem knows no files without one, it is written as .NAME and renamed.
 * The directory is opened once. A failure leaves no file of either name that
 * was not there before.
 */
#include "life/pidfile.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What follows the directory part. */
static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The directory part, opened. */
static int
open_parent(const char *path)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	const char *name = name_of(path);
	auto_free char *parent = NULL;

	if (name == path)
		return openat(AT_FDCWD, ".", flags);
	parent =
		strndup(path, name == path + 1 ? 1 : (size_t)(name - path - 1));
	return parent ? openat(AT_FDCWD, parent, flags) : -1;
}

/* No newline, no sign, no zero in front: strconv.Atoi and its like read it. */
static int
write_digits(int file, pid_t pid, struct err *err)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%d", pid);

	return fd_write(file, digits, (size_t)len, err);
}

int
pidfile_open(struct pidfile *pidfile, const char *path, struct err *err)
{
	auto_fd dir = open_parent(path), file = -1;

	if (dir < 0)
		return err_sys(err, "pid file %s", path);
	file = openat(dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	if (file < 0 && errno != EOPNOTSUPP && errno != EISDIR)
		return err_sys(err, "pid file %s: open", path);
	*pidfile =
		(struct pidfile){ take_fd(&dir), take_fd(&file), path, false };
	return 0;
}

/* 1: done, 0: not possible here. */
static int
name_it(const struct pidfile *pidfile, pid_t pid, struct err *err)
{
	char link[32];

	if (pidfile->file < 0)
		return 0;
	if (write_digits(pidfile->file, pid, err) < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", pidfile->file);
	if (linkat(AT_FDCWD, link, pidfile->dir, name_of(pidfile->path),
		    AT_SYMLINK_FOLLOW) == 0)
		return 1;
	return errno == EEXIST ? 0 : err_sys(err, "link");
}

/* What stands there already, left by a process that was killed or put there by
 * somebody else, is never written to: it may be a pipe, or another's file. */
static int
write_hidden(int dir, const char *hidden, pid_t pid, struct err *err)
{
	auto_fd file = -1;

	unlinkat(dir, hidden, 0);
	file = openat(dir, hidden,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (file < 0)
		return err_sys(err, "open");
	return write_digits(file, pid, err);
}

/* As atomic as a link, but for a moment .NAME can be seen, and it is left where
 * this process is killed then. */
static int
write_renamed(int dir, const char *name, pid_t pid, struct err *err)
{
	auto_free char *hidden = NULL;

	if (asprintf(&hidden, ".%s", name) < 0)
		return err_code(err, ENOMEM, "name");
	if (write_hidden(dir, hidden, pid, err) == 0) {
		if (renameat(dir, hidden, dir, name) == 0)
			return 0;
		err_sys(err, "rename");
	}
	unlinkat(dir, hidden, 0);
	return -1;
}

int
pidfile_put(struct pidfile *pidfile, pid_t pid, struct err *err)
{
	int result = name_it(pidfile, pid, err);

	if (result == 0)
		result = write_renamed(
			pidfile->dir, name_of(pidfile->path), pid, err);
	pidfile->named = result >= 0;
	return result < 0 ? err_in(err, "pid file %s", pidfile->path) : 0;
}

void
pidfile_remove(const struct pidfile *pidfile)
{
	if (pidfile->named)
		unlinkat(pidfile->dir, name_of(pidfile->path), 0);
}

void
pidfile_close(struct pidfile *pidfile)
{
	fd_close_auto(&pidfile->file);
	fd_close_auto(&pidfile->dir);
}

int
pidfile_write(
	struct pidfile *pidfile, const char *path, pid_t pid, struct err *err)
{
	int result = pidfile_open(pidfile, path, err);

	return result < 0 ? -1 : pidfile_put(pidfile, pid, err);
}
