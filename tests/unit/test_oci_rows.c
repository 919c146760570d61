/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of every document, walked: a text that says each member once is
 * made from the rows, decoded, encoded again and must come back byte by byte;
 * two such objects are equal, and no longer so when any one member differs;
 * and a value of a wrong kind is refused at each row.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "libocispec/features.h"
#include "libocispec/schema.h"
#include "libocispec/state.h"
#include "tests/unit/runner.h"

#include <inttypes.h>
#include <string.h>

#define V "\"ociVersion\":\"1.3.0\""

/* The parse functions differ only in the type of what they make. */
#define PARSER(name_)                                                          \
	static int parse_##name_(struct arena *arena, const struct str *text,  \
		void **out, struct err *err)                                   \
	{                                                                      \
		struct oci_##name_ *object = NULL;                             \
		int result = oci_##name_##_parse(                              \
			arena, text->data, text->len, &object, err);           \
                                                                               \
		*out = object;                                                 \
		return result;                                                 \
	}

PARSER(config)
PARSER(process)
PARSER(resources)
PARSER(state)
PARSER(features)

static const struct {
	const struct oci_schema *schema;
	int (*parse)(struct arena *arena, const struct str *text, void **out,
		struct err *err);
} documents[] = {
	{ &oci_config_schema, parse_config },
	{ &oci_process_schema, parse_process },
	{ &oci_resources_schema, parse_resources },
	{ &oci_state_schema, parse_state },
	{ &oci_features_schema, parse_features },
};

static struct arena arena;

/* Counts the values said; the one numbered odd is said differently. */
static unsigned int said, odd;

static void say_object(struct str *out, const struct oci_schema *of);

/* A string of the form that the row asks for. */
static void
say_string(struct str *out, const struct oci_row *row)
{
	static const char *const forms[][2] = {
		{ "/x \xc3\xa4\"\\\n\x7f", "/y" },
		{ "2MB", "64KB" },
		{ "MB:0=1", "MB:0=2" },
		{ "0-3,7", "5" },
	};
	size_t i = 0;

	while (row->fits && !row->fits(forms[i][0]))
		i++;
	str_add_json(out, forms[i][++said == odd]);
}

static void
say_integer(struct str *out, const struct oci_row *row)
{
	static const uint64_t most[] = {
		[OCI_INT32] = INT32_MAX, [OCI_INT64] = INT64_MAX, [OCI_UINT16] = UINT16_MAX,
		[OCI_UINT32] = UINT32_MAX, [OCI_UINT64] = UINT64_MAX,
	};
	bool ranged = row->flags & OCI_RANGE;
	uint64_t max = ranged ? row->max : most[row->kind];

	str_addf(out, "%" PRIu64, ++said == odd ? max - 1 : max);
}

static void
say_value(struct str *out, const struct oci_row *row)
{
	switch ((enum oci_kind)row->kind) {
	case OCI_STRING:
		say_string(out, row);
		break;
	case OCI_BOOL:
		str_add(out, ++said == odd ? "false" : "true");
		break;
	case OCI_STRINGS:
		str_add(out, "[\"/\",");
		say_string(out, row);
		str_add(out, "]");
		break;
	case OCI_UINT32S:
		str_addf(out, "[0,%s]", ++said == odd ? "7" : "4294967295");
		break;
	case OCI_STRING_MAP:
		str_add(out, "{\"a.b/c\":\"\",\"d\":");
		say_string(out, row);
		str_add(out, "}");
		break;
	case OCI_OBJECT:
		say_object(out, row->of);
		break;
	case OCI_OBJECTS:
		str_add(out, "[");
		say_object(out, row->of);
		str_add(out, ",");
		say_object(out, row->of);
		str_add(out, "]");
		break;
	case OCI_OBJECT_MAP:
		str_add(out, "{\"eth0\":");
		say_object(out, row->of);
		str_add(out, "}");
		break;
	default:
		say_integer(out, row);
		break;
	}
}

