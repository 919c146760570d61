/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record has the annotation, and so needs no field for the path.
 */
#include "life/inside.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup.h"
#include "libocispec/config.h"
#include "life/create.h"
#include "life/record.h"
#include "plan/annotations.h"
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>

static int
make(struct creation *c, const char *name, struct err *err)
{
	if (c->cgroup.fd < 0)
		return err_say(err,
			"annotation %s: the container has no cgroup of its own",
			annotations[ANNOTATION_DELEGATE_CGROUP].key);
	return cgroup_make_inside(&c->cgroup, name, &c->inside, err);
}

int
inside_make(struct creation *c, struct err *err)
{
	const char *name = c->plan->delegate_cgroup;

	if (name && make(c, name, err) < 0)
		return -1;
	return c->plan->delegate
		? cgroup_delegate(name ? &c->inside : &c->cgroup,
			  c->plan->delegate_uid, err)
		: 0;
}

int
inside_seat(const struct creation *c)
{
	return c->inside.fd >= 0 ? c->inside.fd : c->cgroup.fd;
}

bool
inside_is_others(const struct creation *c)
{
	return c->plan && c->plan->delegate_cgroup && c->record &&
		c->inside.fd < 0 && !c->cgroup.made;
}

char *
inside_path(const struct oci_record *record)
{
	const struct oci_string_entry *said = annotations_find(
		&record->annotations, ANNOTATION_DELEGATE_CGROUP);
	char *path;

	if (!record->cgroup || !said || !*said->value ||
		asprintf(&path, "%s/%s", record->cgroup, said->value) < 0)
		return NULL;
	return path;
}

/* Of a create that was killed the mark tells whether it came as far as making
 * it. Later the container, whose it is, may have taken the mark away. */
int
inside_end(const struct oci_record *record, int ms, struct err *err)
{
	auto_free char *path = inside_path(record);

	if (!path || (!record->cgroup_made && !cgroup_is_ours(path)))
		return 0;
	return cgroup_end(path, ms, err);
}
