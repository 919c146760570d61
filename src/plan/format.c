/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of operations and the check of a whole block. Both programs link
 * this file: scrim to print a plan, scrim-init to refuse what it does not
 * know before its first step. The rows stand in the order in which steps may
 * stand in a plan; words.c says why, and names the operands. The check trusts
 * nothing: every offset, list, slot and operand is looked at once, so that the
 * accessors of format.h need no bounds of their own afterwards. It allocates
 * nothing and must never include anything of plan/ but its own header.
 */
#include "plan/format.h"

#include "base/err.h"

#include <string.h>

#define SLOT(...)   .slot = __VA_ARGS__
#define TEXTS(...)  .text = { __VA_ARGS__ }
#define NUMBER(...) .number = { __VA_ARGS__ }
#define LISTS(...)  .list = { __VA_ARGS__ }

/* clang-format off */
const struct plan_op_row plan_ops[OP_COUNT] = {
	[OP_SESSION] = { "session" },
	[OP_SETNS] = { "setns", SLOT(OPERAND_NUMBER), NUMBER(OPERAND_NAMESPACE) },
	[OP_JOIN] = { "join", SLOT(OPERAND_NUMBER),
		NUMBER(OPERAND_NAMESPACE, OPERAND_NUMBER, OPERAND_NUMBER, OPERAND_NUMBER) },
	[OP_ROOT] = { "root", SLOT(OPERAND_MAYBE) },
	[OP_CGROUP] = { "cgroup", SLOT(OPERAND_NUMBER) },
	[OP_UNSHARE] = { "unshare", NUMBER(OPERAND_NAMESPACE) },
	[OP_LOOPBACK] = { "loopback" },
	[OP_ISOLATE] = { "isolate", NUMBER(OPERAND_PROPAGATION) },
	[OP_ROOTFS] = { "rootfs", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT) },
	[OP_INSIDE] = { "inside", SLOT(OPERAND_NUMBER) },
	[OP_MKDIR] = { "mkdir", TEXTS(OPERAND_TEXT), NUMBER(OPERAND_OCTAL) },
	[OP_NETWORK] = { "network", SLOT(OPERAND_NUMBER) },
	[OP_MOUNT] = { "mount", TEXTS(OPERAND_TEXT, OPERAND_TEXT, OPERAND_MAYBE),
		NUMBER(OPERAND_ATTR, OPERAND_PROPAGATION, OPERAND_FLAGS),
		LISTS(OPERAND_STRINGS) },
	[OP_BIND] = { "bind", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT),
		NUMBER(OPERAND_NONE, OPERAND_NONE, OPERAND_FLAGS) },
	[OP_REMOUNT] = { "remount", TEXTS(OPERAND_TEXT),
		NUMBER(OPERAND_ATTR, OPERAND_ATTR, OPERAND_FLAGS, OPERAND_ATTR, OPERAND_ATTR,
			OPERAND_PROPAGATION),
		LISTS(OPERAND_STRINGS) },
	[OP_DEVICE] = { "device", TEXTS(OPERAND_TEXT),
		NUMBER(OPERAND_OCTAL, OPERAND_DEVICE, OPERAND_NUMBER, OPERAND_NUMBER) },
	[OP_DEVICE_BIND] = { "device-bind", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT) },
	[OP_SYMLINK] = { "symlink", TEXTS(OPERAND_TEXT, OPERAND_TEXT), NUMBER(OPERAND_NUMBER) },
	[OP_CONSOLE] = { "console", SLOT(OPERAND_MAYBE), NUMBER(OPERAND_NUMBER, OPERAND_NUMBER) },
	[OP_READONLY] = { "readonly", TEXTS(OPERAND_TEXT) },
	[OP_SEAL] = { "seal", TEXTS(OPERAND_TEXT) },
	[OP_MASK] = { "mask", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT),
		NUMBER(OPERAND_SLOT_NUMBER) },
	[OP_DETACH] = { "detach", TEXTS(OPERAND_TEXT), NUMBER(OPERAND_NUMBER) },
	[OP_HOOKS] = { "hooks" },
	[OP_HOOK] = { "hook", TEXTS(OPERAND_TEXT, OPERAND_TEXT, OPERAND_TEXT),
		NUMBER(OPERAND_NUMBER, OPERAND_HOOK, OPERAND_SLOT_MAYBE, OPERAND_NUMBER),
		SLOT(OPERAND_MAYBE),
		LISTS(OPERAND_STRINGS, OPERAND_STRINGS) },
	[OP_LEAVE] = { "leave" },
	[OP_ENTER] = { "enter", NUMBER(OPERAND_ENTER) },
	[OP_ROOT_ATTR] = { "root-attr", NUMBER(OPERAND_ATTR, OPERAND_PROPAGATION) },
	[OP_HOSTNAME] = { "hostname", TEXTS(OPERAND_TEXT) },
	[OP_DOMAINNAME] = { "domainname", TEXTS(OPERAND_TEXT) },
	[OP_SYSCTL] = { "sysctl", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT, OPERAND_TEXT) },
	[OP_KEYRING] = { "keyring", TEXTS(OPERAND_TEXT) },
	[OP_PERSONALITY] = { "personality", NUMBER(OPERAND_PERSONALITY) },
	[OP_MEMORY_POLICY] = { "memory-policy", SLOT(OPERAND_NUMBER),
		NUMBER(OPERAND_MEMORY_POLICY, OPERAND_MEMORY_FLAGS), LISTS(OPERAND_NUMBERS) },
	[OP_NO_NEW_PRIVS] = { "no-new-privs" },
	[OP_IDENTITY] = { "identity",
		NUMBER(OPERAND_NUMBER, OPERAND_NUMBER, OPERAND_UMASK, OPERAND_NUMBER),
		LISTS(OPERAND_NUMBERS) },
	[OP_CAPABILITIES] = { "capabilities",
		NUMBER(OPERAND_CAPS, OPERAND_CAPS, OPERAND_CAPS, OPERAND_CAPS, OPERAND_CAPS,
			OPERAND_CAPS) },
	[OP_LABEL] = { "label", SLOT(OPERAND_NUMBER), TEXTS(OPERAND_TEXT, OPERAND_TEXT) },
	[OP_FORK] = { "fork" },
	[OP_CWD] = { "cwd", TEXTS(OPERAND_TEXT) },
	[OP_GATE] = { "gate", SLOT(OPERAND_MAYBE) },
	[OP_START_FAIL] = { "start-fail", TEXTS(OPERAND_TEXT) },
	[OP_LISTENER] = { "listener" },
	[OP_RLIMIT] = { "rlimit", TEXTS(OPERAND_TEXT),
		NUMBER(OPERAND_NUMBER, OPERAND_NUMBER, OPERAND_NUMBER) },
	[OP_SECCOMP] = { "seccomp", SLOT(OPERAND_NUMBER),
		NUMBER(OPERAND_FILTER_FLAGS, OPERAND_NUMBER, OPERAND_CAPS, OPERAND_CAPS,
			OPERAND_CAPS, OPERAND_CAPS) },
	[OP_EXEC] = { "exec", NUMBER(OPERAND_NUMBER, OPERAND_EXEC_FLAGS),
		LISTS(OPERAND_STRINGS, OPERAND_STRINGS) },
};
/* clang-format on */

