/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device rules [142]: the program is run here by a small interpreter of the
 * instructions that it may use, so that its answers are known without a
 * kernel that would load it. An instruction that is not known fails the test.
 */
#include "host/devprog.h"

#include "plan/plan.h"
#include "runner.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define R BPF_DEVCG_ACC_READ
#define W BPF_DEVCG_ACC_WRITE
#define M BPF_DEVCG_ACC_MKNOD

/* Whether the jump is taken, or -1. */
static int
compare(const struct bpf_insn *insn, uint64_t value)
{
	switch (insn->code) {
	case BPF_JMP32 | BPF_JNE | BPF_K:
		return (uint32_t)value != (uint32_t)insn->imm;
	case BPF_JMP32 | BPF_JEQ | BPF_K:
		return (uint32_t)value == (uint32_t)insn->imm;
	default:
		return -1;
	}
}

static void
step(const struct bpf_insn *insn, uint64_t r[11],
	const struct bpf_cgroup_dev_ctx *ctx)
{
	switch (insn->code) {
	case BPF_LDX | BPF_MEM | BPF_W:
		ck_assert_int_eq(insn->src_reg, BPF_REG_1);
		ck_assert_int_le(insn->off, (int)sizeof(*ctx) - 4);
		r[insn->dst_reg] =
			*(const uint32_t *)((const char *)ctx + insn->off);
		break;
	case BPF_ALU | BPF_AND | BPF_K:
		r[insn->dst_reg] =
			(uint32_t)r[insn->dst_reg] & (uint32_t)insn->imm;
		break;
	case BPF_ALU | BPF_RSH | BPF_K:
		r[insn->dst_reg] = (uint32_t)r[insn->dst_reg] >> insn->imm;
		break;
	case BPF_ALU64 | BPF_MOV | BPF_K:
		r[insn->dst_reg] = (uint64_t)(int64_t)insn->imm;
		break;
	case BPF_ALU64 | BPF_MOV | BPF_X:
		r[insn->dst_reg] = r[insn->src_reg];
		break;
	default:
		ck_abort_msg("instruction 0x%02x is not expected", insn->code);
	}
}

static uint64_t
run(const struct bpf_insn *insns, size_t n,
	const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t r[11] = { 0 };

	for (size_t at = 0; at < n; at++) {
		int taken;

		if (insns[at].code == (BPF_JMP | BPF_EXIT))
			return r[0];
		taken = compare(&insns[at], r[insns[at].dst_reg]);
		if (taken < 0)
			step(&insns[at], r, ctx);
		else if (taken)
			at += (size_t)insns[at].off;
	}
	ck_abort_msg("the program runs out at its end");
	return 0;
}

static bool
ask(const struct plan_device_rule *rules, size_t n, char type, unsigned major,
	unsigned minor, uint32_t access)
{
	uint32_t kind = type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	struct bpf_cgroup_dev_ctx ctx = {
		.access_type = access << 16 | kind,
		.major = major,
		.minor = minor,
	};
	size_t n_insns;
	struct bpf_insn *insns = devprog_make(rules, n, &n_insns);
	uint64_t answer;

	ck_assert_ptr_nonnull(insns);
	answer = run(insns, n_insns, &ctx);
	free(insns);
	ck_assert_uint_le(answer, 1);
	return answer == 1;
}

static const struct plan_device_rule usual[] = {
	{ false, 'a', -1, -1, R | W | M },
	{ true, 'c', -1, -1, M },
	{ true, 'c', 1, 3, R | W },
	{ true, 'c', 1, 5, R | W },
	{ true, 'c', 136, -1, R | W },
	{ true, 'b', 8, 0, R },
	{ false, 'c', 1, 5, W },
	{ true, 'c', 4294967295, 4294967295, R },
};

