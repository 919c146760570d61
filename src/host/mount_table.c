/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmount knows the format of mountinfo with all its escapes, and is loaded
 * for it (host/library.h). Only the opaque side of its interface is used, so
 * its header is not needed to build: an address of its functions and their
 * documented types. Everything is copied; nothing of libmount outlives a call.
 */
#include "host/mount_table.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct libmnt_table;
struct libmnt_iter;
struct libmnt_fs;

#define ITER_FORWARD 0 /* MNT_ITER_FORWARD */

struct functions {
	struct libmnt_table *(*new_table)(void);
	void (*unref_table)(struct libmnt_table *table);
	int (*parse_file)(struct libmnt_table *table, const char *file);
	struct libmnt_iter *(*new_iter)(int direction);
	void (*free_iter)(struct libmnt_iter *iter);
	int (*next_fs)(struct libmnt_table *table, struct libmnt_iter *iter,
		struct libmnt_fs **fs);
	int (*id)(struct libmnt_fs *fs);
	int (*parent_id)(struct libmnt_fs *fs);
	dev_t (*devno)(struct libmnt_fs *fs);
	const char *(*root)(struct libmnt_fs *fs);
	const char *(*target)(struct libmnt_fs *fs);
	const char *(*type)(struct libmnt_fs *fs);
	const char *(*source)(struct libmnt_fs *fs);
	const char *(*options)(struct libmnt_fs *fs);
	const char *(*words)(struct libmnt_fs *fs);
	const char *(*optional)(struct libmnt_fs *fs);
};

#define SYMBOL(name_, member_)                                                 \
	{                                                                      \
		name_, offsetof(struct functions, member_)                     \
	}

static const struct library_symbol symbols[] = {
	SYMBOL("mnt_new_table", new_table),
	SYMBOL("mnt_unref_table", unref_table),
	SYMBOL("mnt_table_parse_file", parse_file),
	SYMBOL("mnt_new_iter", new_iter),
	SYMBOL("mnt_free_iter", free_iter),
	SYMBOL("mnt_table_next_fs", next_fs),
	SYMBOL("mnt_fs_get_id", id),
	SYMBOL("mnt_fs_get_parent_id", parent_id),
	SYMBOL("mnt_fs_get_devno", devno),
	SYMBOL("mnt_fs_get_root", root),
	SYMBOL("mnt_fs_get_target", target),
	SYMBOL("mnt_fs_get_fstype", type),
	SYMBOL("mnt_fs_get_source", source),
	SYMBOL("mnt_fs_get_vfs_options", options),
	SYMBOL("mnt_fs_get_fs_options", words),
	SYMBOL("mnt_fs_get_optional_fields", optional),
};

static const struct library libmount = {
	.soname = "libmount.so.1",
	.package = "libmount1",
	.purpose = "reading a table of mounts",
	.symbols = symbols,
	.n_symbols = sizeof(symbols) / sizeof(symbols[0]),
};

/* "shared:12 master:3": the number behind a word of the optional fields. */
static unsigned
group(const char *fields, const char *word)
{
	const char *at = fields ? strstr(fields, word) : NULL;
	char digits[12];
	uint64_t number;
	size_t len;

	if (!at)
		return 0;
	at += strlen(word);
	len = strspn(at, "0123456789");
	if (len >= sizeof(digits))
		return 0;
	memcpy(digits, at, len);
	digits[len] = '\0';
	return str_to_uint(digits, UINT32_MAX, &number) < 0 ? 0
							    : (unsigned)number;
}

/* NULL is taken for "": some filesystems have no source. */
static const char *
copy(struct arena *arena, const char *text, bool *whole)
{
	const char *kept =
		arena_text(arena, text ? text : "", text ? strlen(text) : 0);

	*whole = *whole && kept;
	return kept;
}

/* False without memory. */
static bool
fill(const struct functions *mnt, struct arena *arena, struct libmnt_fs *fs,
	struct mount_row *row)
{
	const char *optional = mnt->optional(fs);
	bool whole = true;

	row->id = mnt->id(fs);
	row->parent = mnt->parent_id(fs);
	row->device = mnt->devno(fs);
	row->root = copy(arena, mnt->root(fs), &whole);
	row->target = copy(arena, mnt->target(fs), &whole);
	row->type = copy(arena, mnt->type(fs), &whole);
	row->source = copy(arena, mnt->source(fs), &whole);
	row->options = copy(arena, mnt->options(fs), &whole);
	row->words = copy(arena, mnt->words(fs), &whole);
	row->shared = group(optional, "shared:");
	row->master = group(optional, "master:");
	row->from = group(optional, "propagate_from:");
	row->unbindable = optional && strstr(optional, "unbindable");
	return whole;
}

