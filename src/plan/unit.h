/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd is told about a container: the name and the place of its
 * scope, and properties of it. Names and types of the properties are those of
 * org.freedesktop.systemd1(5), what they mean is in
 * systemd.resource-control(5).
 */
#ifndef PLAN_UNIT_H
#define PLAN_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/pile.h"

struct arena;
struct err;
struct plan;
struct plan_resources;

struct unit_name {
	const char *slice; /* "machine.slice"; "-.slice" is the root */
	const char *scope; /* "libpod-ID.scope" */
};

union unit_basic {
	uint64_t u; /* y q u t b */
	int64_t i;  /* n i x */
	double d;
	const char *s; /* s o g */
};

/* A value in the terms of D-Bus: a basic type ("t"), an array of them ("as"),
 * an array of structs of them ("a(st)"), a struct. Its basic values one after
 * the other. */
struct unit_property {
	const char *name, *type;
	const union unit_basic *values;
	size_t n;
};

/* A list that grows; add one by unit_add() and the functions below. */
struct unit_list {
	struct arena *arena;
	struct pile items; /* struct unit_property */
};

#define UNIT_LIST(arena)                                                       \
	((struct unit_list){ (arena), PILE_OF(struct unit_property) })

/* From a cgroupsPath of the form "slice:prefix:name", where slice and prefix
 * may be empty; NULL or "": default_slice, "scrim" and the id. What a unit's
 * name cannot hold is escaped as by systemd-escape(1). */
int unit_name_parse(struct arena *arena, const char *cgroups_path,
	const char *id, const char *default_slice, struct unit_name *out,
	struct err *err);
/* The scope's cgroup below that of its manager: a slice "a-b.slice" lies in
 * "a.slice". subgroup may be NULL. NULL when memory is out. */
const char *unit_path(struct arena *arena, const char *manager,
	const struct unit_name *name, const char *subgroup);
/* Of such a path, the scope and, behind it, the subgroup; heap, or NULL. */
char *unit_of_path(const char *path);

void unit_add(struct unit_list *list, const char *name, const char *type,
	const union unit_basic *values, size_t n);
void unit_add_bool(struct unit_list *list, const char *name, bool value);
void unit_add_number(struct unit_list *list, const char *name, uint64_t value);
void unit_add_text(struct unit_list *list, const char *name, const char *value);

/* Every limit that there is a property for. */
void unit_add_limits(
	struct unit_list *list, const struct plan_resources *resources);
/* Device rules, where they are what systemd can say: nothing but these. */
void unit_add_devices(
	struct unit_list *list, const struct plan_resources *resources);
/* The same in place of what a unit has. */
void unit_change_devices(
	struct unit_list *list, const struct plan_resources *resources);
/* The annotations org.systemd.property.NAME, whose values are in the text
 * form of GVariant. */
int unit_add_annotations(
	struct unit_list *list, const struct plan *plan, struct err *err);
/* One such value; also for tests. */
int unit_parse_value(struct unit_list *list, const char *name, const char *text,
	struct err *err);

#endif
