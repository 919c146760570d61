/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines are one JSON object or one text line each, for engines to read. */
#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

/* A socket at path, on a tmpfs over the directory top that only this process
 * sees; -1: there is no right to mount. */
static int
fake_daemon(const char *top, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	auto_str dir = { 0 };
	int fd;

	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) <
			0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("log", top, "tmpfs", 0, NULL) < 0) {
		printf("skipped: no right to mount for a socket at %s\n", path);
		return -1;
	}
	for (const char *at_slash = strchr(path + 1, '/'); at_slash;
		at_slash = strchr(at_slash + 1, '/')) {
		dir.len = 0;
		str_add_len(&dir, path, (size_t)(at_slash - path));
		mkdir(dir.data, 0755);
	}
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	/* The copy on stderr is lost here: this end is connected to nobody. */
	dup2(fd, STDERR_FILENO);
	return fd;
}

/* One datagram, with a NUL behind it. */
static void
heard(int fd, char *buf, size_t size)
{
	ssize_t n = recv(fd, buf, size - 1, MSG_DONTWAIT);

	ck_assert_int_gt(n, 0);
	buf[n] = '\0';
}

START_TEST(the_journal_gets_an_entry_of_fields)
{
	auto_fd fd = fake_daemon("/run", "/run/systemd/journal/socket");
	char got[1024];

	if (fd < 0)
		return;
	ck_assert_int_eq(
		log_open("journald:web\nX=1", LOG_TEXT, LOG_LEVEL_ERROR, NULL),
		0);
	log_error("two\nlines");
	heard(fd, got, sizeof(got));
	ck_assert(str_has_prefix(
		got, "PRIORITY=3\nSYSLOG_FACILITY=3\nSYSLOG_PID="));
	ck_assert_ptr_nonnull(strstr(
		got, "\nSYSLOG_IDENTIFIER=web X=1\nMESSAGE=two lines\n"));
}
END_TEST

START_TEST(the_journal_gets_a_json_object_where_that_is_asked_for)
{
	auto_fd fd = fake_daemon("/run", "/run/systemd/journal/socket");
	char got[1024];

	if (fd < 0)
		return;
	ck_assert_int_eq(
		log_open("journald:", LOG_JSON, LOG_LEVEL_ERROR, NULL), 0);
	log_error("gone");
	heard(fd, got, sizeof(got));
	ck_assert_ptr_nonnull(strstr(got, "\nSYSLOG_IDENTIFIER=scrim\n"));
	ck_assert_ptr_nonnull(strstr(got,
		"\nMESSAGE={\"level\":\"error\",\"msg\":\"gone\","
		"\"time\":\"2"));
}
END_TEST

START_TEST(syslog_gets_ident_level_and_text)
{
	auto_fd fd = fake_daemon("/dev", "/dev/log");
	char got[1024];

	if (fd < 0)
		return;
	ck_assert_int_eq(
		log_open("syslog:web", LOG_TEXT, LOG_LEVEL_ERROR, NULL), 0);
	log_error("100% gone");
	heard(fd, got, sizeof(got));
	/* daemon (3 * 8) and error (3) */
	ck_assert(str_has_prefix(got, "<27>"));
	ck_assert_ptr_nonnull(strstr(got, " web["));
	ck_assert_ptr_nonnull(strstr(got, "]: 100% gone"));
}
END_TEST

/* What scrim-init or an image has put into it, that is. */
START_TEST(a_warning_is_one_line_that_steers_no_terminal)
{
	char path[] = "/tmp/scrim-test-XXXXXX";
	auto_free char *text = NULL;
	int file = mkstemp(path);

	ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
	close(file);
	ck_assert_int_eq(log_open(NULL, LOG_TEXT, LOG_LEVEL_WARNING, NULL), 0);
	log_warn("a%s",
		"\x1b[2J\nscrim: error: b\xc2\x9b"
		"2J");
	text = logged(path);
	ck_assert_str_eq(text, "scrim: warning: a?[2J scrim: error: b??2J\n");
}
END_TEST

START_TEST(a_journal_that_is_not_there_is_an_error_at_once)
{
	struct err err = { 0 };
	auto_fd fd = fake_daemon("/run", "/run/other");

	if (fd < 0)
		return;
	ck_assert_int_eq(
		log_open("journald:web", LOG_TEXT, LOG_LEVEL_ERROR, &err), -1);
	ck_assert_str_eq(
		err.text, "reach the journal at /run/systemd/journal/socket");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_json_line_is_what_engines_decode);
	tcase_add_test(tcase, levels_hold_back_what_is_not_wanted);
	tcase_add_test(tcase, a_log_that_cannot_be_opened_is_named);
	tcase_add_test(tcase, the_journal_gets_an_entry_of_fields);
	tcase_add_test(
		tcase, the_journal_gets_a_json_object_where_that_is_asked_for);
	tcase_add_test(tcase, syslog_gets_ident_level_and_text);
	tcase_add_test(tcase, a_warning_is_one_line_that_steers_no_terminal);
	tcase_add_test(tcase, a_journal_that_is_not_there_is_an_error_at_once);
}

int
main(void)
{
	return runner_run("base/log", fill);
}
