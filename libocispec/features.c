/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the features document (features.md and features-linux.md of the
 * specification) and the entry point that decodes it. Inner objects come
 * first, the document last. Which words a list may hold is left open, for the
 * document speaks of runtimes of any age.
 */
#include "libocispec/features.h"

#include "libocispec/decode.h"

#define REQUIRED .flags = OCI_REQUIRED

static const struct oci_row cgroup_rows[] = {
	OCI_ROW(features_cgroup, v1, "v1"),
	OCI_ROW(features_cgroup, v2, "v2"),
	OCI_ROW(features_cgroup, systemd, "systemd"),
	OCI_ROW(features_cgroup, systemd_user, "systemdUser"),
	OCI_ROW(features_cgroup, rdma, "rdma"),
};
static OCI_SCHEMA(features_cgroup, cgroup_rows);

static const struct oci_row seccomp_rows[] = {
	OCI_ROW(features_seccomp, enabled, "enabled"),
	OCI_ROW(features_seccomp, actions, "actions"),
	OCI_ROW(features_seccomp, operators, "operators"),
	OCI_ROW(features_seccomp, archs, "archs"),
	OCI_ROW(features_seccomp, known_flags, "knownFlags"),
	OCI_ROW(features_seccomp, supported_flags, "supportedFlags"),
};
static OCI_SCHEMA(features_seccomp, seccomp_rows);

static const struct oci_row switch_rows[] = {
	OCI_ROW(features_switch, enabled, "enabled"),
};
static OCI_SCHEMA(features_switch, switch_rows);

static const struct oci_row intel_rdt_rows[] = {
	OCI_ROW(features_intel_rdt, enabled, "enabled"),
	OCI_ROW(features_intel_rdt, schemata, "schemata"),
	OCI_ROW(features_intel_rdt, monitoring, "monitoring"),
};
static OCI_SCHEMA(features_intel_rdt, intel_rdt_rows);

static const struct oci_row memory_policy_rows[] = {
	OCI_ROW(features_memory_policy, modes, "modes"),
	OCI_ROW(features_memory_policy, flags, "flags"),
};
static OCI_SCHEMA(features_memory_policy, memory_policy_rows);

static const struct oci_row mount_extensions_rows[] = {
	OCI_ROW_OBJECT(features_mount_extensions, idmap, "idmap", features_switch),
};
static OCI_SCHEMA(features_mount_extensions, mount_extensions_rows);

static const struct oci_row linux_rows[] = {
	OCI_ROW(features_linux, namespaces, "namespaces"),
	OCI_ROW(features_linux, capabilities, "capabilities"),
	OCI_ROW_OBJECT(features_linux, cgroup, "cgroup", features_cgroup),
	OCI_ROW_OBJECT(features_linux, seccomp, "seccomp", features_seccomp),
	OCI_ROW_OBJECT(features_linux, apparmor, "apparmor", features_switch),
	OCI_ROW_OBJECT(features_linux, selinux, "selinux", features_switch),
	OCI_ROW_OBJECT(features_linux, intel_rdt, "intelRdt", features_intel_rdt),
	OCI_ROW_OBJECT(features_linux, memory_policy, "memoryPolicy", features_memory_policy),
	OCI_ROW_OBJECT(features_linux, mount_extensions, "mountExtensions",
		features_mount_extensions),
	OCI_ROW_OBJECT(features_linux, net_devices, "netDevices", features_switch),
};
static OCI_SCHEMA(features_linux, linux_rows);

static const struct oci_row features_rows[] = {
	OCI_ROW(features, oci_version_min, "ociVersionMin", REQUIRED),
	OCI_ROW(features, oci_version_max, "ociVersionMax", REQUIRED),
	OCI_ROW(features, hooks, "hooks"),
	OCI_ROW(features, mount_options, "mountOptions"),
	OCI_ROW_OBJECT(features, linux, "linux", features_linux),
	OCI_ROW(features, annotations, "annotations"),
	OCI_ROW(features, potentially_unsafe_config_annotations,
		"potentiallyUnsafeConfigAnnotations"),
};
OCI_SCHEMA(features, features_rows);

int
oci_features_parse(struct arena *arena, const char *text, size_t len,
	struct oci_features **out, struct err *err)
{
	struct oci_features *features =
		decode_one(&oci_features_schema, arena, text, len, err);

	if (!features)
		return -1;
	*out = features;
	return 0;
}
