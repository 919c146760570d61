/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar values: whether what came is of the kind, in the range and of the
 * form that its row asks for, and putting it where it belongs. What does not
 * fit is complained about and left out, save for strings of a wrong form,
 * which stay for messages of later rules; items of lists keep their number.
 */
#include "libocispec/decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

#define SHOWN_MAX 48 /* bytes of a value that a message shows */

/* What integers may be, and the bytes of scalars that lie in the arena. */
static const struct {
	int64_t min;
	uint64_t max;
	size_t size;
} kinds[] = {
	[OCI_BOOL] = { 0, 1, sizeof(bool) },
	[OCI_INT32] = { INT32_MIN, INT32_MAX, sizeof(int32_t) },
	[OCI_INT64] = { INT64_MIN, INT64_MAX, sizeof(int64_t) },
	[OCI_UINT16] = { 0, UINT16_MAX, sizeof(uint16_t) },
	[OCI_UINT32] = { 0, UINT32_MAX, sizeof(uint32_t) },
	[OCI_UINT64] = { 0, UINT64_MAX, sizeof(uint64_t) },
};

/* The member that holds the value at hand needs no second complaint. */
static void
mark_bad(struct decoder *d)
{
	struct frame *f = d->depth ? &d->frames[d->depth - 1] : NULL;

	if (f && f->kind == FRAME_OBJECT && f->row)
		f->bad |= UINT64_C(1) << (f->row - f->of->rows);
}

void
value_complain(struct decoder *d, const char *fmt, ...)
{
	char subject[SUBJECT_MAX], words[ERR_TEXT_MAX / 2];
	struct place place;
	va_list args;

	mark_bad(d);
	/* Millions of wrong items need no words that nobody will see. */
	if (d->problems->n >= OCI_PROBLEMS_MAX) {
		d->problems->n++;
		return;
	}
	place = slot_place(d);
	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	subject_format(&place, subject, sizeof(subject));
	problems_add(d->problems, &place, NULL, "%s %s", subject, words);
}

void
value_note(struct decoder *d, const char *fmt, ...)
{
	struct place place = slot_place(d);
	char subject[SUBJECT_MAX], words[SUBJECT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	subject_format(&place, subject, sizeof(subject));
	problems_note(d->problems, &place, NULL, "%s %s", subject, words);
}

int
value_no_memory(struct decoder *d)
{
	if (!d->failed)
		problems_add(d->problems, NULL, NULL,
			"the document needs more memory than there is");
	d->problems->no_memory = true;
	d->failed = true;
	return 0;
}

/* Stores a pointer where the slot wants one. */
static void
point_to(const struct slot *slot, const void *value)
{
	memcpy(slot->at, &value, sizeof(value));
}

int
value_mismatch(struct decoder *d, const struct slot *slot, const char *got)
{
	struct place place;

	value_complain(
		d, "must be %s, not %s", oci_kind_words(slot->kind), got);
	/* An item that is no good still takes its place in the list. */
	if (slot->item && slot->kind == OCI_OBJECT) {
		place = slot_place(d);
		memcpy(slot->at, &place, sizeof(place));
		return slot_fill(d, slot->of, slot->at);
	}
	if (slot->kind == OCI_STRING &&
		(slot->item ||
			(slot->row && slot->row->kind == OCI_STRING_MAP)))
		point_to(slot, "");
	return 1;
}

int
value_null(struct decoder *d)
{
	struct slot slot;

	if (!slot_take(d, &slot))
		return 0;
	if (slot.skip)
		return 1;
	/* Only a member can be null, and only one that may be missing. */
	if (slot.row && !slot.item && slot.kind == slot.row->kind &&
		!(slot.row->flags & OCI_REQUIRED))
		return 1;
	return value_mismatch(d, &slot, "null");
}

/* Copies a scalar into the arena, or into the list itself. */
static int
put(struct decoder *d, const struct slot *slot, const void *value)
{
	size_t size = kinds[slot->kind].size;
	void *copy;

	if (slot->item) {
		memcpy(slot->at, value, size);
		return 1;
	}
	copy = arena_alloc(d->problems->arena, size);
	if (!copy)
		return value_no_memory(d);
	memcpy(copy, value, size);
	point_to(slot, copy);
	if (slot->row->flags & OCI_DEAD)
		value_note(d, "has no effect");
	return 1;
}

int
value_bool(struct decoder *d, bool value)
{
	struct slot slot;

	if (!slot_take(d, &slot))
		return 0;
	if (slot.skip)
		return 1;
	if (slot.kind != OCI_BOOL)
		return value_mismatch(d, &slot, value ? "true" : "false");
	return put(d, &slot, &value);
}

/* bits: the number in two's complement, its range is checked. */
static int
put_integer(struct decoder *d, const struct slot *slot, uint64_t bits)
{
	switch (slot->kind) {
	case OCI_INT32:
		return put(d, slot, &(int32_t){ (int32_t)bits });
	case OCI_UINT16:
		return put(d, slot, &(uint16_t){ (uint16_t)bits });
	case OCI_UINT32:
		return put(d, slot, &(uint32_t){ (uint32_t)bits });
	default:
		return put(d, slot, &bits);
	}
}

/* The size of a number without its sign; false beyond 64 bits. */
static bool
magnitude(const char *text, size_t len, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(
				value, (uint64_t)(text[i] - '0'), &value))
			return false;
	}
	*out = value;
	return true;
}

