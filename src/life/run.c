/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: signals are blocked from the first moment; create, with the start by
 * wire; poststart hooks; then the program is attended to (foreground.h) until
 * it ends, and the container is deleted last. The lock is let go while the
 * program runs, or nobody could delete it.
 */
#include "life/run.h"

#include "base/err.h"
#include "base/fd.h"
#include "life/delete.h"
#include "life/listener.h"
#include "life/foreground.h"
#include "life/notify.h"
#include "life/start.h"
#include "life/status.h"
#include "life/store.h"
#include "life/talk.h"

#include <sys/prctl.h>

/* START, and what the specification wants before start is over. */
static int
start(struct creation *creation, struct err *err)
{
	struct listener_case created = { creation->record,
		status_word(STATUS_CREATED), creation->child.pid };
	const struct talk talk = { .listener = listener_pass,
		.watched = talk_watch(creation->record, &creation->child.pidfd),
		.context = &created };

	/* It was created: from here on its end is one that poststop sees. */
	creation->poststop = true;
	if (!creation->request->revival &&
		(talk_start(creation->child.wire, &talk, err) < 0 ||
			start_check(creation->record, err) < 0))
		return -1;
	return start_hooks(creation->record, err);
}

/* Somebody else may have deleted it meanwhile. What the process holds goes
 * with it, at once; closing it one by one would take longer. */
static int
finish(struct creation *creation, bool keep, struct err *err)
{
	int result = 0;

	if (!keep && (result = store_lock(creation->dir, err)) == 0)
		result = delete_remains(creation->root, creation->dir,
			creation->record, true, err);
	cgroup_close(&creation->cgroup);
	cgroup_close(&creation->inside);
	netdev_done(&creation->net_devices);
	return result == STORE_UNKNOWN ? 0 : result;
}

/* From a created container to the end of its program. */
static int
play(struct creation *creation, struct foreground *run, struct err *err)
{
	int result;

	run->pid = creation->child.pid;
	run->pidfd = creation->child.pidfd;
	run->relay = creation->relay;
	if (terminal_open(&run->terminal, take_fd(&creation->console), err) < 0)
		return -1;
	result = start(creation, err);
	if (result == 0) {
		store_unlock(creation->dir);
		result = foreground_attend(run, err);
	}
	return result;
}

/* Signals first: one that comes while the container is made is kept for its
 * program. */
static int
run_foreground(struct run_request *request, int *out_status, struct err *err)
{
	struct creation creation;
	struct foreground run;
	int result;

	if (foreground_begin(&run, err) < 0)
		return -1;
	if (!request->no_subreaper &&
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_sys(err, "become a subreaper");
	if (create_run(&request->create, &creation, err) < 0) {
		foreground_end(&run);
		return -1;
	}
	result = play(&creation, &run, err);
	foreground_end(&run);
	if (result < 0) {
		create_undo(&creation);
		return -1;
	}
	*out_status = run.status;
	return finish(&creation, request->keep, err);
}

/* The program's end is somebody else's to see. */
static int
run_detached(struct run_request *request, struct err *err)
{
	struct creation creation;

	if (create_run(&request->create, &creation, err) < 0)
		return -1;
	notify_main_pid(creation.child.pid);
	if (start(&creation, err) < 0) {
		create_undo(&creation);
		return -1;
	}
	create_close(&creation);
	return 0;
}

int
run_container(struct run_request *request, int *out_status, struct err *err)
{
	request->create.foreground = true;
	request->create.detach = request->detach;
	*out_status = 0;
	return request->detach ? run_detached(request, err)
			       : run_foreground(request, out_status, err);
}
