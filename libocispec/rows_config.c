/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of config.json save for its linux section: document, process,
 * root, mounts and hooks (config.md of the specification). Inner objects come
 * first, the document last. Rows say what each member is by itself; rules
 * between members and the meaning of words belong to the plan. Sections of
 * other operating systems have no rows and are skipped like unknown members.
 */
#include "libocispec/schema.h"

#include <string.h>

#define REQUIRED          .flags = OCI_REQUIRED
#define NOT_EMPTY         .flags = OCI_NOT_EMPTY
#define REQUIRED_ABSOLUTE .flags = (OCI_REQUIRED | OCI_ABSOLUTE)
#define DEAD              .flags = OCI_DEAD

/* The characters of a list of CPUs; "" is legal and means none. */
static bool
is_cpu_list(const char *text)
{
	return text[strspn(text, "0123456789, -")] == '\0';
}

#define CPU_LIST .fits = is_cpu_list, .form = "a list of CPUs such as \"0-3,7\""

static const struct oci_row console_size_rows[] = {
	OCI_ROW(console_size, height, "height", REQUIRED),
	OCI_ROW(console_size, width, "width", REQUIRED),
};
static OCI_SCHEMA(console_size, console_size_rows);

/* umask: any number, though only the lower nine bits mean something. */
static const struct oci_row user_rows[] = {
	OCI_ROW(user, uid, "uid"),
	OCI_ROW(user, gid, "gid"),
	OCI_ROW(user, umask, "umask"),
	OCI_ROW(user, additional_gids, "additionalGids"),
	OCI_ROW(user, username, "username", DEAD),
};
static OCI_SCHEMA(user, user_rows);

static const struct oci_row capabilities_rows[] = {
	OCI_ROW(capabilities, bounding, "bounding"),
	OCI_ROW(capabilities, effective, "effective"),
	OCI_ROW(capabilities, inheritable, "inheritable"),
	OCI_ROW(capabilities, permitted, "permitted"),
	OCI_ROW(capabilities, ambient, "ambient"),
};
static OCI_SCHEMA(capabilities, capabilities_rows);

/* Which names there are is for the plan to say: it maps them. */
static const struct oci_row rlimit_rows[] = {
	OCI_ROW(rlimit, type, "type", REQUIRED),
	OCI_ROW(rlimit, hard, "hard", REQUIRED),
	OCI_ROW(rlimit, soft, "soft", REQUIRED),
};
static OCI_SCHEMA(rlimit, rlimit_rows);

static const struct oci_row io_priority_rows[] = {
	OCI_ROW(io_priority, class, "class", REQUIRED),
	OCI_ROW(io_priority, priority, "priority"),
};
static OCI_SCHEMA(io_priority, io_priority_rows);

static const struct oci_row scheduler_rows[] = {
	OCI_ROW(scheduler, policy, "policy", REQUIRED),
	OCI_ROW(scheduler, nice, "nice"),
	OCI_ROW(scheduler, priority, "priority"),
	OCI_ROW(scheduler, flags, "flags"),
	OCI_ROW(scheduler, runtime, "runtime"),
	OCI_ROW(scheduler, deadline, "deadline"),
	OCI_ROW(scheduler, period, "period"),
};
static OCI_SCHEMA(scheduler, scheduler_rows);

static const struct oci_row exec_cpu_affinity_rows[] = {
	OCI_ROW(exec_cpu_affinity, initial, "initial", CPU_LIST),
	OCI_ROW(exec_cpu_affinity, final, "final", CPU_LIST),
};
static OCI_SCHEMA(exec_cpu_affinity, exec_cpu_affinity_rows);

/* args may be missing or empty here: only a start needs them [47]. */
static const struct oci_row process_rows[] = {
	OCI_ROW(process, terminal, "terminal"),
	OCI_ROW_OBJECT(process, console_size, "consoleSize", console_size),
	OCI_ROW_OBJECT(process, user, "user", user),
	OCI_ROW(process, args, "args"),
	OCI_ROW(process, command_line, "commandLine", DEAD),
	OCI_ROW(process, env, "env"),
	OCI_ROW(process, cwd, "cwd", REQUIRED_ABSOLUTE),
	OCI_ROW_OBJECT(process, capabilities, "capabilities", capabilities),
	OCI_ROW_OBJECTS(process, rlimits, "rlimits", rlimit),
	OCI_ROW(process, no_new_privileges, "noNewPrivileges"),
	OCI_ROW(process, apparmor_profile, "apparmorProfile"),
	OCI_ROW(process, oom_score_adj, "oomScoreAdj"),
	OCI_ROW_OBJECT(process, scheduler, "scheduler", scheduler),
	OCI_ROW(process, selinux_label, "selinuxLabel"),
	OCI_ROW_OBJECT(process, io_priority, "ioPriority", io_priority),
	OCI_ROW_OBJECT(process, exec_cpu_affinity, "execCPUAffinity", exec_cpu_affinity),
};
OCI_SCHEMA(process, process_rows);

