/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create, in the order of the table at the end: first all that can be
 * refused without a trace (the config, the plan), then the state directory,
 * the cgroup, the gate, the child. While the child builds its world the
 * parent sends what it needs, applies the limits and writes the record; then
 * it listens until the child waits at the gate. The record is written before
 * each thing that it speaks of exists, so that whatever is killed, delete
 * finds it. A failure at any point undoes all of it, here and nowhere else.
 */
#include "life/create.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/cradle.h"
#include "host/filter.h"
#include "host/limits.h"
#include "host/pin.h"
#include "life/account.h"
#include "life/delete.h"
#include "life/ending.h"
#include "life/gate.h"
#include "life/heritage.h"
#include "life/inside.h"
#include "life/journal.h"
#include "life/hooks.h"
#include "life/listener.h"
#include "life/notify.h"
#include "life/parts.h"
#include "life/own_cgroup.h"
#include "life/rdt.h"
#include "life/relay.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"
#include "life/talk.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a broken wire may come before the end of the child. */
#define LAST_WORDS_MS 1000

/* --- nothing of these leaves a trace ---------------------------------------
 */

static int
check_descriptors(struct creation *c, struct err *err)
{
	return spawn_check_preserved(
		c->request->preserve_fds, notify_listen_fds(), err);
}

/* In the foreground what the program says to a service manager is passed on. */
static bool
needs_relay(const struct create_request *request)
{
	return request->foreground && !request->detach && !request->revival &&
		notify_socket();
}

/* What is bound into the container: the relay's socket or the manager's. */
static const char *
find_notify_socket(struct creation *c)
{
	const char *root = c->request->root;

	return needs_relay(c->request)
		? arena_printf(&c->arena, "%s%s/%s/" STORE_NOTIFY,
			  root[0] == '/' ? "" : "/proc/self/cwd/", root,
			  c->request->id)
		: notify_socket();
}

static void
fill_request(struct creation *c, struct plan_request *to)
{
	const struct create_request *from = c->request;

	load_facts(to, from->rootless);
	to->id = from->id;
	to->no_pivot = from->no_pivot;
	to->no_new_keyring = from->no_new_keyring;
	to->foreground = from->foreground;
	to->console_socket = from->console_socket != NULL;
	to->notify_socket = find_notify_socket(c);
	to->preserve_fds = from->preserve_fds;
	to->listen_fds = notify_listen_fds();
	to->environment = (const char *const *)environ;
	/* As for crun, whose users have it there. */
	to->seccomp_receiver = getenv("RUN_OCI_SECCOMP_RECEIVER");
}

/* Which birth it will be is decided here, once: with the pinned namespace,
 * or, where there can be none, planned again without it. */
static int
make_plan(struct creation *c, struct err *err)
{
	struct plan_request request = { 0 };
	struct load load = { c->request->config, &request, c->request->report,
		NULL };
	auto_fd pin = -1;

	fill_request(c, &request);
	request.bundle = load_bundle(&c->arena, c->request->bundle, err);
	if (!request.bundle || load_plan(&c->arena, &load, &c->plan, err) < 0)
		return -1;
	if (c->plan->birth != PLAN_BIRTH_PINNED)
		return cradle_own_mounts(c->plan, err);
	c->root = store_open_root(c->request->root, true, err);
	if (c->root < 0)
		return -1;
	pin = pin_open(c->root, err);
	if (pin >= 0)
		return 0;
	request.no_pin = true;
	return load_plan(&c->arena, &load, &c->plan, err);
}

static int
check_terminal(struct creation *c, struct err *err)
{
	const struct create_request *request = c->request;

	for (size_t i = 0; i < c->plan->n_warnings; i++)
		log_warn("%s", c->plan->warnings[i]);
	if (c->plan->terminal && !request->console_socket &&
		(!request->foreground || request->detach))
		return err_say(err,
			"process.terminal is true: somebody must take the terminal, by --console-socket");
	if (!c->plan->terminal && request->console_socket)
		return err_say(err,
			"--console-socket is given, but process.terminal is not true");
	return 0;
}

/* The last moment at which scrim may begin anew (library.h). */
static int
ready_libraries(struct creation *c, struct err *err)
{
	if (!c->plan->seccomp)
		return 0;
	if (c->root < 0)
		c->root = store_open_root(c->request->root, true, err);
	if (c->root < 0)
		return -1;
	return filter_ready(c->root, c->plan->seccomp, err);
}

