/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_update(): the resources of a container that is there, by the rules of
 * a new one's. They are read as version 1.3 of the specification has them,
 * for they come with no version of their own.
 */
#include "base/arena.h"
#include "base/err.h"
#include "plan/make.h"

int
plan_update(struct arena *arena, const struct oci_resources *resources,
	const struct plan_present *present, struct plan_resources *out,
	struct oci_problems *problems, struct err *err)
{
	const struct oci_linux section = { .resources = resources };
	const struct oci_config config = {
		.oci_version = MAKE_OCI_VERSION, .linux = &section
	};
	struct plan plan = { 0 };
	struct maker m = {
		.arena = arena, .config = &config, .linux = &section,
		.present = present, .problems = problems, .plan = &plan,
		.known_problems = problems->n < OCI_PROBLEMS_MAX
			? problems->n : OCI_PROBLEMS_MAX,
		.warnings = PILE_OF(const char *),
	};

	resources_make(&m);
	device_rules_make(&m);
	if (problems->n)
		return problems_first(problems, err);
	if (m.broken)
		return err_say(err, "no memory left for these resources");
	*out = plan.resources;
	return 0;
}
