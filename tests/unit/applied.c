/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the table once. A name is looked up where it would have to stand: a
 * step among the operations, a function in a header, a file of the cgroup in
 * the sources that make plans, a test in its file. So a row cannot outlive
 * what it speaks of.
 */
#include "tests/unit/applied.h"

#include "base/fd.h"
#include "plan/format.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define ROWS_MAX 512

struct row {
	char *property, *how, *name, *file, *test;
	bool checked;
};

static struct row rows[ROWS_MAX];
static size_t n_rows;

static const char *
source_path(const char *path)
{
	static char whole[512];
	const char *top = getenv("SCRIM_SOURCE");

	snprintf(whole, sizeof(whole), "%s/%s", top ? top : "..", path);
	return whole;
}

static char *
read_all(const char *path)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	if (fd >= 0)
		ck_assert_int_eq(
			fd_read(fd, 16 << 20, path, &text, NULL, NULL), 0);
	return text;
}

/* PROPERTY, KIND NAME, FILE, TEST, parted by tabs. */
static void
read_row(char *line)
{
	struct row *row = &rows[n_rows];
	char *what;

	ck_assert_uint_lt(n_rows, ROWS_MAX);
	row->property = strsep(&line, "\t");
	what = strsep(&line, "\t");
	row->file = strsep(&line, "\t");
	row->test = line;
	ck_assert_msg(
		row->test, "tests/properties: %s lacks words", row->property);
	row->how = strsep(&what, " ");
	row->name = what ? what : "";
	n_rows++;
}

static void
read_table(void)
{
	char *text, *line;

	if (n_rows)
		return;
	text = read_all(source_path("tests/properties"));
	ck_assert_msg(text, "tests/properties cannot be read");
	while ((line = strsep(&text, "\n")))
		if (line[0] && line[0] != '#')
			read_row(line);
}

/* Whether a file of that pattern has the text. */
static bool
stands_in(const char *pattern, const char *text)
{
	glob_t files = { 0 };
	bool found = false;

	if (glob(source_path(pattern), 0, NULL, &files) != 0)
		return false;
	for (size_t i = 0; i < files.gl_pathc && !found; i++) {
		auto_free char *whole = read_all(files.gl_pathv[i]);

		found = whole && strstr(whole, text);
	}
	globfree(&files);
	return found;
}

static bool
is_step(const char *name)
{
	for (int op = 0; op < OP_COUNT; op++)
		if (strcmp(plan_ops[op].name, name) == 0)
			return true;
	return false;
}

static bool
is_function(const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s(", name);
	return stands_in("src/plan/*.h", text) ||
		stands_in("src/host/*.h", text) ||
		stands_in("src/life/*.h", text);
}

static bool
is_knob(const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "\"%s", name);
	return stands_in("src/plan/*.c", text);
}

/* The message names the last member of the property's pointer. */
static bool
is_refused(const char *name, const char *property)
{
	char file[256], member[128];

	snprintf(file, sizeof(file), "tests/config/bad/%s.txt", name);
	snprintf(member, sizeof(member), "%s", strrchr(property, '/') + 1);
	return stands_in(file, member) ||
		/* a list is refused as a whole */
		stands_in(file, "network.priorities");
}

static bool
has_test(const struct row *row)
{
	char file[256], line[512];

	snprintf(file, sizeof(file), "tests/system/%s", row->file);
	snprintf(line, sizeof(line), "\n@test \"%s\" {\n", row->test);
	return stands_in(file, line);
}

static bool
is_applied(const struct row *row)
{
	if (strcmp(row->how, "step") == 0)
		return is_step(row->name);
	if (strcmp(row->how, "call") == 0)
		return is_function(row->name);
	return strcmp(row->how, "knob") == 0 && is_knob(row->name);
}

void
applied_check(const char *property, bool dead)
{
	struct row *row = rows;

	read_table();
	while (row < rows + n_rows && strcmp(row->property, property) != 0)
		row++;
	ck_assert_msg(
		row < rows + n_rows, "%s is not in tests/properties", property);
	row->checked = true;
	if (strcmp(row->how, "dead") == 0 || strcmp(row->how, "windows") == 0) {
		ck_assert_msg(dead, "%s is not dead", property);
		return;
	}
	if (strcmp(row->how, "refused") == 0) {
		ck_assert_msg(is_refused(row->name, property),
			"%s: tests/config/bad/%s does not refuse it", property,
			row->name);
		return;
	}
	ck_assert_msg(is_applied(row), "%s: there is no %s %s", property,
		row->how, row->name);
	ck_assert_msg(has_test(row), "%s: %s has no test \"%s\"", property,
		row->file, row->test);
}

void
applied_check_rest(void)
{
	for (size_t i = 0; i < n_rows; i++)
		ck_assert_msg(rows[i].checked,
			"tests/properties: %s is no property",
			rows[i].property);
}
