/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving a cgroup to the user of a container that manages cgroups itself
 * [138-141]: its directory and those files that the kernel names as harmless
 * in /sys/kernel/cgroup/delegate, and nothing else. The limits stay root's.
 * And making one for it below the limits.
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST "/sys/kernel/cgroup/delegate"

/* Where the kernel has no list [140]. */
static const char usual[] =
	"cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

int
cgroup_delegate(const struct cgroup *cgroup, uid_t uid, struct err *err)
{
	char text[4096];

	/* whoever makes it has it, and an ordinary user can give nothing away
	 */
	if (cgroup->fd < 0 || uid == geteuid() || geteuid() != 0)
		return 0;
	if (file_read(AT_FDCWD, LIST, text, sizeof(text), NULL) <= 0)
		memcpy(text, usual, sizeof(usual));
	if (fchown(cgroup->fd, uid, (gid_t)-1) < 0)
		return err_sys(
			err, "give cgroup %s to user %u", cgroup->path, uid);
	for (char *file = text; *file;) {
		size_t len = strcspn(file, "\n");
		bool more = file[len] == '\n';

		file[len] = '\0';
		/* a file that this cgroup has not is no failure [139] */
		if (len && !strchr(file, '/') &&
			fchownat(cgroup->fd, file, uid, (gid_t)-1,
				AT_SYMLINK_NOFOLLOW) < 0 &&
			errno != ENOENT)
			return err_sys(err, "give %s of cgroup %s to user %u",
				file, cgroup->path, uid);
		file += len + more;
	}
	return 0;
}

/* All controllers for what is inside; one that cannot be shared out now (cpu
 * with realtime processes) is one that the container has not. */
static void
share_controllers(int dir)
{
	char text[512], word[80];

	if (file_read(dir, "cgroup.controllers", text, sizeof(text), NULL) <= 0)
		return;
	for (char *rest = text, *name; (name = strsep(&rest, " \n"));) {
		if (!*name)
			continue;
		snprintf(word, sizeof(word), "+%.70s", name);
		file_write(dir, "cgroup.subtree_control", word, NULL);
	}
}

/* Who keeps the outer one has to leave it before it shares out anything. */
static int
move_keeper(const struct cgroup *cgroup, int dir, struct err *err)
{
	char pid[16];

	if (cgroup->keeper.pid <= 0)
		return 0;
	snprintf(pid, sizeof(pid), "%d", (int)cgroup->keeper.pid);
	return file_write(dir, "cgroup.procs", pid, err);
}

int
cgroup_make_inside(const struct cgroup *cgroup, const char *name,
	struct cgroup *out, struct err *err)
{
	auto_free char *path = NULL;
	auto_fd dir = -1;

	if (asprintf(&path, "%s/%s", cgroup->path, name) < 0)
		return err_code(err, ENOMEM, "cgroup %s", name);
	if (mkdirat(cgroup->fd, name, 0755 | CGROUP_FILES_OURS) < 0)
		return err_sys(err, "make cgroup %s", path);
	dir = openat(cgroup->fd, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || move_keeper(cgroup, dir, err) < 0) {
		if (dir < 0)
			err_sys(err, "open cgroup %s", path);
		unlinkat(cgroup->fd, name, AT_REMOVEDIR);
		return -1;
	}
	share_controllers(cgroup->fd);
	*out = (struct cgroup){
		.path = take_ptr(&path), .fd = take_fd(&dir), .made = true
	};
	return 0;
}
