/* SPDX-License-Identifier: Apache-2.0 */
/* Arena memory is zero, aligned, bounded, and never moves. */
#include "base/arena.h"
#include "base/err.h"
#include "tests/unit/runner.h"

#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

START_TEST(memory_is_zero_and_aligned)
{
	struct arena arena;
	char *last = NULL;

	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	for (size_t size = 0; size < 3000; size += 7) {
		char *memory = arena_alloc(&arena, size);

		ck_assert_ptr_nonnull(memory);
		ck_assert_uint_eq((uintptr_t)memory % 16, 0);
		ck_assert(memory >= last);
		for (size_t i = 0; i < size; i++)
			ck_assert_int_eq(memory[i], 0);
		memset(memory, 0xff, size);
		last = memory + size;
	}
	arena_done(&arena);
	ck_assert_ptr_null(arena.base);
	arena_done(&arena);
}
END_TEST

START_TEST(text_is_copied_with_a_nul)
{
	struct arena arena;

	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	ck_assert_str_eq(arena_text(&arena, "mountsX", 6), "mounts");
	ck_assert_str_eq(arena_text(&arena, NULL, 0), "");
	ck_assert_str_eq(arena_printf(&arena, "%s/%d", "a", 7), "a/7");
	ck_assert_ptr_nonnull(arena_array(&arena, struct err, 3));
	arena_done(&arena);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	struct arena arena;

	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(&arena, arena.size + 1));
	ck_assert_ptr_null(arena_text(&arena, "", SIZE_MAX));
	ck_assert_ptr_nonnull(arena_alloc(&arena, arena.size));
	ck_assert_ptr_null(arena_alloc(&arena, 1));
	ck_assert_ptr_null(arena_printf(&arena, "%d", 1));
	arena_done(&arena);
}
END_TEST

START_TEST(without_room_for_the_least_it_says_so)
{
	struct rlimit little, saved;
	struct arena arena = { 0 };
	struct err err = { 0 };
	int result;

	/* In a process of its own (libcheck forks), and given back at once:
	 * sanitizers reserve addresses whenever they report. */
	ck_assert_int_eq(getrlimit(RLIMIT_AS, &saved), 0);
	little = (struct rlimit){ .rlim_cur = 16 << 20,
		.rlim_max = saved.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &little), 0);
	result = arena_init(&arena, &err);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &saved), 0);
	ck_assert_int_eq(result, -1);
	ck_assert_ptr_null(arena.base);
	ck_assert_str_eq(err.text, "reserve memory");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, memory_is_zero_and_aligned);
	tcase_add_test(tcase, text_is_copied_with_a_nul);
	tcase_add_test(tcase, what_does_not_fit_is_refused);
	tcase_add_test(tcase, without_room_for_the_least_it_says_so);
}

int
main(void)
{
	return runner_run("base/arena", fill);
}
