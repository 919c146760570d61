/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.capabilities. Each set is what the config says [95]; a capability
 * that is unknown, or that the kernel would refuse in that set (effective
 * beyond permitted, ambient beyond permitted and inheritable), is left out
 * with a warning and is no failure [93, 94]. Without the section every set is
 * empty, the bounding set too, or root would get all of it back at its exec.
 * Loading a filter without noNewPrivileges needs CAP_SYS_ADMIN: it is kept
 * beside the sets until then.
 */
#include "plan/capabilities.h"

#include <linux/capability.h>

#include "plan/make.h"
#include "plan/names.h"

#define BIT(cap) (UINT64_C(1) << (cap))

/* The set that a list of words says. A word of a newer kernel, or a
 * misspelled one, is a warning: the container runs with less, never with
 * more. */
static uint64_t
read_set(struct maker *m, bool warn, const char *set,
	const struct oci_strings *words)
{
	uint64_t mask = 0, number;

	for (size_t i = 0; i < words->n; i++) {
		if (names_find(&names_capabilities, words->items[i], &number))
			mask |= BIT(number);
		else if (warn)
			make_warn(m, "capabilities.%s[%zu]: \"%s\" is unknown",
				set, i, words->items[i]);
	}
	return mask;
}

/* What a set may hold at most, by the kernel's rules (capabilities(7)).
 * Asking for more would make capset(2) refuse the whole. */
static uint64_t
limit_set(struct maker *m, bool warn, const char *set, uint64_t mask,
	uint64_t limit)
{
	for (size_t i = 0; warn && i < names_capabilities.n; i++)
		if (mask & ~limit & BIT(names_capabilities.rows[i].number))
			make_warn(m,
				"capabilities.%s: %s cannot be granted there",
				set, names_capabilities.rows[i].word);
	return mask & limit;
}

/* Called twice: for the step that sets them, and for the filter's step,
 * which has to come back to them; only the first may warn. */
void
capabilities_read(struct maker *m, bool warn, struct capabilities *out)
{
	const struct oci_process *process = m->config->process;
	static const struct oci_capabilities none;
	const struct oci_capabilities *said =
		process->capabilities ? process->capabilities : &none;
	bool new_privs =
		!process->no_new_privileges || !*process->no_new_privileges;
	uint64_t *sets = out->sets;

	*out = (struct capabilities){
		.kept = m->linux->seccomp && new_privs ? BIT(CAP_SYS_ADMIN) : 0
	};
	sets[CAPABILITY_BOUNDING] =
		read_set(m, warn, "bounding", &said->bounding);
	sets[CAPABILITY_PERMITTED] =
		read_set(m, warn, "permitted", &said->permitted);
	sets[CAPABILITY_INHERITABLE] =
		read_set(m, warn, "inheritable", &said->inheritable);
	sets[CAPABILITY_EFFECTIVE] = limit_set(m, warn, "effective",
		read_set(m, warn, "effective", &said->effective),
		sets[CAPABILITY_PERMITTED]);
	sets[CAPABILITY_AMBIENT] = limit_set(m, warn, "ambient",
		read_set(m, warn, "ambient", &said->ambient),
		sets[CAPABILITY_PERMITTED] & sets[CAPABILITY_INHERITABLE]);
}

void
capabilities_add(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	struct capabilities capabilities = { 0 };
	struct plan_step *step;

	capabilities_read(m, true, &capabilities);
	step = block_step(&m->block, OP_CAPABILITIES,
		process->capabilities ? &process->capabilities->at
				      : &process->at,
		NULL);
	for (size_t i = 0; i < CAPABILITY_SETS; i++)
		step->number[i] = capabilities.sets[i];
	step->number[CAPABILITY_SETS] = capabilities.kept;
}
