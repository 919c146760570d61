/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.memoryPolicy [166]: where the program's memory comes from. Which flags
 * and nodes go with which mode is the kernel's rule (set_mempolicy(2)); it is
 * kept here, where the mistake has a name and a place, and not "Invalid
 * argument".
 */
#include <linux/mempolicy.h>
#include <string.h>

#include "base/str.h"
#include "plan/make.h"
#include "plan/names.h"

/* Of any kernel (MAX_NUMNODES). */
#define NODES_MAX 1024

/* The two that say how nodes are counted when the cgroup's change. */
#define COUNTING_FLAGS ((uint64_t)(MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES))

struct job {
	struct maker *m;
	const struct oci_memory_policy *said;
	uint64_t mode, flags;
	struct pile nodes; /* uint32_t */
};

/* "0" or "0-3" of len bytes. */
static bool
parse_range(const char *text, size_t len, uint64_t *first, uint64_t *last)
{
	char copy[32];
	char *dash;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = '\0';
	return str_to_uint(copy, NODES_MAX - 1, first) == 0 &&
		str_to_uint(dash ? dash : copy, NODES_MAX - 1, last) == 0 &&
		*first <= *last;
}

/* The kernel's own list format, as in cpuset.mems; an empty one is none. */
static void
read_nodes(struct job *job)
{
	const char *text = job->said->nodes ? job->said->nodes : "";

	while (*text) {
		size_t len = strcspn(text, ",");
		uint64_t first, last;

		if (!parse_range(text, len, &first, &last) ||
			(text[len] && !text[len + 1])) {
			make_complain(job->m, &job->said->at, "nodes",
				"\"%s\" is no list of nodes such as 0-3,7",
				job->said->nodes);
			return;
		}
		for (; first <= last; first++)
			*(uint32_t *)pile_add(&job->nodes, job->m->arena) =
				(uint32_t)first;
		text += len + (text[len] == ',');
	}
}

/* Flags are part of the mode in the system call, and words of their own here.
 */
static void
read_flags(struct job *job)
{
	const struct oci_strings *words = &job->said->flags;

	for (size_t i = 0; i < words->n; i++) {
		uint64_t flag = 0;

		if (!names_find(
			    &names_memory_policy_flags, words->items[i], &flag))
			make_unknown(job->m, &job->said->at,
				make_item(job->m, "flags", i),
				names_memory_policy_flags.noun, words->items[i],
				names_near(&names_memory_policy_flags,
					words->items[i]));
		job->flags |= flag;
	}
}

/* What sanitize_mpol_flags() and mpol_new() of the kernel refuse. */
static void
check_flags(struct job *job)
{
	const char *mode = job->said->mode;

	if ((job->flags & COUNTING_FLAGS) == COUNTING_FLAGS)
		make_complain(job->m, &job->said->at, "flags",
			"MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
	if ((job->flags & MPOL_F_NUMA_BALANCING) && job->mode != MPOL_BIND &&
		job->mode != MPOL_PREFERRED_MANY)
		make_complain(job->m, &job->said->at, "flags",
			"MPOL_F_NUMA_BALANCING is for MPOL_BIND and MPOL_PREFERRED_MANY, not for %s",
			mode);
	if ((job->flags & COUNTING_FLAGS) && !job->nodes.n)
		make_complain(job->m, &job->said->at, "flags",
			"%s without nodes takes no flag about nodes", mode);
}

/* The preferred node may be left out: then it is the local one. */
static void
check_nodes(struct job *job)
{
	bool none = job->mode == MPOL_DEFAULT || job->mode == MPOL_LOCAL;

	if (none && job->nodes.n)
		make_complain(job->m, &job->said->at, "nodes",
			"%s takes no nodes", job->said->mode);
	else if (!none && !job->nodes.n && job->mode != MPOL_PREFERRED)
		make_complain(job->m, &job->said->at,
			job->said->nodes ? "nodes" : NULL, "%s needs nodes",
			job->said->mode);
}

/* Without a mode there is no policy, and nothing to hold the rest against. */
static bool
read_mode(struct job *job)
{
	const char *word = job->said->mode;

	if (!word) {
		make_complain(job->m, &job->said->at, "mode",
			"a memory policy needs a mode");
		return false;
	}
	if (names_find(&names_memory_policies, word, &job->mode))
		return true;
	make_unknown(job->m, &job->said->at, "mode", names_memory_policies.noun,
		word, names_near(&names_memory_policies, word));
	return false;
}

void
memory_policy_add(struct maker *m)
{
	struct job job = { .m = m,
		.said = m->linux->memory_policy,
		.nodes = PILE_OF(uint32_t) };
	size_t known = m->problems->n;
	struct plan_step *step;
	int32_t slot;

	if (!job.said || !read_mode(&job))
		return;
	read_nodes(&job);
	read_flags(&job);
	if (m->problems->n == known) {
		check_nodes(&job);
		check_flags(&job);
	}
	/* The nodes are looked at in the cgroup that the process is in. */
	seat_add(m);
	make_source(m, PLAN_SOURCE_SETTLED, &job.said->at, NULL, &slot);
	step = block_step(&m->block, OP_MEMORY_POLICY, &job.said->at, NULL);
	step->slot = slot;
	step->number[0] = job.mode;
	step->number[1] = job.flags;
	block_numbers(&m->block, 0, job.nodes.items, job.nodes.n);
	m->broken |= job.nodes.broken;
	m->plan->memory_policy = true;
}
