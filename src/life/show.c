/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks, and changes nothing: no lock is taken, since a record is replaced
 * as a whole. A container that goes away while the list is made is left out,
 * and so is a directory that is none. The members and their order are the
 * ones that engines know from runc, pid 0 for a stopped container included;
 * the owner's name comes from /etc/passwd alone, for a name service may be a
 * container itself.
 */
#include "life/show.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One container as it is seen now. */
struct sight {
	const struct oci_record *record;
	enum status status;
	long long pid;
	char owner[64];
};

static void
name_owner(uint32_t uid, char *buf, size_t size)
{
	struct passwd *user = NULL;
	FILE *file;

	snprintf(buf, size, uid ? "%u" : "root", uid);
	file = uid ? fopen("/etc/passwd", "re") : NULL;
	while (file && (user = fgetpwent(file)) && user->pw_uid != uid)
		;
	if (user)
		snprintf(buf, size, "%s", user->pw_name);
	if (file)
		fclose(file);
}

static void
look(int dir, const struct oci_record *record, struct sight *out)
{
	out->record = record;
	out->status = status_find(dir, record);
	out->pid =
		record->pid && out->status != STATUS_STOPPED ? *record->pid : 0;
	name_owner(*record->owner, out->owner, sizeof(out->owner));
}

/* How an object is laid out: before each member, behind the last. */
struct layout {
	const char *member, *inner, *colon, *end, *inner_end;
};

static const struct layout indented = { "\n  ", "\n    ", ": ", "\n}",
	"\n  }" };
static const struct layout compact = { "", "", ":", "}", "}" };

static void
add_text(struct str *out, const struct layout *layout, const char *key,
	const char *value)
{
	str_addf(out, ",%s\"%s\"%s", layout->member, key, layout->colon);
	str_add_json(out, value);
}

static void
add_annotations(struct str *out, const struct layout *layout,
	const struct oci_string_map *map)
{
	if (!map->n)
		return;
	str_addf(out, ",%s\"annotations\"%s{", layout->member, layout->colon);
	for (size_t i = 0; i < map->n; i++) {
		str_addf(out, "%s%s", i ? "," : "", layout->inner);
		str_add_json(out, map->items[i].key);
		str_add(out, layout->colon);
		str_add_json(out, map->items[i].value);
	}
	str_add(out, layout->inner_end);
}

static void
add_json(
	struct str *out, const struct layout *layout, const struct sight *sight)
{
	const struct oci_record *record = sight->record;

	str_addf(out, "{%s\"ociVersion\"%s", layout->member, layout->colon);
	str_add_json(out, record->oci_version);
	add_text(out, layout, "id", record->id);
	str_addf(out, ",%s\"pid\"%s%lld", layout->member, layout->colon,
		sight->pid);
	add_text(out, layout, "status", status_word(sight->status));
	add_text(out, layout, "bundle", record->bundle);
	add_text(out, layout, "rootfs", record->rootfs);
	add_text(out, layout, "created", record->created);
	add_annotations(out, layout, &record->annotations);
	add_text(out, layout, "owner", sight->owner);
	str_add(out, layout->end);
}

int
show_state(const char *root, const char *id, struct str *out, struct err *err)
{
	struct stored stored;
	struct sight sight;
	int result;

	if (store_find(root, id, &stored, err) < 0)
		return -1;
	result = store_read(stored.dir, &stored.arena, &stored.record, err);
	if (result == 0) {
		look(stored.dir, stored.record, &sight);
		result = status_known(sight.status, id, err);
	}
	if (result == 0) {
		add_json(out, &indented, &sight);
		str_add(out, "\n");
	}
	store_close(&stored);
	return result < 0 ? -1 : 0;
}

/* --- many -------------------------------------------------------------------
 */

#define COLUMNS 6

static const char *const headings[COLUMNS] = { "ID", "PID", "STATUS", "BUNDLE",
	"CREATED", "OWNER" };

/* Cells of all rows, the headings first; heap. */
struct table {
	char *(*rows)[COLUMNS];
	size_t n, cap;
	bool broken;
};

static void
add_row(struct table *table, const char *const *cells)
{
	if (table->n == table->cap) {
		size_t cap = table->cap ? 2 * table->cap : 16;
		void *moved = realloc(table->rows, cap * sizeof(*table->rows));

		table->broken = table->broken || !moved;
		if (!moved)
			return;
		table->rows = moved;
		table->cap = cap;
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		table->rows[table->n][i] = strdup(cells[i]);
		table->broken = table->broken || !table->rows[table->n][i];
	}
	table->n++;
}

