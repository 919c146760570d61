/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scrim has prepared on the host: a detached tree with its attributes,
 * id map and propagation set. Here it only finds its place. The target's kind
 * follows the tree's: a directory for a directory, a file for all else. A
 * link that copy-symlink asks for is made again instead.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "init/attach.h"
#include "init/devices.h"
#include "init/slots.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* size: of its text, as stat(2) has it. */
static int
copy_link(struct init *init, const char *path, int link, size_t size,
	struct err *err)
{
	char *text = init_memory(size + 2, err);
	const char *name;
	auto_fd parent = -1;
	ssize_t len;

	if (!text)
		return -1;
	len = readlinkat(link, "", text, size + 1);
	if (len < 0 || (size_t)len > size)
		return err_sys(err, "read the link");
	parent = path_parent(init->root, path, &name, err);
	if (parent < 0)
		return -1;
	return devices_symlink(parent, name, text, false, err);
}

int
binds_make(struct init *init, const struct plan_step *step, struct err *err)
{
	const char *path = init_text(init, step, 0);
	auto_fd tree = slots_take(init, (uint32_t)step->slot, err);
	auto_fd target = -1;
	struct path_found found;
	struct stat st;

	if (tree < 0)
		return -1;
	if (fstat(tree, &st) < 0)
		return err_sys(err, "stat the source");
	if (S_ISLNK(st.st_mode) && (step->number[2] & PLAN_MOUNT_OVER_LINK))
		return copy_link(init, path, tree, (size_t)st.st_size, err);
	target = attach_target(
		init, path, S_ISDIR(st.st_mode), step->number[2], &found, err);
	if (target < 0)
		return -1;
	if (attach_tree(tree, target, err) < 0)
		return -1;
	return inside_note(init, tree, err);
}
