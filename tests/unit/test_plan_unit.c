/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd is told: names and places of scopes, limits as properties,
 * annotations in the text form of GVariant. Properties are compared as text:
 * "NAME TYPE VALUE ...".
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "plan/plan.h"
#include "plan/unit.h"
#include "tests/unit/runner.h"

#include <linux/bpf.h>
#include <string.h>

static struct arena arena;
static struct unit_list list;

static void
open_list(void)
{
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	list = UNIT_LIST(&arena);
}

static void
close_list(void)
{
	arena_done(&arena);
}

/* One basic value, by its type. */
static void
add_basic(struct str *out, char type, const union unit_basic *value)
{
	if (strchr("sog", type))
		str_addf(out, " %s", value->s);
	else if (strchr("nix", type))
		str_addf(out, " %lld", (long long)value->i);
	else if (type == 'd')
		str_addf(out, " %g", value->d);
	else
		str_addf(out, " %llu", (unsigned long long)value->u);
}

/* All properties of the list, with ", " between them. */
static const char *
said(void)
{
	const struct unit_property *items = list.items.items;
	auto_str out = { 0 };

	ck_assert(!list.items.broken);
	for (size_t i = 0; i < list.items.n; i++) {
		char basics[16];
		size_t n = 0;

		for (const char *at = items[i].type; *at; at++)
			if (!strchr("a()", *at))
				basics[n++] = *at;
		str_addf(&out, "%s%s %s", i ? ", " : "", items[i].name,
			items[i].type);
		for (size_t j = 0; j < items[i].n; j++)
			add_basic(&out, basics[j % n], &items[i].values[j]);
	}
	list = UNIT_LIST(&arena);
	return out.data ? arena_text(&arena, out.data, out.len) : "";
}

/* --- names -----------------------------------------------------------------
 */

static const struct {
	const char *cgroups_path, *path;
} good_paths[] = {
	{ NULL, "/system.slice/scrim-web.scope" },
	{ "", "/system.slice/scrim-web.scope" },
	{ "machine.slice:libpod:1", "/machine.slice/libpod-1.scope" },
	{ ":runc:1", "/system.slice/runc-1.scope" },
	{ "::1", "/system.slice/1.scope" },
	{ "-:x:1", "/x-1.scope" },
	{ "-.slice:x:1", "/x-1.scope" },
	{ "a-b-c.slice:x:1", "/a.slice/a-b.slice/a-b-c.slice/x-1.scope" },
	{ "kubepods-besteffort-pod1_2.slice:cri:1",
		"/kubepods.slice/kubepods-besteffort.slice/"
		"kubepods-besteffort-pod1_2.slice/cri-1.scope" },
	{ "a.slice:x:b+c", "/a.slice/x-b\\x2bc.scope" },
	{ "a.slice:x:b:c@d", "/a.slice/x-b:c\\x40d.scope" },
	{ "a.slice::.hidden", "/a.slice/\\x2ehidden.scope" },
	{ "a.slice:x:../y", "/a.slice/x-..\\x2fy.scope" },
};

START_TEST(a_cgroups_path_is_a_scope_in_a_slice)
{
	struct err err = { 0 };
	struct unit_name name;

	ck_assert_msg(unit_name_parse(&arena, good_paths[_i].cgroups_path,
			      "web", "system.slice", &name, &err) == 0,
		"%s", err.text);
	ck_assert_str_eq(
		unit_path(&arena, "", &name, NULL), good_paths[_i].path);
	ck_assert_str_eq(
		unit_path(&arena, "/", &name, NULL), good_paths[_i].path);
}
END_TEST

static const struct {
	const char *cgroups_path, *words;
} bad_paths[] = {
	{ "/a/b", "slice:prefix:name" },
	{ "a.slice", "slice:prefix:name" },
	{ "a.slice:b", "slice:prefix:name" },
	{ "a.slice:b:", "the name is missing" },
	{ "a:b:c", "\"a\" is not the name of a slice" },
	{ ".slice:b:c", "is not the name of a slice" },
	{ "-a.slice:b:c", "is not the name of a slice" },
	{ "a-.slice:b:c", "is not the name of a slice" },
	{ "a--b.slice:b:c", "is not the name of a slice" },
	{ "a/b.slice:b:c", "is not the name of a slice" },
	{ "a b.slice:b:c", "is not the name of a slice" },
	{ "a.slice:b:c.slice", "in a slice no process can be" },
};

