/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths hidden and paths made read-only. A file is hidden by the null device,
 * a directory by one empty directory, both detached mounts that scrim has
 * made and verified on the host: nothing inside is trusted for it
 * (CVE-2025-31133), and all masks share the two. The first mask attaches the
 * tree itself and the others are clones of it (before Linux 6.15 only an
 * attached tree can be cloned). A path that does not exist needs neither.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "init/attach.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens it, or returns -2 where there is nothing. */
static int
open_existing(struct init *init, const char *path, struct err *err)
{
	int fd = path_open(init->root, path, 0, 0, err);

	return fd < 0 && (errno == ENOENT || errno == ENOTDIR) ? -2 : fd;
}

int
masks_hide(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd path = open_existing(init, init_text(init, step, 0), err);
	auto_fd clone = -1;
	uint32_t slot;
	struct stat st;
	int *mask;

	if (path < 0)
		return path == -2 ? 0 : -1;
	if (fstat(path, &st) < 0)
		return err_sys(err, "stat");
	mask = &init->masks[S_ISDIR(st.st_mode) ? 1 : 0];
	if (*mask < 0) {
		slot = S_ISDIR(st.st_mode) ? (uint32_t)step->number[0]
					   : (uint32_t)step->slot;
		*mask = slots_take(init, slot, err);
		return *mask < 0 ? -1 : attach_tree(*mask, path, err);
	}
	clone = sys_open_tree(
		*mask, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (clone < 0)
		return err_sys(err, "clone the mask");
	return attach_tree(clone, path, err);
}

int
masks_freeze(struct init *init, const struct plan_step *step, struct err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	unsigned flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
		AT_RECURSIVE;
	auto_fd path = open_existing(init, init_text(init, step, 0), err);
	auto_fd tree = -1;

	if (path < 0)
		return path == -2 ? 0 : -1;
	tree = sys_open_tree(path, "", flags);
	if (tree < 0)
		return err_sys(err, "clone what is mounted there");
	if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) <
		0)
		return err_sys(err, "make it read-only");
	return attach_tree(tree, path, err);
}
