/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hook after the other: fork, the state on standard input, exactly the
 * environment that was given, or else scrim's own, the bundle as working
 * directory, no descriptor beyond 2, default signals. What it prints goes into
 * a file in memory, since engines take any word on stderr for a failure, and
 * nobody can be blocked by a full pipe; the last line of it becomes part of the
 * error. A hook that takes longer than its timeout is killed. A hook never gets
 * to see a descriptor of ours.
 */
#include "life/hooks.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "libocispec/schema.h"
#include "libocispec/state.h"
#include "life/record.h"
#include "plan/annotations.h"
#include "plan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_SHOWN 256

void
hooks_state(const struct oci_record *record, const char *status, pid_t pid,
	struct str *out)
{
	const int64_t number = pid;
	const struct oci_state state = {
		.oci_version = record->oci_version,
		.id = record->id,
		.status = status,
		.pid = pid ? &number : NULL,
		.bundle = record->bundle,
		.annotations = record->annotations,
	};

	oci_encode(&oci_state_schema, &state, false, out);
}

/* Where a hook's words go: the files that annotations name, or a file in
 * memory, of which the last line becomes part of an error. */
struct outputs {
	int out, err;
	int memory;
};

/* Relative to the bundle, as the hook's own paths are. */
static int
open_output(const struct oci_record *record, enum annotation which, int memory,
	struct err *err)
{
	const struct oci_string_entry *said =
		annotations_find(&record->annotations, which);
	auto_fd bundle = -1, file = -1;

