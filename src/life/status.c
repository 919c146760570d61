/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A status in the order in which it is asked for: while the record says
 * "creating" it is the creator that counts; then a process that is gone, a
 * zombie or another one of that pid means stopped; a process that still
 * bears the name of scrim-init at the gate, with the gate there, is created
 * (a program that takes that name has no gate: start removes it); a frozen
 * cgroup means paused. The table holds the engines' sentences to the letter.
 */
#include "life/status.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/proc.h"
#include "host/cgroup.h"
#include "life/record.h"
#include "life/store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* What scrim-init calls itself at the gate. */
#define WAITING_NAME   "scrim:waiting"
#define WAITING_MS_MAX 1000

static const char *const words[STATUS_COUNT] = {
	[STATUS_CREATING] = "creating",
	[STATUS_CREATED] = "created",
	[STATUS_RUNNING] = "running",
	[STATUS_PAUSED] = "paused",
	[STATUS_STOPPED] = "stopped",
	[STATUS_UNKNOWN] = "unknown",
};

/* No text: allowed. Where names is set the text continues with the container
 * and its status. */
struct refusal {
	const char *text;
	bool names;
};

#define NOT_RUNNING                                                            \
	{                                                                      \
		"container not running", false                                 \
	}
#define NOT_PAUSED                                                             \
	{                                                                      \
		"container not paused", false                                  \
	}
#define NOT_STOPPED                                                            \
	{                                                                      \
		"cannot delete", true                                          \
	}

static const struct refusal refusals[OPERATION_COUNT][STATUS_COUNT] = {
	[OPERATION_START] = {
		[STATUS_CREATING] = { "cannot start a container that is not created yet", false },
		[STATUS_RUNNING] = { "cannot start an already running container", false },
		[STATUS_PAUSED] = { "cannot start a paused container", false },
		[STATUS_STOPPED] = { "cannot start a container that has stopped", false },
	},
	[OPERATION_KILL] = {
		[STATUS_CREATING] = NOT_RUNNING,
		[STATUS_STOPPED] = NOT_RUNNING,
	},
	[OPERATION_EXEC] = {
		[STATUS_CREATING] = { "cannot exec in a container that is not created yet", false },
		[STATUS_PAUSED] = { "cannot exec in a paused container "
			"(use --ignore-paused to override)", false },
		[STATUS_STOPPED] = { "cannot exec in a stopped container", false },
	},
	[OPERATION_DELETE] = {
		[STATUS_CREATING] = NOT_STOPPED,
		[STATUS_RUNNING] = NOT_STOPPED,
		[STATUS_PAUSED] = NOT_STOPPED,
	},
	[OPERATION_MOUNTS] = {
		[STATUS_CREATING] = { "container is not created yet", false },
		[STATUS_STOPPED] = { "container not running: its mounts are gone", false },
	},
	[OPERATION_PAUSE] = {
		[STATUS_CREATING] = NOT_RUNNING,
		[STATUS_PAUSED] = { "container already paused", false },
		[STATUS_STOPPED] = NOT_RUNNING,
	},
	[OPERATION_RESUME] = {
		[STATUS_CREATING] = NOT_PAUSED,
		[STATUS_CREATED] = NOT_PAUSED,
		[STATUS_RUNNING] = NOT_PAUSED,
		[STATUS_STOPPED] = NOT_PAUSED,
	},
	[OPERATION_UPDATE] = {
		[STATUS_CREATING] = NOT_RUNNING,
		[STATUS_STOPPED] = NOT_RUNNING,
	},
	[OPERATION_CHECKPOINT] = {
		[STATUS_CREATING] = { "cannot checkpoint what is not created yet", false },
		[STATUS_CREATED] = { "cannot checkpoint a container that is not started", false },
		[STATUS_STOPPED] = NOT_RUNNING,
	},
};

/* Whether the process is there and has not ended: alive, that is, or stopped,
 * or unknown. A first thread that has ended is a zombie, too, while others go
 * on. */
static enum status
find_life(const int64_t *pid, const uint64_t *start, enum status alive,
	struct proc_stat *out)
{
	if (!pid || !start)
		return STATUS_STOPPED;
	if (proc_stat((pid_t)*pid, out) < 0)
		return errno == ESRCH ? STATUS_STOPPED : STATUS_UNKNOWN;
	if (out->start != *start || out->state == 'X' ||
		(out->state == 'Z' && out->threads <= 1))
		return STATUS_STOPPED;
	return alive;
}

/* Start takes the gate away when the program runs, delete when the process has
 * ended: where it is missing, what was seen of the process is out of date. */
static enum status
find_gate(int dir, const struct oci_record *record, struct proc_stat *stat)
{
	if (strcmp(stat->comm, WAITING_NAME) != 0)
		return STATUS_RUNNING;
	if (faccessat(dir, STORE_GATE, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return STATUS_CREATED;
	if (errno != ENOENT)
		return STATUS_UNKNOWN;
	return find_life(record->pid, record->start, STATUS_RUNNING, stat);
}

/* Whether the record says more by now than "creating". */
static bool
has_moved(int dir)
{
	struct arena arena = { 0 };
	struct oci_record *now;
	bool moved;

	if (arena_init(&arena, NULL) < 0)
		return true;
	moved = store_read(dir, &arena, &now, NULL) == 0 &&
		strcmp(now->status, RECORD_CREATING) != 0;
	arena_done(&arena);
	return moved;
}

/* A creator ends when it has written that it is done, too: then what was read
 * was true when it was read, and the one who asks knows no more than that. */
static enum status
find_creator(int dir, const struct oci_record *record)
{
	struct proc_stat stat;
	enum status found = find_life(
		record->creator, record->creator_start, STATUS_CREATING, &stat);

	return found == STATUS_STOPPED && has_moved(dir) ? STATUS_CREATING
							 : found;
}

enum status
status_find(int dir, const struct oci_record *record)
{
	struct proc_stat stat;
	enum status life;

	if (!strcmp(record->status, RECORD_CREATING))
		return find_creator(dir, record);
	life = find_life(record->pid, record->start, STATUS_RUNNING, &stat);
	if (life != STATUS_RUNNING)
		return life;
	if (record->cgroup && cgroup_is_frozen(record->cgroup))
		return STATUS_PAUSED;
	return find_gate(dir, record, &stat);
}

const char *
status_word(enum status status)
{
	return words[status];
}

int
status_known(enum status status, const char *id, struct err *err)
{
	if (status != STATUS_UNKNOWN)
		return 0;
	return err_say(err,
		"the status of container %s cannot be found out: its first process cannot be looked at",
		id);
}

int
status_allow(enum operation operation, enum status status, const char *id,
	struct err *err)
{
	const struct refusal *refusal = &refusals[operation][status];

	if (status_known(status, id, err) < 0)
		return -1;
	if (!refusal->text)
		return 0;
	if (!refusal->names)
		return err_say(err, "%s", refusal->text);
	return err_say(err, "%s container %s that is not stopped: %s",
		refusal->text, id, words[status]);
}

/* Its connection ends a moment before the name changes, or before it is a
 * zombie: either comes, and soon. Whom another has reaped nobody knows of. */
bool
status_is_stillborn(const struct oci_record *record)
{
	struct proc_stat stat;

	for (int i = 0; i < WAITING_MS_MAX; i++) {
		if (proc_stat((pid_t)*record->pid, &stat) < 0 ||
			stat.start != *record->start ||
			strcmp(stat.comm, WAITING_NAME) != 0)
			return false;
		if (stat.state == 'Z' || stat.state == 'X')
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}
