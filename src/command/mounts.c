/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts: one word shows a container's mounts; three change them. A container
 * may be called "add": the number of words decides, not the first of them.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "command/command.h"
#include "life/mounts.h"
#include "life/store.h"

#include <string.h>

struct mounts_args {
	unsigned format; /* enum mounts_form */
};

static const struct cli_word formats[] = {
	{ "text", MOUNTS_TEXT },
	{ "table", MOUNTS_TABLE },
	{ "json", MOUNTS_JSON },
	{ 0 },
};

/* clang-format off */
static const struct cli_option mounts_options[] = {
	{ "format", 'f', CLI_SETS(struct mounts_args, format), .value = "FORMAT",
	  .words = formats, .help = "text, table or json (default text, a tree)" },
	{ 0 },
};
/* clang-format on */

static int
show(const struct call *call, const char *root, struct err *err)
{
	const struct mounts_args *args = call->args;
	auto_str out = { 0 };

	if (mounts_show(root, call->words[0], (enum mounts_form)args->format,
		    &out, err) < 0)
		return -1;
	return output_write(&out, err);
}

static int
change(const struct call *call, const char *root, struct err *err)
{
	const struct mounts_request request = { root, call->words[1],
		call->words[2], call->report };
	int result;

	if (!strcmp(call->words[0], "add"))
		result = mounts_add_run(&request, err);
	else if (!strcmp(call->words[0], "remove"))
		result = mounts_remove_run(&request, err);
	else
		return err_say(err, "expected \"add\" or \"remove\"");
	return result < 0 ? err_in(err, "%s", request.id) : 0;
}

static int
mounts(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);

	if (!root)
		return -1;
	if (call->n_words == 1)
		return show(call, root, err);
	if (call->n_words == 3)
		return change(call, root, err);
	return err_say(err,
		"expected a container, or add or remove, a container and a file");
}

const struct command command_mounts = {
	.name = "mounts",
	.words = "CONTAINER-ID | add|remove CONTAINER-ID FILE",
	.summary = "show a container's mounts and what has changed, or change them",
	.about = "With add or remove, FILE (or \"-\") holds a mount or an array of mounts as\n"
		 "config.json has them: binds and tmpfs. All of them are changed, or none.",
	.syntax = { mounts_options, 1, 3, false },
	.args_size = sizeof(struct mounts_args),
	.container = true,
	.run = mounts,
};
