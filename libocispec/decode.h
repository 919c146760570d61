/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the decoder, shared by its files: decode.c follows the
 * parser through the document and keeps the stack of open containers, slot.c
 * finds out where the value that comes belongs, and value.c checks a value
 * and puts it there. Nothing outside of them includes this header, save for
 * the files with entry points, which call decode() or decode_one(): those of
 * the documents here, and life/record.c, whose state file has rows of its own.
 */
#ifndef LIBOCISPEC_DECODE_H
#define LIBOCISPEC_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yajl/yajl_parse.h>

#include "base/place.h"
#include "libocispec/keyset.h"
#include "libocispec/problems.h"
#include "libocispec/schema.h"
#include "libocispec/text.h"

#define DECODE_DEPTH_MAX 64
#define SUBJECT_MAX      160

enum frame_kind {
	FRAME_OBJECT,      /* has rows */
	FRAME_LIST,        /* of strings, numbers or objects */
	FRAME_MAP,         /* names to strings or objects */
	FRAME_SKIP_OBJECT, /* unknown: only its syntax and names count */
	FRAME_SKIP_LIST,
};

/* An open container. */
struct frame {
	enum frame_kind kind;
	uint32_t number;             /* of the object, for the set of names */
	const struct place *at;      /* points to own or into the arena */
	struct place own;            /* where nothing outlives the frame */
	const struct oci_schema *of; /* an object's rows, or its items' */
	const struct oci_row *row;   /* of the member at hand (NULL: unknown) or
	                              * of the list or map itself */
	char *object;                /* the struct, or the struct oci_list */
	const char *key;             /* at hand; not terminated */
	size_t key_len;
	uint64_t seen, bad;         /* a bit for each row */
	const struct oci_row *near; /* a row that some unknown key resembles */
	const char *near_key;
	char *items;         /* of a list or map */
	size_t n, cap, size; /* items, and bytes of one */
	bool twice;          /* the value of a second key of that name */
};

struct decoder {
	yajl_handle parser;
	struct oci_problems *problems; /* text, len and arena, too */
	struct keyset names;
	size_t end; /* of the token at hand */
	struct text_mark mark;
	uint32_t numbers; /* objects so far */
	const struct oci_schema *schema;
	void *root;  /* NULL until the document has proved an object */
	bool failed; /* a problem was added that ends the decoding */
	size_t depth;
	struct frame frames[DECODE_DEPTH_MAX];
};

/* Where the value that comes belongs. */
struct slot {
	bool skip;                 /* nowhere; the rest is not set */
	bool item;                 /* in a list: the item itself lies at ... */
	void *at;                  /* ... else a pointer or a struct oci_list */
	enum oci_kind kind;        /* of the value */
	const struct oci_row *row; /* whose flags hold; NULL: the document */
	const struct oci_schema *of; /* an object's rows */
};

/* Decodes problems->text into problems->arena. Returns 0 and sets *out when
 * the text is well-formed and an object, however many problems were added; -1
 * when not, with at least one problem added. */
int decode(const struct oci_schema *schema, struct oci_problems *problems,
	void **out);
/* The same for callers that want no list: the object, or NULL and the first
 * problem in err when there is any. */
void *decode_one(const struct oci_schema *schema, struct arena *arena,
	const char *text, size_t len, struct err *err);

/* slot.c */
/* Takes the place for the next value. Returns 0 without memory. */
int slot_take(struct decoder *d, struct slot *out);
/* The place of the value at hand, for messages and for what it holds. */
struct place slot_place(struct decoder *d);
/* Opens the container that is the value at hand. Returns 0 to stop. */
int slot_open(struct decoder *d, enum frame_kind kind, const struct slot *slot);
/* Closes the innermost one and checks that all is there. Returns as above. */
int slot_close(struct decoder *d);
/* Gives every required member of object that has none a neutral value. */
int slot_fill(struct decoder *d, const struct oci_schema *of, char *object);

/* value.c: each returns 0 to stop the parser, else 1. */
int value_null(struct decoder *d);
int value_bool(struct decoder *d, bool value);
int value_number(struct decoder *d, const char *text, size_t len);
int value_string(struct decoder *d, const char *text, size_t len);
/* What came is not of the slot's kind. got: "an array". */
int value_mismatch(struct decoder *d, const struct slot *slot, const char *got);
/* Adds a problem about the value at hand: its name, then the words. */
void value_complain(struct decoder *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for something skipped or without effect. */
void value_note(struct decoder *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Ends the decoding for want of memory. Returns 0. */
int value_no_memory(struct decoder *d);

/* subject.c: "process.args[2]", "the document": a place in a sentence. */
void subject_format(const struct place *at, char *buf, size_t size);

#endif