/* What the host has to have. */
static int
check_host(struct creation *c, struct err *err)
{
	if (listener_check(c->plan, err) < 0)
		return -1;
	return netdev_check(c->plan, err);
}

static int
open_receivers(struct creation *c, struct err *err)
{
	return pidfd_connect(
		&c->receivers, c->request->pidfd_socket, c->plan, err);
}

/* --- traces, each in the record before it exists ---------------------------
 */

/* Whose death makes "creating" a lie. */
static int
note_creator(struct creation *c, struct err *err)
{
	struct proc_stat self;

	if (proc_stat(getpid(), &self) < 0)
		return err_sys(err, "look at /proc/self/stat");
	c->record->creator = record_int(&c->arena, getpid());
	c->record->creator_start = record_uint(&c->arena, self.start);
	c->record->no_new_keyring =
		record_bool(&c->arena, c->request->no_new_keyring);
	if (!c->record->creator || !c->record->creator_start ||
		!c->record->no_new_keyring)
		return err_code(err, ENOMEM, "state");
	return 0;
}

/* Without a mount namespace the rootfs will hang on the host's tree: what is
 * there before tells delete whether something was put over it. */
static int
note_rootfs(struct creation *c, struct err *err)
{
	auto_free char *path = NULL;
	struct statx seen;

	if (c->plan->birth != PLAN_BIRTH_HOST)
		return 0;
	/* Without links: delete follows none. */
	path = realpath(c->plan->rootfs, NULL);
	if (!path ||
		sys_statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID,
			&seen) < 0)
		return err_sys(err, "rootfs %s", c->plan->rootfs);
	c->record->mounted_root = arena_text(&c->arena, path, strlen(path));
	c->record->mounted_over = record_uint(&c->arena, seen.stx_mnt_id);
	return 0;
}

static int
write_record(struct creation *c, struct err *err)
{
	auto_str line = { 0 };

	store_note(c->record, &line);
	return journal_append(c->journal, &line, err);
}

static int
enter_store(struct creation *c, struct err *err)
{
	if (c->root < 0)
		c->root = store_open_root(c->request->root, true, err);
	if (c->root < 0 ||
		record_make(&c->arena, c->plan, &c->record, err) < 0 ||
		note_creator(c, err) < 0 || note_rootfs(c, err) < 0 ||
		own_cgroup_note(c, err) < 0 ||
		rdt_note(c->plan, c->record, &c->makes_group, err) < 0)
		return -1;
	c->dir = store_make(c->root, c->request->id, err);
	c->journal = c->dir < 0 ? -1 : journal_begin(c->dir, err);
	return c->journal < 0 ? -1 : write_record(c, err);
}

/* As early as it leaves no trace: the child is to find it done. */
static int
begin_network(struct creation *c, struct err *err)
{
	(void)err;
	if (c->plan->network_apart && spawn_can_share(c->plan))
		network_begin(&c->network);
	return 0;
}

static int
enter_cgroup(struct creation *c, struct err *err)
{
	return rdt_make(c->plan, err) < 0 || own_cgroup_make(c, err) < 0
		? -1
		: inside_make(c, err);
}

static int
open_gate(struct creation *c, struct err *err)
{
	c->files = (struct host_files){
		.root = c->root,
		.state = c->dir,
		.cgroup = inside_seat(c),
		.userns = -1,
		.gate = -1,
		.console_socket = c->request->console_socket,
		.network = &c->network,
	};
	if (needs_relay(c->request)) {
		c->relay = relay_open(c->dir, err);
		if (c->relay < 0)
			return -1;
	}
	if (c->request->foreground)
		return 0;
	c->files.gate = gate_listen(c->dir, err);
	return c->files.gate < 0 ? -1 : 0;
}

/* --- with the child --------------------------------------------------------
 */

static int
bear(struct creation *c, struct err *err)
{
	if (spawn_child(c->plan, &c->files, &c->child, err) < 0)
		return -1;
	c->files.userns = c->child.userns;
	return 0;
}

static int
note_child(struct creation *c, struct err *err)
{
	struct proc_stat child;

	if (proc_stat(c->child.pid, &child) < 0)
		return errno == ESRCH
			? TALK_ENDED
			: err_sys(err, "look at process %d", c->child.pid);
	c->record->pid = record_int(&c->arena, c->child.pid);
	c->record->start = record_uint(&c->arena, child.start);
	if (!c->record->pid || !c->record->start)
		return err_code(err, ENOMEM, "state");
	return 0;
}

