/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ps: the processes of a container, by their numbers on the host.
 */
#ifndef LIFE_PS_H
#define LIFE_PS_H

#include <stdbool.h>

struct err;
struct str;

/* The numbers alone, as a JSON array. */
int ps_json(const char *root, const char *id, struct str *out, struct err *err);
/* What ps(1) prints of them; args is NULL-terminated, none: -ef. */
int ps_table(const char *root, const char *id, char *const *args,
	struct str *out, struct err *err);

#endif
