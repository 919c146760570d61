/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account of a container's mounts: a line of the journal in its state
 * directory. One entry for each step of the plan that mounts something or
 * changes a mount, in the plan's order, and one for each mount that was added
 * later. It is what `scrim mounts` compares the live tree with. Written once by
 * create, while the child works; no other command of the daily kind reads it.
 */
#ifndef LIFE_ACCOUNT_H
#define LIFE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/place.h"

struct arena;
struct err;
struct plan;
struct str;

/* What is not said is NULL. */
struct oci_account_mount {
	struct place at;
	const char *step;   /* required: the operation, "bind" */
	const char *target; /* required: as the plan has it */
	const char *type, *source;
	const char *pointer; /* where it comes from in config.json */
	const uint32_t *line;
	const uint64_t *set, *clear; /* MOUNT_ATTR_* */
	const uint64_t *propagation; /* MS_* */
	const bool *recursive;       /* with all that is mounted below */
	const bool *optional;        /* only where its target exists */
	const char *added;           /* RFC 3339: not by the plan, but then */
};

struct oci_account_mounts {
	const struct oci_account_mount *items;
	size_t n;
	bool said;
};

struct oci_account {
	struct place at;
	const uint32_t *version; /* required: ACCOUNT_VERSION */
	const char *mount_label;
	struct oci_account_mounts mounts; /* required */
};

#define ACCOUNT_VERSION 1

/* The account of a plan's mounts, in the arena. added: NULL, or when. */
int account_make(struct arena *arena, const struct plan *plan,
	const char *added, struct oci_account **out, struct err *err);
/* The same entries with those of more behind them. */
int account_join(struct arena *arena, const struct oci_account *account,
	const struct oci_account *more, struct oci_account **out,
	struct err *err);
/* The same without an entry. */
int account_drop(struct arena *arena, const struct oci_account *account,
	const struct oci_account_mount *entry, struct oci_account **out,
	struct err *err);
/* The operation of an entry, enum plan_op; OP_COUNT: not one of ours. */
unsigned account_op(const struct oci_account_mount *entry);

/* A line of the journal, which create writes. */
void account_note(const struct oci_account *account, struct str *lines);
/* Puts it in place of the one that is there; dir is the state directory. */
int account_write(int dir, const struct oci_account *account, struct err *err);
int account_read(int dir, struct arena *arena, struct oci_account **out,
	struct err *err);

#endif
