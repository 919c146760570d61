/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of mounts.c for people, as a tree or a table, and as JSON. Names in
 * it were chosen by whoever is in the container: what could move a cursor is
 * written as mountinfo writes it, \ooo. In the tree a line that begins with
 * "!" says what is not as planned; what is missing stands at the end.
 */
#include "life/mounts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/plain.h"
#include "base/str.h"
#include "base/sys.h"
#include "life/record.h"
#include "plan/format.h"
#include "plan/names.h"
#include "plan/print_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#define DRAWN_DEPTH 32

enum cell { TARGET, SOURCE, TYPE, OPTIONS, RELATION, FROM, CELLS };

static const char *const headings[CELLS] = { "TARGET", "SOURCE", "TYPE",
	"OPTIONS", "PROPAGATION", "FROM" };

/* Control characters could say anything to a terminal. */
static void
add_clean(struct str *out, const char *text)
{
	while (*text) {
		size_t len = plain_letter(text);

		if (len)
			str_add_len(out, text, len);
		else
			str_addf(out, "\\%03o", (unsigned char)*text);
		text += len ? len : 1;
	}
}

/* Letters that take room: all bytes but the later ones of UTF-8. */
static size_t
width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* --- one mount in words -----------------------------------------------------
 */

/* The config knows what it was bound from; else the filesystem and what of it
 * is mounted. */
static void
add_source(struct str *out, const struct mounts_sight *sight)
{
	const struct mount_row *row = sight->row;
	const char *known =
		sight->promise ? sight->promise->entry->source : NULL;

	if (sight->promise && sight->promise->op == OP_MASK)
		known = "nothing";
	if (sight->promise && sight->promise->op == OP_READONLY)
		known = "itself";
	add_clean(out, known ? known : row->source);
	if (!known && strcmp(row->root, "/") != 0) {
		str_add(out, "[");
		add_clean(out, row->root);
		str_add(out, "]");
	}
}

/* Who wanted it: the config by pointer and line, or a person, or nobody. */
static void
add_from(struct str *out, const struct mounts_sight *sight)
{
	const struct mounts_promise *promise =
		sight->promise ? sight->promise : sight->along;

	if (!promise) {
		str_add(out, "not planned");
		return;
	}
	if (!sight->promise)
		str_add(out, "along with ");
	if (promise->entry->added)
		str_addf(out, "added %.19sZ", promise->entry->added);
	else if (!promise->entry->pointer)
		str_add(out, "scrim");
	else
		str_add(out, promise->entry->pointer);
	if (promise->entry->line && !promise->entry->added)
		str_addf(out, " (line %u)", *promise->entry->line);
}

static void
add_words(struct str *out, uint64_t attrs, const char *behind, bool *some)
{
	const char *words[PRINT_WORDS_MAX];
	size_t n = print_words_list(OPERAND_ATTR, attrs, words);

	for (size_t i = 0; i < n; i++) {
		str_addf(out, "%s%s %s", *some ? ", " : "", words[i], behind);
		*some = true;
	}
}

/* "ro is gone, noexec is new" */
static void
add_difference(struct str *out, const struct mounts_sight *sight)
{
	const uint64_t atime = MOUNT_ATTR__ATIME;
	const struct mounts_promise *promise = sight->promise;
	bool some = false;

	add_words(out, promise->set & ~atime & ~sight->attrs, "is gone", &some);
	add_words(out, promise->clear & ~atime & sight->attrs, "is new", &some);
	if (((promise->set | promise->clear) & atime) &&
		(sight->attrs & atime) != (promise->set & atime))
		str_addf(out, "%sthe access time's rule is another",
			some ? ", " : "");
}

static const char *
propagation_word(uint64_t propagation)
{
	const char *words[PRINT_WORDS_MAX];

	return print_words_list(OPERAND_PROPAGATION,
		       propagation & ~(uint64_t)MS_REC, words)
		? words[0]
		: "?";
}

/* One sentence of what is not as planned; false: as planned. */
static bool
add_change(struct str *out, const struct mounts_sight *sight, unsigned change)
{
	if (!(sight->changes & change) ||
		(!sight->promise && change != MOUNTS_COVERED))
		return false;
	switch (change) {
	case MOUNTS_REMOUNTED:
		str_add(out, "remounted: ");
		add_difference(out, sight);
		return true;
	case MOUNTS_OPENED:
		str_addf(out, "propagation changed: planned %s",
			propagation_word(sight->promise->propagation));
		return true;
	case MOUNTS_COVERED:
		str_add(out, "covered: ");
		add_clean(out, sight->cover->type);
		str_add(out, " is mounted over it, on ");
		add_clean(out, sight->cover->target);
		return true;
	default:
		return false;
	}
}

