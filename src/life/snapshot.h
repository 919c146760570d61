/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What restore has to know beside criu's images: scrim.json among them. It
 * says what of the host the container held when it was dumped, and by which
 * names criu asks for it again.
 */
#ifndef LIFE_SNAPSHOT_H
#define LIFE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libocispec/config.h"

struct arena;
struct err;

/* A mount of the host in the container. */
struct oci_snapshot_mount {
	struct place at;
	const char *target; /* required: in the container, and its name */
	const char *source; /* required: on the host that it was dumped on */
	/* Where below that it came along with a bind of all that is there. */
	const char *below;
	const char *kind;      /* required: one of SNAPSHOT_* */
	const uint64_t *attrs; /* required: MOUNT_ATTR_*, as they were */
};

#define SNAPSHOT_BIND   "bind"   /* what lies at its source */
#define SNAPSHOT_EMPTY  "empty"  /* a directory that was masked */
#define SNAPSHOT_CGROUP "cgroup" /* the container's own */

struct oci_snapshot_mounts {
	const struct oci_snapshot_mount *items;
	size_t n;
	bool said;
};

struct oci_snapshot {
	struct place at;
	const uint32_t *version; /* required: SNAPSHOT_VERSION */
	/* Required: three names; "" for what is not of the host. */
	struct oci_strings stdio;
	struct oci_snapshot_mounts mounts; /* required */
	/* Kinds of namespaces, "network": joined, and to be joined again. */
	struct oci_strings namespaces;
};

#define SNAPSHOT_VERSION 1

int snapshot_write(
	int images, const struct oci_snapshot *snapshot, struct err *err);
int snapshot_read(int images, struct arena *arena, struct oci_snapshot **out,
	struct err *err);
/* The name under which criu knows a joined namespace of that kind. */
const char *snapshot_namespace(struct arena *arena, const char *kind);

/* What checkpoint and restore ask for alike. */
struct snapshot_request {
	const char *criu;       /* --criu, or NULL */
	const char *image_path; /* NULL: ./checkpoint */
	const char *work_path;  /* NULL: the images' directory */
	unsigned flags;         /* enum criu_flag */
	unsigned cgroups;       /* enum criu_cgroups */
	bool lazy_pages, empty_network;
	int status_fd; /* -1: none */
};

struct criu_job;
struct str;

/* Opens both directories (make: and makes them, with what is missing above);
 * fills what they ask for alike. config takes the lines of a configuration
 * file, that of an annotation behind them. */
int snapshot_open(const struct snapshot_request *request, bool make,
	const struct oci_string_map *map, struct str *config,
	struct criu_job *job, struct err *err);
void snapshot_close(struct criu_job *job);

#endif
