/* SPDX-License-Identifier: Apache-2.0 */
/*
 * features: what this runtime can do, for engines, as the features document
 * of the specification. The lists are the very tables by which configs are
 * parsed; what a plan refuses is not in them. By the specification nothing is
 * asked of the kernel: the same build says the same everywhere. Prints JSON
 * on stdout and nothing else anywhere.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "command/command.h"
#include "libocispec/features.h"
#include "libocispec/schema.h"
#include "plan/names.h"

#include <linux/seccomp.h>

/* Members of the document are pointers: NULL would be "not known". */
static const bool yes = true, no = false;
static const struct oci_features_switch on = { .enabled = &yes },
					off = { .enabled = &no };

/* The words of a table whose numbers pass; pass may be NULL. */
static struct oci_strings
list_words(struct arena *arena, const struct names *names,
	bool (*pass)(uint64_t number))
{
	const char **items = arena_array(arena, const char *, names->n + 1);
	size_t n = 0;

	for (size_t i = 0; items && i < names->n; i++)
		if (!pass || pass(names->rows[i].number))
			items[n++] = names->rows[i].word;
	return (struct oci_strings){ .items = items, .n = n, .said = true };
}

/* All words that a mount may have, also those without effect: an engine wants
 * to know whether a word would be taken for a filesystem's. */
static struct oci_strings
list_mount_options(struct arena *arena)
{
	const char **items;
	size_t n = 0, total = 0;

	while (names_mount_option_at(total))
		total++;
	items = arena_array(arena, const char *, total + 1);
	for (size_t i = 0; items && i < total; i++)
		items[n++] = names_mount_option_at(i)->word;
	return (struct oci_strings){ .items = items, .n = n, .said = true };
}

/* A listener is not served yet, so that no rule may ask for one. */
static bool
is_served_action(uint64_t number)
{
	return number != SECCOMP_RET_USER_NOTIF;
}

/* Nor is the flag that says how a listener waits. */
static bool
is_served_flag(uint64_t number)
{
	return number != SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

static struct oci_features_seccomp
list_seccomp(struct arena *arena)
{
	return (struct oci_features_seccomp){
		.enabled = &yes,
		.actions = list_words(
			arena, &names_seccomp_actions, is_served_action),
		.operators = list_words(arena, &names_seccomp_operators, NULL),
		.archs = list_words(arena, &names_seccomp_arches, NULL),
		.known_flags = list_words(arena, &names_seccomp_flags, NULL),
		.supported_flags =
			list_words(arena, &names_seccomp_flags, is_served_flag),
	};
}

/* The document, in the order of its rows. What a later version will bring
 * says false here until it is there. */
static void
encode(struct arena *arena, struct str *out)
{
	static const struct oci_string_entry annotations[] = {
		{ .key = "org.scrim.version", .value = SCRIM_VERSION },
		{ .key = "org.scrim.commit", .value = SCRIM_COMMIT },
	};
	/* It changes what a container's mounts see of the host. */
	static const char *const unsafe[] = { "org.scrim.birth" };
	const struct oci_features_seccomp seccomp = list_seccomp(arena);
	const struct oci_features_memory_policy memory_policy = {
		.modes = list_words(arena, &names_memory_policies, NULL),
		.flags = list_words(arena, &names_memory_policy_flags, NULL),
	};
	const struct oci_features_linux linux_part = {
		.namespaces = list_words(arena, &names_namespaces, NULL),
		.capabilities = list_words(
			arena, &names_capabilities, NULL),
		.cgroup =
			&(const struct oci_features_cgroup){
				.v1 = &no,
				.v2 = &yes,
				.systemd = &no,
				.systemd_user = &no,
				.rdma = &no,
			},
		.seccomp = &seccomp,
		.apparmor = &on,
		.selinux = &on,
		.intel_rdt = &(
			const struct oci_features_intel_rdt){ .enabled = &no },
		.memory_policy = &memory_policy,
		.mount_extensions =
			&(const struct oci_features_mount_extensions){
				.idmap = &on },
		.net_devices = &off,
	};
	const struct oci_features features = {
		.oci_version_min = "1.0.0",
		.oci_version_max = "1.3.0",
		.hooks = list_words(arena, &names_hooks, NULL),
		.mount_options = list_mount_options(arena),
		.linux = &linux_part,
		.annotations = { .items = annotations, .n = 2, .said = true },
		.potentially_unsafe_config_annotations = { .items = unsafe,
			.n = 1,
			.said = true },
	};

	oci_encode(&oci_features_schema, &features, true, out);
	if (out->len && out->data[out->len - 1] != '\n')
		str_add(out, "\n");
}

/* The lists live in an arena until they are printed. */
static int
run_features(const struct call *call, struct err *err)
{
	auto_str out = { 0 };
	struct arena arena;

	(void)call;
	if (arena_init(&arena, err) < 0)
		return -1;
	encode(&arena, &out);
	arena_done(&arena);
	return output_write(&out, err);
}

const struct command command_features = {
	.name = "features",
	.summary =
		"print what this runtime can do, as the features document of OCI",
	.run = run_features,
};
