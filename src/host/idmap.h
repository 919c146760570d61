/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id maps: writing those of a container's new user namespace, and user
 * namespaces that exist only to be the id map of a mount.
 */
#ifndef HOST_IDMAP_H
#define HOST_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct plan_id_map;
struct plan_id_maps;
struct str;

#define IDMAP_CACHE_SIZE 8

/* User namespaces made for the maps of mounts; mounts of one plan often share
 * theirs. All zero: empty. */
struct idmap_cache {
	const struct plan_id_maps *maps[IDMAP_CACHE_SIZE];
	int fds[IDMAP_CACHE_SIZE];
	size_t n;
};

/* The text that the kernel takes, "inside outside size" a line. */
void idmap_format(const struct plan_id_map *map, size_t n, struct str *out);
/* Whether an ordinary user may write these maps: his own id and no other. */
bool idmap_is_own(const struct plan_id_maps *maps, uid_t uid, gid_t gid);
/* Whether newuidmap and newgidmap are there. */
bool idmap_has_tools(void);
/* Writes the maps of the user namespace that pid has just made: directly, or
 * by newuidmap and newgidmap where the caller is an ordinary user. */
int idmap_write(pid_t pid, const struct plan_id_maps *maps, struct err *err);
/* A descriptor of a user namespace with these maps, the caller's to close.
 * cache may be NULL. */
int idmap_userns(struct idmap_cache *cache, const struct plan_id_maps *maps,
	struct err *err);
void idmap_done(struct idmap_cache *cache);

#endif
