/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of memory come last, when the work of scrim-init is done: that is not
 * what they are for, and the container's own start is all that has to fit.
 * What is used by then may be more than is allowed: the kernel has killed the
 * init when the file is written, and its count says so.
 */
#include "life/parts.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup.h"
#include "host/cgroup_files.h"
#include "host/cgroup_stat.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
count_kills(const struct cgroup *cgroup)
{
	auto_free char *text = cgroup_stat_text(cgroup->fd, "memory.events");

	return text ? cgroup_stat_key(text, "oom_kill") : 0;
}

static int
say_killed(struct err *err)
{
	return err_say(err,
		"the container's init was killed: the memory limit is too low to set it up");
}

/* Of all limits: a manager that hears of some writes what it holds of the
 * others, too, which it may have rounded. Without a process its unit ends, and
 * knows no limits any more. */
static int
tell(const struct cgroup_driver *driver, const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err)
{
	const struct plan_resources limits = {
		.knobs = resources->knobs, .n_knobs = resources->n_knobs
	};
	struct err failure = { 0 };

	if (driver->tell(&limits, cgroup, &failure) == 0)
		return 0;
	if (cgroup_files_event(cgroup->fd, "populated") != 1)
		return say_killed(err);
	return err_take(err, &failure);
}

/* unified comes last, and may be the one that counts. */
static void
drain(const struct plan_resources *chosen, const struct cgroup *cgroup)
{
	const char *limit = NULL;

	for (size_t i = 0; i < chosen->n_knobs; i++)
		if (strcmp(chosen->knobs[i].file, "memory.max") == 0)
			limit = chosen->knobs[i].value;
	if (limit)
		cgroup_drain(cgroup, limit);
}

static int
apply_memory(const struct cgroup_driver *driver,
	const struct plan_resources *resources,
	const struct plan_resources *chosen, const struct cgroup *cgroup,
	struct err *err)
{
	uint64_t before = count_kills(cgroup);

	if (resources->small_memory)
		drain(chosen, cgroup);
	if (driver->apply(chosen, cgroup, err) < 0)
		return -1;
	if (count_kills(cgroup) != before)
		return say_killed(err);
	return driver->tell ? tell(driver, resources, cgroup, err) : 0;
}

static int
apply_knobs(const struct cgroup_driver *driver,
	const struct plan_resources *resources, const struct cgroup *cgroup,
	bool memory, struct err *err)
{
	auto_free struct plan_knob *knobs =
		calloc(resources->n_knobs + 1, sizeof(*knobs));
	struct plan_resources chosen = { .knobs = knobs };

	if (!knobs)
		return err_code(err, ENOMEM, "limits");
	for (size_t i = 0; i < resources->n_knobs; i++)
		if (cgroup_driver_is_late(&resources->knobs[i]) == memory)
			knobs[chosen.n_knobs++] = resources->knobs[i];
	if (!memory)
		return driver->apply(&chosen, cgroup, err);
	return chosen.n_knobs
		? apply_memory(driver, resources, &chosen, cgroup, err)
		: 0;
}

int
parts_apply(const struct cgroup_driver *driver,
	const struct plan_resources *resources, const struct cgroup *cgroup,
	enum part part, struct err *err)
{
	struct plan_resources devices = *resources;

	if (!driver || cgroup->fd < 0)
		return 0;
	if (part != PART_DEVICES)
		return apply_knobs(
			driver, resources, cgroup, part == PART_MEMORY, err);
	devices.n_knobs = 0;
	return devices.device_program ? driver->apply(&devices, cgroup, err)
				      : 0;
}
