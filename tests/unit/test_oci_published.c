/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the specification publishes, read from the folder that OCI_SCHEMA_DIR
 * names (the specification's schema/ with the examples beside it in
 * examples/{config,state,features}/{good,bad}): each property of the schemas
 * has a row of the same kind, range and duty, and each of a config names what
 * applies it and the test of its effect; each good example is decoded
 * and comes back from the encoder, each bad one is refused. Without the
 * variable nothing can be read, and the tests say that they are skipped.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/features.h"
#include "libocispec/schema.h"
#include "libocispec/state.h"
#include "tests/unit/applied.h"
#include "tests/unit/runner.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_tree.h>

/* Sections of other systems, which scrim skips. */
static const char *const other_systems[] = {
	"/solaris", "/windows", "/vm", "/zos", "/freebsd",
};

/* A bad example that is bad only in such a section; a plan refuses it, since it
 * is for another system (tests/config/bad/for-freebsd.json). */
static const char *const not_ours[] = {
	"freebsd-vnet-disable.json",
};

static const char *folder;
static struct arena arena;

static bool
is_among(const char *word, const char *const *words, size_t n)
{
	while (n--)
		if (strcmp(word, words[n]) == 0)
			return true;
	return false;
}

static char *
read_text(const char *path, size_t *len)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	ck_assert_msg(fd >= 0, "%s cannot be opened", path);
	ck_assert_int_eq(fd_read(fd, 16 << 20, path, &text, len, NULL), 0);
	return text;
}

/* --- the schemas --- */

/* A node of a schema: the file that references in it are relative to. */
struct node {
	const char *file;
	yajl_val value;
};

static struct node
load(const char *file)
{
	static struct node files[16];
	char path[512], why[256];
	size_t i, len;

	for (i = 0; files[i].file; i++)
		if (strcmp(files[i].file, file) == 0)
			return files[i];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	auto_free char *text = read_text(path, &len);
	files[i].value = yajl_tree_parse(text, why, sizeof(why));
	ck_assert_msg(files[i].value, "%s: %s", path, why);
	files[i].file = strdup(file);
	return files[i];
}

static struct node
get(struct node node, const char *key)
{
	const char *path[] = { key, NULL };

	node.value =
		node.value ? yajl_tree_get(node.value, path, yajl_t_any) : NULL;
	return node;
}

static const char *
word(struct node node, const char *key)
{
	return YAJL_GET_STRING(get(node, key).value);
}

/* A number's digits. */
static const char *
number(struct node node, const char *key)
{
	yajl_val value = get(node, key).value;

	return YAJL_IS_NUMBER(value) ? YAJL_GET_NUMBER(value) : NULL;
}

/* Follows "$ref": "FILE#/a/b" until there is none. */
static struct node
resolve(struct node node)
{
	const char *reference;

	while ((reference = word(node, "$ref"))) {
		auto_free char *copy = strdup(reference);
		char *rest = strchr(copy, '#');

		*rest++ = '\0';
		if (copy[0])
			node = load(copy);
		else
			node = load(node.file);
		for (char *key; (key = strsep(&rest, "/"));)
			if (key[0])
				node = get(node, key);
		ck_assert_msg(node.value, "%s leads nowhere", reference);
	}
	return node;
}

/* The integer kinds by the ranges that defs.json gives them. */
static const struct {
	const char *min, *max;
	int kind;
} ranges[] = {
	{ "-2147483648", "2147483647", OCI_INT32 },
	{ "-9223372036854775808", "9223372036854775807", OCI_INT64 },
	{ "0", "65535", OCI_UINT16 },
	{ "0", "4294967295", OCI_UINT32 },
	{ "0", "18446744073709551615", OCI_UINT64 },
};

/* What engines give beyond the schema, and is taken: Podman copies the mode of
 * a device of the host, its type with it. */
static const char *const wider[] = { "/linux/devices/fileMode" };

static bool
is_wider(const char *at)
{
	for (size_t i = 0; i < sizeof(wider) / sizeof(wider[0]); i++)
		if (!strcmp(wider[i], at))
			return true;
	return false;
}

