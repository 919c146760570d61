/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in the foreground: its caller's signals go to it, its terminal is
 * served, and what ends is reaped, until it has ended itself.
 */
#ifndef LIFE_FOREGROUND_H
#define LIFE_FOREGROUND_H

#include <stdbool.h>
#include <sys/types.h>

#include "life/terminal.h"

struct err;

struct foreground {
	pid_t pid; /* the program, a child of ours */
	int pidfd;
	int signals; /* a signalfd */
	int relay;   /* relay.h; not ours; -1: none */
	struct terminal terminal;
	bool ended;
	int status; /* once it has ended: its own, or 128 and the signal */
};

/* Blocks signals, so that none is lost or kills us half-way, and opens the
 * descriptor that they come through from now on. */
int foreground_begin(struct foreground *foreground, struct err *err);
/* Until the program has ended, and what its terminal still holds is out. */
int foreground_attend(struct foreground *foreground, struct err *err);
/* Gives the caller's terminal back. */
void foreground_end(struct foreground *foreground);

#endif
