/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations in words: what their operands are called when a plan is
 * printed, and why each stands at its place in the order. Apart from format.c
 * because scrim-init, which never prints, must not carry it: it waits in the
 * memory of every created container.
 */
#include "plan/format.h"

/* Labels: three texts, six numbers, two lists. */
#define TEXT_LABEL(i)   [i]
#define NUMBER_LABEL(i) [PLAN_TEXTS + (i)]
#define LIST_LABEL(i)   [PLAN_TEXTS + PLAN_NUMBERS + (i)]

/* clang-format off */
const struct plan_op_words plan_op_words[OP_COUNT] = {
	[OP_SESSION] = {
		.why = "first: nobody may see or signal a half-made container",
	},
	[OP_SETNS] = {
		.label = { NUMBER_LABEL(0) = "kind" },
		.why = "before anything that acts on the namespace",
	},
	[OP_JOIN] = {
		.label = { NUMBER_LABEL(0) = "kinds", "uid", "gid", "drop_groups" },
		.why = "exec: all at once, through the container's process; everything else is its",
	},
	[OP_ROOT] = {
		.why = "exec: what lies beneath it can be opened only now",
	},
	[OP_CGROUP] = {
		.why = "late: the small memory limit is the program's, not the set-up's",
	},
	[OP_UNSHARE] = {
		.label = { NUMBER_LABEL(0) = "kind" },
		.why = "a cgroup namespace is rooted where its maker is: only now we are there",
	},
	[OP_LOOPBACK] = {
		.why = "needs the network namespace and nothing else",
	},
	[OP_ISOLATE] = {
		.label = { NUMBER_LABEL(0) = "propagation" },
		.why = "before the first mount, which would otherwise show on the host",
	},
	[OP_ROOTFS] = {
		.label = { TEXT_LABEL(0) = "at" },
		.why = "every later target is resolved beneath it",
	},
	[OP_INSIDE] = {
		.why = "every later target is resolved beneath the container's root",
	},
	[OP_MKDIR] = {
		.label = { TEXT_LABEL(0) = "path", NUMBER_LABEL(0) = "mode" },
		.why = "behind the mounts that it may lie in, before they become read-only",
	},
	[OP_NETWORK] = {
		.why = "before what shows or uses the network: it was in the making",
	},
	[OP_MOUNT] = {
		.label = { TEXT_LABEL(0) = "target", "type", "source",
			NUMBER_LABEL(0) = "attributes", "propagation", "flags",
			LIST_LABEL(0) = "words" },
		.why = "in the order of the config",
	},
	[OP_BIND] = {
		.label = { TEXT_LABEL(0) = "target", NUMBER_LABEL(2) = "flags" },
		.why = "in the order of the config",
	},
	[OP_REMOUNT] = {
		.label = { TEXT_LABEL(0) = "target",
			NUMBER_LABEL(0) = "set", "clear", "flags", "set_all", "clear_all",
			"propagation", LIST_LABEL(0) = "words" },
		.why = "in the order of the config",
	},
	[OP_DEVICE] = {
		.label = { TEXT_LABEL(0) = "path", NUMBER_LABEL(0) = "mode", "device", "uid",
			"gid" },
		.why = "behind all mounts: /dev is one of them",
	},
	[OP_DEVICE_BIND] = {
		.label = { TEXT_LABEL(0) = "path" },
		.why = "in place of a device where nodes cannot be made",
	},
	[OP_SYMLINK] = {
		.label = { TEXT_LABEL(0) = "path", "to", NUMBER_LABEL(0) = "may_stay" },
		.why = "behind all mounts: /dev is one of them",
	},
	[OP_CONSOLE] = {
		.label = { NUMBER_LABEL(0) = "rows", "columns" },
		.why = "the terminal comes from the devpts mounted above",
	},
	[OP_READONLY] = {
		.label = { TEXT_LABEL(0) = "path" },
		.why = "behind everything that writes below these paths",
	},
	[OP_SEAL] = {
		.label = { TEXT_LABEL(0) = "path" },
		.why = "targets and nodes had to be made in it first",
	},
	[OP_MASK] = {
		.label = { TEXT_LABEL(0) = "path", NUMBER_LABEL(0) = "directory" },
		.why = "last of the mounts: nothing may cover a mask",
	},
	[OP_DETACH] = {
		.label = { TEXT_LABEL(0) = "at", NUMBER_LABEL(0) = "mount" },
		.why = "what goes is looked at before the first of them goes",
	},
	[OP_HOOKS] = {
		.why = "mounts are done, the old root is still there",
	},
	[OP_HOOK] = {
		.label = { TEXT_LABEL(0) = "path", "state", "state_end",
			NUMBER_LABEL(0) = "timeout", "kind", "stderr", "program_env",
			LIST_LABEL(0) = "args", "env" },
		.why = "createContainer before the root changes, startContainer behind the gate",
	},
	[OP_LEAVE] = {
		.why = "scrim has written down what is mounted now",
	},
	[OP_ENTER] = {
		.label = { NUMBER_LABEL(0) = "by" },
		.why = "from here on no host path exists",
	},
	[OP_ROOT_ATTR] = {
		.label = { NUMBER_LABEL(0) = "set", "propagation" },
		.why = "the tree is complete, and pivot_root refuses a shared root",
	},
	[OP_HOSTNAME] = {
		.label = { TEXT_LABEL(0) = "name" },
		.why = "needs the UTS namespace and privilege",
	},
	[OP_DOMAINNAME] = {
		.label = { TEXT_LABEL(0) = "name" },
		.why = "needs the UTS namespace and privilege",
	},
	[OP_SYSCTL] = {
		.label = { TEXT_LABEL(0) = "file", "value" },
		.why = "needs the namespaces and privilege",
	},
	[OP_KEYRING] = {
		.label = { TEXT_LABEL(0) = "name" },
		.why = "owned by the user namespace's root",
	},
	[OP_PERSONALITY] = {
		.label = { NUMBER_LABEL(0) = "domain" },
		.why = "inherited by the program, nothing of ours minds it",
	},
	[OP_MEMORY_POLICY] = {
		.label = { NUMBER_LABEL(0) = "mode", "flags", LIST_LABEL(0) = "nodes" },
		.why = "inherited by the program; the cgroup's own nodes are settled by now",
	},
	[OP_NO_NEW_PRIVS] = {
		.why = "allows the filter without privilege, so before that goes",
	},
	[OP_IDENTITY] = {
		.label = { NUMBER_LABEL(0) = "uid", "gid", "umask", "setgroups_denied",
			LIST_LABEL(0) = "groups" },
		.why = "nothing below needs root's own files",
	},
	[OP_CAPABILITIES] = {
		.label = { NUMBER_LABEL(0) = "bounding", "effective", "permitted",
			"inheritable", "ambient", "kept" },
		.why = "a change of uid clears them, so behind it",
	},
	[OP_LABEL] = {
		.label = { TEXT_LABEL(0) = "file", "value" },
		.why = "takes effect at the next exec, which is the program's",
	},
	[OP_FORK] = {
		.why = "exec: seen inside with the rights of the program only, and nothing else",
	},
	[OP_CWD] = {
		.label = { TEXT_LABEL(0) = "path" },
		.why = "with the user's own rights, when no descriptor leads out any more",
	},
	[OP_GATE] = {
		.why = "created: all but the program itself is in place",
	},
	[OP_START_FAIL] = {
		.label = { TEXT_LABEL(0) = "reason" },
		.why = "there is nothing to start",
	},
	[OP_LISTENER] = {
		.why = "a thread without the filter passes its listener on; limits may forbid it",
	},
	[OP_RLIMIT] = {
		.label = { TEXT_LABEL(0) = "type", NUMBER_LABEL(0) = "resource", "soft", "hard" },
		.why = "late: the limits are the program's, and lowering them takes no privilege",
	},
	[OP_SECCOMP] = {
		.label = { NUMBER_LABEL(0) = "flags", "drop_kept", "effective", "permitted",
			"inheritable", "ambient" },
		.why = "last: the filter need allow nothing of ours but the exec",
	},
	[OP_EXEC] = {
		.label = { NUMBER_LABEL(0) = "preserved", "flags", LIST_LABEL(0) = "args",
			"env" },
		.why = "the program takes over",
	},
};
/* clang-format on */
