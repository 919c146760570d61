/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that tells an engine the pid of the container's first process.
 */
#ifndef LIFE_PIDFILE_H
#define LIFE_PIDFILE_H

#include <sys/types.h>

struct err;

/* Writes the digits, nothing else, and puts the file in place whole. */
int pidfile_write(const char *path, pid_t pid, struct err *err);

#endif
