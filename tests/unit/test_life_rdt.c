/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What update, exec and events have to do with a container's group of resctrl,
 * against a tree imitated on disk. The linker has put functions of the test in
 * the place of two of ours (Makefile.am): the tree is found here, and its
 * schemata are written as the kernel does it, line by line, or refused.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/resctrl.h"
#include "life/object.h"
#include "life/rdt.h"
#include "life/rdt_stats.h"
#include "life/record.h"
#include "tests/unit/put_file.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/scrim-rdt-XXXXXX";
static int root;
static struct err err;
static struct rdt_change change;

int __real_file_write(
	int dir, const char *path, const char *text, struct err *error);
int __wrap_file_write(
	int dir, const char *path, const char *text, struct err *error);
int __wrap_resctrl_open(struct err *error);

int
__wrap_resctrl_open(struct err *error)
{
	if (root < 0)
		return err_say(error, "no resctrl");
	return fcntl(root, F_DUPFD_CLOEXEC, 0);
}

/* The line of that resource is another one then; the others stay. */
static void
take_line(int dir, const char *line)
{
	size_t key = strcspn(line, ":") + 1;
	char text[512], now[1024] = "";

	ck_assert_int_gt(
		file_read(dir, "schemata", text, sizeof(text), NULL), 0);
	for (char *rest = text, *old; (old = strsep(&rest, "\n"));) {
		old += strspn(old, " ");
		if (!*old)
			continue;
		strcat(now, "    ");
		strncat(now, strncmp(old, line, key) ? old : line,
			strcspn(strncmp(old, line, key) ? old : line, "\n"));
		strcat(now, "\n");
	}
	put_file(dir, "schemata", now);
}

int
__wrap_file_write(
	int dir, const char *path, const char *text, struct err *error)
{
	if (strcmp(path, "schemata") != 0)
		return __real_file_write(dir, path, text, error);
	if (strstr(text, "999"))
		return err_code(error, EINVAL, "write");
	take_line(dir, text);
	return 0;
}

static char *
get(const char *path)
{
	static char text[512];

	ck_assert_msg(file_read(root, path, text, sizeof(text), NULL) >= 0,
		"%s", path);
	return text;
}

/* A processor with two caches; the domain of the second comes first on disk
 * as often as not. */