/* Where a step may stand: by its number, but mounts keep the config's order,
 * startContainer hooks come behind the gate, and who is not born in its cgroup
 * goes there as late as the rest of the plan allows. */
static uint32_t
rank(uint32_t op, uint32_t reached)
{
	if ((op == OP_CGROUP && reached < OP_GATE) ||
		(op == OP_UNSHARE && reached < OP_NO_NEW_PRIVS))
		return reached > op ? reached : op;
	if (op == OP_NETWORK || op == OP_MOUNT || op == OP_BIND ||
		op == OP_REMOUNT)
		return OP_MKDIR;
	if (op == OP_DEVICE_BIND)
		return OP_DEVICE;
	if (op == OP_HOOK && reached >= OP_GATE)
		return OP_GATE;
	return op;
}

/* A range of count items of size bytes at offset, aligned and inside. */
static int
range_ok(const struct plan_header *head, uint32_t offset, uint64_t count,
	uint32_t size)
{
	return offset % 4 == 0 && offset >= sizeof(*head) &&
		offset <= head->strings &&
		count * size <= head->strings - offset;
}

/* 0 is no text; everything else is in the string table, whose last byte is a
 * NUL, so that every text ends. */
static int
text_ok(const struct plan_header *head, uint32_t offset)
{
	return offset == 0 || (offset >= head->strings && offset < head->size);
}

