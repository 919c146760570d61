/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which namespaces are new, joined or inherited; who must clone; how the mount
 * namespace comes to be; the id maps and time offsets. namespaces_make()
 * settles these facts before any step is made. Namespaces that must be entered
 * before the clone (user, pid and time) are left to whoever clones; the rest
 * become steps.
 */
#include "base/str.h"
#include "plan/make.h"

#include <linux/sched.h>
#include <string.h>

#include "plan/annotations.h"
#include "plan/names.h"

/* Entered by the one who clones: the kernel applies them to children only, or
 * (user) asks for them first. */
#define EARLY_KINDS ((uint64_t)(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWTIME))
/* Those of the host that a child in a new user namespace has no right to. */
#define HOST_KINDS                                                             \
	((uint64_t)(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |               \
		CLONE_NEWCGROUP))
/* Given to clone3: cgroup comes later, time by unshare before it. */
#define CLONE_KINDS                                                            \
	((uint64_t)(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |               \
		CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWUSER))

/* Notes what the list says; returns how many are joined. */
static size_t
read_list(struct maker *m)
{
	size_t n_joined = 0;

	for (size_t i = 0; i < m->linux->namespaces.n; i++) {
		const struct oci_namespace *ns = &m->linux->namespaces.items[i];
		uint64_t kind;

		if (!names_find(&names_namespaces, ns->type, &kind)) {
			make_unknown(m, &ns->at, "type", "namespace", ns->type,
				names_near(&names_namespaces, ns->type));
			continue;
		}
		if ((m->new_ns | m->joined_ns) & kind) {
			make_complain(m, &ns->at, "type",
				"the %s namespace is listed twice", ns->type);
			continue;
		}
		if (ns->path && *ns->path)
			n_joined++, m->joined_ns |= kind;
		else
			m->new_ns |= kind;
	}
	return n_joined;
}

/* With a new user namespace, root joins before it: once in it the child may
 * enter only what that namespace owns. */
static bool
is_early(const struct maker *m, uint64_t kind)
{
	return (kind & EARLY_KINDS) ||
		((kind & HOST_KINDS) && (m->new_ns & CLONE_NEWUSER) &&
			m->request->root);
}

/* User first: what is joined later may belong to it. */
static void
make_joins(struct maker *m, size_t n)
{
	struct plan_join *joins = make_alloc(m, n * sizeof(*joins));
	size_t at = 0;

	for (int pass = 0; joins && pass < 2; pass++) {
		for (size_t i = 0; i < m->linux->namespaces.n && at < n; i++) {
			const struct oci_namespace *ns =
				&m->linux->namespaces.items[i];
			uint64_t kind;

			if (!ns->path || !*ns->path ||
				!names_find(
					&names_namespaces, ns->type, &kind) ||
				(kind == CLONE_NEWUSER) != (pass == 0))
				continue;
			joins[at++] = (struct plan_join){
				.kind = (uint32_t)kind,
				.path = ns->path,
				.early = is_early(m, kind),
				.where = make_where(m, &ns->at, "path"),
			};
		}
	}
	m->plan->joins = joins;
	m->plan->n_joins = at;
}

/* What speaks against a copy of the pinned namespace, or NULL. */
static const char *
against_pinned(const struct maker *m)
{
	if (!m->request->root)
		return "an ordinary user cannot join the pinned namespace";
	if (m->request->no_pivot)
		return "--no-pivot moves the rootfs over the host's root";
	if (hooks_need_host_tree(m->config))
		return "early hooks expect to see the host's tree";
	if (mounts_need_host_tree(m->config))
		return "a filesystem looks for its files on the host";
	if (m->request->no_pin)
		return "a mount namespace cannot be pinned here";
	return NULL;
}

/* The wish of an annotation counts where both are possible. */
static void
choose_birth(struct maker *m, const struct oci_string_entry *wish)
{
	const char *reason = against_pinned(m);
	bool plain = wish && strcmp(wish->value, "plain") == 0;

	m->plan->birth = reason || plain ? PLAN_BIRTH_PLAIN : PLAN_BIRTH_PINNED;
	m->plan->birth_reason = reason ? reason
		: plain ? "the annotation org.scrim.birth asks for it"
			: "nothing needs the host's mounts inside";
	/* A "/" that is no mount point cannot be isolated or pivoted. */
	if (m->request->chrooted && m->plan->birth == PLAN_BIRTH_PLAIN)
		make_complain(m, NULL, NULL,
			"in a chroot a plain birth is not possible, but %s",
			reason ? reason : m->plan->birth_reason);
	if (wish && reason && strcmp(wish->value, "pinned") == 0)
		make_complain(m, &wish->at, NULL,
			"a pinned birth is not possible: %s", reason);
}

