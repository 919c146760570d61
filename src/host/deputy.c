/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the deputy does, and what it tells its caller by one word each:
 *
 *     deputy                                  caller
 *     unshare or join the user namespace
 *     "there" ------------------------------> writes the id maps, sends it on
 *     own mount namespace (ordinary user)
 *     pid, time, pinned namespaces
 *     clone3(CLONE_PARENT): the child is the caller's
 *     its pid ------------------------------> takes a pidfd
 *     opens and sends trees (ordinary user)
 *     "done" -------------------------------> dismisses it
 *
 * It is born in the container's cgroup, and so is the child, since inside the
 * user namespace it would have no right to move there, unless by a descriptor
 * that the caller has opened (OP_CGROUP). Root's deputy enters
 * the other namespaces first, while it may; an ordinary user's gains the
 * right to only by entering the user namespace.
 */
#include "host/deputy.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/aide.h"
#include "host/cradle.h"
#include "host/idmap.h"
#include "host/image.h"
#include "host/parcel.h"
#include "host/shelf.h"
#include "host/source.h"
#include "host/spawn.h"
#include "host/stub.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct order {
	const struct plan *plan;
	const struct host_files *files;
	const struct shelf *shelf;
	int wire;  /* the caller's end of the wire, to send slots on */
	int child; /* the child's end */
};

bool
deputy_opens(const struct plan *plan)
{
	return plan->deputy && (plan->new_user || geteuid() != 0);
}

/* The user namespace that is joined; -1 without one, or with an error. */
static int
open_user(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n_joins; i++)
		if (plan->joins[i].kind == CLONE_NEWUSER)
			return cradle_open_join(&plan->joins[i], err);
	return err_say(err, "no user namespace is made or joined");
}

/* Why there is no user namespace for an ordinary user. */
static int
explain_unshare(struct err *err)
{
	if (errno == EPERM)
		return err_code(err, EPERM,
			"user namespaces are not for ordinary users here (kernel.unprivileged_userns_clone, "
			"kernel.apparmor_restrict_unprivileged_userns, or a chroot)");
	if (errno == ENOSPC)
		return err_code(err, ENOSPC,
			"user namespaces are used up (user.max_user_namespaces)");
	return err_sys(err, "unshare the user namespace");
}

/* Into the user namespace: a new one, whose maps the caller writes, or the one
 * that is joined. There, dropping root's groups may not be allowed any more. */
static int
enter_user(int joined, int line, struct err *err)
{
	if (joined < 0) {
		if (unshare(CLONE_NEWUSER) < 0)
			return explain_unshare(err);
		return aide_pause(line, 0, err);
	}
	if (geteuid() == 0 && setgroups(0, NULL) < 0)
		return err_sys(err, "drop additional groups");
	/* Root of that namespace may trace what enters it, and we are still
	 * the caller, with his user id and his mounts (CVE-2019-5736). */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(err, "prctl");
	if (setns(joined, CLONE_NEWUSER) == 0)
		return 0;
	if (errno == EINVAL)
		return err_say(err,
			"the user namespace to join is the one that scrim is in already");
	return err_sys(err, "join the user namespace");
}

/* The same directory, found in the mount namespace that we are in now. */
static int
reopen(int fd, struct err *err)
{
	auto_free char *path = NULL;
	char link[64];
	size_t size = 0;
	ssize_t len;

	if (fd < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	do {
		char *more = realloc(path, size += 4096);

		if (!more)
			return err_code(err, ENOMEM, "read %s", link);
		path = more;
		len = readlink(link, path, size);
	} while (len == (ssize_t)size);
	if (len < 0)
		return err_sys(err, "read %s", link);
	path[len] = '\0';
	fd = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, "open %s", path) : fd;
}

/* What was opened in the caller's mount namespace cannot be copied in ours:
 * directories are opened again. */
