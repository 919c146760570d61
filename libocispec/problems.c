/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects what is wrong with a document (see problems.h). Entries are
 * spelled out at once, because the places that they come from may lie on the
 * decoder's stack. Running out of arena shortens the list, never the count:
 * a document with a problem is never taken for one without.
 */
#include "libocispec/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/place.h"
#include "base/plain.h"
#include "base/str.h"
#include "libocispec/locate.h"

void
problems_init(struct oci_problems *problems, struct arena *arena,
	const char *document)
{
	problems->arena = arena;
	problems->document = document;
	problems->text = NULL;
	problems->len = 0;
	problems->no_memory = false;
	problems->n = 0;
	problems->skipped_n = 0;
}

/* Reading a larger text again for each problem would take too long. */
#define LOCATE_MAX ((size_t)1 << 20)

/* A member has no place of its own: look it up while the text is there, else
 * the object that it stands in must do. */
static void
point(struct oci_problem *entry, const struct oci_problems *problems,
	const struct place *at, const char *member)
{
	char pointer[ERR_POINTER_MAX];
	size_t len = place_format(at, member, pointer, sizeof(pointer));

	entry->line = at ? at->line : 0;
	entry->column = at ? at->column : 0;
	if (member && problems->text && problems->len <= LOCATE_MAX)
		locate(problems->text, problems->len, pointer, &entry->line,
			&entry->column);
	plain_make(pointer);
	entry->pointer = arena_text(problems->arena, pointer, len);
	if (!entry->pointer)
		entry->pointer = "";
}

/* The sentence in the arena; out of memory one that says just that. */
static const char *
sentence(struct arena *arena, const char *fmt, va_list args)
{
	char text[ERR_TEXT_MAX / 2];
	const char *copy;

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	/* Names come from the document. */
	plain_make(text);
	copy = arena_text(arena, text, strlen(text));
	return copy ? copy : "the document needs more memory than there is";
}

/* NULL: the list is full, and the count has gone on. */
static struct oci_problem *
next(struct oci_problem *items, size_t *n)
{
	size_t i = (*n)++;

	return i < OCI_PROBLEMS_MAX ? &items[i] : NULL;
}

void
problems_add(struct oci_problems *problems, const struct place *at,
	const char *member, const char *fmt, ...)
{
	struct oci_problem *entry = next(problems->items, &problems->n);
	va_list args;

	if (!entry)
		return;
	va_start(args, fmt);
	entry->text = sentence(problems->arena, fmt, args);
	va_end(args);
	point(entry, problems, at, member);
}

void
problems_note(struct oci_problems *problems, const struct place *at,
	const char *member, const char *fmt, ...)
{
	struct oci_problem *entry =
		next(problems->skipped, &problems->skipped_n);
	va_list args;

	if (!entry)
		return;
	va_start(args, fmt);
	entry->text = sentence(problems->arena, fmt, args);
	va_end(args);
	point(entry, problems, at, member);
}

int
problems_first(const struct oci_problems *problems, struct err *err)
{
	const struct oci_problem *first = problems->items;

	if (problems->n == 0)
		return 0;
	err_say(err, "%s", first->text);
	err_where(err, first->line, first->column, first->pointer);
	if (err && problems->document)
		snprintf(err->document, sizeof(err->document), "%s",
			problems->document);
	return -1;
}

/* One line each; document and position are left out where not known. */
static void
format(const struct oci_problem *items, size_t n, const char *document,
	struct str *out)
{
	size_t shown = n < OCI_PROBLEMS_MAX ? n : OCI_PROBLEMS_MAX;

	for (size_t i = 0; i < shown; i++) {
		const struct oci_problem *item = &items[i];

		str_add(out, document ? document : "config.json");
		if (item->line)
			str_addf(out, ":%u:%u", item->line, item->column);
		if (item->pointer[0])
			str_addf(out, ": %s", item->pointer);
		str_addf(out, ": %s\n", item->text);
	}
	if (n > shown)
		str_addf(out, "and %zu more\n", n - shown);
}

void
problems_format(const struct oci_problems *problems, struct str *out)
{
	format(problems->items, problems->n, problems->document, out);
}

void
problems_format_skipped(const struct oci_problems *problems, struct str *out)
{
	format(problems->skipped, problems->skipped_n, problems->document, out);
}