/* Counts first: rows lie in one piece. */
static int
walk(const struct functions *mnt, struct arena *arena,
	struct libmnt_table *table, struct mount_row *rows, size_t *n)
{
	struct libmnt_iter *iter = mnt->new_iter(ITER_FORWARD);
	struct libmnt_fs *fs;
	bool whole = iter != NULL;

	for (*n = 0; whole && mnt->next_fs(table, iter, &fs) == 0; ++*n)
		if (rows)
			whole = fill(mnt, arena, fs, &rows[*n]);
	if (iter)
		mnt->free_iter(iter);
	return whole ? 0 : -1;
}

/* --- the tree: a container may mount as much as it likes, so nothing here
 * takes the square of it, nor depth of stack --------------------------------
 */

struct key {
	int id;
	size_t at;
};

static int
by_id(const void *a, const void *b)
{
	const struct key *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/* Links every row to the rows around it; the first without a parent heads the
 * list of those, which are siblings, too. Returns its place, -1 for none. */
static ssize_t
link_rows(struct mount_row *rows, const struct key *keys, size_t n)
{
	ssize_t top = -1;

	for (size_t i = 0; i < n; i++)
		rows[i].first = rows[i].next = rows[i].above = -1;
	for (size_t i = n; i-- > 0;) {
		struct key wanted = { rows[i].parent, 0 };
		const struct key *found =
			bsearch(&wanted, keys, n, sizeof(*keys), by_id);
		bool rooted = !found || found->at == i;
		ssize_t *head = rooted ? &top : &rows[found->at].first;

		rows[i].above = rooted ? -1 : (ssize_t)found->at;
		rows[i].next = *head;
		*head = (ssize_t)i;
	}
	return top;
}

/* The next one in the tree's order. */
static ssize_t
step(const struct mount_row *rows, ssize_t at)
{
	if (rows[at].first >= 0)
		return rows[at].first;
	while (at >= 0 && rows[at].next < 0)
		at = rows[at].above;
	return at < 0 ? -1 : rows[at].next;
}

static ssize_t
moved(const size_t *places, ssize_t at)
{
	return at < 0 ? -1 : (ssize_t)places[at];
}

/* Puts linked rows in the tree's order, into sorted. */
static size_t
sort_rows(const struct mount_row *rows, ssize_t top, size_t *places,
	struct mount_row *sorted)
{
	size_t n = 0;

	for (ssize_t at = top; at >= 0; at = step(rows, at)) {
		places[at] = n;
		sorted[n++] = rows[at];
	}
	for (size_t i = 0; i < n; i++) {
		struct mount_row *row = &sorted[i];

		row->above = moved(places, row->above);
		row->first = moved(places, row->first);
		row->next = moved(places, row->next);
		row->depth = row->above < 0 ? 0 : sorted[row->above].depth + 1;
	}
	return n;
}

static int
make_tree(struct arena *arena, struct mount_row *rows, size_t n,
	struct mount_table *out)
{
	struct mount_row *sorted = arena_array(arena, struct mount_row, n + 1);
	struct key *keys = arena_array(arena, struct key, n + 1);
	size_t *places = arena_array(arena, size_t, n + 1);

	if (!sorted || !keys || !places)
		return -1;
	for (size_t i = 0; i < n; i++)
		keys[i] = (struct key){ rows[i].id, i };
	qsort(keys, n, sizeof(*keys), by_id);
	out->n = sort_rows(rows, link_rows(rows, keys, n), places, sorted);
	out->rows = sorted;
	return 0;
}

/* Twice over the table of libmount: to count, and to copy. */
static int
copy_table(const struct functions *mnt, struct arena *arena,
	struct libmnt_table *table, struct mount_table *out)
{
	struct mount_row *rows;
	size_t n;

	if (walk(mnt, arena, table, NULL, &n) < 0)
		return -1;
	rows = arena_array(arena, struct mount_row, n + 1);
	if (!rows || walk(mnt, arena, table, rows, &n) < 0)
		return -1;
	return make_tree(arena, rows, n, out);
}

int
mount_table_read(struct arena *arena, pid_t pid, struct mount_table *out,
	struct err *err)
{
	char path[48] = "/proc/self/mountinfo";
	struct libmnt_table *table;
	struct functions mnt;
	int result;

	if (library_load(&libmount, &mnt, err) < 0)
		return -1;
	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	table = mnt.new_table();
	if (!table)
		return err_code(err, ENOMEM, "read %s", path);
	errno = 0;
	result = mnt.parse_file(table, path);
	if (result)
		result = err_code(
			err, result < 0 ? -result : errno, "read %s", path);
	else if (copy_table(&mnt, arena, table, out) < 0)
		result = err_code(err, ENOMEM, "read %s", path);
	mnt.unref_table(table);
	return result;
}

const struct mount_row *
mount_table_group(const struct mount_table *table, unsigned group_)
{
	for (size_t i = 0; group_ && i < table->n; i++)
		if (table->rows[i].shared == group_)
			return &table->rows[i];
	return NULL;
}
