/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container: everything that create made is taken away, in
 * reverse order, and nothing else. Also what a create that fails does.
 */
#ifndef LIFE_DELETE_H
#define LIFE_DELETE_H

#include <stdbool.h>

struct err;
struct oci_record;

/* The container with this id: a stopped or created one, with force any. With
 * force an unknown one is no error. */
int delete_run(const char *root, const char *id, bool force, struct err *err);
/* Ends what is alive and takes everything away. root and dir are descriptors
 * of the state root and of the container's directory, which is locked.
 * poststop: the hooks run. The record may be of a half-made container. */
int delete_remains(int root, int dir, const struct oci_record *record,
	bool poststop, struct err *err);

#endif
