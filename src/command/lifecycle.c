/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of a container's life: create, start, run, kill, delete, and
 * the two that look at it, state and list. Each is its options, its row and a
 * thin function that hands what was said to life/. Nothing here decides
 * anything about containers; which option means what is all that it knows.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "command/command.h"
#include "life/create.h"
#include "life/delete.h"
#include "life/kill.h"
#include "life/run.h"
#include "life/show.h"
#include "life/start.h"
#include "life/store.h"
#include "plan/names.h"

#include <signal.h>

#define FDS_MAX 1024

/* --- create and run ---------------------------------------------------------
 */

struct create_args {
	const char *bundle, *config, *pid_file, *pidfd_socket, *console_socket;
	int64_t preserve_fds;
	bool no_pivot, no_new_keyring, no_subreaper;
};

struct run_args {
	struct create_args create;
	bool detach, keep;
};

/* The options that create and run share; type_ is the struct of arguments,
 * at_ the way to struct create_args in it. */
/* clang-format off */
#define CREATE_OPTIONS(type_, at_) \
	{ "bundle", 'b', CLI_SETS(type_, at_ bundle), .value = "DIR", \
	  .help = "the bundle, with config.json in it " \
		  "(default: the working directory)" }, \
	{ "config", 'f', CLI_SETS(type_, at_ config), .value = "FILE", \
	  .help = "read this in place of the bundle's config.json" }, \
	{ "console-socket", 0, CLI_SETS(type_, at_ console_socket), .value = "SOCKET", \
	  .help = "send the terminal's master to this UNIX socket" }, \
	{ "pid-file", 0, CLI_SETS(type_, at_ pid_file), .value = "FILE", \
	  .help = "write the pid of the container's first process there" }, \
	{ "pidfd-socket", 0, CLI_SETS(type_, at_ pidfd_socket), .value = "SOCKET", \
	  .help = "send a pidfd of that process to this UNIX socket" }, \
	{ "preserve-fds", 0, CLI_SETS(type_, at_ preserve_fds), .value = "N", .max = FDS_MAX, \
	  .help = "pass on N descriptors from 3 on" }, \
	{ "no-pivot", 0, CLI_SETS(type_, at_ no_pivot), \
	  .help = "no pivot_root, for a host that runs from its initramfs" }, \
	{ "no-new-keyring", 0, CLI_SETS(type_, at_ no_new_keyring), \
	  .help = "keep the session keyring of the caller" }, \
	{ "no-subreaper", 0, CLI_SETS(type_, at_ no_subreaper), \
	  .help = "leave orphans of the container to the caller's reaper" }
/* clang-format on */

static const struct cli_option create_options[] = {
	CREATE_OPTIONS(struct create_args, ),
	{ 0 },
};

static const struct cli_option run_options[] = {
	CREATE_OPTIONS(struct run_args, create.),
	{ "detach", 'd', CLI_SETS(struct run_args, detach),
	  .help = "return as soon as the program runs" },
	{ "keep", 0, CLI_SETS(struct run_args, keep),
	  .help = "do not delete the container when it has stopped" },
	{ 0 },
};

/* NULL: no cgroups at all. */
static const struct cgroup_driver *
find_driver(const struct globals *globals)
{
	switch (globals->cgroup_manager) {
	case CGROUP_MANAGER_DISABLED:
		return NULL;
	case CGROUP_MANAGER_SYSTEMD:
		return &cgroup_driver_systemd;
	default:
		return cgroup_driver_find(NULL);
	}
}

int
lifecycle_driver(const struct globals *globals,
	const struct cgroup_driver **out, struct err *err)
{
	const struct cgroup_driver *driver = find_driver(globals);

	if (driver && driver->ready && driver->ready(err) < 0)
		return -1;
	*out = driver;
	return 0;
}

/* Fills what both commands ask for; *out_root is what request->root is. */
static int
make_request(const struct call *call, const struct create_args *args,
	struct create_request *out, struct err *err)
{
	const struct globals *globals = call->globals;
	const struct cgroup_driver *driver = NULL;

	if (lifecycle_driver(globals, &driver, err) < 0)
		return -1;
	*out = (struct create_request){
		.id = call->words[0],
		.bundle = args->bundle,
		.config = args->config,
		.pid_file = args->pid_file,
		.pidfd_socket = args->pidfd_socket,
		.console_socket = args->console_socket,
		.preserve_fds = (uint32_t)args->preserve_fds,
		.no_pivot = args->no_pivot,
		.no_new_keyring = args->no_new_keyring,
		.driver = driver,
		.rootless = (enum load_rootless)globals->rootless,
		.report = call->report,
	};
	return 0;
}

static int
create(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	struct create_request request;
	struct creation creation;

	if (!root || make_request(call, call->args, &request, err) < 0)
		return -1;
	request.root = root;
	if (create_run(&request, &creation, err) < 0)
		return -1;
	create_close(&creation);
	return 0;
}

static int
run(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct run_args *args = call->args;
	struct run_request request = {
		.detach = args->detach,
		.keep = args->keep,
		.no_subreaper = args->create.no_subreaper,
	};

	if (!root ||
		make_request(call, &args->create, &request.create, err) < 0)
		return -1;
	request.create.root = root;
	return run_container(&request, call->out_status, err);
}

