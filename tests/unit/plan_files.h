/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the plan: finds the files of a folder of tests/, reads
 * them, and makes a plan of a config as `scrim plan` would, with facts about
 * the caller that are fixed, so that every machine prints the same.
 */
#ifndef TESTS_UNIT_PLAN_FILES_H
#define TESTS_UNIT_PLAN_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/unit/runner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct made {
	struct arena arena;
	struct oci_problems problems;
	struct oci_config *config; /* NULL: no JSON */
	struct plan *plan;         /* NULL: it has problems */
	struct err err;
};

static inline const char *
plan_files_path(char *buf, size_t size, const char *folder, const char *name)
{
	const char *top = getenv("SCRIM_SOURCE");

	snprintf(buf, size, "%s/tests/%s/%s", top ? top : ".", folder, name);
	return buf;
}

static inline struct plan_request
plan_files_request(void)
{
	return (struct plan_request){
		.bundle = "/bundle",
		.id = "c1",
		.root = true,
	};
}

/* Calls visit for each NAME.json of the folder with NAME; returns how many. */
static inline int
plan_files_each(const char *folder, void (*visit)(const char *name))
{
	char path[512];
	DIR *dir = opendir(plan_files_path(path, sizeof(path), folder, ""));
	int n = 0;

	ck_assert_msg(dir, "%s cannot be opened", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char *end = strstr(entry->d_name, ".json");

		if (!end || end[5])
			continue;
		*end = '\0';
		visit(entry->d_name);
		n++;
	}
	closedir(dir);
	return n;
}

/* The text of a file, "" where there is none. Heap. */
static inline char *
plan_files_read(const char *path, size_t *out_len)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	*out_len = 0;
	if (fd < 0)
		return strdup("");
	ck_assert_int_eq(fd_read(fd, 17 << 20, path, &text, out_len, NULL), 0);
	return text;
}

/* Equal, or the first line that is not is shown. */
static inline void
plan_files_compare(const char *path, const char *expected, const char *text)
{
	size_t start = 0, i = 0;

	for (; expected[i] && expected[i] == text[i]; i++)
		if (text[i] == '\n')
			start = i + 1;
	ck_assert_msg(expected[i] == text[i],
		"%s says\n  %.*s\nand now it is\n  %.*s", path,
		(int)strcspn(expected + start, "\n"), expected + start,
		(int)strcspn(text + start, "\n"), text + start);
}

static inline void
made_from_text(struct made *made, const char *text, size_t len,
	const struct plan_request *request)
{
	memset(made, 0, sizeof(*made));
	ck_assert_int_eq(arena_init(&made->arena, NULL), 0);
	problems_init(&made->problems, &made->arena, NULL);
	made->problems.text = text;
	made->problems.len = len;
	if (oci_config_check(text, len, &made->config, &made->problems) < 0)
		return;
	plan_make(&made->arena, made->config, request, &made->plan,
		&made->problems, &made->err);
}

static inline void
made_from_file(struct made *made, const char *path,
	const struct plan_request *request)
{
	size_t len;
	auto_free char *text = plan_files_read(path, &len);

	made_from_text(made, text, len, request);
	/* the text goes */
	made->problems.text = NULL;
}

static inline void
made_done(struct made *made)
{
	arena_done(&made->arena);
}

#endif
