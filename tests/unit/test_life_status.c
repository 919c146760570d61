/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation against every status, with the sentence that engines know;
 * and a status that is what one finds, not what a file says.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "life/journal.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"
#include "tests/unit/records.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	enum operation operation;
	enum status status;
	const char *sentence; /* NULL: allowed */
} machine[] = {
	{ OPERATION_START, STATUS_CREATING,
		"cannot start a container that is not created yet" },
	{ OPERATION_START, STATUS_CREATED, NULL },
	{ OPERATION_START, STATUS_RUNNING,
		"cannot start an already running container" },
	{ OPERATION_START, STATUS_PAUSED, "cannot start a paused container" },
	{ OPERATION_START, STATUS_STOPPED,
		"cannot start a container that has stopped" },
	{ OPERATION_KILL, STATUS_CREATING, "container not running" },
	{ OPERATION_KILL, STATUS_CREATED, NULL },
	{ OPERATION_KILL, STATUS_RUNNING, NULL },
	{ OPERATION_KILL, STATUS_PAUSED, NULL },
	{ OPERATION_KILL, STATUS_STOPPED, "container not running" },
	{ OPERATION_DELETE, STATUS_CREATING,
		"cannot delete container c that is not stopped: creating" },
	{ OPERATION_DELETE, STATUS_CREATED, NULL },
	{ OPERATION_DELETE, STATUS_RUNNING,
		"cannot delete container c that is not stopped: running" },
	{ OPERATION_DELETE, STATUS_PAUSED,
		"cannot delete container c that is not stopped: paused" },
	{ OPERATION_DELETE, STATUS_STOPPED, NULL },
	{ OPERATION_MOUNTS, STATUS_CREATING, "container is not created yet" },
	{ OPERATION_MOUNTS, STATUS_CREATED, NULL },
	{ OPERATION_MOUNTS, STATUS_RUNNING, NULL },
	{ OPERATION_MOUNTS, STATUS_PAUSED, NULL },
	{ OPERATION_MOUNTS, STATUS_STOPPED,
		"container not running: its mounts are gone" },
	{ OPERATION_PAUSE, STATUS_CREATING, "container not running" },
	{ OPERATION_PAUSE, STATUS_CREATED, NULL },
	{ OPERATION_PAUSE, STATUS_RUNNING, NULL },
	{ OPERATION_PAUSE, STATUS_PAUSED, "container already paused" },
	{ OPERATION_PAUSE, STATUS_STOPPED, "container not running" },
	{ OPERATION_RESUME, STATUS_CREATING, "container not paused" },
	{ OPERATION_RESUME, STATUS_CREATED, "container not paused" },
	{ OPERATION_RESUME, STATUS_RUNNING, "container not paused" },
	{ OPERATION_RESUME, STATUS_PAUSED, NULL },
	{ OPERATION_RESUME, STATUS_STOPPED, "container not paused" },
	{ OPERATION_UPDATE, STATUS_CREATING, "container not running" },
	{ OPERATION_UPDATE, STATUS_CREATED, NULL },
	{ OPERATION_UPDATE, STATUS_RUNNING, NULL },
	{ OPERATION_UPDATE, STATUS_PAUSED, NULL },
	{ OPERATION_UPDATE, STATUS_STOPPED, "container not running" },
	{ OPERATION_EXEC, STATUS_CREATING,
		"cannot exec in a container that is not created yet" },
	{ OPERATION_EXEC, STATUS_CREATED, NULL },
	{ OPERATION_EXEC, STATUS_RUNNING, NULL },
	{ OPERATION_EXEC, STATUS_PAUSED,
		"cannot exec in a paused container "
		"(use --ignore-paused to override)" },
	{ OPERATION_EXEC, STATUS_STOPPED,
		"cannot exec in a stopped container" },
	{ OPERATION_CHECKPOINT, STATUS_CREATING,
		"cannot checkpoint what is not created yet" },
	{ OPERATION_CHECKPOINT, STATUS_CREATED,
		"cannot checkpoint a container that is not started" },
	{ OPERATION_CHECKPOINT, STATUS_RUNNING, NULL },
	{ OPERATION_CHECKPOINT, STATUS_PAUSED, NULL },
	{ OPERATION_CHECKPOINT, STATUS_STOPPED, "container not running" },
};

#define MACHINE ((int)(sizeof(machine) / sizeof(machine[0])))

START_TEST(an_operation_is_allowed_or_refused_in_these_words)
{
	struct err err = { 0 };
	int allowed = status_allow(
		machine[_i].operation, machine[_i].status, "c", &err);

	ck_assert_int_eq(allowed, machine[_i].sentence ? -1 : 0);
	ck_assert_str_eq(
		err.text, machine[_i].sentence ? machine[_i].sentence : "");
	ck_assert_int_eq(err.code, 0);
}
END_TEST

/* All statuses but the last, for which the next test is. */
START_TEST(the_machine_is_complete)
{
	ck_assert_int_eq(STATUS_UNKNOWN, STATUS_COUNT - 1);
	ck_assert_int_eq(MACHINE, OPERATION_COUNT * STATUS_UNKNOWN);
	for (int i = 0; i < MACHINE; i++) {
		ck_assert_int_eq(machine[i].operation, i / STATUS_UNKNOWN);
		ck_assert_int_eq(machine[i].status, i % STATUS_UNKNOWN);
	}
}
END_TEST

