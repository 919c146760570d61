/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as it travels: one contiguous block that scrim makes and scrim-init
 * carries out. It holds offsets and no pointers: a header, an array of steps,
 * an array of 32-bit list items, a string table. Every step has the same
 * shape; plan_ops says which operands an operation uses, so that printing and
 * checking need no code per operation. This is the only header of plan/ that
 * scrim-init includes.
 *
 * Slots: what must be found on the host travels as descriptors. Slot n is the
 * descriptor that the parent sends as number n (struct plan_source n); a step
 * names the slot that it consumes.
 */
#ifndef PLAN_FORMAT_H
#define PLAN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define PLAN_MAGIC    0x6e6c702e6d726373ull /* "scrm.pln" */
#define PLAN_VERSION  1
#define PLAN_TEXTS    3
#define PLAN_NUMBERS  6
#define PLAN_LISTS    2
#define PLAN_MAX_SIZE (32u << 20)

/* In the order in which steps may stand in a plan (format.c says why). */
enum plan_op {
	/* --- the namespaces --- */
	/* setsid, no parent-death signal, not dumpable, own name */
	OP_SESSION,
	/* slot: namespace; number 0: CLONE_NEW* kind */
	OP_SETNS,
	/* slot: pidfd of the container's process; numbers: 0 CLONE_NEW*
	 * kinds, 1 and 2 uid and gid to work under in its user namespace, 3:
	 * 1: drop additional groups before */
	OP_JOIN,
	/* slot: its root directory, or -1: "/" of the joined mount namespace
	 */
	OP_ROOT,
	/* slot: cgroup.procs of the cgroup to go into, by who was not born in
	 * it; missing where there is none. Anywhere before OP_GATE */
	OP_CGROUP,
	/* number 0: CLONE_NEW* flags (cgroup: only now are we in ours); behind
	 * an OP_CGROUP */
	OP_UNSHARE,
	/* lo up, in a new network namespace */
	OP_LOOPBACK,

	/* --- the mount tree, everything beneath one rootfs descriptor --- */
	/* number 0: MS_PRIVATE or MS_SLAVE for the whole copied tree */
	OP_ISOLATE,
	/* slot: detached tree; text 0: where it is attached */
	OP_ROOTFS,
	/* slot: procfs of the host; in place of a rootfs: the root of the mount
	 * namespace that was joined. From here on all is undone on failure */
	OP_INSIDE,
	/* text 0: path in the container; number 0: mode (process.cwd) */
	OP_MKDIR,
	/* slot: the new network namespace, which was in the making until now */
	OP_NETWORK,
	/* text 0: target, 1: type, 2: source; list 0: words for the
	 * filesystem, "k=v" or "k"; numbers: 0 MOUNT_ATTR_*, 1 propagation
	 * MS_*, 2 PLAN_MOUNT_* */
	OP_MOUNT,
	/* slot: detached tree, attributes set; text 0: target; number 2:
	 * PLAN_MOUNT_* */
	OP_BIND,
	/* text 0: target; list 0: words for the filesystem; numbers: 0
	 * attributes to set, 1 to clear, 2 PLAN_MOUNT_*, 3 and 4 the
	 * recursive ones, 5 propagation */
	OP_REMOUNT,
	/* text 0: path; numbers: 0 mode with S_IF*, 1 makedev, 2 uid, 3 gid */
	OP_DEVICE,
	/* slot: detached tree of the host's node; text 0: path */
	OP_DEVICE_BIND,
	/* text 0: link, 1: target; number 0: 1: what stands there already may
	 * stay */
	OP_SYMLINK,
	/* slot: connected console socket or -1 (by wire); numbers: 0 rows,
	 * 1 columns */
	OP_CONSOLE,
	/* text 0: path made read-only by a recursive bind on itself; missing:
	 * nothing */
	OP_READONLY,
	/* text 0: mount target that only now becomes read-only (others were
	 * mounted in it) */
	OP_SEAL,
	/* slot: null device tree; number 0: slot of the empty directory's
	 * tree; text 0: path */
	OP_MASK,
	/* text 0: where the mount is; number 0: its id, which must be on top */
	OP_DETACH,
	/* tell the parent that mounts are done, wait for its hooks */
	OP_HOOKS,
	/* text 0: path, 1 and 2: state JSON before and behind the pid; list 0:
	 * argv, 1: env; number 0: timeout in seconds or 0, 1: enum plan_hook;
	 * slot: file for stdout, number 2: that for stderr; else kept */
	OP_HOOK,
	/* all is done (behind OP_INSIDE): say so and end */
	OP_LEAVE,
	/* number 0: enum plan_enter */
	OP_ENTER,
	/* the new "/": numbers 0 attributes to set, 1 propagation MS_* or 0 */
	OP_ROOT_ATTR,

