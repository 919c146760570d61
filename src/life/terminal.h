/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal of a container that runs in the foreground: bytes go both ways
 * between our own standard input and output and the master, unchanged and
 * none lost. The caller's terminal is in raw mode meanwhile.
 */
#ifndef LIFE_TERMINAL_H
#define LIFE_TERMINAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

struct err;

#define TERMINAL_POLLS 2

/* One direction: what was read and is not written yet. */
struct terminal_flow {
	int from, to;
	bool ended; /* nothing more comes (for now) */
	bool deaf;  /* nobody takes it: read and thrown away */
	size_t begin, end;
	char data[4096];
};

struct terminal {
	int master; /* -1: there is no terminal, and nothing to do */
	int tty;    /* of the caller; -1: none */
	struct termios saved;
	struct terminal_flow in, out;
};

/* Takes the master over. Copies the caller's window size to it and puts the
 * caller's terminal in raw mode. */
int terminal_open(struct terminal *terminal, int master, struct err *err);
/* The size of the caller's window; 0 where there is none. */
void terminal_size(uint16_t *out_rows, uint16_t *out_columns);
/* The caller's window has changed. */
void terminal_resize(const struct terminal *terminal);
/* What to wait for; polls has room for TERMINAL_POLLS. Returns the longest
 * time to wait in milliseconds, -1: no bound. */
int terminal_poll(const struct terminal *terminal, struct pollfd *polls);
/* Moves what can be moved after poll(2). */
void terminal_relay(struct terminal *terminal, const struct pollfd *polls);
/* Everything that the program has left behind goes out; not what others of its
 * container write to the terminal without end. */
void terminal_drain(struct terminal *terminal);
/* Restores the caller's terminal. */
void terminal_close(struct terminal *terminal);

#endif
