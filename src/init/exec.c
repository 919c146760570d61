/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end: working directory, environment, descriptors, execve. The working
 * directory must be reachable from the container's root, whatever descriptor
 * or link led there (CVE-2024-21626). The program is looked up by exec_find()
 * before the container is created, so that create can say that it is missing,
 * and opened by nobody before the start (exec.h);
 * descriptors are settled by exec_prepare(), which OP_SECCOMP calls before the
 * filter is loaded. Then only execve is left. Preserved descriptors move down
 * to 3, all others are marked to be closed by execve itself: the connection
 * over which start waits has to live until then.
 */
#include "init/exec.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/init.h"
#include "init/search.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
exec_cwd(struct init *init, const struct plan_step *step, struct err *err)
{
	init_end_mounts(init);
	/* OP_IDENTITY may have got where the user may not go. */
	if (chdir(init_text(init, step, 0)) < 0 &&
		!(errno == EACCES && init->in_cwd))
		return err_sys(err, "chdir");
	return path_check_cwd(err);
}

static int
add_home(char **env, size_t n, struct err *err)
{
	const char *home = search_home(geteuid(), err);
	size_t size;

	if (!home)
		return err_in(err, "find HOME");
	size = strlen(home) + sizeof("HOME=");
	env[n] = init_memory(size, err);
	if (!env[n])
		return -1;
	snprintf(env[n], size, "HOME=%s", home);
	return 0;
}

/* LISTEN_PID must be the program's own pid, which nobody knew before. */
static int
add_listen_pid(char **env, size_t n, struct err *err)
{
	size_t size = sizeof("LISTEN_PID=") + 10, kept = 0;
	char *text = init_memory(size, err);

	if (!text)
		return -1;
	snprintf(text, size, "LISTEN_PID=%d", getpid());
	for (size_t i = 0; i < n; i++)
		if (strncmp(env[i], "LISTEN_PID=", 11) != 0)
			env[kept++] = env[i];
	env[kept] = text;
	env[kept + 1] = NULL;
	return 0;
}

/* As the config says, plus what only this process can know. */
static char **
make_env(const struct init *init, const struct plan_step *step, struct err *err)
{
	size_t n = step->list[1].count;
	char **env = init_strings(init, &step->list[1], 2, err);

	if (!env)
		return NULL;
	if (step->number[1] & PLAN_EXEC_FIND_HOME && !search_env(env, "HOME") &&
		add_home(env, n++, err) < 0)
		return NULL;
	if (step->number[1] & PLAN_EXEC_LISTEN_PID &&
		add_listen_pid(env, n, err) < 0)
		return NULL;
	return env;
}

static int
settle_descriptors(struct init *init, int preserved, struct err *err)
{
	int first = WIRE_FD + 1;

	/* What answers start may stand where the preserved ones go. */
	if (preserved && init->wire >= 0 && init->wire < first + preserved) {
		init->wire =
			fcntl(init->wire, F_DUPFD_CLOEXEC, first + preserved);
		if (init->wire < 0)
			return err_sys(err, "dup");
	}
	for (int i = 0; i < preserved; i++)
		if (!fd_is_inherited(first + i))
			close(3 + i);
		else if (dup2(first + i, 3 + i) < 0)
			return err_sys(err, "dup2");
	if (sys_close_range(
		    (unsigned)(3 + preserved), ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return err_sys(err, "close_range");
	return 0;
}

int
exec_find(struct init *init, struct err *err)
{
	const struct plan_step *step = init_find(init, OP_EXEC);
	struct program *program = &init->program;

	if (program->path || !step)
		return 0;
	init->blamed = step;
	program->argv = init_strings(init, &step->list[0], 0, err);
	if (!program->argv || !program->argv[0])
		return err_say(err, "exec: no arguments");
	program->env = make_env(init, step, err);
	if (!program->env)
		return -1;
	program->path = search_program(program->argv[0], program->env, err);
	if (!program->path)
		return -1;
	init->blamed = NULL;
	return 0;
}

void
exec_look(struct init *init)
{
	struct program *program = &init->program;

	if (program->path && !program->looked_at)
		search_gap(program->path, &program->gap);
	program->looked_at = true;
}

int
exec_prepare(struct init *init, struct err *err)
{
	const struct plan_step *step = init_find(init, OP_EXEC);

	if (init->settled || !step)
		return 0;
	if (exec_find(init, err) < 0)
		return -1;
	exec_look(init);
	init->settled = true;
	/* The gate has done so for a container's first process. */
	if (init->guest && init_follow_parent(false, err) < 0)
		return -1;
	return settle_descriptors(init, (int)step->number[0], err);
}

int
exec_run(struct init *init, const struct plan_step *step, struct err *err)
{
	const struct program *program = &init->program;

	(void)step;
	if (exec_prepare(init, err) < 0)
		return -1;
	execve(program->path, program->argv, program->env);
	return search_explain(program->path, &program->gap, errno, err);
}
