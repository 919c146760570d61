/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes over the finished tree: read-only paths, the mounts that had to
 * be filled before they turn read-only, and masks, which nothing may cover
 * [179, 180]. All masks share two sources: the null device for files and one
 * empty directory.
 */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys.h"
#include "plan/make.h"

/* Each is bound on itself, with all that is mounted below it; what is
 * missing is none of our business [180]. */
static void
add_read_only_paths(struct maker *m)
{
	const struct oci_strings *paths = &m->linux->readonly_paths;

	if (paths->n && !m->own_mounts)
		make_complain(m, &m->linux->at, "readonlyPaths",
			"readonlyPaths need a mount namespace");
	for (size_t i = 0; i < paths->n; i++) {
		struct plan_step *step;

		step = block_step(&m->block, OP_READONLY, &m->linux->at,
			make_item(m, "readonlyPaths", i));
		step->text[0] = block_text(&m->block, paths->items[i]);
	}
}

/* Is anything made in this fresh filesystem after it is mounted? */
static bool
is_filled(const struct maker *m, const struct make_target *mount)
{
	const struct make_target *targets = m->targets.items;
	const struct plan_step *steps = m->block.steps.items;

	if (steps[mount->step].number[2] & PLAN_MOUNT_COPYUP)
		return true;
	for (size_t i = 0; i < m->targets.n; i++)
		if (targets[i].step > mount->step &&
			make_is_below(targets[i].path, mount->path))
			return true;
	return false;
}

/* Takes ro from the mounts that are filled and gives it back in a step of
 * their own, blamed on the same line of the config. */
static void
add_seals(struct maker *m)
{
	const struct make_target *mounts = m->read_only.items;

	for (size_t i = 0; i < m->read_only.n; i++) {
		struct plan_step *mount = (struct plan_step *)
						  m->block.steps.items +
			mounts[i].step,
				 seal;

		if (m->block.steps.broken || !is_filled(m, &mounts[i]))
			continue;
		mount->number[0] &= ~(uint64_t)MOUNT_ATTR_RDONLY;
		seal = *mount;
		mount = block_step(&m->block, OP_SEAL, NULL, NULL);
		mount->text[0] = seal.text[0];
		mount->pointer = seal.pointer;
		mount->line = seal.line;
		mount->column = seal.column;
	}
}

/* The sources of all masks, whatever their number: one node, one empty
 * directory, no superblock for each mask. */
static void
make_slots(struct maker *m)
{
	struct plan_source *source;

	source = make_source(m, PLAN_SOURCE_DEVICE, &m->linux->at,
		"maskedPaths", &m->null_slot);
	source->path = "/dev/null";
	source->number = S_IFCHR;
	source->device = makedev(1, 3);
	/* What is mounted over a mask must not show on the host's /dev/null. */
	source->propagation = MS_PRIVATE;
	make_source(m, PLAN_SOURCE_EMPTY, &m->linux->at, "maskedPaths",
		&m->empty_slot);
}

/* Whether a path is a file or a directory is seen inside; the step has a
 * tree for either. */
static void
add_masks(struct maker *m)
{
	const struct oci_strings *paths = &m->linux->masked_paths;

	if (!paths->n)
		return;
	if (!m->own_mounts)
		make_complain(m, &m->linux->at, "maskedPaths",
			"maskedPaths need a mount namespace");
	make_slots(m);
	for (size_t i = 0; i < paths->n; i++) {
		struct plan_step *step;

		step = block_step(&m->block, OP_MASK, &m->linux->at,
			make_item(m, "maskedPaths", i));
		step->slot = m->null_slot;
		step->text[0] = block_text(&m->block, paths->items[i]);
		step->number[0] = (uint64_t)m->empty_slot;
	}
}

void
masks_add(struct maker *m)
{
	add_read_only_paths(m);
	add_seals(m);
	add_masks(m);
}
