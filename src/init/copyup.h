/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmpcopyup: a tmpfs that begins with what it covers.
 */
#ifndef INIT_COPYUP_H
#define INIT_COPYUP_H

struct err;

/* What the directory copied to has been told, and keeps. */
enum copyup_keep {
	COPYUP_ALL = 1, /* its mode, and with it all that is its own */
	COPYUP_UID = 2,
	COPYUP_GID = 4,
};

/* Copies all below the directory from into the (detached, empty) directory
 * to: content, modes, owners, times, extended attributes. */
int copyup_run(int from, int to, unsigned keep, struct err *err);

#endif
