/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry points for config.json and for the two parts of it that commands
 * read by themselves: the process of exec and the resources of update. Each
 * names its rows and its document and leaves the rest to the decoder. The
 * only file that is opened anywhere in the library is opened here.
 */
#include "libocispec/config.h"

#include <fcntl.h>

#include "base/err.h"
#include "base/fd.h"
#include "libocispec/decode.h"

/* NULL where the text is none. */
static void *
check(const struct oci_schema *schema, const char *text, size_t len,
	struct oci_problems *problems)
{
	void *object;

	problems->text = text;
	problems->len = len;
	return decode(schema, problems, &object) < 0 ? NULL : object;
}

int
oci_config_check(const char *text, size_t len, struct oci_config **out,
	struct oci_problems *problems)
{
	struct oci_config *found =
		check(&oci_config_schema, text, len, problems);

	if (!found)
		return -1;
	*out = found;
	return 0;
}

int
oci_process_check(const char *text, size_t len, struct oci_process **out,
	struct oci_problems *problems)
{
	struct oci_process *found =
		check(&oci_process_schema, text, len, problems);

	if (!found)
		return -1;
	*out = found;
	return 0;
}

int
oci_resources_check(const char *text, size_t len, struct oci_resources **out,
	struct oci_problems *problems)
{
	struct oci_resources *found =
		check(&oci_resources_schema, text, len, problems);

	if (!found)
		return -1;
	*out = found;
	return 0;
}

int
oci_mounts_check(const char *text, size_t len, struct oci_config **out,
	struct oci_problems *problems)
{
	struct oci_config *found =
		check(&oci_mounts_schema, text, len, problems);

	if (!found)
		return -1;
	*out = found;
	return 0;
}

int
oci_config_parse(struct arena *arena, const char *text, size_t len,
	struct oci_config **out, struct err *err)
{
	struct oci_config *config =
		decode_one(&oci_config_schema, arena, text, len, err);

	if (!config)
		return -1;
	*out = config;
	return 0;
}

int
oci_process_parse(struct arena *arena, const char *text, size_t len,
	struct oci_process **out, struct err *err)
{
	struct oci_process *process =
		decode_one(&oci_process_schema, arena, text, len, err);

	if (!process)
		return -1;
	*out = process;
	return 0;
}

int
oci_resources_parse(struct arena *arena, const char *text, size_t len,
	struct oci_resources **out, struct err *err)
{
	struct oci_resources *resources =
		decode_one(&oci_resources_schema, arena, text, len, err);

	if (!resources)
		return -1;
	*out = resources;
	return 0;
}

/* The file may be a pipe (--config <(...)), so its size is not asked for. */
int
oci_config_read(struct arena *arena, int dir, const char *path,
	struct oci_config **out, struct err *err)
{
	auto_fd fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	auto_free char *text = NULL;
	size_t len;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (fd_read(fd, TEXT_MAX, path, &text, &len, err) < 0)
		return -1;
	return oci_config_parse(arena, text, len, out, err);
}
