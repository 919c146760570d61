/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy that is written is a shallow one of the decoded config, cut down
 * to what exec needs: of an engine's seccomp profile, which is most of its
 * config, only the flags. The file is the state directory's own, readable by
 * its owner alone, for there may be secrets in an environment; nobody reads it
 * before the container is created, and so it needs no second name.
 */
#include "life/heritage.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/schema.h"
#include "life/store.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define HERITAGE_MAX ((size_t)16 << 20)

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

int
heritage_write(int dir, const struct plan *plan, struct err *err)
{
	const struct oci_config *config = plan->config;
	struct oci_config cut = { .oci_version = config->oci_version,
		.process = config->process };
	struct oci_seccomp seccomp;
	struct oci_linux section;
	auto_str text = { 0 };
	auto_fd file = -1;

	if (config->linux) {
		cut_linux(config->linux, &section, &seccomp);
		cut.linux = &section;
	}
	oci_encode(&oci_config_schema, &cut, false, &text);
	if (text.broken)
		return err_code(err, ENOMEM, "write " STORE_HERITAGE);
	file = openat(dir, STORE_HERITAGE,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return err_sys(err, "make " STORE_HERITAGE);
	if (fd_write(file, text.data, text.len, err) < 0)
		return err_in(err, STORE_HERITAGE);
	return 0;
}

int
heritage_read(
	int dir, struct arena *arena, struct oci_config **out, struct err *err)
{
	auto_fd file =
		openat(dir, STORE_HERITAGE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_free char *text = NULL;
	size_t len;
	int result;

	if (file < 0)
		return err_sys(err, "open " STORE_HERITAGE);
	if (fd_read(file, HERITAGE_MAX, STORE_HERITAGE, &text, &len, err) < 0)
		return -1;
	result = oci_config_parse(arena, text, len, out, err);
	if (result < 0 && err)
		snprintf(err->document, sizeof(err->document), STORE_HERITAGE);
	return result;
}
