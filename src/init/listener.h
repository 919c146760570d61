/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a filter's listener leaves a process that has the filter already.
 */
#ifndef INIT_LISTENER_H
#define INIT_LISTENER_H

struct init;

/* Behind the load of the filter: returns when scrim has given fd to the agent.
 * Makes no system call. */
void listener_pass(struct init *init, int fd);

#endif
