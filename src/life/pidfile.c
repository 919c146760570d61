/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines watch for the file and read it the moment it appears, with a parser
 * that takes no newline: so it is written under the name .NAME beside its
 * place and renamed. The directory is opened once. A failure leaves no file
 * of either name that was not there before.
 */
#include "life/pidfile.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The directory part of path, opened; *out_name is what follows it. */
static int
open_parent(const char *path, const char **out_name)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	const char *slash = strrchr(path, '/');
	auto_free char *parent = NULL;

	*out_name = slash ? slash + 1 : path;
	if (!slash)
		return open(".", flags);
	parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	return parent ? open(parent, flags) : -1;
}

static int
write_new(int dir, const char *name, pid_t pid, struct err *err)
{
	auto_fd file = openat(dir, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%d", pid);

	if (file < 0)
		return err_sys(err, "open");
	return fd_write(file, digits, (size_t)len, err);
}

int
pidfile_write(const char *path, pid_t pid, struct err *err)
{
	const char *name;
	auto_fd dir = open_parent(path, &name);
	auto_free char *hidden = NULL;
	int result;

	if (dir < 0)
		return err_sys(err, "pid file %s", path);
	if (asprintf(&hidden, ".%s", name) < 0)
		return err_code(err, ENOMEM, "pid file %s", path);
	result = write_new(dir, hidden, pid, err);
	if (result == 0 && renameat(dir, hidden, dir, name) < 0)
		result = err_sys(err, "rename");
	if (result == 0)
		return 0;
	unlinkat(dir, hidden, 0);
	return err_in(err, "pid file %s", path);
}
