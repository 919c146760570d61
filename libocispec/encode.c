/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as JSON: walks the rows that the decoder walks, in their order.
 * What was not said is not written, an empty list that was said is. Objects
 * nest only as deep as the rows do, so that recursion is bounded. Running out
 * of memory is noticed by whoever writes the text out.
 */
#include "libocispec/schema.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

struct encoder {
	struct str *out;
	bool pretty;
	unsigned int level;
};

static void put_object(
	struct encoder *e, const struct oci_schema *of, const char *object);

/* A new line and its indentation, where these are wanted. */
static void
line(struct encoder *e)
{
	if (!e->pretty)
		return;
	str_add(e->out, "\n");
	for (unsigned int i = 0; i < e->level; i++)
		str_add(e->out, "    ");
}

/* Opens before the first item, parts the others. */
static void
part(struct encoder *e, bool first, const char *bracket)
{
	str_add(e->out, first ? bracket : ",");
	e->level += first;
	line(e);
}

/* Closes what part() opened, or writes it whole where it is empty. */
static void
finish(struct encoder *e, bool empty, const char *brackets)
{
	if (empty) {
		str_add(e->out, brackets);
		return;
	}
	e->level--;
	line(e);
	str_add(e->out, brackets + 1);
}

static void
put_key(struct encoder *e, const char *key)
{
	str_add_json(e->out, key);
	str_add(e->out, e->pretty ? ": " : ":");
}

/* The kind says what value points to. */
static void
put_scalar(struct encoder *e, enum oci_kind kind, const void *value)
{
	switch (kind) {
	case OCI_STRING:
		str_add_json(e->out, value);
		break;
	case OCI_BOOL:
		str_add(e->out, *(const bool *)value ? "true" : "false");
		break;
	case OCI_INT32:
		str_addf(e->out, "%" PRId32, *(const int32_t *)value);
		break;
	case OCI_INT64:
		str_addf(e->out, "%" PRId64, *(const int64_t *)value);
		break;
	case OCI_UINT16:
		str_addf(e->out, "%u", (unsigned int)*(const uint16_t *)value);
		break;
	case OCI_UINT32:
		str_addf(e->out, "%" PRIu32, *(const uint32_t *)value);
		break;
	default:
		str_addf(e->out, "%" PRIu64, *(const uint64_t *)value);
		break;
	}
}

static void
put_list(struct encoder *e, const struct oci_row *row,
	const struct oci_list *list)
{
	const char *item = list->items;

	for (size_t i = 0; i < list->n; i++) {
		part(e, i == 0, "[");
		if (row->kind == OCI_STRINGS) {
			put_scalar(e, OCI_STRING,
				((const char *const *)list->items)[i]);
		} else if (row->kind == OCI_UINT32S) {
			put_scalar(e, OCI_UINT32,
				(const uint32_t *)list->items + i);
		} else {
			put_object(e, row->of, item);
			item += row->of->size;
		}
	}
	finish(e, list->n == 0, "[]");
}

/* Entries of every map begin as a string entry does. */
static void
put_map(struct encoder *e, const struct oci_row *row,
	const struct oci_list *list)
{
	size_t size = oci_row_item_size(row);
	const char *item = list->items;

	for (size_t i = 0; i < list->n; i++, item += size) {
		const struct oci_string_entry *entry = (const void *)item;

		part(e, i == 0, "{");
		put_key(e, entry->key);
		if (row->of)
			put_object(e, row->of, item);
		else
			put_scalar(e, OCI_STRING, entry->value);
	}
	finish(e, list->n == 0, "{}");
}

/* value is what oci_row_value() returns, never NULL. */
static void
put_value(struct encoder *e, const struct oci_row *row, const void *value)
{
	if (row->kind == OCI_STRING_MAP || row->kind == OCI_OBJECT_MAP)
		put_map(e, row, value);
	else if (oci_kind_is_list(row->kind))
		put_list(e, row, value);
	else if (row->kind == OCI_OBJECT)
		put_object(e, row->of, value);
	else
		put_scalar(e, row->kind, value);
}

static void
put_object(struct encoder *e, const struct oci_schema *of, const char *object)
{
	bool empty = true;

	for (const struct oci_row *row = of->rows; row < of->rows + of->n;
		row++) {
		const void *value = oci_row_value(row, object);

		if (!value)
			continue;
		part(e, empty, "{");
		empty = false;
		put_key(e, row->key);
		put_value(e, row, value);
	}
	finish(e, empty, "{}");
}

void
oci_encode(const struct oci_schema *schema, const void *object, bool pretty,
	struct str *out)
{
	struct encoder e = { .out = out, .pretty = pretty };

	put_object(&e, schema, object);
}
