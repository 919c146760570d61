/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans of exec: what the container's process, a file and the words of the
 * command line become together. Each container of tests/golden/exec/ gives
 * exactly the plan beside it (GOLDEN_UPDATE writes them anew); the rules of
 * single words are tested one by one.
 */
#include "tests/unit/plan_files.h"

#include <linux/sched.h>

#define ALL                                                                    \
	((uint64_t)(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |               \
		CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWCGROUP))
#define WORDS(...)                                                             \
	{                                                                      \
		(const char *const[]){ __VA_ARGS__ },                          \
			sizeof((const char *[]){ __VA_ARGS__ }) /              \
			sizeof(char *)                                         \
	}

static const struct plan_exec_words program = { .args = WORDS("/bin/true") };

static const struct {
	const char *name;
	struct plan_exec exec;
} cases[] = {
	{ "inherited",
		{ .namespaces = ALL,
			.words = { .args = WORDS("/bin/ls", "-l") } } },
	{ "words",
		{ .namespaces = ALL,
			.preserve_fds = 2,
			.words = { .args = WORDS("sh"),
				.user = "7:8",
				.gids = WORDS("9", "10"),
				.caps = WORDS("net_raw", "CAP_KILL"),
				.env = WORDS("A=new", "B="),
				.cwd = "/tmp",
				.apparmor = "other",
				.label = "x:y",
				.no_new_privs = true } } },
	{ "terminal",
		{ .namespaces = ALL,
			.console_socket = true,
			.rows = 24,
			.columns = 80,
			.no_new_keyring = true,
			.words = { .args = WORDS("sh"), .tty = true } } },
	{ "user-namespace",
		{ .namespaces = ALL | CLONE_NEWUSER,
			.groups_denied = true,
			.words = { .args = WORDS("sh"), .user = "1" } } },
	{ "small-memory",
		{ .namespaces = ALL,
			.words = { .args = WORDS("/bin/true") } } },
	{ "chroot",
		{ .namespaces = CLONE_NEWNET,
			.root = "/proc/9/root",
			.words = { .args = WORDS("sh") } } },
};

static struct arena arena;
static struct oci_problems problems;
static struct err err;

static void
setup(void)
{
	memset(&err, 0, sizeof(err));
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	problems_init(&problems, &arena, NULL);
}

static void
teardown(void)
{
	arena_done(&arena);
}

static struct oci_config *
container(const char *text)
{
	struct oci_config *config;

	ck_assert_msg(oci_config_parse(
			      &arena, text, strlen(text), &config, &err) == 0,
		"%s", err.text);
	return config;
}

/* NULL where there is a problem. */
static struct plan *
plan_of(struct plan_exec exec)
{
	struct plan *plan = NULL;

	exec.id = "c1";
	exec.bundle = "/bundle";
	exec.root_user = true;
	plan_make_exec(&arena, &exec, &plan, &problems, &err);
	return plan;
}

START_TEST(each_golden_container_gives_its_plan)
{
	struct plan_exec exec = cases[_i].exec;
	char name[64], path[512];
	auto_str text = { 0 };
	struct plan *plan;
	size_t len;

	snprintf(name, sizeof(name), "%s.json", cases[_i].name);
	plan_files_path(path, sizeof(path), "golden/exec", name);
	auto_free char *config = plan_files_read(path, &len);
	exec.container = container(config);
	plan = plan_of(exec);
	ck_assert_msg(plan, "%s: %s", name, err.text);
	ck_assert_int_eq(plan_check(plan->block, plan->block_size, &err), 0);
	plan_print_text(plan, &text);
	snprintf(name, sizeof(name), "%s.plan", cases[_i].name);
	plan_files_path(path, sizeof(path), "golden/exec", name);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *out = fopen(path, "we");

		ck_assert_ptr_nonnull(out);
		fputs(text.data, out);
		fclose(out);
		return;
	}
	auto_free char *golden = plan_files_read(path, &len);
	plan_files_compare(path, golden, text.data);
}
END_TEST

/* --- words ------------------------------------------------------------------
 */

