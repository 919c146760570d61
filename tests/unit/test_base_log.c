/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines are one JSON object or one text line each, for engines to read. */
#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What was logged to path, on the heap. */
static char *
logged(const char *path)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	ck_assert_int_eq(fd_read(fd, 1 << 16, path, &text, NULL, NULL), 0);
	unlink(path);
	return text;
}

static void
temporary(char *path)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	/* The copy on stderr is not what is tested here. */
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

START_TEST(a_json_line_is_what_engines_decode)
{
	char path[] = "/tmp/scrim-test-XXXXXX";
	auto_free char *text = NULL;

	temporary(path);
	ck_assert_int_eq(log_open(path, LOG_JSON, LOG_LEVEL_ERROR, NULL), 0);
	log_warn("not wanted");
	log_error("bad \"thing\"\n");
	text = logged(path);
	ck_assert(str_has_prefix(text,
		"{\"level\":\"error\",\"msg\":"
		"\"bad \\\"thing\\\"\\n\",\"time\":\"2"));
	ck_assert_str_eq(text + strlen(text) - 4, "Z\"}\n");
}
END_TEST

START_TEST(levels_hold_back_what_is_not_wanted)
{
	char path[] = "/tmp/scrim-test-XXXXXX";
	auto_free char *target = NULL, *text = NULL;

	temporary(path);
	ck_assert_int_gt(asprintf(&target, "file:%s", path), 0);
	ck_assert_int_eq(
		log_open(target, LOG_TEXT, LOG_LEVEL_WARNING, NULL), 0);
	ck_assert(log_wants(LOG_LEVEL_ERROR) && log_wants(LOG_LEVEL_WARNING) &&
		!log_wants(LOG_LEVEL_INFO));
	log_debug("not wanted");
	log_warn("number %d", 7);
	text = logged(path);
	ck_assert_ptr_nonnull(strstr(text, "level=warning msg=\"number 7\"\n"));
	ck_assert_ptr_null(strstr(text, "not wanted"));
}
END_TEST

START_TEST(a_log_that_cannot_be_opened_is_named)
{
	struct err err = { 0 };

	ck_assert_int_eq(
		log_open("/nowhere/log", LOG_TEXT, LOG_LEVEL_ERROR, &err), -1);
	ck_assert_str_eq(err.text, "open log /nowhere/log");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_json_line_is_what_engines_decode);
	tcase_add_test(tcase, levels_hold_back_what_is_not_wanted);
	tcase_add_test(tcase, a_log_that_cannot_be_opened_is_named);
}

int
main(void)
{
	return runner_run("base/log", fill);
}