/* The row's cells but for the tree in front of the first. */
static void
fill_cells(const struct mounts_sight *sight, struct str *cells)
{
	add_clean(&cells[TARGET], sight->row->target);
	add_source(&cells[SOURCE], sight);
	add_clean(&cells[TYPE], sight->row->type);
	add_clean(&cells[OPTIONS], sight->row->options);
	add_clean(&cells[RELATION], sight->relation);
	add_from(&cells[FROM], sight);
}

/* --- the tree and the table -------------------------------------------------
 */

struct grid {
	struct str (*rows)[CELLS]; /* in the arena; the texts on the heap */
	size_t widths[CELLS];
	bool tree;
};

/* What leads to a mount: a branch for it, a line or nothing for each above,
 * and no more of those than anybody wants to see. */
static void
add_branch(struct str *out, const struct mounts_view *view, ssize_t at,
	unsigned room, bool itself)
{
	const struct mount_row *row = &view->table.rows[at];

	if (row->above < 0 || !room)
		return;
	add_branch(out, view, row->above, room - 1, false);
	if (itself)
		str_add(out, row->next < 0 ? "└─ " : "├─ ");
	else
		str_add(out, row->next < 0 ? "   " : "│  ");
}

/* Every cell is made before the first is printed: widths need them all. */
static void
fill_grid(const struct mounts_view *view, struct grid *grid)
{
	for (size_t c = 0; c < CELLS; c++)
		grid->widths[c] = grid->tree ? 0 : width(headings[c]);
	for (size_t i = 0; i < view->n; i++) {
		struct str *cells = grid->rows[i];

		if (grid->tree)
			add_branch(&cells[TARGET], view, (ssize_t)i,
				DRAWN_DEPTH, true);
		fill_cells(&view->sights[i], cells);
		for (size_t c = 0; c < CELLS; c++)
			if (cells[c].data &&
				width(cells[c].data) > grid->widths[c])
				grid->widths[c] = width(cells[c].data);
	}
}

static void
print_row(const struct grid *grid, const char *const *cells, struct str *out)
{
	for (size_t c = 0; c < CELLS; c++) {
		const char *text = cells[c] ? cells[c] : "";
		int pad = (int)(grid->widths[c] - width(text)) + 2;

		str_add(out, text);
		if (c + 1 < CELLS)
			str_addf(out, "%*s", pad, "");
	}
	str_add(out, "\n");
}

/* Below a mount, what is not as planned. In the tree it hangs at the line of
 * what is mounted in it. */
static void
print_changes(
	const struct mounts_view *view, size_t at, bool tree, struct str *out)
{
	const struct mount_row *row = &view->table.rows[at];

	for (unsigned change = 1; change <= MOUNTS_COVERED; change <<= 1) {
		auto_str text = { 0 };

		if (!add_change(&text, &view->sights[at], change))
			continue;
		if (tree)
			add_branch(out, view, (ssize_t)at, DRAWN_DEPTH, false);
		str_addf(out, "%s! %s\n",
			tree && row->first >= 0 ? "│  " : "   ",
			text.data ? text.data : "");
	}
}

/* Behind the tree: there is no place in it for what is not there. */
static void
print_missing(const struct mounts_view *view, struct str *out)
{
	for (size_t i = 0; i < view->n_promises; i++) {
		const struct mounts_promise *promise = &view->promises[i];

		if (promise->sight >= 0 || promise->excused)
			continue;
		str_add(out,
			promise->held ? "! not to be seen: " : "! missing: ");
		add_clean(out, promise->entry->target);
		str_addf(out, " (%s", promise->entry->step);
		if (promise->entry->source) {
			str_add(out, " of ");
			add_clean(out, promise->entry->source);
		}
		str_addf(out, ", %s)\n",
			promise->entry->added ? "added later"
				: promise->entry->pointer
				? promise->entry->pointer
				: "scrim's own");
	}
}

static int
print_grid(
	struct mounts_view *view, bool tree, struct str *out, struct err *err)
{
	struct grid grid = { .tree = tree };

	grid.rows = arena_alloc(
		&view->stored.arena, (view->n + 1) * sizeof(*grid.rows));
	if (!grid.rows)
		return err_code(err, ENOMEM, "print");
	fill_grid(view, &grid);
	if (!tree)
		print_row(&grid, headings, out);
	for (size_t i = 0; i < view->n; i++) {
		const char *cells[CELLS];

		for (size_t c = 0; c < CELLS; c++)
			cells[c] = grid.rows[i][c].data;
		print_row(&grid, cells, out);
		print_changes(view, i, tree, out);
		for (size_t c = 0; c < CELLS; c++) {
			out->broken = out->broken || grid.rows[i][c].broken;
			str_done(&grid.rows[i][c]);
		}
	}
	print_missing(view, out);
	return 0;
}

