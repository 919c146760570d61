/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a child is to be born: the namespaces that a parent must be in during
 * the clone, because a process cannot enter them afterwards. The way back is
 * kept, root and working directory included.
 */
#ifndef HOST_CRADLE_H
#define HOST_CRADLE_H

struct err;
struct host_files;
struct plan;
struct plan_join;

/* Kinds that are joined by entering them before the clone. */
#define CRADLE_KINDS 6

/* The caller's own namespaces, as far as they were left; -1 each: not left. */
struct cradle {
	int mnt, root, cwd;
	int own[CRADLE_KINDS]; /* as cradle.c lists the kinds */
};

#define CRADLE_NONE                                                            \
	{                                                                      \
		-1, -1, -1,                                                    \
		{                                                              \
			-1, -1, -1, -1, -1, -1                                 \
		}                                                              \
	}

/* Enters the pinned mount namespace, namespaces that are joined early, a new
 * time namespace with its offsets, whichever the plan has. On failure the
 * caller still has to go back. */
int cradle_enter(const struct plan *plan, const struct host_files *files,
	struct cradle *home, struct err *err);
/* Into a copy of the mount namespace that the caller is in by now. */
int cradle_unshare(struct cradle *home, struct err *err);
/* For good, and not on the way to a child: sees that the mount namespace is one
 * in which the caller may take copies of mounts. Nothing of the host's that
 * such a copy is made of may be open yet. */
int cradle_own_mounts(const struct plan *plan, struct err *err);
int cradle_leave(struct cradle *home, struct err *err);
/* Opens a namespace that is joined by path. */
int cradle_open_join(const struct plan_join *join, struct err *err);
/* Names the namespace and its place in an error; returns result. */
int cradle_blame(const struct plan_join *join, int result, struct err *err);

#endif
