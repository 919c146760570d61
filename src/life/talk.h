/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent's half of the conversation with scrim-init (base/wire.h has the
 * ladder): what it hears until the container waits for its start, and how the
 * start is given, through the gate or by wire.
 */
#ifndef LIFE_TALK_H
#define LIFE_TALK_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct oci_record;

/* In place of -1: the child has ended without a word. */
#define TALK_ENDED (-2)

/* The answers that whoever listens has to give; context is theirs. */
struct talk {
	/* Runs the hooks; GO follows. NULL: refuses. */
	int (*mounted)(void *context, struct err *err);
	/* Takes the descriptor. */
	void (*console)(void *context, int master);
	/* Gives a filter's listener to its agent, and keeps it open; GO
	 * follows. Asked once at most. NULL: refuses. */
	int (*listener)(void *context, int fd, struct err *err);
	/* A pidfd of the container's process, whose end is the end of all that
	 * could come; NULL: none. An exec's may be followed by a child. */
	const int *watched;
	/* exec: whether a child is still to be told of; NULL: never */
	const bool *child_due;
	/* exec: a pidfd of who is to tell of it; NULL: who never ends */
	const int *teller;
	/* exec: what scrim does for a process before it goes on; START
	 * follows. */
	int (*created)(void *context, struct err *err);
	/* exec: the process that goes on. */
	int (*child)(void *context, pid_t pid, struct err *err);
	void *context;
};

/* watched, for a container whose first process's end is not that of all who
 * may have taken its end of the wire; else NULL. */
const int *talk_watch(const struct oci_record *record, const int *pidfd);

/* Listens until CREATED. -1 with the child's own error, or TALK_ENDED. */
int talk_until_created(int wire, const struct talk *talk, struct err *err);
/* Sends START and waits until the program runs. As above; of the answers only
 * the listener's is asked for. */
int talk_start(int socket, const struct talk *answers, struct err *err);

/* exec: listens until the program runs, or to the last word of whoever has
 * failed. 0 or -1. */
int talk_until_running(int wire, const struct talk *answers, struct err *err);

#endif
