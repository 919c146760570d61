/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as state.json: refused with a sentence, or a record that comes
 * out of its own text the same, hooks and all. */
#include "base/err.h"
#include "base/str.h"
#include "life/record.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = fuzz_arena();
	struct oci_record *record, *again;
	auto_str text = { 0 }, second = { 0 };
	struct plan_hooks hooks;
	struct err err = { 0 };

	if (record_parse(arena, (const char *)data, len, &record, &err) < 0) {
		expect(err.text[0]);
		return 0;
	}
	record_format(record, &text);
	expect(record_parse(arena, text.data, text.len, &again, NULL) == 0);
	record_format(again, &second);
	expect(strcmp(text.data, second.data) == 0);
	expect(record_hooks(arena, &record->poststop, &hooks, NULL) == 0);
	expect(hooks.n == record->poststop.n);
	record_has_own_pids(record);
	return 0;
}
