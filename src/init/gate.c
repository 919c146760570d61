/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wait between create and start. Everything the steps behind it need has
 * to be here before scrim is told that the container is created, for then the
 * wire closes. Start comes over a connection to the gate, a listening socket
 * in the state directory, or over the wire itself for a foreground run. Who
 * connects must be who made the socket, or root; a connection that says
 * nothing is dropped and the wait goes on. The connection stays open until
 * execve closes it: end-of-file is the good news, an error the bad.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/wire.h"
#include "init/exec.h"
#include "init/slots.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than any step uses, and room for the frames of the call itself. */
#define STACK_USED ((uintptr_t)128 << 10)
#define STACK_KEPT ((uintptr_t)512)

/* Not inlined: a frame that waits holds no message, and all that lies below a
 * frame of its own is dead. */
static bool says_start(int peer) __attribute__((noinline));
static void give_stack_back(void) __attribute__((noinline));

/* A listening socket has the credentials of its maker (unix(7)), seen, as the
 * peer's are, from this user namespace. */
static bool
may_start(int gate, int peer)
{
	struct ucred maker, other;
	socklen_t size = sizeof(maker);

	if (getsockopt(gate, SOL_SOCKET, SO_PEERCRED, &maker, &size) < 0)
		return false;
	size = sizeof(other);
	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &other, &size) < 0)
		return false;
	return other.uid == maker.uid || other.uid == 0;
}

static bool
says_start(int peer)
{
	struct wire_message message;

	if (wire_recv(peer, &message, NULL) != 1)
		return false;
	wire_close_fds(&message);
	return message.type == WIRE_START;
}

/* Returns the connection that said START. */
static int
accept_start(int gate, struct err *err)
{
	for (;;) {
		auto_fd peer = accept4(gate, NULL, NULL, SOCK_CLOEXEC);

		if (peer < 0 && errno != EINTR && errno != ECONNABORTED)
			return err_sys(err, "accept");
		if (peer >= 0 && may_start(gate, peer) && says_start(peer))
			return take_fd(&peer);
	}
}

/*
 * What deeper calls have left on the stack is given back: a container may wait
 * here for days, and a node holds many of them.
 */
static void
give_stack_back(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) - STACK_KEPT;
	uintptr_t end = here & ~(uintptr_t)(getpagesize() - 1);

	/* Part of it is no stack yet: ENOMEM, with the rest given back. */
	madvise((void *)(end - STACK_USED), STACK_USED, MADV_DONTNEED);
}

int
gate_wait(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd gate = -1;

	init_end_mounts(init);
	if (exec_find(init, err) < 0)
		return -1;
	if (slots_settle(init, err) < 0)
		return -1;
	if (step->slot >= 0)
		gate = slots_take(init, (uint32_t)step->slot, err);
	if (step->slot >= 0 && gate < 0)
		return -1;
	/* The name is how `scrim state` tells created from running. */
	if (prctl(PR_SET_NAME, "scrim:waiting") < 0)
		return err_sys(err, "prctl");
	init_follow_parent(false);
	give_stack_back();
	if (wire_send(init->wire, WIRE_CREATED, NULL, 0, err) < 0)
		return -1;
	if (gate < 0)
		return slots_until(init, WIRE_START, err);
	close(init->wire);
	init->wire = -1;
	init->wire = accept_start(gate, err);
	return init->wire < 0 ? -1 : 0;
}

int
gate_refuse(struct init *init, const struct plan_step *step, struct err *err)
{
	return err_say(err, "%s", init_text(init, step, 0));
}
