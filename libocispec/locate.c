/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a document with yajl until the value that a pointer names begins (see
 * locate.h). Two counts are enough to know where the walk is: how many
 * containers are open, and how many of them lie on the way to the value; only
 * inside the innermost of the latter are keys and items compared.
 */
#include "libocispec/locate.h"
#include "libocispec/parser.h"

#include <string.h>
#include <yajl/yajl_parse.h>

#include "libocispec/text.h"

struct search {
	yajl_handle parser;
	const char *text;
	const char *rest;   /* of the pointer; begins with '/' or is "" */
	size_t open, level; /* containers: all that are open, on the way */
	uint64_t left;      /* items before the one on the way, when the ... */
	bool in_array;      /* ... innermost container on the way is an array */
	bool wanted;        /* the next value is on the way */
	bool found;
	size_t offset;
};

/* Whether the first segment of the pointer rest says key. */
static bool
is_segment(const char *rest, const char *key, size_t len)
{
	const char *at = rest + 1;

	for (size_t i = 0; i < len; i++, at++) {
		char c = *at;

		if (c == '\0' || c == '/')
			return false;
		if (c == '~')
			c = *++at == '0' ? '~' : '/';
		if (c != key[i])
			return false;
	}
	return *at == '\0' || *at == '/';
}

/* The number that the first segment says; what is none is never reached. */
static uint64_t
segment_index(const char *rest)
{
	uint64_t index = 0;

	if (rest[1] == '\0' || rest[1] == '/')
		return UINT64_MAX;
	for (rest++; *rest && *rest != '/'; rest++) {
		if (*rest < '0' || *rest > '9' || index > UINT32_MAX)
			return UINT64_MAX;
		index = index * 10 + (uint64_t)(*rest - '0');
	}
	return index;
}

enum way {
	WAY_PASS, /* not on the way */
	WAY_STEP, /* on the way, and it goes on inside */
	WAY_END,  /* this is the value */
};

/* A value begins. */
static enum way
enter(struct search *s)
{
	if (s->open == s->level && s->in_array)
		s->wanted = s->left-- == 0;
	if (!s->wanted)
		return WAY_PASS;
	s->wanted = false;
	/* The first value is the document, which no segment stands for. */
	if (s->level > 0)
		s->rest += 1 + strcspn(s->rest + 1, "/");
	if (*s->rest != '\0')
		return WAY_STEP;
	s->found = true;
	s->offset = text_token(s->text, yajl_get_bytes_consumed(s->parser));
	return WAY_END;
}

static int
on_null(void *ctx)
{
	return enter(ctx) == WAY_PASS;
}

static int
on_boolean(void *ctx, int value __attribute__((unused)))
{
	return enter(ctx) == WAY_PASS;
}

static int
on_number(void *ctx, const char *text __attribute__((unused)),
	size_t len __attribute__((unused)))
{
	return enter(ctx) == WAY_PASS;
}

static int
on_string(void *ctx, const unsigned char *text __attribute__((unused)),
	size_t len __attribute__((unused)))
{
	return enter(ctx) == WAY_PASS;
}

/* A container on the way is where the next segment is looked for. */
static int
start(struct search *s, bool array)
{
	enum way way = enter(s);

	if (way == WAY_END)
		return 0;
	s->open++;
	if (way == WAY_STEP) {
		s->level = s->open;
		s->left = array ? segment_index(s->rest) : 0;
		s->in_array = array;
	}
	return 1;
}

static int
on_start_map(void *ctx)
{
	return start(ctx, false);
}

static int
on_start_array(void *ctx)
{
	return start(ctx, true);
}

static int
on_map_key(void *ctx, const unsigned char *key, size_t len)
{
	struct search *s = ctx;

	s->wanted = s->open == s->level &&
		is_segment(s->rest, (const char *)key, len);
	return 1;
}

/* Leaving a container on the way means that the value is not there. */
static int
on_end(void *ctx)
{
	struct search *s = ctx;

	return s->open-- != s->level;
}

bool
locate(const char *text, size_t len, const char *pointer, uint32_t *line,
	uint32_t *column)
{
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
	struct search s = { .text = text, .rest = pointer, .wanted = true };
	struct parser_memory memory;
	struct text_mark mark = TEXT_START;

	if (parser_memory_init(&memory, len) < 0)
		return false;
	s.parser = yajl_alloc(&callbacks, &memory.functions, &s);
	yajl_parse(s.parser, (const unsigned char *)text, len);
	parser_memory_done(&memory);
	if (!s.found)
		return false;
	text_move(&mark, text, s.offset);
	*line = mark.line;
	*column = mark.column;
	return true;
}
