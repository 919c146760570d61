/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update: other limits for a container that is there.
 */
#ifndef LIFE_UPDATE_H
#define LIFE_UPDATE_H

struct err;
struct oci_resources;
struct str;

struct update_request {
	const char *root; /* path of the state root */
	const char *id;
	/* A document with resources in it, "-": standard input; or NULL and
	 * the resources themselves. */
	const char *file;
	const struct oci_resources *resources;
	/* Lines of schemata of its group of resctrl; NULL: not said. */
	const char *l3_cache, *memory_bandwidth;
	struct str *report; /* as in load.h */
};

/* Changes all that is said, or nothing. */
int update_run(const struct update_request *request, struct err *err);

#endif
