/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets and attaching. A target is resolved once, beneath the rootfs, and
 * the mount goes onto the descriptor: no name is looked up twice, so nothing
 * can be swapped between (CVE-2021-30465). The container's root itself is no
 * target: what is mounted on it would be in nobody's sight.
 */
#include "init/attach.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/*
 * procfs and sysfs go on real directories only, reached over no link: a link
 * would let an image choose what shows as /proc (CVE-2019-19921).
 */
static int
strict_target(struct init *init, const char *path, struct path_found *out,
	struct err *err)
{
	auto_fd fd = path_open(
		init->root, path, O_DIRECTORY, RESOLVE_NO_SYMLINKS, err);

	if (fd < 0 && errno == ENOENT) {
		auto_fd made = path_make(init->root, path, true, true, err);

		if (made < 0)
			return -1;
		fd = path_open(init->root, path, O_DIRECTORY,
			RESOLVE_NO_SYMLINKS, err);
	}
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_say(err, "it must be mounted on ordinary directory");
	if (fd < 0)
		return -1;
	if (fstat(fd, &out->st) < 0)
		return err_sys(err, "stat");
	return take_fd(&fd);
}

/*
 * What may be mounted on or below /proc is the plan's to say, and it knows
 * names alone: an image's link must not lead another target there
 * (CVE-2019-16884).
 */
static int
check_proc(int fd, const char *path, struct err *err)
{
	struct statfs fs;

	if (!strncmp(path, "/proc", 5) && (!path[5] || path[5] == '/'))
		return 0;
	if (fstatfs(fd, &fs) < 0)
		return err_sys(err, "statfs");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return 0;
	return err_say(err,
		"it leads into a proc filesystem: nothing can be mounted there");
}

int
attach_target(struct init *init, const char *path, bool directory,
	uint64_t flags, struct path_found *out, struct err *err)
{
	unsigned how = (directory ? PATH_DIRECTORY : 0) |
		(flags & PLAN_MOUNT_DEST_NOFOLLOW ? PATH_NOFOLLOW : 0);
	const struct stat *st = &out->st;
	auto_fd fd = -1;

	if (flags & PLAN_MOUNT_STRICT_DIR)
		fd = strict_target(init, path, out, err);
	else
		fd = path_make_found(init->root, path, how, out, err);
	if (fd < 0)
		return -1;
	if (file_is_same(st, &init->root_stat))
		return err_say(err,
			"the target is the container's root, on which nothing can be mounted");
	if (st->st_dev != init->root_stat.st_dev &&
		check_proc(fd, path, err) < 0)
		return -1;
	return take_fd(&fd);
}

int
attach_tree(int tree, int target, struct err *err)
{
	if (sys_move_mount(tree, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(err, "move_mount");
	return 0;
}

int
attach_propagation(int mount, uint64_t propagation, struct err *err)
{
	struct mount_attr attr = { .propagation =
					   propagation & ~(uint64_t)MS_REC };
	unsigned flags =
		AT_EMPTY_PATH | (propagation & MS_REC ? AT_RECURSIVE : 0);

	if (!attr.propagation)
		return 0;
	if (sys_mount_setattr(mount, "", flags, &attr) < 0)
		return err_sys(err, "set propagation");
	return 0;
}
