/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands for a container that is there: pause and resume, update, ps and
 * events. Each is its options, its row and a thin function. update's options
 * become the struct that a document is decoded into, so that both are judged
 * by the same rules.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "command/command.h"
#include "libocispec/config.h"
#include "life/control.h"
#include "life/events.h"
#include "life/ps.h"
#include "life/store.h"
#include "life/update.h"

/* --- pause and resume -------------------------------------------------------
 */

static int
pause_container(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);

	return root ? control_pause(root, call->words[0], err) : -1;
}

const struct command command_pause = {
	.name = "pause",
	.words = "CONTAINER-ID",
	.summary = "stop all processes of a container where they are",
	.syntax = { NULL, 1, 1, false },
	.container = true,
	.run = pause_container,
};

static int
resume_container(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);

	return root ? control_resume(root, call->words[0], err) : -1;
}

const struct command command_resume = {
	.name = "resume",
	.words = "CONTAINER-ID",
	.summary = "let the processes of a paused container go on",
	.syntax = { NULL, 1, 1, false },
	.container = true,
	.run = resume_container,
};

/* --- update -----------------------------------------------------------------
 */

struct update_args {
	const char *resources, *cpus, *mems, *l3_cache_schema, *mem_bw_schema;
	struct cli_number blkio_weight, cpu_shares, cpu_period, cpu_quota,
		cpu_burst, cpu_rt_period, cpu_rt_runtime, cpu_idle, pids_limit;
	struct cli_size memory, reservation, swap, kernel, kernel_tcp;
};

/* clang-format off */
static const struct cli_option update_options[] = {
	{ "resources", 'r', CLI_SETS(struct update_args, resources), .value = "FILE",
	  .help = "read linux.resources from there, - is standard input; "
		  "then limits in other options do not count" },
	{ "memory", 0, CLI_SETS(struct update_args, memory), .value = "BYTES",
	  .help = "limit of memory, -1: none; also 64m, 1.5g" },
	{ "memory-reservation", 0, CLI_SETS(struct update_args, reservation),
	  .value = "BYTES", .help = "memory that is kept from being reclaimed" },
	{ "memory-swap", 0, CLI_SETS(struct update_args, swap), .value = "BYTES",
	  .help = "limit of memory and swap together, -1: none" },
	{ "cpu-share", 0, CLI_SETS(struct update_args, cpu_shares), .value = "N",
	  .max = INT64_MAX, .help = "share of the processors, 2 to 262144" },
	{ "cpu-quota", 0, CLI_SETS(struct update_args, cpu_quota), .value = "MICROSECONDS",
	  .help = "time of processors in a period, -1: no limit" },
	{ "cpu-period", 0, CLI_SETS(struct update_args, cpu_period), .value = "MICROSECONDS",
	  .max = INT64_MAX, .help = "length of a period" },
	{ "cpu-burst", 0, CLI_SETS(struct update_args, cpu_burst), .value = "MICROSECONDS",
	  .max = INT64_MAX, .help = "time saved from earlier periods, at most" },
	{ "cpu-idle", 0, CLI_SETS(struct update_args, cpu_idle), .value = "0|1",
	  .help = "1: only what nobody else wants of the processors" },
	{ "cpu-rt-period", 0, CLI_SETS(struct update_args, cpu_rt_period), .value = "MICROSECONDS",
	  .max = INT64_MAX, .hidden = true, .help = "cgroup v1 alone" },
	{ "cpu-rt-runtime", 0, CLI_SETS(struct update_args, cpu_rt_runtime),
	  .value = "MICROSECONDS", .hidden = true, .help = "cgroup v1 alone" },
	{ "cpuset-cpus", 0, CLI_SETS(struct update_args, cpus), .value = "LIST",
	  .help = "processors, such as 0-3,7" },
	{ "cpuset-mems", 0, CLI_SETS(struct update_args, mems), .value = "LIST",
	  .help = "nodes of memory" },
	{ "pids-limit", 0, CLI_SETS(struct update_args, pids_limit), .value = "N",
	  .help = "limit of processes, -1: none" },
	{ "blkio-weight", 0, CLI_SETS(struct update_args, blkio_weight), .value = "N",
	  .max = UINT16_MAX, .help = "share of block devices, 10 to 1000" },
	{ "l3-cache-schema", 0, CLI_SETS(struct update_args, l3_cache_schema), .value = "LINE",
	  .help = "shares of the third-level cache, as L3:0=f;1=f" },
	{ "mem-bw-schema", 0, CLI_SETS(struct update_args, mem_bw_schema), .value = "LINE",
	  .help = "shares of memory bandwidth, as MB:0=20;1=70" },
	{ "kernel-memory", 0, CLI_SETS(struct update_args, kernel), .value = "BYTES",
	  .hidden = true, .help = "ignored, as in config.json" },
	{ "kernel-memory-tcp", 0, CLI_SETS(struct update_args, kernel_tcp), .value = "BYTES",
	  .hidden = true, .help = "ignored, as in config.json" },
	{ 0 },
};
/* clang-format on */

/* The parts of struct oci_resources that options can say. */
struct said {
	struct oci_resources resources;
	struct oci_memory memory;
	struct oci_cpu cpu;
	struct oci_pids pids;
	struct oci_block_io block_io;
	uint16_t weight;
};

