/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of one mount, read once: what they mean together. Words that no
 * row of names_mount.c knows are the filesystem's.
 */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/pile.h"

struct maker;
struct oci_mount;
struct plan_id_maps;

struct options {
	uint64_t set, clear;         /* MOUNT_ATTR_* of the mount itself */
	uint64_t set_all, clear_all; /* of all mounts below, too */
	uint64_t propagation;        /* MS_*, 0: not said */
	bool bind, recursive, remount;
	bool idmap, idmap_recursive;
	/* said in the option itself; NULL: it stands alone */
	const struct plan_id_maps *idmap_own;
	bool copy_up, src_nofollow, dest_nofollow, copy_link;
	bool superblock_ro; /* the last of ro and rw was ro */
	struct pile words;  /* const char *, for the filesystem, in order */
};

/* Complains about words that are several in one. */
void options_read(
	struct maker *m, const struct oci_mount *mount, struct options *out);
/* For mounts that have no filesystem to pass words to. */
void options_judge_words(struct maker *m, const struct oci_mount *mount);

/* What stands behind "idmap=" in option i of a mount; complains of what it
 * cannot be. */
const struct plan_id_maps *idmap_words_read(struct maker *m,
	const struct oci_mount *mount, size_t i, const char *text);

#endif