static void
check_integer(struct node node, const struct oci_row *row, const char *at)
{
	const char *min = number(node, "minimum");
	const char *max = number(node, "maximum");
	int64_t least = 0;
	uint64_t most = INT64_MAX;

	if (!min && !max) {
		ck_assert_msg(row->kind == OCI_INT64, "%s is no int64", at);
		return;
	}
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (!min || !max || strcmp(min, ranges[i].min) ||
			strcmp(max, ranges[i].max))
			continue;
		ck_assert_msg(row->kind == ranges[i].kind, "%s has not %s..%s",
			at, min, max);
		return;
	}
	if (min)
		ck_assert_int_eq(
			str_to_int(min, INT64_MIN, INT64_MAX, &least), 0);
	if (max)
		ck_assert_int_eq(str_to_uint(max, UINT64_MAX, &most), 0);
	ck_assert_msg(row->flags & OCI_RANGE && row->min == least &&
			(is_wider(at) ? (uint64_t)row->max > most
				      : (uint64_t)row->max == most),
		"%s is not limited to %s..%s", at, min ? min : "",
		max ? max : "");
}

static void check_object(
	struct node node, const struct oci_schema *of, const char *at);

static void
check_array(struct node node, const struct oci_row *row, const char *at)
{
	struct node items = resolve(get(node, "items"));
	const char *type = word(items, "type");

	if (row->of) {
		ck_assert_msg(row->kind == OCI_OBJECTS, "%s is a list", at);
		check_object(items, row->of, at);
		return;
	}
	ck_assert_msg(type && strcmp(type, "string") == 0
			? row->kind == OCI_STRINGS
			: row->kind == OCI_UINT32S,
		"%s is a list of %s", at, type);
}

static void
check_map(struct node node, const struct oci_row *row, const char *at)
{
	struct node more = get(node, "additionalProperties");

	if (get(node, "patternProperties").value)
		ck_assert_msg(row->kind == OCI_STRING_MAP, "%s is a map", at);
	else if (more.value) {
		ck_assert_msg(row->kind == OCI_OBJECT_MAP, "%s is a map", at);
		check_object(more, row->of, at);
	} else {
		ck_assert_msg(row->kind == OCI_OBJECT, "%s is an object", at);
		check_object(node, row->of, at);
	}
}

static void
check_property(struct node node, const struct oci_row *row, const char *at)
{
	const char *type;

	node = resolve(node);
	type = word(node, "type");
	if (!type || strcmp(type, "object") == 0)
		check_map(node, row, at);
	else if (strcmp(type, "array") == 0)
		check_array(node, row, at);
	else if (strcmp(type, "integer") == 0)
		check_integer(node, row, at);
	else if (strcmp(type, "boolean") == 0)
		ck_assert_msg(row->kind == OCI_BOOL, "%s is a boolean", at);
	else
		ck_assert_msg(row->kind == OCI_STRING, "%s is a %s", at, type);
	if (get(node, "minItems").value)
		ck_assert_msg(row->flags & OCI_NOT_EMPTY, "%s is empty", at);
}

static unsigned int checked;
/* What a config says has to be done: tests/properties tells by what. */
static bool checks_applied;

static void
check_properties(struct node node, const struct oci_schema *of, const char *at)
{
	struct node all = get(node, "properties");
	char below[512];

	for (size_t i = 0; all.value && i < all.value->u.object.len; i++) {
		const char *key = all.value->u.object.keys[i];
		struct node one = { all.file, all.value->u.object.values[i] };
		const struct oci_row *row = oci_row_find(of, key, strlen(key));

		snprintf(below, sizeof(below), "%s/%s", at, key);
		if (is_among(below, other_systems, 5))
			continue;
		ck_assert_msg(row, "%s has no row", below);
		check_property(one, row, below);
		checked++;
		if (checks_applied && !row->of)
			applied_check(below, row->flags & OCI_DEAD);
	}
}

static void
check_object(struct node node, const struct oci_schema *of, const char *at)
{
	static const char *const parts[] = { "allOf", "anyOf" };
	struct node required;

	node = resolve(node);
	check_properties(node, of, at);
	required = get(node, "required");
	for (size_t i = 0; required.value && i < required.value->u.array.len;
		i++) {
		const char *key =
			YAJL_GET_STRING(required.value->u.array.values[i]);
		const struct oci_row *row = oci_row_find(of, key, strlen(key));

		ck_assert_msg(row && row->flags & OCI_REQUIRED,
			"%s/%s is not required", at, key);
	}
	for (int part = 0; part < 2; part++) {
		struct node all = get(node, parts[part]);

		for (size_t i = 0; all.value && i < all.value->u.array.len; i++)
			check_object((struct node){ all.file,
					     all.value->u.array.values[i] },
				of, at);
	}
}