static const int64_t *
number(const struct cli_number *number)
{
	return number->set ? &number->value : NULL;
}

/* The rows take no negative ones. */
static const uint64_t *
natural(const struct cli_number *number)
{
	return (const uint64_t *)(number->set ? &number->value : NULL);
}

static const int64_t *
bytes(const struct cli_size *size)
{
	return size->set ? &size->bytes : NULL;
}

static void
say_cpu(const struct update_args *args, struct oci_cpu *cpu)
{
	cpu->shares = natural(&args->cpu_shares);
	cpu->quota = number(&args->cpu_quota);
	cpu->burst = natural(&args->cpu_burst);
	cpu->period = natural(&args->cpu_period);
	cpu->realtime_runtime = number(&args->cpu_rt_runtime);
	cpu->realtime_period = natural(&args->cpu_rt_period);
	cpu->cpus = args->cpus;
	cpu->mems = args->mems;
	cpu->idle = number(&args->cpu_idle);
}

static void
say(const struct update_args *args, struct said *out)
{
	*out = (struct said){ .weight = (uint16_t)args->blkio_weight.value };
	out->memory.limit = bytes(&args->memory);
	out->memory.reservation = bytes(&args->reservation);
	out->memory.swap = bytes(&args->swap);
	out->memory.kernel = bytes(&args->kernel);
	out->memory.kernel_tcp = bytes(&args->kernel_tcp);
	say_cpu(args, &out->cpu);
	out->pids.limit = number(&args->pids_limit);
	out->block_io.weight = args->blkio_weight.set ? &out->weight : NULL;
	out->resources.memory = &out->memory;
	out->resources.cpu = &out->cpu;
	out->resources.pids = out->pids.limit ? &out->pids : NULL;
	out->resources.block_io = &out->block_io;
}

static int
update(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct update_args *args = call->args;
	struct update_request request = {
		.root = root,
		.id = call->words[0],
		.file = args->resources,
		.report = call->report,
		.l3_cache = args->l3_cache_schema,
		.memory_bandwidth = args->mem_bw_schema,
	};
	struct said said;

	if (!root)
		return -1;
	say(args, &said);
	request.resources = &said.resources;
	return update_run(&request, err);
}

const struct command command_update = {
	.name = "update",
	.words = "CONTAINER-ID",
	.summary = "change the limits of a container",
	.about = "What is not said stays. All is changed, or nothing.",
	.syntax = { update_options, 1, 1, false },
	.args_size = sizeof(struct update_args),
	.container = true,
	.run = update,
};

/* --- ps ---------------------------------------------------------------------
 */

enum ps_format { PS_TABLE, PS_JSON };

struct ps_args {
	unsigned format; /* enum ps_format */
};

static const struct cli_word ps_formats[] = {
	{ "table", PS_TABLE },
	{ "json", PS_JSON },
	{ 0 },
};

static const struct cli_option ps_options[] = {
	{ "format", 'f', CLI_SETS(struct ps_args, format), .value = "FORMAT",
	  .words = ps_formats,
	  .help = "table or json: the numbers alone (default table)" },
	{ 0 },
};

static int
ps(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct ps_args *args = call->args;
	auto_str out = { 0 };
	int result;

	if (!root)
		return -1;
	if (args->format == PS_JSON)
		result = ps_json(root, call->words[0], &out, err);
	else
		result = ps_table(
			root, call->words[0], call->words + 1, &out, err);
	return result < 0 ? -1 : output_write(&out, err);
}

const struct command command_ps = {
	.name = "ps",
	.words = "CONTAINER-ID [PS-OPTION]",
	.summary = "list the processes of a container",
	.about = "Numbers are the host's. What follows CONTAINER-ID is for ps(1) (default -ef); a\n"
		 "column PID must be among what it prints.",
	.syntax = { ps_options, 1, SIZE_MAX, true },
	.args_size = sizeof(struct ps_args),
	.container = true,
	.run = ps,
};

/* --- events -----------------------------------------------------------------
 */

struct events_args {
	struct cli_duration interval;
	bool stats;
};

static const struct cli_option events_options[] = {
	{ "interval", 0, CLI_SETS(struct events_args, interval), .value = "DURATION",
	  .help = "time between two lines of figures (default 5s)" },
	{ "stats", 0, CLI_SETS(struct events_args, stats),
	  .help = "print the figures once, now" },
	{ 0 },
};

static int
print_line(const char *line, struct err *err)
{
	auto_str out = { 0 };

	str_add(&out, line);
	return output_write(&out, err);
}

static int
events(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct events_args *args = call->args;

	if (!root)
		return -1;
	if (args->stats)
		return events_stats(root, call->words[0], print_line, err);
	return events_follow(
		root, call->words[0], args->interval.ns, print_line, err);
}

const struct command command_events = {
	.name = "events",
	.words = "CONTAINER-ID",
	.summary = "print what a container uses, and when it runs out of memory",
	.about = "JSON, an object a line, until the container has stopped.",
	.syntax = { events_options, 1, 1, false },
	.args_size = sizeof(struct events_args),
	.defaults = &(const struct events_args){ .interval = { 5000000000 } },
	.container = true,
	.run = events,
};