/* --- JSON -------------------------------------------------------------------
 */

static void
add_member(struct str *out, const char *name, const char *text)
{
	str_addf(out, ",\"%s\":", name);
	str_add_json(out, text);
}

/* "a,b" as an array. */
static void
add_list(struct str *out, const char *name, const char *words)
{
	str_addf(out, ",\"%s\":[", name);
	while (*words) {
		size_t len = strcspn(words, ",");
		auto_str word = { 0 };

		str_add_len(&word, words, len);
		str_add_json(out, word.data ? word.data : "");
		words += len + (words[len] == ',');
		str_add(out, *words ? "," : "");
	}
	str_add(out, "]");
}

/* {"step":"bind","pointer":"/mounts/3","line":87} */
static void
add_origin(
	struct str *out, const char *name, const struct mounts_promise *promise)
{
	const struct oci_account_mount *entry;

	str_addf(out, ",\"%s\":", name);
	if (!promise) {
		str_add(out, "null");
		return;
	}
	entry = promise->entry;
	str_add(out, "{\"step\":");
	str_add_json(out, entry->step);
	add_member(out, "target", entry->target);
	if (entry->source)
		add_member(out, "source", entry->source);
	if (entry->added)
		add_member(out, "added", entry->added);
	else if (entry->pointer)
		add_member(out, "pointer", entry->pointer);
	if (entry->line && !entry->added)
		str_addf(out, ",\"line\":%u", *entry->line);
	str_add(out, "}");
}

static void
add_changes(struct str *out, const struct mounts_sight *sight)
{
	const char *between = "";

	str_add(out, ",\"changes\":[");
	if (sight->changes & MOUNTS_ADDED) {
		str_add_json(out, "added: nobody planned it");
		between = ",";
	}
	for (unsigned change = 1; change <= MOUNTS_COVERED; change <<= 1) {
		auto_str text = { 0 };

		if (!add_change(&text, sight, change))
			continue;
		str_add(out, between);
		str_add_json(out, text.data ? text.data : "");
		between = ",";
	}
	str_add(out, "]");
}

/* The numbers, too: a program may want to compare them. */
static void
add_groups(struct str *out, const struct mount_row *row, const char *relation)
{
	add_member(out, "propagation", relation);
	if (row->shared)
		str_addf(out, ",\"peerGroup\":%u", row->shared);
	if (row->master)
		str_addf(out, ",\"receivesFrom\":%u", row->master);
}

static void
add_mount(struct str *out, const struct mounts_sight *sight)
{
	const struct mount_row *row = sight->row;
	auto_str source = { 0 };

	add_source(&source, sight);
	str_addf(out, "{\"id\":%d,\"parent\":%d", row->id, row->parent);
	add_member(out, "target", row->target);
	add_member(out, "source", source.data ? source.data : "");
	add_member(out, "type", row->type);
	str_addf(out, ",\"device\":\"%u:%u\"", major(row->device),
		minor(row->device));
	add_member(out, "root", row->root);
	add_list(out, "options", row->options);
	add_list(out, "filesystemOptions", row->words);
	add_groups(out, row, sight->relation);
	add_origin(out, "from", sight->promise);
	if (sight->along)
		add_origin(out, "alongWith", sight->along);
	add_changes(out, sight);
	str_add(out, "}");
}

/* One object, a line for each mount, so that diff(1) is of use. */
static void
print_json(const struct mounts_view *view, struct str *out)
{
	const char *between = "";

	str_add(out, "{\"id\":");
	str_add_json(out, view->stored.record->id);
	str_add(out, ",\"mounts\":[");
	for (size_t i = 0; i < view->n; i++) {
		str_add(out, i ? ",\n" : "\n");
		add_mount(out, &view->sights[i]);
	}
	str_add(out, "],\"missing\":[");
	for (size_t i = 0; i < view->n_promises; i++) {
		if (view->promises[i].sight >= 0 || view->promises[i].excused)
			continue;
		str_addf(out, "%s{\"target\":", between);
		str_add_json(out, view->promises[i].entry->target);
		add_origin(out, "from", &view->promises[i]);
		if (view->promises[i].held)
			str_add(out, ",\"held\":true");
		str_add(out, "}");
		between = ",";
	}
	str_add(out, "]}\n");
}

int
mounts_show(const char *root, const char *id, enum mounts_form form,
	struct str *out, struct err *err)
{
	struct mounts_view view;
	int result = mounts_open(root, id, OPERATION_MOUNTS, false, &view, err);

	if (result == 0 && form == MOUNTS_JSON)
		print_json(&view, out);
	else if (result == 0)
		result = print_grid(&view, form == MOUNTS_TEXT, out, err);
	mounts_close(&view);
	return result < 0 ? -1 : 0;
}
