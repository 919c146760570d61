/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy that is written is a shallow one of the decoded config, cut down
 * to what exec needs: of an engine's seccomp profile, which is most of its
 * config, only the flags. There may be secrets in an environment: the file is
 * for its owner's eyes alone.
 */
#include "life/heritage.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/schema.h"
#include "life/journal.h"
#include "plan/plan.h"

#include <stdio.h>

/* Only of a container whose processes enter its cgroup late: why they do. */
static void
cut_resources(const struct plan *plan, const struct oci_resources *from,
	struct oci_linux *to, struct oci_resources *resources)
{
	if (!plan->enters_cgroup)
		return;
	*resources = (struct oci_resources){ .memory = from->memory,
		.unified = from->unified };
	to->resources = resources;
}

/* What a process of the container has from the linux section. */
static void
cut_linux(const struct oci_linux *from, struct oci_linux *to,
	struct oci_seccomp *seccomp)
{
	*to = (struct oci_linux){
		.uid_mappings = from->uid_mappings,
		.gid_mappings = from->gid_mappings,
		.memory_policy = from->memory_policy,
		.personality = from->personality,
	};
	if (!from->seccomp)
		return;
	*seccomp = *from->seccomp;
	seccomp->syscalls = (struct oci_syscalls){ 0 };
	seccomp->architectures = (struct oci_strings){ 0 };
	to->seccomp = seccomp;
}

void
heritage_note(const struct plan *plan, struct str *lines)
{
	const struct oci_config *config = plan->config;
	struct oci_config cut = { .oci_version = config->oci_version,
		.process = config->process };
	struct oci_resources resources;
	struct oci_seccomp seccomp;
	struct oci_linux section;

	if (config->linux) {
		cut_linux(config->linux, &section, &seccomp);
		cut_resources(
			plan, config->linux->resources, &section, &resources);
		cut.linux = &section;
	}
	journal_open_line(lines, JOURNAL_PROCESS);
	oci_encode(&oci_config_schema, &cut, false, lines);
	journal_close_line(lines);
}

int
heritage_read(
	int dir, struct arena *arena, struct oci_config **out, struct err *err)
{
	auto_free char *heap = NULL;
	const char *text;
	ssize_t len = journal_read(dir, JOURNAL_PROCESS, &heap, &text, err);
	int result;

	if (len < 0)
		return -1;
	if (len == 0)
		return err_say(err,
			JOURNAL_FILE
			" does not say what its processes inherit");
	result = oci_config_parse(arena, text, (size_t)len, out, err);
	if (result < 0 && err)
		snprintf(err->document, sizeof(err->document), JOURNAL_FILE);
	return result;
}
