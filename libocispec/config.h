/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json of the OCI runtime specification 1.3, Linux, as C structs; the
 * entry points that decode it stand at the end. Members keep the spelling of
 * the specification in snake case. A pointer that is NULL was not said (JSON
 * null counts as not said), save for members marked "required": those are
 * never NULL, the decoder has seen to it. Words stay words here; turning them
 * into kernel numbers is the business of the plan. Everything lives in the
 * arena that was given to the decoder, and nothing is ever freed singly.
 */
#ifndef LIBOCISPEC_CONFIG_H
#define LIBOCISPEC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/place.h"

/* GNU C takes the word for itself; the specification needs it for a member. */
#undef linux

struct arena;
struct err;
struct oci_problems;
struct oci_schema;

/* Lists. All have one layout: items, n, and said, which tells [] from null. */
struct oci_strings {
	const char *const *items;
	size_t n;
	bool said;
};

struct oci_uint32s {
	const uint32_t *items;
	size_t n;
	bool said;
};

/* A map of strings, in the order of the document. */
struct oci_string_entry {
	struct place at;
	const char *key;
	const char *value;
};

struct oci_string_map {
	const struct oci_string_entry *items;
	size_t n;
	bool said;
};

/* process */
/* The terminal in characters; without a terminal it is ignored. */
struct oci_console_size {
	struct place at;
	const uint64_t *height; /* required */
	const uint64_t *width;  /* required */
};

/* Who runs the program; ids count inside the container. */
struct oci_user {
	struct place at;
	const uint32_t *uid;
	const uint32_t *gid;
	const uint32_t *umask;
	struct oci_uint32s additional_gids;
	const char *username; /* Windows only */
};

/* Names such as "CAP_KILL"; the five sets are independent of each other. */
struct oci_capabilities {
	struct place at;
	struct oci_strings bounding;
	struct oci_strings permitted;
	struct oci_strings effective;
	struct oci_strings inheritable;
	struct oci_strings ambient;
};

/* ioprio_set(2): "IOPRIO_CLASS_BE" and 0 (first) to 7 (last). */
struct oci_io_priority {
	struct place at;
	const char *class; /* required */
	const int32_t *priority;
};

/* sched_setattr(2): "SCHED_OTHER", "SCHED_FLAG_RESET_ON_FORK". */
struct oci_scheduler {
	struct place at;
	const char *policy; /* required */
	const int32_t *nice;
	const int32_t *priority;
	struct oci_strings flags;
	const uint64_t *runtime; /* nanoseconds, as deadline and period */
	const uint64_t *deadline;
	const uint64_t *period;
};

/* setrlimit(2): "RLIMIT_NOFILE"; UINT64_MAX is RLIM_INFINITY. */
struct oci_rlimit {
	struct place at;
	const char *type;     /* required */
	const uint64_t *soft; /* required */
	const uint64_t *hard; /* required */
};

struct oci_rlimits {
	const struct oci_rlimit *items;
	size_t n;
	bool said;
};

/* Lists of CPUs of a process that joins: before and after its cgroup. */
struct oci_exec_cpu_affinity {
	struct place at;
	const char *initial;
	const char *final;
};

/* The program. Without it a container can be created, not started. */
struct oci_process {
	struct place at;
	const bool *terminal;
	const struct oci_console_size *console_size;
	const struct oci_user *user;
	struct oci_strings args;
	const char *command_line; /* Windows only */
	struct oci_strings env;
	const char *cwd; /* required, absolute */
	const struct oci_capabilities *capabilities;
	struct oci_rlimits rlimits;
	const bool *no_new_privileges;
	const char *apparmor_profile;
	const int64_t *oom_score_adj;
	const char *selinux_label;
	const struct oci_io_priority *io_priority;
	const struct oci_scheduler *scheduler;
	const struct oci_exec_cpu_affinity *exec_cpu_affinity;
};

/* root, mounts, hooks */
/* The root filesystem; path is relative to the bundle. */
struct oci_root {
	struct place at;
	const char *path; /* required */
	const bool *readonly;
};

