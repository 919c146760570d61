/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered of a container between two commands: state.json in its
 * state directory. One struct, one row per member; the rows read and write
 * it. A later command needs nothing else: config.json is never read again.
 * Members that are NULL are not known (yet): a record is written for the
 * first time before there is a process, and whoever reads it has to live with
 * what a creator that was killed has left.
 */
#ifndef LIFE_RECORD_H
#define LIFE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libocispec/config.h"
#include "plan/plan.h"

struct arena;
struct err;
struct str;

#define RECORD_VERSION 1

/* Of the stored status; every other one is found out by looking. */
#define RECORD_CREATING "creating"
#define RECORD_CREATED  "created"

/* A hook as plan_hook_item, for the rows. */
struct oci_record_hook {
	struct place at;
	const char *path; /* required */
	struct oci_strings args, env;
	const uint32_t *timeout; /* seconds */
};

struct oci_record_hooks {
	const struct oci_record_hook *items;
	size_t n;
	bool said;
};

struct oci_record {
	struct place at;
	const uint32_t *version; /* required: RECORD_VERSION */
	const char *oci_version; /* required */
	const char *id;          /* required */
	const char *status;    /* required: RECORD_CREATING or RECORD_CREATED */
	const char *bundle;    /* required */
	const char *rootfs;    /* required */
	const char *created;   /* required: RFC 3339 */
	const uint32_t *owner; /* required: the creator's user */
	const int64_t *creator; /* the process at work on "creating" */
	const uint64_t *creator_start;
	const int64_t *pid;      /* of the first process; NULL: not born yet */
	const uint64_t *start;   /* its start time */
	const bool *has_process; /* required; false: cannot be started */
	const bool *terminal;
	const bool *filtered; /* by seccomp; NULL: no */
	const char *cgroup;      /* below the hierarchy's root; NULL: none */
	const bool *cgroup_made; /* by us, so that delete takes it away; NULL:
	                          * it was not there yet */
	const char *cgroup_driver;
	struct oci_strings devices; /* of linux.devices: "c 10:229" */
	/* Kind to path, "" for a new one; others are the host's. */
	struct oci_string_map namespaces;
	const char *birth; /* "pinned", "plain" ...: enum plan_birth */
	const bool *no_new_keyring;
	/* The rootfs, where it is mounted in the caller's own namespace. */
	const char *mounted_root;
	const uint64_t *mounted_over; /* the mount that was seen there before */
	struct oci_string_map annotations;
	struct oci_record_hooks poststart, poststop;
	/* Directories of resctrl that go with the container. */
	const char *resctrl_group, *resctrl_monitor;
	/* The group that the processes are in, whoever it belongs to. */
	const char *resctrl_class;
	/* Whom the filter asks: NULL where it asks nobody. */
	const char *seccomp_listener, *seccomp_metadata;
};

/* The record of a planned container, without a process or a cgroup yet. */
int record_make(struct arena *arena, const struct plan *plan,
	struct oci_record **out, struct err *err);
/* Text to record, in the arena; refuses versions that are not known. */
int record_parse(struct arena *arena, const char *text, size_t len,
	struct oci_record **out, struct err *err);
void record_format(const struct oci_record *record, struct str *out);

/* Whether the container's processes end with the first one. */
bool record_has_own_pids(const struct oci_record *record);
/* What update's plan has to know of the container's own device nodes; in the
 * arena. */
int record_devices(struct arena *arena, const struct oci_record *record,
	struct plan_present *out, struct err *err);
/* Hooks in the form that hooks.h takes; in the arena. */
int record_hooks(struct arena *arena, const struct oci_record_hooks *hooks,
	struct plan_hooks *out, struct err *err);

/* "2026-01-31T23:59:59.000000001Z" for seconds since 1970, in the arena. */
const char *record_time(struct arena *arena, int64_t seconds, long nanoseconds);
/* Values for members; NULL when the arena is used up. */
const int64_t *record_int(struct arena *arena, int64_t value);
const uint64_t *record_uint(struct arena *arena, uint64_t value);
const uint32_t *record_uint32(struct arena *arena, uint32_t value);
const bool *record_bool(struct arena *arena, bool value);

#endif
