/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows yajl's parser through a document. First the text as such: its size
 * and its encoding, which yajl would check less strictly. Then each value: a
 * slot says where it belongs, value.c puts it there; containers go on a stack
 * of fixed depth, and names are looked up in the rows of their object or, if
 * unknown, remembered so that none stands twice. Problems are collected, and
 * decoding goes on, except where the text is no JSON, nested too deep or too
 * large. The decoder never allocates from the heap for a single value.
 */
#include "libocispec/decode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "libocispec/parser.h"
#include "base/err.h"
#include "base/str.h"

/* What yajl says, what we say for it, and where that is: mostly the token
 * where yajl stops, but there are two cases in which it does not tell. */
static const struct sentence {
	enum { AT_TOKEN, AT_END, AFTER_VALUE } where;
	const char *yajl, *ours;
} sentences[] = {
	{ AT_END, "premature EOF", "the document ends too early" },
	{ AFTER_VALUE, "after key and value", "',' or '}' is expected here" },
	{ AT_TOKEN, "trailing garbage", "nothing may follow the document" },
	{ AT_TOKEN, "unallowed token", "a value is expected here" },
	{ AT_TOKEN, "object key and value", "':' is expected here" },
	{ AT_TOKEN, "invalid object key", "a name in quotes is expected here" },
	{ AT_TOKEN, "after array element", "',' or ']' is expected here" },
	{ AT_TOKEN, "invalid string in json",
		"true, false, null or text in quotes is expected here" },
	{ AT_TOKEN, "invalid char in json",
		"this character cannot stand here" },
	{ AT_TOKEN, "inside a string, '\\'",
		"a backslash in a string goes before one of \\\"/bfnrtu" },
	{ AT_TOKEN, "invalid character inside",
		"control characters in strings are written as \\u00XX" },
	{ AT_TOKEN, "invalid (non-hex)",
		"four hexadecimal digits are expected after \\u" },
	{ AT_TOKEN, "malformed number, a digit is required after the e",
		"a digit is expected after the exponent" },
	{ AT_TOKEN, "malformed number, a digit is required after the d",
		"a digit is expected after the point" },
	{ AT_TOKEN, "malformed number, a digit is required after the m",
		"a digit is expected after the minus sign" },
	{ AT_TOKEN, "probable comment", "JSON has no comments" },
};

static const struct sentence *
translate(const char *yajl)
{
	static const struct sentence other = { .ours = "it cannot be read" };
	const char *text = strstr(yajl, "error: ");

	text = text ? text + strlen("error: ") : yajl;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (str_has_prefix(text, sentences[i].yajl))
			return &sentences[i];
	return &other;
}

static size_t
skip_blanks(const char *text, size_t at, size_t len)
{
	while (at < len && memchr(" \t\r\n", text[at], 4))
		at++;
	return at;
}

/* A problem of the text itself, at a byte of it. */
static void
complain_text(struct oci_problems *problems, size_t offset, const char *words)
{
	struct text_mark mark = TEXT_START;
	struct place place = { 0 };

	text_move(&mark, problems->text, offset);
	place.line = mark.line;
	place.column = mark.column;
	problems_add(problems, &place, NULL, "%s", words);
}

static void
complain_syntax(struct decoder *d)
{
	const char *text = d->problems->text;
	size_t offset = text_token(text, yajl_get_bytes_consumed(d->parser));
	unsigned char *yajl = yajl_get_error(d->parser, 0, NULL, 0);
	const struct sentence *sentence =
		translate(yajl ? (const char *)yajl : "");
	char words[SUBJECT_MAX];

	if (sentence->where == AT_END)
		offset = d->problems->len;
	if (sentence->where == AFTER_VALUE)
		offset = skip_blanks(text, d->end, d->problems->len);
	snprintf(words, sizeof(words), "not JSON: %s", sentence->ours);
	complain_text(d->problems, offset, words);
	if (yajl)
		yajl_free_error(d->parser, yajl);
}

/* A string that yajl had to unescape may hold what none of ours may. */
static void
check_escapes(struct decoder *d, const char *text, size_t len)
{
	size_t start = text_token(d->problems->text, d->end);

	if (memchr(text, '\0', len))
		value_complain(d, "must not hold \\u0000");
	if (text_has_half_pair(d->problems->text + start, d->end - start))
		value_complain(d, "escapes one half of a surrogate pair");
}

/* yajl hands out the text itself where it can, else a buffer of its own. */
static bool
is_unescaped(const struct decoder *d, const char *text)
{
	return text >= d->problems->text &&
		text <= d->problems->text + d->problems->len;
}

static int
on_null(void *ctx)
{
	return value_null(ctx);
}

static int
on_boolean(void *ctx, int value)
{
	return value_bool(ctx, value);
}

static int
on_number(void *ctx, const char *text, size_t len)
{
	return value_number(ctx, text, len);
}

static int
on_string(void *ctx, const unsigned char *string, size_t len)
{
	const char *text = (const char *)string;
	int go_on = value_string(ctx, text, len);

	if (go_on && !is_unescaped(ctx, text))
		check_escapes(ctx, text, len);
	return go_on;
}

/* The rows as a list of words, for str_nearest(). */
static const char *
row_key(const void *from, size_t i)
{
	const struct oci_schema *of = from;

	return i < of->n ? of->rows[i].key : NULL;
}

/* Unknown members are no problem [8], but a slip of the pen should show. */
static void
note_unknown(struct decoder *d, struct frame *f)
{
	struct place place;
	const char *near;

	if (d->problems->skipped_n >= OCI_PROBLEMS_MAX) {
		d->problems->skipped_n++;
		return;
	}
	place = slot_place(d);
	near = place.key ? str_nearest(place.key, row_key, f->of) : NULL;
	if (!near) {
		value_note(d, "is unknown and skipped");
		return;
	}
	value_note(d, "is unknown and skipped; did you mean \"%s\"?", near);
	f->near = oci_row_find(f->of, near, strlen(near));
	f->near_key = place.key;
}

