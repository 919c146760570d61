/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rootfs: where it is on the host, where it is attached, how the
 * container enters it, and what becomes of its propagation. While the tree is
 * built the rootfs is private, or a slave from its birth where that is asked
 * for; shared and unbindable come at the end, for pivot_root(2) refuses a
 * shared root and a new peer group must begin empty [178].
 */
#include <string.h>

#include "base/sys.h"
#include "plan/make.h"
#include "plan/names.h"

/* Clean and absolute. A relative path may lead out of the bundle: it is the
 * engine's own, not the image's [70]. */
static const char *
host_path(struct maker *m, const struct oci_root *root)
{
	if (root->path[0] == '/')
		return make_clean(m, root->path);
	return make_clean(
		m, make_printf(m, "%s/%s", m->request->bundle, root->path));
}

/* MS_* of linux.rootfsPropagation, 0 when it is not said. */
static uint64_t
wanted_propagation(struct maker *m)
{
	const char *word = m->linux->rootfs_propagation;
	uint64_t flags = 0;

	if (!word || !*word)
		return 0;
	if (!names_find(&names_propagations, word, &flags))
		make_unknown(m, &m->linux->at, "rootfsPropagation",
			names_propagations.noun, word,
			names_near(&names_propagations, word));
	else if (!m->own_mounts)
		make_complain(m, &m->linux->at, "rootfsPropagation",
			"the rootfs has a propagation of its own only "
			"in a mount namespace of the container");
	return flags;
}

/* Does anything in the container want to see mounts of the host? */
static bool
needs_slave(struct maker *m, uint64_t propagation)
{
	if (propagation & (MS_SLAVE | MS_SHARED))
		return true;
	for (size_t i = 0; i < m->config->mounts.n; i++) {
		const struct oci_strings *options =
			&m->config->mounts.items[i].options;

		for (size_t j = 0; j < options->n; j++) {
			const struct names_mount_option *option =
				names_mount_option(options->items[j]);

			if (option && option->kind == MOUNT_PROPAGATES &&
				(option->set & (MS_SLAVE | MS_SHARED)))
				return true;
		}
	}
	return false;
}

/* Where the tree is attached depends on what the child will find: in the
 * pinned namespace a directory made for it, in a copy of the host's tree the
 * rootfs's own place. */
void
rootfs_add_begin(struct maker *m)
{
	const struct oci_root *root = m->config->root;
	uint64_t propagation = wanted_propagation(m);
	struct plan *plan = m->plan;
	struct plan_source *source;
	struct plan_step *step;
	int32_t slot;

	if (!root || !*root->path) {
		make_complain(m, root ? &root->at : &m->config->at,
			root ? "path" : NULL,
			root ? "path is empty" : "root is required");
		return;
	}
	plan->rootfs = host_path(m, root);
	plan->rootfs_readonly = root->readonly && *root->readonly;
	if (plan->birth == PLAN_BIRTH_PLAIN) {
		step = block_step(&m->block, OP_ISOLATE, &root->at, NULL);
		step->number[0] =
			(needs_slave(m, propagation) ? MS_SLAVE : MS_PRIVATE) |
			MS_REC;
	}
	source = make_source(m, PLAN_SOURCE_ROOTFS, &root->at, "path", &slot);
	source->path = plan->rootfs;
	source->recursive = true;
	source->propagation =
		(propagation & MS_SLAVE ? MS_SLAVE : MS_PRIVATE) | MS_REC;
	step = block_step(&m->block, OP_ROOTFS, &root->at, "path");
	step->slot = slot;
	step->text[0] = block_text(&m->block,
		plan->birth == PLAN_BIRTH_PINNED           ? "/rootfs"
			: plan->birth == PLAN_BIRTH_JOINED ? "/"
							   : plan->rootfs);
}

/* pivot_root(2) swaps the root of a whole mount namespace: in one that
 * others use it is out of the question. */
static enum plan_enter
way_to_enter(const struct maker *m)
{
	if (m->plan->birth == PLAN_BIRTH_JOINED ||
		m->plan->birth == PLAN_BIRTH_HOST)
		return PLAN_ENTER_CHROOT;
	return m->request->no_pivot ? PLAN_ENTER_MOVE : PLAN_ENTER_PIVOT;
}

/* The root becomes read-only when nothing is left to be made in it, and
 * shared when it has no peers left but its own. */
void
rootfs_add_end(struct maker *m)
{
	const struct oci_root *root = m->config->root;
	uint64_t propagation = 0;
	struct plan_step *step;

	block_step(&m->block, OP_ENTER, NULL, NULL)->number[0] =
		way_to_enter(m);
	if (m->linux->rootfs_propagation)
		names_find(&names_propagations, m->linux->rootfs_propagation,
			&propagation);
	/* Private or slave it is already, and what is mounted in it keeps its
	 * own propagation, whatever the root's word. */
	propagation &= MS_SHARED | MS_UNBINDABLE;
	if (!propagation && !m->plan->rootfs_readonly)
		return;
	step = block_step(
		&m->block, OP_ROOT_ATTR, root ? &root->at : NULL, NULL);
	step->number[0] = m->plan->rootfs_readonly ? MOUNT_ATTR_RDONLY : 0;
	step->number[1] = propagation;
}