static const struct {
	char type;
	unsigned major, minor;
	uint32_t access;
	bool allowed;
} questions[] = {
	{ 'c', 1, 3, R | W, true },
	{ 'c', 1, 3, R | W | M, true },
	{ 'c', 1, 5, R, true },
	/* a later rule takes one access away, and asking for both does not
	   bring it back */
	{ 'c', 1, 5, W, false },
	{ 'c', 1, 5, R | W, false },
	{ 'c', 1, 7, R, false },
	{ 'c', 1, 7, M, true },
	{ 'c', 136, 0, R | W, true },
	{ 'c', 136, 1048575, W, true },
	{ 'b', 136, 0, R, false },
	{ 'b', 8, 0, R, true },
	{ 'b', 8, 0, R | W, false },
	{ 'b', 8, 1, R, false },
	{ 'c', 8, 0, R, false },
	{ 'c', 4294967295, 4294967295, R, true },
	{ 'c', 4294967295, 0, R, false },
};

START_TEST(the_last_rule_that_speaks_of_an_access_decides)
{
	ck_assert_int_eq(ask(usual, sizeof(usual) / sizeof(usual[0]),
				 questions[_i].type, questions[_i].major,
				 questions[_i].minor, questions[_i].access),
		questions[_i].allowed);
}
END_TEST

START_TEST(without_rules_everything_is_denied)
{
	ck_assert(!ask(usual, 0, 'c', 1, 3, R));
}
END_TEST

START_TEST(allow_all_allows_all)
{
	static const struct plan_device_rule all = { true, 'a', -1, -1,
		R | W | M };

	ck_assert(ask(&all, 1, 'c', 1, 3, R | W | M));
	ck_assert(ask(&all, 1, 'b', 253, 77, W));
}
END_TEST

START_TEST(numbers_beyond_those_of_the_kernel_match_nothing)
{
	static const struct plan_device_rule beyond = { true, 'c',
		1ll << 32 | 1, 3, R };

	ck_assert(!ask(&beyond, 1, 'c', 1, 3, R));
}
END_TEST

/* Against the plain meaning of the rules, told once more without a program. */
static bool
expect(const struct plan_device_rule *rules, size_t n, char type,
	unsigned major, unsigned minor, uint32_t access)
{
	for (uint32_t bit = 1; bit <= 4; bit <<= 1) {
		bool allowed = false;

		for (size_t i = 0; i < n; i++)
			if ((rules[i].type == 'a' || rules[i].type == type) &&
				(rules[i].major < 0 ||
					rules[i].major == (int64_t)major) &&
				(rules[i].minor < 0 ||
					rules[i].minor == (int64_t)minor) &&
				(rules[i].access & bit))
				allowed = rules[i].allow;
		if ((access & bit) && !allowed)
			return false;
	}
	return true;
}

START_TEST(random_rules_mean_what_they_say)
{
	srandom((unsigned)_i);
	for (int round = 0; round < 200; round++) {
		struct plan_device_rule rules[12];
		size_t n = (size_t)random() % 12;

		for (size_t i = 0; i < n; i++)
			rules[i] = (struct plan_device_rule){ random() % 2,
				"abc"[random() % 3], random() % 3 - 1,
				random() % 3 - 1, (uint32_t)random() % 8 };
		for (int q = 0; q < 100; q++) {
			char type = "bc"[random() % 2];
			unsigned major = (unsigned)random() % 2,
				 minor = (unsigned)random() % 2;
			uint32_t access = 1 + (uint32_t)random() % 7;

			ck_assert_int_eq(
				ask(rules, n, type, major, minor, access),
				expect(rules, n, type, major, minor, access));
		}
	}
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase,
		the_last_rule_that_speaks_of_an_access_decides, 0,
		sizeof(questions) / sizeof(questions[0]));
	tcase_add_test(tcase, without_rules_everything_is_denied);
	tcase_add_test(tcase, allow_all_allows_all);
	tcase_add_test(tcase, numbers_beyond_those_of_the_kernel_match_nothing);
	tcase_add_loop_test(tcase, random_rules_mean_what_they_say, 0, 10);
}

int
main(void)
{
	return runner_run("host/devprog", fill);
}
