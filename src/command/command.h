/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command is to main.c: one row. main() reads the global options,
 * finds the row, fills its argument struct (cli/cli.h), runs it, prints the
 * one error and chooses the exit status. A command prints its result on
 * stdout, nothing on stderr, and never exits.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/cli.h"

enum cgroup_manager {
	CGROUP_MANAGER_CGROUPFS,
	CGROUP_MANAGER_SYSTEMD,
	CGROUP_MANAGER_DISABLED
};
enum rootless { ROOTLESS_AUTO, ROOTLESS_TRUE, ROOTLESS_FALSE };

/* The options before the command. --systemd-cgroup has become
 * cgroup_manager, --debug log_level by the time a command runs. */
struct globals {
	const char *root; /* NULL: the usual place, chosen by the store; never
	                     "/" */
	const char *log;
	enum log_format log_format;
	enum log_level log_level;
	enum cgroup_manager cgroup_manager;
	enum rootless rootless;
	const char *criu; /* the program; NULL: it is looked for */
	bool debug, systemd_cgroup, version;
};

/* One invocation of a command. */
struct call {
	const struct globals *globals;
	const void *args;   /* the command's own struct, filled */
	char **words;       /* beside the options; NULL-terminated */
	size_t n_words;     /* within the row's min_words..max_words */
	int *out_status;    /* the exit status of a success; 0 unless set */
	struct str *report; /* many problems, a line each, printed behind err */
};

struct command {
	const char *name;
	const char *words;        /* "CONTAINER-ID [SIGNAL]", NULL: none */
	const char *summary;      /* one line, lower case, no full stop */
	const char *about;        /* further sentences for --help, or NULL */
	struct cli_syntax syntax; /* .options, .min_words, .max_words, .stops */
	size_t args_size;         /* zeroed, then */
	const void *defaults;     /* copied from here, unless NULL */
	bool container; /* the first word is an id: errors begin "NAME ID: " */
	bool hidden;    /* not in help */
	uint32_t failure; /* exit status of its errors; 0: the usual 1 */
	/* NULL, or -1 with err where it cannot be had here: neither is its
	 * help then, by which engines ask. */
	int (*is_there)(const struct call *call, struct err *err);
	/* 0, or -1 with err filled; err->exit_status overrides the usual 1. */
	int (*run)(const struct call *call, struct err *err);
};

/* lifecycle.c */
extern const struct command command_create, command_start, command_run,
	command_kill, command_delete, command_state, command_list;
/* The driver that the global options ask for; NULL: no cgroup. */
struct cgroup_driver;
int lifecycle_driver(const struct globals *globals,
	const struct cgroup_driver **out, struct err *err);
/* checkpoint.c */
extern const struct command command_checkpoint, command_restore;
/* mounts.c */
extern const struct command command_mounts;
/* control.c */
extern const struct command command_pause, command_resume, command_update,
	command_ps, command_events;
/* exec.c */
extern const struct command command_exec;
/* inspect.c, spec.c, features.c */
extern const struct command command_plan, command_spec, command_features;
/* help.c, completion.c */
extern const struct command command_help, command_h, command_completion;

/* All commands in the order of the help text, NULL at the end (main.c). */
extern const struct command *const command_all[];

/* The rows of struct globals (main.c). */
extern const struct cli_option command_globals[];

/* Writes a command's result to stdout; -1 where it did not go out whole. Into
 * a pipe that nobody reads any more: an error, not a signal (main.c). */
static inline int
output_write(const struct str *out, struct err *err)
{
	if (out->broken)
		return err_code(err, ENOMEM, "write the result");
	if (out->len && fd_write(STDOUT_FILENO, out->data, out->len, err) < 0)
		return err_in(err, "stdout");
	return 0;
}

/* Does one to each container of the state root whose id call's first word, an
 * extended regular expression, matches somewhere; none is no error. All are
 * tried, the first failure is told (match.c). */
int match_each(const struct call *call, const char *root,
	int (*one)(const struct call *call, const char *root, const char *id,
		struct err *err),
	struct err *err);

/* What `SCRIM --help` and `SCRIM COMMAND --help` print (help.c). */
void help_print(struct str *out);
void help_print_command(const struct command *command, struct str *out);

#endif
