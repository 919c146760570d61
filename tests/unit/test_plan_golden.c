/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every config of tests/golden/ gives exactly the plan that lies beside it,
 * and every one of tests/config/good/ gives some plan. With GOLDEN_UPDATE in
 * the environment the plans are written instead of compared: read the
 * difference before you commit it.
 */
#include "tests/unit/plan_files.h"

/* Cases whose caller is not the usual one. */
static const struct {
	const char *name;
	struct plan_request request;
} callers[] = {
	{ "rootless", { .uid = 1000, .gid = 1000 } },
	{ "no-pivot", { .root = true, .no_pivot = true, .no_new_keyring = true } },
	{ "foreground", { .root = true, .foreground = true } },
	{ "chrooted", { .root = true, .chrooted = true } },
	{ "terminal", { .root = true, .console_socket = true } },
	{ "socket-activation", { .root = true, .preserve_fds = 2, .listen_fds = 3 } },
	{ "notify", { .root = true, .notify_socket = "/run/systemd/notify" } },
};

static struct plan_request
request_for(const char *name)
{
	struct plan_request request = plan_files_request();

	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		if (strcmp(callers[i].name, name) != 0)
			continue;
		request = callers[i].request;
		request.bundle = "/bundle";
		request.id = "c1";
	}
	return request;
}

static void
check_block(const struct made *made, const char *name)
{
	struct err err = { 0 };

	ck_assert_msg(made->plan, "%s: %s", name, made->err.text);
	ck_assert_msg(plan_check(made->plan->block, made->plan->block_size,
			      &err) == 0,
		"%s: %s", name, err.text);
}

static void
compare(const char *name, const char *form, const struct str *text)
{
	char file[128], path[512];
	size_t len;
	FILE *out;

	snprintf(file, sizeof(file), "%s.%s", name, form);
	plan_files_path(path, sizeof(path), "golden", file);
	if (getenv("GOLDEN_UPDATE")) {
		out = fopen(path, "we");
		ck_assert_msg(out, "%s cannot be written", path);
		fputs(text->data, out);
		fclose(out);
		return;
	}
	auto_free char *golden = plan_files_read(path, &len);
	plan_files_compare(path, golden, text->data);
}

static void
visit_golden(const char *name)
{
	struct plan_request request = request_for(name);
	auto_str text = { 0 }, json = { 0 };
	char file[128], path[512];
	struct made made;

	snprintf(file, sizeof(file), "%s.json", name);
	plan_files_path(path, sizeof(path), "golden", file);
	made_from_file(&made, path, &request);
	check_block(&made, name);
	plan_print_text(made.plan, &text);
	compare(name, "plan", &text);
	/* One of them is enough to hold the form of the other. */
	plan_print_json(made.plan, &json);
	if (strcmp(name, "process") == 0 || strcmp(name, "hooks") == 0)
		compare(name, "plan-json", &json);
	made_done(&made);
}

START_TEST(each_golden_config_gives_its_plan)
{
	ck_assert_int_ge(plan_files_each("golden", visit_golden), 20);
}
END_TEST

static void
visit_good(const char *name)
{
	struct plan_request request = plan_files_request();
	auto_str text = { 0 };
	char file[128], path[512];
	struct made made;

	snprintf(file, sizeof(file), "%s.json", name);
	made_from_file(&made,
		plan_files_path(path, sizeof(path), "config/good", file),
		&request);
	check_block(&made, name);
	plan_print_json(made.plan, &text);
	/* "?" stands for a number that no table has a word for */
	ck_assert_msg(!strstr(text.data, "\"?\""), "%s: %s", name, text.data);
	made_done(&made);
}

START_TEST(each_good_config_gives_a_plan)
{
	ck_assert_int_ge(plan_files_each("config/good", visit_good), 20);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, each_golden_config_gives_its_plan);
	tcase_add_test(tcase, each_good_config_gives_a_plan);
}

int
main(void)
{
	return runner_run("plan golden", fill);
}
