/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts for a container that runs, and their removal: a small plan, carried
 * out by a scrim-init that joins the container's namespaces and leaves again.
 * In this order: the file; the container, locked and looked at; the plan; the
 * guest does it and says MOUNTED; the account is replaced; GO, and the guest
 * is gone. Before GO a failure of either side makes the guest undo what it
 * attached, so all of it is there and written down, or nothing. The guest
 * stays in the host's pid namespace, where nobody in the container can see
 * it, and its cgroup is the caller's, so a paused container is no obstacle.
 */
#include "life/mounts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/library.h"
#include "host/pin.h"
#include "host/source.h"
#include "host/spawn.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "life/load.h"
#include "life/record.h"
#include "life/status.h"
#include "life/talk.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20)
/* How long a guest may take to undo what it did, and to end when it is killed.
 */
#define UNDO_MS 10000
#define END_MS  2000

/* The decoder reads objects: one mount, or a list, is made one with "mounts".
 */
static const char list_open[] = "{\"mounts\":", list_close[] = "}",
		  one_open[] = "{\"mounts\":[", one_close[] = "]}";

struct change {
	const struct mounts_request *request;
	struct mounts_view view;
	struct str text; /* of the file, as the decoder takes it */
	size_t shift;    /* columns that were put in front of its first line */
	const char *name;
	struct oci_problems problems;
	struct oci_config *config;
	int mount_ns, user_ns; /* the container's; user_ns -1: the caller's */
	struct plan *plan;
	struct oci_account *account; /* the one to come */
};

/* --- the file ---------------------------------------------------------------
 */

static int
read_file(struct change *change, struct err *err)
{
	const char *file = change->request->file, *slash = strrchr(file, '/');
	bool in = !strcmp(file, "-");
	auto_fd opened = in
		? -1
		: openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	auto_free char *text = NULL;
	bool list;

	change->name = in ? "stdin" : slash ? slash + 1 : file;
	if (!in && opened < 0)
		return err_sys(err, "open %s", file);
	if (fd_read(in ? STDIN_FILENO : opened, FILE_MAX, change->name, &text,
		    NULL, err) < 0)
		return -1;
	list = text[strspn(text, " \t\r\n")] == '[';
	change->shift = strlen(list ? list_open : one_open);
	str_add(&change->text, list ? list_open : one_open);
	str_add(&change->text, text);
	str_add(&change->text, list ? list_close : one_close);
	return change->text.broken ? err_code(err, ENOMEM, "%s", file) : 0;
}

/* Where the file's first line is meant, the column is its own. */
static void
settle_column(const struct change *change, uint32_t line, uint32_t *column)
{
	if (line == 1 && *column > change->shift)
		*column -= (uint32_t)change->shift;
}

/* One problem is the error, whose column run() settles; several are a list, as
 * with a config. */
static int
refuse(struct change *change, struct err *err)
{
	struct oci_problems *problems = &change->problems;
	size_t n =
		problems->n < OCI_PROBLEMS_MAX ? problems->n : OCI_PROBLEMS_MAX;

	if (problems->n == 1 || !change->request->report)
		return problems_first(problems, err);
	for (size_t i = 0; i < n; i++)
		settle_column(change, problems->items[i].line,
			&problems->items[i].column);
	problems_format(problems, change->request->report);
	return err_say(err, "%s has %zu problems", change->name, problems->n);
}

static int
decode_file(struct change *change, struct err *err)
{
	problems_init(
		&change->problems, &change->view.stored.arena, change->name);
	if (oci_mounts_check(change->text.data, change->text.len,
		    &change->config, &change->problems) < 0)
		return refuse(change, err);
	if (!change->problems.n && !change->config->mounts.n)
		return err_say(err, "%s holds no mount", change->name);
	return 0;
}

/* --- the container as a place -----------------------------------------------
 */

/* Verified to be one, of that kind. */
static int
open_namespace(const struct change *change, const char *name, uint32_t kind,
	struct err *err)
{
	char path[48];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)change->view.pid,
		name);
	fd = source_open_namespace(path, kind, err);
	return fd < 0 ? err_in(err, "%s", path) : fd;
}

/* The descriptors are the container's if its process is still there behind
 * them: a pid is not given away before. */
static int
enter_place(struct change *change, struct err *err)
{
	const struct oci_record *record = change->view.stored.record;

	change->mount_ns = open_namespace(change, "mnt", CLONE_NEWNS, err);
	if (change->mount_ns < 0)
		return -1;
	change->user_ns = open_namespace(change, "user", CLONE_NEWUSER, err);
	if (change->user_ns < 0)
		return -1;
	if (fd_is_at(change->user_ns, AT_FDCWD, "/proc/self/ns/user", 0)) {
		close(change->user_ns);
		change->user_ns = -1;
	}
	if (fd_is_at(change->mount_ns, AT_FDCWD, "/proc/self/ns/mnt", 0))
		return err_say(err,
			"the container has the host's mount namespace: there is no other to mount in");
	return status_allow(OPERATION_MOUNTS,
		status_find(change->view.stored.dir, record), record->id, err);
}

