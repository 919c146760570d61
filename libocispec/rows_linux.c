/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the linux section of config.json (config-linux.md of the
 * specification): namespaces and id maps, devices, resources, seccomp, and
 * the smaller objects. Inner objects come first, the section last. Rows say
 * what each member is by itself; rules between members and the meaning of
 * words belong to the plan.
 */
#include "libocispec/schema.h"

#include <string.h>

#define REQUIRED          .flags = OCI_REQUIRED
#define ABSOLUTE          .flags = OCI_ABSOLUTE
#define REQUIRED_ABSOLUTE .flags = (OCI_REQUIRED | OCI_ABSOLUTE)
#define DEAD              .flags = OCI_DEAD

/* As the kernel names its huge pages: digits, then KB, MB or GB. */
static bool
is_page_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && text[0] != '0' && text[digits] &&
		strchr("KMG", text[digits]) &&
		strcmp(text + digits + 1, "B") == 0;
}

static bool
is_mem_bw_schema(const char *text)
{
	return strncmp(text, "MB:", 3) == 0 && !strchr(text, '\n');
}

/* fileMode is decimal in the document; 511 is 0777. Engines copy the whole mode
 * of a device of the host, its type with it: that is no permission, and left
 * out by the plan. */
static const struct oci_row device_rows[] = {
	OCI_ROW(device, path, "path", REQUIRED_ABSOLUTE),
	OCI_ROW(device, type, "type", REQUIRED),
	OCI_ROW(device, major, "major"),
	OCI_ROW(device, minor, "minor"),
	OCI_ROW(device, file_mode, "fileMode", .flags = OCI_RANGE, .max = 0177777),
	OCI_ROW(device, uid, "uid"),
	OCI_ROW(device, gid, "gid"),
};
static OCI_SCHEMA(device, device_rows);

/* Without a name the interface keeps its own. */
static const struct oci_row net_device_rows[] = {
	OCI_ROW(net_device, name, "name"),
};
static OCI_SCHEMA(net_device, net_device_rows);

/* A path is looked up in the mount namespace of the runtime [109]. */
static const struct oci_row namespace_rows[] = {
	OCI_ROW(namespace, type, "type", REQUIRED),
	OCI_ROW(namespace, path, "path", ABSOLUTE),
};
static OCI_SCHEMA(namespace, namespace_rows);

/* resources */
static const struct oci_row device_cgroup_rows[] = {
	OCI_ROW(device_cgroup, allow, "allow", REQUIRED),
	OCI_ROW(device_cgroup, type, "type"),
	OCI_ROW(device_cgroup, major, "major"),
	OCI_ROW(device_cgroup, minor, "minor"),
	OCI_ROW(device_cgroup, access, "access"),
};
static OCI_SCHEMA(device_cgroup, device_cgroup_rows);

/* What is dead here has no file in cgroup v2, but engines still write it. */
static const struct oci_row memory_rows[] = {
	OCI_ROW(memory, limit, "limit"),
	OCI_ROW(memory, reservation, "reservation"),
	OCI_ROW(memory, swap, "swap"),
	OCI_ROW(memory, kernel, "kernel", DEAD),
	OCI_ROW(memory, kernel_tcp, "kernelTCP", DEAD),
	OCI_ROW(memory, swappiness, "swappiness"),
	OCI_ROW(memory, disable_oom_killer, "disableOOMKiller"),
	OCI_ROW(memory, use_hierarchy, "useHierarchy", DEAD),
	OCI_ROW(memory, check_before_update, "checkBeforeUpdate"),
};
static OCI_SCHEMA(memory, memory_rows);

static const struct oci_row cpu_rows[] = {
	OCI_ROW(cpu, shares, "shares"),
	OCI_ROW(cpu, quota, "quota"),
	OCI_ROW(cpu, burst, "burst"),
	OCI_ROW(cpu, period, "period"),
	OCI_ROW(cpu, realtime_runtime, "realtimeRuntime"),
	OCI_ROW(cpu, realtime_period, "realtimePeriod"),
	OCI_ROW(cpu, cpus, "cpus"),
	OCI_ROW(cpu, mems, "mems"),
	OCI_ROW(cpu, idle, "idle"),
};
static OCI_SCHEMA(cpu, cpu_rows);

/* pids without a limit says nothing, and the schema wants it. */
static const struct oci_row pids_rows[] = {
	OCI_ROW(pids, limit, "limit", REQUIRED),
};
static OCI_SCHEMA(pids, pids_rows);

