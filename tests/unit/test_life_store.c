/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of containers, their directories and locks, and the record: what was
 * written is what is read, and what is damaged is refused by its place.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "life/journal.h"
#include "life/record.h"
#include "life/store.h"
#include "tests/unit/records.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[] = "/tmp/scrim-store-XXXXXX";
static char root_path[64];
static struct arena arena;

static void
setup(void)
{
	strcpy(home + strlen(home) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(root_path, sizeof(root_path), "%s/a/b", home);
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	ck_assert_int_eq(system(command), 0);
	arena_done(&arena);
}

static int
open_root(void)
{
	int root = store_open_root(root_path, true, NULL);

	ck_assert_int_ge(root, 0);
	return root;
}

/* A plan as small as the record's maker takes it. */
static struct oci_record *
record_of(const struct plan *plan)
{
	struct oci_record *record;

	ck_assert_int_eq(record_make(&arena, plan, &record, NULL), 0);
	return record;
}

static struct oci_record *
small_record(void)
{
	const struct plan plan = { .id = "c",
		.oci_version = "1.2.0",
		.bundle = "/b",
		.rootfs = "/b/rootfs" };

	return record_of(&plan);
}

/* --- names ------------------------------------------------------------------
 */

static const char *const good_ids[] = { "a", "0", "aZ09_+.-", "-x", "+", "_",
	"a..b", "x." };
static const char *const bad_ids[] = { "", ".", "..", ".hidden", "a/b", "../x",
	"a b", "a\n", "\xc3\xa4", "a:b", "a@b" };

START_TEST(a_plain_name_is_an_id)
{
	ck_assert_int_eq(store_check_id(good_ids[_i], NULL), 0);
}
END_TEST

START_TEST(anything_else_is_none)
{
	struct err err = { 0 };

	ck_assert_int_eq(store_check_id(bad_ids[_i], &err), -1);
	ck_assert_str_eq(err.text, "invalid container ID format");
}
END_TEST

START_TEST(an_id_has_the_length_of_a_file_name)
{
	char id[257];

	memset(id, 'x', 256);
	id[256] = '\0';
	ck_assert_int_eq(store_check_id(id, NULL), -1);
	id[255] = '\0';
	ck_assert_int_eq(store_check_id(id, NULL), 0);
}
END_TEST

/* --- directories ------------------------------------------------------------
 */

START_TEST(a_root_is_made_when_it_is_needed)
{
	struct stat made;

	ck_assert_int_eq(
		store_open_root(root_path, false, NULL), STORE_UNKNOWN);
	close(open_root());
	ck_assert_int_eq(stat(root_path, &made), 0);
	ck_assert_int_eq(made.st_mode & 07777, 01700);
	close(store_open_root(root_path, false, NULL));
}
END_TEST

START_TEST(an_id_is_given_once)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct err err = { 0 };
	struct stat made;

	ck_assert_int_ge(dir, 0);
	ck_assert_int_eq(fstat(dir, &made), 0);
	ck_assert_int_eq(made.st_mode & 07777, 0700);
	ck_assert_int_eq(store_make(root, "c", &err), -1);
	ck_assert_str_eq(err.text, "container with given ID already exists");
	ck_assert_int_eq(store_remove(root, dir, "c", NULL), 0);
	ck_assert_int_ge(store_make(root, "c", NULL), 0);
}
END_TEST

