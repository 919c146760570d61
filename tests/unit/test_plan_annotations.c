/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotations that have an effect: each row has its place, its key and its
 * paragraph in scrim-config(5), which has no other, and is found in a config
 * that has it.
 */
#include "runner.h"

#include "base/fd.h"
#include "libocispec/config.h"
#include "plan/annotations.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
read_manual(void)
{
	const char *source = getenv("SCRIM_SOURCE");
	char path[512], *text = NULL;

	snprintf(path, sizeof(path), "%s/man/scrim-config.5",
		source ? source : "..");
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_msg(fd >= 0, "%s cannot be opened", path);
	ck_assert_int_eq(fd_read(fd, 1 << 20, path, &text, NULL, NULL), 0);
	return text;
}

START_TEST(each_has_its_paragraph_in_the_manual)
{
	auto_free char *text = read_manual();
	char item[128];
	bool found = false;

	ck_assert_ptr_nonnull(annotations[_i].key);
	for (int end = 0; end < 3 && !found; end++) {
		snprintf(item, sizeof(item), " %s%s", annotations[_i].key,
			(const char *[]){ "\n", " ,", " Ns Ar NAME\n" }[end]);
		found = strstr(text, item);
	}
	ck_assert_msg(found, "scrim-config.5 lacks %s", annotations[_i].key);
}
END_TEST

static bool
is_row(const char *key)
{
	for (int i = 0; i < ANNOTATION_COUNT; i++)
		if (!strcmp(annotations[i].key, key))
			return true;
	return false;
}

/* Who reads of an annotation there finds it in `features`, too, which prints
 * the rows. */
START_TEST(the_manual_has_no_other)
{
	static const char item[] = ".It Va ";
	auto_free char *text = read_manual();
	char *at = strstr(text, ".Sh ANNOTATIONS"), *end, *line, *word;
	int n = 0;

	ck_assert_ptr_nonnull(at);
	end = strstr(at + 1, ".Sh ");
	*(end ? end : at) = '\0';
	while ((line = strsep(&at, "\n"))) {
		if (strncmp(line, item, strlen(item)) != 0)
			continue;
		line += strlen(item);
		while ((word = strsep(&line, " "))) {
			if (!strcmp(word, "Ns"))
				break;
			ck_assert_msg(!strcmp(word, ",") || is_row(word),
				"no row for %s", word);
			n += word[0] != ',';
		}
	}
	ck_assert_int_eq(n, ANNOTATION_COUNT);
}
END_TEST

START_TEST(each_is_found_by_its_key)
{
	const struct oci_string_entry entries[] = {
		{ .key = "org.example.other", .value = "1" },
		{ .key = annotations[_i].key, .value = "2" },
	};
	const struct oci_string_map map = { entries, 2, true };
	const struct oci_string_map none = { entries, 1, true };

	ck_assert_ptr_eq(
		annotations_find(&map, (enum annotation)_i), &entries[1]);
	ck_assert_ptr_null(annotations_find(&none, (enum annotation)_i));
}
END_TEST

/* What each does is tried in a container, or seen in a plan. */
START_TEST(each_is_in_a_test)
{
	const char *source = getenv("SCRIM_SOURCE");
	char command[1024];

	source = source ? source : "..";
	snprintf(command, sizeof(command),
		"grep -rqF '%s' '%s/tests/system' '%s/tests/golden'",
		annotations[_i].key, source, source);
	ck_assert_msg(
		system(command) == 0, "no test has %s", annotations[_i].key);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, each_has_its_paragraph_in_the_manual, 0,
		ANNOTATION_COUNT);
	tcase_add_test(tcase, the_manual_has_no_other);
	tcase_add_loop_test(tcase, each_is_in_a_test, 0, ANNOTATION_COUNT);
	tcase_add_loop_test(
		tcase, each_is_found_by_its_key, 0, ANNOTATION_COUNT);
}

int
main(void)
{
	return runner_run("plan/annotations", fill);
}