/* What a plan may know; places are told as links to our descriptors. */
static void
fill_request(const struct change *change, struct plan_request *request)
{
	const struct stored *stored = &change->view.stored;
	auto_fd pin = -1;

	load_facts(request, LOAD_ROOTLESS_AUTO);
	request->id = stored->record->id;
	request->bundle = stored->record->bundle;
	if (change->user_ns < 0 || !request->root)
		return;
	pin = pin_open(stored->root, NULL);
	request->no_pin = pin < 0;
}

/* A link to a descriptor names the very namespace that was looked at. */
static int
fill_place(
	const struct change *change, struct plan_place *place, struct err *err)
{
	struct arena *arena = (struct arena *)&change->view.stored.arena;

	place->mount_label = change->view.account->mount_label;
	place->mount_ns =
		arena_printf(arena, "/proc/self/fd/%d", change->mount_ns);
	place->user_ns = change->user_ns < 0
		? NULL
		: arena_printf(arena, "/proc/self/fd/%d", change->user_ns);
	if (!place->mount_ns || (change->user_ns >= 0 && !place->user_ns))
		return err_code(err, ENOMEM, "plan");
	return 0;
}

/* --- the guest --------------------------------------------------------------
 */

/* The guest has done it: now it is written down, and GO follows. */
static int
write_down(void *context, struct err *err)
{
	struct change *change = context;

	return account_write(change->view.stored.dir, change->account, err);
}

static void
no_console(void *context, int master)
{
	(void)context;
	close(master);
}

/* By the end of the wire the guest knows that it has to undo what it did. One
 * that cannot even be killed is left behind: we hold the container's lock, and
 * delete waits for that. */
static void
dismiss(struct spawn_child *guest)
{
	fd_close_auto(&guest->wire);
	if (proc_wait_end(guest->pidfd, UNDO_MS) == 0) {
		sys_pidfd_send_signal(guest->pidfd, SIGKILL);
		if (proc_wait_end(guest->pidfd, END_MS) == 0)
			guest->pid = 0;
	}
	spawn_kill(guest);
}

/* Until the process has ended there is somebody to mount for. */
static int
open_process(const struct change *change, struct err *err)
{
	const struct oci_record *record = change->view.stored.record;
	int pidfd = proc_open((pid_t)*record->pid, *record->start);

	return pidfd < 0 ? err_say(err, "container not running") : pidfd;
}

/* The caller holds the container's lock: no other change meets this one. */
static int
carry_out(struct change *change, struct err *err)
{
	const struct host_files files = {
		.root = change->view.stored.root,
		.state = change->view.stored.dir,
		.cgroup = -1,
		.userns = -1,
		.gate = -1,
		.process = -1,
	};
	auto_fd process = open_process(change, err);
	const struct talk talk = { .mounted = write_down,
		.console = no_console,
		.watched = &process,
		.context = change };
	struct spawn_child guest;
	int sent, result;

	signal(SIGCHLD, SIG_DFL);
	if (process < 0 || spawn_child(change->plan, &files, &guest, err) < 0)
		return -1;
	sent = spawn_send_sources(change->plan, &files, &guest, err);
	/* What cannot be sent any more has a reason, which the guest says. */
	result = sent < 0 && err->code != EPIPE && err->code != ECONNRESET
		? -1
		: talk_until_created(guest.wire, &talk, err);
	dismiss(&guest);
	return result < 0 ? -1 : 0;
}

/* --- add --------------------------------------------------------------------
 */

/* The account to come has what is there and, behind it, what is added. */
static int
plan_add(struct change *change, struct err *err)
{
	struct arena *arena = &change->view.stored.arena;
	struct plan_place place = { 0 };
	struct plan_request request = { .place = &place };
	struct oci_account *more;
	struct timespec now;
	int made;

	fill_request(change, &request);
	if (fill_place(change, &place, err) < 0)
		return -1;
	made = plan_attach(arena, change->config, &request, &change->plan,
		&change->problems, err);
	if (change->problems.n)
		return refuse(change, err);
	clock_gettime(CLOCK_REALTIME, &now);
	if (made < 0 ||
		account_make(arena, change->plan,
			record_time(arena, now.tv_sec, 0), &more, err) < 0)
		return -1;
	return account_join(
		arena, change->view.account, more, &change->account, err);
}

/* --- remove -----------------------------------------------------------------
 */

/* The entry that was mounted last at that path. */
static struct mounts_promise *
find_promise(const struct mounts_view *view, const char *target)
{
	for (size_t i = view->n_promises; i-- > 0;)
		if (!strcmp(view->promises[i].entry->target, target))
			return &view->promises[i];
	return NULL;
}

/* Binds and tmpfs, by the config's list or by add: what was made for the
 * container beside them is what holds it together. */
