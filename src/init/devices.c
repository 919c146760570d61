/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device nodes, the host's nodes bound in their place, and the links beside
 * them. All go into a directory descriptor, by *at() calls that follow no
 * link. /dev has to be a directory of the container: an image that makes it
 * a link gets an error, not nodes elsewhere (CVE-2026-41579). What stands at
 * the path already may stay when it is the very same; else it is an error,
 * and nothing is ever replaced.
 */
#include "init/devices.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "init/attach.h"
#include "init/init.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The container's own /dev: a link in its place is not followed, wherever it
 * leads. */
static int
open_dev(const struct init *init, struct err *err)
{
	unsigned resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS;
	int flags = O_PATH | O_DIRECTORY;
	int dev = sys_openat2(init->root, "/dev", flags, 0, resolve);

	/* A rootfs may be empty but for the program. */
	if (dev < 0 && errno == ENOENT && mkdirat(init->root, "dev", 0755) == 0)
		dev = sys_openat2(init->root, "/dev", flags, 0, resolve);
	if (dev < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_say(err,
			"/dev is not a directory of the container: "
			"nothing is made through a link");
	return dev < 0 ? err_sys(err, "open /dev") : dev;
}

/* Below /dev resolution starts at that directory: links in it lead no further
 * up than to itself. */
static int
open_parent(struct init *init, const char *path, const char **out_name,
	struct err *err)
{
	auto_fd dev = -1;

	if (strncmp(path, "/dev/", 5) != 0)
		return path_parent(init->root, path, out_name, err);
	dev = open_dev(init, err);
	if (dev < 0)
		return -1;
	if (strchr(path + 5, '/'))
		return path_parent(dev, path + 4, out_name, err);
	*out_name = path + 5;
	return take_fd(&dev);
}

int
devices_parent(struct init *init, const char *path, const char **out_name,
	struct err *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	int dir;

	/* A dozen nodes and links go into one directory. */
	if (init->dir >= 0 && len && len == init->dir_len &&
		!memcmp(path, init->dir_path, len)) {
		*out_name = slash + 1;
		return init->dir;
	}
	dir = open_parent(init, path, out_name, err);
	if (dir < 0)
		return -1;
	fd_close_auto(&init->dir);
	init->dir = dir;
	init->dir_path = path;
	init->dir_len = len;
	return dir;
}

/* Of dir itself where name is empty. */
static int
check_node(int dir, const char *name, const struct plan_step *step,
	struct err *err)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return err_sys(err, "stat");
	if ((st.st_mode & S_IFMT) != (step->number[0] & S_IFMT))
		return err_say(err, "another kind of file is there already");
	if (!S_ISFIFO(st.st_mode) && st.st_rdev != (dev_t)step->number[1])
		return err_say(err, "device %u:%u is there already, not %u:%u",
			major(st.st_rdev), minor(st.st_rdev),
			major((dev_t)step->number[1]),
			minor((dev_t)step->number[1]));
	return 0;
}

/* By descriptor and only after another look: the name may be another's now. */
static int
give_away(int dir, const char *name, const struct plan_step *step,
	struct err *err)
{
	auto_fd node = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (node < 0)
		return err_sys(err, "open the new node");
	if (check_node(node, "", step, err) < 0)
		return -1;
	if (fchownat(node, "", (uid_t)step->number[2], (gid_t)step->number[3],
		    AT_EMPTY_PATH) < 0)
		return err_sys(err, "chown to %u:%u", (uid_t)step->number[2],
			(gid_t)step->number[3]);
	return 0;
}

int
devices_make(struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name;
	int dir = devices_parent(init, init_text(init, step, 0), &name, err);

	if (dir < 0)
		return -1;
	if (mknodat(dir, name, (mode_t)step->number[0],
		    (dev_t)step->number[1]) < 0) {
		if (errno == EEXIST)
			return check_node(dir, name, step, err);
		/* The container's own rules come later: what denies it here
		 * lies outside, as in a cgroup that an engine has closed. */
		if (errno != EPERM)
			return err_sys(err, "mknod");
		return err_sys(err,
			"mknod (CAP_MKNOD is missing, or a cgroup "
			"above forbids it)");
	}
	if (step->number[2] || step->number[3])
		return give_away(dir, name, step, err);
	return 0;
}

int
devices_place(int dir, const char *name, struct err *err)
{
	int fd = openat(dir, name,
		O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct stat st;

	if (fd < 0 && errno != EEXIST)
		return err_sys(err, "create");
	fd_close_auto(&fd);
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open");
	if (fstat(fd, &st) < 0 || S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode)) {
		close(fd);
		return err_say(err, "a link or a directory is there already");
	}
	return fd;
}

/* What scrim has opened and verified as a device is looked at once more. */
int
devices_bind(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd tree = slots_take(init, (uint32_t)step->slot, err);
	auto_fd place = -1;
	const char *name;
	struct stat st;
	int dir;

	if (tree < 0)
		return -1;
	if (fstat(tree, &st) < 0 ||
		(!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return err_say(err, "slot %d is not a device", step->slot);
	dir = devices_parent(init, init_text(init, step, 0), &name, err);
	if (dir < 0)
		return -1;
	place = devices_place(dir, name, err);
	if (place < 0)
		return -1;
	return attach_tree(tree, place, err);
}

/*
 * A ptmx node is as good as the link: since Linux 4.7 it finds the devpts that
 * is mounted beside it.
 */
static bool
is_ptmx(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISCHR(st.st_mode) && st.st_rdev == makedev(5, 2);
}

int
devices_symlink(int dir, const char *name, const char *target, bool may_stay,
	struct err *err)
{
	size_t len = strlen(target);
	char *found;

	if (symlinkat(target, dir, name) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, "symlink to %s", target);
	if (may_stay || is_ptmx(dir, name))
		return 0;
	found = init_memory(len + 1, err);
	if (!found)
		return -1;
	if (readlinkat(dir, name, found, len + 1) != (ssize_t)len ||
		memcmp(found, target, len) != 0)
		return err_say(
			err, "it exists and is not a link to %s", target);
	return 0;
}

int
devices_link(struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name;
	int dir = devices_parent(init, init_text(init, step, 0), &name, err);

	if (dir < 0)
		return -1;
	return devices_symlink(
		dir, name, init_text(init, step, 1), step->number[0], err);
}
