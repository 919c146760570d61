/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create, start and delete in one: a container in the foreground, or, where
 * it is to be detached, create and start alone.
 */
#ifndef LIFE_RUN_H
#define LIFE_RUN_H

#include <stdbool.h>

#include "life/create.h"

struct err;

struct run_request {
	struct create_request create; /* .foreground and .detach are set here */
	bool detach;
	bool keep;         /* the container stays when it has stopped */
	bool no_subreaper; /* orphans of the container are somebody else's */
};

/* Returns once the program has ended and sets *out_status to its exit status,
 * or to 128 and the number of the signal that killed it; detached: once it
 * runs, with *out_status 0. */
int run_container(
	struct run_request *request, int *out_status, struct err *err);

#endif
