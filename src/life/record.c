/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of state.json, the making of a record from a plan, and the way to
 * text and back through the engine that also reads config.json: so a file
 * that was damaged is refused with its place, and a key that is missing has
 * a name. Hooks are spelled once more because the engine knows counted lists
 * and execve() wants terminated ones. Nothing here opens a file.
 */
#include "life/record.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "libocispec/decode.h"
#include "libocispec/schema.h"
#include "plan/names.h"

#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct oci_row record_hook_rows[] = {
	OCI_ROW(record_hook, path, "path", .flags = OCI_REQUIRED),
	OCI_ROW(record_hook, args, "args"),
	OCI_ROW(record_hook, env, "env"),
	OCI_ROW(record_hook, timeout, "timeout"),
};
static OCI_SCHEMA(record_hook, record_hook_rows);

static const struct oci_row record_rows[] = {
	OCI_ROW(record, version, "version", .flags = OCI_REQUIRED),
	OCI_ROW(record, oci_version, "ociVersion", .flags = OCI_REQUIRED),
	OCI_ROW(record, id, "id", .flags = OCI_REQUIRED),
	OCI_ROW(record, status, "status", .flags = OCI_REQUIRED),
	OCI_ROW(record, bundle, "bundle", .flags = OCI_REQUIRED),
	OCI_ROW(record, rootfs, "rootfs", .flags = OCI_REQUIRED),
	OCI_ROW(record, created, "created", .flags = OCI_REQUIRED),
	OCI_ROW(record, owner, "owner", .flags = OCI_REQUIRED),
	OCI_ROW(record, creator, "creator"),
	OCI_ROW(record, creator_start, "creatorStart"),
	OCI_ROW(record, pid, "pid"),
	OCI_ROW(record, start, "start"),
	OCI_ROW(record, has_process, "hasProcess", .flags = OCI_REQUIRED),
	OCI_ROW(record, terminal, "terminal"),
	OCI_ROW(record, filtered, "filtered"),
	OCI_ROW(record, cgroup, "cgroup"),
	OCI_ROW(record, cgroup_made, "cgroupMade"),
	OCI_ROW(record, cgroup_driver, "cgroupDriver"),
	OCI_ROW(record, devices, "devices"),
	OCI_ROW(record, namespaces, "namespaces"),
	OCI_ROW(record, birth, "birth"),
	OCI_ROW(record, no_new_keyring, "noNewKeyring"),
	OCI_ROW(record, mounted_root, "mountedRoot"),
	OCI_ROW(record, mounted_over, "mountedOver"),
	OCI_ROW(record, annotations, "annotations"),
	OCI_ROW_OBJECTS(record, poststart, "poststart", record_hook),
	OCI_ROW_OBJECTS(record, poststop, "poststop", record_hook),
	OCI_ROW(record, resctrl_group, "resctrlGroup"),
	OCI_ROW(record, resctrl_monitor, "resctrlMonitor"),
	OCI_ROW(record, resctrl_class, "resctrlClass"),
	OCI_ROW(record, seccomp_listener, "seccompListener"),
	OCI_ROW(record, seccomp_metadata, "seccompMetadata"),
};
static OCI_SCHEMA(record, record_rows);

/* A copy of a scalar in the arena. */
static const void *
keep(struct arena *arena, const void *value, size_t size)
{
	void *kept = arena_alloc(arena, size);

	if (kept)
		memcpy(kept, value, size);
	return kept;
}

const int64_t *
record_int(struct arena *arena, int64_t value)
{
	return keep(arena, &value, sizeof(value));
}

const uint64_t *
record_uint(struct arena *arena, uint64_t value)
{
	return keep(arena, &value, sizeof(value));
}

const uint32_t *
record_uint32(struct arena *arena, uint32_t value)
{
	return keep(arena, &value, sizeof(value));
}

const bool *
record_bool(struct arena *arena, bool value)
{
	return keep(arena, &value, sizeof(value));
}

/* The date of a day since 1970, by years that begin in March and eras of 400
 * of them; libc's way would read /etc/localtime. */
static const char *
date_text(struct arena *arena, long days)
{
	long from_march = days + 719468, era = from_march / 146097,
	     of_era = from_march % 146097;
	long year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	long of_year = of_era - (365 * year + year / 4 - year / 100),
	     shifted = (5 * of_year + 2) / 153;
	long month = shifted < 10 ? shifted + 3 : shifted - 9,
	     day = of_year - (153 * shifted + 2) / 5 + 1;

	return arena_printf(arena, "%04ld-%02ld-%02ld",
		year + era * 400 + (month <= 2), month, day);
}

