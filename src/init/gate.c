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

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than any step uses, and room for the frames of the call itself. */
#define STACK_USED ((uintptr_t)128 << 10)
#define STACK_KEPT ((uintptr_t)512)

/* An accept that fails is tried again this many times, at this distance. */
#define ACCEPT_TRIES   200
#define ACCEPT_WAIT_MS 10

/* Not inlined: a frame that waits holds no message, and all that lies below a
 * frame of its own is dead. */
static bool admits(int gate, int peer) __attribute__((noinline));
static void give_stack_back(void) __attribute__((noinline));
static int outlive_creator(int wire, struct err *err) __attribute__((noinline));

/* A listening socket has the credentials of its maker (unix(7)), seen, as the
 * peer's are, from this user namespace. */
static int
check_peer(int gate, int peer, struct err *err)
{
	struct ucred maker, other;
	socklen_t size = sizeof(maker);

	if (getsockopt(gate, SOL_SOCKET, SO_PEERCRED, &maker, &size) < 0)
		return err_sys(err, "gate: look at its maker");
	size = sizeof(other);
	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &other, &size) < 0)
		return err_sys(err, "gate: look at who starts");
	if (other.uid == maker.uid || other.uid == 0)
		return 0;
	return err_say(err, "gate: only who created the container starts it");
}

static int
hear_start(int peer, struct err *err)
{
	struct wire_message message;
	int got = wire_recv(peer, &message, err);

	if (got < 0)
		return -1;
	if (got > 0)
		wire_close_fds(&message);
	if (got > 0 && message.type == WIRE_START)
		return 0;
	return err_say(err, "gate: %s came where START was due",
		got ? wire_name(message.type) : "the end");
}

/* Who is sent away is told why: the end alone would be the good news. */
static bool
admits(int gate, int peer)
{
	struct err err = { 0 };

	if (check_peer(gate, peer, &err) == 0 && hear_start(peer, &err) == 0)
		return true;
	wire_send(peer, WIRE_ERROR, &err, sizeof(err), NULL);
	return false;
}

/* Returns the connection that said START. What makes accept fail (no memory,
 * too many files) is no reason to die of, as long as it passes. */
static int
accept_start(int gate, struct err *err)
{
	int failed = 0;

	for (;;) {
		auto_fd peer = accept4(gate, NULL, NULL, SOCK_CLOEXEC);

		if (peer >= 0 && admits(gate, peer))
			return take_fd(&peer);
		if (peer < 0 && ++failed == ACCEPT_TRIES)
			return err_sys(err, "accept");
		if (peer < 0)
			poll(NULL, 0, ACCEPT_WAIT_MS);
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

/*
 * The record names us before CREATED is read. A creator that was killed earlier
 * leaves it unread, and nobody knows of us: then we end. What fails here is no
 * reason to, for the creator may have been told already.
 */
static int
outlive_creator(int wire, struct err *err)
{
	struct wire_message message;

	if (wire_recv(wire, &message, NULL) == 0 && message.unread)
		return err_say(err, "scrim has gone away");
	return 0;
}

/* Over the wire, or over a connection that takes its place. */
static int
wait_start(struct init *init, int gate, struct err *err)
{
	if (gate < 0)
		return slots_until(init, WIRE_START, err);
	if (outlive_creator(init->wire, err) < 0)
		return -1;
	close(init->wire);
	init->wire = -1;
	/* What these calls took goes, too. */
	give_stack_back();
	init->wire = accept_start(gate, err);
	return init->wire < 0 ? -1 : 0;
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
	if (init_follow_parent(false, err) < 0)
		return -1;
	give_stack_back();
	if (wire_send(init->wire, WIRE_CREATED, NULL, 0, err) < 0)
		return -1;
	if (wait_start(init, gate, err) < 0)
		return -1;
	exec_look(init);
	return 0;
}

int
gate_refuse(struct init *init, const struct plan_step *step, struct err *err)
{
	return err_say(err, "%s", init_text(init, step, 0));
}
