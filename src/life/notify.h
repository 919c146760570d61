/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd's service protocols, as far as the runtime itself takes part in
 * them: sd_notify(3) and sd_listen_fds(3).
 */
#ifndef LIFE_NOTIFY_H
#define LIFE_NOTIFY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The path of the service manager's socket, to be bound into the container;
 * NULL: there is none, or none in the file system. */
const char *notify_socket(void);
/* Says that to the service manager, which may be gone: best effort. */
void notify_send(const char *text, size_t size);
/* Tells the service manager which process is the service. Best effort: it
 * may be gone, and the container runs all the same. */
void notify_main_pid(pid_t pid);
/* How many descriptors from 3 on were opened for this process. */
uint32_t notify_listen_fds(void);

#endif
