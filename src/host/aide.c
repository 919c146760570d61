/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A helper process and the line to it, a SEQPACKET pair. A word is a record
 * of four bytes, an error is a whole struct err, end-of-file means that the
 * other side is gone: an aide whose caller was killed ends by itself at its
 * next pause, so that nothing outlives a killed scrim. The aide never prints
 * and leaves by _exit, since what its memory holds belongs to the caller.
 */
#include "host/aide.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Receives one record; returns its length, 0 when the other side is gone. */
static ssize_t
receive(int line, void *buf, size_t size)
{
	ssize_t n;

	do
		n = recv(line, buf, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

int
aide_say(int line, int word, struct err *err)
{
	if (send(line, &word, sizeof(word), MSG_NOSIGNAL) != sizeof(word))
		return err_sys(err, "answer scrim");
	return 0;
}

int
aide_pause(int line, int word, struct err *err)
{
	char go;

	if (aide_say(line, word, err) < 0)
		return -1;
	if (receive(line, &go, sizeof(go)) != sizeof(go))
		return err_say(err, "scrim has gone away");
	return 0;
}

/* The whole life of the aide. Its last pause gives the caller time to take
 * what only a living process has: its namespaces, its maps. */
static void __attribute__((noreturn))
serve(int line, int (*deed)(int line, void *arg, struct err *err), void *arg)
{
	struct err err = { 0 };
	int word = deed(line, arg, &err);
	char end;

	if (word < 0) {
		send(line, &err, sizeof(err), MSG_NOSIGNAL);
		_exit(1);
	}
	if (aide_say(line, word, NULL) == 0)
		receive(line, &end, sizeof(end));
	_exit(0);
}

int
aide_start(struct aide *aide, int (*deed)(int line, void *arg, struct err *err),
	void *arg, struct err *err)
{
	struct clone_args args = { .flags = aide->flags,
		.exit_signal = SIGCHLD };
	int ends[2];

	aide->line = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(err, "socketpair");
	if (aide->cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)aide->cgroup;
	}
	aide->pid = sys_clone3(&args);
	if (aide->pid == 0) {
		close(ends[0]);
		serve(ends[1], deed, arg);
	}
	close(ends[1]);
	if (aide->pid < 0) {
		err_sys(err, "clone3");
		close(ends[0]);
		return -1;
	}
	aide->line = ends[0];
	return 0;
}

int
aide_hear(struct aide *aide, struct err *err)
{
	union {
		int word;
		struct err err;
	} record;
	ssize_t n = receive(aide->line, &record, sizeof(record));

	if (n == sizeof(record.word))
		return record.word;
	if (n == sizeof(record.err) && err)
		err_take(err, &record.err);
	else if (n < 0)
		err_sys(err, "hear from the helper process");
	else
		err_say(err, "the helper process ended early");
	return -1;
}

int
aide_go(struct aide *aide, struct err *err)
{
	if (send(aide->line, "", 1, MSG_NOSIGNAL) != 1)
		return err_sys(err, "send the helper process on");
	return 0;
}

void
aide_end(struct aide *aide)
{
	if (aide->line < 0)
		return;
	close(aide->line);
	aide->line = -1;
	while (waitpid(aide->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}
