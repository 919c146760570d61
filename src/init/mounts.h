/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to a filesystem through its context (fsopen(2), fspick(2)).
 */
#ifndef INIT_MOUNTS_H
#define INIT_MOUNTS_H

struct err;
struct init;
struct plan_list;

/* Hands over each word, "key=value" or "flag". */
int mounts_words(const struct init *init, int context,
	const struct plan_list *words, struct err *err);
/* Fills err for the call that failed: errno, what was tried, and what the
 * filesystem itself says about it. */
int mounts_complain(int context, const char *what, struct err *err);

#endif
