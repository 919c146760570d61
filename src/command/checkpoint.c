/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint and restore: words to structs. Engines ask with `checkpoint
 * --help` whether there is such a thing: where criu or its library is not
 * installed, the answer of both commands is an error, also to that.
 */
#include "base/err.h"
#include "base/fd.h"
#include "command/command.h"
#include "host/cgroup.h"
#include "host/criu.h"
#include "host/library.h"
#include "life/checkpoint.h"
#include "life/restore.h"
#include "life/store.h"

#include <stdlib.h>
#include <string.h>

static const struct cli_word cgroup_modes[] = {
	{ "soft", CRIU_CGROUPS_SOFT },
	{ "ignore", CRIU_CGROUPS_IGNORE },
	{ "none", CRIU_CGROUPS_NONE },
	{ "props", CRIU_CGROUPS_PROPS },
	{ "full", CRIU_CGROUPS_FULL },
	{ "strict", CRIU_CGROUPS_STRICT },
	{ 0 },
};

/* What both take. */
struct image_args {
	const char *image_path, *work_path;
	bool tcp_established, link_remap, ext_unix_sk, shell_job, lazy_pages,
		file_locks, auto_dedup;
	unsigned cgroups; /* enum criu_cgroups */
	struct cli_list empty_ns;
};

/* clang-format off */
#define IMAGE_OPTIONS(type_) \
	{ "image-path", 0, CLI_SETS(type_, image.image_path), .value = "DIR", \
	  .help = "where the images are (default ./checkpoint)" }, \
	{ "work-path", 0, CLI_SETS(type_, image.work_path), .value = "DIR", \
	  .help = "where criu writes its log (default where the images are)" }, \
	{ "tcp-established", 0, CLI_SETS(type_, image.tcp_established), \
	  .help = "with open TCP connections" }, \
	{ "ext-unix-sk", 0, CLI_SETS(type_, image.ext_unix_sk), \
	  .help = "with UNIX sockets whose other end is outside" }, \
	{ "shell-job", 0, CLI_SETS(type_, image.shell_job), \
	  .help = "with a terminal of the caller's that is no standard file" }, \
	{ "file-locks", 0, CLI_SETS(type_, image.file_locks), \
	  .help = "with locks on files" }, \
	{ "link-remap", 0, CLI_SETS(type_, image.link_remap), \
	  .help = "with files that were removed while they are open" }, \
	{ "lazy-pages", 0, CLI_SETS(type_, image.lazy_pages), \
	  .help = "memory is fetched when it is touched" }, \
	{ "auto-dedup", 0, CLI_SETS(type_, image.auto_dedup), \
	  .help = "no page is kept twice in the images" }, \
	{ "manage-cgroups-mode", 0, CLI_SETS(type_, image.cgroups), .value = "MODE", \
	  .words = cgroup_modes, \
	  .help = "soft, ignore, none, props, full or strict (default soft)" }, \
	{ "empty-ns", 0, CLI_SETS(type_, image.empty_ns), .value = "KIND", \
	  .help = "a namespace without what is in it: network" }

struct checkpoint_args {
	struct image_args image;
	const char *parent_path, *page_server;
	bool leave_running, tcp_skip_in_flight, pre_dump;
	struct cli_number status_fd;
};

static const struct cli_option checkpoint_options[] = {
	IMAGE_OPTIONS(struct checkpoint_args),
	{ "parent-path", 0, CLI_SETS(struct checkpoint_args, parent_path), .value = "DIR",
	  .help = "earlier images, from the images on: only what changed is kept" },
	{ "leave-running", 0, CLI_SETS(struct checkpoint_args, leave_running),
	  .help = "the container goes on afterwards" },
	{ "tcp-skip-in-flight", 0, CLI_SETS(struct checkpoint_args, tcp_skip_in_flight),
	  .help = "without TCP connections that are being opened" },
	{ "status-fd", 0, CLI_SETS(struct checkpoint_args, status_fd), .value = "FD",
	  .max = INT32_MAX,
	  .help = "where criu writes a byte when it is ready for lazy pages" },
	{ "page-server", 0, CLI_SETS(struct checkpoint_args, page_server),
	  .value = "ADDRESS:PORT",
	  .help = "send the memory to a page server there" },
	{ "pre-dump", 0, CLI_SETS(struct checkpoint_args, pre_dump),
	  .help = "the memory alone, while the container goes on" },
	{ 0 },
};

struct restore_args {
	struct image_args image;
	const char *bundle, *pid_file, *console_socket, *lsm_profile,
		*lsm_mount_context;
	bool detach, no_subreaper, no_pivot;
};

