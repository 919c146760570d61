/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening what a container needs from the host, one row per kind. A path is
 * walked once, by the call that opens it; everything after that, checks as
 * well, acts on the descriptor: what was verified is what is sent. An error
 * names the path and its place in the config. Nothing here writes to the
 * host, except for making the one shared empty directory below the root.
 */
#include "host/source.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/filter.h"
#include "host/idmap.h"
#include "host/network.h"
#include "host/receiver.h"
#include "host/tree.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define EMPTY_DIR ".empty"

/* include/linux/proc_ns.h */
#define PROC_ROOT_INODE 1

/* The user namespace whose map the mount gets, to be closed by the caller. */
static int
open_userns(const struct plan_source *source, const struct host_files *files,
	struct err *err)
{
	int fd;

	if (source->maps)
		return idmap_userns(files->idmaps, source->maps, err);
	if (files->userns < 0)
		return err_say(err,
			"its id map is the container's user namespace, and it has none of its own");
	fd = fcntl(files->userns, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? err_sys(err, "user namespace of its id map") : fd;
}

/* Attributes, propagation and id map; gives the tree back or -1. */
static int
dress(int tree, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	auto_fd owned = tree;
	auto_fd userns = -1;

	if (tree < 0)
		return -1;
	if (source->idmap || source->idmap_recursive) {
		userns = open_userns(source, files, err);
		if (userns < 0)
			return -1;
	}
	if (tree_dress(tree, source, userns, err) < 0)
		return -1;
	return take_fd(&owned);
}

/* A directory [71]; the copy is what scrim-init resolves everything beneath. */
static int
open_rootfs(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	auto_fd tree = tree_clone(AT_FDCWD, source->path, source, err);
	struct stat st;

	(void)plan;
	if (tree < 0)
		return -1;
	if (fstat(tree, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_code(err, ENOTDIR, "open_tree");
	return dress(take_fd(&tree), source, files, err);
}

/* Directories, files, sockets, whatever stands there. */
static int
open_bind(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	return dress(tree_clone(AT_FDCWD, source->path, source, err), source,
		files, err);
}

/* What is no link after all is bound like anything else. */
static int
open_link(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	auto_fd fd =
		openat(AT_FDCWD, source->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open");
	if (S_ISLNK(st.st_mode))
		return take_fd(&fd);
	return open_bind(plan, source, files, err);
}

/* For a sentence about what stands there instead. */
static const char *
file_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symbolic link";
	case S_IFREG:
		return "regular file";
	default:
		return "socket or pipe";
	}
}

/* A node that is bound must be the device that it is meant to be: a symbolic
 * link or another number is somebody's attempt (CVE-2025-31133). */
static int
open_device(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	struct plan_source as_is = *source;
	auto_fd tree = -1;
	struct stat st;

	(void)plan;
	as_is.nofollow = true;
	tree = tree_clone(AT_FDCWD, source->path, &as_is, err);
	if (tree < 0)
		return -1;
	if (fstat(tree, &st) < 0)
		return err_sys(err, "stat");
	if ((st.st_mode & S_IFMT) != source->number)
		return err_say(err, "is a %s, not a %s", file_type(st.st_mode),
			file_type(source->number));
	if (st.st_rdev != source->device)
		return err_say(err, "is device %u:%u, not %u:%u",
			major(st.st_rdev), minor(st.st_rdev),
			major(source->device), minor(source->device));
	return dress(take_fd(&tree), source, files, err);
}

/* One directory for all masked ones of all containers, which stays empty: it is
 * read-only, and only the owner of the state root could write to it. */
static int
open_empty(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	struct plan_source bare = *source;
	int tree;

	(void)plan;
	bare.attr_set |= MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
		MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	bare.propagation = MS_PRIVATE;
	bare.recursive = false;
	bare.nofollow = true;
	tree = sys_open_tree(files->root, EMPTY_DIR,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (tree < 0 && errno == ENOENT) {
		if (mkdirat(files->root, EMPTY_DIR, 0555) < 0 &&
			errno != EEXIST)
			return err_sys(err, "mkdir " EMPTY_DIR);
		tree = tree_clone(files->root, EMPTY_DIR, &bare, err);
	} else if (tree < 0) {
		return err_sys(err, "open_tree " EMPTY_DIR);
	}
	return dress(tree, &bare, files, err);
}

/* For containers without a cgroup namespace of their own. */
static int
open_cgroup(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	if (files->cgroup < 0)
		return err_say(err,
			"the container has no cgroup that could be mounted");
	return dress(
		tree_clone(files->cgroup, "", source, err), source, files, err);
}

/* As messages name them; linux.namespaces has the same words. */
static const char *
namespace_name(uint32_t kind)
{
	switch (kind) {
	case CLONE_NEWNS:
		return "mount";
	case CLONE_NEWCGROUP:
		return "cgroup";
	case CLONE_NEWUTS:
		return "uts";
	case CLONE_NEWIPC:
		return "ipc";
	case CLONE_NEWUSER:
		return "user";
	case CLONE_NEWPID:
		return "pid";
	case CLONE_NEWNET:
		return "network";
	case CLONE_NEWTIME:
		return "time";
	default:
		return "unknown";
	}
}

int
source_open_namespace(const char *path, uint32_t kind, struct err *err)
{
	/* Whatever else path may be, opening it shall neither wait nor take a
	 * terminal. */
	auto_fd fd = openat(
		AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct statfs fs;
	int found;

	if (fd < 0)
		return err_sys(err, "open");
	found = fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC
		? ioctl(fd, NS_GET_NSTYPE)
		: -1;
	if (found < 0)
		return err_say(
			err, "is not a namespace, a file like /proc/PID/ns/*");
	if ((uint32_t)found != kind)
		return err_say(err, "is of type %s, not %s",
			namespace_name((uint32_t)found), namespace_name(kind));
	return take_fd(&fd);
}

static int
open_namespace(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	(void)files;
	return source_open_namespace(source->path, source->number, err);
}

/* A file of procfs is written by name later: it must really be one. */
static int
open_proc(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	auto_fd fd = openat(AT_FDCWD, "/proc",
		O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	(void)plan;
	(void)source;
	(void)files;
	if (fd < 0 || fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open");
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROC_ROOT_INODE)
		return err_say(err, "is not the root of a procfs");
	return take_fd(&fd);
}

/* Connected on the host: inside, the path would be somebody else's. */
static int
open_console(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	(void)source;
	if (!files->console_socket)
		return err_say(err, "a terminal needs --console-socket");
	return receiver_connect(files->console_socket, "console socket", err);
}

/* The original stays with the caller, who closes it. */
static int
open_gate(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	int fd = fcntl(files->gate, F_DUPFD_CLOEXEC, 0);

	(void)plan;
	(void)source;
	return fd < 0 ? err_sys(err, "the gate's socket") : fd;
}

/* May compile, and load a library for it: the slowest of all. */
static int
open_seccomp(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)source;
	return filter_open(files->root, files->state, plan->seccomp, err);
}

/* Made where it is missing; every hook adds to it. */
static int
open_output(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	int fd = openat(AT_FDCWD, source->path,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	(void)plan;
	(void)files;
	return fd < 0 ? err_sys(err, "open") : fd;
}

static int
open_network(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	(void)source;
	return network_take(files->network, err);
}

/* Nothing that could be used: that it comes is what it says. */
static int
open_settled(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	(void)plan;
	(void)source;
	(void)files;
	return fd < 0 ? err_sys(err, "eventfd") : fd;
}

/* Whoever writes to it moves by the rights of who has opened it. */
static int
open_seat(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	int fd;

	(void)plan;
	(void)source;
	if (files->cgroup < 0)
		return err_code(err, ENOENT, "open");
	fd = openat(files->cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_say(err, "the cgroup has been removed meanwhile");
	return fd < 0 ? err_sys(err, "open cgroup.procs") : fd;
}

/* Not by its hash: the cache may have been emptied, the profile is not kept. */
static int
open_filter(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	(void)plan;
	(void)source;
	return filter_open_kept(files->state, err);
}

/* The original stays with the caller, who goes on looking through it. */
static int
open_process(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	int fd = fcntl(files->process, F_DUPFD_CLOEXEC, 0);

	(void)plan;
	(void)source;
	return fd < 0 ? err_sys(err, "the container's process") : fd;
}

/* By number: the process's, as long as it is there afterwards. */
static int
open_root(const struct plan *plan, const struct plan_source *source,
	const struct host_files *files, struct err *err)
{
	auto_fd fd = openat(
		AT_FDCWD, source->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)plan;
	if (fd < 0)
		return err_sys(err, "open");
	if (sys_pidfd_send_signal(files->process, 0) < 0)
		return err_say(err, "container not running");
	return take_fd(&fd);
}

static const struct {
	const char *name;
	int (*open)(const struct plan *plan, const struct plan_source *source,
		const struct host_files *files, struct err *err);
} kinds[PLAN_SOURCE_COUNT] = {
	[PLAN_SOURCE_ROOTFS] = { "rootfs", open_rootfs },
	[PLAN_SOURCE_BIND] = { "bind source", open_bind },
	[PLAN_SOURCE_LINK] = { "bind source", open_link },
	[PLAN_SOURCE_DEVICE] = { "device", open_device },
	[PLAN_SOURCE_EMPTY] = { "empty directory", open_empty },
	[PLAN_SOURCE_CGROUP] = { "cgroup", open_cgroup },
	[PLAN_SOURCE_NAMESPACE] = { "namespace", open_namespace },
	[PLAN_SOURCE_PROC] = { "/proc", open_proc },
	[PLAN_SOURCE_CONSOLE] = { "console", open_console },
	[PLAN_SOURCE_GATE] = { "gate", open_gate },
	[PLAN_SOURCE_SECCOMP] = { "seccomp", open_seccomp },
	[PLAN_SOURCE_OUTPUT] = { "output of hooks", open_output },
	[PLAN_SOURCE_NETWORK] = { "network namespace", open_network },
	[PLAN_SOURCE_SETTLED] = { "token", open_settled },
	[PLAN_SOURCE_SEAT] = { "cgroup", open_seat },
	[PLAN_SOURCE_FILTER] = { "seccomp", open_filter },
	[PLAN_SOURCE_PROCESS] = { "process", open_process },
	[PLAN_SOURCE_ROOT] = { "root", open_root },
};

int
source_open(const struct plan *plan, size_t n, const struct host_files *files,
	struct err *err)
{
	const struct plan_source *source = &plan->sources[n];
	int fd = kinds[source->kind].open(plan, source, files, err);

	if (fd >= 0)
		return fd;
	if (source->path)
		err_in(err, "%s %s", kinds[source->kind].name, source->path);
	else
		err_in(err, "%s", kinds[source->kind].name);
	return err_where(err, source->where.line, source->where.column,
		source->where.pointer);
}
