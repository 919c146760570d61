/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a plan's steps and sources to entries: what an entry promises of the
 * mount (attributes that must be set, attributes that must not) is settled
 * here, so that whoever compares needs no plan. A fresh filesystem has just
 * the attributes that were asked for; of a bind only those count that its
 * options name.
 */
#include "life/account.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "libocispec/decode.h"
#include "libocispec/schema.h"
#include "life/record.h"
#include "life/journal.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ACCOUNT_MAX ((size_t)32 << 20)

/* All that a mount can say of itself. */
#define ALL_ATTRS                                                              \
	((uint64_t)(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | \
		MOUNT_ATTR_NOEXEC | MOUNT_ATTR__ATIME |                        \
		MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW))

static const struct oci_row account_mount_rows[] = {
	OCI_ROW(account_mount, step, "step", .flags = OCI_REQUIRED),
	OCI_ROW(account_mount, target, "target", .flags = OCI_REQUIRED),
	OCI_ROW(account_mount, type, "type"),
	OCI_ROW(account_mount, source, "source"),
	OCI_ROW(account_mount, pointer, "pointer"),
	OCI_ROW(account_mount, line, "line"),
	OCI_ROW(account_mount, set, "set"),
	OCI_ROW(account_mount, clear, "clear"),
	OCI_ROW(account_mount, propagation, "propagation"),
	OCI_ROW(account_mount, recursive, "recursive"),
	OCI_ROW(account_mount, optional, "optional"),
	OCI_ROW(account_mount, added, "added"),
};
static OCI_SCHEMA(account_mount, account_mount_rows);

static const struct oci_row account_rows[] = {
	OCI_ROW(account, version, "version", .flags = OCI_REQUIRED),
	OCI_ROW(account, mount_label, "mountLabel"),
	OCI_ROW_OBJECTS(account, mounts, "mounts", account_mount,
		.flags = OCI_REQUIRED),
};
static OCI_SCHEMA(account, account_rows);

/* --- from a plan ------------------------------------------------------------
 */

struct job {
	struct arena *arena;
	const struct plan *plan;
	const struct plan_step *step;
	struct oci_account_mount *entry;
};

/* Zero is not said at all. */
static const uint64_t *
said(const struct job *job, uint64_t value)
{
	return value ? record_uint(job->arena, value) : NULL;
}

static const bool *
yes(const struct job *job, bool value)
{
	return value ? record_bool(job->arena, true) : NULL;
}

/* What is opened on the host has its attributes from there. */
static void
note_source(const struct job *job)
{
	const struct plan_source *source = &job->plan->sources[job->step->slot];
	uint64_t set = source->attr_set | source->attr_set_all;

	job->entry->source = source->path;
	job->entry->set = said(job, set);
	job->entry->clear =
		said(job, (source->attr_clear | source->attr_clear_all) & ~set);
	job->entry->propagation = said(job, source->propagation);
	job->entry->recursive = yes(job, source->recursive);
	job->entry->optional =
		yes(job, source->optional || source->kind == PLAN_SOURCE_LINK);
}

/* It has what was asked for and nothing else. */
static void
note_filesystem(const struct job *job)
{
	const struct plan_step *step = job->step;

	job->entry->type = plan_text(job->plan->block, step->text[1]);
	job->entry->source = plan_text(job->plan->block, step->text[2]);
	job->entry->set = said(job, step->number[0]);
	job->entry->clear = said(job, ALL_ATTRS & ~step->number[0]);
	job->entry->propagation = said(job, step->number[1]);
}

/* Of what it does not name nothing is promised anew. */
static void
note_remount(const struct job *job)
{
	const uint64_t *number = job->step->number;
	uint64_t set = number[0] | number[3];

	job->entry->set = said(job, set);
	job->entry->clear = said(job, (number[1] | number[4]) & ~set);
	job->entry->propagation = said(job, number[5]);
}

/* A path made read-only is a bind of all that is there on itself. */
static void
note_read_only(const struct job *job)
{
	job->entry->set = record_uint(job->arena, MOUNT_ATTR_RDONLY);
	job->entry->recursive = yes(job, job->step->op == OP_READONLY);
	job->entry->optional = yes(job, job->step->op == OP_READONLY);
}

/* Only where its path exists; whether as a file or a directory, the tree
 * says. */
static void
note_mask(const struct job *job)
{
	job->entry->optional = yes(job, true);
}

/* Its source first, then what becomes of it when all is mounted. */
static void
note_root(const struct job *job)
{
	job->entry->target = "/";
	if (job->step->op == OP_ROOTFS) {
		note_source(job);
		return;
	}
	job->entry->set = said(job, job->step->number[0]);
	job->entry->propagation = said(job, job->step->number[1]);
}

/* The peer of a terminal, bound from the container's devpts. */
static void
note_console(const struct job *job)
{
	job->entry->target = "/dev/console";
	job->entry->type = "devpts";
}