/* Decided once, here, and printed with its reason: nothing falls back from
 * one way to the other later. */
static void
make_birth(struct maker *m)
{
	const struct oci_string_entry *wish =
		annotations_find(&m->config->annotations, ANNOTATION_BIRTH);

	if (wish && strcmp(wish->value, "pinned") != 0 &&
		strcmp(wish->value, "plain") != 0)
		make_complain(m, &wish->at, NULL,
			"expected \"pinned\" or \"plain\", not \"%s\"",
			wish->value);
	if (m->new_ns & CLONE_NEWNS) {
		choose_birth(m, wish);
		return;
	}
	if (wish)
		make_complain(m, &wish->at, NULL,
			"a birth can only be chosen with a new mount namespace");
	if (m->joined_ns & CLONE_NEWNS) {
		m->plan->birth = PLAN_BIRTH_JOINED;
		m->plan->birth_reason = "the mount namespace is joined by path";
		return;
	}
	m->plan->birth = PLAN_BIRTH_HOST;
	m->plan->birth_reason =
		"no mount namespace is listed: mounts are made on the host, below the rootfs";
}

/* "CLOCK SECONDS NANOSECONDS", as the kernel's file takes it. */
static bool
is_offset(char *line)
{
	static const char *const clocks[] = { "monotonic", "boottime", "1",
		"7" };
	const char *clock = strsep(&line, " ");
	const char *secs = line ? strsep(&line, " ") : NULL;
	int64_t number;
	size_t i = 0;

	while (i < 4 && strcmp(clock, clocks[i]) != 0)
		i++;
	return i < 4 && secs && line &&
		str_to_int(secs, INT64_MIN, INT64_MAX, &number) == 0 &&
		str_to_int(line, 0, 999999999, &number) == 0;
}

/* The same by crun's annotation, which is older than timeOffsets; these count
 * before it. Several clocks have a line each. */
static void
read_offset_annotation(struct maker *m)
{
	const struct oci_string_entry *said = annotations_find(
		&m->config->annotations, ANNOTATION_TIMENS_OFFSET);
	size_t size = said ? strlen(said->value) + 1 : 0;
	char *copy = said ? make_alloc(m, size) : NULL, *line;

	if (!copy)
		return;
	memcpy(copy, said->value, size);
	while ((line = strsep(&copy, "\n")))
		if (*line && !is_offset(line))
			make_complain(m, &said->at, NULL,
				"\"%s\" is no offset such as "
				"\"boottime 3600 0\"",
				said->value);
	if (!(m->new_ns & CLONE_NEWTIME))
		make_complain(m, &said->at, NULL,
			"%s needs a new time namespace", said->key);
	m->plan->time_offsets = make_printf(m, "%s\n", said->value);
}

/* As /proc/PID/timens_offsets takes them, one clock a line
 * (time_namespaces(7)). */
static void
make_time_offsets(struct maker *m)
{
	const struct oci_time_offsets *offsets = m->linux->time_offsets;
	const struct oci_time_offset *clocks[2];
	static const char *const names[] = { "monotonic", "boottime" };
	const char *text = "";

	if (!offsets) {
		read_offset_annotation(m);
		return;
	}
	if (!(m->new_ns & CLONE_NEWTIME))
		make_complain(m, &offsets->at, NULL,
			"timeOffsets need a new time namespace");
	clocks[0] = offsets->monotonic;
	clocks[1] = offsets->boottime;
	for (size_t i = 0; i < 2; i++) {
		uint32_t nanosecs = clocks[i] && clocks[i]->nanosecs
			? *clocks[i]->nanosecs
			: 0;

		if (!clocks[i])
			continue;
		if (nanosecs > 999999999)
			make_complain(m, &clocks[i]->at, "nanosecs",
				"%u nanoseconds are more than a second",
				nanosecs);
		text = make_printf(m, "%s%s %lld %u\n", text, names[i],
			clocks[i]->secs ? (long long)*clocks[i]->secs : 0LL,
			nanosecs);
	}
	m->plan->time_offsets = *text ? text : NULL;
}

