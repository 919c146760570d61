/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The deputy: a fork of scrim that makes the child where the caller may not.
 */
#ifndef HOST_DEPUTY_H
#define HOST_DEPUTY_H

#include <stdbool.h>

struct err;
struct host_files;
struct plan;
struct shelf;
struct spawn_child;

/* Whether the deputy opens and sends trees and devices (parcel.h), too. */
bool deputy_opens(const struct plan *plan);
/* Fills out->pid and out->pidfd; out->wire is set already, wire is the child's
 * end. On failure with out->pid set, the child is the caller's to kill. */
int deputy_spawn(const struct plan *plan, const struct host_files *files,
	const struct shelf *shelf, int wire, struct spawn_child *out,
	struct err *err);

#endif
