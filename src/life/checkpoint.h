/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint: a running container becomes image files and is gone.
 */
#ifndef LIFE_CHECKPOINT_H
#define LIFE_CHECKPOINT_H

#include "life/snapshot.h"

struct err;

struct checkpoint_request {
	const char *root, *id;
	struct snapshot_request snapshot;
	const char *parent_path; /* earlier images, from the images on */
	const char *server;      /* "ADDRESS:PORT" of a page server */
	bool pre_dump;           /* memory alone; it goes on */
};

int checkpoint_run(const struct checkpoint_request *request, struct err *err);

#endif