START_TEST(a_directory_that_cannot_be_opened_is_not_left)
{
	auto_fd root = open_root();
	struct rlimit all, few;
	struct err err = { 0 };

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = (struct rlimit){ (rlim_t)root + 1, all.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(store_make(root, "c", &err), -1);
	ck_assert_int_eq(err.code, EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
	ck_assert_int_eq(faccessat(root, "c", F_OK, 0), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(an_unknown_container_is_named_so)
{
	auto_fd root = open_root();
	struct err err = { 0 };
	struct stored stored;

	ck_assert_int_eq(store_open(root, "c", &err), STORE_UNKNOWN);
	ck_assert_str_eq(err.text, "container does not exist");
	ck_assert_int_eq(
		store_find(root_path, "c", &stored, NULL), STORE_UNKNOWN);
	ck_assert_int_eq(store_find("/nowhere/at/all", "c", &stored, NULL),
		STORE_UNKNOWN);
	ck_assert_int_eq(stored.dir, -1);
	ck_assert_int_eq(stored.root, -1);
}
END_TEST

START_TEST(a_link_is_no_container)
{
	auto_fd root = open_root();

	ck_assert_int_eq(symlinkat("/tmp", root, "c"), 0);
	ck_assert_int_eq(store_open(root, "c", NULL), STORE_UNKNOWN);
}
END_TEST

START_TEST(foreign_files_keep_a_directory)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);

	ck_assert_int_eq(mkdirat(dir, "mine", 0700), 0);
	ck_assert_int_eq(store_remove(root, dir, "c", NULL), -1);
	ck_assert_int_eq(faccessat(dir, "mine", F_OK, 0), 0);
}
END_TEST

START_TEST(names_come_sorted_and_without_what_is_ours)
{
	static const char *const made[] = { "z", "a", ".pin", "m", "b", "y" };
	static const char *const want[] = { "a", "b", "m", "y", "z" };
	auto_fd root = open_root();
	char **names;

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		ck_assert_int_eq(mkdirat(root, made[i], 0700), 0);
	ck_assert_int_eq(store_names(root, &names, NULL), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		ck_assert_str_eq(names[i], want[i]);
	ck_assert_ptr_null(names[sizeof(want) / sizeof(want[0])]);
	store_free_names(names);
}
END_TEST

/* --- locks ------------------------------------------------------------------
 */

START_TEST(a_lock_keeps_others_out)
{
	auto_fd root = open_root();
	auto_fd mine = store_make(root, "c", NULL);
	auto_fd other = store_open(root, "c", NULL);

	ck_assert(store_is_busy(other));
	store_unlock(mine);
	ck_assert(!store_is_busy(other));
	ck_assert(store_is_busy(mine));
}
END_TEST

START_TEST(whoever_waited_for_what_is_gone_learns_it)
{
	auto_fd root = open_root();
	auto_fd mine = store_make(root, "c", NULL);
	auto_fd other = store_open(root, "c", NULL);

	ck_assert_int_eq(store_remove(root, mine, "c", NULL), 0);
	close(take_fd(&mine));
	ck_assert_int_eq(store_lock(other, NULL), STORE_UNKNOWN);
}
END_TEST

/* --- records ----------------------------------------------------------------
 */

static const char *const hook_argv[] = { "hook", "one\ttwo", "", NULL };
static const char *const hook_env[] = { "A=\"\\\xc3\xa4", NULL };
static const struct plan_hook_item hook_items[] = {
	{ .path = "/bin/hook", .argv = hook_argv, .env = hook_env, .timeout = 4294967295u },
	{ .path = "/bin/other", .argv = hook_argv + 3, .env = hook_argv + 3 },
};
static const struct plan_join joins[] = { { .kind = CLONE_NEWNET,
	.path = "/run/netns/x" } };
static const struct plan_annotation annotations[] = {
	{ "org.example/k", "v\n" }, { "empty", "" }
};

static const struct plan full_plan = {
	.id = "c",
	.oci_version = "1.2.0",
	.bundle = "/b\"",
	.rootfs = "/b/rootfs",
	.clone_flags = CLONE_NEWPID | CLONE_NEWNS,
	.new_cgroup_ns = true,
	.joins = joins,
	.n_joins = 1,
	.has_process = true,
	.terminal = true,
	.annotations = annotations,
	.n_annotations = 2,
	.hooks[PLAN_HOOK_POSTSTOP] = { hook_items, 2 },
};

START_TEST(a_record_comes_back_as_it_was)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct oci_record *record = record_of(&full_plan), *read;
	auto_str before = { 0 }, after = { 0 };

	record->pid = record_int(&arena, 4711);
	record->start = record_uint(&arena, UINT64_MAX);
	record->cgroup = "/scrim/c";
	record->cgroup_made = record_bool(&arena, true);
	ck_assert_int_eq(replace_record(dir, record), 0);
	ck_assert_int_eq(store_read(dir, &arena, &read, NULL), 0);
	record_format(record, &before);
	record_format(read, &after);
	ck_assert_str_eq(before.data, after.data);
	ck_assert_str_eq(read->status, RECORD_CREATING);
	ck_assert_uint_eq(*read->start, UINT64_MAX);
	ck_assert(*read->has_process);
	ck_assert(record_has_own_pids(read));
	ck_assert_uint_eq(read->namespaces.n, 4);
	ck_assert_uint_eq(read->annotations.n, 2);
	ck_assert_uint_eq(read->poststart.n, 0);
}
END_TEST

START_TEST(hooks_come_back_ready_to_run)
{
	struct oci_record *record = record_of(&full_plan);
	struct plan_hooks hooks;

	ck_assert_int_eq(
		record_hooks(&arena, &record->poststop, &hooks, NULL), 0);
	ck_assert_uint_eq(hooks.n, 2);
	ck_assert_str_eq(hooks.items[0].path, "/bin/hook");
	ck_assert_str_eq(hooks.items[0].argv[1], "one\ttwo");
	ck_assert_ptr_null(hooks.items[0].argv[3]);
	ck_assert_str_eq(hooks.items[0].env[0], hook_env[0]);
	ck_assert_ptr_null(hooks.items[0].env[1]);
	ck_assert_uint_eq(hooks.items[0].timeout, 4294967295u);
	ck_assert_ptr_null(hooks.items[1].env[0]);
	ck_assert_uint_eq(hooks.items[1].timeout, 0);
}
END_TEST

START_TEST(a_container_without_pids_of_its_own_is_told_apart)
{
	static const struct plan_join shared[] = { { .kind = CLONE_NEWPID,
		.path = "/proc/1/ns/pid" } };
	struct plan plan = full_plan;

	plan.clone_flags = 0;
	ck_assert(!record_has_own_pids(record_of(&plan)));
	plan.joins = shared;
	ck_assert(!record_has_own_pids(record_of(&plan)));
}
END_TEST

START_TEST(a_directory_without_a_record_is_no_container)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct oci_record *record;

	ck_assert_int_eq(store_read(dir, &arena, &record, NULL), STORE_UNKNOWN);
}
END_TEST

static const struct {
	const char *text, *complaint;
} damaged[] = {
	{ "", "" },
	{ "{", "" },
	{ "[]", "" },
	{ "{}", "version" },
	{ "{\"version\": \"1\"}", "version" },
};

START_TEST(a_damaged_record_is_refused_by_its_place)
{
	struct oci_record *record;
	struct err err = { 0 };

	ck_assert_int_eq(record_parse(&arena, damaged[_i].text,
				 strlen(damaged[_i].text), &record, &err),
		-1);
	ck_assert_str_eq(err.document, "state.json");
	ck_assert_msg(strstr(err.text, damaged[_i].complaint) ||
			strstr(err.pointer, damaged[_i].complaint),
		"%s", err.text);
}
END_TEST

START_TEST(a_record_of_another_version_is_refused)
{
	struct oci_record *record = small_record();
	struct err err = { 0 };
	auto_str text = { 0 };

	record->version = record_uint32(&arena, RECORD_VERSION + 1);
	record_format(record, &text);
	ck_assert_int_eq(
		record_parse(&arena, text.data, text.len, &record, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "version 2"));
}
END_TEST

/* Whatever moment a reader chooses, it finds the old or the new one. */
START_TEST(a_record_is_replaced_as_a_whole)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct oci_record *record = small_record(), *read;
	pid_t writer;

	ck_assert_int_eq(replace_record(dir, record), 0);
	writer = fork();
	if (writer == 0) {
		for (int i = 0; i < 3000; i++) {
			record->bundle = i % 2
				? "/short"
				: "/a/rather/longer/path/to/a/bundle";
			replace_record(dir, record);
		}
		_exit(0);
	}
	while (waitpid(writer, NULL, WNOHANG) == 0) {
		size_t used = arena.used;

		ck_assert_int_eq(store_read(dir, &arena, &read, NULL), 0);
		arena_cut(&arena, used);
	}
}
END_TEST

