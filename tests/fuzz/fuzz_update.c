/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any resources that update could be given: what the decoder takes, the plan
 * of the change takes or refuses with a problem. Of what it makes no name
 * leads out of the cgroup, and nothing acts on processes.
 */
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const acting[] = { "cgroup.freeze", "cgroup.kill",
	"cgroup.procs", "cgroup.threads", "cgroup.type" };

static void
check(const struct plan_knob *knob)
{
	expect(!strchr(knob->file, '/') && strchr(knob->file, '.'));
	expect(knob->file[0] != '.' && knob->value);
	expect(!knob->other || knob->other_value);
	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		expect(strcmp(knob->file, acting[i]) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct plan_device_rule node = { true, 'c', 10, 229, 7 };
	const struct plan_present present = {
		.memory_usage = 1 << 20, .memory_max = len % 2 ? UINT64_MAX : 1 << 30,
		.cpu_quota = "50000", .cpu_idle = len % 3 == 0,
		.devices = &node, .n_devices = len % 2,
	};
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	struct oci_resources *resources;
	struct plan_resources planned;

	problems_init(&problems, arena, NULL);
	if (oci_resources_check(
		    (const char *)data, len, &resources, &problems) < 0 ||
		plan_update(arena, resources, &present, &planned, &problems,
			NULL) < 0)
		return expect(problems.n), 0;
	expect(!problems.n);
	for (size_t i = 0; i < planned.n_knobs; i++)
		check(&planned.knobs[i]);
	return 0;
}
