/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks of the runtime's side: their input, environment, order, timeout, and
 * what an error says. [58-68]
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "life/hooks.h"
#include "life/record.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[] = "/tmp/scrim-hooks-XXXXXX";
static struct oci_record record;
static struct str state;
static struct err err;

static void
setup(void)
{
	strcpy(home + strlen(home) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	record = (struct oci_record){
		.oci_version = "1.2.0", .id = "c", .bundle = home
	};
	hooks_state(&record, "created", 4711, &state);
	err = (struct err){ 0 };
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	ck_assert_int_eq(system(command), 0);
	str_done(&state);
}

static const char *const no_env[] = { NULL };

/* Runs shell scripts as the hooks of one kind. */
static int
run_scripts(size_t n, const char *const *scripts, uint32_t timeout)
{
	const char *argv[4][4];
	struct plan_hook_item items[4];

	for (size_t i = 0; i < n; i++) {
		memcpy(argv[i],
			(const char *[]){ "sh", "-c", scripts[i], NULL },
			sizeof(argv[i]));
		items[i] = (struct plan_hook_item){ .path = "/bin/sh",
			.argv = argv[i],
			.env = no_env,
			.timeout = timeout,
			.where = { "/hooks/prestart/0", 7, 1 } };
	}
	return hooks_run(&(struct plan_hooks){ items, n }, PLAN_HOOK_PRESTART,
		&record, &state, &err);
}

static int
run_script(const char *script)
{
	return run_scripts(1, &script, 0);
}

/* What a hook has left in its working directory. */
static const char *
left(const char *name)
{
	static char text[1024];
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	ck_assert_int_ge(
		file_read(AT_FDCWD, path, text, sizeof(text), NULL), 0);
	return text;
}

START_TEST(the_state_comes_on_standard_input)
{
	ck_assert_int_eq(run_script("/bin/cat > in"), 0);
	ck_assert_str_eq(left("in"), state.data);
	ck_assert_ptr_nonnull(strstr(state.data, "\"status\":\"created\""));
	ck_assert_ptr_nonnull(strstr(state.data, "\"pid\":4711"));
}
END_TEST

START_TEST(a_stopped_container_has_no_pid)
{
	auto_str stopped = { 0 };

	hooks_state(&record, "stopped", 0, &stopped);
	ck_assert_ptr_null(strstr(stopped.data, "pid"));
}
END_TEST

START_TEST(the_environment_is_what_was_given)
{
	static const char *const argv[] = { "sh", "-c",
		"/usr/bin/env > out; echo \"$0 $1\" > args", "x", NULL };
	static const char *const env[] = { "A=1", "B=two words", NULL };
	const struct plan_hook_item item = {
		.path = "/bin/sh", .argv = argv, .env = env
	};

	setenv("OURS", "secret", 1);
	ck_assert_int_eq(hooks_run(&(struct plan_hooks){ &item, 1 },
				 PLAN_HOOK_POSTSTART, &record, &state, &err),
		0);
	ck_assert_ptr_nonnull(strstr(left("out"), "A=1\nB=two words\n"));
	ck_assert_ptr_null(strstr(left("out"), "OURS"));
	ck_assert_str_eq(left("args"), "x \n");
}
END_TEST

START_TEST(hooks_run_in_their_order)
{
	static const char *const scripts[] = { "echo 1 >> list",
		"echo 2 >> list", "echo 3 >> list" };

	ck_assert_int_eq(run_scripts(3, scripts, 0), 0);
	ck_assert_str_eq(left("list"), "1\n2\n3\n");
}
END_TEST

START_TEST(the_first_failure_ends_it)
{
	static const char *const scripts[] = { "echo 1 >> list", "exit 3",
		"echo 3 >> list" };

	ck_assert_int_eq(run_scripts(3, scripts, 0), -1);
	ck_assert_str_eq(left("list"), "1\n");
	ck_assert_str_eq(err.text, "prestart hook /bin/sh: exit status 3");
	ck_assert_str_eq(err.pointer, "/hooks/prestart/0");
	ck_assert_uint_eq(err.line, 7);
}
END_TEST

static const struct {
	const char *script, *end;
} failures[] = {
	{ "exit 1", "exit status 1" },
	{ "echo first >&2; echo last >&2; exit 1", "exit status 1: last" },
	{ "echo out; exit 1", "exit status 1: out" },
	{ "printf 'no newline'; exit 1", "exit status 1: no newline" },
	{ "kill -9 $$", "killed by signal 9" },
	{ "echo 'about to' >&2; kill -9 $$", "killed by signal 9: about to" },
	{ "/usr/bin/yes long | /usr/bin/head -n 9999; echo end; exit 2",
		"exit status 2: end" },
};

START_TEST(an_error_tells_the_end_and_the_last_line)
{
	char text[128];

	ck_assert_int_eq(run_script(failures[_i].script), -1);
	snprintf(text, sizeof(text), "prestart hook /bin/sh: %s",
		failures[_i].end);
	ck_assert_str_eq(err.text, text);
}
END_TEST

START_TEST(a_missing_program_is_an_error)
{
	static const char *const argv[] = { "x", NULL };
	const struct plan_hook_item item = {
		.path = "/no/such/hook", .argv = argv, .env = no_env
	};

	ck_assert_int_eq(hooks_run(&(struct plan_hooks){ &item, 1 },
				 PLAN_HOOK_PRESTART, &record, &state, &err),
		-1);
	ck_assert_str_eq(err.text,
		"prestart hook /no/such/hook: exit status 127: cannot be executed: not there");
}
END_TEST

START_TEST(a_hook_that_takes_too_long_is_killed)
{
	static const char *const scripts[] = { "exec /bin/sleep 20" };

	ck_assert_int_eq(run_scripts(1, scripts, 1), -1);
	ck_assert_str_eq(err.text,
		"prestart hook /bin/sh: not done after 1 seconds, killed");
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_daemon_that_a_hook_leaves_blocks_nobody)
{
	ck_assert_int_eq(run_script("/bin/sleep 2 & exit 0"), 0);
}
END_TEST

START_TEST(a_hook_has_three_descriptors_and_default_signals)
{
	int leaked = open("/dev/null", O_RDONLY);
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	ck_assert_int_eq(
		run_script(
			"/usr/bin/test ! -e /proc/self/fd/4 && /bin/grep Sig /proc/self/status > status"),
		0);
	ck_assert_ptr_nonnull(
		strstr(left("status"), "SigBlk:\t0000000000000000"));
	ck_assert_ptr_nonnull(
		strstr(left("status"), "SigIgn:\t0000000000000000"));
	close(leaked);
}
END_TEST

START_TEST(where_failures_are_warnings_all_run)
{
	static const char *const bad_argv[] = { "sh", "-c", "exit 1", NULL };
	static const char *const good_argv[] = { "sh", "-c", "echo ran > list",
		NULL };
	const struct plan_hook_item items[] = {
		{ .path = "/bin/sh", .argv = bad_argv, .env = no_env },
		{ .path = "/bin/sh", .argv = good_argv, .env = no_env },
	};

	hooks_run_all(&(struct plan_hooks){ items, 2 }, PLAN_HOOK_POSTSTOP,
		&record, &state);
	ck_assert_str_eq(left("list"), "ran\n");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_state_comes_on_standard_input);
	tcase_add_test(tcase, a_stopped_container_has_no_pid);
	tcase_add_test(tcase, the_environment_is_what_was_given);
	tcase_add_test(tcase, hooks_run_in_their_order);
	tcase_add_test(tcase, the_first_failure_ends_it);
	tcase_add_loop_test(tcase, an_error_tells_the_end_and_the_last_line, 0,
		(int)(sizeof(failures) / sizeof(failures[0])));
	tcase_add_test(tcase, a_missing_program_is_an_error);
	tcase_add_test(tcase, a_hook_that_takes_too_long_is_killed);
	tcase_add_test(tcase, a_daemon_that_a_hook_leaves_blocks_nobody);
	tcase_add_test(tcase, a_hook_has_three_descriptors_and_default_signals);
	tcase_add_test(tcase, where_failures_are_warnings_all_run);
}

int
main(void)
{
	return runner_run("life/hooks", fill);
}
