/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's first process, in this order: scrim-init as a file, a step
 * into the namespaces that a clone must start from, clone3, the step back,
 * id maps, the plan over the wire. The child is born in its cgroup and in its
 * namespaces; no second process is left between it and whoever reaps it. A
 * failure kills and reaps the child before it is reported, and never leaves
 * the caller in a namespace that is not its own.
 */
#include "host/spawn.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "host/cradle.h"
#include "host/deputy.h"
#include "host/idmap.h"
#include "host/image.h"
#include "host/parcel.h"
#include "host/shelf.h"
#include "host/source.h"
#include "host/stub.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What clone3 means by its errors, as far as the config or the host is to
 * blame. */
static int
explain_clone(bool cgroup, struct err *err)
{
	if (errno == EBUSY && cgroup)
		return err_say(err,
			"clone3: the cgroup has controllers enabled for cgroups in it and takes no process");
	if (errno == EOPNOTSUPP && cgroup)
		return err_say(err,
			"clone3: the cgroup is in a threaded subtree and takes no process");
	/* cgroup-v2.rst, "Delegation Containment" */
	if (errno == EACCES && cgroup)
		return err_code(err, EACCES,
			"clone3: into the container's cgroup a user gets only from one that is in the same subtree of his");
	if (errno == ENOSPC)
		return err_code(err, ENOSPC,
			"clone3: a limit of namespaces is reached (user.max_*_namespaces, or nesting)");
	return err_sys(err, "clone3");
}

/* Several times what the stub uses, most of which is struct err; pages that
 * are not touched cost nothing. */
#define STUB_STACK ((size_t)64 << 10)

/*
 * The stub in the caller's own memory, without a copy of it: while the caller
 * is held, until exec. scrim has no signal handlers that could run there. Not
 * where the caller is needed meanwhile (maps), not in a pid namespace that has
 * other processes, who might get at the caller through it, and not with a new
 * or another time namespace, whose clock pages belong to the memory.
 */
static pid_t
clone_held(struct clone_args *args, struct stub *stub)
{
	auto_free char *stack = malloc(STUB_STACK);

	if (!stack)
		return -1;
	args->stack = (uint64_t)(uintptr_t)stack;
	args->stack_size = STUB_STACK;
	return sys_clone3_run(args, stub_run_held, stub);
}

bool
spawn_can_share(const struct plan *plan)
{
	if (plan->new_user || plan->new_time)
		return false;
	for (size_t i = 0; i < plan->n_joins; i++)
		if (plan->joins[i].early)
			return false;
	return true;
}

/* One call makes all namespaces that a clone can make, and the child is in its
 * cgroup before its first instruction, unless the plan has it enter late. */
static int
clone_child(const struct plan *plan, const struct host_files *files,
	struct stub *stub, struct spawn_child *out, struct err *err)
{
	struct clone_args args = {
		.flags = plan->clone_flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&out->pidfd,
		.exit_signal = SIGCHLD,
	};
	bool into = files->cgroup >= 0 && !plan->enters_cgroup;

	if (into) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)files->cgroup;
	}
	out->pid = spawn_can_share(plan) ? clone_held(&args, stub)
					 : sys_clone3(&args);
	if (out->pid == 0)
		stub_run(*stub);
	if (out->pid > 0)
		return 0;
	out->pid = 0;
	return explain_clone(into, err);
}

/* The direct way: the caller clones. */
static int
bear(const struct plan *plan, const struct host_files *files,
	const struct shelf *shelf, int wire, struct spawn_child *out,
	struct err *err)
{
	auto_fd image = image_open(&image_init, IMAGE_READABLE, err);
	auto_fd self = plan->new_user ? sys_pidfd_open(getpid(), 0) : -1;
	struct stub stub = {
		.caller = self,
		.plan = plan,
		.shelf = shelf,
		.wire = wire,
		.peer = out->wire,
		.image = image,
		.wait_maps = plan->new_user,
		.take_root = plan->new_user,
	};
	struct cradle home = CRADLE_NONE;
	int ok;

	if (image < 0)
		return -1;
	if (self < 0 && plan->new_user)
		return err_sys(err, "open the own pidfd");
	ok = cradle_enter(plan, files, &home, err);
	if (ok == 0)
		ok = shelf_fill(plan, shelf, &home, err);
	if (ok == 0)
		ok = clone_child(plan, files, &stub, out, err);
	/* Always back, and the first error is the one that counts. */
	if (cradle_leave(&home, ok == 0 ? err : NULL) < 0 || ok < 0)
		return -1;
	if (!plan->new_user)
		return 0;
	if (idmap_write(out->pid, &plan->maps, err) < 0)
		return -1;
	return wire_send(out->wire, WIRE_MAPPED, NULL, 0, err);
}

