/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the container is to manage cgroups of its own [138]: it has a new
 * cgroup namespace, and in it a writable cgroup filesystem at its usual place.
 * Then the cgroup is given to the host's id of process.user.uid.
 */
#include <sched.h>
#include <string.h>

#include "plan/make.h"

static bool
has_word(const struct oci_strings *options, const char *word)
{
	for (size_t i = 0; i < options->n; i++)
		if (strcmp(options->items[i], word) == 0)
			return true;
	return false;
}

/* The last mount at the place is the one that is seen. */
static bool
has_writable_mount(struct maker *m)
{
	const struct oci_mounts *mounts = &m->config->mounts;
	bool writable = false;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct oci_mount *mount = &mounts->items[i];
		const char *type = mount->type ? mount->type : "";

		if (strcmp(make_clean(m, mount->destination),
			    "/sys/fs/cgroup") != 0)
			continue;
		writable = (strcmp(type, "cgroup") == 0 ||
				   strcmp(type, "cgroup2") == 0) &&
			!has_word(&mount->options, "bind") &&
			!has_word(&mount->options, "rbind") &&
			!has_word(&mount->options, "ro") &&
			!has_word(&mount->options, "rro");
	}
	return writable;
}

void
delegation_make(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	struct plan *plan = m->plan;
	const struct oci_user *user = process ? process->user : NULL;
	uint32_t uid = user && user->uid ? *user->uid : 0;

	if (!(m->new_ns & CLONE_NEWCGROUP) || !has_writable_mount(m))
		return;
	/* whose id outside is not known is given nothing */
	if (m->user_ns && !id_maps_has_uid(&plan->maps, uid))
		return;
	plan->delegate = true;
	plan->delegate_uid = uid;
	for (size_t i = 0; m->user_ns && i < plan->maps.n_uid; i++) {
		const struct plan_id_map *map = &plan->maps.uid[i];

		if (uid >= map->inside && uid - map->inside < map->size)
			plan->delegate_uid = map->outside + (uid - map->inside);
	}
}
