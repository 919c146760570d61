/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine: which status a container has, and which operation may
 * be asked of it then. A status is found out by looking at the process, its
 * gate and its cgroup, never trusted from a file: whatever died, whenever,
 * the answer is right.
 */
#ifndef LIFE_STATUS_H
#define LIFE_STATUS_H

#include <stdbool.h>

struct err;
struct oci_record;

enum status {
	STATUS_CREATING, /* create is at work */
	STATUS_CREATED,  /* waits at the gate */
	STATUS_RUNNING,
	STATUS_PAUSED,  /* its cgroup is frozen */
	STATUS_STOPPED, /* ended, or its creator was killed */
	STATUS_UNKNOWN, /* it could not be looked at; nothing is allowed */
	STATUS_COUNT
};

enum operation {
	OPERATION_START,
	OPERATION_KILL,
	OPERATION_DELETE,
	OPERATION_MOUNTS, /* look at them, add and remove some */
	OPERATION_PAUSE,
	OPERATION_RESUME,
	OPERATION_UPDATE, /* ps and events, too: whoever needs its cgroup */
	OPERATION_EXEC,
	OPERATION_CHECKPOINT,
	OPERATION_COUNT
};

/* dir is the container's state directory. */
enum status status_find(int dir, const struct oci_record *record);
/* "running" */
const char *status_word(enum status status);
/* 0, or -1 where it is STATUS_UNKNOWN. */
int status_known(enum status status, const char *id, struct err *err);
/* Whether the first process, which was let through the gate, has ended without
 * having become the program. */
bool status_is_stillborn(const struct oci_record *record);
/* 0, or -1 with the sentence of the refusal. */
int status_allow(enum operation operation, enum status status, const char *id,
	struct err *err);

#endif