/* A relative path begins at the bundle, hence not OCI_ABSOLUTE [70]. */
static const struct oci_row root_rows[] = {
	OCI_ROW(root, path, "path", .flags = OCI_REQUIRED | OCI_NOT_EMPTY),
	OCI_ROW(root, readonly, "readonly"),
};
static OCI_SCHEMA(root, root_rows);

static const struct oci_row id_mapping_rows[] = {
	OCI_ROW(id_mapping, container_id, "containerID", REQUIRED),
	OCI_ROW(id_mapping, host_id, "hostID", REQUIRED),
	OCI_ROW(id_mapping, size, "size", REQUIRED),
};
OCI_SCHEMA(id_mapping, id_mapping_rows);

/* A relative destination is deprecated, not forbidden [74]. */
static const struct oci_row mount_rows[] = {
	OCI_ROW(mount, destination, "destination", .flags = OCI_REQUIRED | OCI_NOT_EMPTY),
	OCI_ROW(mount, type, "type"),
	OCI_ROW(mount, source, "source"),
	OCI_ROW(mount, options, "options"),
	OCI_ROW_OBJECTS(mount, uid_mappings, "uidMappings", id_mapping),
	OCI_ROW_OBJECTS(mount, gid_mappings, "gidMappings", id_mapping),
};
static OCI_SCHEMA(mount, mount_rows);

/* A timeout of 0 is none that a hook could keep [60]. */
static const struct oci_row hook_rows[] = {
	OCI_ROW(hook, path, "path", REQUIRED_ABSOLUTE),
	OCI_ROW(hook, args, "args"),
	OCI_ROW(hook, env, "env"),
	OCI_ROW(hook, timeout, "timeout", .flags = OCI_RANGE, .min = 1, .max = INT64_MAX),
};
static OCI_SCHEMA(hook, hook_rows);

static const struct oci_row hooks_rows[] = {
	OCI_ROW_OBJECTS(hooks, prestart, "prestart", hook),
	OCI_ROW_OBJECTS(hooks, create_runtime, "createRuntime", hook),
	OCI_ROW_OBJECTS(hooks, create_container, "createContainer", hook),
	OCI_ROW_OBJECTS(hooks, start_container, "startContainer", hook),
	OCI_ROW_OBJECTS(hooks, poststart, "poststart", hook),
	OCI_ROW_OBJECTS(hooks, poststop, "poststop", hook),
};
static OCI_SCHEMA(hooks, hooks_rows);

/* root is required on Linux, but by a rule, not by the schema [69]. */
static const struct oci_row freebsd_jail_rows[] = {
	OCI_ROW(freebsd_jail, vnet, "vnet"),
};
static OCI_SCHEMA(freebsd_jail, freebsd_jail_rows);

static const struct oci_row freebsd_rows[] = {
	OCI_ROW_OBJECT(freebsd, jail, "jail", freebsd_jail),
};
static OCI_SCHEMA(freebsd, freebsd_rows);

static const struct oci_row config_rows[] = {
	OCI_ROW(config, oci_version, "ociVersion", REQUIRED),
	OCI_ROW_OBJECT(config, process, "process", process),
	OCI_ROW_OBJECT(config, root, "root", root),
	OCI_ROW(config, hostname, "hostname"),
	OCI_ROW(config, domainname, "domainname"),
	OCI_ROW_OBJECTS(config, mounts, "mounts", mount),
	OCI_ROW_OBJECT(config, hooks, "hooks", hooks),
	OCI_ROW(config, annotations, "annotations"),
	OCI_ROW_OBJECT(config, linux, "linux", linux),
	OCI_ROW_OBJECT(config, freebsd, "freebsd", freebsd),
};
OCI_SCHEMA(config, config_rows);

/* A document that is read for its mounts alone. */
static const struct oci_row mounts_rows[] = {
	OCI_ROW_OBJECTS(config, mounts, "mounts", mount, .flags = OCI_REQUIRED),
};
const struct oci_schema oci_mounts_schema = {
	.size = sizeof(struct oci_config),
	.type = "config",
	.rows = mounts_rows,
	.n = 1,
};