static const struct oci_row weight_device_rows[] = {
	OCI_ROW(weight_device, major, "major", REQUIRED),
	OCI_ROW(weight_device, minor, "minor", REQUIRED),
	OCI_ROW(weight_device, weight, "weight"),
	OCI_ROW(weight_device, leaf_weight, "leafWeight"),
};
static OCI_SCHEMA(weight_device, weight_device_rows);

static const struct oci_row throttle_device_rows[] = {
	OCI_ROW(throttle_device, major, "major", REQUIRED),
	OCI_ROW(throttle_device, minor, "minor", REQUIRED),
	OCI_ROW(throttle_device, rate, "rate"),
};
static OCI_SCHEMA(throttle_device, throttle_device_rows);

static const struct oci_row block_io_rows[] = {
	OCI_ROW(block_io, weight, "weight"),
	OCI_ROW(block_io, leaf_weight, "leafWeight"),
	OCI_ROW_OBJECTS(block_io, weight_device, "weightDevice", weight_device),
	OCI_ROW_OBJECTS(block_io, throttle_read_bps_device, "throttleReadBpsDevice",
		throttle_device),
	OCI_ROW_OBJECTS(block_io, throttle_write_bps_device, "throttleWriteBpsDevice",
		throttle_device),
	OCI_ROW_OBJECTS(block_io, throttle_read_iops_device, "throttleReadIOPSDevice",
		throttle_device),
	OCI_ROW_OBJECTS(block_io, throttle_write_iops_device, "throttleWriteIOPSDevice",
		throttle_device),
};
static OCI_SCHEMA(block_io, block_io_rows);

/* The size becomes part of a file name, so its form is checked here. */
static const struct oci_row hugepage_limit_rows[] = {
	OCI_ROW(hugepage_limit, page_size, "pageSize", REQUIRED,
		.fits = is_page_size, .form = "a size such as \"2MB\", in KB, MB or GB"),
	OCI_ROW(hugepage_limit, limit, "limit", REQUIRED),
};
static OCI_SCHEMA(hugepage_limit, hugepage_limit_rows);

static const struct oci_row interface_priority_rows[] = {
	OCI_ROW(interface_priority, name, "name", REQUIRED),
	OCI_ROW(interface_priority, priority, "priority", REQUIRED),
};
static OCI_SCHEMA(interface_priority, interface_priority_rows);

/* For cgroup v1 only: the plan refuses or drops it by its own rule. */
static const struct oci_row network_rows[] = {
	OCI_ROW(network, class_id, "classID"),
	OCI_ROW_OBJECTS(network, priorities, "priorities", interface_priority),
};
static OCI_SCHEMA(network, network_rows);

static const struct oci_row rdma_rows[] = {
	OCI_ROW(rdma, hca_handles, "hcaHandles"),
	OCI_ROW(rdma, hca_objects, "hcaObjects"),
};
static OCI_SCHEMA(rdma, rdma_rows);

static const struct oci_row resources_rows[] = {
	OCI_ROW_OBJECTS(resources, devices, "devices", device_cgroup),
	OCI_ROW_OBJECT(resources, memory, "memory", memory),
	OCI_ROW_OBJECT(resources, cpu, "cpu", cpu),
	OCI_ROW_OBJECT(resources, pids, "pids", pids),
	OCI_ROW_OBJECT(resources, block_io, "blockIO", block_io),
	OCI_ROW_OBJECTS(resources, hugepage_limits, "hugepageLimits", hugepage_limit),
	OCI_ROW_OBJECT(resources, network, "network", network),
	OCI_ROW_MAP(resources, rdma, "rdma", rdma),
	OCI_ROW(resources, unified, "unified"),
};
OCI_SCHEMA(resources, resources_rows);

/* seccomp */
static const struct oci_row syscall_arg_rows[] = {
	OCI_ROW(syscall_arg, index, "index", REQUIRED),
	OCI_ROW(syscall_arg, value, "value", REQUIRED),
	OCI_ROW(syscall_arg, value_two, "valueTwo"),
	OCI_ROW(syscall_arg, op, "op", REQUIRED),
};
static OCI_SCHEMA(syscall_arg, syscall_arg_rows);

