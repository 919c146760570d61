/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree copied by descriptors. Each entry is opened without following a link
 * and looked at again after opening; nothing is opened but directories and
 * regular files. A file is made with no rights, filled, and gets owner, mode,
 * extended attributes and times in that order (a change of owner takes
 * set-user-ID bits and capabilities away, and writing changes times). The
 * source is never written to. Depth is bounded: each level holds two
 * descriptors.
 */
#include "init/copyup.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "init/init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEPTH_MAX 128
#define VALUE_MAX ((size_t)64 << 10) /* XATTR_SIZE_MAX, XATTR_LIST_MAX */
#define ENTRIES   2048

struct copy {
	char *names, *value; /* VALUE_MAX bytes each */
	unsigned depth;
};

/* One entry of the directory from, to be made in the directory to. */
struct item {
	int from, to;
	const char *name;
	struct stat st;
};

/* As the kernel's struct linux_dirent64. */
struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

static int copy_dir(struct copy *copy, int from, int to, struct err *err);

/* What the tmpfs cannot hold (a namespace of attributes, none at all) is left.
 */
static int
copy_xattrs(struct copy *copy, int from, int to, struct err *err)
{
	ssize_t len = flistxattr(from, copy->names, VALUE_MAX), n;

	if (len < 0)
		return errno == EOPNOTSUPP ? 0
					   : err_sys(err, "list attributes");
	for (char *name = copy->names; name < copy->names + len;
		name += strlen(name) + 1) {
		n = fgetxattr(from, name, copy->value, VALUE_MAX);
		if (n < 0 || fsetxattr(to, name, copy->value, (size_t)n, 0) < 0)
			if (errno != EOPNOTSUPP && errno != ENODATA &&
				errno != EPERM)
				return err_sys(err, "attribute %s", name);
	}
	return 0;
}

static int
copy_metadata(struct copy *copy, int from, int to, const struct stat *st,
	struct err *err)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	/* EINVAL: an owner that is not mapped in this user namespace. */
	if (fchown(to, st->st_uid, st->st_gid) < 0 && errno != EINVAL)
		return err_sys(err, "chown");
	if (fchmod(to, st->st_mode & 07777) < 0)
		return err_sys(err, "chmod");
	if (copy_xattrs(copy, from, to, err) < 0)
		return -1;
	if (futimens(to, times) < 0)
		return err_sys(err, "set times");
	return 0;
}

