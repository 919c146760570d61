/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command exec: what runc's users and engines type, handed to life/. An
 * error of its own has the exit status 255, which few programs use.
 */
#include "base/err.h"
#include "base/fd.h"
#include "command/command.h"
#include "life/exec.h"
#include "life/store.h"

#include <string.h>

#define FDS_MAX 1024

/* The words as they were typed: numbers among them are read where it is known
 * what they mean (plan/exec_process.c), by one strict parser. */
struct exec_args {
	const char *process, *console_socket, *pidfd_socket, *pid_file, *user,
		*cwd, *apparmor, *process_label;
	struct cli_list groups, caps, env, cgroups;
	int64_t preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused;
};

static const struct cli_option exec_options[] = {
	{ "process", 'p', CLI_SETS(struct exec_args, process), .value = "FILE",
	  .help = "read the process section from there; options change it" },
	{ "tty", 't', CLI_SETS(struct exec_args, tty),
	  .help = "give the program a terminal" },
	{ "console-socket", 0, CLI_SETS(struct exec_args, console_socket), .value = "SOCKET",
	  .help = "send the terminal's master to this UNIX socket" },
	{ "pidfd-socket", 0, CLI_SETS(struct exec_args, pidfd_socket), .value = "SOCKET",
	  .help = "send a pidfd of the program to this UNIX socket" },
	{ "detach", 'd', CLI_SETS(struct exec_args, detach),
	  .help = "return as soon as the program runs" },
	{ "pid-file", 0, CLI_SETS(struct exec_args, pid_file), .value = "FILE",
	  .help = "write the pid of the program there" },
	{ "user", 'u', CLI_SETS(struct exec_args, user), .value = "UID[:GID]",
	  /* A variable that is empty names nobody, least of all root. */
	  .needed = true,
	  .help = "the user, and the group, of the program" },
	{ "additional-gids", 'g', CLI_SETS(struct exec_args, groups), .value = "GID",
	  .help = "one more group; may be given again" },
	{ "cap", 'c', CLI_SETS(struct exec_args, caps), .value = "CAPABILITY",
	  .help = "one more capability; may be given again" },
	{ "env", 'e', CLI_SETS(struct exec_args, env), .value = "NAME=VALUE",
	  .help = "set a variable; may be given again" },
	{ "cwd", 0, CLI_SETS(struct exec_args, cwd), .value = "DIR",
	  .help = "the working directory of the program" },
	{ "no-new-privs", 0, CLI_SETS(struct exec_args, no_new_privs),
	  .help = "no execve of it gives more privileges" },
	{ "apparmor", 0, CLI_SETS(struct exec_args, apparmor), .value = "PROFILE",
	  .help = "the AppArmor profile of the program" },
	{ "process-label", 0, CLI_SETS(struct exec_args, process_label), .value = "LABEL",
	  .help = "the SELinux label of the program" },
	{ "preserve-fds", 0, CLI_SETS(struct exec_args, preserve_fds), .value = "N", .max = FDS_MAX,
	  .help = "pass on N descriptors from 3 on" },
	{ "cgroup", 0, CLI_SETS(struct exec_args, cgroups), .value = "PATH",
	  .help = "the cgroup of the program, below the container's" },
	{ "ignore-paused", 0, CLI_SETS(struct exec_args, ignore_paused),
	  .help = "go on in a paused container: the program waits for its resume" },
	{ 0 },
};

/* The program's words, behind the container's name; manuals of other runtimes
 * put "--" between them, which is no program's name. */
static struct plan_words
command_of(const struct call *call)
{
	size_t at = call->n_words > 1 && !strcmp(call->words[1], "--") ? 2 : 1;

	return (struct plan_words){ (const char *const *)call->words + at,
		call->n_words - at };
}

/* In the order in which they were given. */
static struct plan_words
words_of(const struct cli_list *list)
{
	return (struct plan_words){ list->items, list->n };
}

static int
exec(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct exec_args *args = call->args;
	struct exec_request request = {
		.root = root,
		.id = call->words[0],
		.process = args->process,
		.words = {
			.args = command_of(call),
			.env = words_of(&args->env),
			.caps = words_of(&args->caps),
			.gids = words_of(&args->groups),
			.user = args->user,
			.cwd = args->cwd,
			.apparmor = args->apparmor,
			.label = args->process_label,
			.tty = args->tty,
			.no_new_privs = args->no_new_privs,
		},
		.pid_file = args->pid_file,
		.console_socket = args->console_socket,
		.pidfd_socket = args->pidfd_socket,
		.cgroups = words_of(&args->cgroups),
		.preserve_fds = (uint32_t)args->preserve_fds,
		.detach = args->detach,
		.ignore_paused = args->ignore_paused,
		.report = call->report,
	};

	return root ? exec_container(&request, call->out_status, err) : -1;
}

const struct command command_exec = {
	.name = "exec",
	.words = "CONTAINER-ID [COMMAND] ...",
	.summary = "run one more program in a container",
	.about = "What is not said is as in the container's own process section. In the\n"
		 "foreground signals are forwarded, and the exit status is the program's, or 128\n"
		 "and the number of the signal that killed it; 255 is an error of exec itself.",
	.syntax = { exec_options, 1, SIZE_MAX, true },
	.args_size = sizeof(struct exec_args),
	.container = true,
	.failure = 255,
	.run = exec,
};