/* errnoRet beside an action that has no errno is an error of the plan. */
static const struct oci_row syscall_rows[] = {
	OCI_ROW(syscall, names, "names", .flags = OCI_REQUIRED | OCI_NOT_EMPTY),
	OCI_ROW(syscall, action, "action", REQUIRED),
	OCI_ROW(syscall, errno_ret, "errnoRet"),
	OCI_ROW_OBJECTS(syscall, args, "args", syscall_arg),
};
static OCI_SCHEMA(syscall, syscall_rows);

static const struct oci_row seccomp_rows[] = {
	OCI_ROW(seccomp, default_action, "defaultAction", REQUIRED),
	OCI_ROW(seccomp, default_errno_ret, "defaultErrnoRet"),
	OCI_ROW(seccomp, architectures, "architectures"),
	OCI_ROW(seccomp, flags, "flags"),
	OCI_ROW(seccomp, listener_path, "listenerPath"),
	OCI_ROW(seccomp, listener_metadata, "listenerMetadata"),
	OCI_ROW_OBJECTS(seccomp, syscalls, "syscalls", syscall),
};
static OCI_SCHEMA(seccomp, seccomp_rows);

/* the smaller objects */
/* A line break would smuggle in another line of schemata [159]. */
static const struct oci_row intel_rdt_rows[] = {
	OCI_ROW(intel_rdt, clos_id, "closID"),
	OCI_ROW(intel_rdt, schemata, "schemata"),
	OCI_ROW(intel_rdt, l3_cache_schema, "l3CacheSchema"),
	OCI_ROW(intel_rdt, mem_bw_schema, "memBwSchema",
		.fits = is_mem_bw_schema, .form = "one line that begins with \"MB:\""),
	OCI_ROW(intel_rdt, enable_monitoring, "enableMonitoring"),
};
static OCI_SCHEMA(intel_rdt, intel_rdt_rows);

static const struct oci_row memory_policy_rows[] = {
	OCI_ROW(memory_policy, mode, "mode"),
	OCI_ROW(memory_policy, nodes, "nodes"),
	OCI_ROW(memory_policy, flags, "flags"),
};
static OCI_SCHEMA(memory_policy, memory_policy_rows);

static const struct oci_row personality_rows[] = {
	OCI_ROW(personality, domain, "domain"),
	OCI_ROW(personality, flags, "flags"),
};
static OCI_SCHEMA(personality, personality_rows);

static const struct oci_row time_offset_rows[] = {
	OCI_ROW(time_offset, secs, "secs"),
	OCI_ROW(time_offset, nanosecs, "nanosecs"),
};
static OCI_SCHEMA(time_offset, time_offset_rows);

static const struct oci_row time_offsets_rows[] = {
	OCI_ROW_OBJECT(time_offsets, monotonic, "monotonic", time_offset),
	OCI_ROW_OBJECT(time_offsets, boottime, "boottime", time_offset),
};
static OCI_SCHEMA(time_offsets, time_offsets_rows);

/* In the order in which config-linux.md and engines list them. */
static const struct oci_row linux_rows[] = {
	OCI_ROW_OBJECTS(linux, uid_mappings, "uidMappings", id_mapping),
	OCI_ROW_OBJECTS(linux, gid_mappings, "gidMappings", id_mapping),
	OCI_ROW(linux, sysctl, "sysctl"),
	OCI_ROW_OBJECT(linux, resources, "resources", resources),
	OCI_ROW(linux, cgroups_path, "cgroupsPath"),
	OCI_ROW_OBJECTS(linux, namespaces, "namespaces", namespace),
	OCI_ROW_OBJECTS(linux, devices, "devices", device),
	OCI_ROW_MAP(linux, net_devices, "netDevices", net_device),
	OCI_ROW_OBJECT(linux, seccomp, "seccomp", seccomp),
	OCI_ROW(linux, rootfs_propagation, "rootfsPropagation"),
	OCI_ROW(linux, masked_paths, "maskedPaths", ABSOLUTE),
	OCI_ROW(linux, readonly_paths, "readonlyPaths", ABSOLUTE),
	OCI_ROW(linux, mount_label, "mountLabel"),
	OCI_ROW_OBJECT(linux, intel_rdt, "intelRdt", intel_rdt),
	OCI_ROW_OBJECT(linux, memory_policy, "memoryPolicy", memory_policy),
	OCI_ROW_OBJECT(linux, personality, "personality", personality),
	OCI_ROW_OBJECT(linux, time_offsets, "timeOffsets", time_offsets),
};
OCI_SCHEMA(linux, linux_rows);