/* Some mount takes its id map from the container's own user namespace. */
static bool
needs_userns(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_sources; i++)
		if ((plan->sources[i].idmap ||
			    plan->sources[i].idmap_recursive) &&
			!plan->sources[i].maps)
			return !deputy_opens(plan);
	return false;
}

/* By pid: the child is not reaped, so the number is still its own. */
static int
open_userns(struct spawn_child *child, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)child->pid);
	child->userns = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	return child->userns < 0 ? err_sys(err, "open %s", path) : 0;
}

/* What does not fit into a message comes as a sealed memfd: scrim-init maps it
 * and checks it once for all. */
static int
send_plan(const struct plan *plan, int wire, struct err *err)
{
	uint32_t size = (uint32_t)plan->block_size;
	auto_fd block = -1;

	if (plan->block_size <= WIRE_MAX_PAYLOAD)
		return wire_send(wire, WIRE_SHORT_PLAN, plan->block,
			plan->block_size, err);
	block = fd_seal("scrim-plan", plan->block, plan->block_size, 0, err);
	if (block < 0)
		return -1;
	return wire_send_fds(
		wire, WIRE_PLAN, &size, sizeof(size), &block, 1, err);
}

/* The plan is on the wire before there is a child, which need not wait then,
 * but for the one message that comes before it. */
static int
make_child(const struct plan *plan, const struct host_files *files,
	const struct shelf *shelf, int wire, struct spawn_child *child,
	struct err *err)
{
	bool maps_first = plan->new_user && !plan->deputy;

	if (!maps_first && send_plan(plan, child->wire, err) < 0)
		return -1;
	if (plan->sources_first &&
		parcel_send(plan, files, child->wire, PARCEL_ALL, err) < 0)
		return -1;
	if (plan->deputy)
		return deputy_spawn(plan, files, shelf, wire, child, err);
	if (bear(plan, files, shelf, wire, child, err) < 0)
		return -1;
	return maps_first ? send_plan(plan, child->wire, err) : 0;
}

int
spawn_check_preserved(uint32_t n, uint32_t sockets, struct err *err)
{
	for (uint32_t fd = 3; sockets && fd < 3 + n + sockets; fd++)
		if (!fd_is_inherited((int)fd))
			return err_say(err,
				"descriptor %u is to be passed on (LISTEN_FDS), but not open",
				fd);
	return 0;
}

int
spawn_child(const struct plan *plan, const struct host_files *files,
	struct spawn_child *out, struct err *err)
{
	struct spawn_child child = { 0, -1, -1, -1, false };
	auto_fd other_end = -1;
	struct shelf shelf;
	int ends[2], ok;

	if (shelf_open(plan, files, &shelf, err) < 0)
		return -1;
	if (wire_pair(ends, err) < 0) {
		shelf_close(&shelf);
		return -1;
	}
	child.wire = ends[0];
	other_end = ends[1];
	ok = make_child(plan, files, &shelf, other_end, &child, err);
	child.shelved = shelf.fds != NULL;
	shelf_close(&shelf);
	if (ok == 0 && needs_userns(plan))
		ok = open_userns(&child, err);
	if (ok < 0) {
		spawn_kill(&child);
		return err_in(err, "make the container's process");
	}
	*out = child;
	return 0;
}

int
spawn_send_sources(const struct plan *plan, const struct host_files *files,
	const struct spawn_child *child, struct err *err)
{
	if (plan->sources_first)
		return 0;
	return parcel_send(plan, files, child->wire,
		deputy_opens(plan) || child->shelved ? PARCEL_CALLER
						     : PARCEL_ALL,
		err);
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Not reaped yet, so the number is still its own. Who cannot be killed is not
 * waited for: it may itself wait for a start that never comes. */
static bool
is_killed(const struct spawn_child *child)
{
	return kill(child->pid, SIGKILL) == 0 ||
		sys_pidfd_send_signal(child->pidfd, SIGKILL) == 0;
}

void
spawn_kill(struct spawn_child *child)
{
	if (child->pid > 0) {
		while (is_killed(child) && waitpid(child->pid, NULL, 0) < 0 &&
			errno == EINTR)
			continue;
		child->pid = 0;
	}
	close_one(&child->pidfd);
	close_one(&child->wire);
	close_one(&child->userns);
}
