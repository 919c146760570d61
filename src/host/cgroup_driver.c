/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of cgroup drivers. cgroupfs writes to the hierarchy itself; each
 * other one has a file of its own, a row here, and may use cgroupfs's
 * functions for what it has no better way for.
 */
#include "host/cgroup.h"

#include "plan/plan.h"

#include <string.h>

static void
forget(const char *path, int ms)
{
	if (cgroup_is_ours(path))
		cgroup_remove(path, ms, NULL);
}

static const struct cgroup_driver cgroupfs = {
	.name = "cgroupfs",
	.place = cgroup_place,
	.make = cgroup_make,
	.apply = cgroup_apply,
	.update = cgroup_update,
	.forget = forget,
	.end = cgroup_end,
};

static const struct cgroup_driver *const drivers[] = { &cgroupfs,
	&cgroup_driver_systemd };

const struct cgroup_driver *
cgroup_driver_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(drivers) / sizeof(drivers[0]);
		i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return &cgroupfs;
}

int
cgroup_driver_ready(const char *name, struct err *err)
{
	const struct cgroup_driver *driver = cgroup_driver_find(name);

	return driver->ready ? driver->ready(err) : 0;
}

int
cgroup_driver_enter(const char *name, const char *path, struct err *err)
{
	const struct cgroup_driver *driver = cgroup_driver_find(name);

	return driver->enter ? driver->enter(path, err) : 0;
}

bool
cgroup_driver_is_late(const struct plan_knob *knob)
{
	return knob->controller && strcmp(knob->controller, "memory") == 0;
}
