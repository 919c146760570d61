/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore: image files become a running container again, made as create makes
 * one, but for its processes.
 */
#ifndef LIFE_RESTORE_H
#define LIFE_RESTORE_H

#include "life/run.h"
#include "life/snapshot.h"

struct err;

struct restore_request {
	struct run_request run; /* .create.revival is set here */
	struct snapshot_request snapshot;
	const char *lsm_profile, *lsm_mount_context; /* or NULL */
};

/* As run_container(). */
int restore_run(
	struct restore_request *request, int *out_status, struct err *err);

#endif