/*
 * Now, while there is time, also what exec and `scrim mounts` go by. In run the
 * start follows at once: one record is made for both, but for hooks, which may
 * take their time and look. With those no birth is a pinned one.
 */
static int
write_journal(struct creation *c, struct err *err)
{
	struct oci_account *account;
	auto_str lines = { 0 };

	if (account_make(&c->arena, c->plan, NULL, &account, err) < 0)
		return -1;
	heritage_note(c->plan, &lines);
	account_note(account, &lines);
	if (c->request->foreground && c->plan->birth == PLAN_BIRTH_PINNED)
		c->record->status = RECORD_CREATED;
	store_note(c->record, &lines);
	return journal_append(c->journal, &lines, err);
}

static int
write_created(struct creation *c, struct err *err)
{
	if (strcmp(c->record->status, RECORD_CREATED) == 0)
		return 0;
	c->record->status = RECORD_CREATED;
	return write_record(c, err);
}

static int
apply_part(struct creation *c, enum part part, struct err *err)
{
	return parts_apply(
		c->request->driver, &c->plan->resources, &c->cgroup, part, err);
}

static int
send_sources(struct creation *c, struct err *err)
{
	if (spawn_send_sources(c->plan, &c->files, &c->child, err) == 0)
		return 0;
	return err->code == EPIPE || err->code == ECONNRESET ? TALK_ENDED : -1;
}

/* The child waits for its sources; it does not wait for what follows them,
 * save where its memory is to come from nodes that the cgroup has. */
static int
equip(struct creation *c, struct err *err)
{
	bool limits_first = c->plan->memory_policy;
	int done;

	if (limits_first && apply_part(c, PART_LIMITS, err) < 0)
		return -1;
	if (rdt_join(c->plan, c->child.pid, err) < 0)
		return -1;
	/* Sysctls of a device wait for a source, too. */
	if (netdev_move(c->plan, c->child.pid, &c->net_devices, err) < 0)
		return -1;
	done = send_sources(c, err);
	if (done < 0)
		return done;
	if (!limits_first && apply_part(c, PART_LIMITS, err) < 0)
		return -1;
	done = note_child(c, err);
	return done < 0 ? done : write_journal(c, err);
}

/* The hooks of the runtime's side; a later failure runs poststop. To them the
 * environment "has been created" (runtime.md, lifecycle 3 and 4), though for
 * other commands the container is still being made. */
static int
run_hooks(struct creation *c, struct err *err)
{
	auto_str state = { 0 };

	c->poststop = true;
	cgroup_settle(&c->cgroup);
	hooks_state(c->record, RECORD_CREATED, c->child.pid, &state);
	if (hooks_run(&c->plan->hooks[PLAN_HOOK_PRESTART], PLAN_HOOK_PRESTART,
		    c->record, &state, err) < 0)
		return -1;
	return hooks_run(&c->plan->hooks[PLAN_HOOK_CREATE_RUNTIME],
		PLAN_HOOK_CREATE_RUNTIME, c->record, &state, err);
}

/* The nodes are made: from here on rules hold for all, hooks of engines that
 * look for the program of the cgroup included. */
static int
guard_and_run_hooks(void *context, struct err *err)
{
	struct creation *c = context;

	if (apply_part(c, PART_DEVICES, err) < 0)
		return -1;
	c->guarded = true;
	return run_hooks(c, err);
}

int
create_hooks(struct creation *c, pid_t pid, struct err *err)
{
	int result;

	c->child.pid = pid;
	result = run_hooks(c, err);
	/* Not ours to kill before all of it is there. */
	c->child.pid = 0;
	return result;
}

static void
take_console(void *context, int master)
{
	struct creation *c = context;

	if (c->console >= 0)
		close(c->console);
	c->console = master;
}

static int
listen_to(struct creation *c, struct err *err)
{
	const struct talk talk = { .mounted = guard_and_run_hooks,
		.console = take_console,
		.watched = talk_watch(c->record, &c->child.pidfd),
		.context = c };

	return talk_until_created(c->child.wire, &talk, err);
}

/* In place of a birth and all that follows it. */
static int
revive(struct creation *c, struct err *err)
{
	const struct create_revival *revival = c->request->revival;
	int noted;

	if (apply_part(c, PART_LIMITS, err) < 0 ||
		revival->revive(revival->context, c, err) < 0)
		return -1;
	noted = note_child(c, err);
	return noted < 0 ? noted : write_journal(c, err);
}

/* Limits come last: they are the program's, and the child's own work may
 * need more descriptors, processes or devices than the program may have. */
