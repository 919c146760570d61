/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scrim and scrim-init say to each other, over one SEQPACKET socketpair:
 *
 *     scrim (host)                                scrim-init (container)
 *     ------------                                ----------------------
 *     clone3 ------------------------------------> stub of scrim
 *     [maps] MAPPED (user namespace only) -------> setresuid(0)
 *                                                 exec scrim-init
 *     SHORT_PLAN, or PLAN + memfd ---------------> checks the block
 *     (sent before clone3 where there is no MAPPED)
 *     SLOTS + descriptors (as they are opened) --> steps; waits for a slot
 *     limits, filter, state file                   when it first needs it
 *     SLOTS (late ones) ------------------------->
 *                  <------ MOUNTED (OP_HOOKS only)
 *     runs prestart, createRuntime
 *     GO ---------------------------------------->
 *                  <------ CONSOLE + master (terminal, no console socket)
 *                  <------ WARN (any time; a line for the log)
 *                  <------ CHILD (exec: who goes on; the sender ends)
 *                  <------ CREATED (at the gate; it ends when that is not read)
 *     START (run only; else through the gate) ---> steps behind the gate
 *                  <------ LISTENER + descriptor (OP_LISTENER only)
 *     gives it to the agent
 *     GO ---------------------------------------->
 *                  <------ end-of-file: the program runs
 *                  <------ ERROR + struct err, at any time: it has exited
 *
 * The gate is a listening SEQPACKET UNIX socket in the state directory; start
 * connects, sends START and reads ERROR or end-of-file, as above. A message out
 * of turn or of a wrong size is an error with a name.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define WIRE_MAX_FDS     240
#define WIRE_MAX_PAYLOAD 4096

/* Where the stub leaves the socket for scrim-init. Descriptors to preserve
 * follow it, from WIRE_FD + 1 on and all of them open: the last step before
 * execve moves them down to 3. */
#define WIRE_FD 3

enum wire_type {
	WIRE_MAPPED = 1,
	WIRE_PLAN,  /* payload: uint32_t size; one descriptor */
	WIRE_SLOTS, /* payload: uint32_t first slot; the descriptors of first,
	             * first + 1, ... in order; none: an optional source is
	             * missing, the steps of this one slot are left out */
	WIRE_MOUNTED,
	WIRE_GO,
	WIRE_CONSOLE, /* one descriptor: the master */
	WIRE_WARN,    /* payload: text */
	WIRE_CREATED,
	WIRE_START,
	WIRE_ERROR,      /* payload: struct err */
	WIRE_SHORT_PLAN, /* payload: the block itself, where it has room */
	WIRE_LISTENER,   /* one descriptor: of seccomp(2) */
	WIRE_CHILD,      /* payload: uint32_t pid, as scrim sees it */
	WIRE_COUNT
};

struct wire_message {
	uint32_t type;
	uint32_t size; /* of payload */
	char payload[WIRE_MAX_PAYLOAD];
	int fds[WIRE_MAX_FDS];
	size_t n_fds;
	bool unread; /* at end-of-file: of ours, something was not read */
};

/* SEQPACKET pair, both ends close-on-exec. */
int wire_pair(int out_ends[2], struct err *err);
int wire_send(int socket, enum wire_type type, const void *payload, size_t size,
	struct err *err);
int wire_send_fds(int socket, enum wire_type type, const void *payload,
	size_t size, const int *fds, size_t n, struct err *err);
/* Receives one message; returns 1, 0 at end-of-file, -1 on error. Received
 * descriptors are close-on-exec and belong to the caller. Checks the type, the
 * payload's size and the number of descriptors against the message table. A
 * payload that is text has a NUL behind it. */
int wire_recv(int socket, struct wire_message *message, struct err *err);
void wire_close_fds(struct wire_message *message);
const char *wire_name(uint32_t type);

#endif