static const struct {
	const char *file;
	const struct oci_schema *schema;
	unsigned int least; /* properties, so that the walk is known to walk */
} schemas[] = {
	{ "config-schema.json", &oci_config_schema, 200 },
	{ "state-schema.json", &oci_state_schema, 6 },
	{ "features-schema.json", &oci_features_schema, 30 },
};

START_TEST(every_published_property_has_its_row)
{
	checks_applied = schemas[_i].schema == &oci_config_schema;
	check_object(load(schemas[_i].file), schemas[_i].schema, "");
	if (checks_applied)
		applied_check_rest();
	ck_assert_uint_ge(checked, schemas[_i].least);
}
END_TEST

/* --- the examples --- */

static void *
parse(int document, const char *text, size_t len, struct err *err)
{
	struct oci_config *config = NULL;
	struct oci_state *state = NULL;
	struct oci_features *features = NULL;

	switch (document) {
	case 0:
		oci_config_parse(&arena, text, len, &config, err);
		return config;
	case 1:
		oci_state_parse(&arena, text, len, &state, err);
		return state;
	default:
		oci_features_parse(&arena, text, len, &features, err);
		return features;
	}
}

static const struct {
	const char *name;
	const struct oci_schema *schema;
} documents[] = {
	{ "config", &oci_config_schema },
	{ "state", &oci_state_schema },
	{ "features", &oci_features_schema },
};

/* Calls visit() for each example of a document, good or bad. */
static void
each_example(int document, const char *quality,
	void (*visit)(
		int document, const char *name, const char *text, size_t len))
{
	char path[512];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/examples/%s/%s", folder,
		documents[document].name, quality);
	dir = opendir(path);
	ck_assert_msg(dir, "%s cannot be opened", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char file[1024];
		size_t len;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		auto_free char *text = read_text(file, &len);
		visit(document, entry->d_name, text, len);
		n++;
	}
	closedir(dir);
	ck_assert_int_gt(n, 0);
}

static void
visit_good(int document, const char *name, const char *text, size_t len)
{
	const struct oci_schema *schema = documents[document].schema;
	auto_str out = { 0 };
	auto_str again = { 0 };
	struct err err = { 0 };
	void *one = parse(document, text, len, &err);
	void *other;

	ck_assert_msg(one, "%s: %s: %s", name, err.pointer, err.text);
	oci_encode(schema, one, true, &out);
	other = parse(document, out.data, out.len, &err);
	ck_assert_msg(other, "%s: %s: %s", name, err.pointer, err.text);
	ck_assert_msg(oci_equal(schema, one, other), "%s", name);
	oci_encode(schema, other, true, &again);
	ck_assert_str_eq(out.data, again.data);
}

static void
visit_bad(int document, const char *name, const char *text, size_t len)
{
	struct err err = { 0 };

	if (is_among(name, not_ours, 1))
		return;
	ck_assert_msg(!parse(document, text, len, &err), "%s is good", name);
	ck_assert_msg(err.line > 0 && err.text[0], "%s", name);
}

START_TEST(good_examples_come_back_as_they_were)
{
	each_example(_i, "good", visit_good);
}
END_TEST

START_TEST(bad_examples_are_refused)
{
	each_example(_i, "bad", visit_bad);
}
END_TEST

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

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, every_published_property_has_its_row, 0, 3);
	tcase_add_loop_test(tcase, good_examples_come_back_as_they_were, 0, 3);
	tcase_add_loop_test(tcase, bad_examples_are_refused, 0, 3);
}

int
main(void)
{
	folder = getenv("OCI_SCHEMA_DIR");
	if (!folder || !folder[0]) {
		printf("skipped: OCI_SCHEMA_DIR does not name the "
		       "specification's schema folder\n");
		return 77;
	}
	return runner_run("oci_published", fill);
}
