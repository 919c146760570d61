/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any config: what the decoder takes, the plan maker takes or refuses with a
 * problem. What it makes passes scrim-init's own check and can be printed.
 */
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct plan_request request = { .bundle = "/bundle",
		.id = "c1",
		.root = len % 2,
		.no_pivot = len % 3 == 0,
		.listen_fds = len % 5 };
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	auto_str text = { 0 }, json = { 0 };
	struct oci_config *config;
	struct plan *plan = NULL;

	problems_init(&problems, arena, NULL);
	if (oci_config_check((const char *)data, len, &config, &problems) < 0 ||
		plan_make(arena, config, &request, &plan, &problems, NULL) < 0)
		return expect(problems.n), 0;
	if (problems.n || plan_check(plan->block, plan->block_size, NULL) < 0)
		abort();
	plan_print_text(plan, &text);
	plan_print_json(plan, &json);
	return 0;
}