START_TEST(what_is_no_scope_is_refused_in_words)
{
	struct err err = { 0 };
	struct unit_name name;

	ck_assert_int_eq(unit_name_parse(&arena, bad_paths[_i].cgroups_path,
				 "web", "system.slice", &name, &err),
		-1);
	ck_assert_msg(
		strstr(err.text, bad_paths[_i].words) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_refused)
{
	struct err err = { 0 };
	struct unit_name name;
	char id[256];

	memset(id, 'x', sizeof(id) - 1);
	id[255] = '\0';
	ck_assert_int_eq(
		unit_name_parse(&arena, NULL, id, "system.slice", &name, &err),
		-1);
	ck_assert_ptr_nonnull(strstr(err.text, "is too long"));
	id[243] = '\0';
	ck_assert_int_eq(
		unit_name_parse(&arena, NULL, id, "system.slice", &name, &err),
		0);
	ck_assert_uint_eq(strlen(name.scope), 255);
}
END_TEST

START_TEST(the_scope_is_found_in_its_path_again)
{
	static const char *const paths[][2] = {
		{ "/a.slice/x-1.scope", "x-1.scope" },
		{ "/a.slice/x-1.scope/inner", "x-1.scope" },
		{ "/x.scope", "x.scope" },
		{ "/user.slice/user-1.slice/user@1.service/user.slice/y.scope",
		  "y.scope" },
	};
	struct unit_name name = { "a-b.slice", "x.scope" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *scope = unit_of_path(paths[i][0]);

		ck_assert_str_eq(scope, paths[i][1]);
		free(scope);
	}
	ck_assert_ptr_null(unit_of_path("/scrim/web"));
	ck_assert_ptr_null(unit_of_path(""));
	ck_assert_str_eq(unit_path(&arena, "/user@1.service", &name, "in"),
		"/user@1.service/a.slice/a-b.slice/x.scope/in");
}
END_TEST

/* --- limits ----------------------------------------------------------------
 */

static const struct {
	const char *file, *value, *properties;
} limits[] = {
	{ "memory.max", "1048576", "MemoryMax t 1048576" },
	{ "memory.max", "max", "MemoryMax t 18446744073709551615" },
	{ "memory.high", "7", "MemoryHigh t 7" },
	{ "memory.low", "7", "MemoryLow t 7" },
	{ "memory.min", "7", "MemoryMin t 7" },
	{ "memory.swap.max", "0", "MemorySwapMax t 0" },
	{ "cpu.weight", "100", "CPUWeight t 100" },
	{ "cpu.idle", "1", "CPUWeight t 0" },
	{ "cpu.idle", "0", "" },
	{ "cpu.max", "50000", "CPUQuotaPerSecUSec t 500000" },
	{ "cpu.max", "50000 100000", "CPUQuotaPerSecUSec t 500000" },
	{ "cpu.max", "100000 50000",
		"CPUQuotaPerSecUSec t 2000000, CPUQuotaPeriodUSec t 50000" },
	{ "cpu.max", "12345 50000",
		"CPUQuotaPerSecUSec t 250000, CPUQuotaPeriodUSec t 50000" },
	{ "cpu.max", "max 100000",
		"CPUQuotaPerSecUSec t 18446744073709551615" },
	{ "cpu.max", "1 0", "" },
	{ "cpu.max.burst", "1000", "" },
	{ "cpuset.cpus", "0", "AllowedCPUs ay 1" },
	{ "cpuset.cpus", "0-3,9", "AllowedCPUs ay 15 2" },
	{ "cpuset.cpus", "7,0", "AllowedCPUs ay 129" },
	{ "cpuset.cpus", "9000", "" },
	{ "cpuset.cpus", "", "" },
	{ "cpuset.mems", "1", "AllowedMemoryNodes ay 2" },
	{ "io.weight", "100", "IOWeight t 100" },
	{ "io.weight", "default 100", "IOWeight t 100" },
	{ "io.weight", "8:16 200", "IODeviceWeight a(st) /dev/block/8:16 200" },
	{ "io.max", "8:0 rbps=1 wbps=max riops=3 wiops=4",
		"IOReadBandwidthMax a(st) /dev/block/8:0 1, "
		"IOWriteBandwidthMax a(st) /dev/block/8:0 18446744073709551615, "
		"IOReadIOPSMax a(st) /dev/block/8:0 3, "
		"IOWriteIOPSMax a(st) /dev/block/8:0 4" },
	{ "io.max", "8:0 rbps=1\n8:16 rbps=2",
		"IOReadBandwidthMax a(st) /dev/block/8:0 1, "
		"IOReadBandwidthMax a(st) /dev/block/8:16 2" },
	{ "pids.max", "10", "TasksMax t 10" },
	{ "pids.max", "0", "TasksMax t 1" },
	{ "pids.max", "max", "TasksMax t 18446744073709551615" },
	{ "hugetlb.2MB.rsvd.max", "1", "" },
	{ "memory.max", "nonsense", "" },
	{ "memory.max", "1 2", "" },
};

START_TEST(a_limit_is_a_property)
{
	struct plan_knob knob = { .file = limits[_i].file,
		.value = limits[_i].value };
	struct plan_resources resources = { .knobs = &knob, .n_knobs = 1 };

	unit_add_limits(&list, &resources);
	ck_assert_str_eq(said(), limits[_i].properties);
}
END_TEST

#define RWM (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD)

START_TEST(a_list_of_allowed_devices_is_one_of_systemds)
{
	struct plan_device_rule rules[] = {
		{ false, 'a', -1, -1, RWM },
		{ true, 'c', 1, 3, RWM },
		{ true, 'b', 8, -1, BPF_DEVCG_ACC_READ },
		{ true, 'c', -1, -1, BPF_DEVCG_ACC_MKNOD },
	};
	struct plan_resources resources = { .device_rules = rules,
		.n_device_rules = 4,
		.device_program = true };

	unit_add_devices(&list, &resources);
	ck_assert_str_eq(said(),
		"DevicePolicy s strict, DeviceAllow a(ss) /dev/char/1:3 rwm, "
		"DeviceAllow a(ss) block-8 r, DeviceAllow a(ss) char-* m");
	unit_change_devices(&list, &resources);
	ck_assert(str_has_prefix(
		said(), "DeviceAllow a(ss), DevicePolicy s strict, "));
}
END_TEST

START_TEST(other_device_rules_are_left_to_our_own_program)
{
	struct plan_device_rule rules[] = {
		{ false, 'a', -1, -1, RWM },
		{ true, 'c', 1, 3, RWM },
		{ false, 'c', 1, 5, RWM },
	};
	struct plan_resources resources = { .device_rules = rules,
		.n_device_rules = 3,
		.device_program = true };

	unit_add_devices(&list, &resources);
	ck_assert_str_eq(said(), "");
	unit_change_devices(&list, &resources);
	ck_assert_str_eq(said(), "DeviceAllow a(ss), DevicePolicy s auto");
	rules[0].allow = true;
	resources.n_device_rules = 2;
	unit_add_devices(&list, &resources);
	ck_assert_str_eq(said(), "");
}
END_TEST

/* --- annotations -----------------------------------------------------------
 */

static const struct {
	const char *text, *property; /* NULL: refused */
} values[] = {
	{ "'text'", "X s text" },
	{ "\"text\"", "X s text" },
	{ "'it\\'s'", "X s it's" },
	{ " 'a' ", "X s a" },
	{ "true", "X b 1" },
	{ "false", "X b 0" },
	{ "boolean true", "X b 1" },
	{ "5", "X i 5" },
	{ "-5", "X i -5" },
	{ "uint64 18446744073709551615", "X t 18446744073709551615" },
	{ "@t 5", "X t 5" },
	{ "int64 -5", "X x -5" },
	{ "byte 255", "X y 255" },
	{ "uint16 1", "X q 1" },
	{ "int16 -1", "X n -1" },
	{ "uint32 1", "X u 1" },
	{ "1.5", "X d 1.5" },
	{ "double 1", "X d 1" },
	{ "objectpath '/a'", "X o /a" },
	{ "['a', \"b\"]", "X as a b" },
	{ "[ 'a' ]", "X as a" },
	{ "@as []", "X as" },
	{ "@as ['a']", "X as a" },
	{ "[uint32 1, 2]", "X au 1 2" },
	{ "[byte 1, 2, 3]", "X ay 1 2 3" },
	{ "[('/dev/null', 'rw'), ('/dev/zero', 'r')]",
		"X a(ss) /dev/null rw /dev/zero r" },
	{ "[('/dev/vda', uint64 5)]", "X a(st) /dev/vda 5" },
	{ "('a', true)", "X (sb) a 1" },
	{ "", NULL },
	{ "text", NULL },
	{ "'open", NULL },
	{ "uint64", NULL },
	{ "uint64 -1", NULL },
	{ "uint64 18446744073709551616", NULL },
	{ "uint32 4294967296", NULL },
	{ "byte 256", NULL },
	{ "uint64 'a'", NULL },
	{ "2147483648", NULL },
	{ "true false", NULL },
	{ "[]", NULL },
	{ "['a'", NULL },
	{ "['a' 'b']", NULL },
	{ "['a', true]", NULL },
	{ "['a', ('b', 'c')]", NULL },
	{ "[('a', 'b'), ('a', true)]", NULL },
	{ "@as [true]", NULL },
	{ "@as 'a'", NULL },
	{ "('a'", NULL },
	{ "{'a': 1}", NULL },
	{ "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", NULL },
};

START_TEST(a_value_is_read_by_its_type)
{
	struct err err = { 0 };
	int result = unit_parse_value(&list, "X", values[_i].text, &err);

	if (values[_i].property) {
		ck_assert_msg(result == 0, "%s", err.text);
		ck_assert_str_eq(said(), values[_i].property);
	} else {
		ck_assert_int_eq(result, -1);
		ck_assert_ptr_nonnull(strstr(err.text, "is not a value"));
		ck_assert_str_eq(said(), "");
	}
}
END_TEST

static const struct {
	const char *key, *words; /* NULL: taken, or none of ours */
} keys[] = {
	{ "org.systemd.property.CollectMode", NULL },
	{ "org.systemd.propert.", NULL },
	{ "other", NULL },
	{ "org.systemd.property.", "not the name of a property" },
	{ "org.systemd.property.A-B", "not the name of a property" },
	{ "org.systemd.property.PIDs", "cgroupsPath says" },
	{ "org.systemd.property.Slice", "cgroupsPath says" },
};

START_TEST(annotations_of_ours_have_the_name_of_a_property)
{
	struct plan_annotation annotation = { keys[_i].key, "'a'" };
	struct plan plan = { .annotations = &annotation, .n_annotations = 1 };
	struct err err = { 0 };
	int result = unit_add_annotations(&list, &plan, &err);

	ck_assert_int_eq(result, keys[_i].words ? -1 : 0);
	if (keys[_i].words)
		ck_assert_ptr_nonnull(strstr(err.text, keys[_i].words));
	ck_assert_str_eq(said(), _i == 0 ? "CollectMode s a" : "");
}
END_TEST

#define N(array) ((int)(sizeof(array) / sizeof((array)[0])))

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, open_list, close_list);
	tcase_add_loop_test(
		tcase, a_cgroups_path_is_a_scope_in_a_slice, 0, N(good_paths));
	tcase_add_loop_test(
		tcase, what_is_no_scope_is_refused_in_words, 0, N(bad_paths));
	tcase_add_test(tcase, a_name_that_is_too_long_is_refused);
	tcase_add_test(tcase, the_scope_is_found_in_its_path_again);
	tcase_add_loop_test(tcase, a_limit_is_a_property, 0, N(limits));
	tcase_add_test(tcase, a_list_of_allowed_devices_is_one_of_systemds);
	tcase_add_test(tcase, other_device_rules_are_left_to_our_own_program);
	tcase_add_loop_test(tcase, a_value_is_read_by_its_type, 0, N(values));
	tcase_add_loop_test(tcase,
		annotations_of_ours_have_the_name_of_a_property, 0, N(keys));
}

int
main(void)
{
	return runner_run("plan unit", fill);
}
