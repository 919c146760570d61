/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account's entries are promises; each is looked for among the mounts that
 * the container's first process sees: by the very path, else, where links of
 * the rootfs lead elsewhere, by what stands at the end of that path inside.
 * Of several on one path the lowest is the first. What is left over of the
 * mounts came along with a recursive bind above it, or was added. Nothing is
 * changed and nothing locked here, unless the caller wants to go on.
 */
#include "life/mounts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/sys.h"
#include "host/library.h"
#include "life/glance.h"
#include "life/record.h"
#include "life/status.h"
#include "plan/format.h"
#include "plan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is seen -----------------------------------------------------------
 */

/* What the words of mountinfo say in bits. That none of the words about the
 * time of access is there means strictatime. */
static uint64_t
read_attrs(const char *words)
{
	uint64_t attrs = MOUNT_ATTR_STRICTATIME;
	char word[32];

	while (*words) {
		size_t len = strcspn(words, ",");
		const struct names_mount_option *option;

		snprintf(word, sizeof(word), "%.*s", (int)len, words);
		option = names_mount_option(word);
		if (option && option->kind == MOUNT_ATTRIBUTE)
			attrs = (attrs & ~option->clear) | option->set;
		words += len + (words[len] == ',');
	}
	return attrs;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void
make_sights(struct mounts_view *view)
{
	for (size_t i = 0; i < view->table.n; i++)
		view->sights[i] = (struct mounts_sight){
			.row = &view->table.rows[i],
			.attrs = read_attrs(view->table.rows[i].options),
		};
	view->n = view->table.n;
}

/* --- promises ---------------------------------------------------------------
 */

static uint64_t
value(const uint64_t *number)
{
	return number ? *number : 0;
}

/* A later entry about the same place changes what was promised of it. */
static void
amend(struct mounts_view *view, const struct oci_account_mount *entry)
{
	uint64_t set = value(entry->set), clear = value(entry->clear);

	for (size_t i = view->n_promises; i-- > 0;) {
		struct mounts_promise *promise = &view->promises[i];

		if (!same_text(promise->entry->target, entry->target))
			continue;
		if ((set | clear) & MOUNT_ATTR__ATIME)
			promise->set &= ~(uint64_t)MOUNT_ATTR__ATIME;
		promise->set = (promise->set & ~clear) | set;
		promise->clear = (promise->clear & ~set) | clear;
		if (entry->propagation)
			promise->propagation = *entry->propagation;
		return;
	}
}

/* One for each entry that mounts something; the others amend theirs. */
static void
make_promises(struct mounts_view *view)
{
	view->n_promises = 0;
	for (size_t i = 0; i < view->account->mounts.n; i++) {
		const struct oci_account_mount *entry =
			&view->account->mounts.items[i];
		unsigned op = account_op(entry);

		if (op == OP_REMOUNT || op == OP_SEAL || op == OP_ROOT_ATTR) {
			amend(view, entry);
			continue;
		}
		view->promises[view->n_promises++] = (struct mounts_promise){
			.entry = entry,
			.op = op,
			.set = value(entry->set),
			.clear = value(entry->clear),
			.propagation = value(entry->propagation),
			.sight = -1,
		};
	}
}

/* --- one to the other -------------------------------------------------------
 */

/* A bind may be of any type; a fresh filesystem has the planned one. */
static bool
may_keep(const struct mounts_sight *sight, const struct mounts_promise *promise)
{
	const char *type = promise->entry->type;

	return !sight->promise && (!type || same_text(type, sight->row->type));
}

static void
keep(struct mounts_view *view, struct mounts_promise *promise, size_t at)
{
	promise->sight = (ssize_t)at;
	view->sights[at].promise = promise;
}

/* The tree's order: of several at one path the lowest comes first. */
static bool
find_by_name(struct mounts_view *view, struct mounts_promise *promise)
{
	for (size_t i = 0; i < view->n; i++) {
		if (!same_text(view->sights[i].row->target,
			    promise->entry->target) ||
			!may_keep(&view->sights[i], promise))
			continue;
		keep(view, promise, i);
		return true;
	}
	return false;
}

/* What is made only where its target exists is missed only there. */
static void
find_by_links(
	struct mounts_view *view, struct mounts_promise *promise, int64_t id)
{
	bool optional = promise->entry->optional && *promise->entry->optional;

	for (size_t i = 0; id > 0 && i < view->n; i++) {
		if (view->sights[i].row->id != id ||
			!may_keep(&view->sights[i], promise))
			continue;
		keep(view, promise, i);
		return;
	}
	promise->held = id == GLANCE_HELD;
	promise->excused = optional && !promise->held &&
		(id == GLANCE_NOTHING || promise->op == OP_BIND);
}

/* In the order of the plan, which is the order in which they were mounted.
 * Those that no name tells are looked for together, by one child. */
static int
match(struct mounts_view *view, int root, struct err *err)
{
	struct arena *arena = &view->stored.arena;
	size_t max = view->n_promises + 1, n = 0;
	struct mounts_promise **left =
		arena_array(arena, struct mounts_promise *, max);
	const char **paths = arena_array(arena, const char *, max);
	int64_t *found = arena_array(arena, int64_t, max);

	if (!left || !paths || !found)
		return err_code(err, ENOMEM, "mounts");
	for (size_t i = 0; i < view->n_promises; i++) {
		if (find_by_name(view, &view->promises[i]))
			continue;
		left[n] = &view->promises[i];
		paths[n++] = view->promises[i].entry->target;
	}
	if (glance(root, paths, found, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		find_by_links(view, left[i], found[i]);
	return 0;
}

/* --- what is different ------------------------------------------------------
 */

/* A slave of a mount that was private has no master, and is as planned. */
static bool
has_propagation(const struct mount_row *row, uint64_t promised)
{
	if (promised & MS_SHARED)
		return row->shared != 0;
	if (promised & (MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE))
		return !row->shared && ((promised & MS_SLAVE) || !row->master);
	return true;
}

/* The rule of access times is one value; all else are single bits. */
static bool
has_attrs(uint64_t attrs, const struct mounts_promise *promise)
{
	const uint64_t atime = MOUNT_ATTR__ATIME;

	if (((promise->set | promise->clear) & atime) &&
		(attrs & atime) != (promise->set & atime))
		return false;
	return !(promise->set & ~atime & ~attrs) &&
		!(promise->clear & ~atime & attrs);
}

/* Both as mountinfo has them, without a slash at the end. */
static bool
is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	return !strncmp(path, directory, len) && path[len] == '/';
}

/* Among what is mounted in one mount: what lies at that place, or above it. */
static const struct mount_row *
find_among(const struct mounts_view *view, ssize_t first,
	const struct mount_row *row, bool above)
{
	for (ssize_t i = first; i >= 0; i = view->table.rows[i].next) {
		const struct mount_row *other = &view->table.rows[i];

		if (other == row)
			continue;
		if (above ? is_below(row->target, other->target)
			  : same_text(other->target, row->target))
			return other;
	}
	return NULL;
}

/* What was mounted in it later, at its own place, lies over it; and so does
 * what was mounted beside it at a place above: had it been there before, this
 * one would be in it. */
static const struct mount_row *
find_cover(const struct mounts_view *view, const struct mount_row *row)
{
	const struct mount_row *cover =
		find_among(view, row->first, row, false);

	if (cover || row->above < 0)
		return cover;
	return find_among(view, view->table.rows[row->above].first, row, true);
}

/* With what a mount came that nobody planned: a tree that was taken whole. */
static const struct mounts_promise *
find_along(const struct mounts_view *view, const struct mounts_sight *sight)
{
	const struct mounts_promise *above;

	if (sight->row->above < 0)
		return NULL;
	above = view->sights[sight->row->above].promise;
	if (!above)
		return view->sights[sight->row->above].along;
	return above->op != OP_ROOTFS && above->entry->recursive &&
			*above->entry->recursive
		? above
		: NULL;
}

/* Parents come before their children, which may have come along with them. */
static void
judge(struct mounts_view *view, size_t at)
{
	struct mounts_sight *sight = &view->sights[at];
	const struct mounts_promise *promise = sight->promise;

	sight->cover = find_cover(view, sight->row);
	/* A plan may put one mount over another itself. */
	if (sight->cover &&
		!view->sights[sight->cover - view->table.rows].promise)
		sight->changes |= MOUNTS_COVERED;
	if (!promise) {
		sight->along = find_along(view, sight);
		if (!sight->along)
			sight->changes |= MOUNTS_ADDED;
		return;
	}
	if (promise->entry->added)
		sight->changes |= MOUNTS_BY_COMMAND;
	if (!has_attrs(sight->attrs, promise))
		sight->changes |= MOUNTS_REMOUNTED;
	if (!has_propagation(sight->row, promise->propagation))
		sight->changes |= MOUNTS_OPENED;
}

/* --- propagation in words ---------------------------------------------------
 */

/* Another mount of the container in that peer group. */
static const struct mount_row *
find_peer(const struct mounts_view *view, const struct mount_row *row,
	unsigned group)
{
	for (size_t i = 0; i < view->table.n; i++)
		if (&view->table.rows[i] != row &&
			view->table.rows[i].shared == group)
			return &view->table.rows[i];
	return NULL;
}

/* In whose mounts the other end of a peer group is. */
static const char *
whose(struct mounts_view *view, const struct mount_row *row, unsigned group)
{
	const struct mount_row *peer;

	if (mount_table_group(&view->host, group))
		return "the host";
	peer = find_peer(view, row, group);
	if (peer)
		return peer->target;
	return row->from && group != row->from &&
			mount_table_group(&view->host, row->from)
		? "the host"
		: "another namespace";
}

/* The whole sentence; NULL without memory. */
static const char *
relation(struct mounts_view *view, const struct mount_row *row)
{
	struct arena *arena = &view->stored.arena;

	if (row->master)
		return arena_printf(arena, "receives mounts from %s%s",
			whose(view, row, row->master),
			row->shared ? " and passes them on" : "");
	if (!row->shared)
		return row->unbindable ? "isolated, and cannot be bound"
				       : "isolated";
	if (mount_table_group(&view->host, row->shared) ||
		find_peer(view, row, row->shared))
		return arena_printf(arena, "exchanges mounts with %s",
			whose(view, row, row->shared));
	return "shares mounts with copies of it";
}

/* --- all of it --------------------------------------------------------------
 */

int
mounts_compare(struct mounts_view *view, struct err *err)
{
	struct arena *arena = &view->stored.arena;
	auto_fd root = -1;
	char path[32];

	view->sights = arena_array(arena, struct mounts_sight, view->table.n);
	view->promises = arena_array(
		arena, struct mounts_promise, view->account->mounts.n + 1);
	if (!view->sights || !view->promises)
		return err_code(err, ENOMEM, "mounts");
	snprintf(path, sizeof(path), "/proc/%d/root", (int)view->pid);
	root = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open %s", path);
	make_sights(view);
	make_promises(view);
	if (match(view, root, err) < 0)
		return -1;
	for (size_t i = 0; i < view->n; i++) {
		judge(view, i);
		view->sights[i].relation = relation(view, view->sights[i].row);
		if (!view->sights[i].relation)
			return err_code(err, ENOMEM, "mounts");
	}
	return 0;
}

/* A pid is the container's while its start time is: looked at once more when
 * all was read. */
static int
check_alive(const struct mounts_view *view, struct err *err)
{
	const struct oci_record *record = view->stored.record;

	return status_allow(view->operation,
		status_find(view->stored.dir, record), record->id, err);
}

static int
read_all(struct mounts_view *view, struct err *err)
{
	struct stored *stored = &view->stored;
	struct oci_account *account;

	if (store_read(stored->dir, &stored->arena, &stored->record, err) < 0 ||
		check_alive(view, err) < 0 ||
		account_read(stored->dir, &stored->arena, &account, err) < 0)
		return -1;
	view->account = account;
	view->pid = (pid_t)*stored->record->pid;
	if (mount_table_read(&stored->arena, view->pid, &view->table, err) <
			0 ||
		mount_table_read(&stored->arena, 0, &view->host, err) < 0 ||
		mounts_compare(view, err) < 0)
		return -1;
	return check_alive(view, err);
}

int
mounts_open(const char *root, const char *id, enum operation operation,
	bool locked, struct mounts_view *out, struct err *err)
{
	*out = (struct mounts_view){ .stored = { .root = -1, .dir = -1 },
		.operation = operation };
	if (library_ready(err) < 0 ||
		store_find(root, id, &out->stored, err) < 0)
		return -1;
	if (locked && store_lock(out->stored.dir, err) < 0)
		return -1;
	return read_all(out, err);
}

void
mounts_close(struct mounts_view *view)
{
	store_close(&view->stored);
}
