/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pause and resume: a container's processes stop where they are, and go on.
 */
#ifndef LIFE_CONTROL_H
#define LIFE_CONTROL_H

#include "life/status.h"

struct err;
struct stored;

/* Finds a container, locks it and reads its record, if its status allows the
 * operation. -1 with *out closed; else store_close() gives it back. */
int control_find(const char *root, const char *id, enum operation operation,
	struct stored *out, struct err *err);
/* Return when every process has stopped, or goes on. */
int control_pause(const char *root, const char *id, struct err *err);
int control_resume(const char *root, const char *id, struct err *err);

#endif
