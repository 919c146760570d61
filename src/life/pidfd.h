/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever is to have a pidfd of a container's first process: by --pidfd-socket,
 * and by the annotation that crun knows.
 */
#ifndef LIFE_PIDFD_H
#define LIFE_PIDFD_H

struct err;
struct plan;

#define PIDFD_RECEIVERS 2

/* Connected sockets, -1: none. */
struct pidfd {
	int receivers[PIDFD_RECEIVERS];
};

#define PIDFD_NONE                                                             \
	{                                                                      \
		{                                                              \
			-1, -1                                                 \
		}                                                              \
	}

/* Connects to all of them, before there is anything to be undone; path is the
 * option's, or NULL. */
int pidfd_connect(struct pidfd *pidfd, const char *path,
	const struct plan *plan, struct err *err);
int pidfd_send(const struct pidfd *pidfd, int fd, struct err *err);
void pidfd_close(struct pidfd *pidfd);

#endif
