/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every config of tests/config/bad/ is refused with exactly the messages that
 * lie beside it in NAME.txt: the position, the pointer, the sentence. With
 * GOLDEN_UPDATE in the environment they are written instead of compared.
 */
#include "tests/unit/plan_files.h"

static void
compare(const char *name, const char *text)
{
	char file[128], path[512];
	size_t len;
	FILE *out;

	snprintf(file, sizeof(file), "%s.txt", name);
	plan_files_path(path, sizeof(path), "config/bad", file);
	if (getenv("GOLDEN_UPDATE")) {
		out = fopen(path, "we");
		ck_assert_msg(out, "%s cannot be written", path);
		fputs(text, out);
		fclose(out);
		return;
	}
	auto_free char *expected = plan_files_read(path, &len);
	plan_files_compare(path, expected, text);
}

static void
visit(const char *name)
{
	struct plan_request request = plan_files_request();
	auto_str text = { 0 };
	char file[128], path[512];
	struct made made;
	size_t len;

	snprintf(file, sizeof(file), "%s.json", name);
	plan_files_path(path, sizeof(path), "config/bad", file);
	auto_free char *config = plan_files_read(path, &len);
	request.root = !str_has_prefix(name, "rootless");
	request.uid = request.root ? 0 : 1000;
	made_from_text(&made, config, len, &request);
	ck_assert_msg(!made.plan && made.problems.n > 0, "%s is not refused",
		path);
	problems_format(&made.problems, &text);
	compare(name, text.data);
	made_done(&made);
}

START_TEST(each_bad_config_is_refused_in_its_words)
{
	ck_assert_int_ge(plan_files_each("config/bad", visit), 60);
}
END_TEST

START_TEST(the_first_problem_counts_the_others)
{
	static const char text[] = "{\"ociVersion\":\"x\",\"hostname\":\"y\"}";
	struct plan_request request = plan_files_request();
	struct made made;

	made_from_text(&made, text, sizeof(text) - 1, &request);
	ck_assert_ptr_null(made.plan);
	ck_assert_uint_eq(made.problems.n, 3);
	ck_assert_ptr_nonnull(strstr(made.err.text, ", and 2 more problems"));
	ck_assert_str_eq(made.err.pointer, "/ociVersion");
	made_done(&made);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, each_bad_config_is_refused_in_its_words);
	tcase_add_test(tcase, the_first_problem_counts_the_others);
}

int
main(void)
{
	return runner_run("plan bad", fill);
}
