/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update, in this order: the document is read and decoded; the container is
 * found and locked; what its cgroup says now is asked, for some limits count
 * from others; the plan of the change is made, with all that is wrong told at
 * once; only then is anything written, by the driver that made the cgroup,
 * which sets back what it had written where a file refuses.
 */
#include "life/update.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "life/control.h"
#include "life/rdt.h"
#include "life/record.h"
#include "life/store.h"
#include "plan/plan.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENT_MAX (16 << 20)

/* The document while it is at work. */
struct update {
	const struct update_request *request;
	struct arena arena;
	struct oci_problems problems;
	char *text; /* heap */
	const struct oci_resources *resources;
};

static int
read_text(struct update *update, size_t *out_len, struct err *err)
{
	const char *name = update->request->file;
	auto_fd fd = -1;

	if (strcmp(name, "-") == 0)
		return fd_read(STDIN_FILENO, DOCUMENT_MAX, "standard input",
			&update->text, out_len, err);
	fd = openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(err, "open %s", name);
	return fd_read(fd, DOCUMENT_MAX, name, &update->text, out_len, err);
}

/* Where options were given, there is no document to point into. */
static int
refuse(const struct update *update, struct err *err)
{
	const struct oci_problems *problems = &update->problems;

	if (!update->request->file) {
		problems_first(problems, err);
		err->pointer[0] = '\0';
		return -1;
	}
	if (problems->n == 1 || !update->request->report)
		return problems_first(problems, err);
	problems_format(problems, update->request->report);
	return err_say(
		err, "%s has %zu problems", problems->document, problems->n);
}

static int
decode_document(struct update *update, struct err *err)
{
	const char *name = update->request->file, *slash;
	struct oci_resources *resources;
	size_t len = 0;

	update->resources = update->request->resources;
	if (!name)
		return 0;
	if (read_text(update, &len, err) < 0)
		return -1;
	slash = strrchr(name, '/');
	update->problems.document = strcmp(name, "-") == 0 ? "standard input"
		: slash                                    ? slash + 1
							   : name;
	if (oci_resources_check(
		    update->text, len, &resources, &update->problems) < 0)
		return refuse(update, err);
	update->resources = resources;
	return 0;
}

/* The kernel's refusal belongs to the document, too. */
static int
blame(const struct update *update, struct err *err)
{
	if (!update->request->file) {
		err->pointer[0] = '\0';
		err->line = err->column = 0;
	} else {
		snprintf(err->document, sizeof(err->document), "%s",
			update->problems.document);
	}
	return -1;
}

static int
change(struct update *update, const struct oci_record *record,
	const struct cgroup *cgroup, struct err *err)
{
	const struct cgroup_driver *driver =
		cgroup_driver_find(record->cgroup_driver);
	struct plan_resources planned;
	struct plan_present present;
	int made;

	cgroup_present(cgroup, &present);
	if (record_devices(&update->arena, record, &present, err) < 0)
		return -1;
	made = plan_update(&update->arena, update->resources, &present,
		&planned, &update->problems, err);
	if (update->problems.n)
		return refuse(update, err);
	if (made < 0)
		return -1;
	if (driver->update(&planned, cgroup, err) < 0)
		return blame(update, err);
	return 0;
}

/* What is read from standard input is read once: who manages the cgroups is
 * asked before. */
static int
get_ready(const struct update *update, struct err *err)
{
	struct stored stored;
	int result;

	if (!update->request->file || strcmp(update->request->file, "-") != 0)
		return 0;
	if (control_find(update->request->root, update->request->id,
		    OPERATION_UPDATE, &stored, err) < 0)
		return -1;
	result = cgroup_driver_ready(stored.record->cgroup_driver, err);
	store_close(&stored);
	return result;
}

/* The group of resctrl first: it can be set back whatever the cgroup says. */
static int
change_all(struct update *update, const struct oci_record *record,
	const struct cgroup *cgroup, struct err *err)
{
	struct rdt_change group;
	int result;

	if (rdt_change(record, update->request->l3_cache,
		    update->request->memory_bandwidth, &group, err) < 0)
		return -1;
	result = change(update, record, cgroup, err);
	if (result < 0)
		rdt_change_back(&group);
	rdt_change_done(&group);
	return result;
}

static int
change_container(struct update *update, struct err *err)
{
	struct cgroup cgroup = { .fd = -1 };
	struct stored stored;
	int result = -1;

	if (control_find(update->request->root, update->request->id,
		    OPERATION_UPDATE, &stored, err) < 0)
		return -1;
	if (!stored.record->cgroup)
		err_say(err,
			"the container has no cgroup of its own, and so no limits");
	else if (cgroup_driver_ready(stored.record->cgroup_driver, err) == 0 &&
		cgroup_open(stored.record->cgroup, &cgroup, err) == 0)
		result = change_all(update, stored.record, &cgroup, err);
	cgroup_close(&cgroup);
	store_close(&stored);
	return result;
}

int
update_run(const struct update_request *request, struct err *err)
{
	struct update update = { .request = request };
	int result;

	if (arena_init(&update.arena, err) < 0)
		return -1;
	problems_init(&update.problems, &update.arena, NULL);
	result = get_ready(&update, err);
	if (result == 0)
		result = decode_document(&update, err);
	if (result == 0)
		result = change_container(&update, err);
	free(update.text);
	arena_done(&update.arena);
	return result;
}
