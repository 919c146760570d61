/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where values belong: the stack of open containers, the items of lists and
 * maps, and what must be true of a container when it ends. Structs are filled
 * through the rows' offsets, by memcpy, for the decoder knows none of their
 * types. Lists grow by copying within the arena; a place inside an earlier
 * copy stays valid, so nothing ever points to what is gone.
 */
#include "libocispec/decode.h"

#include <string.h>

#include "base/arena.h"

static const char no_text[] = "";
static const uint64_t no_number; /* reads as 0 or false through any type */

/* The innermost open container; NULL outside of the document. */
static struct frame *
top(struct decoder *d)
{
	return d->depth ? &d->frames[d->depth - 1] : NULL;
}

struct place
slot_place(struct decoder *d)
{
	const struct frame *f = top(d);
	struct place place = { 0 };

	text_move(&d->mark, d->problems->text,
		text_token(d->problems->text, d->end));
	place.line = d->mark.line;
	place.column = d->mark.column;
	if (!f)
		return place;
	place.up = f->at;
	if (f->kind == FRAME_LIST || f->kind == FRAME_SKIP_LIST)
		place.index = (uint32_t)f->n - 1;
	else if (f->kind == FRAME_OBJECT && f->row)
		place.key = f->row->key;
	else
		place.key = arena_text(d->problems->arena, f->key, f->key_len);
	return place;
}

/* One more item, zeroed; NULL without memory. */
static char *
grow(struct decoder *d, struct frame *f)
{
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 8;
		char *items = arena_alloc(d->problems->arena, cap * f->size);

		if (!items)
			return NULL;
		if (f->n)
			memcpy(items, f->items, f->n * f->size);
		f->items = items;
		f->cap = cap;
	}
	return f->items + f->size * f->n++;
}

/* What an array of the row's kind holds. */
static enum oci_kind
item_kind(const struct oci_row *row)
{
	if (row->kind == OCI_STRINGS)
		return OCI_STRING;
	return row->kind == OCI_UINT32S ? OCI_UINT32 : OCI_OBJECT;
}

/* Even an item that turns out wrong takes its place, so that the indices of
 * those behind it are those of the document. */
static int
take_in_list(struct decoder *d, struct frame *f, struct slot *slot)
{
	slot->row = f->row;
	slot->of = f->of;
	slot->item = true;
	slot->kind = item_kind(f->row);
	slot->at = grow(d, f);
	return slot->at ? 1 : value_no_memory(d);
}

/* Entries of every map begin with their place and their key. */
static int
take_in_map(struct decoder *d, struct frame *f, struct slot *slot)
{
	struct oci_string_entry *entry = (void *)grow(d, f);

	if (!entry)
		return value_no_memory(d);
	entry->at = slot_place(d);
	if (!entry->at.key)
		return value_no_memory(d);
	entry->key = entry->at.key;
	slot->row = f->row;
	slot->of = f->of;
	slot->item = f->of != NULL;
	slot->kind = f->of ? OCI_OBJECT : OCI_STRING;
	slot->at = f->of ? (void *)entry : (void *)&entry->value;
	return 1;
}

int
slot_take(struct decoder *d, struct slot *out)
{
	struct frame *f = top(d);

	d->end = yajl_get_bytes_consumed(d->parser);
	*out = (struct slot){ 0 };
	if (!f) {
		out->kind = OCI_OBJECT;
		out->of = d->schema;
		out->at = &d->root;
		return 1;
	}
	if (f->kind == FRAME_LIST)
		return take_in_list(d, f, out);
	if (f->kind == FRAME_MAP && !f->twice)
		return take_in_map(d, f, out);
	if (f->kind == FRAME_OBJECT && f->row && !f->twice) {
		out->row = f->row;
		out->kind = f->row->kind;
		out->of = f->row->of;
		out->at = f->object + f->row->offset;
		return 1;
	}
	f->n += f->kind == FRAME_SKIP_LIST;
	out->skip = true;
	return 1;
}

/* The struct that the rows of a known object fill, with its place. */
static char *
object_of(struct decoder *d, const struct slot *slot, const struct place *place)
{
	char *object = slot->at;

	if (!slot->item) {
		object = arena_alloc(d->problems->arena, slot->of->size);
		memcpy(slot->at, &object, sizeof(object));
	}
	if (object)
		memcpy(object, place, sizeof(*place));
	return object;
}

