/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec, in the order of the table at the end: the container is looked at, the
 * plan is made of what create has kept and what is said now, all that can
 * fail outside is opened; then scrim-init is born in the container's cgroup.
 * The process that becomes the program may be a child of that one
 * (init/join.c), and is ours like it. What only the host can do for it (its
 * score, its CPUs, its scheduler) is done while it waits at a gate by wire. No
 * lock is held: nothing of the container changes, and a hook may call us.
 */
#include "life/exec.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/cgroup.h"
#include "host/limits.h"
#include "host/priorities.h"
#include "host/receiver.h"
#include "host/source.h"
#include "host/spawn.h"
#include "life/foreground.h"
#include "life/heritage.h"
#include "life/inside.h"
#include "life/listener.h"
#include "life/load.h"
#include "life/pidfile.h"
#include "life/rdt.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"
#include "life/talk.h"
#include "plan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* All that one exec holds; what is not there yet is -1, NULL or 0. Nothing of
 * it outlives the command but the program itself. */
struct execution {
	const struct exec_request *request;
	struct stored stored;
	struct plan *plan;
	struct cgroup cgroup;
	struct host_files files;
	struct spawn_child child;
	struct pidfile pid_file;
	bool forks;    /* a child of the child becomes the program */
	pid_t midwife; /* the one that was born, then; 0: none */
	int console;
	int pidfd_socket;
};

/* --- what the container is -------------------------------------------------
 */

/* The status is found out by looking, and so whoever runs at that number is
 * the process that create has made, or it is refused. */
static int
look(struct execution *e, struct err *err)
{
	const struct exec_request *request = e->request;
	struct oci_record *record;
	enum status status;

	if (store_find(request->root, request->id, &e->stored, err) < 0 ||
		store_read(e->stored.dir, &e->stored.arena, &record, err) < 0)
		return -1;
	e->stored.record = record;
	/* Before the look, which then vouches for it. */
	if (record->pid)
		e->files.process = sys_pidfd_open((pid_t)*record->pid, 0);
	status = status_find(e->stored.dir, record);
	if (status == STATUS_PAUSED && request->ignore_paused)
		status = STATUS_RUNNING;
	if (status_allow(OPERATION_EXEC, status, record->id, err) < 0)
		return -1;
	return e->files.process < 0 ? err_say(err, "container not running") : 0;
}

/* CLONE_NEW* of all kinds that the config lists; the others are whoever's
 * calls exec. */
static uint64_t
find_namespaces(const struct oci_record *record)
{
	uint64_t kinds = 0, kind;

	for (size_t i = 0; i < record->namespaces.n; i++)
		if (names_find(&names_namespaces,
			    record->namespaces.items[i].key, &kind))
			kinds |= kind;
	return kinds;
}

/* A file of the first process in the host's /proc, in the arena; "" without
 * memory, which nobody can open. */
static const char *
process_path(struct execution *e, const char *name)
{
	const char *path = arena_printf(&e->stored.arena, "/proc/%lld/%s",
		(long long)*e->stored.record->pid, name);

	return path ? path : "";
}

/* A container that did not make its mount namespace lives in a chroot. */
static bool
lives_in_chroot(const struct oci_record *record)
{
	uint64_t birth = PLAN_BIRTH_PINNED;

	if (record->birth)
		names_find(&names_births, record->birth, &birth);
	return birth == PLAN_BIRTH_JOINED || birth == PLAN_BIRTH_HOST;
}

/* --- the plan --------------------------------------------------------------
 */

/* All facts of the host that the plan goes by; the rest is pure. */
static int
make_plan(struct execution *e, struct err *err)
{
	const struct exec_request *request = e->request;
	const struct oci_record *record = e->stored.record;
	struct plan_exec exec = {
		.id = record->id,
		.bundle = record->bundle,
		.seccomp_listener = record->seccomp_listener,
		.words = request->words,
		.namespaces = find_namespaces(record),
		.root_user = geteuid() == 0,
		.no_new_keyring =
			record->no_new_keyring && *record->no_new_keyring,
		.console_socket = request->console_socket != NULL,
		.preserve_fds = request->preserve_fds,
		.waits = record->resctrl_class != NULL,
	};
	struct oci_config *container;

	if (heritage_read(e->stored.dir, &e->stored.arena, &container, err) < 0)
		return -1;
	exec.container = container;
	exec.groups_kept = !proc_is_host_root() && proc_denies_groups(0);
	exec.groups_denied = exec.groups_kept ||
		(exec.namespaces & CLONE_NEWUSER &&
			proc_denies_groups((pid_t)*record->pid));
	if (lives_in_chroot(record))
		exec.root = process_path(e, "root");
	/* Before the program can look; later changes are told to it. */
	if (!request->detach && !request->console_socket)
		terminal_size(&exec.rows, &exec.columns);
	e->forks = exec.namespaces & CLONE_NEWPID;
	return load_exec(&e->stored.arena, request->process, &exec,
		request->report, &e->plan, err);
}

