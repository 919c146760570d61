/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pinned mount namespace below ROOT/.pin. Finding it costs two system
 * calls; only who does not find it takes the lock, looks again, and makes it:
 * an aide unshares, puts a tmpfs with a pristine proc and sysfs in place of
 * everything, and its namespace file is bound on ROOT/.pin/mnt.
 *
 * Two mounts, each with its own propagation, and for a reason: .pin is a
 * private bind on itself, because the kernel refuses a mount namespace's file
 * below a shared mount. The file itself is unbindable, so that a container
 * with a recursive bind of the host's "/" does not get a copy of it, which
 * the kernel would refuse as a loop. .pin must not be unbindable: an ordinary
 * user's namespace, where it is locked, could then no longer bind "/".
 */
#include "host/pin.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/aide.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIN_DIR  ".pin"
#define PIN_FILE "mnt"

/* linux/nsfs.h since 6.11: the id of a mount namespace. */
#define GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)

/* A bind that a reboot or another mount namespace has taken away leaves a
 * plain file, which knows no NS_GET_NSTYPE. */
static int
find(int root)
{
	auto_fd fd = openat(
		root, PIN_DIR "/" PIN_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNS)
		return -1;
	return take_fd(&fd);
}

/* For mounts that are attached, and for detached ones by descriptor. */
static int
set_propagation(int dir, const char *path, unsigned flags, uint64_t propagation)
{
	struct mount_attr attr = { .propagation = propagation };

	return sys_mount_setattr(dir, path, flags, &attr);
}

/* Mounts a new filesystem of a type on path below dir. */
static int
mount_new(const char *type, int dir, const char *path, unsigned attr,
	struct err *err)
{
	auto_fd fs = sys_fsopen(type, FSOPEN_CLOEXEC);
	auto_fd mount = -1;

	if (fs < 0)
		return err_sys(err, "fsopen %s", type);
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_sys(err, "create %s", type);
	mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (mount < 0)
		return err_sys(err, "fsmount %s", type);
	if (sys_move_mount(mount, "", dir, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(err, "attach %s on %s", type, path);
	return take_fd(&mount);
}

/* In the aide: everything that the new namespace holds. */
static int
furnish(int tmp, struct err *err)
{
	static const char *const dirs[] = { "rootfs", "proc", "sys", "empty" };
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	auto_fd proc = -1, sysfs = -1;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdirat(tmp, dirs[i], 0555) < 0)
			return err_sys(err, "mkdir %s", dirs[i]);
	/* No flags: a procfs in a user namespace may be no freer than these. */
	proc = mount_new("proc", tmp, "proc", 0, err);
	if (proc < 0)
		return -1;
	sysfs = mount_new("sysfs", tmp, "sys", 0, err);
	if (sysfs < 0)
		return -1;
	if (sys_mount_setattr(tmp, "", AT_EMPTY_PATH, &readonly) < 0)
		return err_sys(err, "make the pinned tmpfs read-only");
	return 0;
}

/* 0 where the kernel does not say. */
static uint64_t
namespace_id(void)
{
	auto_fd fd =
		openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	uint64_t id = 0;

	if (fd < 0 || ioctl(fd, GET_MNTNS_ID, &id) < 0)
		return 0;
	return id;
}

/* A caller in a chroot: what is detached must be the namespace's own root, not
 * his. Entering the namespace that we are in already leads there. */
static int
leave_chroot(struct err *err)
{
	auto_fd own =
		openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (own < 0 || setns(own, CLONE_NEWNS) < 0)
		return err_sys(err, "go to the mount namespace's root");
	return 0;
}

/*
 * The file of a mount namespace can only be bound in one with a smaller id.
 * Since 6.18 each CPU has a batch of ids of its own, so that a namespace made
 * later on another CPU may have the smaller one: the CPUs take turns then.
 * The one that made the caller's namespace is sure to succeed.
 */
static int
unshare_later(uint64_t callers, struct err *err)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);
	cpu_set_t cpus[8];

	for (long cpu = -1; cpu < n; cpu++) {
		CPU_ZERO_S(sizeof(cpus), cpus);
		if (cpu >= 0)
			CPU_SET_S((size_t)cpu, sizeof(cpus), cpus);
		if (cpu >= 0 && sched_setaffinity(0, sizeof(cpus), cpus) < 0)
			continue; /* not one of ours */
		if (unshare(CLONE_NEWNS) < 0)
			return err_sys(err, "unshare the mount namespace");
		if (callers == 0 || namespace_id() > callers)
			return 0;
	}
	return err_say(err,
		"no CPU makes a mount namespace with an id above the caller's");
}