/* Says every member of the rows. */
static void
say_object(struct str *out, const struct oci_schema *of)
{
	for (size_t i = 0; i < of->n; i++) {
		str_add(out, i ? "," : "{");
		str_add_json(out, of->rows[i].key);
		str_add(out, ":");
		say_value(out, &of->rows[i]);
	}
	str_add(out, "}");
}

static void *
decode_said(int document, unsigned int differently, struct str *text)
{
	struct err err = { 0 };
	void *object = NULL;

	said = 0;
	odd = differently;
	text->len = 0;
	say_object(text, documents[document].schema);
	documents[document].parse(&arena, text, &object, &err);
	ck_assert_msg(object, "%s: %s", err.pointer, err.text);
	return object;
}

static void
set_up(void)
{
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
}

static void
tear_down(void)
{
	arena_done(&arena);
}

START_TEST(every_member_comes_back_as_it_went_in)
{
	const struct oci_schema *schema = documents[_i].schema;
	auto_str text = { 0 };
	auto_str compact = { 0 };
	auto_str pretty = { 0 };
	void *object = decode_said(_i, 0, &text);
	void *again = NULL;

	oci_encode(schema, object, false, &compact);
	ck_assert_str_eq(compact.data, text.data);
	oci_encode(schema, object, true, &pretty);
	ck_assert_int_eq(documents[_i].parse(&arena, &pretty, &again, NULL), 0);
	ck_assert(oci_equal(schema, object, again));
}
END_TEST

START_TEST(one_value_makes_the_difference)
{
	const struct oci_schema *schema = documents[_i].schema;
	auto_str text = { 0 };
	void *object = decode_said(_i, 0, &text);
	unsigned int all = said;

	for (unsigned int i = 1; i <= all; i++) {
		size_t used = arena.used;
		void *other = decode_said(_i, i, &text);

		ck_assert_msg(!oci_equal(schema, object, other),
			"value %u of %u: %s", i, all, text.data);
		arena_cut(&arena, used);
	}
}
END_TEST

/* {"a":{"b":[VALUE: a chain of keys and the text that stands at its end. */
struct chain {
	const struct chain *up;
	const struct oci_row *row;
};

static void
open_chain(struct str *out, const struct chain *chain)
{
	if (!chain)
		return;
	open_chain(out, chain->up);
	str_addf(out, "{\"%s\":", chain->row->key);
	if (chain->row->kind == OCI_OBJECTS)
		str_add(out, "[");
	if (chain->row->kind == OCI_OBJECT_MAP)
		str_add(out, "{\"k\":");
}

static void
close_chain(struct str *out, const struct chain *chain)
{
	if (chain->row->kind == OCI_OBJECTS)
		str_add(out, "]");
	if (chain->row->kind == OCI_OBJECT_MAP)
		str_add(out, "}");
	str_add(out, "}");
	if (chain->up)
		close_chain(out, chain->up);
}

/* A value that no kind takes but one that is not the row's. */
static void
refuse(int document, const struct chain *up, const struct oci_row *row)
{
	bool text = row->kind >= OCI_BOOL && row->kind <= OCI_UINT64;
	struct chain chain = { up, row };
	auto_str json = { 0 };
	struct err err = { 0 };
	void *object = NULL;

	open_chain(&json, up);
	str_addf(&json, "{\"%s\":%s}", row->key, text ? "\"x\"" : "1.5");
	if (up)
		close_chain(&json, up);
	ck_assert_int_eq(
		documents[document].parse(&arena, &json, &object, &err), -1);
	ck_assert_msg(strstr(err.text, oci_kind_words(chain.row->kind)),
		"%s: %s", json.data, err.text);
	ck_assert_uint_eq(err.line, 1);
	ck_assert_str_eq(strrchr(err.pointer, '/') + 1, row->key);
}

static void
refuse_all(int document, const struct oci_schema *of, const struct chain *up)
{
	for (size_t i = 0; i < of->n; i++) {
		struct chain chain = { up, &of->rows[i] };

		refuse(document, up, &of->rows[i]);
		if (of->rows[i].of)
			refuse_all(document, of->rows[i].of, &chain);
	}
}

