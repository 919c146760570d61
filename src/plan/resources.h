/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the files that turn linux.resources into files of a cgroup:
 * resources.c for what counts memory, time and processes, block_io.c for
 * devices that move data.
 */
#ifndef PLAN_RESOURCES_H
#define PLAN_RESOURCES_H

#include "plan/make.h"

struct resources_job {
	struct maker *m;
	const struct plan_present *present; /* NULL: the cgroup is new */
	struct pile knobs;
};

/* A file and what goes into it; valid until the next one is added. */
struct plan_knob *resources_add(struct resources_job *job,
	const struct place *at, const char *member, const char *file,
	const char *value);

void block_io_make(struct resources_job *job, const struct oci_block_io *io);
void block_io_make_rdma(
	struct resources_job *job, const struct oci_rdmas *list);

#endif