/* Until this has passed, nothing behind the header is looked at. */
static int
check_head(const struct plan_header *head, size_t size, struct err *err)
{
	if (size < sizeof(*head) || size > PLAN_MAX_SIZE)
		return err_say(err, "plan: a block of %zu bytes", size);
	if (head->magic != PLAN_MAGIC)
		return err_say(err, "plan: not a plan");
	if (head->version != PLAN_VERSION)
		return err_say(err,
			"plan: version %u, this is %u: scrim and scrim-init do not belong together",
			head->version, PLAN_VERSION);
	if (head->size != size || head->strings >= size ||
		head->strings < sizeof(*head))
		return err_say(err, "plan: cut off or overlong");
	if (((const char *)head)[size - 1] != '\0')
		return err_say(err, "plan: the last text has no end");
	if (head->n_slots > INT32_MAX || head->steps % 8 != 0 ||
		!range_ok(head, head->steps, head->n_steps,
			sizeof(struct plan_step)))
		return err_say(err, "plan: its steps lie outside");
	return 0;
}

/* -1 is no slot: right where the operation needs none, or may do without. */
static int
slot_ok(enum plan_operand operand, int32_t slot, uint32_t n_slots)
{
	if (slot == -1)
		return operand != OPERAND_NUMBER;
	return operand != OPERAND_NONE && slot >= 0 && (uint32_t)slot < n_slots;
}

/* An operand that the row does not name must not be there. */
static int
texts_ok(const struct plan_header *head, const struct plan_op_row *row,
	const struct plan_step *step)
{
	for (size_t i = 0; i < PLAN_TEXTS; i++) {
		uint32_t offset = step->text[i];

		if (!text_ok(head, offset))
			return 0;
		if (row->text[i] == OPERAND_NONE
				? offset != 0
				: row->text[i] == OPERAND_TEXT && offset == 0)
			return 0;
	}
	return text_ok(head, step->pointer);
}

/* Numbers mean what the operation makes of them; only a second slot has
 * bounds to check here. */
static int
numbers_ok(const struct plan_header *head, const struct plan_op_row *row,
	const struct plan_step *step)
{
	for (size_t i = 0; i < PLAN_NUMBERS; i++) {
		if (row->number[i] == OPERAND_NONE && step->number[i] != 0)
			return 0;
		if (row->number[i] == OPERAND_SLOT_NUMBER &&
			step->number[i] >= head->n_slots)
			return 0;
		if (row->number[i] == OPERAND_SLOT_MAYBE &&
			step->number[i] > head->n_slots)
			return 0;
	}
	return 1;
}

/* A list lies between the steps and the strings; items that are texts are
 * checked one by one. */
static int
lists_ok(const struct plan_header *head, const struct plan_op_row *row,
	const struct plan_step *step)
{
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		const struct plan_list *list = &step->list[i];

		if (list->count == 0)
			continue;
		if (row->list[i] == OPERAND_NONE ||
			!range_ok(head, list->offset, list->count,
				sizeof(uint32_t)))
			return 0;
		if (row->list[i] != OPERAND_STRINGS)
			continue;
		for (uint32_t j = 0; j < list->count; j++) {
			uint32_t offset = plan_items(head, list)[j];

			if (offset == 0 || !text_ok(head, offset))
				return 0;
		}
	}
	return 1;
}

/* In the order in which later checks rely on earlier ones: the operation is
 * known, then its place, then its operands. */
static int
check_step(const struct plan_header *head, uint32_t i, uint32_t *reached,
	struct err *err)
{
	const struct plan_step *step = plan_steps(head) + i;
	const struct plan_op_row *row;
	uint32_t place;

	if (step->op >= OP_COUNT)
		return err_say(err, "plan: step %u: operation %u is not known",
			i, step->op);
	row = &plan_ops[step->op];
	place = rank(step->op, *reached);
	if (place < *reached)
		return err_say(
			err, "plan: step %u: %s out of order", i, row->name);
	*reached = place;
	if (!slot_ok(row->slot, step->slot, head->n_slots))
		return err_say(err, "plan: step %u: %s with slot %d", i,
			row->name, step->slot);
	if (!texts_ok(head, row, step) || !numbers_ok(head, row, step) ||
		!lists_ok(head, row, step))
		return err_say(err, "plan: step %u: %s with wrong operands", i,
			row->name);
	return 0;
}

int
plan_check(const void *block, size_t size, struct err *err)
{
	const struct plan_header *head = block;
	uint32_t reached = 0;

	if (check_head(head, size, err))
		return -1;
	for (uint32_t i = 0; i < head->n_steps; i++)
		if (check_step(head, i, &reached, err))
			return -1;
	return 0;
}