/* One line of uid_map or gid_map; 0 ids are a mapping, too. */
struct oci_id_mapping {
	struct place at;
	const uint32_t *container_id; /* required */
	const uint32_t *host_id;      /* required */
	const uint32_t *size;         /* required */
};

struct oci_id_mappings {
	const struct oci_id_mapping *items;
	size_t n;
	bool said;
};

/* Words of options are those of mount(8) or of the filesystem; a mount is a
 * bind mount by its options, whatever its type says. */
struct oci_mount {
	struct place at;
	const char *destination; /* required */
	const char *source;
	const char *type;
	struct oci_strings options;
	struct oci_id_mappings uid_mappings;
	struct oci_id_mappings gid_mappings;
};

struct oci_mounts {
	const struct oci_mount *items;
	size_t n;
	bool said;
};

/* A program on the host or in the container, by the list that it is in. */
struct oci_hook {
	struct place at;
	const char *path; /* required, absolute */
	struct oci_strings args;
	struct oci_strings env;
	const int64_t *timeout; /* seconds, at least 1 */
};

struct oci_hook_list {
	const struct oci_hook *items;
	size_t n;
	bool said;
};

/* In the order in which they run. */
struct oci_hooks {
	struct place at;
	struct oci_hook_list prestart;
	struct oci_hook_list create_runtime;
	struct oci_hook_list create_container;
	struct oci_hook_list start_container;
	struct oci_hook_list poststart;
	struct oci_hook_list poststop;
};

/* linux */
/* A node to make: type is c, b, u or p; p needs no numbers. */
struct oci_device {
	struct place at;
	const char *type; /* required */
	const char *path; /* required, absolute */
	const int64_t *major;
	const int64_t *minor;
	const uint32_t *file_mode; /* 0..0777 */
	const uint32_t *uid;
	const uint32_t *gid;
};

struct oci_devices {
	const struct oci_device *items;
	size_t n;
	bool said;
};

/* Keyed by the name of the interface on the host. */
struct oci_net_device {
	struct place at;
	const char *key;
	const char *name;
};

struct oci_net_devices {
	const struct oci_net_device *items;
	size_t n;
	bool said;
};

/* "mount", "pid" ...; without a path it is a new one. */
struct oci_namespace {
	struct place at;
	const char *type; /* required */
	const char *path;
};

struct oci_namespaces {
	const struct oci_namespace *items;
	size_t n;
	bool said;
};

/* A rule of access, in order; numbers that are not said mean all. type is a,
 * b or c, access is made of r, w and m. */
struct oci_device_cgroup {
	struct place at;
	const bool *allow; /* required */
	const char *type;
	const int64_t *major;
	const int64_t *minor;
	const char *access;
};

struct oci_device_cgroups {
	const struct oci_device_cgroup *items;
	size_t n;
	bool said;
};

/* Bytes; -1 is no limit. swap counts memory and swap together. */
struct oci_memory {
	struct place at;
	const int64_t *limit;
	const int64_t *reservation;
	const int64_t *swap;
	const int64_t *kernel;     /* dead */
	const int64_t *kernel_tcp; /* dead */
	const uint64_t *swappiness;
	const bool *disable_oom_killer;
	const bool *use_hierarchy; /* dead */
	const bool *check_before_update;
};

/* Microseconds, save for shares (2 to 262144); cpus and mems are lists. */
struct oci_cpu {
	struct place at;
	const uint64_t *shares;
	const int64_t *quota;
	const uint64_t *burst;
	const uint64_t *period;
	const int64_t *realtime_runtime;
	const uint64_t *realtime_period;
	const char *cpus;
	const char *mems;
	const int64_t *idle;
};

/* A block device and its share of input and output, 10 to 1000. */
struct oci_weight_device {
	struct place at;
	const int64_t *major; /* required */
	const int64_t *minor; /* required */
	const uint16_t *weight;
	const uint16_t *leaf_weight;
};