/* Warnings come first: the container may be refused for their reason. */
static int
check_terminal(struct execution *e, struct err *err)
{
	const struct exec_request *request = e->request;

	for (size_t i = 0; i < e->plan->n_warnings; i++)
		log_warn("%s", e->plan->warnings[i]);
	if (e->plan->terminal && !request->console_socket && request->detach)
		return err_say(err,
			"somebody must take the terminal of a detached process, by --console-socket");
	if (!e->plan->terminal && request->console_socket)
		return err_say(err,
			"--console-socket is given, but no terminal is asked for");
	return 0;
}

/* --- before there is a process ---------------------------------------------
 */

/* "cpu,memory:PATH" is cgroup v1's: there, controllers have places of their
 * own. Of several, the last counts. */
static int
read_cgroup(const struct plan_words *said, const char **out, struct err *err)
{
	*out = NULL;
	for (size_t i = 0; i < said->n; i++) {
		const char *word = said->items[i], *colon = strchr(word, ':');

		if (colon && colon != word &&
			!memchr(word, '/', (size_t)(colon - word)))
			return err_say(err,
				"option \"--cgroup\": \"%s\": in cgroup "
				"version 2 all controllers are in one place, "
				"so give the path alone",
				word);
		*out = colon == word ? word + 1 : word;
	}
	return 0;
}

/* A container without a cgroup has its processes in the caller's. */
static int
open_cgroup(struct execution *e, struct err *err)
{
	const struct oci_record *record = e->stored.record;
	auto_free char *inside = inside_path(record);
	const char *below;

	if (read_cgroup(&e->request->cgroups, &below, err) < 0)
		return -1;
	if (!record->cgroup && below)
		return err_say(err,
			"option \"--cgroup\": the container has no "
			"cgroup of its own");
	if (!record->cgroup)
		return 0;
	if (cgroup_driver_enter(record->cgroup_driver, record->cgroup, err) <
			0 ||
		cgroup_open_inside(inside && !below ? inside : record->cgroup,
			below, (pid_t)*record->pid, &e->cgroup, err) < 0)
		return -1;
	e->files.cgroup = e->cgroup.fd;
	return 0;
}

/* What could fail when the program runs already fails now. */
static int
open_receivers(struct execution *e, struct err *err)
{
	const struct exec_request *request = e->request;

	if (request->pidfd_socket) {
		e->pidfd_socket = receiver_connect(
			request->pidfd_socket, "pidfd socket", err);
		if (e->pidfd_socket < 0)
			return -1;
	}
	if (request->pid_file &&
		pidfile_open(&e->pid_file, request->pid_file, err) < 0)
		return -1;
	/* What holds for us holds for our children. */
	if (limits_set_cpus(&e->plan->initial, 0, err) < 0)
		return -1;
	return limits_raise(e->plan, 0, err);
}

/* --- with the child --------------------------------------------------------
 */

/* As create's first process is born, but with nothing new around it. */
static int
bear(struct execution *e, struct err *err)
{
	e->files.root = e->stored.root;
	e->files.state = e->stored.dir;
	e->files.console_socket = e->request->console_socket;
	return spawn_child(e->plan, &e->files, &e->child, err);
}

/* In the foreground, or to be closed where a later step fails. One that nobody
 * asked for does not come from scrim-init. */
static void
take_console(void *context, int master)
{
	struct execution *e = context;

	if (!e->plan->terminal || e->request->console_socket) {
		close(master);
		return;
	}
	if (e->console >= 0)
		close(e->console);
	e->console = master;
}

/* Who may trace in the container can take the wire and say a number of his own:
 * only a child of ours is let in, and so the number cannot be anybody else's
 * before we have reaped it. */
