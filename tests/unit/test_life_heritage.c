/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What exec inherits: the process as it was, of the linux section only what a
 * process has of its own, and nothing of a profile's rules.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/schema.h"
#include "life/heritage.h"
#include "life/journal.h"
#include "plan/plan.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/scrim-heritage-XXXXXX";
static struct arena arena;
static int dir = -1;

static void
setup(void)
{
	strcpy(home + strlen(home) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(arena_init(&arena, NULL), 0);
}

static void
teardown(void)
{
	unlinkat(dir, JOURNAL_FILE, 0);
	close(dir);
	rmdir(home);
	arena_done(&arena);
}

/* What is read again after a config of this text was written. */
static struct oci_config *
inherit(const char *text)
{
	struct plan plan = { 0 };
	struct oci_config *config, *again;
	auto_str line = { 0 };
	struct err err = { 0 };

	ck_assert_msg(oci_config_parse(
			      &arena, text, strlen(text), &config, &err) == 0,
		"%s", err.text);
	plan.config = config;
	heritage_note(&plan, &line);
	ck_assert_int_eq(journal_replace(dir, JOURNAL_PROCESS, &line, &err), 0);
	ck_assert_msg(
		heritage_read(dir, &arena, &again, &err) == 0, "%s", err.text);
	return again;
}

START_TEST(the_process_is_inherited_whole)
{
	static const char text[] =
		"{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"},"
		"\"process\": {\"cwd\": \"/x\", \"env\": [\"A=\\\"b\\\"\"],"
		"\"user\": {\"uid\": 7, \"additionalGids\": [4294967295]},"
		"\"capabilities\": {\"bounding\": [\"CAP_KILL\"]},"
		"\"noNewPrivileges\": true}}";
	struct oci_config *config, *again;

	ck_assert_int_eq(
		oci_config_parse(&arena, text, strlen(text), &config, NULL), 0);
	again = inherit(text);
	ck_assert(oci_equal(
		&oci_process_schema, config->process, again->process));
	ck_assert_ptr_null(again->root);
}
END_TEST

START_TEST(of_linux_only_what_a_process_has_is_inherited)
{
	struct oci_config *again =
		inherit("{\"ociVersion\": \"1.2.0\", \"linux\": {"
			"\"sysctl\": {\"net.a\": \"1\"},"
			"\"namespaces\": [{\"type\": \"pid\"}],"
			"\"uidMappings\": [{\"containerID\": 0,"
			"\"hostID\": 9, \"size\": 1}],"
			"\"personality\": {\"domain\": \"LINUX32\"},"
			"\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\","
			"\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"],"
			"\"syscalls\": [{\"names\": [\"mount\"],"
			"\"action\": \"SCMP_ACT_ERRNO\"}]}}}");

	ck_assert_ptr_null(again->process);
	ck_assert_uint_eq(again->linux->sysctl.n, 0);
	ck_assert_uint_eq(again->linux->namespaces.n, 0);
	ck_assert_uint_eq(*again->linux->uid_mappings.items[0].host_id, 9);
	ck_assert_str_eq(again->linux->personality->domain, "LINUX32");
	ck_assert_uint_eq(again->linux->seccomp->flags.n, 1);
	ck_assert_uint_eq(again->linux->seccomp->syscalls.n, 0);
}
END_TEST

START_TEST(an_environment_may_hold_secrets)
{
	struct stat st;

	inherit("{\"ociVersion\": \"1.2.0\"}");
	ck_assert_int_eq(fstatat(dir, JOURNAL_FILE, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
}
END_TEST

START_TEST(a_container_without_the_file_says_which)
{
	struct oci_config *config;
	struct err err = { 0 };

	ck_assert_int_eq(heritage_read(dir, &arena, &config, &err), -1);
	ck_assert_str_eq(err.text, "open " JOURNAL_FILE);
}
END_TEST

START_TEST(a_damaged_file_is_named_as_the_document)
{
	static const char damaged[] = "{\"process\":{\"process\":[]}}\n";
	auto_fd file =
		openat(dir, JOURNAL_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct oci_config *config;
	struct err err = { 0 };

	ck_assert_int_eq(write(file, damaged, strlen(damaged)),
		(ssize_t)strlen(damaged));
	ck_assert_int_eq(heritage_read(dir, &arena, &config, &err), -1);
	ck_assert_str_eq(err.document, JOURNAL_FILE);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_process_is_inherited_whole);
	tcase_add_test(tcase, of_linux_only_what_a_process_has_is_inherited);
	tcase_add_test(tcase, an_environment_may_hold_secrets);
	tcase_add_test(tcase, a_container_without_the_file_says_which);
	tcase_add_test(tcase, a_damaged_file_is_named_as_the_document);
}

int
main(void)
{
	return runner_run("life heritage", fill);
}