	/* --- what else surrounds the process --- */
	/* text 0 */
	OP_HOSTNAME,
	/* text 0 */
	OP_DOMAINNAME,
	/* slot: procfs of the host, verified; text 0: path below sys/, 1:
	 * value */
	OP_SYSCTL,
	/* text 0: name of the new session keyring */
	OP_KEYRING,
	/* number 0 */
	OP_PERSONALITY,
	/* slot: sent when the cgroup is settled; numbers: 0 MPOL_*, 1
	 * MPOL_F_*; list 0: nodes */
	OP_MEMORY_POLICY,

	/* --- the process itself --- */
	OP_NO_NEW_PRIVS,
	/* numbers: 0 uid, 1 gid, 2 umask or UINT64_MAX, 3: 1: setgroups is not
	 * allowed here, or not wanted; list 0: additional gids */
	OP_IDENTITY,
	/* numbers 0..4: bounding, effective, permitted, inheritable, ambient
	 * masks; 5: kept beside them until OP_SECCOMP has run */
	OP_CAPABILITIES,
	/* slot: procfs of the host; text 0: file below self/, 1: value */
	OP_LABEL,
	/* in the joined pid namespace a child goes on from here */
	OP_FORK,
	/* text 0 */
	OP_CWD,
	/* slot: listening socket or -1 (start comes by wire): created, wait
	 * for start */
	OP_GATE,
	/* text 0: why this container cannot start (no process) */
	OP_START_FAIL,
	/* somebody outside of the filter who passes its listener on */
	OP_LISTENER,
	/* text 0: its name; numbers: 0 RLIMIT_*, 1 soft, 2 hard */
	OP_RLIMIT,
	/* slot: file of struct sock_filter[]; number 0: SECCOMP_FILTER_FLAG_*,
	 * 1: 1: drop what OP_CAPABILITIES kept, to the final 2: effective, 3:
	 * permitted, 4: inheritable, 5: ambient */
	OP_SECCOMP,
	/* list 0: argv, 1: env; numbers: 0 descriptors preserved from 3 on, 1:
	 * PLAN_EXEC_* */
	OP_EXEC,
	OP_COUNT
};

/* OP_MOUNT, OP_BIND, OP_REMOUNT number 2 */
#define PLAN_MOUNT_STRICT_DIR                                                  \
	1u /* the target is a real directory, no link on the way */
#define PLAN_MOUNT_DEST_NOFOLLOW                                               \
	2u                   /* a link as last component is the target itself */
#define PLAN_MOUNT_COPYUP 4u /* tmpcopyup */
#define PLAN_MOUNT_OVER_LINK                                                   \
	8u /* copy-symlink: a link in the slot is made again */

/* OP_EXEC number 1 */
#define PLAN_EXEC_FIND_HOME                                                    \
	1u /* HOME is not set: look it up in the container's passwd */
#define PLAN_EXEC_LISTEN_PID 2u /* add LISTEN_PID=own pid */

enum plan_enter {
	PLAN_ENTER_PIVOT,  /* pivot_root, the old root detached */
	PLAN_ENTER_MOVE,   /* --no-pivot: moved over "/" and chroot */
	PLAN_ENTER_CHROOT, /* no mount namespace of its own */
};