const char *
record_time(struct arena *arena, int64_t seconds, long nanoseconds)
{
	long of_day = (long)(seconds % 86400);
	const char *date = date_text(arena, (long)(seconds / 86400));

	if (!date)
		return NULL;
	return arena_printf(arena, "%sT%02ld:%02ld:%02ld.%09ldZ", date,
		of_day / 3600, of_day / 60 % 60, of_day % 60, nanoseconds);
}

static const char *
now_text(struct arena *arena)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return record_time(arena, now.tv_sec, now.tv_nsec);
}

/* The path of the joined namespace of that kind, "" for a new one, NULL
 * where the container shares its creator's. */
static const char *
namespace_of(const struct plan *plan, uint64_t kind)
{
	for (size_t i = 0; i < plan->n_joins; i++)
		if (plan->joins[i].kind == kind)
			return plan->joins[i].path;
	if (plan_new_namespaces(plan) & kind)
		return "";
	return kind == CLONE_NEWUSER && plan->new_user ? "" : NULL;
}

static int
add_namespaces(
	struct arena *arena, const struct plan *plan, struct oci_record *record)
{
	struct oci_string_entry *items =
		arena_array(arena, struct oci_string_entry, names_namespaces.n);
	size_t n = 0;

	if (!items)
		return -1;
	for (size_t i = 0; i < names_namespaces.n; i++) {
		const struct names_row *row = &names_namespaces.rows[i];
		const char *path = namespace_of(plan, row->number);

		if (path)
			items[n++] =
				(struct oci_string_entry){ .key = row->word,
					.value = path };
	}
	record->namespaces = (struct oci_string_map){ items, n, true };
	return 0;
}

static int
add_annotations(
	struct arena *arena, const struct plan *plan, struct oci_record *record)
{
	struct oci_string_entry *items = arena_array(
		arena, struct oci_string_entry, plan->n_annotations);

	if (!items)
		return -1;
	for (size_t i = 0; i < plan->n_annotations; i++) {
		items[i].key = plan->annotations[i].key;
		items[i].value = plan->annotations[i].value;
	}
	record->annotations = (struct oci_string_map){ items,
		plan->n_annotations, plan->n_annotations > 0 };
	return 0;
}

static int
add_devices(
	struct arena *arena, const struct plan *plan, struct oci_record *record)
{
	const struct plan_resources *resources = &plan->resources;
	const char **items =
		arena_array(arena, const char *, resources->n_nodes);

	for (size_t i = 0; items && i < resources->n_nodes; i++) {
		const struct plan_device_rule *rule = &resources->nodes[i];

		items[i] = arena_printf(arena, "%c %lld:%lld", rule->type,
			(long long)rule->major, (long long)rule->minor);
		if (!items[i])
			return -1;
	}
	record->devices = (struct oci_strings){ items, resources->n_nodes,
		resources->n_nodes > 0 };
	return items ? 0 : -1;
}

