/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The note is an extended attribute, which cgroups keep as long as they live
 * (systemd has such notes, too). Of several creators that find the same
 * cgroup without an owner one removes it: the lock is the old directory's, and
 * who has it second finds another one at the path, or none. A cgroup is always
 * made anew and never taken over: limits of the old one may be in its files.
 */
#include "host/cgroup_owner.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup.h"
#include "host/cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOTE "user.scrim.owner"

#define LOCK_TRIES   200
#define LOCK_WAIT_MS 10

void
cgroup_owner_note(int dir, const char *owner)
{
	if (owner)
		fsetxattr(dir, NOTE, owner, strlen(owner), 0);
}

/* Heap, "" where there is none; a note that grows meanwhile is none. */
static char *
read_note(int dir)
{
	ssize_t len = fgetxattr(dir, NOTE, NULL, 0);
	char *owner = calloc(1, len > 0 ? (size_t)len + 1 : 1);

	if (owner && len > 0 && fgetxattr(dir, NOTE, owner, (size_t)len) != len)
		owner[0] = '\0';
	return owner;
}

/* Only what is surely not there is gone; without a note nobody knows. */
static bool
is_gone(int dir, const char *own)
{
	auto_free char *owner = read_note(dir);

	if (!owner || owner[0] != '/')
		return false;
	if (own && strcmp(owner, own) == 0)
		return true;
	return faccessat(AT_FDCWD, owner, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT;
}

/* Creators hold it for a moment; anybody who may open the directory, an
 * ordinary user or another container, can hold it for ever. */
static int
lock(int dir, const char *path, struct err *err)
{
	for (int tries = 0; flock(dir, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "lock cgroup %s", path);
		if (tries == LOCK_TRIES)
			return err_say(err,
				"cgroup %s exists already, and somebody keeps it locked",
				path);
		poll(NULL, 0, LOCK_WAIT_MS);
	}
	return 0;
}

int
cgroup_owner_clear(
	int root, int dir, const char *path, const char *own, struct err *err)
{
	if (!is_gone(dir, own))
		return 0;
	if (lock(dir, path, err) < 0)
		return -1;
	/* The one that was looked at, and not its successor. */
	if (!fd_is_at(dir, root, path + 1, AT_SYMLINK_NOFOLLOW))
		return 1;
	if (cgroup_files_event(dir, "populated") != 0)
		return 0;
	return cgroup_remove(path, 0, err) < 0 ? -1 : 1;
}
