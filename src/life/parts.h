/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resources of a new container are applied in parts, each when its time
 * has come.
 */
#ifndef LIFE_PARTS_H
#define LIFE_PARTS_H

struct cgroup;
struct cgroup_driver;
struct err;
struct plan_resources;

enum part {
	PART_LIMITS,  /* all but those of memory */
	PART_DEVICES, /* the device program */
	PART_MEMORY,
};

/* driver may be NULL, and the cgroup none: there is nothing to be done. */
int parts_apply(const struct cgroup_driver *driver,
	const struct plan_resources *resources, const struct cgroup *cgroup,
	enum part part, struct err *err);

#endif