START_TEST(nothing_is_allowed_where_the_status_is_unknown)
{
	struct err err = { 0 };

	ck_assert_int_eq(
		status_allow((enum operation)_i, STATUS_UNKNOWN, "c", &err),
		-1);
	ck_assert_str_eq(err.text,
		"the status of container c cannot be found out: its first process cannot be looked at");
}
END_TEST

/* --- what one finds ---------------------------------------------------------
 */

static char home[] = "/tmp/scrim-status-XXXXXX";
static int dir;
static pid_t child;
static int64_t pid, nobody = 0x7ffffff;
static uint64_t start;
static struct oci_record record;

/* A child of that name, remembered in the record. */
static void
bear(const char *name)
{
	struct proc_stat stat;

	child = fork();
	if (child == 0) {
		prctl(PR_SET_NAME, name);
		kill(getpid(), SIGSTOP);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, WUNTRACED), child);
	ck_assert_int_eq(proc_stat(child, &stat), 0);
	pid = child;
	start = stat.start;
}

static void
put_gate(void)
{
	close(openat(dir, STORE_GATE, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void
setup(void)
{
	strcpy(home + strlen(home) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	record = (struct oci_record){
		.status = RECORD_CREATED, .pid = &pid, .start = &start
	};
	child = -1;
}

static void
teardown(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	unlinkat(dir, STORE_GATE, 0);
	unlinkat(dir, JOURNAL_FILE, 0);
	close(dir);
	rmdir(home);
}

START_TEST(at_the_gate_is_created)
{
	bear("scrim:waiting");
	put_gate();
	ck_assert_int_eq(status_find(dir, &record), STATUS_CREATED);
}
END_TEST

START_TEST(a_name_alone_does_not_make_it_created)
{
	bear("scrim:waiting");
	ck_assert_int_eq(status_find(dir, &record), STATUS_RUNNING);
}
END_TEST

START_TEST(a_gate_that_was_left_does_not_either)
{
	bear("sleep");
	put_gate();
	ck_assert_int_eq(status_find(dir, &record), STATUS_RUNNING);
}
END_TEST

START_TEST(a_zombie_has_stopped)
{
	siginfo_t end;

	bear("sleep");
	kill(child, SIGKILL);
	ck_assert_int_eq(
		waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
}
END_TEST

START_TEST(another_process_of_that_pid_is_not_ours)
{
	bear("sleep");
	start++;
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
}
END_TEST

START_TEST(without_a_process_it_has_stopped)
{
	record.pid = NULL;
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
	record.pid = &nobody;
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
}
END_TEST

START_TEST(creating_lasts_as_long_as_the_creator)
{
	bear("scrim");
	record = (struct oci_record){ .status = RECORD_CREATING,
		.creator = &pid,
		.creator_start = &start };
	ck_assert_int_eq(status_find(dir, &record), STATUS_CREATING);
	start++;
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
}
END_TEST

/* A creator that is done is gone, too, by the time one looks for it. */
START_TEST(a_creator_that_is_done_has_not_left_it_stopped)
{
	static const uint32_t version = RECORD_VERSION, owner;
	static const bool has_process = true;
	struct oci_record now = { .version = &version,
		.oci_version = "1.2.0",
		.id = "c",
		.status = RECORD_CREATING,
		.bundle = "/b",
		.rootfs = "/b/rootfs",
		.created = "now",
		.owner = &owner,
		.has_process = &has_process };

	record = (struct oci_record){ .status = RECORD_CREATING,
		.creator = &nobody,
		.creator_start = &start };
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
	ck_assert_int_eq(replace_record(dir, &now), 0);
	ck_assert_int_eq(status_find(dir, &record), STATUS_STOPPED);
	now.status = RECORD_CREATED;
	ck_assert_int_eq(replace_record(dir, &now), 0);
	ck_assert_int_eq(status_find(dir, &record), STATUS_CREATING);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase,
		an_operation_is_allowed_or_refused_in_these_words, 0, MACHINE);
	tcase_add_test(tcase, the_machine_is_complete);
	tcase_add_loop_test(tcase,
		nothing_is_allowed_where_the_status_is_unknown, 0,
		OPERATION_COUNT);
	tcase_add_test(tcase, at_the_gate_is_created);
	tcase_add_test(tcase, a_name_alone_does_not_make_it_created);
	tcase_add_test(tcase, a_gate_that_was_left_does_not_either);
	tcase_add_test(tcase, a_zombie_has_stopped);
	tcase_add_test(tcase, another_process_of_that_pid_is_not_ours);
	tcase_add_test(tcase, without_a_process_it_has_stopped);
	tcase_add_test(tcase, creating_lasts_as_long_as_the_creator);
	tcase_add_test(tcase, a_creator_that_is_done_has_not_left_it_stopped);
}

int
main(void)
{
	return runner_run("life/status", fill);
}
