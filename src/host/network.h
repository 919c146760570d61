/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace for a container, made by scrim itself: the child mounts
 * its filesystems meanwhile, and joins it when it needs it.
 */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

struct err;

/* A new one, with lo up; its descriptor. The caller stays where it was. */
int network_make(struct err *err);

#endif
