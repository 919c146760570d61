/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delete, in this order: the lock; the status, which may refuse; the first
 * process is killed and waited for, then whatever else is in the cgroup; the
 * cgroup, if it was made by create; a rootfs that was mounted on the host; the
 * poststop hooks, whose failures are warnings; the state directory last. So
 * whatever interrupts it, delete can be asked again and finds what is left.
 * Every step forgives what is gone already.
 */
#include "life/delete.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/cgroup.h"
#include "life/hooks.h"
#include "life/inside.h"
#include "life/rdt.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

/* How long the kernel may take to end what was killed, and a child whose
 * parent was killed to notice that, on a machine that has much else to do. */
#define END_MS 10000

/* What was killed and is still there waits for a device or a filesystem. */
static int
say_endless(pid_t pid, struct err *err)
{
	struct proc_stat stat = { .comm = "?" };
	bool asleep = proc_stat(pid, &stat) == 0 && stat.state == 'D';

	return err_say(err, "process %d (%s) does not end%s", (int)pid,
		stat.comm,
		asleep ? ": it sleeps uninterruptibly in the kernel" : "");
}

/* Kills the first process if it is still there, and waits for its end. */
static int
end_process(const struct oci_record *record, struct err *err)
{
	auto_fd pidfd = -1;

	if (!record->pid || !record->start)
		return 0;
	pidfd = proc_open((pid_t)*record->pid, *record->start);
	if (pidfd < 0)
		return errno == ESRCH ? 0
				      : err_sys(err, "look at process %lld",
						(long long)*record->pid);
	if (proc_wait_end(pidfd, 0) == 1)
		return 0;
	if (sys_pidfd_send_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
		return err_sys(
			err, "kill process %lld", (long long)*record->pid);
	return proc_wait_end(pidfd, END_MS) == 1
		? 0
		: say_endless((pid_t)*record->pid, err);
}

/*
 * Who made the cgroup owns it, and nobody else's container is let into it: it
 * is killed and removed. One that create found there stays, and others may be
 * in it: the first process's end is enough where it ends all of its pid
 * namespace. Of a create that was killed before it could say which of the two
 * it was, nothing lives; what it made is removed, if it is that.
 */
static int
end_cgroup(const struct oci_record *record, struct err *err)
{
	const struct cgroup_driver *driver =
		cgroup_driver_find(record->cgroup_driver);

	if (!record->cgroup)
		return 0;
	if (!record->cgroup_made) {
		inside_end(record, END_MS, NULL);
		driver->forget(record->cgroup, END_MS);
		return 0;
	}
	if (*record->cgroup_made)
		return driver->end(record->cgroup, END_MS, err);
	if (record->pid && !record_has_own_pids(record) &&
		cgroup_kill(record->cgroup, err) < 0)
		return -1;
	return inside_end(record, END_MS, err);
}

/* Without a mount namespace of its own the container's tree hangs on the
 * host's; what is seen there now may still be what was there before. */
static int
end_mounts(const struct oci_record *record, struct err *err)
{
	struct statx seen;

	if (!record->mounted_root || !record->mounted_over)
		return 0;
	if (sys_statx(AT_FDCWD, record->mounted_root, AT_SYMLINK_NOFOLLOW,
		    STATX_MNT_ID, &seen) < 0 ||
		seen.stx_mnt_id == *record->mounted_over)
		return 0;
	if (sys_umount2(record->mounted_root, MNT_DETACH | UMOUNT_NOFOLLOW) <
			0 &&
		errno != EINVAL)
		return err_sys(err, "unmount %s", record->mounted_root);
	return 0;
}

static int
run_poststop(const struct oci_record *record, struct err *err)
{
	struct arena arena = { 0 };
	struct plan_hooks hooks;
	auto_str state = { 0 };
	int result;

	if (!record->poststop.n)
		return 0;
	if (arena_init(&arena, err) < 0)
		return -1;
	result = record_hooks(&arena, &record->poststop, &hooks, err);
	if (result == 0) {
		hooks_state(record, status_word(STATUS_STOPPED), 0, &state);
		hooks_run_all(&hooks, PLAN_HOOK_POSTSTOP, record, &state);
	}
	arena_done(&arena);
	return result;
}

int
delete_remains(int root, int dir, const struct oci_record *record,
	bool poststop, struct err *err)
{
	if (end_process(record, err) < 0 || end_cgroup(record, err) < 0 ||
		rdt_end(record, err) < 0 || end_mounts(record, err) < 0)
		return -1;
	if (poststop && run_poststop(record, err) < 0)
		return -1;
	return store_remove(root, dir, record->id, err);
}

/*
 * A create, run or start that is at work holds the lock. Where the container
 * is to be deleted all the same, its process is ended: then that command fails
 * and lets go of what is left.
 */
static void
end_busy(struct stored *stored)
{
	if (store_read(stored->dir, &stored->arena, &stored->record, NULL) == 0)
		end_process(stored->record, NULL);
}

static int
check(struct stored *stored, const char *id, struct err *err)
{
	int found =
		store_read(stored->dir, &stored->arena, &stored->record, err);

	if (found < 0)
		return found;
	return status_allow(OPERATION_DELETE,
		status_find(stored->dir, stored->record), id, err);
}

/* Waits for another command that is at work on it, unless that is in vain. */
static int
lock(struct stored *stored, const char *id, bool force, struct err *err)
{
	int result = 0;

	if (store_is_busy(stored->dir)) {
		if (force)
			end_busy(stored);
		else
			result = check(stored, id, err);
	}
	return result < 0 ? result : store_lock(stored->dir, err);
}

/* With the lock held. A directory without a record is a container of which
 * nothing was made yet; only force takes that for one. */
static int
remove_locked(
	struct stored *stored, const char *id, bool force, struct err *err)
{
	int found = force
		? store_read(stored->dir, &stored->arena, &stored->record, err)
		: check(stored, id, err);

	if (found == STORE_UNKNOWN && force)
		return store_remove(stored->root, stored->dir, id, err);
	if (found < 0)
		return found;
	return delete_remains(
		stored->root, stored->dir, stored->record, true, err);
}

int
delete_run(const char *root, const char *id, bool force, struct err *err)
{
	struct stored stored;
	int result = store_find(root, id, &stored, err);

	if (result == 0)
		result = lock(&stored, id, force, err);
	if (result == 0)
		result = remove_locked(&stored, id, force, err);
	store_close(&stored);
	return result == STORE_UNKNOWN && force ? 0 : result;
}
