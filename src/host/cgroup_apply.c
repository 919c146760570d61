/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits into files. apply fills a new cgroup. update changes one that is in
 * use: first everything is looked at that can be (is each file there?), then
 * what the files say is kept, then they are written one by one; where one is
 * refused, those before it get back what they said. A file that holds a line
 * for each device gets back the device's line. The device program comes last
 * and is exchanged in one step, so there is nothing to be set back behind it.
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "host/cgroup_stat.h"
#include "host/devprog.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (1 << 20)

/* --- writing ----------------------------------------------------------------
 */

/* The kernel takes a line at a time; an empty text (no cpus of its own) is
 * an empty line. */
static int
write_lines(int dir, const char *file, const char *text, struct err *err)
{
	const char *line = text;
	size_t len;

	do {
		auto_free char *copy = NULL;

		len = strcspn(line, "\n");
		copy = len ? strndup(line, len) : strdup("\n");
		if (!copy)
			return err_code(err, ENOMEM, "write %s", file);
		if (file_write(dir, file, copy, err) < 0)
			return -1;
		line += len + (line[len] == '\n');
	} while (*line);
	return 0;
}

/* Names come from the config as well ("unified"): they stay in this directory.
 * 0, -1, or 1 where there is no such file. */
static int
write_file(int dir, const char *file, const char *text, struct err *err)
{
	struct err failure = { 0 };

	if (strchr(file, '/') ||
		(write_lines(dir, file, text, &failure) < 0 &&
			failure.code == ENOENT))
		return 1;
	if (!failure.text[0])
		return 0;
	return err_take(err, &failure);
}

/* Every refusal names the limit's place in the config. */
static int
blame(const struct plan_knob *knob, const struct cgroup *cgroup,
	struct err *err)
{
	err_in(err, "cgroup %s", cgroup->path);
	return err_where(
		err, knob->where.line, knob->where.column, knob->where.pointer);
}

static int
say_missing(const struct plan_knob *knob, const struct cgroup *cgroup,
	struct err *err)
{
	/* A limit below what is used may have ended the container, and with it
	 * the cgroup, between two files. */
	if (faccessat(cgroup->fd, "cgroup.procs", F_OK, 0) < 0)
		err_say(err, "%s cannot be written: the cgroup is gone",
			knob->file);
	else
		err_say(err,
			"there is no file %s%s%s: this kernel does not know it",
			knob->file, knob->other ? ", nor " : "",
			knob->other ? knob->other : "");
	return blame(knob, cgroup, err);
}

/* A value that means "no limit" needs no file to be written to. */
static int
write_knob(const struct plan_knob *knob, const struct cgroup *cgroup,
	struct err *err)
{
	int missing = write_file(cgroup->fd, knob->file, knob->value, err);

	if (missing >= 0 && knob->other && (knob->both || missing)) {
		int second = write_file(
			cgroup->fd, knob->other, knob->other_value, err);

		missing = second < 0 ? -1 : missing && second;
	}
	if (missing < 0)
		return blame(knob, cgroup, err);
	return missing && !knob->default_value ? say_missing(knob, cgroup, err)
					       : 0;
}

int
cgroup_apply(const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err)
{
	if (cgroup->fd < 0)
		return 0;
	for (size_t i = 0; i < resources->n_knobs; i++)
		if (write_knob(&resources->knobs[i], cgroup, err) < 0)
			return -1;
	/* In an ordinary user's container no device node can be made, and what
	 * he may open is his own right: the kernel lets him load no program. */
	if (!resources->device_program || !proc_is_host_root())
		return 0;
	if (devprog_attach(cgroup->fd, resources->device_rules,
		    resources->n_device_rules, err) < 0)
		return err_in(err, "device rules of cgroup %s", cgroup->path);
	return 0;
}

/* How often it is asked, at a distance of 1 ms. */
#define DRAIN_TRIES 50

/* The kernel charges 64 pages at once, keeps the rest for the same CPU, and
 * counts all of it. What is written to memory.max has it given back as well,
 * but that of other CPUs comes a moment later, when somebody was killed for it
 * already; memory.high kills nobody. */
void
cgroup_drain(const struct cgroup *cgroup, const char *limit)
{
	char before[32];

	if (file_read(cgroup->fd, "memory.high", before, sizeof(before), NULL) <
		0)
		return;
	for (int tries = 0; tries < DRAIN_TRIES; tries++) {
		if (file_write(cgroup->fd, "memory.high", limit, NULL) < 0 ||
			cgroup_stat_number(cgroup->fd, "memory.current") <=
				cgroup_stat_number(cgroup->fd, "memory.high"))
			break;
		poll(NULL, 0, 1);
	}
	file_write(cgroup->fd, "memory.high", before, NULL);
}

/* --- changing, and the way back ---------------------------------------------
 */

/* What a file said, and which of its lines will change. text NULL: there was
 * nothing to be read. */
struct kept {
	size_t knob;
	const char *file, *value;
	char *text;
};

struct kept_list {
	struct kept *items;
	size_t n;
};

/* Files that hold a line for each key, and what says of one that it has none
 * (Documentation/admin-guide/cgroup-v2.rst). */
