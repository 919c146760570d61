/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder meets any bytes. What it takes must come back from the encoder
 * and be equal; what it refuses must have a problem.
 */
#include "base/str.h"
#include "libocispec/problems.h"
#include "libocispec/schema.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	struct oci_config *config = NULL, *again = NULL;
	auto_str text = { 0 };

	problems_init(&problems, arena, NULL);
	oci_config_check((const char *)data, len, &config, &problems);
	if (problems.n > 0)
		return 0;
	/* Without a problem there is a document: NULL would crash here. */
	oci_encode(&oci_config_schema, config, true, &text);
	if (oci_config_parse(arena, text.data, text.len, &again, NULL) < 0 ||
		!oci_equal(&oci_config_schema, config, again))
		abort();
	return 0;
}