static bool
is_child(pid_t pid)
{
	siginfo_t unused;

	return pid > 0 &&
		waitid(P_PID, (id_t)pid, &unused,
			WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

/* The one that was born has done its part and ends. */
static int
take_child(void *context, pid_t pid, struct err *err)
{
	struct execution *e = context;

	if (pid == e->child.pid || !is_child(pid))
		return err_say(err, "process %d is no child of this exec", pid);
	e->midwife = e->child.pid;
	close(e->child.pidfd);
	e->child.pid = pid;
	e->child.pidfd = sys_pidfd_open(pid, 0);
	e->forks = false;
	return e->child.pidfd < 0 ? err_sys(err, "pidfd_open") : 0;
}

/* At its gate, in its cgroup. */
static int
take_care(void *context, struct err *err)
{
	struct execution *e = context;

	if (rdt_enter(e->stored.record, e->child.pid, err) < 0 ||
		limits_apply(e->plan, e->child.pid, err) < 0 ||
		limits_set_cpus(&e->plan->final, e->child.pid, err) < 0)
		return -1;
	return priorities_apply(e->plan, e->child.pid, err);
}

/* The container runs, or it could not have a further process. */
static int
take_listener(void *context, int fd, struct err *err)
{
	const struct execution *e = context;
	struct listener_case from = { .record = e->stored.record,
		.status = status_word(STATUS_RUNNING),
		.pid = e->child.pid };

	return listener_pass(&from, fd, err);
}

static int
listen_to(struct execution *e, struct err *err)
{
	const struct talk talk = { .console = take_console,
		.listener = take_listener,
		.child_due = &e->forks,
		.teller = &e->child.pidfd,
		.created = take_care,
		.child = take_child,
		.context = e };

	if (talk_until_running(e->child.wire, &talk, err) < 0)
		return -1;
	/* It has closed the wire, too: it is as good as gone. */
	while (e->midwife && waitpid(e->midwife, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (e->forks)
		return err_say(err,
			"the process was killed on its way into the container");
	return 0;
}

/* --- what nobody has told of ------------------------------------------------
 */

/* scrim may have had children before it was scrim. */
static bool
is_of_container(struct execution *e, pid_t pid)
{
	char path[48];
	auto_fd own = openat(AT_FDCWD, process_path(e, "ns/pid"),
		O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return own >= 0 && fd_is_at(own, AT_FDCWD, path, 0);
}

/*
 * The one that joins may be killed, for want of memory, say, when its child is
 * there and has not been told of. Without a gate the child goes on and becomes
 * the program, and the exec would have failed all the same: so it is looked
 * for, where the kernel lists children (CONFIG_PROC_CHILDREN).
 */
static void
end_unheard(struct execution *e)
{
	char text[4096];
	const char *at = text;
	pid_t pid;

	if (file_read(AT_FDCWD, "/proc/thread-self/children", text,
		    sizeof(text), NULL) < 0)
		return;
	while ((pid = (pid_t)str_take_uint(&at)) > 0) {
		at += *at == ' ';
		if (is_of_container(e, pid) && kill(pid, SIGKILL) == 0)
			while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
				continue;
	}
}

/* When the program runs, and not before: what engines read is true. */
static int
publish(struct execution *e, struct err *err)
{
	if (e->pidfd_socket >= 0 &&
		receiver_send(e->pidfd_socket, "pidfd", e->child.pidfd, err) <
			0)
		return -1;
	if (!e->request->pid_file)
		return 0;
	return pidfile_put(&e->pid_file, e->child.pid, err);
}

/* --- the order of it all ----------------------------------------------------
 */

static int (*const phases[])(struct execution *e, struct err *err) = {
	look, make_plan, check_terminal, open_cgroup, open_receivers,
	bear, listen_to, publish,
};

/* Other descriptors go with the process, at once. */
static void
end(struct execution *e)
{
	pidfile_close(&e->pid_file);
	cgroup_close(&e->cgroup);
}

/* A failure ends what was born, whoever of the two it is by now. */
static int
begin(struct execution *e, struct err *err)
{
	bool born;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		if (phases[i](e, err) == 0)
			continue;
		if (e->midwife)
			waitpid(e->midwife, NULL, 0);
		born = e->child.pid > 0;
		spawn_kill(&e->child);
		/* By now it bears no more. */
		if (born && e->forks)
			end_unheard(e);
		return -1;
	}
	return 0;
}

/* The container's own end is no concern of ours: the program's is waited for,
 * and mostly goes with it. */
static int
play(struct execution *e, struct foreground *foreground, struct err *err)
{
	if (begin(e, err) < 0)
		return -1;
	foreground->pid = e->child.pid;
	foreground->pidfd = e->child.pidfd;
	if (terminal_open(&foreground->terminal, take_fd(&e->console), err) <
			0 ||
		foreground_attend(foreground, err) < 0) {
		spawn_kill(&e->child);
		return -1;
	}
	return 0;
}

/* Signals that come while the program is made are kept for it. */
static int
exec_foreground(struct execution *e, int *out_status, struct err *err)
{
	struct foreground foreground;
	int result;

	if (foreground_begin(&foreground, err) < 0)
		return -1;
	result = play(e, &foreground, err);
	foreground_end(&foreground);
	*out_status = foreground.status;
	return result;
}

int
exec_container(
	const struct exec_request *request, int *out_status, struct err *err)
{
	struct execution e = {
		.request = request,
		.stored = { .root = -1, .dir = -1 },
		.cgroup.fd = -1,
		.files = { .root = -1, .state = -1, .cgroup = -1, .userns = -1,
			.gate = -1, .process = -1 },
		.child = { 0, -1, -1, -1, false },
		.pid_file = PIDFILE_NONE,
		.console = -1,
		.pidfd_socket = -1,
	};
	int result;

	/* A caller that ignores SIGCHLD would have our child reaped unseen. */
	signal(SIGCHLD, SIG_DFL);
	*out_status = 0;
	result = request->detach ? begin(&e, err)
				 : exec_foreground(&e, out_status, err);
	end(&e);
	return result;
}
