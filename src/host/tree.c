/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A detached tree is made by open_tree(2) and finished by at most two calls
 * of mount_setattr(2): one for the whole tree (rro, rslave, ridmap), one for
 * the mount on top (ro, slave, idmap), which wins. When the tree is a single
 * mount, both are one. Nothing here changes a mount that anybody else sees.
 *
 * In a user namespace the kernel locks the flags of mounts that came from
 * outside: what only asks to keep them is fine, what would clear one is
 * refused with EPERM, and the message then says which.
 */
#include "host/tree.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

static const struct {
	uint64_t attr;
	unsigned long flag; /* of statvfs */
	const char *word;
} flags[] = {
	{ MOUNT_ATTR_RDONLY, ST_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, ST_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, ST_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, ST_NOEXEC, "noexec" },
};

/* Filesystems that are met as sources and may lack id-mapped mounts. */
static const struct {
	long magic;
	const char *name;
} filesystems[] = {
	{ NFS_SUPER_MAGIC, "nfs" },
	{ CIFS_SUPER_MAGIC, "cifs" },
	{ SMB2_SUPER_MAGIC, "cifs" },
	{ FUSE_SUPER_MAGIC, "fuse" },
	{ V9FS_MAGIC, "9p" },
	{ PROC_SUPER_MAGIC, "proc" },
	{ SYSFS_MAGIC, "sysfs" },
	{ CGROUP2_SUPER_MAGIC, "cgroup2" },
	{ DEVPTS_SUPER_MAGIC, "devpts" },
	{ NSFS_MAGIC, "nsfs" },
	{ SQUASHFS_MAGIC, "squashfs" },
	{ MSDOS_SUPER_MAGIC, "vfat" },
	{ ISOFS_SUPER_MAGIC, "iso9660" },
	{ OVERLAYFS_SUPER_MAGIC, "overlay" },
	{ TMPFS_MAGIC, "tmpfs" },
	{ EXT4_SUPER_MAGIC, "ext4" },
	{ XFS_SUPER_MAGIC, "xfs" },
	{ BTRFS_SUPER_MAGIC, "btrfs" },
};

/* Which of the flags that should go are held by the kernel. */
static int
explain_locked(int tree, const struct mount_attr *attr, struct err *err)
{
	auto_str words = { 0 };
	struct statvfs vfs;

	if (fstatvfs(tree, &vfs) < 0)
		vfs.f_flag = 0;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if ((attr->attr_clr & flags[i].attr) &&
			(vfs.f_flag & flags[i].flag))
			str_addf(&words, "%s%s", words.len ? ", " : "",
				flags[i].word);
	if (!words.len && (attr->attr_clr & MOUNT_ATTR__ATIME))
		str_add(&words, "its atime rule");
	if (words.broken || !words.len)
		return err_code(err, EPERM, "set mount attributes");
	return err_say(err,
		"its mount has %s locked: a mount that comes from outside a user namespace keeps it",
		words.data);
}

/* EINVAL is what a filesystem without FS_ALLOW_IDMAP answers. */
static int
explain_idmap(int tree, int code, struct err *err)
{
	struct statfs fs;

	if (code == EPERM)
		return err_say(err,
			"it cannot be id-mapped here: that needs CAP_SYS_ADMIN over its filesystem, or it "
			"is id-mapped already");
	if (code != EINVAL || fstatfs(tree, &fs) < 0)
		return err_code(err, code, "set id map");
	for (size_t i = 0; i < sizeof(filesystems) / sizeof(filesystems[0]);
		i++)
		if ((long)fs.f_type == filesystems[i].magic)
			return err_say(err,
				"this kernel has no id-mapped mounts of filesystem %s, on which it lies",
				filesystems[i].name);
	return err_say(err,
		"this kernel has no id-mapped mounts of filesystem type 0x%lx, on which it lies",
		(unsigned long)fs.f_type);
}

/* One mount_setattr; depth is AT_RECURSIVE or 0. Nothing asked: nothing done.
 */
static int
change(int tree, unsigned depth, struct mount_attr *attr, struct err *err)
{
	if (!attr->attr_set && !attr->attr_clr && !attr->propagation)
		return 0;
	/* The kinds of atime are values, not bits: one replaces another. */
	if ((attr->attr_set | attr->attr_clr) & MOUNT_ATTR__ATIME)
		attr->attr_clr |= MOUNT_ATTR__ATIME;
	if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | depth, attr) == 0)
		return 0;
	if (attr->attr_set & MOUNT_ATTR_IDMAP)
		return explain_idmap(tree, errno, err);
	if (errno == EPERM)
		return explain_locked(tree, attr, err);
	return err_sys(err, "set mount attributes");
}

/* What the mount on top asks for, over what the whole tree asks for. */
static void
merge(struct mount_attr *all, const struct mount_attr *top)
{
	all->attr_set = (all->attr_set & ~top->attr_clr) | top->attr_set;
	all->attr_clr = (all->attr_clr & ~top->attr_set) | top->attr_clr;
	if (top->propagation)
		all->propagation = top->propagation;
	if (top->attr_set & MOUNT_ATTR_IDMAP)
		all->userns_fd = top->userns_fd;
}

int
tree_dress(
	int tree, const struct plan_source *source, int userns, struct err *err)
{
	struct mount_attr all = { .attr_set = source->attr_set_all,
		.attr_clr = source->attr_clear_all };
	struct mount_attr top = { .attr_set = source->attr_set,
		.attr_clr = source->attr_clear };
	struct mount_attr *kin = source->propagation & MS_REC ? &all : &top;
	struct mount_attr *mapped = source->idmap_recursive ? &all : &top;

	kin->propagation = source->propagation & ~(uint64_t)MS_REC;
	if (userns >= 0) {
		mapped->attr_set |= MOUNT_ATTR_IDMAP;
		mapped->userns_fd = (uint64_t)userns;
	}
	if (!source->recursive) {
		merge(&all, &top);
		return change(tree, 0, &all, err);
	}
	if (change(tree, AT_RECURSIVE, &all, err) < 0)
		return -1;
	return change(tree, 0, &top, err);
}

int
tree_clone(int dir, const char *path, const struct plan_source *source,
	struct err *err)
{
	/* One walk of the path; what it finds is pinned by the descriptor. */
	unsigned how = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int tree;

	if (*path == '\0')
		how |= AT_EMPTY_PATH;
	if (source->recursive)
		how |= AT_RECURSIVE;
	if (source->nofollow)
		how |= AT_SYMLINK_NOFOLLOW;
	tree = sys_open_tree(dir, path, how);
	if (tree >= 0)
		return tree;
	if (errno == EINVAL && !source->recursive)
		return err_say(err,
			"open_tree: it cannot be bound without the mounts below it, which are locked in a "
			"user namespace (rbind takes them along), or it is unbindable");
	/* "bind source /x: not there": the caller names the path. */
	if (errno == ENOENT)
		return err_code(err, ENOENT, "%s", "");
	return err_sys(err, "open_tree");
}
