/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for people, made from the same rows that parse: the list of commands
 * with the global options, and one text a command. Always on stdout, always
 * a success, so that `scrim run --help | less` works.
 */
#include "base/err.h"
#include "base/str.h"
#include "command/command.h"

#include <string.h>

/* Names, summaries, global options. */
void
help_print(struct str *out)
{
	str_add(out,
		"usage: scrim [GLOBAL OPTION...] COMMAND [OPTION...] [ARGUMENT...]\n\n"
		"Runs containers described by OCI bundles.\n\ncommands:\n");
	for (size_t i = 0; command_all[i]; i++)
		if (!command_all[i]->hidden)
			str_addf(out, "  %-12s%s\n", command_all[i]->name,
				command_all[i]->summary);
	str_add(out, "\nglobal options:\n");
	cli_help_options(command_globals, out);
	str_add(out,
		"\nscrim COMMAND --help tells more about one; scrim(8) and scrim-config(5) tell all.\n");
}

/* usage, summary as a sentence, what else is to be said, options. */
void
help_print_command(const struct command *command, struct str *out)
{
	str_addf(out, "usage: scrim %s [OPTION...]%s%s\n\n", command->name,
		command->words ? " " : "",
		command->words ? command->words : "");
	str_addf(out, "%c%s.\n", command->summary[0] & ~0x20,
		command->summary + 1);
	if (command->about)
		str_addf(out, "%s\n", command->about);
	str_add(out, "\noptions:\n");
	cli_help_options(command->syntax.options, out);
}

/* "help run" is "run --help" for those who think of it first. */
static int
run_help(const struct call *call, struct err *err)
{
	auto_str out = { 0 };

	if (!call->n_words) {
		help_print(&out);
		return output_write(&out, err);
	}
	for (size_t i = 0; command_all[i]; i++) {
		if (strcmp(command_all[i]->name, call->words[0]) != 0)
			continue;
		help_print_command(command_all[i], &out);
		return output_write(&out, err);
	}
	return err_say(err, "there is no command \"%s\"", call->words[0]);
}

const struct command command_help = {
	.name = "help",
	.words = "[COMMAND]",
	.summary = "print the list of commands, or the help of one",
	.syntax = { .max_words = 1 },
	.run = run_help,
};

/* runc has this name for it, too. */
const struct command command_h = {
	.name = "h",
	.words = "[COMMAND]",
	.summary = "the same",
	.hidden = true,
	.syntax = { .max_words = 1 },
	.run = run_help,
};
