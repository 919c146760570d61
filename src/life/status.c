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

#include "base/err.h"
#include "base/proc.h"
#include "host/cgroup.h"
#include "life/record.h"
#include "life/store.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* What scrim-init calls itself at the gate. */
#define WAITING_NAME "scrim:waiting"

static const char *const words[STATUS_COUNT] = {
	[STATUS_CREATING] = "creating",
	[STATUS_CREATED] = "created",
	[STATUS_RUNNING] = "running",
	[STATUS_PAUSED] = "paused",
	[STATUS_STOPPED] = "stopped",
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
};

/* Whether the process is there and has not ended. A first thread that has
 * ended is a zombie, too, while others go on. */
static bool
is_alive(const int64_t *pid, const uint64_t *start, struct proc_stat *out)
{
	if (!pid || !start || proc_stat((pid_t)*pid, out) < 0 ||
		out->start != *start)
		return false;
	return out->state == 'Z' ? out->threads > 1 : out->state != 'X';
}

static bool
is_at_gate(int dir, const struct proc_stat *stat)
{
	return !strcmp(stat->comm, WAITING_NAME) &&
		faccessat(dir, STORE_GATE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum status
status_find(int dir, const struct oci_record *record)
{
	struct proc_stat stat;

	if (!strcmp(record->status, RECORD_CREATING))
		return is_alive(record->creator, record->creator_start, &stat)
			? STATUS_CREATING
			: STATUS_STOPPED;
	if (!is_alive(record->pid, record->start, &stat))
		return STATUS_STOPPED;
	if (record->cgroup && cgroup_is_frozen(record->cgroup))
		return STATUS_PAUSED;
	return is_at_gate(dir, &stat) ? STATUS_CREATED : STATUS_RUNNING;
}

const char *
status_word(enum status status)
{
	return words[status];
}

int
status_allow(enum operation operation, enum status status, const char *id,
	struct err *err)
{
	const struct refusal *refusal = &refusals[operation][status];

	if (!refusal->text)
		return 0;
	if (!refusal->names)
		return err_say(err, "%s", refusal->text);
	return err_say(err, "%s container %s that is not stopped: %s",
		refusal->text, id, words[status]);
}
