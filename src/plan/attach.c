/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts for a container that runs already, and the way back. The plan is
 * what a config would give that joins the container's namespaces by path: its
 * mounts are made by mounts.c, its sources opened and its steps carried out as
 * those of any plan. Only the rootfs is not brought along: it is the root that
 * is found inside. Into a user namespace the sources go through a copied
 * mount namespace that belongs to it, so that the kernel locks what the
 * container's root must not undo (host/shelf.h).
 */
#include <linux/sched.h>
#include <string.h>

#include "base/err.h"
#include "libocispec/problems.h"
#include "plan/make.h"
#include "plan/names.h"
#include "plan/options.h"

/* A config that joins. linux and the list are the caller's. */
static void
join(const struct plan_place *place, struct oci_namespace *list,
	struct oci_linux *linux, struct oci_config *config)
{
	size_t n = 0;

	if (place->user_ns)
		list[n++] = (struct oci_namespace){ .type = "user",
			.path = place->user_ns };
	list[n++] = (struct oci_namespace){ .type = "mount",
		.path = place->mount_ns };
	*linux = (struct oci_linux){ .namespaces = { list, n, true },
		.mount_label = place->mount_label };
	config->oci_version = MAKE_OCI_VERSION;
	config->linux = linux;
}

/* Where the sources become another user namespace's, they need a mount
 * namespace of that one to pass through. */
static void
settle_birth(struct maker *m)
{
	struct plan *plan = m->plan;

	plan->bundle = m->request->bundle;
	plan->id = m->request->id;
	plan->oci_version = MAKE_OCI_VERSION;
	if (!m->user_ns)
		return;
	plan->clone_flags |= CLONE_NEWNS;
	plan->birth = m->request->root && !m->request->no_pin
		? PLAN_BIRTH_PINNED
		: PLAN_BIRTH_PLAIN;
	plan->birth_reason = "the container has a user namespace";
	/* The shelf of a plain birth; nobody sees what is mounted there. */
	plan->rootfs = "/";
}

static void
begin(struct maker *m)
{
	struct plan_step *step;

	namespaces_make(m);
	settle_birth(m);
	namespaces_add_steps(m);
	make_proc_slot(m);
	step = block_step(&m->block, OP_INSIDE, NULL, NULL);
	step->slot = m->proc_slot;
}

/* GO is said when it is written down, and only then all of it stays. */
static void
end(struct maker *m)
{
	block_step(&m->block, OP_HOOKS, NULL, NULL);
	block_step(&m->block, OP_LEAVE, NULL, NULL);
}

/* By its options or its type, as mounts.c takes it. */
static bool
is_bind(const struct oci_mount *mount)
{
	if (mount->type &&
		(!strcmp(mount->type, "bind") || !strcmp(mount->type, "rbind")))
		return true;
	for (size_t i = 0; i < mount->options.n; i++) {
		const struct names_mount_option *option =
			names_mount_option(mount->options.items[i]);

		if (option && option->kind == MOUNT_BINDS)
			return true;
	}
	return false;
}

/* Changes what is there: it could not be taken back. */
static bool
is_remount(const struct oci_mount *mount)
{
	for (size_t i = 0; i < mount->options.n; i++) {
		const struct names_mount_option *option =
			names_mount_option(mount->options.items[i]);

		if (option && option->kind == MOUNT_REMOUNTS)
			return true;
	}
	return false;
}

/* What can be given to a container that runs, and taken away again. */
static void
check_kind(struct maker *m, const struct oci_mount *mount)
{
	bool tmpfs = mount->type && !strcmp(mount->type, "tmpfs");

	if (is_remount(mount))
		make_complain(m, &mount->at, "options",
			"a running container's mounts cannot be remounted: remove it and add it again");
	else if (!is_bind(mount) && !tmpfs)
		make_complain(m, &mount->at, "type",
			"only binds and tmpfs can be added, not \"%s\"",
			mount->type ? mount->type : "");
}

int
plan_attach(struct arena *arena, const struct oci_config *config,
	const struct plan_request *request, struct plan **out,
	struct oci_problems *problems, struct err *err)
{
	struct oci_config joined = *config;
	struct oci_namespace list[2] = { 0 };
	struct oci_linux linux;
	struct maker m;

	join(request->place, list, &linux, &joined);
	if (make_begin(&m, arena, &joined, request, problems, err) < 0)
		return -1;
	begin(&m);
	for (size_t i = 0; i < joined.mounts.n; i++)
		check_kind(&m, &joined.mounts.items[i]);
	mounts_add(&m);
	end(&m);
	return make_finish(&m, out, err);
}

int
plan_detach(struct arena *arena, const struct plan_request *request,
	const struct plan_mark *marks, size_t n, struct plan **out,
	struct err *err)
{
	struct oci_config joined = { 0 };
	struct oci_namespace list[2] = { 0 };
	struct oci_problems problems;
	struct oci_linux linux;
	struct maker m;

	join(request->place, list, &linux, &joined);
	problems_init(&problems, arena, NULL);
	if (make_begin(&m, arena, &joined, request, &problems, err) < 0)
		return -1;
	begin(&m);
	for (size_t i = 0; i < n; i++) {
		struct plan_step *step =
			block_step(&m.block, OP_DETACH, NULL, NULL);

		step->text[0] = block_text(&m.block, marks[i].target);
		step->number[0] = marks[i].id;
	}
	end(&m);
	return make_finish(&m, out, err);
}