const struct command command_create = {
	.name = "create",
	.words = "CONTAINER-ID",
	.summary = "make a container that waits for its start",
	.about = "The container's environment is complete afterwards, but its program has not\n"
		 "run; start does that. The config is not read again.",
	.syntax = { create_options, 1, 1, false },
	.args_size = sizeof(struct create_args),
	.container = true,
	.run = create,
};

const struct command command_run = {
	.name = "run",
	.words = "CONTAINER-ID",
	.summary = "create, start and, when it has stopped, delete a container",
	.about = "In the foreground signals are forwarded, and the exit status is the program's,\n"
		 "or 128 and the number of the signal that killed it.",
	.syntax = { run_options, 1, 1, false },
	.args_size = sizeof(struct run_args),
	.container = true,
	.run = run,
};

/* --- start, kill, delete ----------------------------------------------------
 */

static int
start(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);

	return root ? start_run(root, call->words[0], err) : -1;
}

const struct command command_start = {
	.name = "start",
	.words = "CONTAINER-ID",
	.summary = "run the program of a created container",
	.syntax = { NULL, 1, 1, false },
	.container = true,
	.run = start,
};

struct kill_args {
	bool all, regex;
};

static const struct cli_option kill_options[] = {
	{ "all", 'a', CLI_SETS(struct kill_args, all),
	  .help = "signal all processes; that it has stopped is no error" },
	{ "regex", 'r', CLI_SETS(struct kill_args, regex),
	  .help = "CONTAINER-ID is a regular expression: signal all that match" },
	{ 0 },
};

static int
kill_one(const struct call *call, const char *root, const char *id,
	struct err *err)
{
	const struct kill_args *args = call->args;
	const char *word = call->n_words > 1 ? call->words[1] : "";
	/* An empty word is a script's variable that was not set. */
	int sig = *word ? names_to_signal(word) : SIGTERM;

	if (sig < 0)
		return err_say(err, "unknown signal \"%s\"", word);
	return kill_run(root, id, sig, args->all, err);
}

static int
signal_container(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct kill_args *args = call->args;

	if (!root)
		return -1;
	if (args->regex)
		return match_each(call, root, kill_one, err);
	return kill_one(call, root, call->words[0], err);
}

const struct command command_kill = {
	.name = "kill",
	.words = "CONTAINER-ID [SIGNAL]",
	.summary = "send a signal to a container's first process (default TERM)",
	.about = "SIGNAL is a name, with or without SIG, in any case, or a number.",
	.syntax = { kill_options, 1, 2, false },
	.args_size = sizeof(struct kill_args),
	.container = true,
	.run = signal_container,
};

struct delete_args {
	bool force, regex;
};

static const struct cli_option delete_options[] = {
	{ "force", 'f', CLI_SETS(struct delete_args, force),
	  .help = "kill it first if need be; an unknown one is no error" },
	{ "regex", 'r', CLI_SETS(struct delete_args, regex),
	  .help = "CONTAINER-ID is a regular expression: delete all that match" },
	{ 0 },
};

static int
delete_one(const struct call *call, const char *root, const char *id,
	struct err *err)
{
	const struct delete_args *args = call->args;

	return delete_run(root, id, args->force, err) < 0 ? -1 : 0;
}

static int
delete_container(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct delete_args *args = call->args;

	if (!root)
		return -1;
	if (args->regex)
		return match_each(call, root, delete_one, err);
	return delete_one(call, root, call->words[0], err);
}

const struct command command_delete = {
	.name = "delete",
	.words = "CONTAINER-ID",
	.summary = "take away a stopped or created container",
	.syntax = { delete_options, 1, 1, false },
	.args_size = sizeof(struct delete_args),
	.container = true,
	.run = delete_container,
};

/* --- state and list ---------------------------------------------------------
 */

static int
state(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	auto_str out = { 0 };

	if (!root || show_state(root, call->words[0], &out, err) < 0)
		return -1;
	return output_write(&out, err);
}

const struct command command_state = {
	.name = "state",
	.words = "CONTAINER-ID",
	.summary = "print the state of a container as JSON",
	.syntax = { NULL, 1, 1, false },
	.container = true,
	.run = state,
};

struct list_args {
	unsigned format; /* enum show_form */
	bool quiet;
};

static const struct cli_word list_formats[] = {
	{ "table", SHOW_TABLE },
	{ "json", SHOW_JSON },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "format", 'f', CLI_SETS(struct list_args, format), .value = "FORMAT",
	  .words = list_formats, .help = "table or json (default table)" },
	{ "quiet", 'q', CLI_SETS(struct list_args, quiet), .help = "ids alone" },
	{ 0 },
};

static int
list(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct list_args *args = call->args;
	auto_str out = { 0 };

	if (!root ||
		show_list(root,
			args->quiet ? SHOW_IDS : (enum show_form)args->format,
			&out, err) < 0)
		return -1;
	return output_write(&out, err);
}

const struct command command_list = {
	.name = "list",
	.summary = "list the containers of the state root",
	.syntax = { list_options, 0, 0, false },
	.args_size = sizeof(struct list_args),
	.run = list,
};
