/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup in a container's, in which its processes are when an annotation
 * says so. It belongs to the container even where the one around it was there
 * before.
 */
#ifndef LIFE_INSIDE_H
#define LIFE_INSIDE_H

#include <stdbool.h>

struct creation;
struct err;
struct oci_record;

/* That of create, where the plan wants one: no cgroup to have it in is a
 * failure. Then gives it, or the one around it, to whom the plan says. */
int inside_make(struct creation *creation, struct err *err);
/* The descriptor of the cgroup that processes are made in; -1: none. */
int inside_seat(const struct creation *creation);
/* Whether it could not be made in a cgroup that is not ours: there, nothing is
 * to be ended. */
bool inside_is_others(const struct creation *creation);
/* Its path. Heap; NULL where there is none, or no memory. */
char *inside_path(const struct oci_record *record);
/* Where the cgroup around it stays. Gone: success. */
int inside_end(const struct oci_record *record, int ms, struct err *err);

#endif