static const char small[] =
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"cwd\":\"/\","
	"\"user\":{\"uid\":5,\"gid\":6},\"args\":[\"/bin/first\"]}}";

static const struct plan_step *
find_step(const struct plan *plan, uint32_t op)
{
	const struct plan_header *head = plan_head(plan->block);

	for (uint32_t i = 0; i < head->n_steps; i++)
		if (plan_steps(plan->block)[i].op == op)
			return plan_steps(plan->block) + i;
	return NULL;
}

static const struct {
	const char *text;
	uint64_t uid, gid;
	bool good;
} users[] = {
	{ "1", 1, 6, true },
	{ "1:2", 1, 2, true },
	{ "0", 0, 6, true },
	{ "0:0", 0, 0, true },
	{ "4294967294:4294967294", 4294967294, 4294967294, true },
	{ .text = "01" },
	{ .text = "00" },
	{ .text = "" },
	{ .text = "1:" },
	{ .text = ":1" },
	{ .text = ":" },
	{ .text = "-1" },
	{ .text = "1:-1" },
	{ .text = "4294967295" },
	{ .text = "4294967296" },
	{ .text = "18446744073709551616" },
	{ .text = "1x" },
	{ .text = "1 " },
	{ .text = " 1" },
	{ .text = "+1" },
	{ .text = "0x1" },
	{ .text = "1:2:3" },
	{ .text = "root" },
};

/* CVE-2026-30892 */
START_TEST(a_user_is_two_plain_numbers_or_nothing)
{
	struct plan_exec exec = { .words = program,
		.container = container(small) };
	const struct plan_step *step;
	struct plan *plan;

	exec.words.user = users[_i].text;
	plan = plan_of(exec);
	ck_assert_msg(!plan == !users[_i].good, "%s", users[_i].text);
	if (!plan) {
		ck_assert_ptr_nonnull(
			strstr(err.text, "is not UID or UID:GID"));
		return;
	}
	step = find_step(plan, OP_IDENTITY);
	ck_assert_uint_eq(step->number[0], users[_i].uid);
	ck_assert_uint_eq(step->number[1], users[_i].gid);
}
END_TEST

static const struct {
	struct plan_exec_words words;
	const char *sentence;
} mistakes[] = {
	{ { .cwd = "tmp" }, "is not an absolute path" },
	{ { .cwd = "" }, "is not an absolute path" },
	{ { .env = WORDS("A") }, "is not NAME=VALUE" },
	{ { .env = WORDS("=A") }, "is not NAME=VALUE" },
	{ { .env = WORDS("") }, "is not NAME=VALUE" },
	{ { .caps = WORDS("CAP_NOTHING") }, "unknown capability" },
	{ { .caps = WORDS("") }, "unknown capability" },
	{ { .caps = WORDS("CAP_") }, "unknown capability" },
	{ { .gids = WORDS("1", "x") }, "is not the number of a group" },
	{ { .gids = WORDS("4294967295") }, "is not the number of a group" },
};

START_TEST(a_mistake_in_words_is_told)
{
	struct plan_exec exec = { .words = mistakes[_i].words,
		.container = container(small) };

	exec.words.args = program.args;
	ck_assert_ptr_null(plan_of(exec));
	ck_assert_msg(strstr(err.text, mistakes[_i].sentence), "%s", err.text);
}
END_TEST

START_TEST(a_program_must_be_said)
{
	struct plan_exec exec = { .container = container(small) };

	ck_assert_ptr_null(plan_of(exec));
	ck_assert_ptr_nonnull(strstr(err.text, "no program is given"));
}
END_TEST

START_TEST(a_container_without_process_gives_little)
{
	struct plan_exec exec = { .words = program,
		.container = container("{\"ociVersion\":\"1.2.0\"}") };
	struct plan *plan = plan_of(exec);

	ck_assert_msg(plan, "%s", err.text);
	for (size_t i = 0; i < PLAN_NUMBERS; i++)
		ck_assert_uint_eq(
			find_step(plan, OP_CAPABILITIES)->number[i], 0);
}
END_TEST