/* The aide's deed: leaves it in a namespace of three mounts. */
static int
build(int line, void *arg, struct err *err)
{
	uint64_t callers = namespace_id();
	auto_fd tmp = -1;

	(void)line;
	(void)arg;
	umask(0);
	if (leave_chroot(err) < 0 || unshare_later(callers, err) < 0)
		return -1;
	if (set_propagation(AT_FDCWD, "/", AT_RECURSIVE, MS_PRIVATE) < 0)
		return err_sys(err, "make the copied mounts private");
	/* On top of "/" there is always room. */
	tmp = mount_new("tmpfs", AT_FDCWD, "/",
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, err);
	if (tmp < 0 || furnish(tmp, err) < 0)
		return -1;
	if (fchdir(tmp) < 0 || sys_pivot_root(".", ".") < 0)
		return err_sys(err, "pivot_root");
	if (sys_umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(err, "detach the host's mounts");
	return 0;
}

/* Makes .pin a private mount of its own; returns it opened through the mount.
 */
static int
isolate(int root, int dir, struct err *err)
{
	auto_fd tree = -1;
	struct statx sx;

	if (sys_statx(dir, "", AT_EMPTY_PATH, 0, &sx) < 0)
		return err_sys(err, "look at " PIN_DIR);
	if (!(sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		tree = sys_open_tree(dir, "",
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
		if (tree < 0)
			return err_sys(err, "open_tree " PIN_DIR);
		if (sys_move_mount(tree, "", root, PIN_DIR,
			    MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return err_sys(err, "bind " PIN_DIR " on itself");
	}
	/* Only now: a mount that is attached below a shared one becomes shared.
	 */
	if (set_propagation(root, PIN_DIR, 0, MS_PRIVATE) < 0)
		return err_sys(err, "make " PIN_DIR " private");
	tree = openat(
		root, PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (tree < 0)
		return err_sys(err, "open " PIN_DIR);
	return take_fd(&tree);
}

/* Binds the aide's namespace on the file. */
static int
bind_namespace(int pin, pid_t pid, struct err *err)
{
	auto_fd file = openat(pin, PIN_FILE,
		O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	auto_fd tree = -1;
	char path[64];

	if (file < 0)
		return err_sys(err, "make " PIN_DIR "/" PIN_FILE);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	tree = sys_open_tree(
		AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return err_sys(err, "open_tree %s", path);
	if (set_propagation(tree, "", AT_EMPTY_PATH, MS_UNBINDABLE) < 0)
		return err_sys(err, "make the pin unbindable");
	if (sys_move_mount(tree, "", pin, PIN_FILE, MOVE_MOUNT_F_EMPTY_PATH) <
		0)
		return err_sys(err, "bind %s", path);
	return 0;
}

/* The lock is held through dir, which is closed by the caller. */
static int
make(int root, int dir, struct err *err)
{
	struct aide aide = { .cgroup = -1, .line = -1 };
	auto_fd pin = isolate(root, dir, err);
	int fd = -1;

	if (pin < 0)
		return -1;
	if (aide_start(&aide, build, NULL, err) == 0 &&
		aide_hear(&aide, err) == 0 &&
		bind_namespace(pin, aide.pid, err) == 0) {
		fd = find(root);
		if (fd < 0)
			err_say(err,
				PIN_DIR "/" PIN_FILE
					" is no mount namespace after all");
	}
	aide_end(&aide);
	return fd;
}

/* Opens ROOT/.pin, making it, and waits for its lock. */
static int
lock(int root, struct err *err)
{
	auto_fd dir = -1;

	if (mkdirat(root, PIN_DIR, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " PIN_DIR);
	dir = openat(
		root, PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "open " PIN_DIR);
	while (flock(dir, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "lock " PIN_DIR);
	return take_fd(&dir);
}

int
pin_open(int root, struct err *err)
{
	auto_fd dir = -1;
	int fd = find(root);

	if (fd >= 0)
		return fd;
	dir = lock(root, err);
	if (dir < 0)
		return err_in(err, "pin a mount namespace");
	fd = find(root); /* another maker was faster */
	if (fd < 0)
		fd = make(root, dir, err);
	if (fd < 0)
		return err_in(err, "pin a mount namespace");
	return fd;
}
