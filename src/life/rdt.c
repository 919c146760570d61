/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record names what goes with the container before it is made: a group
 * without closID, and the monitoring group [164, 165]. A group that somebody
 * else has named stays, but for a create that fails.
 */
#include "life/rdt.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/resctrl.h"
#include "life/record.h"
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

/* All of it is blamed on one place: which of its properties is wrong is in the
 * words. */
static int
blame(const struct plan *plan, int result, struct err *err)
{
	const struct plan_where *where = &plan->intel_rdt->where;

	if (result == 0)
		return 0;
	err_in(err, "intelRdt");
	return err_where(err, where->line, where->column, where->pointer);
}

int
rdt_note(const struct plan *plan, struct oci_record *record, bool *out_makes,
	struct err *err)
{
	const struct plan_intel_rdt *rdt = plan->intel_rdt;
	auto_fd root = -1;
	int makes;

	if (!rdt)
		return 0;
	root = resctrl_open(err);
	makes = root < 0 ? -1 : resctrl_check(root, rdt, err);
	if (makes < 0)
		return blame(plan, -1, err);
	record->resctrl_group = rdt->own ? rdt->group : NULL;
	record->resctrl_monitor = rdt->monitor;
	record->resctrl_class = rdt->group;
	*out_makes = makes;
	return 0;
}

int
rdt_make(const struct plan *plan, struct err *err)
{
	auto_fd root = -1;

	if (!plan->intel_rdt)
		return 0;
	root = resctrl_open(err);
	if (root < 0 || resctrl_make(root, plan->intel_rdt, err) < 0)
		return blame(plan, -1, err);
	return 0;
}

int
rdt_join(const struct plan *plan, pid_t pid, struct err *err)
{
	auto_fd root = -1;

	if (!plan->intel_rdt)
		return 0;
	root = resctrl_open(err);
	if (root < 0 || resctrl_join(root, plan->intel_rdt, pid, err) < 0)
		return blame(plan, -1, err);
	return 0;
}

int
rdt_enter(const struct oci_record *record, pid_t pid, struct err *err)
{
	const struct plan_intel_rdt rdt = { .group = record->resctrl_class,
		.monitor = record->resctrl_monitor };
	auto_fd root = -1;

	if (!rdt.group)
		return 0;
	root = resctrl_open(err);
	return root < 0 || resctrl_join(root, &rdt, pid, err) < 0
		? err_in(err, "intelRdt")
		: 0;
}

/* As of the config [159]: a line break would smuggle in another line. */
static int
check_line(const char *option, const char *prefix, const char *line,
	struct err *err)
{
	if (!line ||
		(str_has_prefix(line, prefix) && !strchr(line, '\n') &&
			strchr(line, ':') && strchr(line, '=')))
		return 0;
	return err_say(err,
		"%s: expected one line that begins with %s, not \"%s\"", option,
		prefix, line);
}

int
rdt_change(const struct oci_record *record, const char *l3_cache,
	const char *memory, struct rdt_change *out, struct err *err)
{
	const char *lines[2];
	size_t n = 0;
	auto_fd root = -1;

	*out = (struct rdt_change){ record->resctrl_class, NULL };
	if (!l3_cache && !memory)
		return 0;
	if (!out->group)
		return err_say(err,
			"--l3-cache-schema and --mem-bw-schema need a container with linux.intelRdt");
	if (check_line("--l3-cache-schema", "L3", l3_cache, err) < 0 ||
		check_line("--mem-bw-schema", "MB:", memory, err) < 0)
		return -1;
	if (l3_cache)
		lines[n++] = l3_cache;
	if (memory)
		lines[n++] = memory;
	root = resctrl_open(err);
	return root < 0
		? -1
		: resctrl_change(root, out->group, lines, n, &out->before, err);
}

void
rdt_change_back(const struct rdt_change *change)
{
	auto_fd root = change->before ? resctrl_open(NULL) : -1;

	if (root >= 0)
		resctrl_reset(root, change->group, change->before);
}

void
rdt_change_done(struct rdt_change *change)
{
	free(change->before);
}

void
rdt_unmake(const struct plan *plan)
{
	auto_fd root = resctrl_open(NULL);

	if (root >= 0)
		resctrl_remove(root, plan->intel_rdt->group, NULL);
}

/* Not mounted any more: nothing is left of it. */
int
rdt_end(const struct oci_record *record, struct err *err)
{
	auto_fd root = -1;

	if (!record->resctrl_group && !record->resctrl_monitor)
		return 0;
	root = resctrl_open(NULL);
	if (root < 0)
		return 0;
	if (record->resctrl_monitor &&
		resctrl_remove(root, record->resctrl_monitor, err) < 0)
		return -1;
	return record->resctrl_group
		? resctrl_remove(root, record->resctrl_group, err)
		: 0;
}