/* The container's, where a file does not say; never more than that. */
START_TEST(a_file_inherits_what_confines)
{
	static const char config[] =
		"{\"ociVersion\":\"1.2.0\",\"process\":{\"cwd\":\"/x\","
		"\"env\":[\"A=1\"],\"noNewPrivileges\":true,"
		"\"apparmorProfile\":\"p\",\"selinuxLabel\":\"l\","
		"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\"]},"
		"\"rlimits\":[{\"type\":\"RLIMIT_CPU\","
		"\"soft\":1,\"hard\":2}]}}";
	static const char file[] = "{\"cwd\":\"/y\",\"args\":[\"/bin/a\"]}";
	struct plan_exec exec = { .container = container(config) };
	struct oci_process *process;
	struct plan *plan;

	ck_assert_int_eq(
		oci_process_parse(&arena, file, strlen(file), &process, &err),
		0);
	exec.process = process;
	plan = plan_of(exec);
	ck_assert_msg(plan, "%s", err.text);
	ck_assert_ptr_nonnull(find_step(plan, OP_NO_NEW_PRIVS));
	ck_assert_ptr_nonnull(find_step(plan, OP_LABEL));
	ck_assert_ptr_nonnull(find_step(plan, OP_RLIMIT));
	ck_assert_uint_eq(find_step(plan, OP_CAPABILITIES)->number[0], 1);
	ck_assert_uint_eq(find_step(plan, OP_EXEC)->list[1].count, 0);
	ck_assert_str_eq(
		plan_text(plan->block, find_step(plan, OP_CWD)->text[0]), "/y");
}
END_TEST

/* --- CPUs -------------------------------------------------------------------
 */

static const struct {
	const char *text;
	unsigned long mask;
	bool good;
} cpus[] = {
	{ "0", 1, true },
	{ "0-3,7", 0x8f, true },
	{ " 1 - 2 , 4 ", 0x16, true },
	{ "5,5,5-5", 0x20, true },
	{ "63", 1ul << 63, true },
	{ .text = "3-1" },
	{ .text = "1-" },
	{ .text = "-1" },
	{ .text = "1,,2" },
	{ .text = "1," },
	{ .text = "65536" },
	{ .text = "99999999" },
	{ .text = "1 2" },
	{ .text = "1-2-3" },
};

START_TEST(a_list_of_cpus_is_a_mask_or_a_problem)
{
	char config[256];
	struct plan_exec exec = { .words = program };
	struct plan *plan;

	snprintf(config, sizeof(config),
		"{\"ociVersion\":\"1.2.0\",\"process\":{\"cwd\":\"/\","
		"\"execCPUAffinity\":{\"initial\":\"%s\"}}}",
		cpus[_i].text);
	exec.container = container(config);
	plan = plan_of(exec);
	ck_assert_msg(!plan == !cpus[_i].good, "%s", cpus[_i].text);
	if (!plan) {
		ck_assert_ptr_nonnull(
			strstr(err.text, "is not a list of CPUs"));
		return;
	}
	ck_assert_uint_eq(plan->initial.mask[0], cpus[_i].mask);
	ck_assert_ptr_null(plan->final.mask);
}
END_TEST

#define LOOP(tcase, test, rows)                                                \
	tcase_add_loop_test(                                                   \
		tcase, test, 0, (int)(sizeof(rows) / sizeof((rows)[0])))

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	LOOP(tcase, each_golden_container_gives_its_plan, cases);
	LOOP(tcase, a_user_is_two_plain_numbers_or_nothing, users);
	LOOP(tcase, a_mistake_in_words_is_told, mistakes);
	tcase_add_test(tcase, a_program_must_be_said);
	tcase_add_test(tcase, a_container_without_process_gives_little);
	tcase_add_test(tcase, a_file_inherits_what_confines);
	LOOP(tcase, a_list_of_cpus_is_a_mask_or_a_problem, cpus);
}

int
main(void)
{
	return runner_run("plan exec", fill);
}
