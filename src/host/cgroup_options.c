/* SPDX-License-Identifier: Apache-2.0 */
/*
 * criu mounts cgroup2 to put processes where they were, without the options
 * that systemd has given it; from then on delegated cgroups would have less
 * protection on the whole host. So the options are noted before and given
 * back afterwards, by the words that mountinfo has for them.
 */
#include "host/cgroup_options.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sys.h"
#include "host/mount_table.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 64

static const struct mount_row *
find(struct cgroup_options *options)
{
	struct mount_table table;

	if (mount_table_read(&options->arena, 0, &table, NULL) < 0)
		return NULL;
	for (const struct mount_row *row = table.rows;
		row < table.rows + table.n; row++)
		if (!strcmp(row->type, "cgroup2"))
			return row; /* in the arena */
	return NULL;
}

void
cgroup_options_note(struct cgroup_options *out)
{
	const struct mount_row *row;

	*out = (struct cgroup_options){ 0 };
	if (arena_init(&out->arena, NULL) < 0)
		return;
	row = find(out);
	if (!row)
		return;
	out->path = row->target;
	out->words = row->words;
}

/* "rw" and "ro" are no flags of its own. */
static int
set_words(int context, const char *words)
{
	char word[WORD_MAX];

	while (*words) {
		size_t len = strcspn(words, ",");

		snprintf(word, sizeof(word), "%.*s", (int)len, words);
		if (strcmp(word, "rw") != 0 && strcmp(word, "ro") != 0 &&
			sys_fsconfig(
				context, FSCONFIG_SET_FLAG, word, NULL, 0) < 0)
			return -1;
		words += len + (words[len] == ',');
	}
	return sys_fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
}

void
cgroup_options_restore(struct cgroup_options *options)
{
	const struct mount_row *row = options->path ? find(options) : NULL;
	auto_fd context = -1;

	if (row && strcmp(row->words, options->words) != 0) {
		context = sys_fspick(AT_FDCWD, options->path, FSPICK_CLOEXEC);
		if (context < 0 || set_words(context, options->words) < 0)
			log_warn("the options of %s are \"%s\" now, not \"%s\"",
				options->path, row->words, options->words);
	}
	arena_done(&options->arena);
}