enum plan_hook {
	PLAN_HOOK_PRESTART,
	PLAN_HOOK_CREATE_RUNTIME,
	PLAN_HOOK_CREATE_CONTAINER,
	PLAN_HOOK_START_CONTAINER,
	PLAN_HOOK_POSTSTART,
	PLAN_HOOK_POSTSTOP,
	PLAN_HOOK_COUNT
};

struct plan_list {
	/* of uint32_t[count] in the block: string offsets or numbers */
	uint32_t offset;
	uint32_t count;
};

struct plan_step {
	uint32_t op;
	int32_t slot;              /* -1: none */
	uint32_t text[PLAN_TEXTS]; /* offsets in the block; 0: none */
	uint32_t pointer;          /* JSON pointer to blame, offset; 0: none */
	uint32_t line, column;
	struct plan_list list[PLAN_LISTS];
	uint64_t number[PLAN_NUMBERS];
};

struct plan_header {
	uint64_t magic;
	uint32_t version;
	uint32_t size;  /* of the whole block */
	uint32_t steps; /* offset of the array */
	uint32_t n_steps;
	uint32_t n_slots;
	uint32_t strings; /* offset; they reach to the end, a NUL */
};

/* How an operand is read and printed. */
enum __attribute__((packed)) plan_operand {
	OPERAND_NONE,
	OPERAND_TEXT,  /* must be there */
	OPERAND_MAYBE, /* text that may be missing */
	OPERAND_NUMBER,
	OPERAND_OCTAL,
	OPERAND_DEVICE, /* major:minor */
	OPERAND_ATTR,   /* MOUNT_ATTR_* in words */
	OPERAND_PROPAGATION,
	OPERAND_NAMESPACE,
	OPERAND_CAPS,
	OPERAND_STRINGS, /* lists */
	OPERAND_NUMBERS,
	OPERAND_FLAGS,
	OPERAND_SLOT_NUMBER,  /* a second slot in a number */
	OPERAND_SLOT_MAYBE,   /* the same, plus 1; 0: none */
	OPERAND_UMASK,        /* octal, UINT64_MAX: left as it is */
	OPERAND_ENTER,        /* enum plan_enter */
	OPERAND_HOOK,         /* enum plan_hook */
	OPERAND_EXEC_FLAGS,   /* PLAN_EXEC_*; OPERAND_FLAGS are PLAN_MOUNT_* */
	OPERAND_FILTER_FLAGS, /* SECCOMP_FILTER_FLAG_* */
	OPERAND_PERSONALITY,
	OPERAND_MEMORY_POLICY,
	OPERAND_MEMORY_FLAGS,
	OPERAND_SCHEDULER_FLAGS, /* of no step */
};

struct plan_op_row {
	const char *name;       /* "mount", as `scrim plan` prints it */
	enum plan_operand slot; /* NONE, NUMBER (needed), MAYBE (or -1) */
	enum plan_operand text[PLAN_TEXTS];
	enum plan_operand number[PLAN_NUMBERS];
	enum plan_operand list[PLAN_LISTS];
};

extern const struct plan_op_row plan_ops[OP_COUNT];

/* The same for people; not linked into scrim-init (words.c). */
struct plan_op_words {
	/* names of the operands: texts, numbers, lists */
	const char *label[PLAN_TEXTS + PLAN_NUMBERS + PLAN_LISTS];
	const char *why; /* it stands at that place in the order */
};

extern const struct plan_op_words plan_op_words[OP_COUNT];

struct err;

/* Checks a whole block as it came over the wire: magic, version, bounds and
 * termination of every offset, known operations in their order, operands
 * present as plan_ops says, slots in range. After this no access through the
 * calls below can leave the block. */
int plan_check(const void *block, size_t size, struct err *err);

static inline const struct plan_header *
plan_head(const void *block)
{
	return block;
}

static inline const struct plan_step *
plan_steps(const void *block)
{
	return (const void *)((const char *)block + plan_head(block)->steps);
}

/* NULL for offset 0. */
static inline const char *
plan_text(const void *block, uint32_t offset)
{
	return offset == 0 ? NULL : (const char *)block + offset;
}

static inline const uint32_t *
plan_items(const void *block, const struct plan_list *list)
{
	return (const void *)((const char *)block + list->offset);
}

#endif
