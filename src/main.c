/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front door: the table of commands and of global options. Reads the
 * global options, opens the log, finds the command's row, fills its argument
 * struct, runs it, prints the one error and chooses the exit status: 0, 1
 * for every error, or what the command says (run: the program's status).
 * Here alone is an error printed, and here alone does the host's half exit.
 * Success prints nothing on stderr. Nothing is taken from the environment.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/cli.h"
#include "command/command.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The newest version of the runtime specification that is decoded whole. */
#define SPEC_VERSION "1.3.0"

/* In the order of the help text. */
const struct command *const command_all[] = {
	&command_create,
	&command_start,
	&command_run,
	&command_exec,
	&command_state,
	&command_kill,
	&command_delete,
	&command_list,
	&command_mounts,
	&command_ps,
	&command_events,
	&command_pause,
	&command_resume,
	&command_update,
	&command_checkpoint,
	&command_restore,
	&command_plan,
	&command_spec,
	&command_features,
	&command_completion,
	&command_help,
	&command_h,
	NULL,
};

static const struct cli_word log_formats[] = {
	{ "text", LOG_TEXT },
	{ "json", LOG_JSON },
	{ 0 },
};

/* "warn" is how some programs spell it. */
static const struct cli_word log_levels[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "warn", LOG_LEVEL_WARNING },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
	{ 0 },
};

/* The third is crun's word, with which Podman asks for --cgroups=disabled. */
static const struct cli_word cgroup_managers[] = {
	{ "cgroupfs", CGROUP_MANAGER_CGROUPFS },
	{ "systemd", CGROUP_MANAGER_SYSTEMD },
	{ "disabled", CGROUP_MANAGER_DISABLED },
	{ 0 },
};

/* Beside auto, what Go's strconv takes for a bool: it is what runc reads. */
static const struct cli_word rootless_words[] = {
	{ "auto", ROOTLESS_AUTO },
	{ "true", ROOTLESS_TRUE },
	{ "false", ROOTLESS_FALSE },
	{ "1", ROOTLESS_TRUE },
	{ "t", ROOTLESS_TRUE },
	{ "T", ROOTLESS_TRUE },
	{ "TRUE", ROOTLESS_TRUE },
	{ "True", ROOTLESS_TRUE },
	{ "0", ROOTLESS_FALSE },
	{ "f", ROOTLESS_FALSE },
	{ "F", ROOTLESS_FALSE },
	{ "FALSE", ROOTLESS_FALSE },
	{ "False", ROOTLESS_FALSE },
	{ 0 },
};

/* What runc and crun take before the command is taken here, too, so that an
 * engine's configuration can stay. */
const struct cli_option command_globals[] = {
	{ "root", 0, CLI_SETS(struct globals, root), .value = "DIR",
	  .needed = true,
	  .help = "where the state of containers is kept (default /run/scrim, "
		  "or $XDG_RUNTIME_DIR/scrim for a user)" },
	{ "log", 0, CLI_SETS(struct globals, log), .value = "FILE",
	  .help = "write messages there: a file, syslog:IDENT or "
		  "journald:IDENT (default stderr)" },
	{ "log-format", 0, CLI_SETS(struct globals, log_format), .value = "FORMAT",
	  .words = log_formats, .help = "text or json (default text)" },
	{ "log-level", 0, CLI_SETS(struct globals, log_level), .value = "LEVEL",
	  .words = log_levels,
	  .help = "error, warning, info or debug (default error)" },
	{ "debug", 0, CLI_SETS(struct globals, debug),
	  .help = "the same as --log-level debug" },
	{ "cgroup-manager", 0, CLI_SETS(struct globals, cgroup_manager), .value = "MANAGER",
	  .words = cgroup_managers,
	  .help = "cgroupfs, systemd or disabled (default cgroupfs)" },
	{ "systemd-cgroup", 0, CLI_SETS(struct globals, systemd_cgroup),
	  .help = "the same as --cgroup-manager systemd" },
	{ "rootless", 0, CLI_SETS(struct globals, rootless), .value = "WHEN",
	  .words = rootless_words,
	  .help = "whether to do without the privileges of root: true, false "
		  "or auto (default auto)" },
	{ "criu", 0, CLI_SETS(struct globals, criu), .value = "FILE",
	  .help = "the program of checkpoint and restore (default: found in PATH)" },
	{ "version", 'v', CLI_SETS(struct globals, version),
	  .help = "print versions" },
	/* crun's letter for it. */
	{ "VERSION", 'V', CLI_SETS(struct globals, version),
	  .help = "the same", .hidden = true },
	{ 0 },
};

/* Engines read the first word: installed as runc or crun, that is what it is.
 */
static int
print_version(const char *argv0, struct err *err)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL,
		   *name = slash ? slash + 1 : argv0;
	auto_str out = { 0 };

	if (!name || (strcmp(name, "runc") != 0 && strcmp(name, "crun") != 0))
		name = "scrim";
	str_addf(&out, "%s version %s\ncommit: %s\nspec: %s\n", name,
		SCRIM_VERSION, SCRIM_COMMIT, SPEC_VERSION);
	return output_write(&out, err);
}

/* For str_nearest(). */
static const char *
next_command(const void *from, size_t i)
{
	const struct command *const *all = from;

	for (; *all; all++)
		if (!(*all)->hidden && i-- == 0)
			return (*all)->name;
	return NULL;
}

/* NULL: there is none. Hidden commands are found, but never proposed. */
static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; name && command_all[i]; i++)
		if (strcmp(command_all[i]->name, name) == 0)
			return command_all[i];
	return NULL;
}