static size_t
count(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

static int
add_hooks(struct arena *arena, const struct plan_hooks *hooks,
	struct oci_record_hooks *out)
{
	struct oci_record_hook *items =
		arena_array(arena, struct oci_record_hook, hooks->n);

	if (!items)
		return -1;
	for (size_t i = 0; i < hooks->n; i++) {
		const struct plan_hook_item *from = &hooks->items[i];

		items[i].path = from->path;
		items[i].args = (struct oci_strings){ from->argv,
			count(from->argv), true };
		items[i].env = (struct oci_strings){ from->env,
			count(from->env), from->env != NULL };
		if (from->timeout &&
			!(items[i].timeout =
					record_uint32(arena, from->timeout)))
			return -1;
	}
	*out = (struct oci_record_hooks){ items, hooks->n, hooks->n > 0 };
	return 0;
}

/* What the plan says in so many words; -1 without memory. */
static int
fill(struct arena *arena, const struct plan *plan, struct oci_record *record)
{
	record->version = record_uint32(arena, RECORD_VERSION);
	record->oci_version = plan->oci_version;
	record->id = plan->id;
	record->status = RECORD_CREATING;
	record->bundle = plan->bundle;
	record->rootfs = plan->rootfs;
	record->created = now_text(arena);
	record->owner = record_uint32(arena, geteuid());
	record->has_process = record_bool(arena, plan->has_process);
	record->terminal = record_bool(arena, plan->terminal);
	record->birth = names_word(&names_births, plan->birth);
	if (plan->seccomp) {
		record->seccomp_listener = plan->seccomp->listener;
		record->seccomp_metadata = plan->seccomp->listener_metadata;
		record->filtered = record_bool(arena, true);
	}
	if (!record->version || !record->created || !record->owner ||
		!record->has_process || !record->terminal)
		return -1;
	return 0;
}

int
record_make(struct arena *arena, const struct plan *plan,
	struct oci_record **out, struct err *err)
{
	struct oci_record *record = arena_alloc(arena, sizeof(*record));

	if (!record || fill(arena, plan, record) < 0 ||
		add_namespaces(arena, plan, record) < 0 ||
		add_annotations(arena, plan, record) < 0 ||
		add_devices(arena, plan, record) < 0 ||
		add_hooks(arena, &plan->hooks[PLAN_HOOK_POSTSTART],
			&record->poststart) < 0 ||
		add_hooks(arena, &plan->hooks[PLAN_HOOK_POSTSTOP],
			&record->poststop) < 0)
		return err_say(err, "no memory left for the container's state");
	*out = record;
	return 0;
}

int
record_parse(struct arena *arena, const char *text, size_t len,
	struct oci_record **out, struct err *err)
{
	struct oci_record *record =
		decode_one(&oci_record_schema, arena, text, len, err);

	if (!record && err)
		snprintf(err->document, sizeof(err->document), "state.json");
	if (!record)
		return -1;
	if (*record->version != RECORD_VERSION)
		return err_say(err,
			"the container's state is of version %u, this program knows version %u",
			*record->version, RECORD_VERSION);
	*out = record;
	return 0;
}

void
record_format(const struct oci_record *record, struct str *out)
{
	oci_encode(&oci_record_schema, record, false, out);
}

bool
record_has_own_pids(const struct oci_record *record)
{
	for (size_t i = 0; i < record->namespaces.n; i++)
		if (!strcmp(record->namespaces.items[i].key, "pid"))
			return !record->namespaces.items[i].value[0];
	return false;
}

int
record_devices(struct arena *arena, const struct oci_record *record,
	struct plan_present *out, struct err *err)
{
	struct plan_device_rule *rules =
		arena_array(arena, struct plan_device_rule, record->devices.n);

	if (!rules)
		return err_say(err, "no memory left for the devices");
	for (size_t i = 0; i < record->devices.n; i++) {
		const char *text = record->devices.items[i];

		rules[i].allow = true;
		rules[i].access = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ |
			BPF_DEVCG_ACC_WRITE;
		rules[i].type = text[0];
		text += strlen(text) > 2 ? 2 : 0;
		rules[i].major = (int64_t)str_take_uint(&text);
		text += *text == ':';
		rules[i].minor = (int64_t)str_take_uint(&text);
	}
	out->devices = rules;
	out->n_devices = record->devices.n;
	return 0;
}

/* The list with a NULL behind it, or NULL without memory. */
static const char *const *
terminated(struct arena *arena, const struct oci_strings *words)
{
	const char **items = arena_array(arena, const char *, words->n + 1);

	for (size_t i = 0; items && i < words->n; i++)
		items[i] = words->items[i];
	return items;
}

int
record_hooks(struct arena *arena, const struct oci_record_hooks *hooks,
	struct plan_hooks *out, struct err *err)
{
	struct plan_hook_item *items =
		arena_array(arena, struct plan_hook_item, hooks->n);

	for (size_t i = 0; items && i < hooks->n; i++) {
		const struct oci_record_hook *from = &hooks->items[i];

		items[i].path = from->path;
		items[i].argv = terminated(arena, &from->args);
		if (from->env.said)
			items[i].env = terminated(arena, &from->env);
		items[i].timeout = from->timeout ? *from->timeout : 0;
		if (!items[i].argv || (from->env.said && !items[i].env))
			items = NULL;
	}
	if (!items)
		return err_say(err, "no memory left for the container's hooks");
	*out = (struct plan_hooks){ items, hooks->n };
	return 0;
}
