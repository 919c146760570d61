/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where mounts go: targets resolved beneath the rootfs, and mounts attached
 * to them, descriptor to descriptor.
 */
#ifndef INIT_ATTACH_H
#define INIT_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct init;
struct path_found;

/* Opens the target of a mount, made when it is missing, as a directory or as
 * an empty file. flags: PLAN_MOUNT_*. */
int attach_target(struct init *init, const char *path, bool directory,
	uint64_t flags, struct path_found *out, struct err *err);
/* Puts a detached tree on an opened target. The target's descriptor then
 * means what is covered. */
int attach_tree(int tree, int target, struct err *err);
/* Sets the propagation (MS_*, MS_REC for all below) of an opened mount. */
int attach_propagation(int mount, uint64_t propagation, struct err *err);

#endif