static bool
is_removable(const struct mounts_promise *promise)
{
	const char *type = promise->entry->type;

	return promise->op == OP_BIND ||
		(promise->op == OP_MOUNT && type && !strcmp(type, "tmpfs"));
}

/* What is mounted in it and did not come with it. */
static const struct mount_row *
find_guest(const struct mounts_view *view, const struct mounts_promise *promise)
{
	const struct mount_row *rows = view->table.rows;

	for (ssize_t i = rows[promise->sight].first; i >= 0; i = rows[i].next)
		if (view->sights[i].along != promise)
			return &rows[i];
	return NULL;
}

/* Everything that speaks against it, before anything is touched. */
static int
check_removal(const struct mounts_view *view, const struct oci_mount *mount,
	const struct mounts_promise *promise, struct err *err)
{
	const struct place *at = &mount->at;
	const struct mount_row *other;

	if (!promise)
		return err_bad(err, at, "destination",
			"%s is no mount of the config's, nor was it added",
			mount->destination);
	if (!is_removable(promise))
		return err_bad(err, at, "destination",
			"%s holds the container together (%s): only binds and tmpfs can be removed",
			mount->destination, promise->entry->step);
	if (promise->held)
		return err_bad(err, at, "destination",
			"%s cannot be seen: a filesystem on the way to it does not answer",
			mount->destination);
	if (promise->sight < 0)
		return 0;
	if (view->sights[promise->sight].cover)
		return err_bad(err, at, "destination",
			"%s is covered by another mount", mount->destination);
	other = find_guest(view, promise);
	if (other)
		return err_bad(err, at, "destination", "%s is mounted in %s",
			other->target, mount->destination);
	return 0;
}

/* One of the file's mounts: marked, and out of the account to come. */
static int
mark(struct change *change, const struct oci_mount *mount,
	struct plan_mark *marks, size_t *n, struct err *err)
{
	struct arena *arena = &change->view.stored.arena;
	char *target = arena_printf(arena, "/%s", mount->destination);
	struct mounts_promise *promise;

	if (!target)
		return err_code(err, ENOMEM, "plan");
	path_clean(target);
	promise = find_promise(&change->view, target);
	if (check_removal(&change->view, mount, promise, err) < 0)
		return -1;
	if (promise->marked)
		return err_bad(err, &mount->at, "destination",
			"%s is listed twice", mount->destination);
	promise->marked = true;
	if (promise->sight >= 0) {
		const struct mount_row *row =
			change->view.sights[promise->sight].row;

		marks[(*n)++] =
			(struct plan_mark){ row->target, (uint64_t)row->id };
	}
	return account_drop(
		arena, change->account, promise->entry, &change->account, err);
}

/* What is gone already is only forgotten: then there is no step for it. */
static int
plan_remove(struct change *change, struct err *err)
{
	struct arena *arena = &change->view.stored.arena;
	const struct oci_mounts *mounts = &change->config->mounts;
	struct plan_mark *marks =
		arena_array(arena, struct plan_mark, mounts->n + 1);
	struct plan_place place = { 0 };
	struct plan_request request = { .place = &place };
	size_t n = 0;

	if (change->problems.n)
		return refuse(change, err);
	if (!marks)
		return err_code(err, ENOMEM, "plan");
	if (fill_place(change, &place, err) < 0)
		return -1;
	change->account = (struct oci_account *)change->view.account;
	for (size_t i = 0; i < mounts->n; i++)
		if (mark(change, &mounts->items[i], marks, &n, err) < 0)
			return -1;
	fill_request(change, &request);
	return plan_detach(arena, &request, marks, n, &change->plan, err);
}

/* --- both -------------------------------------------------------------------
 */

static void
close_change(struct change *change)
{
	fd_close_auto(&change->mount_ns);
	fd_close_auto(&change->user_ns);
	str_done(&change->text);
	mounts_close(&change->view);
}

static int
run(const struct mounts_request *request,
	int (*plan)(struct change *change, struct err *err), struct err *err)
{
	struct change change = { .request = request,
		.view.stored = { .root = -1, .dir = -1 },
		.mount_ns = -1,
		.user_ns = -1 };
	int result = -1;

	/* Before stdin is read, which can be read only once. */
	if (library_ready(err) < 0)
		return -1;
	if (read_file(&change, err) == 0 &&
		mounts_open(request->root, request->id, OPERATION_MOUNTS, true,
			&change.view, err) == 0 &&
		decode_file(&change, err) == 0 &&
		enter_place(&change, err) == 0 && plan(&change, err) == 0)
		result = carry_out(&change, err);
	if (result < 0 && err && err->line) {
		settle_column(&change, err->line, &err->column);
		snprintf(err->document, sizeof(err->document), "%s",
			change.name);
	}
	close_change(&change);
	return result;
}

int
mounts_add_run(const struct mounts_request *request, struct err *err)
{
	return run(request, plan_add, err);
}

int
mounts_remove_run(const struct mounts_request *request, struct err *err)
{
	return run(request, plan_remove, err);
}
