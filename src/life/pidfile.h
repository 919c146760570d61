/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an engine learns of the container's first process: the file with its
 * pid, and the socket that a descriptor of it is sent to.
 */
#ifndef LIFE_PIDFILE_H
#define LIFE_PIDFILE_H

#include <sys/types.h>

struct err;

/* Writes the digits, nothing else, and puts the file in place whole. */
int pidfile_write(const char *path, pid_t pid, struct err *err);
/* Sends pidfd to whoever listens on the UNIX socket at path: one descriptor
 * in one message. */
int pidfile_send(const char *path, int pidfd, struct err *err);

#endif
