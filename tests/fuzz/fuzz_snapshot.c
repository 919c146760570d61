/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as scrim.json among criu's images: refused with a sentence, or a
 * snapshot that comes out of its own text the same; and what restore makes of
 * it is a source that the config or the snapshot names, a target beneath the
 * rootfs, and no more standard files than there are.
 */
#include "life/restore.c"
#include "life/snapshot.c"
#include "tests/fuzz/fuzz.h"

#include <ftw.h>

static char top[] = "/dev/shm/scrim-fuzz.XXXXXX";

/* What this host's config mounts. */
static const struct oci_account_mount entries[] = {
	{ .target = "/a", .source = "/host/a" },
	{ .target = "/a/b", .source = "relative" },
	{ .target = "/", .source = "/host/root" },
};
static struct oci_account account = { .mounts = { entries, 3, true } };

/* Empties the rootfs. What lies beside it is a find. */
static int
take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	const char *name = path + at->base;

	(void)st;
	(void)kind;
	expect(at->level != 1 || !strcmp(name, "root") ||
		!strcmp(name, SNAPSHOT_FILE));
	return at->level > 1 ? remove(path) : 0;
}

static void
clean(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/root", top);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/" SNAPSHOT_FILE, top);
	unlink(path);
	rmdir(top);
}

/* The directory of the images, with a rootfs beside them. */
static int
open_top(void)
{
	static int dir = -1;

	if (dir >= 0)
		return dir;
	expect(mkdtemp(top) && atexit(clean) == 0);
	dir = openat(AT_FDCWD, top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	expect(mkdirat(dir, "root", 0700) == 0);
	return dir;
}

static void
check_mount(const struct revival *revival, const struct oci_snapshot_mount *m)
{
	const char *source = find_source(revival, m);
	struct err err = { 0 };

	expect(source == m->source || !strcmp(source, entries[0].source) ||
		!strcmp(source, entries[2].source));
	expect(make_target(revival, m->target, m->below != NULL, &err) == 0 ||
		err.text[0]);
}

/* What was read is written and read again. */
static void
check_text(int dir, struct arena *arena, const struct oci_snapshot *snapshot)
{
	auto_str first = { 0 }, second = { 0 };
	struct oci_snapshot *again;

	oci_encode(&oci_snapshot_schema, snapshot, false, &first);
	expect(snapshot_write(dir, snapshot, NULL) == 0);
	expect(snapshot_read(dir, arena, &again, NULL) == 0);
	oci_encode(&oci_snapshot_schema, again, false, &second);
	expect(!strcmp(first.data, second.data));
}

static void
check(struct creation *creation, struct oci_snapshot *snapshot)
{
	struct revival revival = {
		.creation = creation, .snapshot = snapshot, .account = &account
	};

	expect(snapshot->stdio.n == 3);
	for (size_t i = 0; i < snapshot->mounts.n; i++)
		check_mount(&revival, &snapshot->mounts.items[i]);
	expect(lend_others(&revival, NULL) == 0 && revival.job.n_fds <= 3);
	if (snapshot->mounts.n)
		expect(nftw(top, take_away, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct creation creation;
	static struct plan plan;
	static char rootfs[64];
	struct arena *arena = &creation.arena;
	struct oci_snapshot *snapshot;
	struct err err = { 0 };
	int dir = open_top(), file;

	expect(arena->base || arena_init(arena, NULL) == 0);
	arena_cut(arena, 0);
	snprintf(rootfs, sizeof(rootfs), "%s/root", top);
	plan.rootfs = rootfs;
	creation.plan = &plan;
	file = openat(dir, SNAPSHOT_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	expect(file >= 0 && fd_write(file, data, len, NULL) == 0);
	close(file);
	if (snapshot_read(dir, arena, &snapshot, &err) < 0)
		return expect(err.text[0]), 0;
	check_text(dir, arena, snapshot);
	check(&creation, snapshot);
	return 0;
}
