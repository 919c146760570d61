/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One loop over signals, terminal and the ends of processes. Signals are
 * blocked and read from a descriptor: they are taken in the order in which
 * they came, between one relay of bytes and the next. What the terminal still
 * holds when the program has ended goes out before it is given back.
 */
#include "life/foreground.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "life/relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

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

int
foreground_begin(struct foreground *foreground, struct err *err)
{
	*foreground = (struct foreground){ .pidfd = -1,
		.relay = -1,
		.terminal = { .master = -1 },
		.signals = open_signals(err) };
	return foreground->signals < 0 ? -1 : 0;
}

/* As a shell gives it on. */
static int
exit_status(const siginfo_t *end)
{
	return end->si_code == CLD_EXITED ? end->si_status
					  : 128 + end->si_status;
}

/* Reaps all that has ended: the program, and orphans that came to us. Without
 * it the program's end would never be known. */
static int
reap(struct foreground *foreground, struct err *err)
{
	siginfo_t end = { 0 };
	int result;

	while ((result = waitid(P_ALL, 0, &end, WEXITED | WNOHANG)) == 0
			? end.si_pid
			: errno == EINTR) {
		if (end.si_pid == foreground->pid) {
			foreground->ended = true;
			foreground->status = exit_status(&end);
		}
		end.si_pid = 0;
	}
	return result < 0 && !foreground->ended
		? err_sys(err, "wait for the program")
		: 0;
}

/* The window's size is ours to pass on; to the program it is a signal of its
 * own terminal. */
static void
handle(struct foreground *foreground, int sig)
{
	if (sig == SIGWINCH && foreground->terminal.master >= 0)
		terminal_resize(&foreground->terminal);
	else
		sys_pidfd_send_signal(foreground->pidfd, sig);
}

static int
take_signals(struct foreground *foreground, struct err *err)
{
	struct signalfd_siginfo info;

	while (read(foreground->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			handle(foreground, (int)info.ssi_signo);
		else if (reap(foreground, err) < 0)
			return -1;
	}
	return 0;
}

int
foreground_attend(struct foreground *foreground, struct err *err)
{
	if (reap(foreground, err) < 0)
		return -1;
	while (!foreground->ended) {
		struct pollfd polls[2 + TERMINAL_POLLS] = {
			{ .fd = foreground->signals, .events = POLLIN },
			{ .fd = foreground->relay, .events = POLLIN },
		};
		int ms = terminal_poll(&foreground->terminal, polls + 2);

		if (poll(polls, 2 + TERMINAL_POLLS, ms) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (take_signals(foreground, err) < 0)
			return -1;
		terminal_relay(&foreground->terminal, polls + 2);
		if (polls[1].revents)
			relay_pass(foreground->relay);
	}
	if (foreground->relay >= 0)
		relay_pass(foreground->relay);
	terminal_drain(&foreground->terminal);
	return 0;
}

void
foreground_end(struct foreground *foreground)
{
	terminal_close(&foreground->terminal);
	fd_close_auto(&foreground->signals);
}
