/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPEC 155-165, against a resctrl tree imitated on disk: where the kernel would
 * fill a new directory with its files, mkdirat() does, which the linker has
 * put in its place (Makefile.am).
 */
#include "base/err.h"
#include "base/fd.h"
#include "host/resctrl.h"
#include "plan/plan.h"
#include "tests/unit/put_file.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/scrim-resctrl-XXXXXX";
static int root;
static struct err err;
static bool refusing; /* a new group takes no schemata */

int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);

static void
fill_group(int dir, const char *path)
{
	auto_fd group = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	put_file(group, "tasks", "");
	put_file(group, "schemata",
		"    L3:0=fffff;1=fffff\n    MB:0=100;1=100\n");
	if (!strstr(path, "mon_groups"))
		__real_mkdirat(group, "mon_groups", 0755);
}

/* As the kernel does it. */
int
__wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	int made = __real_mkdirat(dir, path, mode);

	if (made == 0)
		fill_group(dir, path);
	if (made == 0 && refusing) {
		auto_fd group =
			openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		unlinkat(group, "schemata", 0);
		__real_mkdirat(group, "schemata", 0755);
	}
	return made;
}

static char *
get(const char *path)
{
	static char text[512];

	ck_assert_msg(file_read(root, path, text, sizeof(text), NULL) >= 0,
		"%s", path);
	return text;
}

static bool
is_there(const char *path)
{
	return faccessat(root, path, F_OK, 0) == 0;
}

