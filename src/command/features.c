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
#include "plan/annotations.h"
#include "plan/names.h"

/* Members of the document are pointers: NULL would be "not known". */
static const bool yes = true, no = false;
static const struct oci_features_switch on = { .enabled = &yes };

/* The words of a table. */
static struct oci_strings
list_words(struct arena *arena, const struct names *names)
{
	const char **items = arena_array(arena, const char *, names->n + 1);
	size_t n = 0;

	for (size_t i = 0; items && i < names->n; i++)
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

static struct oci_features_seccomp
list_seccomp(struct arena *arena)
{
	return (struct oci_features_seccomp){
		.enabled = &yes,
		.actions = list_words(arena, &names_seccomp_actions),
		.operators = list_words(arena, &names_seccomp_operators),
		.archs = list_words(arena, &names_seccomp_arches),
		.known_flags = list_words(arena, &names_seccomp_flags),
		.supported_flags = list_words(arena, &names_seccomp_flags),
	};
}

/* By the specification a key that ends in "." stands for all below it. */
static struct oci_strings
list_unsafe(struct arena *arena)
{
	const char **items = arena_array(arena, const char *, ANNOTATION_COUNT);
	size_t n = 0;

	for (size_t i = 0; items && i < ANNOTATION_COUNT; i++)
		if (annotations[i].unsafe)
			items[n++] = annotations[i].key;
	return (struct oci_strings){ .items = items, .n = n, .said = true };
}

/* The document, in the order of its rows. */
static void
encode(struct arena *arena, struct str *out)
{
	static const struct oci_string_entry own[] = {
		{ .key = "org.scrim.version", .value = SCRIM_VERSION },
		{ .key = "org.scrim.commit", .value = SCRIM_COMMIT },
	};
	const struct oci_features_seccomp seccomp = list_seccomp(arena);
	const struct oci_features_memory_policy memory_policy = {
		.modes = list_words(arena, &names_memory_policies),
		.flags = list_words(arena, &names_memory_policy_flags),
	};
	const struct oci_features_linux linux_part = {
		.namespaces = list_words(arena, &names_namespaces),
		.capabilities = list_words(
			arena, &names_capabilities),
		.cgroup =
			&(const struct oci_features_cgroup){
				.v1 = &no,
				.v2 = &yes,
				.systemd = &yes,
				.systemd_user = &yes,
				.rdma = &yes,
			},
		.seccomp = &seccomp,
		.apparmor = &on,
		.selinux = &on,
		.intel_rdt = &(
			const struct oci_features_intel_rdt){ .enabled = &yes,
			.schemata = &yes,
			.monitoring = &yes },
		.memory_policy = &memory_policy,
		.mount_extensions =
			&(const struct oci_features_mount_extensions){
				.idmap = &on },
		.net_devices = &on,
	};
	const struct oci_features features = {
		.oci_version_min = "1.0.0",
		.oci_version_max = "1.3.0",
		.hooks = list_words(arena, &names_hooks),
		.mount_options = list_mount_options(arena),
		.linux = &linux_part,
		.annotations = { .items = own, .n = 2, .said = true },
		.potentially_unsafe_config_annotations = list_unsafe(arena),
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
