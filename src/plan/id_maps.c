/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id mappings: the container's user namespace's and those of single mounts.
 * Checks what the kernel would refuse without a word (empty and overlapping
 * ranges, both or neither), and answers whether an id is mapped. Mappings
 * beside a user namespace that is joined by path only describe it: they serve
 * id-mapped mounts, and are never written.
 */
#include "plan/make.h"

#include <linux/sched.h>
#include <string.h>

/* Do two ranges share an id? In 64 bits, for a range may end at the last
 * one. */
static bool
overlap(uint32_t a, uint32_t b, const struct plan_id_map *x,
	const struct plan_id_map *y)
{
	return a < (uint64_t)b + y->size && b < (uint64_t)a + x->size;
}

/* One mapping, by itself and against those before it; member is blamed, or
 * NULL for the mapping itself and its size. The kernel would say no more than
 * "Invalid argument". */
bool
id_maps_check(struct maker *m, const struct place *at, const char *member,
	const struct plan_id_map *maps, size_t i)
{
	const struct plan_id_map *map = &maps[i];
	const char *size = member ? member : "size";

	if (map->size == 0) {
		make_complain(m, at, size, "a mapping of no ids");
		return false;
	}
	if ((uint64_t)map->inside + map->size > UINT32_MAX ||
		(uint64_t)map->outside + map->size > UINT32_MAX) {
		make_complain(m, at, size,
			"the mapping goes beyond the last id, %u",
			UINT32_MAX - 1);
		return false;
	}
	for (size_t j = 0; j < i; j++) {
		if (!overlap(map->inside, maps[j].inside, map, &maps[j]) &&
			!overlap(map->outside, maps[j].outside, map, &maps[j]))
			continue;
		make_complain(m, at, member, "overlaps mapping %zu", j);
		return false;
	}
	return true;
}

/* The list as numbers; NULL when it cannot be used. */
static const struct plan_id_map *
make_map(struct maker *m, const struct oci_id_mappings *list)
{
	struct plan_id_map *maps = make_alloc(m, list->n * sizeof(*maps));

	if (!maps)
		return NULL;
	if (list->n > PLAN_ID_MAPS_MAX) {
		make_complain(m, &list->items[PLAN_ID_MAPS_MAX].at, NULL,
			"the kernel takes at most %d mappings",
			PLAN_ID_MAPS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_id_mapping *mapping = &list->items[i];

		maps[i] = (struct plan_id_map){ *mapping->container_id,
			*mapping->host_id, *mapping->size };
		id_maps_check(m, &mapping->at, NULL, maps, i);
	}
	return maps;
}

void
id_maps_fill(struct maker *m, const struct oci_id_mappings *uid,
	const struct oci_id_mappings *gid, struct plan_id_maps *out)
{
	out->uid = make_map(m, uid);
	out->gid = make_map(m, gid);
	out->n_uid = out->uid ? uid->n : 0;
	out->n_gid = out->gid ? gid->n : 0;
}

/* Is the id, as the container sees it, in any of the ranges? */
static bool
is_in(const struct plan_id_map *maps, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= maps[i].inside && id - maps[i].inside < maps[i].size)
			return true;
	return false;
}

bool
id_maps_has_uid(const struct plan_id_maps *maps, uint32_t uid)
{
	return is_in(maps->uid, maps->n_uid, uid);
}

bool
id_maps_has_gid(const struct plan_id_maps *maps, uint32_t gid)
{
	return is_in(maps->gid, maps->n_gid, gid);
}

/* The mappings of the container's own user namespace. That both lists are
 * there is a rule of ours: without one of them no process of the container
 * could have a user or a group. */
void
id_maps_make(struct maker *m)
{
	const struct oci_linux *linux_section = m->linux;
	struct plan *plan = m->plan;
	bool uids = linux_section->uid_mappings.n != 0,
	     gids = linux_section->gid_mappings.n != 0;

	if ((uids || gids) && !m->user_ns)
		make_complain(m, &linux_section->at,
			uids ? "uidMappings" : "gidMappings",
			"mappings need a user namespace");
	else if (plan->new_user && !uids)
		make_complain(m, &linux_section->at, "uidMappings",
			"a new user namespace needs mappings of user ids");
	else if (plan->new_user && !gids)
		make_complain(m, &linux_section->at, "gidMappings",
			"a new user namespace needs mappings of group ids");
	id_maps_fill(m, &linux_section->uid_mappings,
		&linux_section->gid_mappings, &plan->maps);
	plan->root_unmapped = plan->new_user &&
		(!id_maps_has_uid(&plan->maps, 0) ||
			!id_maps_has_gid(&plan->maps, 0));
}