/* The arena is cut shorter and shorter: each allocation fails once. */
START_TEST(running_out_of_memory_is_a_problem)
{
	auto_str text = { 0 };
	size_t needed, whole = arena.size;

	decode_said(_i, 0, &text);
	for (needed = arena.used; needed > 0; needed--) {
		struct err err = { 0 };
		void *object = NULL;

		arena_cut(&arena, 0);
		arena.size = needed - 1;
		ck_assert_int_eq(
			documents[_i].parse(&arena, &text, &object, &err), -1);
		ck_assert_str_eq(err.text,
			"the document needs more memory than there is");
		needed -= needed > 16 ? 15 : 0;
	}
	arena.size = whole;
}
END_TEST

START_TEST(a_wrong_kind_is_refused_at_every_row)
{
	refuse_all(_i, documents[_i].schema, NULL);
}
END_TEST

START_TEST(rows_have_room_in_the_bitmap)
{
	const struct oci_schema *schema = documents[_i].schema;

	ck_assert_uint_le(schema->n, OCI_ROWS_MAX);
	for (size_t i = 0; i < schema->n; i++) {
		const struct oci_row *row = &schema->rows[i];

		ck_assert_ptr_eq(
			oci_row_find(schema, row->key, row->key_len), row);
		ck_assert_uint_eq(strlen(row->key), row->key_len);
	}
}
END_TEST

START_TEST(maps_are_equal_in_any_order)
{
	static const char *const texts[] = {
		"{" V ",\"annotations\":{\"a\":\"1\",\"b\":\"2\"}}",
		"{\"annotations\":{\"b\":\"2\",\"a\":\"1\"}," V "}",
		"{" V ",\"annotations\":{\"a\":\"2\",\"b\":\"1\"}}",
		"{" V ",\"annotations\":{\"a\":\"1\",\"c\":\"2\"}}",
		"{" V ",\"annotations\":{}}",
		"{" V "}",
	};
	struct oci_config *configs[6];

	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(oci_config_parse(&arena, texts[i],
					 strlen(texts[i]), &configs[i], NULL),
			0);
	ck_assert(oci_equal(&oci_config_schema, configs[0], configs[1]));
	for (int i = 2; i < 6; i++)
		ck_assert(
			!oci_equal(&oci_config_schema, configs[0], configs[i]));
	ck_assert(!oci_equal(&oci_config_schema, configs[4], configs[5]));
}
END_TEST

START_TEST(what_is_made_by_hand_is_encoded)
{
	static const char *const fds[] = { "seccompFd" };
	const int64_t pid = 7;
	const struct oci_state state = {
		.oci_version = "1.3.0", .id = "web", .status = "creating",
		.pid = &pid, .bundle = "/b", .annotations = { .said = true },
	};
	const struct oci_process_state process = {
		.oci_version = "1.3.0", .fds = { .items = fds, .n = 1 }, .pid = &pid,
		.state = &state,
	};
	auto_str out = { 0 };

	oci_encode(&oci_process_state_schema, &process, false, &out);
	ck_assert_str_eq(out.data,
		"{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":7,"
		"\"state\":{\"ociVersion\":\"1.3.0\",\"id\":\"web\","
		"\"status\":\"creating\",\"pid\":7,\"bundle\":\"/b\","
		"\"annotations\":{}}}");
}
END_TEST

static void
fill(TCase *tcase)
{
	const int n = sizeof(documents) / sizeof(documents[0]);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, every_member_comes_back_as_it_went_in, 0, n);
	tcase_add_loop_test(tcase, one_value_makes_the_difference, 0, n);
	tcase_add_loop_test(tcase, running_out_of_memory_is_a_problem, 0, n);
	tcase_add_loop_test(tcase, a_wrong_kind_is_refused_at_every_row, 0, n);
	tcase_add_loop_test(tcase, rows_have_room_in_the_bitmap, 0, n);
	tcase_add_test(tcase, maps_are_equal_in_any_order);
	tcase_add_test(tcase, what_is_made_by_hand_is_encoded);
}

int
main(void)
{
	return runner_run("oci_rows", fill);
}
