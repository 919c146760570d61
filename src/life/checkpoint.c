/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint, in this order: the container, locked and looked at as `scrim
 * mounts` looks; what of the host is in it (mounts, namespaces that it joined,
 * its three standard files) gets names, which are written down beside the
 * images; criu does the rest. What comes from the host is never part of the
 * images. Where the processes are gone then, so is the container: restore
 * makes a new one of that name.
 */
#include "life/checkpoint.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup.h"
#include "host/criu.h"
#include "host/library.h"
#include "life/delete.h"
#include "life/mounts.h"
#include "life/record.h"
#include "life/status.h"
#include "plan/format.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LINK_MAX_TEXT 4096

/* All that one run has. */
struct dump {
	const struct checkpoint_request *request;
	struct mounts_view view;
	struct oci_snapshot snapshot;
	struct criu_job job;
	struct str config;
	/* In the arena, with room for all there can be. */
	struct oci_snapshot_mount *mounts;
	struct criu_pair *pairs;
	const char **stdio, **external, **kinds;
};

/* --- mounts -----------------------------------------------------------------
 */

static const char *
cgroup_kind(const struct mount_row *row)
{
	return !strcmp(row->type, "cgroup2") ? SNAPSHOT_CGROUP : NULL;
}

/* Where below its source a mount lies that came along with a bind. */
static const char *
depth(const struct mounts_view *view, const struct mounts_sight *sight)
{
	const char *top = view->table.rows[sight->along->sight].target;

	return sight->row->target + strlen(top);
}

/* Whose mount it is: NULL: the container's own, which criu knows how to make
 * again. */
static const char *
judge(const struct mounts_view *view, const struct mounts_sight *sight,
	struct oci_snapshot_mount *out)
{
	const struct mounts_promise *promise =
		sight->promise ? sight->promise : sight->along;
	unsigned op = promise ? promise->op : OP_COUNT;

	out->source = "";
	if (op == OP_MASK) {
		out->source = "/dev/null";
		return !strcmp(sight->row->type, "devtmpfs") ||
				!strcmp(sight->row->root, "/null")
			? SNAPSHOT_BIND
			: SNAPSHOT_EMPTY;
	}
	if (cgroup_kind(sight->row))
		return SNAPSHOT_CGROUP;
	if (op != OP_BIND && op != OP_DEVICE_BIND)
		return NULL;
	out->source = promise->entry->source;
	if (!sight->promise)
		out->below = depth(view, sight);
	return SNAPSHOT_BIND;
}

/* Each gets the name of its place: that is what a person finds in the log. */
static int
name_mounts(struct dump *dump, struct err *err)
{
	struct arena *arena = &dump->view.stored.arena;
	size_t n = 0;

	dump->mounts =
		arena_array(arena, struct oci_snapshot_mount, dump->view.n + 1);
	dump->pairs = arena_array(arena, struct criu_pair, dump->view.n + 1);
	if (!dump->mounts || !dump->pairs)
		return err_code(err, ENOMEM, "checkpoint");
	for (size_t i = 0; i < dump->view.n; i++) {
		const struct mounts_sight *sight = &dump->view.sights[i];
		struct oci_snapshot_mount *mount = &dump->mounts[n];

		*mount = (struct oci_snapshot_mount){
			.target = sight->row->target,
			.attrs = &sight->attrs,
		};
		mount->kind = judge(&dump->view, sight, mount);
		if (!mount->kind)
			continue;
		dump->pairs[n++] = (struct criu_pair){ sight->row->target,
			sight->row->target };
	}
	dump->snapshot.mounts =
		(struct oci_snapshot_mounts){ dump->mounts, n, true };
	dump->job.mounts = dump->pairs;
	dump->job.n_mounts = n;
	return 0;
}

/* --- namespaces and standard files ------------------------------------------
 */

/* criu's own words for those that it can leave out. */
static const struct {
	const char *kind, *file;
} external_kinds[] = { { "network", "net" }, { "pid", "pid" } };

/* "net[4026531840]:scrim-network" */
static int
name_namespace(
	struct dump *dump, const char *kind, const char *file, struct err *err)
{
	struct arena *arena = &dump->view.stored.arena;
	const char *name = snapshot_namespace(arena, kind);
	struct stat st;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)dump->view.pid,
		file);
	if (stat(path, &st) < 0)
		return err_sys(err, "look at %s", path);
	dump->external[dump->job.n_external] = arena_printf(
		arena, "%s[%lu]:%s", file, (unsigned long)st.st_ino, name);
	return dump->external[dump->job.n_external++]
		? 0
		: err_code(err, ENOMEM, "checkpoint");
}

