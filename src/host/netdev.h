/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network devices of the host that a container takes over: they are moved into
 * its network namespace with what makes them up, and on failure back again.
 * After create nobody touches them: where they go when the namespace ends is
 * the kernel's affair.
 */
#ifndef HOST_NETDEV_H
#define HOST_NETDEV_H

#include <stddef.h>
#include <sys/types.h>

struct err;
struct netdev;
struct plan;

/* What has been moved, for the way back. */
struct netdev_moves {
	struct netdev *items; /* heap */
	size_t n;
	int home, inside; /* netlink sockets; 0: not open */
};

/* All devices are there and can be moved, and where the namespace exists
 * already their names are free in it. Changes nothing. */
int netdev_check(const struct plan *plan, struct err *err);
/* Into the network namespace of process pid, or into the one that is joined;
 * before anything in it speaks of them. Errors name the device. What was moved
 * before a failure is in *moves. */
int netdev_move(const struct plan *plan, pid_t pid, struct netdev_moves *moves,
	struct err *err);
/* Back to the caller's namespace, as they were there. */
int netdev_return(struct netdev_moves *moves, struct err *err);
void netdev_done(struct netdev_moves *moves);

#endif