static int
send_sources(const struct order *order, struct err *err)
{
	struct host_files files = *order->files;
	auto_fd root = reopen(files.root, err);
	auto_fd cgroup = reopen(files.cgroup, err);
	auto_fd userns =
		openat(AT_FDCWD, "/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	if (root < 0 || (cgroup < 0 && files.cgroup >= 0))
		return -1;
	if (userns < 0)
		return err_sys(err, "open /proc/self/ns/user");
	files.root = root;
	files.cgroup = cgroup;
	files.userns = userns;
	return parcel_send(
		order->plan, &files, order->wire, PARCEL_DEPUTY, err);
}

/*
 * Root of a user namespace that is joined may trace what is in it, the child
 * among it while it sees the host's files. Where a memfd will not do there can
 * be no other file but outside: so root opens it before.
 */
static int
open_image(const struct order *order, struct err *err)
{
	return image_open(&image_init,
		order->plan->new_user ? IMAGE_READABLE : IMAGE_CLOSED, err);
}

/* Clones what becomes the caller's child; returns its pid. */
static pid_t
clone_sibling(const struct order *order, int image, struct err *err)
{
	struct clone_args args = {
		.flags = (order->plan->clone_flags & ~(uint64_t)CLONE_NEWUSER) | CLONE_PARENT,
	};
	struct stub stub = { .plan = order->plan,
		.shelf = order->shelf,
		.peer = order->wire,
		.caller = -1,
		.wire = order->child,
		.image = image,
		.take_root = true };
	pid_t pid = sys_clone3(&args);

	if (pid == 0)
		stub_run(stub);
	return pid < 0 ? err_sys(err, "clone3") : pid;
}

/* The namespaces, in the order in which they may be entered. What is joined
 * is found by a path of the host: before the mount namespace changes. */
static int
enter(const struct order *order, int line, struct err *err)
{
	const struct plan *plan = order->plan;
	struct cradle home = CRADLE_NONE;
	bool root = geteuid() == 0, opens = deputy_opens(plan);
	auto_fd joined = -1;

	if (!plan->new_user) {
		joined = open_user(plan, err);
		if (joined < 0)
			return -1;
	}
	if (root && cradle_enter(plan, order->files, &home, err) < 0)
		return -1;
	if (shelf_fill(plan, order->shelf, &home, err) < 0 ||
		enter_user(joined, line, err) < 0)
		return -1;
	if (opens && unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare the mount namespace");
	if (!root && cradle_enter(plan, order->files, &home, err) < 0)
		return -1;
	return 0;
}

/* The deputy's deed. */
static int
deputise(int line, void *arg, struct err *err)
{
	const struct order *order = arg;
	/* Asked now: later the user id may be another. */
	bool opens = deputy_opens(order->plan), root = geteuid() == 0;
	auto_fd image = root ? open_image(order, err) : -1;
	pid_t pid;

	if ((root && image < 0) || enter(order, line, err) < 0)
		return -1;
	if (!root)
		image = open_image(order, err);
	if (image < 0)
		return -1;
	pid = clone_sibling(order, image, err);
	if (pid < 0)
		return -1;
	if (aide_say(line, pid, err) < 0) {
		kill(pid, SIGKILL);
		return -1;
	}
	return opens ? send_sources(order, err) : 0;
}

/* The caller's side of the conversation. */
static int
attend(const struct plan *plan, struct aide *aide, struct spawn_child *out,
	struct err *err)
{
	int pid;

	if (plan->new_user) {
		if (aide_hear(aide, err) < 0 ||
			idmap_write(aide->pid, &plan->maps, err) < 0)
			return -1;
		if (aide_go(aide, err) < 0)
			return -1;
	}
	pid = aide_hear(aide, err);
	if (pid < 0)
		return -1;
	out->pid = pid;
	out->pidfd = sys_pidfd_open(pid, 0);
	if (out->pidfd < 0)
		return err_sys(err, "pidfd_open");
	return aide_hear(aide, err);
}

int
deputy_spawn(const struct plan *plan, const struct host_files *files,
	const struct shelf *shelf, int wire, struct spawn_child *out,
	struct err *err)
{
	struct order order = {
		.plan = plan, .files = files, .shelf = shelf, .wire = out->wire,
		.child = wire
	};
	struct aide aide = {
		.cgroup = plan->enters_cgroup ? -1 : files->cgroup, .line = -1
	};
	int ok = aide_start(&aide, deputise, &order, err);

	if (ok == 0)
		ok = attend(plan, &aide, out, err);
	aide_end(&aide);
	return ok;
}