START_TEST(who_has_opened_a_record_reads_it_to_its_end)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct oci_record *record = small_record();
	auto_str before = { 0 };
	char text[4096];
	auto_fd opened = -1;

	store_note(record, &before);
	ck_assert_int_eq(replace_record(dir, record), 0);
	opened = openat(dir, JOURNAL_FILE, O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < 5; i++) {
		record->bundle = "/another/bundle/than/before";
		ck_assert_int_eq(replace_record(dir, record), 0);
		ck_assert_int_eq(pread(opened, text, sizeof(text), 0),
			(ssize_t)before.len);
		ck_assert_mem_eq(text, before.data, before.len);
	}
}
END_TEST

/* --- the journal beneath the record ----------------------------------------
 */

/* The directory of "c" with these bytes in its journal. */
static int
with_journal(int root, const char *text)
{
	int dir = store_make(root, "c", NULL);
	auto_fd file = journal_begin(dir, NULL);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fd_write(file, text, strlen(text), NULL), 0);
	return dir;
}

/* What the journal gives for a kind, "-" where it has none. */
static const char *
newest(int dir, enum journal_kind kind)
{
	auto_free char *heap = NULL;
	const char *text;
	ssize_t len = journal_read(dir, kind, &heap, &text, NULL);

	return len > 0 ? arena_text(&arena, text, (size_t)len) : "-";
}

