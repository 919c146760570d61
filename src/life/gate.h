/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate between create and start: a listening SEQPACKET socket in the
 * container's state directory, held by nobody but the waiting init. A start
 * that connects knows at once whether there is one.
 */
#ifndef LIFE_GATE_H
#define LIFE_GATE_H

struct err;

/* A new listening socket in the directory. */
int gate_listen(int dir, struct err *err);
/* A connection to the waiting init; an init that died is an error at once. */
int gate_connect(int dir, struct err *err);

#endif
