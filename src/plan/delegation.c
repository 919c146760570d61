/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the container is to manage cgroups of its own [138]: it has a new
 * cgroup namespace, and in it a writable cgroup filesystem at its usual place.
 * Then the cgroup is given to the host's id of process.user.uid. An annotation
 * of crun's asks for the same with a cgroup below that of the limits; that one
 * is for root of the container.
 */
#include <limits.h>
#include <sched.h>
#include <string.h>

#include "libocispec/config.h"
#include "plan/annotations.h"
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

/* False where nobody knows who that is outside. */
static bool
give_to(struct maker *m, uint32_t uid)
{
	struct plan *plan = m->plan;

	if (m->user_ns && !id_maps_has_uid(&plan->maps, uid))
		return false;
	plan->delegate = true;
	plan->delegate_uid = uid;
	for (size_t i = 0; m->user_ns && i < plan->maps.n_uid; i++) {
		const struct plan_id_map *map = &plan->maps.uid[i];

		if (uid >= map->inside && uid - map->inside < map->size)
			plan->delegate_uid = map->outside + (uid - map->inside);
	}
	return true;
}

/* Empty means none, as with the other names of cgroups in annotations. */
static void
make_named(struct maker *m, const struct oci_string_entry *said)
{
	const char *name = said->value;

	if (strchr(name, '/') || *name == '.' || strlen(name) > NAME_MAX)
		make_complain(m, &said->at, NULL,
			"\"%s\" is no name for a cgroup in the container's",
			name);
	else if (!give_to(m, 0))
		make_complain(m, &said->at, NULL,
			"the cgroup would be root's of the container, and no mapping says who that is");
	m->plan->delegate_cgroup = name;
}

void
delegation_make(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	const struct oci_user *user = process ? process->user : NULL;
	const struct oci_string_entry *said = annotations_find(
		&m->config->annotations, ANNOTATION_DELEGATE_CGROUP);

	if (said && *said->value)
		make_named(m, said);
	else if ((m->new_ns & CLONE_NEWCGROUP) && has_writable_mount(m))
		give_to(m, user && user->uid ? *user->uid : 0);
}
