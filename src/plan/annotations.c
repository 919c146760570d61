/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows, by the alphabet, and the search for one of them in a config. Who
 * applies an annotation reads its value; nothing else here knows what it says.
 */
#include "plan/annotations.h"

#include <string.h>

#include "libocispec/config.h"

const struct annotation_row annotations[ANNOTATION_COUNT] = {
	[ANNOTATION_CRIU_CONFIG] = { "org.criu.config", true },
	[ANNOTATION_STOP_SIGNAL] = { "org.opencontainers.image.stopSignal",
		false },
	[ANNOTATION_BIRTH] = { "org.scrim.birth", true },
	[ANNOTATION_SYSTEMD_PROPERTY] = { "org.systemd.property.", true },
	[ANNOTATION_DELEGATE_CGROUP] = { "run.oci.delegate-cgroup", true },
	[ANNOTATION_HANDLER] = { "run.oci.handler", false },
	[ANNOTATION_HOOKS_STDERR] = { "run.oci.hooks.stderr", true },
	[ANNOTATION_HOOKS_STDOUT] = { "run.oci.hooks.stdout", true },
	[ANNOTATION_KEEP_GROUPS] = { "run.oci.keep_original_groups", true },
	[ANNOTATION_MOUNT_CONTEXT] = { "run.oci.mount_context_type", true },
	[ANNOTATION_PIDFD_RECEIVER] = { "run.oci.pidfd_receiver", true },
	[ANNOTATION_SECCOMP_PLUGINS] = { "run.oci.seccomp.plugins", false },
	[ANNOTATION_SECCOMP_RECEIVER] = { "run.oci.seccomp.receiver", true },
	[ANNOTATION_SECCOMP_BPF] = { "run.oci.seccomp_bpf_data", false },
	[ANNOTATION_SECCOMP_FAIL_UNKNOWN] = {
		"run.oci.seccomp_fail_unknown_syscall", false },
	[ANNOTATION_FORCE_CGROUP_V1] = { "run.oci.systemd.force_cgroup_v1",
		false },
	[ANNOTATION_SYSTEMD_SUBGROUP] = { "run.oci.systemd.subgroup", true },
	[ANNOTATION_TIMENS_OFFSET] = { "run.oci.timens_offset", false },
};

const struct oci_string_entry *
annotations_find(const struct oci_string_map *map, enum annotation which)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->items[i].key, annotations[which].key) == 0)
			return &map->items[i];
	return NULL;
}