static void (*const notes[OP_COUNT])(const struct job *job) = {
	[OP_ROOTFS] = note_root,
	[OP_MOUNT] = note_filesystem,
	[OP_BIND] = note_source,
	[OP_REMOUNT] = note_remount,
	[OP_DEVICE_BIND] = note_source,
	[OP_CONSOLE] = note_console,
	[OP_READONLY] = note_read_only,
	[OP_SEAL] = note_read_only,
	[OP_MASK] = note_mask,
	[OP_ROOT_ATTR] = note_root,
};

static void
add(struct job *job, const char *added)
{
	const struct plan_step *step = job->step;
	struct oci_account_mount *entry = job->entry;

	entry->step = plan_ops[step->op].name;
	entry->target = plan_text(job->plan->block, step->text[0]);
	entry->pointer = plan_text(job->plan->block, step->pointer);
	entry->line = step->line ? record_uint32(job->arena, step->line) : NULL;
	entry->added = added;
	notes[step->op](job);
}

int
account_make(struct arena *arena, const struct plan *plan, const char *added,
	struct oci_account **out, struct err *err)
{
	const struct plan_header *head = plan_head(plan->block);
	struct oci_account_mount *items =
		arena_array(arena, struct oci_account_mount, head->n_steps);
	struct oci_account *account = arena_alloc(arena, sizeof(*account));
	size_t n = 0;

	if (!items || !account)
		return err_code(err, ENOMEM, JOURNAL_FILE);
	for (uint32_t i = 0; i < head->n_steps; i++) {
		struct job job = { arena, plan, &plan_steps(plan->block)[i],
			&items[n] };

		if (!notes[job.step->op])
			continue;
		add(&job, added);
		n++;
	}
	account->version = record_uint32(arena, ACCOUNT_VERSION);
	account->mount_label = plan->mount_label;
	account->mounts = (struct oci_account_mounts){ items, n, true };
	*out = account;
	return account->version ? 0 : err_code(err, ENOMEM, JOURNAL_FILE);
}

unsigned
account_op(const struct oci_account_mount *entry)
{
	unsigned op = 0;

	while (op < OP_COUNT &&
		!(notes[op] && !strcmp(plan_ops[op].name, entry->step)))
		op++;
	return op;
}

/* --- changed ----------------------------------------------------------------
 */

/* A copy with room for n entries, which the caller fills. */
static struct oci_account *
resize(struct arena *arena, const struct oci_account *account, size_t n,
	struct oci_account_mount **out_items)
{
	struct oci_account *copy = arena_alloc(arena, sizeof(*copy));

	*out_items = arena_array(arena, struct oci_account_mount, n + 1);
	if (!copy || !*out_items)
		return NULL;
	*copy = *account;
	copy->mounts = (struct oci_account_mounts){ *out_items, n, true };
	return copy;
}

int
account_join(struct arena *arena, const struct oci_account *account,
	const struct oci_account *more, struct oci_account **out,
	struct err *err)
{
	size_t n = account->mounts.n;
	struct oci_account_mount *items;
	struct oci_account *joined =
		resize(arena, account, n + more->mounts.n, &items);

	if (!joined)
		return err_code(err, ENOMEM, JOURNAL_FILE);
	for (size_t i = 0; i < joined->mounts.n; i++)
		items[i] = i < n ? account->mounts.items[i]
				 : more->mounts.items[i - n];
	*out = joined;
	return 0;
}

int
account_drop(struct arena *arena, const struct oci_account *account,
	const struct oci_account_mount *entry, struct oci_account **out,
	struct err *err)
{
	struct oci_account_mount *items;
	struct oci_account *left =
		resize(arena, account, account->mounts.n - 1, &items);

	if (!left)
		return err_code(err, ENOMEM, JOURNAL_FILE);
	for (size_t i = 0; i < account->mounts.n; i++)
		/* Copies of an entry have its very texts. */
		if (account->mounts.items[i].target != entry->target)
			*items++ = account->mounts.items[i];
	*out = left;
	return 0;
}

/* --- kept -------------------------------------------------------------------
 */

void
account_note(const struct oci_account *account, struct str *lines)
{
	journal_open_line(lines, JOURNAL_MOUNTS);
	oci_encode(&oci_account_schema, account, false, lines);
	journal_close_line(lines);
}

int
account_write(int dir, const struct oci_account *account, struct err *err)
{
	auto_str line = { 0 };

	account_note(account, &line);
	return journal_replace(dir, JOURNAL_MOUNTS, &line, err);
}

int
account_read(
	int dir, struct arena *arena, struct oci_account **out, struct err *err)
{
	auto_free char *heap = NULL;
	struct oci_account *account;
	const char *text;
	ssize_t len = journal_read(dir, JOURNAL_MOUNTS, &heap, &text, err);

	if (len < 0)
		return -1;
	if (len == 0)
		return err_say(err,
			"an older scrim made this container and did not note its mounts");
	account =
		decode_one(&oci_account_schema, arena, text, (size_t)len, err);
	if (!account) {
		if (err)
			snprintf(err->document, sizeof(err->document),
				JOURNAL_FILE);
		return -1;
	}
	if (*account->version != ACCOUNT_VERSION)
		return err_say(err,
			"the account of its mounts is of version %u, this program knows version %u",
			*account->version, ACCOUNT_VERSION);
	*out = account;
	return 0;
}