/*
 * A network namespace is what takes longest to make of all. For a run, whose
 * caller waits for the end, the parent makes it while the child is at work. A
 * create is one of many as a rule: what it does on two cores at a time, another
 * creator would have done on one of them, so there it is made with the others,
 * as where it must belong to a user namespace, or another than scrim clones.
 */
static bool
can_be_apart(const struct maker *m)
{
	return (m->new_ns & CLONE_NEWNET) && m->request->foreground &&
		!m->user_ns && m->request->root && m->linux->net_devices.n == 0;
}

uint64_t
plan_new_namespaces(const struct plan *plan)
{
	return plan->clone_flags | (plan->new_cgroup_ns ? CLONE_NEWCGROUP : 0) |
		(plan->new_time ? CLONE_NEWTIME : 0) |
		(plan->network_apart ? CLONE_NEWNET : 0);
}

/* Everything that later parts ask about namespaces. */
void
namespaces_make(struct maker *m)
{
	struct plan *plan = m->plan;
	size_t n_joined = read_list(m);

	m->user_ns = ((m->new_ns | m->joined_ns) & CLONE_NEWUSER) != 0;
	m->own_mounts = ((m->new_ns | m->joined_ns) & CLONE_NEWNS) != 0;
	make_joins(m, n_joined);
	plan->clone_flags = m->new_ns & CLONE_KINDS;
	plan->network_apart = can_be_apart(m);
	if (plan->network_apart)
		plan->clone_flags &= ~(uint64_t)CLONE_NEWNET;
	plan->new_time = (m->new_ns & CLONE_NEWTIME) != 0;
	plan->new_user = (m->new_ns & CLONE_NEWUSER) != 0;
	plan->new_cgroup_ns = (m->new_ns & CLONE_NEWCGROUP) != 0;
	plan->deputy = (!m->request->root && m->user_ns) ||
		(m->joined_ns & CLONE_NEWUSER);
	plan->mounts_may_be_foreign = !m->request->root && !plan->deputy &&
		(m->new_ns & CLONE_NEWNS);
	/* Root of a user namespace that an engine made (Podman without root)
	 * is in it already. */
	if (!m->request->root && m->request->uid != 0 && !m->user_ns)
		make_complain(m, m->config->linux ? &m->linux->at : NULL,
			m->config->linux ? "namespaces" : NULL,
			"an ordinary user needs a user namespace");
	make_birth(m);
	id_maps_make(m);
	make_time_offsets(m);
}

/* The namespaces that the child itself joins; the parent opens them and sees
 * that they are of the right kind [111]. */
static void
add_setns(struct maker *m, bool mounts)
{
	for (size_t i = 0; i < m->plan->n_joins; i++) {
		const struct plan_join *join = &m->plan->joins[i];
		struct plan_source *source;
		struct plan_step *step;
		int32_t slot;

		if (join->early || (join->kind == CLONE_NEWNS) != mounts)
			continue;
		source = make_source(
			m, PLAN_SOURCE_NAMESPACE, NULL, NULL, &slot);
		source->path = join->path;
		source->number = join->kind;
		source->where = join->where;
		step = block_step(&m->block, OP_SETNS, NULL, NULL);
		step->slot = slot;
		step->number[0] = join->kind;
		step->pointer = block_text(&m->block, join->where.pointer);
		step->line = join->where.line;
		step->column = join->where.column;
	}
}

void
namespaces_add_steps(struct maker *m)
{
	block_step(&m->block, OP_SESSION, NULL, NULL);
	add_setns(m, false);
	/* Joining a mount namespace changes what every path means: last. */
	add_setns(m, true);
	seat_add_begin(m);
	if ((m->new_ns & CLONE_NEWNET) && !m->plan->network_apart)
		block_step(&m->block, OP_LOOPBACK, NULL, NULL);
}

void
namespaces_add_network(struct maker *m)
{
	int32_t slot;

	if (!m->plan->network_apart || m->network_added)
		return;
	make_source(m, PLAN_SOURCE_NETWORK, NULL, NULL, &slot);
	block_step(&m->block, OP_NETWORK, NULL, NULL)->slot = slot;
	m->network_added = true;
}
