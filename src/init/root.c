/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rootfs: cut off from the host's propagation, attached as the detached
 * tree that scrim opened, then entered as the new "/". Its descriptor stays
 * the one root beneath which every target is resolved until all mounts are
 * made; the last of them is the root's own, read-only or shared. The host's
 * tree is gone from sight after root_enter(), and is never opened by a path
 * again, nor before but for the place where the rootfs is attached.
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
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Out of the caller's chroot, to the root of the (own) mount namespace: its
 * top is no mount, and only of a mount can propagation be set or the root be
 * exchanged (pivot_root(2)). Joining the namespace one is in does just that.
 */
static int
leave_chroot(struct err *err)
{
	auto_fd self = sys_pidfd_open(getpid(), 0);

	if (self < 0 || setns(self, CLONE_NEWNS) < 0)
		return err_sys(err, "leave the caller's chroot");
	return 0;
}

static int
set_propagation(uint64_t propagation)
{
	return sys_mount(
		NULL, "/", NULL, (unsigned long)propagation | MS_REC, NULL);
}

int
root_isolate(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd root = -1;

	if (set_propagation(step->number[0]) == 0)
		return 0;
	/* EINVAL: "/" is not a mount. Paths to come are the chroot's still. */
	if (errno != EINVAL)
		return err_sys(err, "set the propagation of /");
	init->chrooted = true;
	root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open /");
	if (leave_chroot(err) < 0)
		return -1;
	if (set_propagation(step->number[0]) < 0)
		return err_sys(err, "set the propagation of /");
	if (fchdir(root) < 0 || chroot(".") < 0)
		return err_sys(err, "return to the caller's chroot");
	return 0;
}

/* Whether the plan enters without a mount namespace made for the container. */
static bool
is_guest(const struct init *init)
{
	const struct plan_step *enter = init_find(init, OP_ENTER);

	return enter && enter->number[0] == PLAN_ENTER_CHROOT;
}

int
root_attach(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd tree = slots_take(init, (uint32_t)step->slot, err);
	auto_fd target = -1;
	struct stat st;

	if (tree < 0)
		return -1;
	if (fstat(tree, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_say(err, "the rootfs is not a directory");
	target = openat(AT_FDCWD, init_text(init, step, 0),
		O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		return err_sys(err, "open");
	if (attach_tree(tree, target, err) < 0)
		return -1;
	/* On a shared mount of others it became shared itself. Their mounts are
	 * not touched, but ours below must not show among them. */
	if (is_guest(init) &&
		attach_propagation(tree, MS_PRIVATE | MS_REC, err) < 0)
		return -1;
	init->root_stat = st;
	init->root = take_fd(&tree);
	return 0;
}

int
root_mkdir(struct init *init, const struct plan_step *step, struct err *err)
{
	const char *path = init_text(init, step, 0);
	mode_t mode = (mode_t)step->number[0];
	auto_fd fd = path_open(init->root, path, O_DIRECTORY, 0, err);

	/* What is there keeps the mode it has. */
	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -1 : 0;
	fd = path_make(init->root, path, true, false, err);
	if (fd < 0)
		return -1;
	if (mode != 0755 && fchmodat(fd, ".", mode, 0) < 0)
		return err_sys(err, "chmod");
	return 0;
}

static int
pivot(struct err *err)
{
	/* The old root lands on top of the new one, at the same place
	 * (pivot_root(2)); taken away there it uncovers the new. */
	if (sys_pivot_root(".", ".") < 0)
		return err_sys(err, "pivot_root");
	if (sys_umount2(".", MNT_DETACH) < 0)
		return err_sys(err, "detach the old root");
	return 0;
}

/*
 * --no-pivot, for a root that is no mount of its own (an initramfs). A
 * process that may chroot can get out again, to a host's tree without procfs
 * and sysfs at least.
 */
static int
move(const struct init *init, struct err *err)
{
	static const char *const exposed[] = { "/proc", "/sys" };

	for (size_t i = 0; i < sizeof(exposed) / sizeof(exposed[0]); i++) {
		if (sys_umount2(exposed[i], MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
			continue;
		/* A mount that came with the namespace is locked: cover it. */
		if (errno == EINVAL &&
			sys_mount("none", exposed[i], "tmpfs", MS_RDONLY,
				NULL) < 0 &&
			errno != ENOENT)
			return err_sys(err, "cover %s of the host", exposed[i]);
	}
	if (sys_move_mount(
		    init->root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(err, "move the rootfs to /");
	if (chroot(".") < 0)
		return err_sys(err, "chroot");
	return 0;
}

int
root_enter(struct init *init, const struct plan_step *step, struct err *err)
{
	int ret = 0;

	if (init->chrooted && leave_chroot(err) < 0)
		return -1;
	if (fchdir(init->root) < 0)
		return err_sys(err, "enter the rootfs");
	if (step->number[0] == PLAN_ENTER_PIVOT)
		ret = pivot(err);
	else if (step->number[0] == PLAN_ENTER_MOVE)
		ret = move(init, err);
	else if (chroot(".") < 0)
		ret = err_sys(err, "chroot");
	if (ret < 0)
		return -1;
	if (chdir("/") < 0)
		return err_sys(err, "chdir /");
	return 0;
}

int
root_attr(struct init *init, const struct plan_step *step, struct err *err)
{
	struct mount_attr attr = { .attr_set = step->number[0] };

	if (attr.attr_set &&
		sys_mount_setattr(init->root, "", AT_EMPTY_PATH, &attr) < 0)
		return err_sys(err, "mount_setattr");
	return attach_propagation(init->root, step->number[1], err);
}
