/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that look and change nothing. plan: what create would do with a
 * bundle, decided step by step, or everything that is wrong with it. It
 * needs no privilege, opens nothing but the config and touches no container.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "command/command.h"
#include "life/load.h"
#include "plan/plan.h"

enum plan_format { PLAN_TEXT, PLAN_JSON };

/* bundle is what the other commands take by --bundle; as a word it is shorter
 * to type. Where both are given the word counts. */
struct plan_args {
	const char *bundle, *config, *id;
	enum plan_format format;
	bool no_pivot;
};

/* JSON is for programs: stable and complete. */
static const struct cli_word plan_formats[] = {
	{ "text", PLAN_TEXT },
	{ "json", PLAN_JSON },
	{ 0 },
};

static const struct cli_option plan_options[] = {
	{ "bundle", 'b', CLI_SETS(struct plan_args, bundle), .value = "DIR",
		.help = "the bundle's directory, as BUNDLE (default: the working directory)" },
	{ "config", 0, CLI_SETS(struct plan_args, config), .value = "FILE",
		.help = "read this in place of the bundle's config.json; relative to the bundle" },
	{ "format", 'f', CLI_SETS(struct plan_args, format), .value = "FORMAT",
		.words = plan_formats, .help = "text or json (default text)" },
	{ "id", 0, CLI_SETS(struct plan_args, id), .value = "ID",
		.help = "the container's name (default plan)" },
	{ "no-pivot", 0, CLI_SETS(struct plan_args, no_pivot),
		.help = "plan for create --no-pivot" },
	{ 0 },
};

/* The word of --rootless in the terms of life/. */
static const enum load_rootless load_rootless[] = {
	[ROOTLESS_AUTO] = LOAD_ROOTLESS_AUTO,
	[ROOTLESS_TRUE] = LOAD_ROOTLESS_TRUE,
	[ROOTLESS_FALSE] = LOAD_ROOTLESS_FALSE,
};

/* The result goes out in one piece, and only when there is no problem. */
static int
make_and_print(struct arena *arena, const struct load *load,
	enum plan_format format, struct err *err)
{
	auto_str out = { 0 };
	struct plan *plan;

	if (load_plan(arena, load, &plan, err) < 0)
		return -1;
	if (format == PLAN_JSON) {
		plan_print_json(plan, &out);
		return output_write(&out, err);
	}
	plan_print_text(plan, &out);
	/* Not wrong, but perhaps not what was meant. */
	if (load->skipped->len)
		str_addf(&out, "\nwithout effect\n%s", load->skipped->data);
	return output_write(&out, err);
}

/* The arena is the home of config and plan: what is printed must be printed
 * before it goes. */
static int
run_plan(const struct call *call, struct err *err)
{
	const struct plan_args *args = call->args;
	struct plan_request request = {
		.id = args->id, .no_pivot = args->no_pivot, .only_shown = true
	};
	auto_str skipped = { 0 };
	struct load load = {
		.config = args->config,
		.request = &request,
		.report = call->report,
		.skipped = &skipped,
	};
	struct arena arena;
	int result;

	if (arena_init(&arena, err) < 0)
		return -1;
	load_facts(&request, load_rootless[call->globals->rootless]);
	/* A plan needs no privilege: anybody may look at root's. */
	if (call->globals->rootless == ROOTLESS_FALSE) {
		request.root = true;
		request.uid = request.gid = 0;
	}
	request.bundle = load_bundle(
		&arena, call->n_words ? call->words[0] : args->bundle, err);
	result = request.bundle
		? make_and_print(&arena, &load, args->format, err)
		: -1;
	arena_done(&arena);
	return result;
}

const struct command command_plan = {
	.name = "plan",
	.words = "[BUNDLE]",
	.summary =
		"print what would be done with a bundle, or all that is wrong with it",
	.about = "Needs no privilege and changes nothing.",
	.syntax = { .options = plan_options, .max_words = 1 },
	.args_size = sizeof(struct plan_args),
	.defaults = &(const struct plan_args){ .id = "plan" },
	.run = run_plan,
};
