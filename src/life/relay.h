/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sd_notify(3) for a container in the foreground: its service manager knows
 * this process as the service and listens to nobody else, so what the program
 * reports is passed on from here.
 */
#ifndef LIFE_RELAY_H
#define LIFE_RELAY_H

struct err;

/* A socket of that name in the container's directory, which is bound into the
 * container; the descriptor, not blocking. */
int relay_open(int dir, struct err *err);
/* Passes some of it on that has come, and never waits. */
void relay_pass(int relay);

#endif
