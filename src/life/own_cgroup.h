/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a container's cgroup is to be: in the record before it is there, and
 * made by the driver that the request names.
 */
#ifndef LIFE_OWN_CGROUP_H
#define LIFE_OWN_CGROUP_H

struct creation;
struct err;

/* Into the record; nothing is made. */
int own_cgroup_note(struct creation *creation, struct err *err);
/* Makes it; where the caller may have none, that is right without limits. */
int own_cgroup_make(struct creation *creation, struct err *err);

#endif
