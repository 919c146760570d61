/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime can do, as `features` prints it: the features document of
 * the OCI runtime specification. Lists that are said but empty mean "none",
 * lists and objects that are not said mean "not known". Members and lifetimes
 * follow the rules that stand at the top of config.h. A struct that is made
 * to be encoded needs no places.
 */
#ifndef LIBOCISPEC_FEATURES_H
#define LIBOCISPEC_FEATURES_H

#include "libocispec/config.h"

/* Versions of cgroups, and whether systemd can be asked to make them. */
struct oci_features_cgroup {
	struct place at;
	const bool *v1;
	const bool *v2;
	const bool *systemd;
	const bool *systemd_user;
	const bool *rdma;
};

/* Words of linux.seccomp that are recognised; supportedFlags also work. */
struct oci_features_seccomp {
	struct place at;
	const bool *enabled;
	struct oci_strings actions;
	struct oci_strings operators;
	struct oci_strings archs;
	struct oci_strings known_flags;
	struct oci_strings supported_flags;
};

/* apparmor, selinux, netDevices, mountExtensions.idmap */
struct oci_features_switch {
	struct place at;
	const bool *enabled;
};

/* Members of linux.intelRdt beyond the oldest ones. */
struct oci_features_intel_rdt {
	struct place at;
	const bool *enabled;
	const bool *schemata;
	const bool *monitoring;
};

/* Words of linux.memoryPolicy that are recognised. */
struct oci_features_memory_policy {
	struct place at;
	struct oci_strings modes;
	struct oci_strings flags;
};

/* idmap: mounts with mappings of their own. */
struct oci_features_mount_extensions {
	struct place at;
	const struct oci_features_switch *idmap;
};

/* The section of this system. */
struct oci_features_linux {
	struct place at;
	struct oci_strings namespaces;
	struct oci_strings capabilities;
	const struct oci_features_cgroup *cgroup;
	const struct oci_features_seccomp *seccomp;
	const struct oci_features_switch *apparmor;
	const struct oci_features_switch *selinux;
	const struct oci_features_intel_rdt *intel_rdt;
	const struct oci_features_memory_policy *memory_policy;
	const struct oci_features_mount_extensions *mount_extensions;
	const struct oci_features_switch *net_devices;
};

/* The document. Annotations belong to the runtime, not to containers. */
struct oci_features {
	struct place at;
	const char *oci_version_min; /* required */
	const char *oci_version_max; /* required */
	struct oci_strings hooks;
	struct oci_strings mount_options;
	const struct oci_features_linux *linux;
	struct oci_string_map annotations;
	struct oci_strings potentially_unsafe_config_annotations;
};

extern const struct oci_schema oci_features_schema;

int oci_features_parse(struct arena *arena, const char *text, size_t len,
	struct oci_features **out, struct err *err);

#endif