struct oci_weight_devices {
	const struct oci_weight_device *items;
	size_t n;
	bool said;
};

/* A block device and its limit, bytes or operations a second. */
struct oci_throttle_device {
	struct place at;
	const int64_t *major; /* required */
	const int64_t *minor; /* required */
	const uint64_t *rate;
};

struct oci_throttle_devices {
	const struct oci_throttle_device *items;
	size_t n;
	bool said;
};

/* Limits of block devices (cgroup controllers blkio, io). */
struct oci_block_io {
	struct place at;
	const uint16_t *weight;
	const uint16_t *leaf_weight;
	struct oci_weight_devices weight_device;
	struct oci_throttle_devices throttle_read_bps_device;
	struct oci_throttle_devices throttle_write_bps_device;
	struct oci_throttle_devices throttle_read_iops_device;
	struct oci_throttle_devices throttle_write_iops_device;
};

/* Tasks; 0 is a limit like others, -1 is none. */
struct oci_pids {
	struct place at;
	const int64_t *limit; /* required */
};

/* Bytes of pages of one size, which is named as "2MB". */
struct oci_hugepage_limit {
	struct place at;
	const char *page_size; /* required */
	const uint64_t *limit; /* required */
};

struct oci_hugepage_limits {
	const struct oci_hugepage_limit *items;
	size_t n;
	bool said;
};

/* An entry of net_prio.ifpriomap, which only cgroup v1 has. */
struct oci_interface_priority {
	struct place at;
	const char *name;         /* required */
	const uint32_t *priority; /* required */
};

struct oci_interface_priorities {
	const struct oci_interface_priority *items;
	size_t n;
	bool said;
};

/* What only cgroup v1 knows: net_cls and net_prio. */
struct oci_network {
	struct place at;
	const uint32_t *class_id;
	struct oci_interface_priorities priorities;
};

/* Keyed by the name of the RDMA device. */
struct oci_rdma {
	struct place at;
	const char *key;
	const uint32_t *hca_handles;
	const uint32_t *hca_objects;
};

struct oci_rdmas {
	const struct oci_rdma *items;
	size_t n;
	bool said;
};

/* Limits of the cgroup; also what update reads by itself. unified holds files
 * of cgroup v2 by name, with what is to be written there. */
struct oci_resources {
	struct place at;
	struct oci_device_cgroups devices;
	const struct oci_memory *memory;
	const struct oci_cpu *cpu;
	const struct oci_pids *pids;
	const struct oci_block_io *block_io;
	struct oci_hugepage_limits hugepage_limits;
	const struct oci_network *network;
	struct oci_rdmas rdma;
	struct oci_string_map unified;
};

/* A condition on one argument; value_two is of use to SCMP_CMP_MASKED_EQ. */
struct oci_syscall_arg {
	struct place at;
	const uint32_t *index; /* required */
	const uint64_t *value; /* required */
	const uint64_t *value_two;
	const char *op; /* required */
};

struct oci_syscall_args {
	const struct oci_syscall_arg *items;
	size_t n;
	bool said;
};

/* What happens on these system calls if all args hold. */
struct oci_syscall {
	struct place at;
	struct oci_strings names; /* required, not empty */
	const char *action;       /* required */
	const uint32_t *errno_ret;
	struct oci_syscall_args args;
};

struct oci_syscalls {
	const struct oci_syscall *items;
	size_t n;
	bool said;
};

/* The filter, in the words of libseccomp: "SCMP_ACT_ERRNO". */
struct oci_seccomp {
	struct place at;
	const char *default_action; /* required */
	const uint32_t *default_errno_ret;
	struct oci_strings architectures;
	struct oci_strings flags;
	const char *listener_path;
	const char *listener_metadata;
	struct oci_syscalls syscalls;
};

/* resctrl: a group by its name or, if none is said, by the container's. */
struct oci_intel_rdt {
	struct place at;
	const char *clos_id;
	struct oci_strings schemata;
	const char *l3_cache_schema;
	const char *mem_bw_schema;
	const bool *enable_monitoring;
};

