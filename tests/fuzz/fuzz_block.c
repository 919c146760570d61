/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a plan block: what plan_check() takes can be read to its end
 * without leaving it, as printing does.
 */
#include "base/str.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct plan plan = { .bundle = "",
		.id = "",
		.rootfs = "",
		.birth_reason = "",
		.oci_version = "" };
	auto_str text = { 0 }, json = { 0 };
	/* as large as the input, so that the sanitizer sees the end */
	void *block = malloc(len ? len : 1);

	if (!block)
		return 0;
	if (len)
		memcpy(block, data, len);
	if (plan_check(block, len, NULL) == 0) {
		plan.block = block;
		plan.block_size = len;
		plan_print_text(&plan, &text);
		plan_print_json(&plan, &json);
	}
	free(block);
	return 0;
}