static const struct {
	const char *bytes, *record, *mounts;
} journals[] = {
	{ "{\"record\":{1}}\n", "{1}", "-" },
	{ "{\"record\":{1}}\n{\"mounts\":{2}}\n", "{1}", "{2}" },
	{ "{\"record\":{1}}\n{\"mounts\":{2}}\n{\"record\":{3}}\n", "{3}",
		"{2}" },
	/* being written, or never finished */
	{ "{\"record\":{1}}\n{\"record\":{3}}", "{1}", "-" },
	{ "{\"record\":{1}}\n{\"rec", "{1}", "-" },
	{ "{\"record\":{1}}\n{", "{1}", "-" },
	{ "{\"record\":{1}}", "-", "-" },
	{ "", "-", "-" },
	{ "\n\n{\"mounts\":{2}}\n\n", "-", "{2}" },
	{ "{\"records\":{1}}\n", "-", "-" },
	{ "{\"record\":\n", "-", "-" },
};

START_TEST(the_last_whole_line_of_a_kind_counts)
{
	auto_fd root = open_root();
	auto_fd dir = with_journal(root, journals[_i].bytes);

	ck_assert_str_eq(newest(dir, JOURNAL_RECORD), journals[_i].record);
	ck_assert_str_eq(newest(dir, JOURNAL_MOUNTS), journals[_i].mounts);
}
END_TEST

