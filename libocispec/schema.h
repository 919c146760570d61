/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows: one for each member of each object of the OCI documents. A row
 * says how the member is spelled, where it lies in its struct, of which kind
 * it is and what else must hold. Decoder, encoder, comparer and the tests
 * walk the same rows, in the order in which a document lists its members. The
 * macros take the place from offsetof and the kind from the member's own
 * type, so that a row which does not fit its struct does not compile.
 */
#ifndef LIBOCISPEC_SCHEMA_H
#define LIBOCISPEC_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libocispec/config.h"

struct str;

enum oci_kind {
	OCI_STRING,
	OCI_BOOL,
	OCI_INT32,
	OCI_INT64,
	OCI_UINT16,
	OCI_UINT32,
	OCI_UINT64,
	OCI_STRINGS,
	OCI_UINT32S,
	OCI_STRING_MAP,
	OCI_OBJECT,
	OCI_OBJECTS,
	OCI_OBJECT_MAP, /* name to object; the name becomes the item's key */
};

static inline bool
oci_kind_is_list(enum oci_kind kind)
{
	return kind == OCI_STRINGS || kind == OCI_UINT32S ||
		kind == OCI_STRING_MAP || kind == OCI_OBJECTS ||
		kind == OCI_OBJECT_MAP;
}

enum oci_flags {
	OCI_REQUIRED = 1 << 0,
	OCI_NOT_EMPTY = 1 << 1, /* not "", not [] */
	OCI_ABSOLUTE = 1 << 2,  /* a path from "/"; of a list: each of them */
	OCI_DEAD = 1 << 3,      /* accepted and without effect */
	OCI_RANGE = 1 << 4,     /* min and max count, not the kind's own */
};

struct oci_schema;

struct oci_row {
	const char *key;
	const struct oci_schema *of; /* of objects: their rows */
	bool (*fits)(const char *);  /* of strings: whether the form is right */
	const char *form;            /* what fits() wants: "must be FORM" */
	int64_t min;
	uint64_t max;
	uint16_t offset;
	uint8_t key_len;
	uint8_t kind;  /* enum oci_kind */
	uint8_t flags; /* enum oci_flags */
};

#define OCI_ROWS_MAX 64

struct oci_schema {
	size_t size;      /* of the struct */
	const char *type; /* its name, for whoever lists the rows */
	const struct oci_row *rows;
	size_t n; /* at most OCI_ROWS_MAX */
};

/* What every list and map looks like; see config.h. */
struct oci_list {
	const void *items;
	size_t n;
	bool said;
};

/* Says all that is said in object as JSON, in the order of the rows; pretty
 * means lines, indented by four spaces. */
void oci_encode(const struct oci_schema *schema, const void *object,
	bool pretty, struct str *out);

/* Whether two objects say the same; places do not count, and the order of
 * maps does not either. */
bool oci_equal(const struct oci_schema *schema, const void *a, const void *b);

/* The row of a member by its spelling in the document, or NULL. */
const struct oci_row *oci_row_find(
	const struct oci_schema *schema, const char *key, size_t len);

/* What object says for the row: the value, the struct oci_list of a list or
 * map, NULL for nothing. */
const void *oci_row_value(const struct oci_row *row, const void *object);

/* Bytes of one item of a list or map. */
size_t oci_row_item_size(const struct oci_row *row);

/* "an array of strings": what a value of the row must be. */
const char *oci_kind_words(enum oci_kind kind);

/* The kind of a member by its type. */
#define OCI_KIND(member_)                                                      \
	_Generic((member_),                      \
		const char *: OCI_STRING,        \
		const bool *: OCI_BOOL,          \
		const int32_t *: OCI_INT32,      \
		const int64_t *: OCI_INT64,      \
		const uint16_t *: OCI_UINT16,    \
		const uint32_t *: OCI_UINT32,    \
		const uint64_t *: OCI_UINT64,    \
		struct oci_strings: OCI_STRINGS, \
		struct oci_uint32s: OCI_UINT32S, \
		struct oci_string_map: OCI_STRING_MAP)

/* A row for a scalar, a list of scalars or a map of strings. */
#define OCI_ROW(type_, member_, key_, ...)                                     \
	{                                                                      \
		.key = (key_), .key_len = sizeof(key_) - 1,                    \
		.offset = offsetof(struct oci_##type_, member_),               \
		.kind = OCI_KIND(((struct oci_##type_ *)NULL)->member_),       \
		__VA_ARGS__                                                    \
	}

/* 0 when expr_ points to struct oci_OF, else the row does not compile. */
#define OCI_IS(expr_, of_)                                                     \
	(0 * sizeof(char[_Generic((expr_), const struct oci_##of_ * : 1)]))

/* A row for an object, an array of objects, a map from names to objects; of_
 * is the struct and the schema of the object, without "oci_". */
#define OCI_ROW_OF(type_, member_, key_, expr_, of_, kind_, ...)               \
	{                                                                      \
		.key = (key_), .key_len = sizeof(key_) - 1,                    \
		.offset = offsetof(struct oci_##type_, member_) +              \
			OCI_IS(((struct oci_##type_ *)NULL)->expr_, of_),      \
		.kind = (kind_), .of = &oci_##of_##_schema, __VA_ARGS__        \
	}
#define OCI_ROW_OBJECT(type_, member_, key_, of_, ...)                         \
	OCI_ROW_OF(type_, member_, key_, member_, of_, OCI_OBJECT, __VA_ARGS__)
#define OCI_ROW_OBJECTS(type_, member_, key_, of_, ...)                        \
	OCI_ROW_OF(type_, member_, key_, member_.items, of_, OCI_OBJECTS,      \
		__VA_ARGS__)
#define OCI_ROW_MAP(type_, member_, key_, of_, ...)                            \
	OCI_ROW_OF(type_, member_, key_, member_.items, of_, OCI_OBJECT_MAP,   \
		__VA_ARGS__)

/* The schema of struct oci_TYPE from its array of rows. */
#define OCI_SCHEMA(type_, rows_)                                               \
	const struct oci_schema oci_##type_##_schema = {                       \
		.size = sizeof(struct oci_##type_),                            \
		.type = #type_,                                                \
		.rows = (rows_),                                               \
		.n = sizeof(rows_) / sizeof((rows_)[0]),                       \
	}

/* The schemas that rows of more than one file need. */
extern const struct oci_schema oci_id_mapping_schema;
extern const struct oci_schema oci_linux_schema;

#endif
