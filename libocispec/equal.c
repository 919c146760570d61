/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether two objects say the same, member by member along the rows. Places
 * do not count, the order of lists does, the order of maps does not: JSON
 * gives members no order. Something said is never equal to something not
 * said, an empty list not to a missing one.
 */
#include "libocispec/schema.h"

#include <string.h>

/* The kind says what a and b point to. */
static bool
is_equal_scalar(enum oci_kind kind, const void *a, const void *b)
{
	switch (kind) {
	case OCI_STRING:
		return strcmp(a, b) == 0;
	case OCI_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case OCI_UINT16:
		return memcmp(a, b, sizeof(uint16_t)) == 0;
	case OCI_INT32:
	case OCI_UINT32:
		return memcmp(a, b, sizeof(uint32_t)) == 0;
	default:
		return memcmp(a, b, sizeof(uint64_t)) == 0;
	}
}

/* Entries of every map begin as a string entry does. */
static const struct oci_string_entry *
entry(const void *item)
{
	return item;
}

/* Items of lists of strings are pointers themselves, hence the copies. */
static bool
is_equal_item(const struct oci_row *row, const char *a, const char *b)
{
	const char *one, *other;

	switch (row->kind) {
	case OCI_STRINGS:
		memcpy(&one, a, sizeof(one));
		memcpy(&other, b, sizeof(other));
		return strcmp(one, other) == 0;
	case OCI_UINT32S:
		return is_equal_scalar(OCI_UINT32, a, b);
	case OCI_STRING_MAP:
		return strcmp(entry(a)->value, entry(b)->value) == 0;
	default:
		return oci_equal(row->of, a, b);
	}
}

/* The item of a map by its key, looked for from where it most likely is. */
static const char *
item_find(
	const struct oci_list *list, size_t size, const char *key, size_t hint)
{
	for (size_t i = 0; i < list->n; i++) {
		size_t at = (hint + i) % list->n;
		const char *item = (const char *)list->items + at * size;

		if (strcmp(entry(item)->key, key) == 0)
			return item;
	}
	return NULL;
}

static bool
is_equal_list(const struct oci_row *row, const struct oci_list *a,
	const struct oci_list *b)
{
	bool map = row->kind == OCI_STRING_MAP || row->kind == OCI_OBJECT_MAP;
	size_t size = oci_row_item_size(row);

	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const char *one = (const char *)a->items + i * size;
		const char *other = (const char *)b->items + i * size;

		if (map)
			other = item_find(b, size, entry(one)->key, i);
		if (!other || !is_equal_item(row, one, other))
			return false;
	}
	return true;
}

static bool
is_equal_value(const struct oci_row *row, const void *a, const void *b)
{
	if (!a || !b)
		return a == b;
	if (oci_kind_is_list(row->kind))
		return is_equal_list(row, a, b);
	if (row->kind == OCI_OBJECT)
		return oci_equal(row->of, a, b);
	return is_equal_scalar(row->kind, a, b);
}

bool
oci_equal(const struct oci_schema *schema, const void *a, const void *b)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct oci_row *row = &schema->rows[i];

		if (!is_equal_value(
			    row, oci_row_value(row, a), oci_row_value(row, b)))
			return false;
	}
	return true;
}
