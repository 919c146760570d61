/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of the one cgroup2 filesystem (nsdelegate and others): a mount of
 * it anywhere in the initial cgroup namespace sets them anew for all.
 */
#ifndef HOST_CGROUP_OPTIONS_H
#define HOST_CGROUP_OPTIONS_H

#include "base/arena.h"

struct cgroup_options {
	struct arena arena;
	const char *path;  /* where it is mounted; NULL: nowhere */
	const char *words; /* "rw,nsdelegate" */
};

/* Notes them. Needs library_ready(). */
void cgroup_options_note(struct cgroup_options *out);
/* Gives them back what they were, if somebody has changed them, and lets go.
 * A failure is a warning: nothing can be undone for it. */
void cgroup_options_restore(struct cgroup_options *options);

#endif
