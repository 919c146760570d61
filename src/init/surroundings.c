/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surrounds the process beside its files: namespaces joined by
 * descriptor, names, kernel parameters, the session keyring, the execution
 * domain. Everything written to procfs goes through one descriptor of the
 * host's procfs that scrim opened and verified, over no magic link and into
 * no other mount, and what was opened is verified to be procfs again: nothing
 * mounted in the container can redirect a write (CVE-2025-52881).
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/loopback.h"
#include "base/sys.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* With its kind given, the kernel checks that the descriptor is of that kind.
 */
int
surroundings_setns(
	struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd namespace = slots_take(init, (uint32_t)step->slot, err);

	if (namespace < 0)
		return -1;
	if (setns(namespace, (int)step->number[0]) < 0)
		return err_sys(err, "join the namespace");
	return 0;
}

/* 0 is who writes; the rights are those of scrim, who has opened it. */
int
surroundings_cgroup(
	struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd procs = slots_take(init, (uint32_t)step->slot, err);

	if (procs < 0)
		return -1;
	if (write(procs, "0", 1) == 1)
		return 0;
	if (errno == EBUSY)
		return err_say(err,
			"it has controllers enabled for cgroups in it and takes no process");
	if (errno == EOPNOTSUPP)
		return err_say(err,
			"it is in a threaded subtree and takes no process");
	return err_sys(err, "enter the container's");
}

int
surroundings_unshare(
	struct init *init, const struct plan_step *step, struct err *err)
{
	(void)init;
	if (unshare((int)step->number[0]) < 0)
		return err_sys(err, "make a new namespace");
	return 0;
}

int
surroundings_loopback(
	struct init *init, const struct plan_step *step, struct err *err)
{
	(void)init;
	(void)step;
	return loopback_up(err);
}

/* Made by scrim meanwhile. */
int
surroundings_network(
	struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd namespace = slots_take(init, (uint32_t)step->slot, err);

	if (namespace < 0)
		return -1;
	if (setns(namespace, CLONE_NEWNET) < 0)
		return err_sys(err, "join the network namespace");
	return 0;
}

int
surroundings_hostname(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name = init_text(init, step, 0);

	if (sethostname(name, strlen(name)) < 0)
		return err_sys(err, "set the name");
	return 0;
}

int
surroundings_domainname(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name = init_text(init, step, 0);

	if (setdomainname(name, strlen(name)) < 0)
		return err_sys(err, "set the name");
	return 0;
}

/* Writes value to the file below the directory dir of a procfs. */
static int
write_proc(int proc, const char *dir, const char *file, const char *value,
	struct err *err)
{
	unsigned resolve =
		RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
	char path[256];
	auto_fd fd = -1;
	struct statfs fs;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >=
		(int)sizeof(path))
		return err_code(err, ENAMETOOLONG, "open it");
	fd = sys_openat2(proc, path, O_WRONLY, 0, resolve);
	if (fd < 0)
		return err_sys(err, "open `/proc/%s`", path);
	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return err_say(err, "`/proc/%s` is not in procfs", path);
	n = write(fd, value, strlen(value));
	if (n < 0)
		return err_sys(err, "write \"%s\" to `/proc/%s`", value, path);
	if ((size_t)n != strlen(value))
		return err_say(err, "write \"%s\" to `/proc/%s`: taken in part",
			value, path);
	return 0;
}

/* Namespaced parameters are those of whoever opens them, so the host's procfs
 * serves as well as the container's, and nobody can have mounted over it. */
int
surroundings_sysctl(
	struct init *init, const struct plan_step *step, struct err *err)
{
	int proc = slots_borrow(init, (uint32_t)step->slot, err);

	if (proc < 0)
		return -1;
	return write_proc(proc, "sys", init_text(init, step, 0),
		init_text(init, step, 1), err);
}

/* "self" is this process also there: a link by its pid in that procfs. */
int
surroundings_label(
	struct init *init, const struct plan_step *step, struct err *err)
{
	int proc = slots_borrow(init, (uint32_t)step->slot, err);

	if (proc < 0)
		return -1;
	if (write_proc(proc, "self", init_text(init, step, 0),
		    init_text(init, step, 1), err) == 0)
		return 0;
	/* "No such file" is what engines take for a missing program. */
	if (err && (err->code == ENOENT || err->code == EINVAL))
		return err_say(err,
			"write \"%s\" to `/proc/self/%s`: no such label here",
			init_text(init, step, 1), init_text(init, step, 0));
	return -1;
}

int
surroundings_keyring(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name = init_text(init, step, 0);

	/* A kernel without keyrings has none to share either. */
	if (sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, (unsigned long)name, 0, 0,
		    0) < 0 &&
		errno != ENOSYS)
		return err_sys(err,
			"make a session keyring (--no-new-keyring keeps the caller's)");
	return 0;
}

int
surroundings_personality(
	struct init *init, const struct plan_step *step, struct err *err)
{
	(void)init;
	if (personality((unsigned long)step->number[0]) < 0)
		return err_sys(err, "set the execution domain");
	return 0;
}

/* Bits of the mask of nodes: as many as any kernel has nodes (MAX_NUMNODES). */
#define NODES_MAX  1024
#define LONG_BITS  (8 * sizeof(unsigned long))
#define MASK_LONGS (NODES_MAX / LONG_BITS)

int
surroundings_memory_policy(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const struct plan_list *nodes = &step->list[0];
	/* It has come: so the cgroup has its nodes. */
	auto_fd settled = slots_take(init, (uint32_t)step->slot, err);
	unsigned long mask[MASK_LONGS] = { 0 };

	if (settled < 0)
		return -1;
	for (uint32_t i = 0; i < nodes->count; i++) {
		uint32_t node = plan_items(init->plan, nodes)[i];

		if (node >= NODES_MAX)
			return err_say(
				err, "node %u is beyond all kernels'", node);
		mask[node / LONG_BITS] |= 1ul << node % LONG_BITS;
	}
	/* The kernel takes one bit less than it is told (set_mempolicy(2)). */
	if (syscall(SYS_set_mempolicy, (int)(step->number[0] | step->number[1]),
		    nodes->count ? mask : NULL, NODES_MAX + 1ul) == 0)
		return 0;
	if (errno == EINVAL && nodes->count)
		return err_say(err,
			"none of these nodes is here and in the cgroup's cpuset.mems, or this kernel does not know the mode");
	return err_sys(err, "set_mempolicy");
}