static void
setup(void)
{
	strcpy(home, "/tmp/scrim-resctrl-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	root = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = (struct err){ 0 };
	refusing = false;
	fill_group(root, ".");
	__real_mkdirat(root, "info", 0755);
	put_file(root, "info/last_cmd_status", "ok\n");
}

static void
teardown(void)
{
	char command[64];

	close(root);
	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	ck_assert_int_eq(system(command), 0);
}

static const char *const lines[] = { "L3:0=f;1=f0", "MB:0=20", "L3:1=ff" };
static const struct plan_intel_rdt
	own = { .group = "c1", .own = true, .lines = lines, .n_lines = 3 },
	named = { .group = "gold", .lines = lines, .n_lines = 1 },
	alone = { .group = "gold" }, by_default = { .group = "." },
	watched = { .group = "c1", .own = true, .monitor = "c1/mon_groups/c1" };

/* The imitation keeps the last write, at the place of the first line. */
START_TEST(a_group_of_the_container_is_made_joined_and_removed)
{
	ck_assert_int_eq(resctrl_check(root, &own, &err), 1);
	ck_assert_int_eq(resctrl_make(root, &own, &err), 0);
	ck_assert_int_eq(resctrl_join(root, &own, 4711, &err), 0);
	ck_assert_str_eq(get("c1/tasks"), "4711");
	ck_assert_ptr_nonnull(strstr(get("c1/schemata"), "L3:1=ff\n"));
	ck_assert_int_eq(resctrl_check(root, &own, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "group c1 is there already"));
	/* rmdir takes a group with its files, but no directory of a disk */
	unlinkat(root, "c1/tasks", 0);
	unlinkat(root, "c1/schemata", 0);
	unlinkat(root, "c1/mon_groups", AT_REMOVEDIR);
	ck_assert_int_eq(resctrl_remove(root, "c1", &err), 0);
	ck_assert(!is_there("c1"));
	ck_assert_int_eq(resctrl_remove(root, "c1", &err), 0);
}
END_TEST

START_TEST(a_group_without_schemata_has_none_written)
{
	ck_assert_int_eq(resctrl_make(root, &watched, &err), 0);
	ck_assert_ptr_nonnull(strstr(get("c1/schemata"), "L3:0=fffff;1=fffff"));
	ck_assert(is_there("c1/mon_groups/c1"));
	ck_assert_int_eq(resctrl_join(root, &watched, 12, &err), 0);
	ck_assert_str_eq(get("c1/mon_groups/c1/tasks"), "12");
	ck_assert_str_eq(get("c1/tasks"), "12");
}
END_TEST

START_TEST(the_default_class_is_the_root)
{
	ck_assert_int_eq(resctrl_check(root, &by_default, &err), 0);
	ck_assert_int_eq(resctrl_make(root, &by_default, &err), 0);
	ck_assert_int_eq(resctrl_join(root, &by_default, 7, &err), 0);
	ck_assert_str_eq(get("tasks"), "7");
}
END_TEST

START_TEST(a_named_group_is_made_where_it_has_schemata)
{
	ck_assert_int_eq(resctrl_check(root, &named, &err), 1);
	ck_assert_int_eq(resctrl_make(root, &named, &err), 0);
	ck_assert_ptr_nonnull(strstr(get("gold/schemata"), "L3:0=f;1=f0"));
	ck_assert_int_eq(resctrl_check(root, &alone, &err), 0);
}
END_TEST

START_TEST(a_named_group_alone_has_to_be_there)
{
	ck_assert_int_eq(resctrl_check(root, &alone, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "group gold is not there"));
}
END_TEST

static const struct {
	const char *there, *wanted;
	int same;
} pairs[] = {
	{ "    L3:0=0000f;1=000f0\n    MB:0=100\n", "L3:0=f;1=f0", 0 },
	{ "L3:0=0000f;1=000f0\n", "L3:1=0F0", 0 },
	{ "L3:0=0000f;1=000f0\n", "L3:0=f;1=f", -1 },
	{ "L3:0=0000f\n", "L3:0=f;1=f", -1 },
	{ "    L3:0=f\n    MB:0= 20;1=100\n", "MB:0=20", 0 },
	{ "MB:0=20\n", "MB:0=200", -1 },
	{ "MB:0=20\n", "L3:0=20", -1 },
	{ "L3CODE:0=f\nL3DATA:0=f0\n", "L3DATA:0=f0", 0 },
	{ "L3CODE:0=f\nL3DATA:0=f0\n", "L3:0=f", -1 },
	{ "L3:10=f\n", "L3:1=f", -1 },
	{ "L3:0=f\n", "L3:0", -1 },
	{ "", "L3:0=f", -1 },
};

START_TEST(schemata_are_compared_by_what_they_mean)
{
	const char *line = pairs[_i].wanted;
	const struct plan_intel_rdt rdt = {
		.group = "gold", .lines = &line, .n_lines = 1
	};

	mkdirat(root, "gold", 0755);
	put_file(root, "gold/schemata", pairs[_i].there);
	ck_assert_int_eq(resctrl_check(root, &rdt, &err), pairs[_i].same);
	if (pairs[_i].same < 0)
		ck_assert_ptr_nonnull(
			strstr(err.text, "its schemata do not say "));
}
END_TEST

/* A group that is there is compared with, never written. */
START_TEST(a_group_that_is_there_is_not_written)
{
	mkdirat(root, "gold", 0755);
	put_file(root, "gold/schemata", "L3:0=f;1=f0\nMB:0=100\n");
	ck_assert_int_eq(resctrl_check(root, &named, &err), 0);
	ck_assert_int_eq(resctrl_make(root, &named, &err), 0);
	ck_assert_str_eq(get("gold/schemata"), "L3:0=f;1=f0\nMB:0=100\n");
}
END_TEST

START_TEST(the_kernel_s_own_words_are_told)
{
	static const char *const wanted = "L3:0=f";
	const struct plan_intel_rdt rdt = {
		.group = "gold", .own = true, .lines = &wanted, .n_lines = 1
	};

	refusing = true;
	put_file(root, "info/last_cmd_status", "Mask f is too much\n");
	ck_assert_int_eq(resctrl_make(root, &rdt, &err), -1);
	ck_assert_str_eq(err.text,
		"group gold: write \"L3:0=f\": schemata: Mask f is too much");
}
END_TEST

START_TEST(monitoring_groups_of_one_name_clash)
{
	ck_assert_int_eq(resctrl_make(root, &watched, &err), 0);
	ck_assert_int_eq(resctrl_make(root,
				 &(struct plan_intel_rdt){ .group = "c1",
					 .monitor = "c1/mon_groups/c1" },
				 &err),
		-1);
	ck_assert_ptr_nonnull(strstr(err.text, "group c1/mon_groups/c1"));
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(
		tcase, a_group_of_the_container_is_made_joined_and_removed);
	tcase_add_test(tcase, a_group_without_schemata_has_none_written);
	tcase_add_test(tcase, the_default_class_is_the_root);
	tcase_add_test(tcase, a_named_group_is_made_where_it_has_schemata);
	tcase_add_test(tcase, a_named_group_alone_has_to_be_there);
	tcase_add_loop_test(tcase, schemata_are_compared_by_what_they_mean, 0,
		(int)(sizeof(pairs) / sizeof(pairs[0])));
	tcase_add_test(tcase, a_group_that_is_there_is_not_written);
	tcase_add_test(tcase, the_kernel_s_own_words_are_told);
	tcase_add_test(tcase, monitoring_groups_of_one_name_clash);
}

int
main(void)
{
	return runner_run("host/resctrl", fill);
}
