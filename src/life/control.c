/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The freezer of cgroup v2 does the work; that a container is paused is seen
 * at its cgroup and stored nowhere. A freeze that does not come about in time
 * is taken back, so that no half of a container stands still. The lock keeps
 * pause, resume and update apart; while a create or start holds it, its
 * status is asked first: what it forbids need not wait.
 */
#include "life/control.h"

#include "base/err.h"
#include "host/cgroup.h"
#include "life/record.h"
#include "life/store.h"

static int
check(struct stored *stored, enum operation operation, struct err *err)
{
	if (store_read(stored->dir, &stored->arena, &stored->record, err) < 0)
		return -1;
	return status_allow(operation, status_find(stored->dir, stored->record),
		stored->record->id, err);
}

static int
lock(struct stored *stored, enum operation operation, struct err *err)
{
	if (!store_is_busy(stored->dir))
		return check(stored, operation, err);
	if (check(stored, operation, err) < 0 ||
		store_lock(stored->dir, err) < 0)
		return -1;
	return check(stored, operation, err);
}

int
control_find(const char *root, const char *id, enum operation operation,
	struct stored *out, struct err *err)
{
	if (store_find(root, id, out, err) < 0)
		return -1;
	if (lock(out, operation, err) == 0)
		return 0;
	store_close(out);
	return -1;
}

/* A failure to freeze is the error; that it could be taken back is hoped. */
static int
freeze(const struct oci_record *record, bool wanted, struct err *err)
{
	struct cgroup cgroup = { .fd = -1 };
	int result;

	if (!record->cgroup)
		return err_say(err,
			"the container has no cgroup of its own that could be frozen");
	if (cgroup_open(record->cgroup, &cgroup, err) < 0)
		return -1;
	result = cgroup_freeze(&cgroup, wanted, err);
	if (result < 0 && wanted)
		cgroup_freeze(&cgroup, false, NULL);
	cgroup_close(&cgroup);
	return result;
}

int
control_pause(const char *root, const char *id, struct err *err)
{
	struct stored stored;
	int result;

	if (control_find(root, id, OPERATION_PAUSE, &stored, err) < 0)
		return -1;
	result = freeze(stored.record, true, err);
	store_close(&stored);
	return result;
}

/* Engines also resume a container whose first process was killed while it was
 * frozen: what is left in its cgroup goes on then. */
static int
resume(struct stored *stored, struct err *err)
{
	enum status status;

	if (store_read(stored->dir, &stored->arena, &stored->record, err) < 0)
		return -1;
	status = status_find(stored->dir, stored->record);
	if (status == STATUS_STOPPED && stored->record->cgroup &&
		cgroup_is_frozen(stored->record->cgroup))
		status = STATUS_PAUSED;
	if (status_allow(OPERATION_RESUME, status, stored->record->id, err) < 0)
		return -1;
	return freeze(stored->record, false, err);
}

/* While another command is at work on it, it is asked whether that matters. */
int
control_resume(const char *root, const char *id, struct err *err)
{
	struct stored stored;
	int result;

	if (store_find(root, id, &stored, err) < 0)
		return -1;
	if ((store_is_busy(stored.dir) &&
		    check(&stored, OPERATION_RESUME, err) < 0) ||
		store_lock(stored.dir, err) < 0)
		result = -1;
	else
		result = resume(&stored, err);
	store_close(&stored);
	return result;
}