static int
publish(struct creation *c, struct err *err)
{
	cgroup_settle(&c->cgroup);
	if (!c->guarded && apply_part(c, PART_DEVICES, err) < 0)
		return -1;
	if (apply_part(c, PART_MEMORY, err) < 0)
		return -1;
	/* Who was revived has those that he had. */
	if (!c->request->revival &&
		limits_apply(c->plan, c->child.pid, err) < 0)
		return -1;
	if (pidfd_send(&c->receivers, c->child.pidfd, err) < 0 ||
		write_created(c, err) < 0)
		return -1;
	if (!c->request->pid_file)
		return 0;
	return pidfile_write(
		&c->pid_file, c->request->pid_file, c->child.pid, err);
}

/* --- the order of it all, and the way back ----------------------------------
 */

static int (*const phases[])(struct creation *c, struct err *err) = {
	check_descriptors, make_plan, check_terminal,
	check_host, open_receivers, ready_libraries,
	begin_network, enter_store, enter_cgroup, open_gate,
	bear, equip, listen_to, publish, NULL,
};

static int (*const revival_phases[])(struct creation *c, struct err *err) = {
	check_descriptors, make_plan, check_terminal, open_receivers,
	ready_libraries, enter_store, enter_cgroup, revive, publish, NULL,
};

/* Where the parent stumbled because the child is gone, the child may have
 * said why. */
static int
hear_last_words(struct creation *c, struct err *err)
{
	const struct talk deaf = { .console = take_console, .context = c };

	if (proc_wait_end(c->child.pidfd, LAST_WORDS_MS) == 1 &&
		talk_until_created(c->child.wire, &deaf, err) == -1)
		return -1;
	return ending_explain(c->child.pidfd, &c->cgroup, err);
}

/* What undoing has no use for: it may get no other descriptors. */
static void
close_spare(struct creation *c)
{
	fd_close_auto(&c->relay);
	fd_close_auto(&c->console);
	fd_close_auto(&c->files.gate);
	fd_close_auto(&c->journal);
	pidfd_close(&c->receivers);
	pidfile_close(&c->pid_file);
}

void
create_undo(struct creation *c)
{
	struct err err = { 0 };

	network_drop(&c->network);
	/* First: with the process its namespace may end, and they with it. */
	if (netdev_return(&c->net_devices, &err) < 0)
		log_warn_err(&err);
	spawn_kill(&c->child);
	/* Whatever stands at that path now is not ours to remove. */
	if (c->record && (c->cgroup.fd < 0 || inside_is_others(c)))
		c->record->cgroup = NULL;
	pidfile_remove(&c->pid_file);
	close_spare(c);
	if (c->dir >= 0 &&
		delete_remains(c->root, c->dir, c->record, c->poststop, &err) <
			0)
		log_warn_err(&err);
	if (c->makes_group && !c->plan->intel_rdt->own)
		rdt_unmake(c->plan);
	create_close(c);
}

void
create_close(struct creation *c)
{
	close_spare(c);
	fd_close_auto(&c->child.wire);
	fd_close_auto(&c->child.pidfd);
	fd_close_auto(&c->child.userns);
	fd_close_auto(&c->dir);
	fd_close_auto(&c->root);
	netdev_done(&c->net_devices);
	cgroup_close(&c->cgroup);
	cgroup_close(&c->inside);
	arena_done(&c->arena);
}

int
create_run(const struct create_request *request, struct creation *out,
	struct err *err)
{
	int (*const *phase)(struct creation * c, struct err * err);

	*out = (struct creation){
		.request = request,
		.root = -1,
		.dir = -1,
		.journal = -1,
		.cgroup.fd = -1,
		.inside.fd = -1,
		.files.gate = -1,
		.child = { 0, -1, -1, -1, false },
		.receivers = PIDFD_NONE,
		.pid_file = PIDFILE_NONE,
		.relay = -1,
		.console = -1,
	};
	/* A caller that ignores SIGCHLD would have our child reaped unseen. */
	signal(SIGCHLD, SIG_DFL);
	if (store_check_id(request->id, err) < 0 ||
		arena_init(&out->arena, err) < 0)
		return -1;
	phase = request->revival ? revival_phases : phases;
	for (; *phase; phase++) {
		int result = (*phase)(out, err);

		if (result == 0)
			continue;
		if (result == TALK_ENDED)
			hear_last_words(out, err);
		create_undo(out);
		return -1;
	}
	return 0;
}