static void
add_sight(struct table *table, const struct sight *sight)
{
	const struct oci_record *record = sight->record;
	char pid[24];
	const char *cells[COLUMNS] = { record->id, pid,
		status_word(sight->status), record->bundle, record->created,
		sight->owner };

	snprintf(pid, sizeof(pid), "%lld", sight->pid);
	add_row(table, cells);
}

/* Columns of at least 12, three blanks between them, as runc's. */
static void
print_table(const struct table *table, struct str *out)
{
	size_t widths[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++) {
		widths[i] = 12;
		for (size_t r = 0; r < table->n; r++)
			if (strlen(table->rows[r][i]) + 3 > widths[i])
				widths[i] = strlen(table->rows[r][i]) + 3;
	}
	for (size_t r = 0; r < table->n; r++) {
		for (size_t i = 0; i < COLUMNS; i++)
			str_addf(out, "%-*s",
				i + 1 < COLUMNS ? (int)widths[i] : 0,
				table->rows[r][i]);
		str_add(out, "\n");
	}
}

static void
table_done(struct table *table)
{
	for (size_t r = 0; r < table->n; r++)
		for (size_t i = 0; i < COLUMNS; i++)
			free(table->rows[r][i]);
	free(table->rows);
}

/* Where the list goes; only one of them is used. */
struct list {
	enum show_form form;
	struct table table;
	struct str *out;
	size_t n;
};

static void
add_container(struct list *list, const struct sight *sight)
{
	if (list->form == SHOW_TABLE)
		add_sight(&list->table, sight);
	if (list->form == SHOW_JSON) {
		str_add(list->out, list->n ? "," : "");
		add_json(list->out, &compact, sight);
	}
	list->n++;
}

/* One name of the root; what is no container, or none any more, is left out,
 * and so is a record that is damaged; but not one that could not be read: a
 * list must not be short for want of memory. */
static int
add_name(struct list *list, int root, const char *name, struct arena *arena,
	struct err *err)
{
	struct oci_record *record;
	struct sight sight;
	auto_fd dir = store_open(root, name, err);
	int found = dir < 0 ? dir : store_read(dir, arena, &record, err);

	if (found == STORE_UNKNOWN)
		return 0;
	if (found == 0) {
		look(dir, record, &sight);
		add_container(list, &sight);
		return status_known(sight.status, name, err);
	}
	err_in(err, "%s", name);
	if (err->code)
		return -1;
	log_warn_err(err);
	return 0;
}

/* To be told by name, a container need not be looked at. */
static void
add_ids(struct list *list, int root, char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		if (store_has_record(root, names[i]))
			str_addf(list->out, "%s\n", names[i]);
}

/* One arena for all, emptied after each. */
static int
add_sights(struct list *list, int root, char *const *names, struct err *err)
{
	struct arena arena;

	int result = 0;

	if (arena_init(&arena, err) < 0)
		return -1;
	for (size_t i = 0; names[i] && result == 0; i++) {
		result = add_name(list, root, names[i], &arena, err);
		arena_cut(&arena, 0);
	}
	arena_done(&arena);
	return result;
}

static int
add_all(struct list *list, int root, struct err *err)
{
	char **names = NULL;
	int result = store_names(root, &names, err);

	if (result == 0 && list->form == SHOW_IDS)
		add_ids(list, root, names);
	else if (result == 0)
		result = add_sights(list, root, names, err);
	store_free_names(names);
	return result;
}

static int
finish(struct list *list, struct err *err)
{
	if (list->table.broken)
		return err_code(err, ENOMEM, "list the containers");
	if (list->form == SHOW_TABLE)
		print_table(&list->table, list->out);
	if (list->form == SHOW_JSON)
		str_add(list->out, "]\n");
	return 0;
}

int
show_list(
	const char *root, enum show_form form, struct str *out, struct err *err)
{
	struct list list = { .form = form, .out = out };
	auto_fd dir = store_open_root(root, false, err);
	int result = dir == STORE_UNKNOWN ? 0 : dir < 0 ? -1 : 0;

	if (form == SHOW_TABLE)
		add_row(&list.table, headings);
	if (form == SHOW_JSON)
		str_add(out, "[");
	if (dir >= 0)
		result = add_all(&list, dir, err);
	if (result == 0)
		result = finish(&list, err);
	table_done(&list.table);
	return result;
}
