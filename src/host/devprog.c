/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel asks the program for each mknod or open of a device: its type,
 * its numbers, and the accesses wanted, which may be several. For each access
 * the last rule that speaks of the device and of that access decides, and all
 * wanted must be allowed. So the rules are laid out from the last to the
 * first: a matching "allow" takes its accesses off the list and the program
 * ends well when the list is empty; a matching "deny" ends it when one of its
 * accesses is still on the list. What no rule speaks of is denied.
 *
 * r2 type, r3 accesses still undecided, r4 major, r5 minor.
 */
#include "host/devprog.h"

#include "base/err.h"
#include "base/fd.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A rule takes at most this many; the frame around all rules, that many. */
#define RULE_INSNS  8
#define FRAME_INSNS 8

/* By which we know our own; the kernel keeps 15 bytes. */
#define NAME "scrim_devices"
/* The kernel's BPF_CGROUP_MAX_PROGS: as many as a cgroup can have. */
#define ATTACHED_MAX 64

#define INSN(code_, dst, src, off_, imm_)                                      \
	((struct bpf_insn){ .code = (code_),                                   \
		.dst_reg = (dst),                                              \
		.src_reg = (src),                                              \
		.off = (off_),                                                 \
		.imm = (int32_t)(imm_) })
#define LOAD(dst, offset)                                                      \
	INSN(BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, offset, 0)
#define ALU(op, dst, imm)  INSN(BPF_ALU | (op) | BPF_K, dst, 0, 0, imm)
#define JUMP(op, dst, imm) INSN(BPF_JMP32 | (op) | BPF_K, dst, 0, 0, imm)
#define SET(dst, imm)      INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define COPY(dst, src)     INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define EXIT               INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* Conditions that must hold, then what the rule does. Jumps that leave the
 * rule lead to the instruction behind it. */
static size_t
add_rule(struct bpf_insn *to, const struct plan_device_rule *rule)
{
	uint32_t type =
		rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	size_t n = 0, conditions;

	if (rule->type != 'a')
		to[n++] = JUMP(BPF_JNE, BPF_REG_2, type);
	if (rule->major >= 0)
		to[n++] = JUMP(BPF_JNE, BPF_REG_4, rule->major);
	if (rule->minor >= 0)
		to[n++] = JUMP(BPF_JNE, BPF_REG_5, rule->minor);
	conditions = n;
	if (rule->allow) {
		to[n++] = ALU(BPF_AND, BPF_REG_3, ~rule->access);
		to[n++] = JUMP(BPF_JNE, BPF_REG_3, 0);
		to[n - 1].off = 2; /* something is still undecided */
		to[n++] = SET(BPF_REG_0, 1);
	} else {
		to[n++] = COPY(BPF_REG_0, BPF_REG_3);
		to[n++] = ALU(BPF_AND, BPF_REG_0, rule->access);
		to[n++] = JUMP(BPF_JEQ, BPF_REG_0, 0);
		to[n - 1].off = 2; /* nothing of what it denies is wanted */
		to[n++] = SET(BPF_REG_0, 0);
	}
	to[n++] = EXIT;
	for (size_t i = 0; i < conditions; i++)
		to[i].off = (int16_t)(n - i - 1);
	return n;
}

/* A number that no device has: the kernel's are of 32 bits. */
static bool
can_match(const struct plan_device_rule *rule)
{
	return rule->major <= UINT32_MAX && rule->minor <= UINT32_MAX &&
		rule->access != 0;
}

struct bpf_insn *
devprog_make(const struct plan_device_rule *rules, size_t n, size_t *out_n)
{
	struct bpf_insn *insns =
		calloc(n * RULE_INSNS + FRAME_INSNS, sizeof(*insns));
	size_t at = 0;

	if (!insns)
		return NULL;
	/* access_type: accesses in the upper half, the type in the lower */
	insns[at++] = LOAD(
		BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	insns[at++] = COPY(BPF_REG_3, BPF_REG_2);
	insns[at++] = ALU(BPF_AND, BPF_REG_2, 0xffff);
	insns[at++] = ALU(BPF_RSH, BPF_REG_3, 16);
	insns[at++] =
		LOAD(BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, major));
	insns[at++] =
		LOAD(BPF_REG_5, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = n; i-- > 0;)
		if (can_match(&rules[i]))
			at += add_rule(insns + at, &rules[i]);
	insns[at++] = SET(BPF_REG_0, 0);
	insns[at++] = EXIT;
	*out_n = at;
	return insns;
}

static int
call(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* No helper function is called, so the licence need not be the kernel's. */
static int
load(const struct bpf_insn *insns, size_t n)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.expected_attach_type = BPF_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
	memcpy(attr.prog_name, NAME, sizeof(NAME));
	return call(BPF_PROG_LOAD, &attr);
}

/* old: the program whose place it takes, or -1. */
static int
attach(int cgroup, int program, int old, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (old >= 0) {
		attr.attach_flags |= BPF_F_REPLACE;
		attr.replace_bpf_fd = (uint32_t)old;
	}
	if (call(BPF_PROG_ATTACH, &attr) < 0)
		return err_sys(err, "attach the device program");
	return 0;
}

static int
make_and_attach(int cgroup, const struct plan_device_rule *rules, size_t n,
	int old, struct err *err)
{
	auto_free struct bpf_insn *insns = NULL;
	auto_fd program = -1;
	size_t n_insns;

	insns = devprog_make(rules, n, &n_insns);
	if (!insns)
		return err_code(err, ENOMEM, "make the device program");
	program = load(insns, n_insns);
	if (program < 0)
		return err_sys(err,
			"load the device program of %zu instructions", n_insns);
	return attach(cgroup, program, old, err);
}

int
devprog_attach(int cgroup, const struct plan_device_rule *rules, size_t n,
	struct err *err)
{
	return make_and_attach(cgroup, rules, n, -1, err);
}

/* The program of that id, if it is one of ours; -1: not. */
static int
open_own(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr;
	auto_fd program = -1;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	program = call(BPF_PROG_GET_FD_BY_ID, &attr);
	if (program < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	if (call(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0 ||
		strcmp(info.name, NAME) != 0)
		return -1;
	return take_fd(&program);
}

/* Of those that are attached to this very cgroup. -1: none. */
static int
find_own(int cgroup)
{
	uint32_t ids[ATTACHED_MAX];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = ATTACHED_MAX;
	if (call(BPF_PROG_QUERY, &attr) < 0)
		return -1;
	for (uint32_t i = 0; i < attr.query.prog_cnt; i++) {
		int program = open_own(ids[i]);

		if (program >= 0)
			return program;
	}
	return -1;
}

int
devprog_replace(int cgroup, const struct plan_device_rule *rules, size_t n,
	struct err *err)
{
	auto_fd old = find_own(cgroup);

	return make_and_attach(cgroup, rules, n, old, err);
}
