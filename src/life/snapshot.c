/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrim.json, and the preparations that checkpoint and restore share: the
 * directory of the images, that of criu's log, and the lines of a
 * configuration file: options of ours that libcriu cannot say, then what the
 * annotation org.criu.config names, whose words count where ours say nothing.
 */
#include "life/snapshot.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/criu.h"
#include "libocispec/decode.h"
#include "libocispec/schema.h"
#include "plan/annotations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNAPSHOT_FILE "scrim.json"
#define SNAPSHOT_MAX  ((size_t)16 << 20)
#define CONFIG_MAX    ((size_t)1 << 20)

static const struct oci_row snapshot_mount_rows[] = {
	OCI_ROW(snapshot_mount, target, "target", .flags = OCI_REQUIRED),
	OCI_ROW(snapshot_mount, source, "source", .flags = OCI_REQUIRED),
	OCI_ROW(snapshot_mount, below, "below"),
	OCI_ROW(snapshot_mount, kind, "kind", .flags = OCI_REQUIRED),
	OCI_ROW(snapshot_mount, attrs, "attrs", .flags = OCI_REQUIRED),
};
static OCI_SCHEMA(snapshot_mount, snapshot_mount_rows);

static const struct oci_row snapshot_rows[] = {
	OCI_ROW(snapshot, version, "version", .flags = OCI_REQUIRED),
	OCI_ROW(snapshot, stdio, "stdio", .flags = OCI_REQUIRED),
	OCI_ROW_OBJECTS(snapshot, mounts, "mounts", snapshot_mount,
		.flags = OCI_REQUIRED),
	OCI_ROW(snapshot, namespaces, "namespaces"),
};
static OCI_SCHEMA(snapshot, snapshot_rows);

int
snapshot_write(int images, const struct oci_snapshot *snapshot, struct err *err)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	auto_fd file = openat(images, SNAPSHOT_FILE, flags, 0600);
	auto_str text = { 0 };

	if (file < 0)
		return err_sys(err, "make " SNAPSHOT_FILE);
	oci_encode(&oci_snapshot_schema, snapshot, false, &text);
	if (text.broken)
		return err_code(err, ENOMEM, "write " SNAPSHOT_FILE);
	return fd_write(file, text.data, text.len, err);
}

int
snapshot_read(int images, struct arena *arena, struct oci_snapshot **out,
	struct err *err)
{
	auto_fd file = openat(
		images, SNAPSHOT_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_free char *text = NULL;
	struct oci_snapshot *snapshot;
	size_t len;

	if (file < 0 && errno != ENOENT)
		return err_sys(err, "open " SNAPSHOT_FILE);
	if (file < 0)
		return err_say(err,
			"there is no " SNAPSHOT_FILE
			" among the images: scrim checkpoint did not make them");
	if (fd_read(file, SNAPSHOT_MAX, SNAPSHOT_FILE, &text, &len, err) < 0)
		return -1;
	snapshot = decode_one(&oci_snapshot_schema, arena, text, len, err);
	if (!snapshot) {
		snprintf(err->document, sizeof(err->document), SNAPSHOT_FILE);
		return -1;
	}
	if (*snapshot->version != SNAPSHOT_VERSION || snapshot->stdio.n != 3)
		return err_say(err, SNAPSHOT_FILE " is of another version");
	*out = snapshot;
	return 0;
}

const char *
snapshot_namespace(struct arena *arena, const char *kind)
{
	return arena_printf(arena, "scrim-%s", kind);
}

/* --- directories ------------------------------------------------------------
 */

/* As mkdir -p; that it is there is no failure. */
static void
make_all(const char *path)
{
	auto_free char *copy = strdup(path);

	for (char *at = copy; copy && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		mkdir(copy, 0700);
		*at = '/';
	}
	mkdir(path, 0700);
}

/* An engine has made both; of people nobody is asked to. */
static int
open_directory(const char *path, bool make, const char *what, struct err *err)
{
	int fd;

	if (make)
		make_all(path);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, "%s %s", what, path) : fd;
}

/* A file that is named and cannot be read must not be passed over: what it
 * says may be what keeps a connection or a lock. Nor is a pipe waited for,
 * which is empty as long as nobody writes. */
static int
read_annotated(const char *path, char **out, size_t *out_len, struct err *err)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	auto_fd file = openat(AT_FDCWD, path, flags);
	struct stat st;

	if (file < 0 || fstat(file, &st) < 0)
		return err_sys(err, "%s", path);
	if (S_ISFIFO(st.st_mode))
		return err_say(err, "%s is a pipe", path);
	return fd_read(file, CONFIG_MAX, path, out, out_len, err);
}

static int
add_annotated(
	const struct oci_string_map *map, struct str *config, struct err *err)
{
	const struct oci_string_entry *entry =
		annotations_find(map, ANNOTATION_CRIU_CONFIG);
	auto_free char *text = NULL;
	size_t len;

	if (!entry)
		return 0;
	if (read_annotated(entry->value, &text, &len, err) < 0)
		return err_in(err, "annotation %s", entry->key);
	str_add_len(config, text, len);
	str_add(config, "\n");
	return 0;
}

/* One option a line, as on criu's command line but for the dashes. */
static int
make_config(const struct snapshot_request *request,
	const struct oci_string_map *map, struct str *config, struct err *err)
{
	if (request->lazy_pages)
		str_add(config, "lazy-pages\n");
	if (request->empty_network)
		str_add(config, "empty-ns net\n");
	if (request->status_fd >= 0)
		str_addf(config, "status-fd %d\n", request->status_fd);
	if (add_annotated(map, config, err) < 0)
		return -1;
	return config->broken ? err_code(err, ENOMEM, "criu") : 0;
}

int
snapshot_open(const struct snapshot_request *request, bool make,
	const struct oci_string_map *map, struct str *config,
	struct criu_job *job, struct err *err)
{
	const char *images =
		request->image_path ? request->image_path : "checkpoint";

	job->images = job->work = -1;
	if (geteuid() != 0)
		return err_say(err, "checkpoint and restore need root");
	if (request->status_fd >= 0 && fcntl(request->status_fd, F_GETFD) < 0)
		return err_say(err, "descriptor %d (--status-fd) is not open",
			request->status_fd);
	job->binary = criu_find(request->criu, err);
	if (!job->binary || make_config(request, map, config, err) < 0)
		return -1;
	job->images = open_directory(images, make, "images", err);
	if (job->images < 0)
		return -1;
	job->work =
		open_directory(request->work_path ? request->work_path : images,
			request->work_path != NULL, "work path", err);
	job->flags = request->flags;
	job->cgroups = request->cgroups;
	job->config = config;
	return job->work < 0 ? -1 : 0;
}

void
snapshot_close(struct criu_job *job)
{
	free((char *)job->binary);
	fd_close_auto(&job->images);
	fd_close_auto(&job->work);
	job->binary = NULL;
	job->images = job->work = -1;
}
