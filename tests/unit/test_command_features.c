/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features document is one that the decoder takes, and it promises what
 * the plan can keep: no more, no less.
 */
#include "runner.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "command/command.h"
#include "libocispec/features.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the command prints, on the heap. */
static char *
print_features(void)
{
	int file = memfd_create("features", MFD_CLOEXEC), saved = dup(1);
	const struct call call = { 0 };
	struct err err = { 0 };
	char *text = NULL;

	ck_assert(file >= 0 && saved >= 0 && dup2(file, 1) == 1);
	ck_assert_int_eq(command_features.run(&call, &err), 0);
	ck_assert_int_eq(dup2(saved, 1), 1);
	ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
	ck_assert_int_eq(fd_read(file, 1 << 20, "it", &text, NULL, &err), 0);
	close(file);
	close(saved);
	return text;
}

static bool
has(const struct oci_strings *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (!strcmp(words->items[i], word))
			return true;
	return false;
}

START_TEST(the_document_is_one_and_keeps_its_promises)
{
	auto_free char *text = print_features();
	struct oci_features *features;
	struct err err = { 0 };
	struct arena arena;

	ck_assert_int_eq(arena_init(&arena, &err), 0);
	ck_assert_msg(!oci_features_parse(
			      &arena, text, strlen(text), &features, &err),
		"%s", err.text);
	ck_assert_str_eq(features->oci_version_min, "1.0.0");
	ck_assert_str_eq(features->oci_version_max, "1.3.0");
	ck_assert_uint_eq(features->hooks.n, 6);
	ck_assert(has(&features->mount_options, "rro"));
	ck_assert(has(&features->mount_options, "idmap"));
	ck_assert_uint_eq(features->linux->namespaces.n, 8);
	ck_assert(has(&features->linux->capabilities, "CAP_SYS_ADMIN"));
	ck_assert(*features->linux->mount_extensions->idmap->enabled);
	ck_assert(!*features->linux->cgroup->v1);
	ck_assert(*features->linux->cgroup->v2);
	ck_assert(has(&features->linux->seccomp->actions, "SCMP_ACT_NOTIFY"));
	ck_assert(has(&features->linux->seccomp->actions, "SCMP_ACT_ERRNO"));
	ck_assert(*features->linux->net_devices->enabled);
	ck_assert(*features->linux->intel_rdt->enabled);
	ck_assert(*features->linux->intel_rdt->schemata);
	ck_assert(*features->linux->intel_rdt->monitoring);
	ck_assert_uint_eq(features->linux->memory_policy->modes.n, 7);
	ck_assert_uint_eq(features->linux->memory_policy->flags.n, 3);
	ck_assert(has(&features->potentially_unsafe_config_annotations,
		"run.oci.seccomp.receiver"));
	ck_assert(has(&features->potentially_unsafe_config_annotations,
		"org.systemd.property."));
	ck_assert(has(&features->potentially_unsafe_config_annotations,
		"org.criu.config"));
	ck_assert(*features->linux->cgroup->rdma);
	ck_assert(!has(&features->potentially_unsafe_config_annotations,
		"org.opencontainers.image.stopSignal"));
	ck_assert_uint_eq(features->linux->seccomp->operators.n, 7);
	ck_assert_uint_eq(features->linux->seccomp->known_flags.n, 4);
	ck_assert_uint_eq(features->linux->seccomp->supported_flags.n, 4);
	arena_done(&arena);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_test(tcase, the_document_is_one_and_keeps_its_promises);
}

int
main(void)
{
	return runner_run("command/features", fill);
}
