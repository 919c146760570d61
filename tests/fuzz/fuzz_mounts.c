/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any file for `mounts add`: refused with a problem, or a plan that passes
 * scrim-init's own check, and whose account, which is kept in the state
 * directory, is a document.
 */
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "life/account.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

static void
check(struct arena *arena, const struct plan *plan)
{
	auto_str lines = { 0 };
	struct oci_account *account;

	expect(plan_check(plan->block, plan->block_size, NULL) == 0);
	expect(account_make(arena, plan, "now", &account, NULL) == 0);
	expect(account->mounts.n > 0);
	for (size_t i = 0; i < account->mounts.n; i++)
		expect(account->mounts.items[i].target &&
			account_op(&account->mounts.items[i]) < OP_COUNT);
	/* One line, whatever the names in it are. */
	account_note(account, &lines);
	expect(strchr(lines.data, '\n') == lines.data + lines.len - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct plan_place place = { .mount_ns = "/proc/self/fd/7",
		.user_ns = len % 3 ? NULL : "/proc/self/fd/8",
		.mount_label = len % 4 ? NULL : "a_u:b_r:c_t:s0" };
	const struct plan_request request = { .bundle = "/bundle",
		.id = "c1",
		.root = len % 2,
		.no_pin = len % 5 == 0,
		.place = &place };
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	struct oci_config *config;
	struct plan *plan = NULL;

	problems_init(&problems, arena, "mounts.json");
	if (oci_mounts_check((const char *)data, len, &config, &problems) < 0)
		return expect(problems.n), 0;
	if (plan_attach(arena, config, &request, &plan, &problems, NULL) < 0)
		return expect(problems.n), 0;
	if (!problems.n && config->mounts.n)
		check(arena, plan);
	return 0;
}
