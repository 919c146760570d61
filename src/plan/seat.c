/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the container's process comes into its cgroup. As a rule it is born
 * there, which costs nothing. But memory stays charged to the cgroup in which
 * it was taken, and a process that sets up a container holds a tenth of a
 * megabyte: where the limit is not much more, it is born in scrim's cgroup,
 * does its work there, and goes into its own when only the program is left. It
 * must be there before anybody counts on it: hooks, a mount that shows the
 * cgroup, the nodes of a memory policy, and the word that it is created.
 */
#include "plan/make.h"

#include "base/str.h"

#include <linux/sched.h>
#include <string.h>

/* A move waits for a grace period of the kernel's, some milliseconds; and of a
 * limit as large as this the set-up would take a tenth. */
#define SMALL_LIMIT (1u << 20)

/* As the kernel reads it (memparse()): a suffix beyond K is not small. */
static bool
is_small(const char *text)
{
	size_t len = strspn(text, "0123456789");
	bool kib = (text[len] == 'k' || text[len] == 'K') && !text[len + 1];
	uint64_t number, max = (kib ? SMALL_LIMIT >> 10 : SMALL_LIMIT) - 1;
	char digits[16] = "";

	if (len >= sizeof(digits) || (text[len] && !kib))
		return false;
	memcpy(digits, text, len);
	return str_to_uint(digits, max, &number) == 0;
}

/* Here and in exec, which has these of the config alone; unified comes last. */
void
seat_make(struct maker *m)
{
	const struct oci_resources *said = m->linux->resources;
	const int64_t *limit;
	bool small = false;

	if (!said)
		return;
	limit = said->memory ? said->memory->limit : NULL;
	if (limit)
		small = *limit > 0 && *limit < SMALL_LIMIT;
	for (size_t i = 0; i < said->unified.n; i++)
		if (strcmp(said->unified.items[i].key, "memory.max") == 0)
			small = is_small(said->unified.items[i].value);
	m->plan->enters_cgroup = small;
	m->plan->resources.small_memory = small;
}

/* A new cgroup namespace shows the cgroup that its maker is in as its root:
 * the child unshares it when it is there. */
static void
add_namespace(struct maker *m)
{
	if (m->plan->new_cgroup_ns)
		block_step(&m->block, OP_UNSHARE, NULL, NULL)->number[0] =
			CLONE_NEWCGROUP;
}

void
seat_add_begin(struct maker *m)
{
	if (!m->plan->enters_cgroup)
		add_namespace(m);
}

void
seat_add(struct maker *m)
{
	int32_t slot;

	if (!m->plan->enters_cgroup || m->seat_added)
		return;
	/* Without a cgroup there is nowhere to go. */
	make_source(m, PLAN_SOURCE_SEAT, NULL, NULL, &slot)->optional = true;
	block_step(&m->block, OP_CGROUP, NULL, NULL)->slot = slot;
	add_namespace(m);
	m->seat_added = true;
}
