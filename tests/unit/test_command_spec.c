/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `spec` writes is read and planned without a single problem, for root
 * and for an ordinary user, and never takes the place of a file.
 */
#include "runner.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "command/command.h"
#include "life/load.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/scrim-spec-XXXXXX";

/* Runs the command in the working directory; option may be NULL. */
static int
write_spec(const char *option, struct err *err)
{
	char said[32], *argv[] = { option ? said : NULL, NULL };
	const struct command *spec = &command_spec;
	auto_free void *args = calloc(1, spec->args_size);
	const struct call call = { .args = args };
	struct cli_words words;

	snprintf(said, sizeof(said), "%s", option ? option : "");
	ck_assert_int_eq(cli_parse(&spec->syntax, argv, args, &words, err), 0);
	return spec->run(&call, err);
}

static void
enter(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void
leave(void)
{
	unlink("config.json");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
check_plan(bool root)
{
	struct plan_request request = { .bundle = dir,
		.id = "web",
		.root = root,
		.uid = root ? 0 : 1000,
		.gid = root ? 0 : 1000 };
	auto_str report = { 0 }, skipped = { 0 };
	struct load load = {
		.request = &request, .report = &report, .skipped = &skipped
	};
	struct err err = { 0 };
	struct plan *plan = NULL;
	struct arena arena;

	ck_assert_int_eq(arena_init(&arena, &err), 0);
	ck_assert_msg(!load_plan(&arena, &load, &plan, &err), "%s: %s",
		err.text, report.len ? report.data : "");
	ck_assert_uint_eq(skipped.len, 0);
	ck_assert_uint_eq(plan->n_warnings, 0);
	ck_assert(plan->new_user == !root);
	ck_assert(plan->rootfs_readonly && plan->terminal);
	arena_done(&arena);
}

START_TEST(what_it_writes_for_root_can_be_planned)
{
	struct err err = { 0 };

	enter();
	ck_assert_msg(!write_spec(NULL, &err), "%s", err.text);
	check_plan(true);
	leave();
}
END_TEST

START_TEST(what_it_writes_for_a_user_can_be_planned)
{
	struct err err = { 0 };

	enter();
	ck_assert_msg(!write_spec("--rootless", &err), "%s", err.text);
	check_plan(false);
	leave();
}
END_TEST

START_TEST(an_existing_file_stays_as_it_is)
{
	struct err err = { 0 };
	struct stat st;

	enter();
	ck_assert_int_eq(symlink("/nowhere", "config.json"), 0);
	ck_assert_int_eq(write_spec(NULL, &err), -1);
	ck_assert_str_eq(err.text,
		"there is a config.json in . already; remove it first");
	ck_assert_int_eq(lstat("config.json", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	leave();
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, what_it_writes_for_root_can_be_planned);
	tcase_add_test(tcase, what_it_writes_for_a_user_can_be_planned);
	tcase_add_test(tcase, an_existing_file_stays_as_it_is);
}

int
main(void)
{
	return runner_run("command/spec", fill);
}