	if (!said)
		return memory;
	bundle = openat(
		AT_FDCWD, record->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* An absolute name is not looked up in the bundle. */
	if (bundle < 0 && said->value[0] != '/')
		return err_sys(err, "%s: bundle %s", said->key, record->bundle);
	file = openat(bundle, said->value,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	return file < 0 ? err_sys(err, "%s: open %s", said->key, said->value)
			: take_fd(&file);
}

/* The two may be one and the same file in memory. */
static void
close_outputs(struct outputs *outputs)
{
	if (outputs->out != outputs->memory)
		fd_close_auto(&outputs->out);
	if (outputs->err != outputs->memory)
		fd_close_auto(&outputs->err);
	fd_close_auto(&outputs->memory);
}

/* For each hook anew: a file that was moved away is made again. */
static int
open_outputs(
	const struct oci_record *record, struct outputs *out, struct err *err)
{
	out->out = out->err = -1;
	out->memory = memfd_create("output", MFD_CLOEXEC);
	if (out->memory < 0)
		return err_sys(err, "make a file in memory");
	out->out =
		open_output(record, ANNOTATION_HOOKS_STDOUT, out->memory, err);
	if (out->out >= 0)
		out->err = open_output(
			record, ANNOTATION_HOOKS_STDERR, out->memory, err);
	if (out->err >= 0)
		return 0;
	close_outputs(out);
	return -1;
}

/* The hook's own process, up to its exec. Async-signal-safe calls only. */
static void __attribute__((noreturn))
become_hook(const struct plan_hook_item *hook, const char *bundle, int state,
	const struct outputs *outputs)
{
	static const char failed[] = "cannot be executed: ";
	const char *why;
	int told = outputs->err; /* stderr may still be the caller's */

	/* Its place is a courtesy: after delete the bundle may be gone. */
	if (chdir(bundle) < 0)
		errno = 0;
	if (sys_reset_signals() == 0 && dup2(state, 0) >= 0 &&
		dup2(outputs->out, 1) >= 0 && dup2(outputs->err, 2) >= 0) {
		told = 2;
		if (sys_close_range(3, UINT_MAX, 0) == 0)
			execve(hook->path, (char *const *)hook->argv,
				hook->env ? (char *const *)hook->env : environ);
	}
	why = err_words(errno);
	if (write(told, failed, sizeof(failed) - 1) < 0 ||
		write(told, why, strlen(why)) < 0)
		_exit(126);
	_exit(127);
}

/* The last line of what it printed, "" where that was nothing. */
static void
last_line(int output, char *buf, size_t size)
{
	off_t len = lseek(output, 0, SEEK_END);
	off_t from = len > (off_t)size - 1 ? len - ((off_t)size - 1) : 0;
	ssize_t n = pread(output, buf, size - 1, from);
	char *line;

	while (n > 0 && (buf[n - 1] == '\n' || buf[n - 1] == '\0'))
		n--;
	buf[n > 0 ? n : 0] = '\0';
	line = strrchr(buf, '\n');
	if (line)
		memmove(buf, line + 1, strlen(line + 1) + 1);
}

static int
judge(int status, int output, struct err *err)
{
	char line[LINE_MAX_SHOWN];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	last_line(output, line, sizeof(line));
	if (WIFSIGNALED(status))
		return err_say(err, "killed by signal %d%s%s", WTERMSIG(status),
			*line ? ": " : "", line);
	return err_say(err, "exit status %d%s%s", WEXITSTATUS(status),
		*line ? ": " : "", line);
}

/* Waits for the hook, no longer than it may take, and reaps it. */
static int
await(pid_t pid, uint32_t timeout, int *out_status, struct err *err)
{
	int ms = timeout == 0 || timeout > INT_MAX / 1000 ? -1
							  : (int)timeout * 1000;
	auto_fd pidfd = ms < 0 ? -1 : sys_pidfd_open(pid, 0);
	int ended = ms < 0 ? 1 : pidfd < 0 ? -1 : proc_wait_end(pidfd, ms);

	if (ended < 0)
		err_sys(err, "watch it");
	if (ended <= 0 && kill(pid, SIGKILL) < 0)
		return err_sys(err, "kill it");
	while (waitpid(pid, out_status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "wait");
	if (ended < 0)
		return -1;
	if (ended == 0)
		return err_say(
			err, "not done after %u seconds, killed", timeout);
	return 0;
}

/* From the birth of the hook to its end. */
static int
run_child(const struct plan_hook_item *hook, const struct oci_record *record,
	int state, const struct outputs *outputs, struct err *err)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0)
		become_hook(hook, record->bundle, state, outputs);
	if (await(pid, hook->timeout, &status, err) < 0)
		return -1;
	return judge(status, outputs->memory, err);
}

static int
run(const struct plan_hook_item *hook, const struct oci_record *record,
	const struct str *text, struct err *err)
{
	auto_fd state = fd_seal("state", text->data, text->len, 0, err);
	struct outputs outputs;
	int result;

	if (state < 0 || open_outputs(record, &outputs, err) < 0)
		return -1;
	result = run_child(hook, record, state, &outputs, err);
	close_outputs(&outputs);
	return result;
}

/* Runs hook i and says which one an error comes from. */
static int
run_one(const struct plan_hook_item *hook, enum plan_hook kind,
	const struct oci_record *record, const struct str *state,
	struct err *err)
{
	if (state->broken)
		return err_code(err, ENOMEM, "state for hooks");
	log_debug("%s hook %s", names_word(&names_hooks, kind), hook->path);
	if (run(hook, record, state, err) == 0)
		return 0;
	err_in(err, "%s hook %s", names_word(&names_hooks, kind), hook->path);
	return err_where(
		err, hook->where.line, hook->where.column, hook->where.pointer);
}

int
hooks_run(const struct plan_hooks *hooks, enum plan_hook kind,
	const struct oci_record *record, const struct str *state,
	struct err *err)
{
	/* A caller that ignores SIGCHLD would reap them for us. */
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < hooks->n; i++)
		if (run_one(&hooks->items[i], kind, record, state, err) < 0)
			return -1;
	return 0;
}

void
hooks_run_all(const struct plan_hooks *hooks, enum plan_hook kind,
	const struct oci_record *record, const struct str *state)
{
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < hooks->n; i++) {
		struct err err = { 0 };

		if (run_one(&hooks->items[i], kind, record, state, &err) < 0)
			log_warn_err(&err);
	}
}