START_TEST(a_replaced_line_leaves_the_other_kinds)
{
	auto_fd root = open_root();
	auto_fd dir = with_journal(root,
		"{\"record\":{1}}\n{\"mounts\":{2}}\n{\"record\":{3}}\n{\"mou");
	auto_str line = { 0 };
	auto_free char *heap = NULL;
	const char *text;

	/* of a command that was killed */
	close(openat(dir, ".state.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	str_add(&line, "{\"mounts\":{4}}\n");
	ck_assert_int_eq(journal_replace(dir, JOURNAL_MOUNTS, &line, NULL), 0);
	ck_assert_str_eq(newest(dir, JOURNAL_RECORD), "{3}");
	ck_assert_str_eq(newest(dir, JOURNAL_MOUNTS), "{4}");
	ck_assert_str_eq(newest(dir, JOURNAL_PROCESS), "-");
	/* and nothing that is out of date */
	ck_assert_int_gt(
		journal_read(dir, JOURNAL_RECORD, &heap, &text, NULL), 0);
	ck_assert_ptr_null(strstr(heap, "{1}"));
	ck_assert_int_eq(store_remove(root, dir, "c", NULL), 0);
}
END_TEST

START_TEST(a_journal_is_begun_once)
{
	auto_fd root = open_root();
	auto_fd dir = with_journal(root, "");
	struct err err = { 0 };

	ck_assert_int_eq(journal_begin(dir, &err), -1);
	ck_assert_int_eq(err.code, EEXIST);
	ck_assert(store_has_record(root, "c"));
}
END_TEST

START_TEST(an_empty_record_is_none)
{
	auto_fd root = open_root();
	auto_fd dir = store_make(root, "c", NULL);
	struct oci_record *read;

	close(openat(dir, "state.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ck_assert_int_eq(store_read(dir, &arena, &read, NULL), STORE_UNKNOWN);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} times[] = {
	{ 0, "1970-01-01T00:00:00.000000007Z" },
	{ 951782399, "2000-02-28T23:59:59.000000007Z" },
	{ 951782400, "2000-02-29T00:00:00.000000007Z" },
	{ 951868800, "2000-03-01T00:00:00.000000007Z" },
	{ 978307199, "2000-12-31T23:59:59.000000007Z" },
	{ 1709164800, "2024-02-29T00:00:00.000000007Z" },
	{ 1795446255, "2026-11-23T15:04:15.000000007Z" },
	{ 4107542400, "2100-03-01T00:00:00.000000007Z" },
};

START_TEST(a_time_is_written_as_engines_read_it)
{
	ck_assert_str_eq(
		record_time(&arena, times[_i].seconds, 7), times[_i].text);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_plain_name_is_an_id, 0, COUNT(good_ids));
	tcase_add_loop_test(tcase, anything_else_is_none, 0, COUNT(bad_ids));
	tcase_add_test(tcase, an_id_has_the_length_of_a_file_name);
	tcase_add_test(tcase, a_root_is_made_when_it_is_needed);
	tcase_add_test(tcase, an_id_is_given_once);
	tcase_add_test(tcase, a_directory_that_cannot_be_opened_is_not_left);
	tcase_add_test(tcase, an_unknown_container_is_named_so);
	tcase_add_test(tcase, a_link_is_no_container);
	tcase_add_test(tcase, foreign_files_keep_a_directory);
	tcase_add_test(tcase, names_come_sorted_and_without_what_is_ours);
	tcase_add_test(tcase, a_lock_keeps_others_out);
	tcase_add_test(tcase, whoever_waited_for_what_is_gone_learns_it);
	tcase_add_test(tcase, a_record_comes_back_as_it_was);
	tcase_add_test(tcase, hooks_come_back_ready_to_run);
	tcase_add_test(
		tcase, a_container_without_pids_of_its_own_is_told_apart);
	tcase_add_test(tcase, a_directory_without_a_record_is_no_container);
	tcase_add_loop_test(tcase, a_damaged_record_is_refused_by_its_place, 0,
		COUNT(damaged));
	tcase_add_test(tcase, a_record_of_another_version_is_refused);
	tcase_add_test(tcase, a_record_is_replaced_as_a_whole);
	tcase_add_test(tcase, who_has_opened_a_record_reads_it_to_its_end);
	tcase_add_loop_test(tcase, the_last_whole_line_of_a_kind_counts, 0,
		COUNT(journals));
	tcase_add_test(tcase, a_replaced_line_leaves_the_other_kinds);
	tcase_add_test(tcase, a_journal_is_begun_once);
	tcase_add_test(tcase, an_empty_record_is_none);
	tcase_add_loop_test(
		tcase, a_time_is_written_as_engines_read_it, 0, COUNT(times));
}

int
main(void)
{
	return runner_run("life/store", fill);
}
