/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as it travels: the table of operations is whole, a block that the
 * builder makes is taken, and a block with any one field bent is refused or
 * stays readable to its end.
 */
#include "base/arena.h"
#include "base/err.h"
#include "plan/block.h"
#include "tests/unit/runner.h"

#include <string.h>

static struct arena arena;
static char *block; /* written to, as no one else may */
static size_t size;

/* A block with texts, both kinds of list, and a slot. */
static void
make(void)
{
	static const char *const words[] = { "mode=755", "size=1m", "" };
	static const uint32_t groups[] = { 1, 2, 3 };
	struct block builder;
	struct plan_step *step;
	const void *finished;

	ck_assert_int_eq(arena_init(&arena, NULL), 0);
	block_init(&builder, &arena);
	block_step(&builder, OP_SESSION, NULL, NULL);
	step = block_step(&builder, OP_ROOTFS, NULL, NULL);
	step->slot = 0;
	step->text[0] = block_text(&builder, "/rootfs");
	step = block_step(&builder, OP_MOUNT, NULL, NULL);
	step->text[0] = block_text(&builder, "/dev");
	step->text[1] = block_text(&builder, "tmpfs");
	block_strings(&builder, 0, words, 3);
	block_step(&builder, OP_ENTER, NULL, NULL);
	block_step(&builder, OP_IDENTITY, NULL, NULL);
	block_numbers(&builder, 0, groups, 3);
	block_step(&builder, OP_GATE, NULL, NULL);
	block_step(&builder, OP_EXEC, NULL, NULL);
	block_strings(&builder, 0, words, 1);
	finished = block_finish(&builder, 1, &size);
	ck_assert_ptr_nonnull(finished);
	block = arena_alloc(&arena, size);
	memcpy(block, finished, size);
}

static struct plan_step *
step_at(size_t i)
{
	struct plan_header *head = (struct plan_header *)block;

	return (struct plan_step *)(block + head->steps) + i;
}

static struct plan_header *
header(void)
{
	return (struct plan_header *)block;
}

static const char *
refusal(void)
{
	static struct err err;

	ck_assert_int_eq(plan_check(block, size, &err), -1);
	return err.text;
}

START_TEST(every_operation_has_a_row)
{
	const struct plan_op_row *row = &plan_ops[_i];
	const struct plan_op_words *words = &plan_op_words[_i];

	ck_assert_ptr_nonnull(row->name);
	ck_assert_ptr_nonnull(words->why);
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		ck_assert(!!row->text[i] == !!words->label[i]);
	for (size_t i = 0; i < PLAN_NUMBERS; i++)
		ck_assert(!!row->number[i] == !!words->label[PLAN_TEXTS + i]);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		ck_assert(!!row->list[i] ==
			!!words->label[PLAN_TEXTS + PLAN_NUMBERS + i]);
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(plan_ops[i].name, row->name);
}
END_TEST

START_TEST(a_built_block_is_taken_and_reads_back)
{
	const struct plan_step *mount;
	const uint32_t *items;
	struct err err = { 0 };

	make();
	ck_assert_msg(plan_check(block, size, &err) == 0, "%s", err.text);
	mount = step_at(2);
	ck_assert_str_eq(plan_text(block, mount->text[0]), "/dev");
	ck_assert_ptr_null(plan_text(block, mount->text[2]));
	items = plan_items(block, &mount->list[0]);
	ck_assert_uint_eq(mount->list[0].count, 3);
	ck_assert_str_eq(plan_text(block, items[1]), "size=1m");
	ck_assert_str_eq(plan_text(block, items[2]), "");
	ck_assert_uint_eq(plan_items(block, &step_at(4)->list[0])[2], 3);
}
END_TEST

START_TEST(equal_texts_are_stored_once)
{
	make();
	ck_assert_uint_eq(plan_items(block, &step_at(2)->list[0])[0],
		plan_items(block, &step_at(6)->list[0])[0]);
}
END_TEST

START_TEST(a_block_of_another_make_is_refused)
{
	make();
	header()->magic++;
	ck_assert_str_eq(refusal(), "plan: not a plan");
	header()->magic--;
	header()->version++;
	ck_assert_ptr_nonnull(strstr(refusal(), "do not belong together"));
	header()->version--;
	header()->size--;
	ck_assert_str_eq(refusal(), "plan: cut off or overlong");
	header()->size++;
	block[size - 1] = 'x';
	ck_assert_str_eq(refusal(), "plan: the last text has no end");
}
END_TEST

START_TEST(steps_out_of_order_are_refused)
{
	make();
	step_at(0)->op = OP_HOSTNAME;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(3)->op = OP_SESSION;
	step_at(3)->number[0] = 0;
	ck_assert_str_eq(refusal(), "plan: step 3: session out of order");
	make();
	step_at(6)->op = OP_COUNT;
	ck_assert_ptr_nonnull(strstr(refusal(), "is not known"));
}
END_TEST

START_TEST(operands_that_do_not_fit_are_refused)
{
	make();
	step_at(0)->number[0] = 1;
	ck_assert_str_eq(
		refusal(), "plan: step 0: session with wrong operands");
	make();
	step_at(1)->slot = 1;
	ck_assert_str_eq(refusal(), "plan: step 1: rootfs with slot 1");
	make();
	step_at(1)->slot = -1;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(5)->slot = -2;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->text[1] = 0;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->text[2] = (uint32_t)size;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->text[2] = sizeof(struct plan_header);
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->list[0].count = UINT32_MAX;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->list[0].offset += 2;
	ck_assert_ptr_nonnull(refusal());
	make();
	step_at(2)->list[1] = step_at(2)->list[0];
	ck_assert_ptr_nonnull(refusal());
}
END_TEST

START_TEST(hooks_may_stand_behind_the_gate)
{
	make();
	step_at(5)->op = OP_GATE;
	step_at(6)->op = OP_HOOK;
	step_at(6)->text[0] = step_at(2)->text[0];
	step_at(6)->text[1] = step_at(2)->text[0];
	step_at(6)->text[2] = step_at(2)->text[0];
	ck_assert_int_eq(plan_check(block, size, NULL), 0);
}
END_TEST

/* The way into the cgroup may be anywhere in the set-up, and not behind it. */
START_TEST(the_way_into_the_cgroup_may_come_late)
{
	make();
	*step_at(3) = (struct plan_step){ .op = OP_CGROUP };
	ck_assert_int_eq(plan_check(block, size, NULL), 0);
	*step_at(3) = (struct plan_step){ .op = OP_UNSHARE, .slot = -1 };
	ck_assert_int_eq(plan_check(block, size, NULL), 0);
	*step_at(3) = (struct plan_step){ .op = OP_GATE, .slot = -1 };
	*step_at(4) = (struct plan_step){ .op = OP_CGROUP };
	ck_assert_str_eq(refusal(), "plan: step 4: cgroup out of order");
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, every_operation_has_a_row, 0, OP_COUNT);
	tcase_add_test(tcase, a_built_block_is_taken_and_reads_back);
	tcase_add_test(tcase, equal_texts_are_stored_once);
	tcase_add_test(tcase, a_block_of_another_make_is_refused);
	tcase_add_test(tcase, steps_out_of_order_are_refused);
	tcase_add_test(tcase, operands_that_do_not_fit_are_refused);
	tcase_add_test(tcase, hooks_may_stand_behind_the_gate);
	tcase_add_test(tcase, the_way_into_the_cgroup_may_come_late);
}

int
main(void)
{
	return runner_run("plan format", fill);
}
