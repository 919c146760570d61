/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making ready what OP_EXEC executes.
 */
#ifndef INIT_EXEC_H
#define INIT_EXEC_H

struct err;
struct init;

/* Finds the program and completes its environment. */
int exec_find(struct init *init, struct err *err);
/* Opens it, to know what it needs. Behind the gate, where there is one: what
 * stands at its path may be another file by now, and the rules of devices are
 * there then. */
void exec_look(struct init *init);
/* Both, unless it is done, and leaves open only what is to be preserved. Once
 * is enough, a second call does nothing. */
int exec_prepare(struct init *init, struct err *err);

#endif