/* The text of a number without point and exponent, "-0" included. */
static int
integer(struct decoder *d, const struct slot *slot, const char *text,
	size_t len)
{
	bool ranged = slot->row->flags & OCI_RANGE;
	int64_t min = ranged ? slot->row->min : kinds[slot->kind].min;
	uint64_t max = ranged ? slot->row->max : kinds[slot->kind].max;
	bool negative = text[0] == '-';
	uint64_t size, most = negative ? min < 0 ? 0 - (uint64_t)min : 0 : max;

	if (magnitude(text + negative, len - negative, &size) && size <= most &&
		(negative || min <= 0 || size >= (uint64_t)min))
		return put_integer(d, slot, negative ? 0 - size : size);
	value_complain(d, "must be from %" PRId64 " to %" PRIu64 ", not %.*s",
		min, max, len > SHOWN_MAX ? SHOWN_MAX : (int)len, text);
	return 1;
}

int
value_number(struct decoder *d, const char *text, size_t len)
{
	int shown = len > SHOWN_MAX ? SHOWN_MAX : (int)len;
	char got[SHOWN_MAX + 16];
	struct slot slot;

	if (!slot_take(d, &slot))
		return 0;
	if (slot.skip)
		return 1;
	if (slot.kind >= OCI_INT32 && slot.kind <= OCI_UINT64) {
		if (!memchr(text, '.', len) && !memchr(text, 'e', len) &&
			!memchr(text, 'E', len))
			return integer(d, &slot, text, len);
		snprintf(got, sizeof(got), "%.*s", shown, text);
	} else {
		snprintf(got, sizeof(got), "the number %.*s", shown, text);
	}
	return value_mismatch(d, &slot, got);
}

/* What the row asks of a string beyond being one. */
static void
check_form(struct decoder *d, const struct oci_row *row, const char *text)
{
	if (row->flags & OCI_NOT_EMPTY && row->kind == OCI_STRING &&
		text[0] == '\0')
		value_complain(d, "must not be empty");
	else if (row->flags & OCI_ABSOLUTE && text[0] != '/')
		value_complain(d, "must be an absolute path, not \"%.*s\"",
			SHOWN_MAX, text);
	else if (row->fits && !row->fits(text))
		value_complain(d, "must be %s, not \"%.*s\"", row->form,
			SHOWN_MAX, text);
	if (row->flags & OCI_DEAD)
		value_note(d, "has no effect");
}

int
value_string(struct decoder *d, const char *text, size_t len)
{
	char got[SHOWN_MAX + 16] = "a string";
	struct slot slot;
	char *copy;

	if (!slot_take(d, &slot))
		return 0;
	if (slot.skip)
		return 1;
	if (slot.kind != OCI_STRING) {
		if (len <= SHOWN_MAX)
			snprintf(got, sizeof(got), "the string \"%.*s\"",
				(int)len, text);
		return value_mismatch(d, &slot, got);
	}
	copy = arena_text(d->problems->arena, text, len);
	if (!copy)
		return value_no_memory(d);
	point_to(&slot, copy);
	check_form(d, slot.row, copy);
	return 1;
}
