/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id maps [115]: their text, and which of them an ordinary user may write.
 * What the kernel makes of them is a matter of the system tests.
 */
#include "host/idmap.h"

#include "base/err.h"
#include "base/str.h"
#include "plan/plan.h"
#include "runner.h"

#include <errno.h>

START_TEST(a_map_is_one_line_for_each_range)
{
	static const struct plan_id_map map[] = { { 0, 100000, 65536 },
		{ 65536, 0, 1 }, { 4294967294, 4294967294, 1 } };
	auto_str text = { 0 };

	idmap_format(map, 3, &text);
	ck_assert_str_eq(text.data,
		"0 100000 65536\n65536 0 1\n4294967294 4294967294 1\n");
}
END_TEST

static const struct {
	struct plan_id_map uid, gid;
	size_t n_uid, n_gid;
	bool own;
} cases[] = {
	{ { 0, 1000, 1 }, { 0, 1001, 1 }, 1, 1, true },
	{ { 5, 1000, 1 }, { 7, 1001, 1 }, 1, 1, true },
	{ { 0, 1000, 2 }, { 0, 1001, 1 }, 1, 1, false },
	{ { 0, 1000, 1 }, { 0, 1001, 2 }, 1, 1, false },
	{ { 0, 1001, 1 }, { 0, 1001, 1 }, 1, 1, false },
	{ { 0, 1000, 1 }, { 0, 1000, 1 }, 1, 1, false },
	{ { 0, 1000, 1 }, { 0, 1001, 1 }, 2, 1, false },
	{ { 0, 1000, 1 }, { 0, 1001, 1 }, 1, 0, false },
};

START_TEST(only_the_own_ids_one_each_are_own)
{
	struct plan_id_map uid[] = { cases[_i].uid, { 1, 100000, 1 } };
	struct plan_id_map gid[] = { cases[_i].gid, { 1, 100000, 1 } };
	struct plan_id_maps maps = { uid, gid, cases[_i].n_uid,
		cases[_i].n_gid };

	ck_assert_int_eq(idmap_is_own(&maps, 1000, 1001), cases[_i].own);
}
END_TEST

START_TEST(a_namespace_that_cannot_be_lent_again_is_an_error_with_words)
{
	struct plan_id_map map = { 0, 100000, 1 };
	struct plan_id_maps maps = { &map, &map, 1, 1 };
	struct idmap_cache cache = { .n = 1, .maps = { &maps }, .fds = { -1 } };
	struct err err = { 0 };

	ck_assert_int_eq(idmap_userns(&cache, &maps, &err), -1);
	ck_assert_int_eq(err.code, EBADF);
	ck_assert_str_eq(err.text, "user namespace of its id map");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, a_map_is_one_line_for_each_range);
	tcase_add_loop_test(tcase, only_the_own_ids_one_each_are_own, 0,
		sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase,
		a_namespace_that_cannot_be_lent_again_is_an_error_with_words);
}

int
main(void)
{
	return runner_run("host/idmap", fill);
}
