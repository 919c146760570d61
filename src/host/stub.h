/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the container's first process does between its birth and the exec of
 * scrim-init: the last code of scrim itself on the container's side.
 */
#ifndef HOST_STUB_H
#define HOST_STUB_H

#include <stdbool.h>

struct err;
struct plan;
struct shelf;

struct stub {
	const struct plan *plan;
	const struct shelf *shelf; /* sources to be taken along */
	int wire;                  /* the child's end */
	int peer;       /* the caller's end, on which they are sent */
	int caller;     /* its pidfd; -1: the plan is on the wire already */
	int image;      /* scrim-init, executable */
	bool wait_maps; /* a new user namespace, whose maps the caller writes */
	bool take_root; /* it is born in another user namespace than scrim's */
};

/* Never returns; errors go over the wire. */
void stub_run(struct stub stub) __attribute__((noreturn));
/* The same for sys_clone3_run(), on a stack that a sanitizer does not know:
 * hence without the word noreturn, at which it would look for the stack. */
void stub_run_held(void *stub);

#endif
