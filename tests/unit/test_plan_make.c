/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about plans that are better said one by one than read from a golden
 * text: conversions, births and their reasons, who clones, what is refused to
 * whom; and that making a plan twice gives the same bytes.
 */
#include "base/sys.h"
#include "plan/make.h"
#include "plan/weight.h"
#include "tests/unit/plan_files.h"

#include <sys/stat.h>

#define HEAD "{'ociVersion':'1.3.0','root':{'path':'rootfs'},"
#define MOUNTNS "'namespaces':[{'type':'mount'}"

static struct made made;

/* A config with ' for ", which reads better here. */
static struct plan *
plan_of(const char *config, const struct plan_request *request)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s", config);
	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	made_from_text(&made, text, strlen(text), request);
	ck_assert_msg(made.plan, "%s: %s", made.err.pointer, made.err.text);
	return made.plan;
}

static struct plan *
usual(const char *text)
{
	struct plan_request request = plan_files_request();

	return plan_of(text, &request);
}

static const struct plan_step *
find_step(enum plan_op op)
{
	const void *block = made.plan->block;

	for (uint32_t i = 0; i < plan_head(block)->n_steps; i++)
		if (plan_steps(block)[i].op == op)
			return &plan_steps(block)[i];
	return NULL;
}

static const struct plan_source *
find_source(enum plan_source_kind kind)
{
	for (size_t i = 0; i < made.plan->n_sources; i++)
		if (made.plan->sources[i].kind == kind)
			return &made.plan->sources[i];
	return NULL;
}

