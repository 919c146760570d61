/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detached mount trees: taking one from the host and giving it attributes,
 * propagation and an id map before anybody can see it.
 */
#ifndef HOST_TREE_H
#define HOST_TREE_H

struct err;
struct plan_source;

/* Gives a detached tree what its source asks for. userns is the id map's, -1
 * where there is none. */
int tree_dress(int tree, const struct plan_source *source, int userns,
	struct err *err);
/* A detached, private copy of the mount at path (relative to dir; "" for dir
 * itself), with everything below it where the source says so. */
int tree_clone(int dir, const char *path, const struct plan_source *source,
	struct err *err);

#endif