/* Those that were joined by path; the others of that list are entered again
 * by the word of the config at restore. */
static int
name_namespaces(struct dump *dump, struct err *err)
{
	const struct oci_string_map *all =
		&dump->view.stored.record->namespaces;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		/* "": a new one, which is the container's own. */
		if (!all->items[i].value[0])
			continue;
		dump->kinds[n++] = all->items[i].key;
		for (size_t k = 0; k < 2; k++)
			if (!strcmp(external_kinds[k].kind,
				    all->items[i].key) &&
				name_namespace(dump, external_kinds[k].kind,
					external_kinds[k].file, err) < 0)
				return -1;
	}
	dump->snapshot.namespaces =
		(struct oci_strings){ dump->kinds, n, true };
	return 0;
}

/* The id of the mount that a file was opened on, from its fdinfo; -1. */
static int64_t
mount_of(pid_t pid, int fd)
{
	char path[64], text[1024];
	const char *at;
	int64_t id;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)pid, fd);
	if (file_read(AT_FDCWD, path, text, sizeof(text), NULL) < 0)
		return -1;
	at = strstr(text, "mnt_id:");
	if (!at)
		return -1;
	at += strlen("mnt_id:");
	at += strspn(at, " \t");
	text[(at - text) + (ptrdiff_t)strcspn(at, "\n")] = '\0';
	return str_to_int(at, 0, INT32_MAX, &id) < 0 ? -1 : id;
}

/* A file of the container's own mounts: criu finds it there again. */
static bool
is_inside(const struct mounts_view *view, int64_t mount)
{
	for (size_t i = 0; i < view->n; i++)
		if (view->table.rows[i].id == mount)
			return true;
	return false;
}

/* By its device, for a devpts may be mounted anywhere. */
static bool
is_terminal(const struct stat *st)
{
	unsigned kind = major(st->st_rdev);

	return S_ISCHR(st->st_mode) &&
		(kind == TTY_MAJOR || kind == TTYAUX_MAJOR ||
			(kind >= UNIX98_PTY_SLAVE_MAJOR &&
				kind < UNIX98_PTY_SLAVE_MAJOR +
						UNIX98_PTY_MAJOR_COUNT));
}

/* By which name criu asks for a file of the host; "" for others. Pipes have
 * theirs without being told; terminals are told apart by their device. */
static const char *
name_file(struct dump *dump, int fd, const char *link)
{
	struct arena *arena = &dump->view.stored.arena;
	int64_t mount = mount_of(dump->view.pid, fd);
	const char *name;
	char path[48];
	struct stat st;

	if (str_has_prefix(link, "pipe:["))
		return arena_text(arena, link, strlen(link));
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)dump->view.pid, fd);
	if (link[0] != '/' || mount < 0 || is_inside(&dump->view, mount) ||
		stat(path, &st) < 0)
		return "";
	name = is_terminal(&st)
		? arena_printf(arena, "tty[%lx:%lx]", (unsigned long)st.st_rdev,
			  (unsigned long)st.st_dev)
		: arena_printf(arena, "file[%llx:%lx]",
			  (unsigned long long)mount, (unsigned long)st.st_ino);
	if (name)
		dump->external[dump->job.n_external++] = name;
	return name;
}

/* In the order of their numbers, which is how restore lends its own. */
static int
name_stdio(struct dump *dump, struct err *err)
{
	for (int fd = 0; fd < 3; fd++) {
		char path[48], link[LINK_MAX_TEXT];
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d",
			(int)dump->view.pid, fd);
		len = readlink(path, link, sizeof(link) - 1);
		link[len < 0 ? 0 : len] = '\0';
		dump->stdio[fd] = len < 0 ? "" : name_file(dump, fd, link);
		if (!dump->stdio[fd])
			return err_code(err, ENOMEM, "checkpoint");
	}
	dump->snapshot.stdio = (struct oci_strings){ dump->stdio, 3, true };
	return 0;
}

/* --- the job ----------------------------------------------------------------
 */