/* Values of the formula, computed with a mathematics library. */
START_TEST(shares_become_weight)
{
	static const struct {
		uint64_t shares, weight;
	} cases[] = {
		{ 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 2 }, { 4, 2 }, { 10, 4 },
		{ 100, 17 }, { 256, 35 }, { 512, 59 }, { 1000, 99 },
		{ 1023, 100 }, { 1024, 100 }, { 1025, 101 }, { 2048, 174 },
		{ 10000, 627 }, { 100000, 4340 }, { 262143, 10000 }, { 262144, 10000 },
		{ UINT64_MAX, 10000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(weight_from_shares(cases[i].shares) ==
				cases[i].weight,
			"%llu shares are %llu",
			(unsigned long long)cases[i].shares,
			(unsigned long long)weight_from_shares(
				cases[i].shares));
}
END_TEST

START_TEST(more_shares_are_never_less_weight)
{
	uint64_t before = 0;

	for (uint64_t shares = 0; shares < 263000; shares += 7) {
		uint64_t weight = weight_from_shares(shares);

		ck_assert(weight >= before && weight >= 1 && weight <= 10000);
		before = weight;
	}
}
END_TEST

START_TEST(births_and_who_clones)
{
	static const char text[] = HEAD "'linux':{" MOUNTNS "]}}";
	static const char in_user[] = HEAD
		"'linux':{" MOUNTNS ",{'type':'user'}],"
		"'uidMappings':[{'containerID':0,'hostID':1,'size':1}],"
		"'gidMappings':[{'containerID':0,'hostID':1,'size':1}]}}";
	struct plan_request request = plan_files_request();

	ck_assert_int_eq(plan_of(text, &request)->birth, PLAN_BIRTH_PINNED);
	ck_assert(!made.plan->deputy);
	request.no_pin = true;
	ck_assert_int_eq(plan_of(text, &request)->birth, PLAN_BIRTH_PLAIN);
	request = plan_files_request();
	ck_assert_int_eq(plan_of(in_user, &request)->birth, PLAN_BIRTH_PINNED);
	ck_assert(made.plan->new_user && !made.plan->deputy);
	ck_assert(!made.plan->root_unmapped);
	request.root = false;
	ck_assert_int_eq(plan_of(in_user, &request)->birth, PLAN_BIRTH_PLAIN);
	ck_assert(made.plan->deputy);
	ck_assert_uint_eq(
		find_step(OP_ISOLATE)->number[0], MS_PRIVATE | MS_REC);
}
END_TEST

/* Where "/" is no mount point a plain birth would fail half-way. */
START_TEST(a_chroot_needs_a_pinned_birth)
{
	static const char text[] =
		"{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}}";
	struct plan_request request = plan_files_request();

	request.chrooted = true;
	made_from_text(&made, text, sizeof(text) - 1, &request);
	ck_assert_int_eq(made.plan->birth, PLAN_BIRTH_PINNED);
	request.no_pivot = true;
	made_from_text(&made, text, sizeof(text) - 1, &request);
	ck_assert_ptr_null(made.plan);
	ck_assert_ptr_nonnull(strstr(made.err.text, "in a chroot"));
}
END_TEST

START_TEST(anybody_may_look_at_the_plan_of_root)
{
	struct plan_request request = plan_files_request();

	request.root = false;
	request.only_shown = true;
	plan_of(HEAD "'linux':{" MOUNTNS "]}}", &request);
	ck_assert_int_eq(made.plan->birth, PLAN_BIRTH_PINNED);
	ck_assert(!made.plan->deputy);
}
END_TEST

START_TEST(id_0_may_be_unmapped)
{
	struct plan *plan = usual(HEAD
		"'process':{'args':['a'],'cwd':'/','user':{'uid':5}},"
		"'linux':{" MOUNTNS ",{'type':'user'}],"
		"'uidMappings':[{'containerID':5,'hostID':1,'size':1}],"
		"'gidMappings':[{'containerID':0,'hostID':1,'size':9}]}}");

	ck_assert(plan->root_unmapped);
}
END_TEST

/* The last word wins, and the access time is one field of three values. */
START_TEST(options_add_up)
{
	static const struct {
		const char *options;
		uint64_t set, clear;
	} cases[] = {
		{ "'ro'", MOUNT_ATTR_RDONLY, 0 },
		{ "'ro','rw'", 0, MOUNT_ATTR_RDONLY },
		{ "'rw','ro'", MOUNT_ATTR_RDONLY, 0 },
		{ "'noatime'", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
		{ "'noatime','atime'", 0, MOUNT_ATTR__ATIME },
		{ "'strictatime','atime'", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
		{ "'noatime','norelatime'", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
		{ "'noatime','strictatime'", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
		{ "'strictatime','relatime'", 0, MOUNT_ATTR__ATIME },
		{ "'norelatime'", 0, 0 },
		{ "'defaults','x-a'", 0, 0 },
		{ "'nosuid','suid','nodev'", MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			HEAD "'linux':{" MOUNTNS "]},'mounts':[{"
			     "'destination':'/a','source':'/b',"
			     "'options':['bind',%s]}]}",
			cases[i].options);
		usual(text);
		ck_assert_msg(find_source(PLAN_SOURCE_BIND)->attr_set ==
				cases[i].set,
			"%s", cases[i].options);
		ck_assert_msg(find_source(PLAN_SOURCE_BIND)->attr_clear ==
				cases[i].clear,
			"%s", cases[i].options);
		made_done(&made);
	}
}
END_TEST

START_TEST(a_relative_source_stays_in_the_bundle)
{
	usual(HEAD "'linux':{" MOUNTNS "]},'mounts':[{'destination':'/a',"
		"'source':'../../../etc/shadow','options':['rbind']}]}");
	ck_assert_str_eq(find_source(PLAN_SOURCE_BIND)->path,
		"/bundle/etc/shadow");
}
END_TEST

START_TEST(a_listed_device_takes_the_place_of_a_default)
{
	const struct plan_step *step;
	const void *block;
	uint32_t n = 0;

	usual(HEAD "'linux':{" MOUNTNS "],'devices':[{'path':'/dev//null',"
		"'type':'c','major':1,'minor':3,'fileMode':384}]}}");
	block = made.plan->block;
	for (uint32_t i = 0; i < plan_head(block)->n_steps; i++) {
		const char *path;

		step = &plan_steps(block)[i];
		path = plan_text(block, step->text[0]);
		if (step->op != OP_DEVICE || strcmp(path, "/dev/null") != 0)
			continue;
		n++;
		ck_assert_uint_eq(step->number[0], S_IFCHR | 0600);
	}
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(a_filter_without_privilege_keeps_nothing)
{
#define FILTER "'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}}"
	usual(HEAD "'process':{'args':['a'],'cwd':'/','capabilities':{},"
		"'noNewPrivileges':true}," FILTER);
	ck_assert_uint_eq(find_step(OP_CAPABILITIES)->number[5], 0);
	ck_assert_uint_eq(find_step(OP_SECCOMP)->number[1], 0);
	usual(HEAD "'process':{'args':['a'],'cwd':'/','capabilities':{"
		"'permitted':['CAP_KILL']}}," FILTER);
	ck_assert_uint_eq(find_step(OP_CAPABILITIES)->number[5], 1u << 21);
	ck_assert_uint_eq(find_step(OP_SECCOMP)->number[1], 1);
	ck_assert_uint_eq(find_step(OP_SECCOMP)->number[3], 1u << 5);
	/* without the section there is nothing but what loads the filter */
	usual(HEAD "'process':{'args':['a'],'cwd':'/'}," FILTER);
	ck_assert_uint_eq(find_step(OP_CAPABILITIES)->number[0], 0);
	ck_assert_uint_eq(find_step(OP_CAPABILITIES)->number[5], 1u << 21);
}
END_TEST

/* Podman 4 says version 1.0.2-dev, and 0 for unlimited. */
START_TEST(no_processes_is_a_limit_since_version_1_3)
{
#define PIDS "'root':{'path':'r'},'linux':{'resources':{'pids':{'limit':0}}}}"
	usual("{'ociVersion':'1.0.2-dev'," PIDS);
	ck_assert_str_eq(made.plan->resources.knobs[0].value, "max");
	ck_assert(made.plan->resources.knobs[0].default_value);
	usual("{'ociVersion':'1.3.0'," PIDS);
	ck_assert_str_eq(made.plan->resources.knobs[0].value, "0");
	ck_assert(!made.plan->resources.knobs[0].default_value);
}
END_TEST

START_TEST(a_plan_is_the_same_every_time)
{
	struct plan_request request = plan_files_request();
	struct made again;
	char path[512];

	plan_files_path(path, sizeof(path), "golden", "process.json");
	made_from_file(&made, path, &request);
	made_from_file(&again, path, &request);
	ck_assert(made.plan && again.plan);
	ck_assert_uint_eq(made.plan->block_size, again.plan->block_size);
	ck_assert_mem_eq(made.plan->block, again.plan->block,
		made.plan->block_size);
}
END_TEST

START_TEST(a_pile_that_finds_no_memory_says_so)
{
	struct arena arena;
	struct pile pile = PILE_OF(uint64_t);

	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	for (uint64_t i = 0; i < 100; i++)
		*(uint64_t *)pile_add(&pile, &arena) = i;
	ck_assert_uint_eq(((uint64_t *)pile.items)[99], 99);
	ck_assert(!pile.broken);
	arena.used = arena.size;
	for (uint64_t i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(pile_add(&pile, &arena));
	ck_assert(pile.broken);
	ck_assert_ptr_null(pile_add_n(&pile, &arena, 5));
	arena_done(&arena);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, shares_become_weight);
	tcase_add_test(tcase, more_shares_are_never_less_weight);
	tcase_add_test(tcase, births_and_who_clones);
	tcase_add_test(tcase, a_chroot_needs_a_pinned_birth);
	tcase_add_test(tcase, anybody_may_look_at_the_plan_of_root);
	tcase_add_test(tcase, id_0_may_be_unmapped);
	tcase_add_test(tcase, options_add_up);
	tcase_add_test(tcase, a_relative_source_stays_in_the_bundle);
	tcase_add_test(tcase, a_listed_device_takes_the_place_of_a_default);
	tcase_add_test(tcase, a_filter_without_privilege_keeps_nothing);
	tcase_add_test(tcase, no_processes_is_a_limit_since_version_1_3);
	tcase_add_test(tcase, a_plan_is_the_same_every_time);
	tcase_add_test(tcase, a_pile_that_finds_no_memory_says_so);
}

int
main(void)
{
	return runner_run("plan make", fill);
}
