/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: the lock, the status, the gate; START; then the init answers by an
 * error, or its program runs and the connection ends. Only then is the gate
 * taken away, so that a start that is killed half-way leaves a container that
 * can still be told apart from a running one. Poststart hooks last: where one
 * fails the container is stopped and destroyed (runtime.md, lifecycle 10).
 * Nothing here waits but for the init, whose end is an answer, too.
 */
#include "life/start.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "life/delete.h"
#include "life/gate.h"
#include "life/hooks.h"
#include "life/listener.h"
#include "life/notify.h"
#include "life/record.h"
#include "life/status.h"
#include "life/store.h"
#include "life/talk.h"

#include <fcntl.h>
#include <unistd.h>

int
start_check(const struct oci_record *record, struct err *err)
{
	if (!record->filtered || !status_is_stillborn(record))
		return 0;
	return err_say(err,
		"exec: operation not permitted: the filter lets neither the program begin nor its failure be told (/linux/seccomp)");
}

int
start_hooks(const struct oci_record *record, struct err *err)
{
	struct arena arena = { 0 };
	struct plan_hooks hooks;
	auto_str state = { 0 };
	int result;

	if (!record->poststart.n)
		return 0;
	if (arena_init(&arena, err) < 0)
		return -1;
	result = record_hooks(&arena, &record->poststart, &hooks, err);
	if (result == 0) {
		hooks_state(record, status_word(STATUS_RUNNING),
			(pid_t)*record->pid, &state);
		result = hooks_run(
			&hooks, PLAN_HOOK_POSTSTART, record, &state, err);
	}
	arena_done(&arena);
	return result;
}

/* A container without process is refused before its init would be. */
static int
check(int dir, const struct oci_record *record, struct err *err)
{
	if (status_allow(OPERATION_START, status_find(dir, record), record->id,
		    err) < 0)
		return -1;
	if (!*record->has_process)
		return err_say(err,
			"cannot start a container without process: config.json had none when it was created");
	return 0;
}

static int
pass_gate(int dir, const struct oci_record *record, struct err *err)
{
	struct listener_case created = { record, status_word(STATUS_CREATED),
		(pid_t)*record->pid };
	auto_fd first = record_has_own_pids(record)
		? -1
		: proc_open((pid_t)*record->pid, *record->start);
	const struct talk talk = { .listener = listener_pass,
		.watched = talk_watch(record, &first),
		.context = &created };
	auto_fd gate = gate_connect(dir, err);

	if (gate < 0 || talk_start(gate, &talk, err) < 0 ||
		start_check(record, err) < 0)
		return -1;
	unlinkat(dir, STORE_GATE, 0);
	return 0;
}

/* With the lock held. */
static int
start(struct stored *stored, struct err *err)
{
	if (store_read(stored->dir, &stored->arena, &stored->record, err) < 0 ||
		check(stored->dir, stored->record, err) < 0)
		return -1;
	/* Before the program can say that it is ready. */
	notify_main_pid((pid_t)*stored->record->pid);
	if (pass_gate(stored->dir, stored->record, err) < 0)
		return -1;
	if (start_hooks(stored->record, err) == 0)
		return 0;
	delete_remains(stored->root, stored->dir, stored->record, true, NULL);
	return -1;
}

/* Before the wait for the lock, which a create may hold for long. */
static int
check_early(struct stored *stored, struct err *err)
{
	if (!store_is_busy(stored->dir))
		return 0;
	if (store_read(stored->dir, &stored->arena, &stored->record, err) < 0)
		return -1;
	return status_allow(OPERATION_START,
		status_find(stored->dir, stored->record), stored->record->id,
		err);
}

int
start_run(const char *root, const char *id, struct err *err)
{
	struct stored stored;
	int result = -1;

	if (store_find(root, id, &stored, err) < 0)
		return -1;
	if (check_early(&stored, err) == 0 && store_lock(stored.dir, err) == 0)
		result = start(&stored, err);
	store_close(&stored);
	return result;
}
