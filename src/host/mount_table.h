/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts that a process sees, read from procfs by libmount.
 */
#ifndef HOST_MOUNT_TABLE_H
#define HOST_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;

struct mount_row {
	int id, parent;
	dev_t device;
	const char *root;   /* what of the filesystem is mounted */
	const char *target; /* as the process sees it */
	const char *type;
	const char *source;  /* never NULL */
	const char *options; /* of the mount, "rw,nosuid" */
	const char *words;   /* of the filesystem */
	/* Peer groups, 0: none: its own, the one it receives from, and the
	 * nearest one above that which the process can see. */
	unsigned shared, master, from;
	bool unbindable;
	/* In the tree, as places in the table; -1: none. */
	ssize_t above, first, next; /* parent, first child, next sibling */
	unsigned depth;
};

struct mount_table {
	const struct mount_row *rows;
	size_t n;
};

/* All of pid's (0: the caller's) in the arena, in the order of the tree: each
 * is followed by what is mounted in it, and that keeps the kernel's order.
 * Needs library_ready(). */
int mount_table_read(struct arena *arena, pid_t pid, struct mount_table *out,
	struct err *err);
/* The row whose peer group that is, or NULL. */
const struct mount_row *mount_table_group(
	const struct mount_table *table, unsigned group);

#endif
