/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup says which processes there are; the host's ps(1) how they look.
 * It prints all that its arguments ask for, and the lines of others are left
 * out by the column that it calls PID. Processes come and go while this is
 * done: what ps no longer finds is not shown.
 */
#include "life/ps.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/plain.h"
#include "base/str.h"
#include "host/cgroup.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (64 << 20)

static int
compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static int
list(const struct stored *stored, pid_t **out, size_t *out_n, struct err *err)
{
	const struct oci_record *record = stored->record;

	if (status_allow(OPERATION_UPDATE, status_find(stored->dir, record),
		    record->id, err) < 0)
		return -1;
	if (!record->cgroup)
		return err_say(err,
			"the container has no cgroup of its own that would list its processes");
	if (cgroup_pids(record->cgroup, out, out_n, err) < 0)
		return -1;
	if (*out_n)
		qsort(*out, *out_n, sizeof(**out), compare);
	return 0;
}

/* Nothing is locked: this only looks. Heap. */
static int
find_pids(const char *root, const char *id, pid_t **out, size_t *out_n,
	struct err *err)
{
	struct stored stored;
	int result = -1;

	if (store_find(root, id, &stored, err) < 0)
		return -1;
	if (store_read(stored.dir, &stored.arena, &stored.record, err) == 0)
		result = list(&stored, out, out_n, err);
	store_close(&stored);
	return result;
}

int
ps_json(const char *root, const char *id, struct str *out, struct err *err)
{
	auto_free pid_t *pids = NULL;
	size_t n = 0;

	if (find_pids(root, id, &pids, &n, err) < 0)
		return -1;
	str_add(out, "[");
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s%d", i ? "," : "", (int)pids[i]);
	str_add(out, "]\n");
	return 0;
}

/* --- the table --------------------------------------------------------------
 */

/* "ps" and the words, or -ef. Heap; the words are the caller's. */
static const char **
make_argv(char *const *args)
{
	size_t n = 0;
	const char **argv;

	while (args[n])
		n++;
	argv = calloc(n + 3, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[0] = "ps";
	argv[1] = "-ef";
	for (size_t i = 0; i < n; i++)
		argv[1 + i] = args[i];
	return argv;
}

static int
start_ps(const char *const *argv, int output, pid_t *out, struct err *err)
{
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return err_code(err, failed, "run ps");
	failed = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (!failed)
		failed = posix_spawnp(out, "ps", &actions, NULL,
			(char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed ? err_code(err, failed, "run ps") : 0;
}

/* Its words go to us, its complaints to our stderr. Heap. */
static int
run_ps(char *const *args, char **out, struct err *err)
{
	auto_free const char **argv = make_argv(args);
	int ends[2], status = 0, result;
	pid_t pid;

	if (!argv)
		return err_code(err, ENOMEM, "run ps");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	auto_fd from = ends[0], to = ends[1];
	/* a caller that ignores SIGCHLD would have it reaped unseen */
	signal(SIGCHLD, SIG_DFL);
	if (start_ps(argv, to, &pid, err) < 0)
		return -1;
	close(take_fd(&to));
	result = fd_read(from, OUTPUT_MAX, "the output of ps", out, NULL, err);
	close(take_fd(&from));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (result == 0 && status)
		return err_say(err, "ps failed with status %d",
			WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return result;
}

/* The n-th word of a line, or NULL; lines end with a NUL here. */
static const char *
nth_word(const char *line, size_t n, size_t *out_len)
{
	for (;; n--) {
		line += strspn(line, " \t");
		if (!*line)
			return NULL;
		*out_len = strcspn(line, " \t");
		if (n == 0)
			return line;
		line += *out_len;
	}
}

/* Where the column of the numbers is: the how-manieth word, and where its
 * heading ends. */
struct column {
	size_t word, end;
};

static bool
find_column(const char *heading, struct column *out)
{
	const char *word;
	size_t len;

	for (size_t n = 0; (word = nth_word(heading, n, &len)); n++) {
		if (len != 3 || strncmp(word, "PID", 3) != 0)
			continue;
		out->word = n;
		out->end = (size_t)(word - heading) + len;
		return true;
	}
	return false;
}

/* A number stands under the end of its heading; words are counted only where
 * none does, for in front of it there may be commands of several words. */
static const char *
find_number(const char *line, const struct column *column, size_t *out_len)
{
	size_t all = strlen(line), start = column->end;

	if (all >= column->end &&
		(all == column->end || line[column->end] == ' ')) {
		while (start > 0 && line[start - 1] >= '0' &&
			line[start - 1] <= '9')
			start--;
		*out_len = column->end - start;
		if (*out_len && (start == 0 || line[start - 1] == ' '))
			return line + start;
	}
	return nth_word(line, column->word, out_len);
}

static bool
is_wanted(const char *line, const struct column *column, const pid_t *pids,
	size_t n)
{
	size_t len;
	const char *word = find_number(line, column, &len);
	char text[16];
	int64_t number;
	pid_t pid;

	if (!word || len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	if (str_to_int(text, 1, INT32_MAX, &number) < 0)
		return false;
	pid = (pid_t)number;
	return n && bsearch(&pid, pids, n, sizeof(*pids), compare);
}

/* The heading, then each line of one of the pids. */
static int
choose_lines(char *text, const pid_t *pids, size_t n, struct str *out,
	struct err *err)
{
	struct column column = { 0, 0 };

	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		char *next = line + len + (line[len] == '\n');
		bool heading = line == text;

		line[len] = '\0';
		/* procps does so itself; others print what programs say. */
		plain_make(line);
		if (heading && !find_column(line, &column))
			return err_say(err,
				"ps prints no column called PID: ask it for one (-o pid)");
		if (heading || is_wanted(line, &column, pids, n))
			str_addf(out, "%s\n", line);
		line = next;
	}
	return 0;
}

int
ps_table(const char *root, const char *id, char *const *args, struct str *out,
	struct err *err)
{
	auto_free pid_t *pids = NULL;
	auto_free char *text = NULL;
	size_t n = 0;

	if (find_pids(root, id, &pids, &n, err) < 0 ||
		run_ps(args, &text, err) < 0)
		return -1;
	return choose_lines(text, pids, n, out, err);
}
