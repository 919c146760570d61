/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever listens on a UNIX socket to be handed a descriptor: a terminal, a
 * pidfd.
 */
#ifndef HOST_RECEIVER_H
#define HOST_RECEIVER_H

struct err;

/* Connects to the socket at path; what names it in errors. */
int receiver_connect(const char *path, const char *what, struct err *err);
/* One message: the name, and the descriptor beside it. */
int receiver_send(int socket, const char *name, int fd, struct err *err);

#endif
