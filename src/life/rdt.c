/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record names what goes with the container before it is made: a group
 * without closID, and the monitoring group [164, 165]. A group that somebody
 * else has named stays, but for a create that fails.
 */
#include "life/rdt.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/resctrl.h"
#include "life/record.h"
#include "plan/plan.h"

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
