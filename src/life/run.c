/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: signals are blocked and come through a descriptor from the first
 * moment, so that none is lost or kills us half-way; create, with the start
 * by wire; poststart hooks; then one loop forwards signals, moves the
 * terminal's bytes and reaps, until the first process ends. What the terminal
 * still holds goes out before it is given back, and the container is deleted
 * last. The lock is let go while the program runs, or nobody could delete it.
 */
#include "life/run.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "life/delete.h"
#include "life/listener.h"
#include "life/notify.h"
#include "life/start.h"
#include "life/status.h"
#include "life/store.h"
#include "life/talk.h"
#include "life/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct foreground {
	struct creation *creation;
	struct terminal terminal;
	int signals; /* a signalfd */
	bool ended;
	int status; /* of the program, once it has ended */
};

/* Not forwarded: those that speak of a fault of our own, which a container
 * has in its own processes, and SIGPIPE, which is ignored. */
static int
open_signals(struct err *err)
{
	static const int kept[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS,
		SIGTRAP, SIGPIPE };
	sigset_t set;
	int fd;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigdelset(&set, kept[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(err, "block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_sys(err, "signalfd") : fd;
}

static int
exit_status(const siginfo_t *end)
{
	return end->si_code == CLD_EXITED ? end->si_status
					  : 128 + end->si_status;
}

/* Reaps all that has ended: the program, and orphans that came to us. Without
 * it the program's end would never be known. */
static int
reap(struct foreground *run, struct err *err)
{
	siginfo_t end = { 0 };
	int result;

	while ((result = waitid(P_ALL, 0, &end, WEXITED | WNOHANG)) == 0
			? end.si_pid
			: errno == EINTR) {
		if (end.si_pid == run->creation->child.pid) {
			run->ended = true;
			run->status = exit_status(&end);
		}
		end.si_pid = 0;
	}
	return result < 0 && !run->ended ? err_sys(err, "wait for the program")
					 : 0;
}

static void
handle(struct foreground *run, int sig)
{
	if (sig == SIGWINCH && run->terminal.master >= 0)
		terminal_resize(&run->terminal);
	else
		sys_pidfd_send_signal(run->creation->child.pidfd, sig);
}

static int
take_signals(struct foreground *run, struct err *err)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			handle(run, (int)info.ssi_signo);
		else if (reap(run, err) < 0)
			return -1;
	}
	return 0;
}

/* Until the program has ended. */
static int
attend(struct foreground *run, struct err *err)
{
	if (reap(run, err) < 0)
		return -1;
	while (!run->ended) {
		struct pollfd polls[1 + TERMINAL_POLLS] = {
			{ .fd = run->signals, .events = POLLIN }
		};
		int ms = terminal_poll(&run->terminal, polls + 1);

		if (poll(polls, 1 + TERMINAL_POLLS, ms) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (take_signals(run, err) < 0)
			return -1;
		terminal_relay(&run->terminal, polls + 1);
	}
	return 0;
}

/* START, and what the specification wants before start is over. */
static int
start(struct creation *creation, struct err *err)
{
	struct listener_case created = { creation->record,
		status_word(STATUS_CREATED), creation->child.pid };
	const struct talk talk = { .listener = listener_pass,
		.context = &created };

	/* It was created: from here on its end is one that poststop sees. */
	creation->poststop = true;
	if (talk_start(creation->child.wire, &talk, err) < 0)
		return -1;
	return start_hooks(creation->record, err);
}

/* Somebody else may have deleted it meanwhile. What the process holds goes
 * with it, at once; closing it one by one would take longer. */
static int
finish(struct creation *creation, bool keep, struct err *err)
{
	int result = 0;

	if (!keep && (result = store_lock(creation->dir, err)) == 0)
		result = delete_remains(creation->root, creation->dir,
			creation->record, true, err);
	cgroup_close(&creation->cgroup);
	return result == STORE_UNKNOWN ? 0 : result;
}

/* From a created container to the end of its program. */
static int
play(struct foreground *run, struct err *err)
{
	struct creation *creation = run->creation;
	int result;

	if (terminal_open(&run->terminal, take_fd(&creation->console), err) < 0)
		return -1;
	result = start(creation, err);
	if (result == 0) {
		store_unlock(creation->dir);
		result = attend(run, err);
		terminal_drain(&run->terminal);
	}
	return result;
}

static int
run_foreground(struct run_request *request, int *out_status, struct err *err)
{
	auto_fd signals = open_signals(err);
	struct creation creation;
	struct foreground run = {
		.creation = &creation, .terminal.master = -1, .signals = signals
	};
	int result;

	if (signals < 0)
		return -1;
	if (!request->no_subreaper &&
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_sys(err, "become a subreaper");
	if (create_run(&request->create, &creation, err) < 0)
		return -1;
	result = play(&run, err);
	terminal_close(&run.terminal);
	if (result < 0) {
		create_undo(&creation);
		return -1;
	}
	*out_status = run.status;
	return finish(&creation, request->keep, err);
}

static int
run_detached(struct run_request *request, struct err *err)
{
	struct creation creation;

	if (create_run(&request->create, &creation, err) < 0)
		return -1;
	if (start(&creation, err) < 0) {
		create_undo(&creation);
		return -1;
	}
	notify_main_pid(creation.child.pid);
	create_close(&creation);
	return 0;
}

int
run_container(struct run_request *request, int *out_status, struct err *err)
{
	request->create.foreground = true;
	request->create.detach = request->detach;
	*out_status = 0;
	return request->detach ? run_detached(request, err)
			       : run_foreground(request, out_status, err);
}