/* Whether the name stood in this object before; -1 without memory. */
static int
is_twice(struct decoder *d, struct frame *f)
{
	uint64_t bit;
	int added;

	if (f->kind == FRAME_OBJECT && f->row) {
		bit = UINT64_C(1) << (f->row - f->of->rows);
		if (f->seen & bit)
			return 1;
		f->seen |= bit;
		return 0;
	}
	added = keyset_add(&d->names, f->number, f->key, f->key_len);
	return added < 0 ? -1 : !added;
}

/* A name is looked up in the rows before the value comes, and its problems
 * are told before those of the value. */
static int
on_map_key(void *ctx, const unsigned char *string, size_t len)
{
	struct decoder *d = ctx;
	struct frame *f = &d->frames[d->depth - 1];
	const char *text = (const char *)string;
	int twice;

	d->end = yajl_get_bytes_consumed(d->parser);
	f->key = text;
	f->key_len = len;
	if (f->kind == FRAME_OBJECT)
		f->row = oci_row_find(f->of, text, len);
	if (!is_unescaped(d, text)) {
		/* yajl's buffer will be used for the next one. */
		f->key = arena_text(d->problems->arena, text, len);
		if (!f->key)
			return value_no_memory(d);
		check_escapes(d, text, len);
	}
	if (f->kind == FRAME_MAP && len == 0)
		value_complain(d, "has an empty name");
	twice = is_twice(d, f);
	if (twice < 0)
		return value_no_memory(d);
	f->twice = twice;
	if (twice)
		value_complain(d, "stands twice in its object");
	else if (f->kind == FRAME_OBJECT && !f->row)
		note_unknown(d, f);
	return 1;
}

/* An object where none is wanted is refused, and then skipped whole: the
 * parser wants to see its end. */
static int
on_start_map(void *ctx)
{
	enum frame_kind kind = FRAME_SKIP_OBJECT;
	struct slot slot;

	if (!slot_take(ctx, &slot))
		return 0;
	if (!slot.skip && slot.kind == OCI_OBJECT) {
		kind = FRAME_OBJECT;
	} else if (!slot.skip &&
		(slot.kind == OCI_STRING_MAP || slot.kind == OCI_OBJECT_MAP)) {
		kind = FRAME_MAP;
	} else if (!slot.skip) {
		if (!value_mismatch(ctx, &slot, "an object"))
			return 0;
		slot.skip = true;
	}
	return slot_open(ctx, kind, &slot);
}

/* As on_start_map(), for arrays. */
static int
on_start_array(void *ctx)
{
	enum frame_kind kind = FRAME_SKIP_LIST;
	struct slot slot;

	if (!slot_take(ctx, &slot))
		return 0;
	if (!slot.skip &&
		(slot.kind == OCI_STRINGS || slot.kind == OCI_UINT32S ||
			slot.kind == OCI_OBJECTS)) {
		kind = FRAME_LIST;
	} else if (!slot.skip) {
		if (!value_mismatch(ctx, &slot, "an array"))
			return 0;
		slot.skip = true;
	}
	return slot_open(ctx, kind, &slot);
}

static int
on_end(void *ctx)
{
	return slot_close(ctx);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_map_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* What is wrong with the text as such, before any of its JSON; NULL when
 * nothing is. */
static const char *
complaint(const char *text, size_t len, size_t *out_offset)
{
	*out_offset = 0;
	if (len > TEXT_MAX)
		return "the document is larger than 16 MiB";
	if (skip_blanks(text, 0, len) == len)
		return "the document is empty";
	if (len > 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return "not JSON: it begins with a byte order mark";
	*out_offset = text_bad_utf8(text, len);
	return *out_offset < len ? "not JSON: the bytes here are not UTF-8"
				 : NULL;
}

/* The callbacks do the rest; without a root the document was no object. */
static bool
run(struct decoder *d)
{
	const struct oci_problems *problems = d->problems;
	yajl_status status;

	yajl_config(d->parser, yajl_dont_validate_strings, 1);
	status = yajl_parse(d->parser, (const unsigned char *)problems->text,
		problems->len);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(d->parser);
	if (status == yajl_status_error)
		complain_syntax(d);
	return status == yajl_status_ok && d->root;
}

int
decode(const struct oci_schema *schema, struct oci_problems *problems,
	void **out)
{
	struct decoder d = {
		.problems = problems,
		.schema = schema,
		.mark = TEXT_START,
	};
	struct parser_memory memory;
	const char *words;
	size_t offset;
	bool good;

	words = complaint(problems->text, problems->len, &offset);
	if (words) {
		complain_text(problems, offset, words);
		return -1;
	}
	if (parser_memory_init(&memory, problems->len) < 0) {
		value_no_memory(&d);
		return -1;
	}
	d.parser = yajl_alloc(&callbacks, &memory.functions, &d);
	good = run(&d);
	parser_memory_done(&memory);
	keyset_done(&d.names);
	if (!good)
		return -1;
	*out = d.root;
	return 0;
}

void *
decode_one(const struct oci_schema *schema, struct arena *arena,
	const char *text, size_t len, struct err *err)
{
	struct oci_problems problems;
	void *object = NULL;

	problems_init(&problems, arena, NULL);
	problems.text = text;
	problems.len = len;
	if (decode(schema, &problems, &object) < 0 || problems.n > 0) {
		problems_first(&problems, err);
		if (problems.no_memory && err)
			err->code = ENOMEM;
		return NULL;
	}
	return object;
}
