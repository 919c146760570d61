/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thought: config.json in, plan out. plan_make() is pure: it reads a decoded
 * config and a few facts given by the caller, needs no privilege, touches
 * nothing, and reports every problem of the config, not only the first.
 *
 * A plan has two halves. What happens on the host is this struct: namespaces,
 * sources to open, the cgroup, limits, hooks. What happens in the container is
 * the block of format.h. They meet in the slots: source n is opened by the
 * parent and sent as slot n.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/place.h"
#include "plan/format.h"

struct arena;
struct err;
struct oci_config;
struct oci_problems;
struct oci_resources;
struct str;

/* Where a host item comes from, spelled out ("" and 0: not from the config). */
struct plan_where {
	const char *pointer;
	uint32_t line, column;
};

/* How the container's mount namespace comes to be. */
enum plan_birth {
	PLAN_BIRTH_PINNED, /* a copy of the pinned, almost empty namespace */
	PLAN_BIRTH_PLAIN,  /* a copy of the caller's */
	PLAN_BIRTH_JOINED, /* an existing one, by path */
	PLAN_BIRTH_HOST,   /* none: mounts are the host's, at the rootfs */
};

enum plan_source_kind {
	PLAN_SOURCE_ROOTFS,    /* directory -> detached tree */
	PLAN_SOURCE_BIND,      /* path -> detached tree, all attributes set */
	PLAN_SOURCE_LINK,      /* path -> O_PATH of a link (copy-symlink) */
	PLAN_SOURCE_DEVICE,    /* device node, verified -> detached tree */
	PLAN_SOURCE_EMPTY,     /* the shared empty directory, read-only */
	PLAN_SOURCE_CGROUP,    /* the own cgroup's directory -> detached tree */
	PLAN_SOURCE_NAMESPACE, /* nsfs file, type checked */
	PLAN_SOURCE_PROC,      /* the host's /proc, O_PATH, verified */
	PLAN_SOURCE_CONSOLE,   /* --console-socket, connected */
	PLAN_SOURCE_GATE,      /* the listening socket in the state directory */
	PLAN_SOURCE_SECCOMP,   /* the compiled filter */
	PLAN_SOURCE_OUTPUT,    /* a file that hooks write to */
	PLAN_SOURCE_NETWORK,   /* a new network namespace, made for it */
	PLAN_SOURCE_SETTLED,   /* a token: the cgroup is settled */
	PLAN_SOURCE_SEAT,      /* cgroup.procs of the own cgroup */
	PLAN_SOURCE_FILTER,    /* exec: the one that the container has */
	PLAN_SOURCE_PROCESS,   /* exec: a pidfd of its first process */
	PLAN_SOURCE_ROOT,      /* exec: its root directory */
	PLAN_SOURCE_COUNT
};

/* Since Linux 4.15 (kernel/user_namespace.c, UID_GID_MAP_MAX_EXTENTS). */
#define PLAN_ID_MAPS_MAX 340

struct plan_id_map {
	uint32_t inside, outside, size;
};

struct plan_id_maps {
	const struct plan_id_map *uid, *gid;
	size_t n_uid, n_gid;
};

struct plan_source {
	enum plan_source_kind kind;
	const char *path; /* on the host; NULL: the kind says it all */
	bool recursive;   /* the whole tree below (rbind) */
	bool nofollow;    /* src-nofollow */
	bool optional;    /* missing: nothing to do (no bind of the config) */
	uint64_t attr_set, attr_clear;         /* MOUNT_ATTR_* of the mount */
	uint64_t attr_set_all, attr_clear_all; /* with AT_RECURSIVE */
	uint64_t propagation; /* MS_PRIVATE... with MS_REC for r*; 0: leave */
	bool idmap, idmap_recursive;
	const struct plan_id_maps *maps; /* NULL with idmap: of the container */
	uint32_t number; /* NAMESPACE: CLONE_NEW*; DEVICE: S_IFCHR, S_IFBLK */
	uint64_t device; /* DEVICE: makedev */
	struct plan_where where;
};

struct plan_join {
	/* CLONE_NEW*; user, pid and time are entered before the clone, the
	 * others by steps */
	uint32_t kind;
	const char *path;
	bool early; /* entered by whoever clones; else a step of the child */
	struct plan_where where;
};

struct plan_rlimit {
	int resource;
	const char *name;
	uint64_t soft, hard;
	struct plan_where where;
};

/* sched_setattr(2), which scrim calls: the process may have no right to. */
struct plan_scheduler {
	uint32_t policy;
	uint64_t flags; /* SCHED_FLAG_* */
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds */
	struct plan_where where;
};

/* ioprio_set(2), for the whole process group. */
struct plan_io_priority {
	uint32_t class, priority;
	struct plan_where where;
};

/* A group of resctrl; paths are below the root of that filesystem. */
struct plan_intel_rdt {
	const char *group; /* ".": the default one */
	bool own;          /* named after the container, and goes with it */
	const char *const *lines; /* of schemata, in the order of writing */
	size_t n_lines;
	const char *monitor; /* the monitoring group; NULL: none */
	struct plan_where where;
};