static int
refuse_command(const char *name, struct err *err)
{
	const char *near = str_nearest(name, next_command, command_all);

	if (near)
		return err_say(err,
			"unknown command \"%s\"; did you mean \"%s\"?", name,
			near);
	return err_say(
		err, "unknown command \"%s\"; scrim --help lists them", name);
}

/* command may be NULL: the help of the whole. */
static int
print_help(const struct command *command, struct err *err)
{
	auto_str out = { 0 };

	if (command)
		help_print_command(command, &out);
	else
		help_print(&out);
	return output_write(&out, err);
}

/* The arguments are filled in: count the words, run, and say in front of an
 * error whose it is. */
static int
run_filled(const struct command *command, const struct cli_words *words,
	struct call *call, struct err *err)
{
	if (words->help && command->is_there &&
		command->is_there(call, err) < 0)
		return err_in(err, "%s", command->name);
	if (words->help)
		return print_help(command, err);
	if (cli_check_words(&command->syntax, command->words, words, err) < 0)
		return err_in(err, "%s", command->name);
	call->words = words->items;
	call->n_words = words->n;
	if (!command->run(call, err))
		return 0;
	if (command->container && words->n)
		return err_in(err, "%s %s", command->name, words->items[0]);
	return err_in(err, "%s", command->name);
}

/* argv: the command's name and what follows. The argument struct lives for the
 * length of the call; its strings are those of argv. */
static int
run_command(char **argv, struct call *call, struct err *err)
{
	const struct command *command = find_command(argv[0]);
	auto_free void *args = NULL;
	struct cli_words words;
	int result = -1;

	if (!command)
		return refuse_command(argv[0], err);
	args = calloc(1, command->args_size ? command->args_size : 1);
	if (!args)
		return err_sys(err, "%s", command->name);
	if (command->defaults)
		memcpy(args, command->defaults, command->args_size);
	call->args = args;
	if (cli_parse(&command->syntax, argv + 1, args, &words, err) < 0)
		err_in(err, "%s", command->name);
	else
		result = run_filled(command, &words, call, err);
	cli_done(command->syntax.options, args);
	return result;
}

/* The root directory of the host is never a place for state: deleting a
 * container there would be deleting a directory of the host. */
static int
check_globals(struct globals *globals, struct err *err)
{
	if (globals->root &&
		strspn(globals->root, "/.") == strlen(globals->root) &&
		globals->root[0] != '.')
		return err_say(err,
			"option \"--root\": \"%s\" is no place for state",
			globals->root);
	if (globals->debug)
		globals->log_level = LOG_LEVEL_DEBUG;
	if (globals->systemd_cgroup)
		globals->cgroup_manager = CGROUP_MANAGER_SYSTEMD;
	return 0;
}

/* What an error is answered with, from here on: the command need not have
 * begun for its caller to see that it has not been. */
static void
choose_failure(const struct cli_words *words, struct err *err)
{
	const struct command *command =
		find_command(words->n ? words->items[0] : NULL);

	if (command)
		err->exit_status = command->failure;
}

/* Everything between the start and the choice of the exit status. Reading the
 * options opens nothing; then come the standard descriptors: a file opened
 * later must never become 0, 1 or 2, for messages would go into it. */
static int
run(char **argv, struct globals *globals, struct call *call, struct err *err)
{
	static const struct cli_syntax syntax = { .options = command_globals,
		.stops = true };
	const char *argv0 = argv[0];
	struct cli_words words;
	int parsed;

	/* An unusable option must not keep the error from the log: what was
	 * said before it, a log target above all, holds. */
	parsed = cli_parse(
		&syntax, argv0 ? argv + 1 : argv, globals, &words, err);
	if (parsed == 0)
		choose_failure(&words, err);
	if (fd_fill_stdio(parsed < 0 ? NULL : err) < 0 ||
		log_open(globals->log, globals->log_format,
			globals->debug ? LOG_LEVEL_DEBUG : globals->log_level,
			parsed < 0 ? NULL : err) < 0 ||
		parsed < 0)
		return -1;
	/* Without a word, too, as runc does: it is how people begin. */
	if (words.help || (!words.n && !globals->version))
		return print_help(NULL, err);
	if (globals->version)
		return print_version(argv0, err);
	if (check_globals(globals, err) < 0)
		return -1;
	return run_command(words.items, call, err);
}

/* The only place that prints an error. Many problems stand in lines of their
 * own where a human reads them; a log gets one object, and stderr beside it the
 * same text. */
static void
print_error(const struct globals *globals, const struct str *report,
	const struct err *err)
{
	char text[ERR_TEXT_MAX + ERR_POINTER_MAX + 256];
	auto_str all = { 0 };

	err_format(err, text, sizeof(text));
	str_add(&all, text);
	if (report->len) {
		str_add(&all, globals->log ? ": " : ":");
		for (const char *at = report->data, *end; *at;
			at = end + (*end == '\n')) {
			end = at + strcspn(at, "\n");
			str_add(&all,
				!globals->log               ? "\n  "
					: at > report->data ? "; "
							    : "");
			str_add_len(&all, at, (size_t)(end - at));
		}
	}
	log_error(all.broken ? text : all.data);
}

/* argc is not needed: argv ends with NULL, also after an execve(2) without
 * arguments. */
int
main(int argc, char **argv)
{
	struct globals globals = { 0 };
	auto_str report = { 0 };
	struct err err = { 0 };
	int status = 0;
	struct call call = {
		.globals = &globals, .out_status = &status, .report = &report
	};

	(void)argc;
	/* A log or a console whose reader has gone is an error like others. */
	signal(SIGPIPE, SIG_IGN);
	if (!run(argv, &globals, &call, &err))
		return status;
	print_error(&globals, &report, &err);
	return err.exit_status ? (int)err.exit_status : 1;
}