static const struct cli_option restore_options[] = {
	{ "bundle", 'b', CLI_SETS(struct restore_args, bundle), .value = "DIR",
	  .help = "the bundle, with config.json in it (default: the working directory)" },
	{ "detach", 'd', CLI_SETS(struct restore_args, detach),
	  .help = "return as soon as the processes run" },
	{ "pid-file", 0, CLI_SETS(struct restore_args, pid_file), .value = "FILE",
	  .help = "write the pid of the container's first process there" },
	{ "console-socket", 0, CLI_SETS(struct restore_args, console_socket), .value = "SOCKET",
	  .help = "send the terminal's master to this UNIX socket" },
	{ "no-subreaper", 0, CLI_SETS(struct restore_args, no_subreaper),
	  .help = "leave orphans of the container to the caller's reaper" },
	{ "no-pivot", 0, CLI_SETS(struct restore_args, no_pivot),
	  .help = "as with create; criu restores the root that was dumped" },
	{ "lsm-profile", 0, CLI_SETS(struct restore_args, lsm_profile), .value = "TYPE:NAME",
	  .help = "another security profile: apparmor:NAME or selinux:LABEL" },
	{ "lsm-mount-context", 0, CLI_SETS(struct restore_args, lsm_mount_context),
	  .value = "CONTEXT",
	  .help = "another context of mounts" },
	IMAGE_OPTIONS(struct restore_args),
	{ 0 },
};
/* clang-format on */

/* For --help, too: what cannot be done is not offered. */
static int
is_there(const struct call *call, struct err *err)
{
	auto_free char *path = NULL;

	if (library_ready(err) < 0)
		return -1;
	path = criu_find(call->globals->criu, err);
	return path ? 0 : -1;
}

/* The words that criu's library has a call for. */
static unsigned
flags(const struct image_args *args)
{
	return (args->tcp_established ? CRIU_TCP_ESTABLISHED : 0) |
		(args->link_remap ? CRIU_LINK_REMAP : 0) |
		(args->ext_unix_sk ? CRIU_EXT_UNIX_SK : 0) |
		(args->shell_job ? CRIU_SHELL_JOB : 0) |
		(args->file_locks ? CRIU_FILE_LOCKS : 0) |
		(args->auto_dedup ? CRIU_AUTO_DEDUP : 0);
}

/* What is the same for both; the rest of each is its own. */
static int
fill(const struct call *call, const struct image_args *args,
	struct snapshot_request *out, struct err *err)
{
	*out = (struct snapshot_request){
		.criu = call->globals->criu,
		.image_path = args->image_path,
		.work_path = args->work_path,
		.flags = flags(args),
		.cgroups = args->cgroups,
		.lazy_pages = args->lazy_pages,
		.empty_network = args->empty_ns.n > 0,
		.status_fd = -1,
	};
	for (size_t i = 0; i < args->empty_ns.n; i++)
		if (strcmp(args->empty_ns.items[i], "network") != 0)
			return err_say(err,
				"--empty-ns: only network, not \"%s\"",
				args->empty_ns.items[i]);
	return 0;
}

static int
checkpoint(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct checkpoint_args *args = call->args;
	struct checkpoint_request request = {
		.root = root,
		.id = call->words[0],
		.parent_path = args->parent_path,
		.server = args->page_server,
		.pre_dump = args->pre_dump,
	};

	if (!root || is_there(call, err) < 0 ||
		fill(call, &args->image, &request.snapshot, err) < 0)
		return -1;
	if (args->leave_running)
		request.snapshot.flags |= CRIU_LEAVE_RUNNING;
	if (args->tcp_skip_in_flight)
		request.snapshot.flags |= CRIU_TCP_SKIP_IN_FLIGHT;
	if (args->status_fd.set)
		request.snapshot.status_fd = (int)args->status_fd.value;
	return checkpoint_run(&request, err);
}

const struct command command_checkpoint = {
	.name = "checkpoint",
	.words = "CONTAINER-ID",
	.summary = "write a running container's processes to image files",
	.about = "Needs criu. The container is gone afterwards, unless it is left running.",
	.syntax = { checkpoint_options, 1, 1, false },
	.args_size = sizeof(struct checkpoint_args),
	.defaults = &(const struct checkpoint_args){
		.image.cgroups = CRIU_CGROUPS_SOFT },
	.container = true,
	.is_there = is_there,
	.run = checkpoint,
};

static int
restore(const struct call *call, struct err *err)
{
	auto_free char *root = store_root(call->globals->root, err);
	const struct restore_args *args = call->args;
	struct restore_request request = {
		.run.detach = args->detach,
		.run.no_subreaper = args->no_subreaper,
		.run.create = {
			.root = root,
			.id = call->words[0],
			.bundle = args->bundle,
			.pid_file = args->pid_file,
			.console_socket = args->console_socket,
			.no_pivot = args->no_pivot,
			.report = call->report,
			.rootless = (enum load_rootless)call->globals->rootless,
		},
		.lsm_profile = args->lsm_profile,
		.lsm_mount_context = args->lsm_mount_context,
	};

	if (!root || is_there(call, err) < 0 ||
		fill(call, &args->image, &request.snapshot, err) < 0 ||
		lifecycle_driver(
			call->globals, &request.run.create.driver, err) < 0)
		return -1;
	return restore_run(&request, call->out_status, err);
}

const struct command command_restore = {
	.name = "restore",
	.words = "CONTAINER-ID",
	.summary = "make a running container from image files",
	.about = "Needs criu. The bundle's config says where the host's part of it is now; in the\n"
		 "foreground it is as run, and the container is deleted when it has stopped.",
	.syntax = { restore_options, 1, 1, false },
	.args_size = sizeof(struct restore_args),
	.defaults = &(const struct restore_args){
		.image.cgroups = CRIU_CGROUPS_SOFT },
	.container = true,
	.is_there = is_there,
	.run = restore,
};
