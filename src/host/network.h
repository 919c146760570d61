/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace for a container, with lo up. It takes longer to make than
 * all the other namespaces, so it is made by a process of its own, beside scrim
 * and the child, who joins it when it needs it.
 */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

struct err;

struct network_job {
	pid_t pid; /* of the maker; 0: nobody is at it */
	/* Results: the namespace, or what failed and why. */
	int fd;
	const char *failed;
	int code;
	struct ifreq lo;
	_Alignas(16) char stack[8192];
};

/* Begins to make one, where a maker is possible here; not with a time namespace
 * yet to be made or joined, for which memory must not be shared. */
void network_begin(struct network_job *job);
/* The namespace's descriptor, made here and now if nobody began. */
int network_take(struct network_job *job, struct err *err);
/* Gives up what was begun and not taken. */
void network_drop(struct network_job *job);

#endif
