/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two flows, each of which either waits for bytes or for room to put them.
 * The master never blocks; our own descriptors are not made non-blocking,
 * since they are shared with whoever started us: they are written after
 * poll(2) said so, in pieces that a pipe takes whole. Where standard input
 * ends that is no terminal, the container gets to see the end as it would at
 * a keyboard. A program that closes the terminal for a while (an init does)
 * makes reads of the master fail; they are tried again, ten times a second.
 */
#include "life/terminal.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RETRY_MS 100

/* Several times what a terminal of the kernel's holds (drivers/tty/pty.c). */
#define LEFT_MAX ((size_t)64 << 10)

/* Whoever of the three standard descriptors is a terminal. */
static int
find_tty(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd))
			return fd;
	return -1;
}

void
terminal_size(uint16_t *out_rows, uint16_t *out_columns)
{
	struct winsize size = { 0 };
	int tty = find_tty();

	if (tty >= 0)
		ioctl(tty, TIOCGWINSZ, &size);
	*out_rows = size.ws_row;
	*out_columns = size.ws_col;
}

void
terminal_resize(const struct terminal *terminal)
{
	struct winsize size;

	if (terminal->master >= 0 && terminal->tty >= 0 &&
		ioctl(terminal->tty, TIOCGWINSZ, &size) == 0 && size.ws_row &&
		size.ws_col)
		ioctl(terminal->master, TIOCSWINSZ, &size);
}

static int
set_raw(struct terminal *terminal, struct err *err)
{
	struct termios raw;

	if (tcgetattr(terminal->tty, &terminal->saved) < 0)
		return err_sys(err, "read the terminal's settings");
	raw = terminal->saved;
	cfmakeraw(&raw);
	if (tcsetattr(terminal->tty, TCSANOW, &raw) < 0)
		return err_sys(err, "put the terminal in raw mode");
	return 0;
}

int
terminal_open(struct terminal *terminal, int master, struct err *err)
{
	terminal->master = master;
	terminal->tty = master < 0 ? -1 : find_tty();
	terminal->in = (struct terminal_flow){ .from = 0, .to = master };
	terminal->out = (struct terminal_flow){ .from = master, .to = 1 };
	if (master < 0)
		return 0;
	if (fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return err_sys(err, "terminal");
	terminal_resize(terminal);
	return terminal->tty < 0 ? 0 : set_raw(terminal, err);
}

static bool
is_empty(const struct terminal_flow *flow)
{
	return flow->begin == flow->end;
}

static struct pollfd
want(const struct terminal_flow *flow)
{
	if (!is_empty(flow))
		return (struct pollfd){ .fd = flow->to, .events = POLLOUT };
	return (struct pollfd){ .fd = flow->ended ? -1 : flow->from,
		.events = POLLIN };
}

int
terminal_poll(const struct terminal *terminal, struct pollfd *polls)
{
	polls[0] = polls[1] = (struct pollfd){ .fd = -1 };
	if (terminal->master < 0)
		return -1;
	polls[0] = want(&terminal->in);
	polls[1] = want(&terminal->out);
	return terminal->out.ended ? RETRY_MS : -1;
}

static bool
is_transient(int error)
{
	return error == EINTR || error == EAGAIN;
}

static void
fill(struct terminal_flow *flow)
{
	ssize_t n = read(flow->from, flow->data, sizeof(flow->data));

	flow->begin = flow->end = 0;
	if (n > 0) {
		flow->end = flow->deaf ? 0 : (size_t)n;
		flow->ended = false;
	} else if (n == 0 || !is_transient(errno)) {
		flow->ended = true;
	}
}

static void
empty(struct terminal_flow *flow)
{
	ssize_t n = write(
		flow->to, flow->data + flow->begin, flow->end - flow->begin);

	if (n >= 0) {
		flow->begin += (size_t)n;
	} else if (!is_transient(errno)) {
		flow->deaf = true;
		flow->begin = flow->end;
	}
}

static void
move(struct terminal_flow *flow, const struct pollfd *poll)
{
	if (!poll->revents)
		return;
	if (is_empty(flow))
		fill(flow);
	else
		empty(flow);
}

/* At a keyboard that is a control character, and only where lines are put
 * together; one ends a line that was begun, another one the input. */
static void
pass_end(struct terminal *terminal)
{
	struct terminal_flow *in = &terminal->in;
	struct termios settings;

	if (tcgetattr(terminal->master, &settings) < 0 ||
		!(settings.c_lflag & ICANON))
		return;
	in->data[0] = in->data[1] = (char)settings.c_cc[VEOF];
	in->begin = 0;
	in->end = 2;
}

void
terminal_relay(struct terminal *terminal, const struct pollfd *polls)
{
	bool had_ended = terminal->in.ended;

	if (terminal->master < 0)
		return;
	move(&terminal->in, &polls[0]);
	if (terminal->in.ended && !had_ended)
		pass_end(terminal);
	if (terminal->out.ended)
		fill(&terminal->out);
	else
		move(&terminal->out, &polls[1]);
}

void
terminal_drain(struct terminal *terminal)
{
	struct terminal_flow *out = &terminal->out;
	size_t left = 0;

	if (terminal->master < 0)
		return;
	do {
		while (!is_empty(out)) {
			struct pollfd room = { .fd = out->to,
				.events = POLLOUT };

			if (poll(&room, 1, -1) > 0)
				empty(out);
		}
		/* Nothing means that nothing will come: the kernel hands over
		 * what is on its way before it says so. */
		fill(out);
		left += out->end;
	} while (!is_empty(out) && left <= LEFT_MAX);
}

void
terminal_close(struct terminal *terminal)
{
	if (terminal->master < 0)
		return;
	if (terminal->tty >= 0)
		tcsetattr(terminal->tty, TCSANOW, &terminal->saved);
	fd_close_auto(&terminal->master);
}
