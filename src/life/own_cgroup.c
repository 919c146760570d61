/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between two commands a cgroup is known by the record alone, and a record may
 * be lost; so the cgroup itself says whose it is (host/cgroup_owner.h).
 */
#include "life/own_cgroup.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup.h"
#include "life/create.h"
#include "life/record.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether it will be made or found is known once it is there; until then, its
 * own mark tells delete. */
int
own_cgroup_note(struct creation *c, struct err *err)
{
	auto_free char *path = NULL;

	if (!c->request->driver)
		return 0;
	path = c->request->driver->place(c->plan, err);
	if (!path || !*path)
		return path ? 0 : -1;
	c->record->cgroup = arena_text(&c->arena, path, strlen(path));
	c->record->cgroup_driver = c->request->driver->name;
	return c->record->cgroup ? 0 : err_code(err, ENOMEM, "state");
}

/* For the cgroup to say so, too. A state root that was given by a relative path
 * is not named: it would be looked for elsewhere. */
static int
name_owner(struct creation *c, struct err *err)
{
	const struct create_request *request = c->request;

	if (request->root[0] != '/')
		return 0;
	c->cgroup.owner =
		arena_printf(&c->arena, "%s/%s", request->root, request->id);
	return c->cgroup.owner ? 0 : err_code(err, ENOMEM, "state");
}

int
own_cgroup_make(struct creation *c, struct err *err)
{
	if (!c->request->driver)
		return 0;
	/* who may have none can have no limits either */
	if (!c->record->cgroup)
		return cgroup_make(c->plan, "", &c->cgroup, err);
	if (name_owner(c, err) < 0 ||
		c->request->driver->make(
			c->plan, c->record->cgroup, &c->cgroup, err) < 0)
		return -1;
	c->record->cgroup_made = record_bool(&c->arena, c->cgroup.made);
	return c->record->cgroup_made ? 0 : err_code(err, ENOMEM, "state");
}