/* set_mempolicy(2): "MPOL_BIND", a list of nodes, "MPOL_F_STATIC_NODES". */
struct oci_memory_policy {
	struct place at;
	const char *mode;
	const char *nodes;
	struct oci_strings flags;
};

/* personality(2): "LINUX" or "LINUX32"; no flags are defined. */
struct oci_personality {
	struct place at;
	const char *domain;
	struct oci_strings flags;
};

/* What the clock inside is ahead of the one outside. */
struct oci_time_offset {
	struct place at;
	const int64_t *secs;
	const uint32_t *nanosecs;
};

/* The two clocks that a time namespace can move. */
struct oci_time_offsets {
	struct place at;
	const struct oci_time_offset *boottime;
	const struct oci_time_offset *monotonic;
};

/* The section of this system. */
struct oci_linux {
	struct place at;
	struct oci_id_mappings uid_mappings;
	struct oci_id_mappings gid_mappings;
	struct oci_string_map sysctl;
	const struct oci_resources *resources;
	const char *cgroups_path;
	struct oci_namespaces namespaces;
	struct oci_devices devices;
	struct oci_net_devices net_devices;
	const struct oci_seccomp *seccomp;
	const char *rootfs_propagation;
	struct oci_strings masked_paths;
	struct oci_strings readonly_paths;
	const char *mount_label;
	const struct oci_intel_rdt *intel_rdt;
	const struct oci_memory_policy *memory_policy;
	const struct oci_personality *personality;
	const struct oci_time_offsets *time_offsets;
};

/* The document. Sections of other systems are skipped. */
/* Another system's section: read only to tell that a config is for it. */
struct oci_freebsd_jail {
	struct place at;
	const char *vnet;
};

struct oci_freebsd {
	struct place at;
	const struct oci_freebsd_jail *jail;
};

struct oci_config {
	struct place at;
	const char *oci_version; /* required */
	const struct oci_process *process;
	const struct oci_root *root;
	const char *hostname;
	const char *domainname;
	struct oci_mounts mounts;
	const struct oci_hooks *hooks;
	struct oci_string_map annotations;
	const struct oci_linux *linux;
	const struct oci_freebsd *freebsd;
};

/* For the encoder, the comparer and whoever walks the rows (schema.h). */
extern const struct oci_schema oci_config_schema;
extern const struct oci_schema oci_mounts_schema; /* of an oci_config, too */
extern const struct oci_schema oci_process_schema;
extern const struct oci_schema oci_resources_schema; /* update --resources */

/* Decode len bytes of text into the arena; text is not needed afterwards.
 * Return 0, or -1 with the first problem and its place in err; where the text
 * is not config.json, the caller has set err->document. */
int oci_config_parse(struct arena *arena, const char *text, size_t len,
	struct oci_config **out, struct err *err);
int oci_process_parse(struct arena *arena, const char *text, size_t len,
	struct oci_process **out, struct err *err);
int oci_resources_parse(struct arena *arena, const char *text, size_t len,
	struct oci_resources **out, struct err *err);

/* The same for a file of at most 16 MiB, path relative to dir. */
int oci_config_read(struct arena *arena, int dir, const char *path,
	struct oci_config **out, struct err *err);

/* Collects every problem of the document (problems.h) instead of the first.
 * Returns 0 and sets *out whenever the text is well-formed JSON, so that the
 * rules between fields can add theirs; the caller refuses the document when
 * problems->n is not 0. What was wrong is left out or, where required, "",
 * 0 or []. Returns -1 where there is nothing to look at. */
int oci_config_check(const char *text, size_t len, struct oci_config **out,
	struct oci_problems *problems);
/* The same for a document that has "mounts" and need not have more. */
int oci_mounts_check(const char *text, size_t len, struct oci_config **out,
	struct oci_problems *problems);
int oci_resources_check(const char *text, size_t len,
	struct oci_resources **out, struct oci_problems *problems);
int oci_process_check(const char *text, size_t len, struct oci_process **out,
	struct oci_problems *problems);

#endif