/* The cgroup, by the path under which the host has it. */
static int
name_cgroup(struct dump *dump, struct err *err)
{
	const char *path = dump->view.stored.record->cgroup;
	char link[48], text[LINK_MAX_TEXT];
	struct cgroup cgroup;
	ssize_t len;

	if (!path)
		return 0;
	if (cgroup_open(path, &cgroup, err) < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", cgroup.fd);
	len = readlink(link, text, sizeof(text) - 1);
	cgroup_close(&cgroup);
	if (len <= 0)
		return err_say(err, "cgroup %s has no path", path);
	dump->job.freezer =
		arena_text(&dump->view.stored.arena, text, (size_t)len);
	return 0;
}

/* What criu's configuration takes for one word, whatever stands in it. */
static bool
is_word(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("#\"'\\", *text))
			return false;
	return true;
}

/*
 * "ADDRESS:PORT"; the last colon counts, for addresses may have some. By the
 * configuration file: the library's own call for it says -ENOMEM whatever has
 * come of it (3.17). With lazy pages criu is the server itself, and with both
 * words it kills what it dumps and then fails.
 */
static int
name_server(struct dump *dump, struct err *err)
{
	const char *given = dump->request->server;
	const char *colon = given ? strrchr(given, ':') : NULL;
	int64_t port;

	if (!given)
		return 0;
	if (!colon || colon == given || !is_word(given) ||
		str_to_int(colon + 1, 1, UINT16_MAX, &port) < 0)
		return err_say(err,
			"--page-server: expected ADDRESS:PORT, not \"%s\"",
			given);
	if (!dump->request->snapshot.lazy_pages)
		str_add(&dump->config, "page-server\n");
	str_addf(&dump->config, "address %.*s\nport %d\n", (int)(colon - given),
		given, (int)port);
	return dump->config.broken ? err_code(err, ENOMEM, "criu") : 0;
}

/* Nothing is opened or made here beside what the names need. */
static int
fill(struct dump *dump, struct err *err)
{
	struct arena *arena = &dump->view.stored.arena;
	static const uint32_t version = SNAPSHOT_VERSION;
	size_t n = dump->view.stored.record->namespaces.n;

	dump->stdio = arena_array(arena, const char *, 3);
	dump->external = arena_array(arena, const char *, n + 4);
	dump->kinds = arena_array(arena, const char *, n + 1);
	if (!dump->stdio || !dump->external || !dump->kinds)
		return err_code(err, ENOMEM, "checkpoint");
	dump->snapshot.version = &version;
	if (name_mounts(dump, err) < 0 || name_namespaces(dump, err) < 0 ||
		name_stdio(dump, err) < 0 || name_cgroup(dump, err) < 0 ||
		name_server(dump, err) < 0)
		return -1;
	dump->job.external = dump->external;
	dump->job.log = dump->request->pre_dump ? "pre-dump.log" : "dump.log";
	dump->job.pid = dump->view.pid;
	dump->job.parent = dump->request->parent_path;
	dump->job.flags |= CRIU_ORPHAN_PTS;
	if (dump->request->pre_dump)
		dump->job.flags |= CRIU_TRACK_MEM;
	return 0;
}

/* With the lock held. */
static int
perform(struct dump *dump, struct err *err)
{
	const struct checkpoint_request *request = dump->request;
	const struct stored *stored = &dump->view.stored;

	if (snapshot_open(&request->snapshot, true,
		    &stored->record->annotations, &dump->config, &dump->job,
		    err) < 0 ||
		fill(dump, err) < 0)
		return -1;
	if (request->pre_dump)
		return criu_pre_dump(&dump->job, err);
	if (snapshot_write(dump->job.images, &dump->snapshot, err) < 0 ||
		criu_dump(&dump->job, err) < 0)
		return -1;
	if (dump->job.flags & CRIU_LEAVE_RUNNING)
		return 0;
	return delete_remains(
		stored->root, stored->dir, stored->record, true, err);
}

int
checkpoint_run(const struct checkpoint_request *request, struct err *err)
{
	struct dump dump = { .request = request,
		.job = { .images = -1, .work = -1 } };
	int result = -1;

	if (library_ready(err) < 0)
		return -1;
	if (mounts_open(request->root, request->id, OPERATION_CHECKPOINT, true,
		    &dump.view, err) == 0)
		result = perform(&dump, err);
	snapshot_close(&dump.job);
	str_done(&dump.config);
	mounts_close(&dump.view);
	return result;
}
