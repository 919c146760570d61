/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations that change what is done, one row each: those of engines, which
 * other runtimes have given their meaning, and our own; some of them ask for
 * what is not here, and are refused (rules.c). All others are kept and shown
 * by `state`. scrim-config(5) tells what each does; a test holds
 * that page and these rows together.
 */
#ifndef PLAN_ANNOTATIONS_H
#define PLAN_ANNOTATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct oci_string_entry;
struct oci_string_map;

enum annotation {
	ANNOTATION_BIRTH,
	ANNOTATION_CRIU_CONFIG,
	ANNOTATION_DELEGATE_CGROUP,
	ANNOTATION_FORCE_CGROUP_V1,
	ANNOTATION_HANDLER,
	ANNOTATION_HOOKS_STDERR,
	ANNOTATION_HOOKS_STDOUT,
	ANNOTATION_KEEP_GROUPS,
	ANNOTATION_MOUNT_CONTEXT,
	ANNOTATION_PIDFD_RECEIVER,
	ANNOTATION_SECCOMP_BPF,
	ANNOTATION_SECCOMP_FAIL_UNKNOWN,
	ANNOTATION_SECCOMP_PLUGINS,
	ANNOTATION_SECCOMP_RECEIVER,
	ANNOTATION_STOP_SIGNAL,
	ANNOTATION_SYSTEMD_PROPERTY,
	ANNOTATION_SYSTEMD_SUBGROUP,
	ANNOTATION_TIMENS_OFFSET,
	ANNOTATION_COUNT
};

struct annotation_row {
	const char *key; /* ends in ".": all that begin so */
	/* An engine should not take it from whoever wants a container: it
	 * reaches out of it (`features`, potentiallyUnsafeConfigAnnotations).
	 */
	bool unsafe;
};

extern const struct annotation_row annotations[ANNOTATION_COUNT];

/* The entry of that key among those of a config; NULL where it has none. */
const struct oci_string_entry *annotations_find(
	const struct oci_string_map *map, enum annotation which);

#endif