/* A device of the host that goes into the container's network namespace. */
struct plan_net_device {
	const char *name, *new_name; /* new_name may hold one "%d" */
	struct plan_where where;
};

/* For sched_setaffinity(2). */
struct plan_cpus {
	unsigned long *mask; /* NULL: not said */
	size_t size;         /* in bytes */
	struct plan_where where;
};

/* One file of the container's cgroup and what goes into it. */
struct plan_knob {
	const char *controller; /* "memory"; NULL: a core file */
	const char *file, *value;
	/* what serves in its place where the kernel lacks the file, or, with
	 * both, is written beside it; one of the two must be there */
	const char *other, *other_value;
	bool both;
	bool default_value; /* "unlimited": needs no controller */
	struct plan_where where;
};

struct plan_device_rule {
	bool allow;
	char type;            /* 'a', 'b', 'c' */
	int64_t major, minor; /* -1: all */
	uint32_t access;      /* BPF_DEVCG_ACC_* bits */
};

/* linux.resources: what a cgroup is filled with, and what update changes. */
struct plan_resources {
	const struct plan_knob *knobs;
	size_t n_knobs;
	/* all of them, the last that matches decides; the first matches
	 * everything */
	const struct plan_device_rule *device_rules;
	size_t n_device_rules;
	bool device_program; /* rules were asked for */
	bool small_memory;   /* each page counts under its limit of memory */
	/* those of linux.devices alone, which update asks for again */
	const struct plan_device_rule *nodes;
	size_t n_nodes;
};

/* What a cgroup says before it is changed, as far as it matters to update. */
struct plan_present {
	uint64_t memory_usage, memory_max; /* UINT64_MAX: no limit */
	char cpu_quota[24]; /* as cpu.max has it; "": not known */
	bool cpu_idle;
	const struct plan_device_rule *devices; /* of linux.devices */
	size_t n_devices;
};

struct plan_hook_item {
	const char *path;
	/* NULL-terminated, argv[0] set; env NULL: the caller's own */
	const char *const *argv, *const *env;
	uint32_t timeout; /* seconds, 0: none */
	struct plan_where where;
};

struct plan_hooks {
	const struct plan_hook_item *items;
	size_t n;
};

struct plan_seccomp_arg {
	uint32_t index, op; /* op: enum scmp_compare's value */
	uint64_t value, value_two;
};

struct plan_seccomp_rule {
	uint32_t action; /* SCMP_ACT_* value with its errno */
	const char *const *names;
	size_t n_names;
	const struct plan_seccomp_arg *args;
	size_t n_args;
	struct plan_where where;
};

struct plan_seccomp {
	uint32_t default_action;
	uint32_t flags;         /* SECCOMP_FILTER_FLAG_* */
	const uint32_t *arches; /* SCMP_ARCH_*; the native one is always in */
	size_t n_arches;
	const struct plan_seccomp_rule *rules;
	size_t n_rules;
	bool strict; /* a name that is no system call is an error */
	/* Some rule asks an agent (SCMP_ACT_NOTIFY), who listens at this path
	 * of the host; NULL where none does. */
	const char *listener, *listener_metadata;
	struct plan_where listener_where;
};

/* What plan_make() may know beside the config. */
struct plan_request {
	const char *bundle; /* absolute, clean */
	const char *id;
	bool root;          /* in the initial user namespace, or as good as */
	uint32_t uid, gid;  /* of the caller */
	bool groups_denied; /* setgroups(2), in the caller's user namespace */
	bool no_pivot, no_new_keyring;
	bool foreground; /* run: start comes by wire, not through a gate */
	bool console_socket;
	const char *notify_socket; /* sd_notify's, on the host, or NULL */
	uint32_t preserve_fds, listen_fds;
	const char *const *environment; /* of the caller, for hooks; or NULL */
	const struct plan_place *place; /* of attach and detach: where */
	/* Where the agent of seccomp listens if the config does not say it; an
	 * exec has it from the record, and its config has no rules. */
	const char *seccomp_receiver;
	bool notifies;   /* exec: the filter that is kept asks that agent */
	bool chrooted;   /* the caller's root is no mount point */
	bool no_pin;     /* pinning was found impossible */
	bool only_shown; /* an ordinary user may look at root's plan */
};

struct plan {
	const struct oci_config *config; /* that it was made from */
	const char *bundle, *id, *oci_version;
	const char *rootfs; /* absolute path on the host */
	bool rootfs_readonly;

	enum plan_birth birth;
	const char *birth_reason; /* a sentence for `scrim plan` */
	/* another process must prepare and clone (a joined or unprivileged
	 * user namespace); see host/deputy.c */
	bool deputy;
	/* the caller is root of a user namespace, of which the mount namespace
	 * that he is in need not be (unshare -r) */
	bool mounts_may_be_foreign;
	/* CLONE_NEW* of clone3: all but cgroup, time, a network apart and
	 * what is joined */
	uint64_t clone_flags;
	bool new_time;
	/* its network namespace is made by the parent, while it works */
	bool network_apart;
	const char *time_offsets;      /* text for timens_offsets, NULL: none */
	const struct plan_join *joins; /* in their order: user first */
	size_t n_joins;
	bool new_user;
	bool root_unmapped; /* id 0, in the new user namespace */
	struct plan_id_maps maps;