static void
setup(void)
{
	static const char *const dirs[] = { "gold", "gold/mon_groups",
		"gold/mon_groups/c1", "gold/mon_groups/c1/mon_data",
		"gold/mon_groups/c1/mon_data/mon_L3_01",
		"gold/mon_groups/c1/mon_data/mon_L3_00", "gold/mon_data",
		"gold/mon_data/mon_L3_00", "info", "info/L3", "info/MB",
		"info/L3_MON" };
	static const char *const files[][2] = {
		{ "schemata", "    L3:0=fffff;1=fffff\n    MB:0=100;1=100\n" },
		{ "gold/schemata", "    L3:0=fffff;1=000f0\n    MB:0=100;1=50\n" },
		{ "gold/tasks", "" },
		{ "gold/mon_groups/c1/tasks", "" },
		{ "info/last_cmd_status", "ok\n" },
		{ "info/L3/cbm_mask", "fffff\n" },
		{ "info/L3/min_cbm_bits", "1\n" },
		{ "info/L3/num_closids", "16\n" },
		{ "info/MB/bandwidth_gran", "10\n" },
		{ "info/MB/delay_linear", "1\n" },
		{ "info/MB/min_bandwidth", "10\n" },
		{ "info/MB/num_closids", "8\n" },
		{ "info/L3_MON/mon_features",
			"llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_00/llc_occupancy", "4096\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_00/mbm_total_bytes", "7\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_00/mbm_local_bytes", "5\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_01/llc_occupancy", "Unavailable\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_01/mbm_total_bytes", "8\n" },
		{ "gold/mon_groups/c1/mon_data/mon_L3_01/mbm_local_bytes", "6\n" },
		{ "gold/mon_data/mon_L3_00/llc_occupancy", "8192\n" },
	};

	strcpy(home, "/tmp/scrim-rdt-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	root = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = (struct err){ 0 };
	change = (struct rdt_change){ 0 };
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		ck_assert_int_eq(mkdirat(root, dirs[i], 0755), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(root, files[i][0], files[i][1]);
}

static void
teardown(void)
{
	char command[64];

	rdt_change_done(&change);
	if (root >= 0)
		close(root);
	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	ck_assert_int_eq(system(command), 0);
}

static const struct oci_record named = { .resctrl_class = "gold" },
			       watched = { .resctrl_class = "gold",
				       .resctrl_monitor =
					       "gold/mon_groups/c1" },
			       without = { .id = "c1" };

START_TEST(an_update_changes_what_it_names_and_can_be_taken_back)
{
	ck_assert_int_eq(rdt_change(&named, "L3:0=f", NULL, &change, &err), 0);
	ck_assert_str_eq(
		get("gold/schemata"), "    L3:0=f\n    MB:0=100;1=50\n");
	rdt_change_done(&change);
	ck_assert_int_eq(
		rdt_change(&named, "L3:0=f0", "MB:0=20", &change, &err), 0);
	ck_assert_str_eq(get("gold/schemata"), "    L3:0=f0\n    MB:0=20\n");
	rdt_change_back(&change);
	ck_assert_str_eq(
		get("gold/schemata"), "    L3:0=f\n    MB:0=100;1=50\n");
	ck_assert_str_eq(get("schemata"),
		"    L3:0=fffff;1=fffff\n    MB:0=100;1=100\n");
}
END_TEST

START_TEST(an_update_that_is_refused_changes_nothing)
{
	put_file(root, "info/last_cmd_status", "MB value 999 exceeds 100\n");
	ck_assert_int_eq(
		rdt_change(&named, "L3:0=f", "MB:0=999", &change, &err), -1);
	ck_assert_str_eq(err.text,
		"group gold: write \"MB:0=999\": schemata: "
		"MB value 999 exceeds 100");
	ck_assert_str_eq(get("gold/schemata"),
		"    L3:0=fffff;1=000f0\n    MB:0=100;1=50\n");
}
END_TEST

static const struct {
	const char *l3, *memory, *words;
} bad[] = {
	{ "L2:0=f", NULL, "--l3-cache-schema: expected one line" },
	{ "L3:0=f\nMB:0=10", NULL, "--l3-cache-schema: expected one line" },
	{ "L3", NULL, "--l3-cache-schema: expected one line" },
	{ "L3:f", NULL, "--l3-cache-schema: expected one line" },
	{ "", NULL, "--l3-cache-schema: expected one line" },
	{ "L3:0=f", "L3:0=f", "--mem-bw-schema: expected one line" },
	{ NULL, "MB:0=20\n", "--mem-bw-schema: expected one line" },
	{ NULL, "20", "that begins with MB:, not \"20\"" },
};

START_TEST(a_line_that_is_none_is_refused_before_anything_is_written)
{
	ck_assert_int_eq(
		rdt_change(&named, bad[_i].l3, bad[_i].memory, &change, &err),
		-1);
	ck_assert_ptr_nonnull(strstr(err.text, bad[_i].words));
	ck_assert_str_eq(get("gold/schemata"),
		"    L3:0=fffff;1=000f0\n    MB:0=100;1=50\n");
}
END_TEST

START_TEST(a_container_without_a_group_has_none_to_change)
{
	ck_assert_int_eq(
		rdt_change(&without, "L3:0=f", NULL, &change, &err), -1);
	ck_assert_ptr_nonnull(
		strstr(err.text, "need a container with linux.intelRdt"));
	ck_assert_int_eq(rdt_change(&without, NULL, NULL, &change, &err), 0);
	rdt_change_back(&change);
	ck_assert_int_eq(rdt_enter(&without, 12, &err), 0);
}
END_TEST

START_TEST(another_process_enters_the_group_and_is_monitored)
{
	ck_assert_int_eq(rdt_enter(&named, 4711, &err), 0);
	ck_assert_str_eq(get("gold/tasks"), "4711");
	ck_assert_str_eq(get("gold/mon_groups/c1/tasks"), "");
	ck_assert_int_eq(rdt_enter(&watched, 4712, &err), 0);
	ck_assert_str_eq(get("gold/tasks"), "4712");
	ck_assert_str_eq(get("gold/mon_groups/c1/tasks"), "4712");
}
END_TEST

START_TEST(a_group_that_is_gone_is_an_error)
{
	const struct oci_record gone = { .resctrl_class = "silver" };

	ck_assert_int_eq(rdt_enter(&gone, 1, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "intelRdt: open group silver"));
	ck_assert_int_eq(rdt_change(&gone, "L3:0=f", NULL, &change, &err), -1);
	close(root);
	root = -1;
	ck_assert_int_eq(rdt_enter(&named, 1, &err), -1);
}
END_TEST

static const char *
stats(const struct oci_record *record)
{
	static char text[2048];
	auto_str out = { 0 };
	struct object all = { &out, false };

	rdt_stats_add(&all, record);
	snprintf(text, sizeof(text), "%s", out.data ? out.data : "");
	return text;
}

#define MONITORED "gold/mon_groups/c1/mon_data"

#define SHARES                                                                 \
	"\"l3_cache_info\":{\"cbm_mask\":\"fffff\",\"min_cbm_bits\":1,"        \
	"\"num_closids\":16},"                                                 \
	"\"l3_cache_schema_root\":\"L3:0=fffff;1=fffff\","                     \
	"\"l3_cache_schema\":\"L3:0=fffff;1=000f0\","                          \
	"\"mem_bw_info\":{\"bandwidth_gran\":10,\"delay_linear\":1,"           \
	"\"min_bandwidth\":10,\"num_closids\":8},"                             \
	"\"mem_bw_schema_root\":\"MB:0=100;1=100\","                           \
	"\"mem_bw_schema\":\"MB:0=100;1=50\""

START_TEST(figures_are_those_of_the_group_or_of_the_monitored_alone)
{
	ck_assert_str_eq(stats(&watched),
		SHARES
		",\"mbm_stats\":[{\"mbm_total_bytes\":7,\"mbm_local_bytes\":5},"
		"{\"mbm_total_bytes\":8,\"mbm_local_bytes\":6}],"
		"\"cmt_stats\":[{\"llc_occupancy\":4096},"
		"{\"llc_occupancy\":0}]");
	put_file(root, "info/L3_MON/mon_features", "llc_occupancy\n");
	ck_assert_str_eq(stats(&named),
		SHARES ",\"cmt_stats\":[{\"llc_occupancy\":8192}]");
}
END_TEST

START_TEST(one_of_a_pair_is_counted_without_the_other)
{
	put_file(root, "info/L3_MON/mon_features", "mbm_local_bytes\n");
	unlinkat(root, MONITORED "/mon_L3_00/mbm_total_bytes", 0);
	unlinkat(root, MONITORED "/mon_L3_01/mbm_total_bytes", 0);
	ck_assert_str_eq(stats(&watched),
		SHARES ",\"mbm_stats\":[{\"mbm_local_bytes\":5},"
		       "{\"mbm_local_bytes\":6}]");
}
END_TEST

START_TEST(what_the_processor_has_not_is_left_out)
{
	ck_assert_str_eq(stats(&without), "");
	unlinkat(root, "info/L3/num_closids", 0);
	unlinkat(root, "info/MB/num_closids", 0);
	unlinkat(root, "info/L3_MON/mon_features", 0);
	ck_assert_str_eq(stats(&watched), "");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(
		tcase, an_update_changes_what_it_names_and_can_be_taken_back);
	tcase_add_test(tcase, an_update_that_is_refused_changes_nothing);
	tcase_add_loop_test(tcase,
		a_line_that_is_none_is_refused_before_anything_is_written, 0,
		(int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tcase, a_container_without_a_group_has_none_to_change);
	tcase_add_test(
		tcase, another_process_enters_the_group_and_is_monitored);
	tcase_add_test(tcase, a_group_that_is_gone_is_an_error);
	tcase_add_test(tcase,
		figures_are_those_of_the_group_or_of_the_monitored_alone);
	tcase_add_test(tcase, one_of_a_pair_is_counted_without_the_other);
	tcase_add_test(tcase, what_the_processor_has_not_is_left_out);
}

int
main(void)
{
	return runner_run("life/rdt", fill);
}
