/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all walkers of the rows need: finding a row by its name, whether an
 * object says a member, how large the items of a list are, and the words for
 * the kinds. It knows the layouts that config.h promises (every list is a
 * struct oci_list, every map entry begins with its place and key), no struct.
 */
#include "libocispec/schema.h"

#include <string.h>

const char *
oci_kind_words(enum oci_kind kind)
{
	static const char *const words[] = {
		[OCI_STRING] = "a string",
		[OCI_BOOL] = "true or false",
		[OCI_INT32] = "an integer",
		[OCI_INT64] = "an integer",
		[OCI_UINT16] = "an integer",
		[OCI_UINT32] = "an integer",
		[OCI_UINT64] = "an integer",
		[OCI_STRINGS] = "an array of strings",
		[OCI_UINT32S] = "an array of integers",
		[OCI_STRING_MAP] = "an object with strings as values",
		[OCI_OBJECT] = "an object",
		[OCI_OBJECTS] = "an array of objects",
		[OCI_OBJECT_MAP] = "an object with objects as values",
	};

	return words[kind];
}

const struct oci_row *
oci_row_find(const struct oci_schema *schema, const char *key, size_t len)
{
	for (size_t i = 0; i < schema->n; i++)
		if (schema->rows[i].key_len == len &&
			memcmp(schema->rows[i].key, key, len) == 0)
			return &schema->rows[i];
	return NULL;
}

const void *
oci_row_value(const struct oci_row *row, const void *object)
{
	const void *at = (const char *)object + row->offset;
	const struct oci_list *list = at;
	const void *value;

	/* Lists made by hand may forget to say that they are said. */
	if (oci_kind_is_list(row->kind))
		return list->said || list->n ? list : NULL;
	memcpy(&value, at, sizeof(value));
	return value;
}

size_t
oci_row_item_size(const struct oci_row *row)
{
	if (row->kind == OCI_STRINGS)
		return sizeof(char *);
	if (row->kind == OCI_UINT32S)
		return sizeof(uint32_t);
	return row->of ? row->of->size : sizeof(struct oci_string_entry);
}
