/* SPDX-License-Identifier: Apache-2.0 */
/* JSON pointers are spelled as RFC 6901 says, and cut where they must be. */
#include "base/place.h"
#include "tests/unit/runner.h"

#include <string.h>

static const struct place root = { .line = 1, .column = 1 };
static const struct place item = { .up = &root, .key = "mounts" };
static const struct place zero = { .up = &item, .index = 0 };
static const struct place last = { .up = &item, .index = UINT32_MAX };
static const struct place odd = { .up = &root, .key = "a/b~c" };
static const struct place empty = { .up = &root, .key = "" };

static const struct {
	const struct place *at;
	const char *member, *pointer;
} rows[] = {
	{ &root, NULL, "" },
	{ NULL, NULL, "" },
	{ &root, "root", "/root" },
	{ &item, NULL, "/mounts" },
	{ &zero, NULL, "/mounts/0" },
	{ &zero, "options/12", "/mounts/0/options/12" },
	{ &last, NULL, "/mounts/4294967295" },
	{ &odd, NULL, "/a~1b~0c" },
	{ &empty, NULL, "/" },
};

START_TEST(pointers_are_spelled_by_rfc_6901)
{
	char buf[64];
	size_t len =
		place_format(rows[_i].at, rows[_i].member, buf, sizeof(buf));

	ck_assert_str_eq(buf, rows[_i].pointer);
	ck_assert_uint_eq(len, strlen(buf));
}
END_TEST

START_TEST(what_does_not_fit_is_cut)
{
	char buf[] = "########";

	ck_assert_uint_eq(place_format(&zero, NULL, buf, 5), 4);
	ck_assert_str_eq(buf, "/mou");
	ck_assert_int_eq(buf[5], '#');
	ck_assert_uint_eq(place_format(&zero, NULL, buf, 1), 0);
	ck_assert_str_eq(buf, "");
	ck_assert_uint_eq(place_format(&zero, NULL, buf, 0), 0);
}
END_TEST

START_TEST(the_deepest_chain_is_no_danger)
{
	struct place chain[500] = { { .line = 1 } };
	char buf[4096];

	for (size_t i = 1; i < 500; i++)
		chain[i] = (struct place){ .up = &chain[i - 1], .index = 7 };
	ck_assert_uint_gt(
		place_format(&chain[499], NULL, buf, sizeof(buf)), 100);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, pointers_are_spelled_by_rfc_6901, 0,
		(int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tcase, what_does_not_fit_is_cut);
	tcase_add_test(tcase, the_deepest_chain_is_no_danger);
}

int
main(void)
{
	return runner_run("base/place", fill);
}
