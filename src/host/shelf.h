/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees on their way into a user namespace. A mount that is carried there by
 * descriptor would be as free as one made inside: its ro, nosuid and nodev
 * could be taken off, what it covers be uncovered, and a shared one would
 * reach back to the host. The kernel locks all of that when it copies a mount
 * namespace for a user namespace. So the trees are put into a private copy of
 * the namespace that the clone starts from, and the stub takes them from its
 * own copy of that.
 */
#ifndef HOST_SHELF_H
#define HOST_SHELF_H

#include <stdbool.h>
#include <stddef.h>

struct cradle;
struct err;
struct host_files;
struct plan;

/* One place for each source of the plan. */
struct shelf {
	int *fds; /* by slot; NULL: there is no shelf */
	size_t n;
};

/* Opens on the host what has to stand there; nothing where none is needed.
 * Errors name the source. */
int shelf_open(const struct plan *plan, const struct host_files *files,
	struct shelf *out, struct err *err);
/* Between cradle_enter() and the clone: mounts the trees in a namespace that
 * cradle_leave() leaves, and goes there. */
int shelf_fill(const struct plan *plan, const struct shelf *shelf,
	struct cradle *home, struct err *err);
/* In the stub: sends the slots. The working directory is "/" then. */
int shelf_send(const struct plan *plan, const struct shelf *shelf, int wire,
	struct err *err);
void shelf_close(struct shelf *shelf);

#endif