	const struct plan_source *sources; /* slot n is source n */
	size_t n_sources;
	bool sources_first; /* on the wire before there is a child */

	const char *mount_label;  /* or NULL */
	const char *cgroups_path; /* the config's, NULL: the runtime's */
	bool new_cgroup_ns;
	/* its memory limit is so small that the set-up is not to count: its
	 * process is born in the caller's, and goes there by a step */
	bool enters_cgroup;
	/* the container manages cgroups of its own: they are this user's of
	 * the host */
	bool delegate;
	uint32_t delegate_uid;
	/* The name of the one that it is in, below that of the limits, and
	 * which alone is then given to the user. NULL: not said. */
	const char *delegate_cgroup;
	struct plan_resources resources;

	const struct plan_rlimit *rlimits;
	size_t n_rlimits;
	const int *oom_score_adj;
	const struct plan_scheduler *scheduler;     /* NULL: not said */
	const struct plan_io_priority *io_priority; /* NULL: not said */
	const struct plan_intel_rdt *intel_rdt;     /* NULL: not said */
	const struct plan_net_device *net_devices;
	size_t n_net_devices;
	bool memory_policy; /* the cgroup's nodes must be settled before it */
	struct plan_cpus initial, final; /* of exec: before and in the cgroup */
	const struct plan_seccomp *seccomp;
	struct plan_hooks hooks[PLAN_HOOK_COUNT];

	bool has_process, terminal;
	uint16_t rows, columns;  /* 0: not said */
	const char *stop_signal; /* annotation, or NULL */
	const struct plan_annotation {
		const char *key, *value;
	} * annotations;
	size_t n_annotations;

	const void *block;
	size_t block_size;
	const char *const *warnings; /* unknown capabilities and the like */
	size_t n_warnings;
};

/* CLONE_NEW* of all that is new, whoever makes it. */
uint64_t plan_new_namespaces(const struct plan *plan);

/* Makes the plan in arena; it points into the config, which has to live as
 * long. All problems go to problems; returns -1 when there
 * is any (err then holds the first with the count of the others). */
int plan_make(struct arena *arena, const struct oci_config *config,
	const struct plan_request *request, struct plan **out,
	struct oci_problems *problems, struct err *err);

/* The same for update, which says resources alone and only what shall change.
 */
int plan_update(struct arena *arena, const struct oci_resources *resources,
	const struct plan_present *present, struct plan_resources *out,
	struct oci_problems *problems, struct err *err);

/* A container that runs, as a place to mount in. */
struct plan_place {
	const char *mount_ns; /* a file that is its mount namespace */
	const char *user_ns;  /* the same; NULL: it has none of its own */
	const char *mount_label;
};

/* A mount to be taken away. */
struct plan_mark {
	const char *target;
	uint64_t id;
};

/* A small plan that attaches the mounts of config, which holds nothing else,
 * in a running container: binds and tmpfs. Carried out by a process that
 * enters it and leaves again. As plan_make(). */
int plan_attach(struct arena *arena, const struct oci_config *config,
	const struct plan_request *request, struct plan **out,
	struct oci_problems *problems, struct err *err);
/* One that takes mounts away. */
int plan_detach(struct arena *arena, const struct plan_request *request,
	const struct plan_mark *marks, size_t n, struct plan **out,
	struct err *err);
/* Some words of a command line, in their order. */
struct plan_words {
	const char *const *items;
	size_t n;
};

/* What exec's command line says; NULL and nothing are not said. */
struct plan_exec_words {
	struct plan_words args, env, caps, gids;
	const char *user, *cwd, *apparmor, *label;
	bool tty, no_new_privs;
};

/* What a plan for exec is made from. */
struct plan_exec {
	const char *id, *bundle;
	const char *seccomp_listener; /* of the filter's agent, or NULL */
	/* what is kept of the container's config (life/heritage.h) */
	const struct oci_config *container;
	const struct oci_process *process; /* of --process, or NULL */
	struct plan_exec_words words;
	uint64_t namespaces; /* CLONE_NEW* that the container lives in */
	const char *root;    /* a path of its root directory, where that is not
	                      * its mount namespace's; else NULL */
	bool groups_denied;  /* setgroups(2), in its user namespace */
	bool groups_kept;    /* in the caller's, too: they cannot be dropped */
	bool root_user;      /* as plan_request.root */
	bool no_new_keyring, console_socket;
	bool waits; /* scrim has something to do for the process in any case */
	uint16_t rows, columns; /* of a terminal whose size nobody says */
	uint32_t preserve_fds;
};

/* As plan_make(), for a further process of a container. */
int plan_make_exec(struct arena *arena, const struct plan_exec *exec,
	struct plan **out, struct oci_problems *problems, struct err *err);

/* The whole plan for people or as JSON. */
void plan_print_text(const struct plan *plan, struct str *out);
void plan_print_json(const struct plan *plan, struct str *out);

#endif
