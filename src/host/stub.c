/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between clone3 and exec: wait until the user namespace has its maps, become
 * root in it, put the descriptors where scrim-init expects them, and be gone.
 * This process is a copy of scrim inside the container's namespaces: it reads
 * nothing of the container, opens no path but those of the shelf on which its
 * sources stand, calls nothing that allocates,
 * nor changes anything that outlives a function: the memory may be scrim's own.
 * All descriptors but stdio, the wire and the preserved ones end with exec.
 */
#include "host/stub.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "host/shelf.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Every capability of the user namespace, kept over the next exec. */
static int
raise_ambient(struct err *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct caps[2];

	if (sys_capget(&head, caps) < 0)
		return err_sys(err, "capget");
	caps[0].inheritable = caps[0].permitted;
	caps[1].inheritable = caps[1].permitted;
	if (sys_capset(&head, caps) < 0)
		return err_sys(err, "capset");
	for (int cap = 0; cap < 64; cap++) {
		if (!(caps[cap / 32].permitted & (1u << cap % 32)))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return err_sys(err, "raise ambient capability %d", cap);
	}
	return 0;
}

/* The id to work under: 0, or the first one that is mapped. */
static uint32_t
choose_id(const struct plan *plan, const struct plan_id_map *map)
{
	return plan->new_user && plan->root_unmapped && map ? map->inside : 0;
}

/*
 * Takes an id of the user namespace: without one no file can be made. Where
 * that is not 0, all capabilities become ambient, so that exec keeps them.
 * EINVAL: a namespace that is joined has no id 0.
 */
static int
take_root(const struct plan *plan, struct err *err)
{
	gid_t gid = choose_id(plan, plan->maps.gid);
	uid_t uid = choose_id(plan, plan->maps.uid);

	if (setresgid(gid, gid, gid) < 0 && errno != EINVAL)
		return err_sys(err, "become group %u of the user namespace",
			(unsigned)gid);
	if (setresuid(uid, uid, uid) < 0 && errno != EINVAL)
		return err_sys(err, "become user %u of the user namespace",
			(unsigned)uid);
	return getuid() == 0 ? 0 : raise_ambient(err);
}

/* Until something is on the wire, whose other end is open here, too: it tells
 * nothing of scrim's end, scrim's pidfd does. Without that, all is there. */
static int
wait_wire(const struct stub *stub, struct err *err)
{
	struct pollfd polls[] = { { .fd = stub->wire, .events = POLLIN },
		{ .fd = stub->caller, .events = POLLIN } };
	int n;

	if (stub->caller < 0)
		return 0;
	do
		n = poll(polls, 2, -1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "poll");
	return polls[0].revents ? 0 : err_say(err, "scrim has gone away");
}

/* Before, every id here is the overflow id, and no file could be made. */
static int
wait_maps(const struct stub *stub, struct err *err)
{
	struct wire_message message;
	int got;

	if (wait_wire(stub, err) < 0)
		return -1;
	got = wire_recv(stub->wire, &message, err);
	if (got < 0)
		return -1;
	if (got == 0)
		return err_say(err, "scrim has gone away");
	if (message.type != WIRE_MAPPED)
		return err_say(err, "wire: %s where MAPPED was due",
			wire_name(message.type));
	return 0;
}

/* The plan must be on the wire before any slot. */
static int
send_shelf(const struct stub *stub, struct err *err)
{
	char byte;
	ssize_t n;

	if (!stub->shelf || !stub->shelf->fds)
		return 0;
	if (wait_wire(stub, err) < 0)
		return -1;
	do
		n = recv(stub->wire, &byte, sizeof(byte), MSG_PEEK);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return err_say(err, "scrim has gone away");
	return shelf_send(stub->plan, stub->shelf, stub->peer, err);
}

/* How many descriptors from 3 on the payload inherits. */
static int
count_preserved(const struct plan *plan)
{
	const struct plan_header *head = plan_head(plan->block);
	const struct plan_step *last =
		plan_steps(plan->block) + head->n_steps - 1;

	return head->n_steps && last->op == OP_EXEC ? (int)last->number[0] : 0;
}

/* The preserved descriptors stand above the wire until exec of the payload. */
static int
place_fds(struct stub *stub, struct err *err)
{
	int preserved = count_preserved(stub->plan);
	int above = WIRE_FD + 1 + preserved;

	if (stub->image < above)
		stub->image = fcntl(stub->image, F_DUPFD_CLOEXEC, above);
	if (stub->wire < above)
		stub->wire = fcntl(stub->wire, F_DUPFD_CLOEXEC, above);
	if (stub->image < 0 || stub->wire < 0)
		return err_sys(err, "dup");
	for (int i = preserved; i > 0; i--)
		if (!fd_is_inherited(WIRE_FD + i - 1))
			close(WIRE_FD + i);
		else if (dup2(WIRE_FD + i - 1, WIRE_FD + i) < 0)
			return err_sys(
				err, "preserve descriptor %d", WIRE_FD + i - 1);
	if (dup2(stub->wire, WIRE_FD) < 0)
		return err_sys(err, "dup2");
	if (sys_close_range((unsigned)above, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return err_sys(err, "close_range");
	return 0;
}

/* Returns only on failure, which has been told then. */
static void
become_init(struct stub *stub)
{
	static char *const argv[] = { (char *)"scrim-init", NULL };
	static char *const no_environment[] = { NULL };
	struct err err = { 0 };
	int ok = 0;

	if (stub->wait_maps)
		ok = wait_maps(stub, &err);
	if (ok == 0 && stub->take_root)
		ok = take_root(stub->plan, &err);
	if (ok == 0)
		ok = send_shelf(stub, &err);
	if (ok == 0)
		ok = place_fds(stub, &err);
	if (ok == 0) {
		sys_execveat(
			stub->image, "", argv, no_environment, AT_EMPTY_PATH);
		err_sys(&err, "execute scrim-init");
	}
	wire_send(stub->wire, WIRE_ERROR, &err, sizeof(err), NULL);
}

void
stub_run(struct stub stub)
{
	become_init(&stub);
	_exit(1);
}

/* The caller's memory is only read: what place_fds() notes is a copy's. */
void
stub_run_held(void *stub)
{
	struct stub own = *(const struct stub *)stub;

	become_init(&own);
	_exit(1);
}
