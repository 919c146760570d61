/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotations org.systemd.property.NAME, as runc and crun have them: the
 * value is in the text form of GVariant (the GLib manual, "GVariant Text
 * Format"), as far as properties of a scope need it: 'text', true, 5 (which is
 * an int32), uint64 5, ["a", "b"], [('/dev/null', 'rw')], @as [].
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "plan/annotations.h"
#include "plan/plan.h"
#include "plan/unit.h"

/*
 *     value   array | item
 *     array   [ "@a" type ] "[" [ item { "," item } ] "]"
 *     item    "(" basic { "," basic } ")" | basic
 *     basic   [ word | "@" letter ] ( text | "true" | "false" | number )
 *
 * An array in an array, a dictionary and a maybe are in no property of a scope.
 */
#define PREFIX annotations[ANNOTATION_SYSTEMD_PROPERTY].key

/* The words before a number and what they make of it. */
static const struct {
	const char *word;
	char type;
	int64_t min;
	uint64_t max;
} numbers[] = {
	{ "byte", 'y', 0, UINT8_MAX },
	{ "int16", 'n', INT16_MIN, INT16_MAX },
	{ "uint16", 'q', 0, UINT16_MAX },
	{ "int32", 'i', INT32_MIN, INT32_MAX },
	{ "uint32", 'u', 0, UINT32_MAX },
	{ "int64", 'x', INT64_MIN, INT64_MAX },
	{ "uint64", 't', 0, UINT64_MAX },
	{ "double", 'd', 0, 0 },
	{ "boolean", 'b', 0, 0 },
	{ "string", 's', 0, 0 },
	{ "objectpath", 'o', 0, 0 },
	{ "signature", 'g', 0, 0 },
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* What is read so far. A type is noted when its value is: of an array, the
 * first item's is what those that follow are held to. */
struct reader {
	struct arena *arena;
	const char *at;
	struct pile values; /* union unit_basic */
	char type[16];      /* of one item: "t", "(ss)" */
	size_t len;         /* of what is there of it */
	size_t n_items;
	bool broken;
};

/* Between all parts there may be blanks. */
static void
skip_space(struct reader *r)
{
	r->at += strspn(r->at, " \t\n");
}

/* Takes the character if it is next. */
static bool
takes(struct reader *r, char c)
{
	skip_space(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

/* In an array the first item says what type all have. */
static bool
note_type(struct reader *r, char type)
{
	if (r->n_items > 0)
		return r->type[r->len++] == type;
	if (r->len + 1 >= sizeof(r->type))
		return false;
	r->type[r->len++] = type;
	r->type[r->len] = '\0';
	return true;
}

/* 'it\'s' or "text", with the escapes that quote marks need. */
static bool
read_text(struct reader *r, char type)
{
	auto_str text = { 0 };
	char quote = *r->at++;
	union unit_basic *value;

	while (*r->at && *r->at != quote) {
		if (*r->at == '\\' && r->at[1])
			r->at++;
		str_add_len(&text, r->at++, 1);
	}
	if (*r->at != quote || !note_type(r, type))
		return false;
	r->at++;
	value = pile_add(&r->values, r->arena);
	value->s = arena_text(r->arena, text.data ? text.data : "", text.len);
	return value->s != NULL;
}

/* The row, or behind the last. */
static size_t
find_type(char type)
{
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (numbers[i].type == type)
			return i;
	return N_NUMBERS;
}

/* With a point, or after the word "double". */
static bool
read_double(struct reader *r, const char *word)
{
	union unit_basic *value = pile_add(&r->values, r->arena);
	char *end;

	value->d = strtod(word, &end);
	return end != word && !*end && note_type(r, 'd');
}

/* A number of the given type, in decimal; of those with a sign the bits are
 * the value's as well. */
static bool
read_integer(struct reader *r, const char *word, char type)
{
	size_t row = find_type(type);
	union unit_basic *value = pile_add(&r->values, r->arena);
	int64_t with_sign;

	if (row == N_NUMBERS || !note_type(r, type))
		return false;
	if (numbers[row].min == 0)
		return str_to_uint(word, numbers[row].max, &value->u) == 0;
	if (str_to_int(word, numbers[row].min, (int64_t)numbers[row].max,
		    &with_sign) < 0)
		return false;
	value->i = with_sign;
	return true;
}

/* true and false are words of their own, as in JSON. */
static bool
read_bool(struct reader *r, const char *word)
{
	union unit_basic *value = pile_add(&r->values, r->arena);

	value->u = strcmp(word, "true") == 0;
	return (value->u || strcmp(word, "false") == 0) && note_type(r, 'b');
}

/* The next word, "" at a quote or a bracket. */
static const char *
next_word(struct reader *r)
{
	size_t len;
	const char *word;

	skip_space(r);
	len = strcspn(r->at, " \t\n,[]()'\"");
	word = arena_text(r->arena, r->at, len);
	r->at += len;
	return word ? word : "";
}

/* A word that is no value itself but names the type of the next one: "uint64"
 * or "@t". 0: it is none. */
static char
type_of_word(const char *word)
{
	if (word[0] == '@' && word[1] && !word[2] &&
		find_type(word[1]) < N_NUMBERS)
		return word[1];
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (strcmp(word, numbers[i].word) == 0)
			return numbers[i].type;
	return 0;
}

/* Without a word, a number has the type of the items before it, or int32. */
static char
default_type(const struct reader *r, const char *word)
{
	if (r->n_items > 0)
		return r->type[r->len];
	return strpbrk(word, ".e") ? 'd' : 'i';
}

/* [WORD] VALUE: the word says the type, where it is not the one that the value
 * has by itself. */
static bool
read_basic(struct reader *r)
{
	const char *word = next_word(r);
	char type = type_of_word(word);

	if (type)
		word = next_word(r);
	if (!*word && (*r->at == '\'' || *r->at == '"'))
		return (!type || strchr("sog", type)) &&
			read_text(r, type ? type : 's');
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
		return (!type || type == 'b') && read_bool(r, word);
	if (!type)
		type = default_type(r, word);
	return type == 'd' ? read_double(r, word) : read_integer(r, word, type);
}

/* An item of an array, or a value that is none: a basic one or a struct. */
static bool
read_item(struct reader *r)
{
	bool ok = true;

	r->len = 0;
	if (!takes(r, '('))
		return read_basic(r);
	if (!note_type(r, '('))
		return false;
	do
		ok = read_basic(r);
	while (ok && takes(r, ','));
	return ok && takes(r, ')') && note_type(r, ')');
}

/* The type of an array that may be empty, "@as []"; NULL: not said. */
static const char *
read_array_type(struct reader *r)
{
	size_t len;
	const char *type;

	skip_space(r);
	if (r->at[0] != '@' || r->at[1] != 'a')
		return NULL;
	len = strcspn(r->at, " [");
	type = arena_text(r->arena, r->at + 1, len - 1);
	r->at += len;
	return type;
}

/* All of it; *out_type is "as" and the like. */
static bool
read_value(struct reader *r, const char **out_type)
{
	const char *said = read_array_type(r);
	bool ok = true;

	if (!takes(r, '[')) {
		ok = !said && read_item(r);
		*out_type = arena_text(r->arena, r->type, r->len);
		return ok;
	}
	while (ok && !takes(r, ']')) {
		ok = (r->n_items == 0 || takes(r, ',')) && read_item(r);
		r->n_items++;
	}
	*out_type = r->n_items ? arena_printf(r->arena, "a%s", r->type) : said;
	return ok && *out_type && (!said || strcmp(said, *out_type) == 0);
}

/* Nothing may follow: a value is the whole text. */
int
unit_parse_value(struct unit_list *list, const char *name, const char *text,
	struct err *err)
{
	struct reader r = { .arena = list->arena,
		.at = text,
		.values = PILE_OF(union unit_basic) };
	const char *type = NULL;
	bool ok = read_value(&r, &type);

	skip_space(&r);
	if (!ok || *r.at)
		return err_say(err,
			"annotation %s%s: \"%s\" is not a value such as %s",
			PREFIX, name, text,
			"'text', true, uint64 5 or ['a', 'b']");
	if (r.values.broken || !type)
		return err_code(err, ENOMEM, "annotation %s%s", PREFIX, name);
	unit_add(list, name, type, r.values.items, r.values.n);
	return 0;
}

/* What says where the container is, is not the config's to say by this way. */
static int
check_name(const char *name, struct err *err)
{
	static const char *const own[] = { "PIDs", "Slice", "ControlGroup" };
	size_t len = 0;

	while ((name[len] >= 'A' && name[len] <= 'Z') ||
		(name[len] >= 'a' && name[len] <= 'z') ||
		(name[len] >= '0' && name[len] <= '9'))
		len++;
	if (!len || name[len])
		return err_say(err,
			"annotation %s%s: that is not the name of a property",
			PREFIX, name);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(name, own[i]) == 0)
			return err_say(err,
				"annotation %s%s: cgroupsPath says where the container is",
				PREFIX, name);
	return 0;
}

/* All others are the engine's, and mean nothing to systemd. */
int
unit_add_annotations(
	struct unit_list *list, const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n_annotations; i++) {
		const char *key = plan->annotations[i].key;

		if (!str_has_prefix(key, PREFIX))
			continue;
		key += strlen(PREFIX);
		if (check_name(key, err) < 0 ||
			unit_parse_value(
				list, key, plan->annotations[i].value, err) < 0)
			return -1;
	}
	return 0;
}
