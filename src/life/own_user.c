/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config is changed and not the plan, so that all who come later, exec
 * above all, find the mappings where those of other containers stand. What a
 * config says of them is left alone, be it wrong: an error tells so. Without
 * newuidmap and newgidmap nobody could write more than the user himself, who
 * is then all there is.
 */
#include "life/own_user.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/idmap.h"
#include "libocispec/config.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUB_IDS_MAX (1 << 20)

struct list {
	struct arena *arena;
	struct oci_id_mapping *items;
	size_t n;
	uint32_t next; /* the container's next id */
};

/* The members are pointers, for what is not said. */
static int
add(struct list *list, uint32_t host, uint32_t size)
{
	uint32_t *numbers = arena_array(list->arena, uint32_t, 3);

	if (!numbers)
		return -1;
	if (list->n == PLAN_ID_MAPS_MAX || size == 0 ||
		size > UINT32_MAX - list->next)
		return 0;
	numbers[0] = list->next;
	numbers[1] = host;
	numbers[2] = size;
	list->items[list->n++] = (struct oci_id_mapping){
		.container_id = &numbers[0],
		.host_id = &numbers[1],
		.size = &numbers[2],
	};
	list->next += size;
	return 0;
}

/* "WHO:FIRST:COUNT", WHO by name or by number; others' lines, and wrong ones,
 * mean nothing (subuid(5)). */
static int
add_line(struct list *list, char *line, const char *name, uint32_t uid)
{
	const char *who = strsep(&line, ":");
	const char *first = line ? strsep(&line, ":") : NULL;
	uint64_t number, host, size;
	bool mine = (name && strcmp(who, name) == 0) ||
		(str_to_uint(who, UINT32_MAX, &number) == 0 && number == uid);

	if (!mine || !first || !line ||
		str_to_uint(first, UINT32_MAX, &host) < 0 ||
		str_to_uint(line, UINT32_MAX, &size) < 0)
		return 0;
	return add(list, (uint32_t)host, (uint32_t)size);
}

static int
add_ranges(struct list *list, const char *file, uint32_t uid)
{
	auto_fd fd = openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct passwd *user = fd >= 0 ? getpwuid(uid) : NULL;
	auto_free char *text = NULL;
	size_t len;
	char *rest, *line;

	if (fd < 0 || fd_read(fd, SUB_IDS_MAX, file, &text, &len, NULL) < 0)
		return 0;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (add_line(list, line, user ? user->pw_name : NULL, uid) < 0)
			return -1;
	return 0;
}

static int
make_mappings(struct arena *arena, uint32_t self, uint32_t uid,
	const char *file, bool tools, struct oci_id_mappings *out)
{
	struct list list = { .arena = arena,
		.items = arena_array(
			arena, struct oci_id_mapping, PLAN_ID_MAPS_MAX) };

	if (!list.items || add(&list, self, 1) < 0)
		return -1;
	if (tools && add_ranges(&list, file, uid) < 0)
		return -1;
	*out = (struct oci_id_mappings){ list.items, list.n, true };
	return 0;
}

/* The one that is listed, or a new one behind all others. */
static const struct oci_namespace *
find_or_add(struct arena *arena, struct oci_namespaces *list)
{
	struct oci_namespace *all;

	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].type &&
			strcmp(list->items[i].type, "user") == 0)
			return &list->items[i];
	all = arena_array(arena, struct oci_namespace, list->n + 1);
	if (!all)
		return NULL;
	if (list->n)
		memcpy(all, list->items, list->n * sizeof(*all));
	all[list->n] = (struct oci_namespace){ .type = "user" };
	*list = (struct oci_namespaces){ all, list->n + 1, true };
	return &all[list->n - 1];
}

int
own_user_add(struct arena *arena, const struct plan_request *request,
	struct oci_config *config, struct err *err)
{
	struct oci_linux *linux_section;
	const struct oci_namespace *user;
	bool tools;

	if (request->root || request->uid == 0 || !config->linux)
		return 0;
	linux_section = arena_array(arena, struct oci_linux, 1);
	if (!linux_section)
		return err_code(err, ENOMEM, "user namespace");
	*linux_section = *config->linux;
	user = find_or_add(arena, &linux_section->namespaces);
	config->linux = linux_section;
	if (!user)
		return err_code(err, ENOMEM, "user namespace");
	if (user->path || linux_section->uid_mappings.n ||
		linux_section->gid_mappings.n)
		return 0;
	tools = idmap_has_tools();
	if (make_mappings(arena, request->uid, request->uid, "/etc/subuid",
		    tools, &linux_section->uid_mappings) < 0 ||
		make_mappings(arena, request->gid, request->uid, "/etc/subgid",
			tools, &linux_section->gid_mappings) < 0)
		return err_code(err, ENOMEM, "user namespace");
	return 0;
}