static const struct {
	const char *file, *none;
} keyed[] = {
	{ "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ "io.weight", "default" },
	{ "io.bfq.weight", "default" },
	{ "io.latency", "target=0" },
	{ "rdma.max", "hca_handle=max hca_object=max" },
	{ "misc.max", "max" },
};

static const char *
find_none(const char *file)
{
	for (size_t i = 0; i < sizeof(keyed) / sizeof(keyed[0]); i++)
		if (strcmp(keyed[i].file, file) == 0)
			return keyed[i].none;
	return NULL;
}

static void
keep(struct kept_list *list, int dir, size_t knob, const char *file,
	const char *value)
{
	struct kept *kept = &list->items[list->n++];
	auto_fd fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*kept = (struct kept){ knob, file, value, NULL };
	if (fd >= 0)
		fd_read(fd, TEXT_MAX, file, &kept->text, NULL, NULL);
}

static bool
has_file(const struct cgroup *cgroup, const char *file)
{
	return !strchr(file, '/') &&
		faccessat(cgroup->fd, file, W_OK, AT_EACCESS) == 0;
}

/* Looks before the first write; a list of two files a knob has room. */
static int
keep_all(const struct plan_resources *resources, const struct cgroup *cgroup,
	struct kept_list *list, struct err *err)
{
	for (size_t i = 0; i < resources->n_knobs; i++) {
		const struct plan_knob *knob = &resources->knobs[i];
		bool first = has_file(cgroup, knob->file),
		     second = knob->other && has_file(cgroup, knob->other);

		if (!first && !second && !knob->default_value)
			return say_missing(knob, cgroup, err);
		if (first)
			keep(list, cgroup->fd, i, knob->file, knob->value);
		if (second)
			keep(list, cgroup->fd, i, knob->other,
				knob->other_value);
	}
	return 0;
}

/* The old line of a key, or what stands for none. Heap. */
static char *
old_line(const struct kept *kept, const char *key, size_t len, const char *none)
{
	const char *line = kept->text;
	char *text = NULL;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return strndup(line, strcspn(line, "\n"));
	return asprintf(&text, "%.*s %s", (int)len, key, none) < 0 ? NULL
								   : text;
}

/* A weight without a device is the default's. */
static int
restore_keyed(int dir, const struct kept *kept, const char *none)
{
	const char *line = kept->value;
	int result = 0;

	while (*line) {
		const char *key = line;
		size_t len = strcspn(key, " \n");
		auto_free char *text = NULL;

		if (strcmp(none, "default") == 0 && !memchr(key, ':', len)) {
			key = "default";
			len = strlen(key);
		}
		text = old_line(kept, key, len, none);
		if (!text || file_write(dir, kept->file, text, NULL) < 0)
			result = -1;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return result;
}

static int
restore(int dir, const struct kept *kept)
{
	const char *none = find_none(kept->file);

	if (!kept->text)
		return -1;
	return none ? restore_keyed(dir, kept, none)
		    : write_lines(dir, kept->file, kept->text, NULL);
}

static bool
is_kept_before(const struct kept_list *list, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(list->items[j].file, list->items[i].file) == 0)
			return true;
	return false;
}

/* Up to the knob that failed, the last first, for what depends on another was
 * written behind it. A file that was written twice is tried again. */
static void
restore_all(const struct cgroup *cgroup, const struct kept_list *list,
	size_t failed, struct err *err)
{
	for (size_t i = list->n; i-- > 0;)
		if (list->items[i].knob <= failed &&
			restore(cgroup->fd, &list->items[i]) < 0 &&
			!is_kept_before(list, i))
			err_in(err, "%s could not be set back",
				list->items[i].file);
}

static int
exchange_devices(const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err)
{
	if (!resources->device_program || !proc_is_host_root())
		return 0;
	if (devprog_replace(cgroup->fd, resources->device_rules,
		    resources->n_device_rules, err) < 0)
		return err_in(err, "device rules of cgroup %s", cgroup->path);
	return 0;
}

static int
change_all(const struct plan_resources *resources, const struct cgroup *cgroup,
	const struct kept_list *list, struct err *err)
{
	size_t i = 0;

	while (i < resources->n_knobs &&
		write_knob(&resources->knobs[i], cgroup, err) == 0)
		i++;
	if (i == resources->n_knobs &&
		exchange_devices(resources, cgroup, err) == 0)
		return 0;
	restore_all(cgroup, list, i, err);
	return -1;
}

int
cgroup_update(const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err)
{
	struct kept_list list = { NULL, 0 };
	int result;

	if (cgroup_enable(resources, cgroup->path, err) < 0)
		return -1;
	list.items = calloc(2 * resources->n_knobs + 1, sizeof(*list.items));
	if (!list.items)
		return err_code(err, ENOMEM, "update");
	result = keep_all(resources, cgroup, &list, err);
	if (result == 0)
		result = change_all(resources, cgroup, &list, err);
	for (size_t i = 0; i < list.n; i++)
		free(list.items[i].text);
	free(list.items);
	return result;
}

/* --- what is there ----------------------------------------------------------
 */

/* A number, or UINT64_MAX for "max" and for what cannot be read. */
static uint64_t
read_limit(int dir, const char *file)
{
	uint64_t value = UINT64_MAX;
	char text[32];

	if (file_read(dir, file, text, sizeof(text), NULL) > 0) {
		text[strcspn(text, "\n")] = '\0';
		str_to_uint(text, UINT64_MAX, &value);
	}
	return value;
}

void
cgroup_present(const struct cgroup *cgroup, struct plan_present *out)
{
	char quota[64];

	memset(out, 0, sizeof(*out));
	out->memory_max = read_limit(cgroup->fd, "memory.max");
	if (faccessat(cgroup->fd, "memory.current", R_OK, 0) == 0)
		out->memory_usage = read_limit(cgroup->fd, "memory.current");
	out->cpu_idle = read_limit(cgroup->fd, "cpu.idle") == 1;
	if (file_read(cgroup->fd, "cpu.max", quota, sizeof(quota), NULL) > 0) {
		quota[strcspn(quota, " \n")] = '\0';
		snprintf(
			out->cpu_quota, sizeof(out->cpu_quota), "%.23s", quota);
	}
}
