/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptors that scrim found on the host. They arrive when they are
 * ready, in batches and in no fixed order between batches; a step waits for
 * the one that it needs. Only the wire is read here.
 */
#ifndef INIT_SLOTS_H
#define INIT_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct init;

int slots_init(struct init *init, struct err *err);
/* Waits for slot n. True where its optional source is missing: there is
 * nothing to do. -1 on failure. */
int slots_missing(struct init *init, uint32_t n, struct err *err);
/* The descriptor of slot n, which stays in its slot, or -1. */
int slots_borrow(struct init *init, uint32_t n, struct err *err);
/* The same moved out: the caller closes it. */
int slots_take(struct init *init, uint32_t n, struct err *err);
/* Waits for a message of that type; slots that come before it are kept. */
int slots_until(struct init *init, uint32_t type, struct err *err);
/* Waits for every slot that a later step names, and closes the others: the
 * wire is needed no more for them. */
int slots_settle(struct init *init, struct err *err);

#endif
