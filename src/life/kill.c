/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill: exactly the given signal to the first process, by a pidfd that was
 * opened before its start time was compared, so that no other process of the
 * same number is ever hit. KILL to a container that shares its pid namespace
 * would leave the rest of it alive: there the whole cgroup is killed. A cgroup
 * that create found there may hold others: where the first process's end is
 * everybody's it is spared. No lock is taken, for a kill must get through
 * while a start or a hook hangs.
 */
#include "life/kill.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/sys.h"
#include "host/cgroup.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"

#include <errno.h>
#include <signal.h>

/* Engines know this sentence: nothing is there to be signalled. */
static int
not_running(struct err *err)
{
	return err_say(err, "container not running");
}

static int
signal_first(const struct oci_record *record, int sig, struct err *err)
{
	auto_fd pidfd = proc_open((pid_t)*record->pid, *record->start);

	if (pidfd >= 0 && sys_pidfd_send_signal(pidfd, sig) == 0)
		return 0;
	return errno == ESRCH
		? not_running(err)
		: err_sys(err, "signal process %lld", (long long)*record->pid);
}

static int
signal_all(const struct oci_record *record, int sig, struct err *err)
{
	return sig == SIGKILL ? cgroup_kill(record->cgroup, err)
			      : cgroup_signal(record->cgroup, sig, err);
}

/* Whether the signal is for the cgroup. */
static bool
reaches_all(const struct oci_record *record, int sig, bool all)
{
	bool found = record->cgroup_made && !*record->cgroup_made;

	if (sig != SIGKILL)
		return all;
	return record_has_own_pids(record) ? all && !found : true;
}

static int
send(int dir, const struct oci_record *record, int sig, bool all,
	struct err *err)
{
	enum status status = status_find(dir, record);

	if (all && status == STATUS_STOPPED) {
		/* What outlived the first process is what --all is for. */
		if (record->cgroup && !record_has_own_pids(record))
			return signal_all(record, sig, err);
		return 0;
	}
	if (status_allow(OPERATION_KILL, status, record->id, err) < 0)
		return -1;
	if (record->cgroup && reaches_all(record, sig, all))
		return signal_all(record, sig, err);
	return signal_first(record, sig, err);
}

int
kill_run(const char *root, const char *id, int sig, bool all, struct err *err)
{
	struct stored stored;
	int result = -1;

	if (store_find(root, id, &stored, err) < 0)
		return -1;
	if (store_read(stored.dir, &stored.arena, &stored.record, err) == 0)
		result = send(stored.dir, stored.record, sig, all, err);
	store_close(&stored);
	return result;
}
