/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any words as the options of one mount, one a line; the first line is its
 * type. Either there are problems or a plan that can be checked.
 */
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 200

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	const char *words[WORDS_MAX];
	struct oci_mount mount = { .destination = "a", .source = "b" };
	struct oci_root root = { .path = "rootfs" };
	struct oci_config config = { .oci_version = "1.3.0",
		.root = &root,
		.mounts = { .items = &mount, .n = 1 } };
	struct plan_request request = { .bundle = "/b", .id = "c", .root = 1 };
	char *text = arena_text(arena, (const char *)data, len), *next;
	struct plan *plan;

	problems_init(&problems, arena, NULL);
	mount.type = strsep(&text, "\n");
	while (mount.options.n < WORDS_MAX && (next = strsep(&text, "\n")))
		words[mount.options.n++] = next;
	mount.options.items = words;
	if (plan_make(arena, &config, &request, &plan, &problems, NULL) < 0)
		return expect(problems.n), 0;
	expect(plan_check(plan->block, plan->block_size, NULL) == 0);
	return 0;
}
