/* SPDX-License-Identifier: Apache-2.0 */
/* Any argv (the input's lines) for the program as it is: its global options,
 * its commands and theirs are parsed, or refused with a sentence. */
#define main scrim_main
int scrim_main(int argc, char **argv);
#include "main.c"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 64

/* As run_command() does, but that nothing is run. */
static int
parse(char **argv, struct err *err)
{
	const struct command *command = find_command(argv[0]);
	struct cli_words words;
	void *args;
	int ret;

	if (!command)
		return refuse_command(argv[0], err);
	args = calloc(1, command->args_size + 1);
	ret = cli_parse(&command->syntax, argv + 1, args, &words, err);
	if (ret == 0)
		ret = cli_check_words(
			&command->syntax, command->words, &words, err);
	cli_done(command->syntax.options, args);
	return free(args), ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cli_syntax syntax = { command_globals, .stops = true };
	char *text = fuzz_text(data, len), *argv[WORDS_MAX] = { 0 }, *at = text;
	struct globals globals = { 0 };
	struct cli_words words;
	struct err err = { 0 };
	int ret;

	for (size_t n = 0; at && n < WORDS_MAX - 1; n++)
		argv[n] = strsep(&at, "\n");
	ret = cli_parse(&syntax, argv, &globals, &words, &err);
	if (ret == 0 && words.n)
		ret = parse(words.items, &err);
	expect(ret == 0 || err.text[0]);
	return free(text), 0;
}
