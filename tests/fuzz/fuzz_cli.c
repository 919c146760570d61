/* SPDX-License-Identifier: Apache-2.0 */
/* Any argv (the input's lines): parsed, or refused with a sentence. */
#include "base/err.h"
#include "cli/cli.h"

#include <stdlib.h>

struct args {
	struct cli_list list;
	struct cli_duration time;
};

static const struct cli_option options[] = {
	{ "list", 'l', CLI_SETS(struct args, list), .value = "ITEM" },
	{ "time", 0, CLI_SETS(struct args, time), .value = "TIME" },
	{ 0 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cli_syntax syntax = { options, .stops = len && data[0] & 1 };
	struct args args = { 0 };
	struct err err = { 0 };
	struct cli_words words;
	char *copy = calloc(1, len + 1), *argv[64] = { 0 };

	for (size_t i = 0, n = 0; i < len; i++) {
		copy[i] = data[i] == '\n' ? '\0' : (char)data[i];
		if ((!i || !copy[i - 1]) && n < 63)
			argv[n++] = copy + i;
	}
	if (cli_parse(&syntax, argv, &args, &words, &err) < 0 && !err.text[0])
		abort();
	cli_done(options, &args);
	return free(copy), 0;
}
