/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is found on the host before the container needs it: one function per
 * kind of plan_source, each giving a verified descriptor.
 */
#ifndef HOST_SOURCE_H
#define HOST_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct idmap_cache;
struct network_job;
struct plan;

/* Descriptors that opening a source may need; -1 where there is none. */
struct host_files {
	int root;    /* the state root, a directory (holds the pin, the filter
	                cache, the empty directory) */
	int state;   /* the container's state directory */
	int cgroup;  /* its cgroup, a directory; -1: no cgroup */
	int userns;  /* its user namespace, where new (after the clone) */
	int gate;    /* the listening socket */
	int process; /* exec: a pidfd of the container's first process */
	const char *console_socket; /* --console-socket, or NULL */
	struct network_job *network; /* of network.h, where it was begun */
	struct idmap_cache *idmaps; /* of idmap.h, or NULL: spawn.c lends one to
	                               the sources of a plan */
};

/* Opens source n of the plan: a detached tree with attributes, id map and
 * propagation set, or another descriptor, by its kind. Returns it, or -1. */
int source_open(const struct plan *plan, size_t n,
	const struct host_files *files, struct err *err);
/* Opens a namespace's file for joining, after a look at what it really is
 * (kind: CLONE_NEW*). */
int source_open_namespace(const char *path, uint32_t kind, struct err *err);

#endif
