/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving a cgroup to the user of a container that manages cgroups itself
 * [138-141]: its directory and those files that the kernel names as harmless
 * in /sys/kernel/cgroup/delegate, and nothing else. The limits stay root's.
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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