/* Where the container lies, in memory that lasts where others point to it. */
static int
settle(struct decoder *d, struct frame *f, const struct slot *slot)
{
	const struct place *kept;

	f->at = &f->own;
	if (slot->skip)
		return 1;
	f->of = slot->of;
	if (f->kind == FRAME_OBJECT) {
		f->object = object_of(d, slot, &f->own);
		f->at = (const struct place *)(const void *)f->object;
		return f->object ? 1 : value_no_memory(d);
	}
	f->object = slot->at;
	f->row = slot->row;
	f->size = oci_row_item_size(slot->row);
	if (!f->of && f->kind == FRAME_LIST)
		return 1;
	kept = (const void *)arena_text(
		d->problems->arena, (const char *)&f->own, sizeof(f->own));
	if (!kept)
		return value_no_memory(d);
	f->at = kept;
	return 1;
}

int
slot_open(struct decoder *d, enum frame_kind kind, const struct slot *slot)
{
	struct place place = slot_place(d);
	struct frame *f;

	if (d->depth == DECODE_DEPTH_MAX) {
		d->failed = true;
		problems_add(d->problems, &place, NULL,
			"the document is nested deeper than %d levels",
			DECODE_DEPTH_MAX);
		return 0;
	}
	f = &d->frames[d->depth++];
	*f = (struct frame){ .kind = kind, .own = place };
	f->number = d->numbers++;
	return settle(d, f, slot);
}

/* A value that says nothing, of the row's kind; NULL without memory. */
static const void *
neutral(struct decoder *d, const struct oci_row *row)
{
	char *object;

	if (row->kind == OCI_STRING)
		return no_text;
	if (row->kind != OCI_OBJECT)
		return &no_number;
	object = arena_alloc(d->problems->arena, row->of->size);
	return object && slot_fill(d, row->of, object) ? object : NULL;
}

int
slot_fill(struct decoder *d, const struct oci_schema *of, char *object)
{
	for (size_t i = 0; i < of->n; i++) {
		const struct oci_row *row = &of->rows[i];
		const void *value;

		/* A list that is not said is an empty one already. */
		if (!(row->flags & OCI_REQUIRED) || oci_kind_is_list(row->kind))
			continue;
		if (oci_row_value(row, object))
			continue;
		value = neutral(d, row);
		if (!value)
			return value_no_memory(d);
		memcpy(object + row->offset, &value, sizeof(value));
	}
	return 1;
}

/* The place of what is missing is that of the object that lacks it. */
static void
complain_required(
	struct decoder *d, const struct frame *f, const struct oci_row *row)
{
	struct place member = *f->at;
	char subject[SUBJECT_MAX];

	member.up = f->at;
	member.key = row->key;
	subject_format(&member, subject, sizeof(subject));
	if (row == f->near)
		problems_add(d->problems, &member, NULL,
			"%s is required; is \"%s\" meant to be it?", subject,
			f->near_key);
	else
		problems_add(
			d->problems, &member, NULL, "%s is required", subject);
}

/* What the decoder complained about already is not called missing. */
static int
close_object(struct decoder *d, const struct frame *f)
{
	for (size_t i = 0; i < f->of->n; i++) {
		const struct oci_row *row = &f->of->rows[i];

		if (row->flags & OCI_REQUIRED &&
			!oci_row_value(row, f->object) && !(f->bad >> i & 1))
			complain_required(d, f, row);
	}
	return slot_fill(d, f->of, f->object);
}

/* The place of a list is where it began, not the bracket at hand. */
static void
complain_empty(struct decoder *d, const struct frame *f)
{
	char subject[SUBJECT_MAX];

	subject_format(f->at, subject, sizeof(subject));
	problems_add(d->problems, f->at, NULL, "%s must not be empty", subject);
}

int
slot_close(struct decoder *d)
{
	struct frame *f = &d->frames[d->depth - 1];
	struct oci_list list = { f->items, f->n, true };

	d->end = yajl_get_bytes_consumed(d->parser);
	if (f->kind == FRAME_OBJECT && !close_object(d, f))
		return 0;
	d->depth--;
	if (f->kind != FRAME_LIST && f->kind != FRAME_MAP)
		return 1;
	memcpy(f->object, &list, sizeof(list));
	if (f->n == 0 && f->row->flags & OCI_NOT_EMPTY)
		complain_empty(d, f);
	return 1;
}
