/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A short-lived helper process: it goes where scrim itself may not go (into a
 * new user or mount namespace), says when it is there, and waits to be sent
 * on or dismissed. Its errors come back whole, as if the caller had failed.
 */
#ifndef HOST_AIDE_H
#define HOST_AIDE_H

#include <stdint.h>
#include <sys/types.h>

struct err;

struct aide {
	uint64_t flags; /* in: CLONE_* for its birth */
	int cgroup; /* in: the cgroup directory it is born in, -1: the caller's
	             */
	pid_t pid;
	int line; /* the caller's end of the line to it */
};

/* Starts a process that does the deed; line is its end. The deed's result
 * (>= 0) is its last word; then the process waits until it is dismissed. */
int aide_start(struct aide *aide,
	int (*deed)(int line, void *arg, struct err *err), void *arg,
	struct err *err);
/* Waits for its next word and returns it; -1 with its own error. */
int aide_hear(struct aide *aide, struct err *err);
/* Sends it on after aide_pause(). */
int aide_go(struct aide *aide, struct err *err);
/* Dismisses it and reaps it. Safe when it was never started (line -1). */
void aide_end(struct aide *aide);

/* In the aide: a word to the caller. */
int aide_say(int line, int word, struct err *err);
/* In the aide: a word, then wait for aide_go(). -1 when the caller is gone. */
int aide_pause(int line, int word, struct err *err);

#endif
