/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that tells an engine the pid of a process: the container's first,
 * or the one of an exec.
 */
#ifndef LIFE_PIDFILE_H
#define LIFE_PIDFILE_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

struct pidfile {
	int dir, file;    /* -1: none */
	const char *path; /* the caller's */
	bool named;
};

#define PIDFILE_NONE                                                           \
	{                                                                      \
		-1, -1, NULL, false                                            \
	}

/* Makes it, so that hardly anything can fail when the process is there. */
int pidfile_open(struct pidfile *pidfile, const char *path, struct err *err);
/* Writes the digits, nothing else, and gives the file its name when it is
 * whole. */
int pidfile_put(struct pidfile *pidfile, pid_t pid, struct err *err);
/* Takes the name away again, where it was given and in that very directory:
 * the path may lead elsewhere by now. */
void pidfile_remove(const struct pidfile *pidfile);
void pidfile_close(struct pidfile *pidfile);
/* All of it but the end. */
int pidfile_write(
	struct pidfile *pidfile, const char *path, pid_t pid, struct err *err);

#endif