static int
copy_file(struct copy *copy, const struct item *item, struct err *err)
{
	auto_fd from = openat(item->from, item->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_fd to = openat(item->to, item->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	struct stat now;
	ssize_t n;

	if (from < 0 || to < 0 || fstat(from, &now) < 0)
		return err_sys(err, "open");
	if (!S_ISREG(now.st_mode) || !file_is_same(&now, &item->st))
		return err_say(err, "it changes while it is copied");
	do
		n = sendfile(to, from, NULL, (size_t)1 << 30);
	while (n > 0);
	if (n < 0)
		return err_sys(err, "copy");
	return copy_metadata(copy, from, to, &now, err);
}

/* Made closed, filled, and only then given its owner, mode and times. */
static int
copy_subdir(struct copy *copy, const struct item *item, struct err *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	auto_fd from = openat(item->from, item->name, flags);
	auto_fd to = -1;
	struct stat st;

	if (from < 0 || fstat(from, &st) < 0 ||
		mkdirat(item->to, item->name, 0700) < 0)
		return err_sys(err, "make");
	to = openat(item->to, item->name, flags);
	if (to < 0)
		return err_sys(err, "open");
	if (copy_dir(copy, from, to, err) < 0)
		return -1;
	return copy_metadata(copy, from, to, &st, err);
}

/* The link's text, whatever it points at. */
static int
copy_link(struct copy *copy, const struct item *item, struct err *err)
{
	ssize_t len =
		readlinkat(item->from, item->name, copy->value, VALUE_MAX - 1);

	if (len < 0)
		return err_sys(err, "read the link");
	copy->value[len] = '\0';
	return symlinkat(copy->value, item->to, item->name) < 0
		? err_sys(err, "symlink")
		: 0;
}

/* Links and special files, which are never opened: by name, in a tmpfs that
 * nobody else can see yet. */
static int
copy_special(struct copy *copy, const struct item *item, struct err *err)
{
	const struct stat *st = &item->st;
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (S_ISLNK(st->st_mode)) {
		if (copy_link(copy, item, err) < 0)
			return -1;
	} else if (mknodat(item->to, item->name, st->st_mode, st->st_rdev) <
		0) {
		return err_sys(err, "mknod");
	}
	if (fchownat(item->to, item->name, st->st_uid, st->st_gid,
		    AT_SYMLINK_NOFOLLOW) < 0 &&
		errno != EINVAL)
		return err_sys(err, "chown");
	if (!S_ISLNK(st->st_mode) &&
		fchmodat(item->to, item->name, st->st_mode & 07777, 0) < 0)
		return err_sys(err, "chmod");
	if (utimensat(item->to, item->name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "set times");
	return 0;
}

static int
copy_entry(
	struct copy *copy, int from, int to, const char *name, struct err *err)
{
	struct item item = { .from = from, .to = to, .name = name };
	int ret;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (fstatat(from, name, &item.st, AT_SYMLINK_NOFOLLOW) < 0)
		ret = err_sys(err, "stat");
	else if (S_ISDIR(item.st.st_mode))
		ret = copy_subdir(copy, &item, err);
	else if (S_ISREG(item.st.st_mode))
		ret = copy_file(copy, &item, err);
	else
		ret = copy_special(copy, &item, err);
	return ret < 0 ? err_in(err, "%s", name) : 0;
}

/* The kernel's own call: a libc's DIR would bring an allocator along. */
static int
copy_dir(struct copy *copy, int from, int to, struct err *err)
{
	_Alignas(struct entry) char entries[ENTRIES];
	long n;

	if (++copy->depth > DEPTH_MAX)
		return err_say(err, "more than %d directories deep", DEPTH_MAX);
	while ((n = syscall(SYS_getdents64, from, entries, sizeof(entries))) >
		0) {
		for (long at = 0; at < n;) {
			const struct entry *entry =
				(const void *)(entries + at);

			if (copy_entry(copy, from, to, entry->name, err) < 0)
				return -1;
			at += entry->len;
		}
	}
	copy->depth--;
	return n < 0 ? err_sys(err, "read the directory") : 0;
}

/*
 * A copy of the mounts on which no device can be opened: between the look at an
 * entry and its opening somebody else may put one there, and the container's
 * rules of devices do not hold yet. Mounts that may not be copied are what they
 * are.
 */
static int
open_harmless(int from)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV };
	unsigned flags = AT_EMPTY_PATH | AT_RECURSIVE;
	auto_fd tree = sys_open_tree(
		from, "", flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0 || sys_mount_setattr(tree, "", flags, &attr) < 0)
		return fcntl(from, F_DUPFD_CLOEXEC, 0);
	return take_fd(&tree);
}

int
copyup_run(int from, int to, unsigned keep, struct err *err)
{
	/* Held to the end: with the descriptor the copy would end. */
	auto_fd tree = open_harmless(from);
	/* Both may be O_PATH descriptors; reading needs real ones. */
	auto_fd source = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd copied = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct copy copy = { .names = init_memory(2 * VALUE_MAX, err) };
	struct stat st;

	if (!copy.names)
		return -1;
	copy.value = copy.names + VALUE_MAX;
	if (source < 0 || copied < 0 || fstat(source, &st) < 0)
		return err_sys(err, "open");
	if (copy_dir(&copy, source, copied, err) < 0)
		return -1;
	if (keep & COPYUP_ALL)
		return 0;
	/* chown(2) leaves what is -1. */
	if (keep & COPYUP_UID)
		st.st_uid = (uid_t)-1;
	if (keep & COPYUP_GID)
		st.st_gid = (gid_t)-1;
	return copy_metadata(&copy, source, copied, &st, err);
}
