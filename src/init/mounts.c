/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new filesystem: its context is opened, told its source and words, made
 * into a superblock and into a detached mount that has all its attributes
 * from birth. What tmpcopyup copies goes in while nobody can see it. Only
 * then the mount is attached. The filesystem's own message about a failure is
 * read back from the context: it names the option, errno does not.
 */
#include "init/mounts.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "init/attach.h"
#include "init/copyup.h"
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* fsconfig(2) takes no longer key and no longer value. */
#define WORD_MAX 256

/*
 * Each read gives one message, "e procfs: Unknown parameter 'x'". The last
 * error wins; informations and warnings are skipped.
 */
int
mounts_complain(int context, const char *what, struct err *err)
{
	int code = errno;
	char line[WORD_MAX], said[WORD_MAX] = "";
	ssize_t n;

	while ((n = read(context, line, sizeof(line) - 1)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		line[n] = '\0';
		if (n > 2 && line[0] == 'e')
			memcpy(said, line + 2, (size_t)n - 1);
	}
	if (said[0])
		return err_code(err, code, "%s: %s", what, said);
	return err_code(err, code, "%s", what);
}

/* The key is what stands before the first '='; the value may hold others. */
static int
put_word(int context, const char *word, struct err *err)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	char key[WORD_MAX];
	int ret;

	if (len >= sizeof(key) || (value && strlen(value + 1) >= WORD_MAX))
		return err_say(err,
			"option %.32s...: longer than the %d bytes that the kernel takes",
			word, WORD_MAX - 1);
	memcpy(key, word, len);
	key[len] = '\0';
	if (value)
		ret = sys_fsconfig(
			context, FSCONFIG_SET_STRING, key, value + 1, 0);
	else
		ret = sys_fsconfig(context, FSCONFIG_SET_FLAG, key, NULL, 0);
	return ret < 0 ? mounts_complain(context, word, err) : 0;
}

int
mounts_words(const struct init *init, int context,
	const struct plan_list *words, struct err *err)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (put_word(context, init_item(init, words, i), err) < 0)
			return -1;
	return 0;
}

static bool
says(const struct init *init, const struct plan_list *words, const char *key)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (!strncmp(init_item(init, words, i), key, strlen(key)))
			return true;
	return false;
}

/* A tmpfs that is not told its mode has that of the directory it covers: /root
 * stays closed. One that was made for it says nothing. */
static int
put_mode(const struct init *init, const struct plan_step *step, int context,
	const struct path_found *covered, struct err *err)
{
	char word[] = "mode=0000";

	if (covered->made || (step->number[2] & PLAN_MOUNT_COPYUP) ||
		strcmp(init_text(init, step, 1), "tmpfs") != 0 ||
		says(init, &step->list[0], "mode="))
		return 0;
	for (size_t i = 0; i < 4; i++)
		word[8 - i] = (char)('0' + (covered->st.st_mode >> 3 * i & 7));
	return put_word(context, word, err);
}

/* A detached mount of a new superblock. */
static int
make_tree(const struct init *init, const struct plan_step *step, uint64_t attr,
	const struct path_found *covered, struct err *err)
{
	const char *type = init_text(init, step, 1),
		   *source = init_text(init, step, 2);
	auto_fd context = sys_fsopen(type, FSOPEN_CLOEXEC);
	int tree;

	if (context < 0 && errno == ENODEV)
		return err_say(
			err, "this kernel has no filesystem type \"%s\"", type);
	if (context < 0)
		return err_sys(err, "fsopen %s", type);
	if (source &&
		sys_fsconfig(
			context, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return mounts_complain(context, "source", err);
	if (put_mode(init, step, context, covered, err) < 0 ||
		mounts_words(init, context, &step->list[0], err) < 0)
		return -1;
	if (sys_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return mounts_complain(context, type, err);
	tree = sys_fsmount(context, FSMOUNT_CLOEXEC, (unsigned)attr);
	return tree < 0 ? mounts_complain(context, "fsmount", err) : tree;
}

/* tmpcopyup: filled writable, and read-only before anybody sees it. Where a
 * directory was made for it there is nothing to copy, its mode neither: a tmpfs
 * is everybody's, as /tmp is. */
static int
fill_tree(const struct init *init, const struct plan_step *step,
	const struct path_found *covered, int target, int tree, struct err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	const struct plan_list *words = &step->list[0];
	unsigned keep = (says(init, words, "mode=") ? COPYUP_ALL : 0) |
		(says(init, words, "uid=") ? COPYUP_UID : 0) |
		(says(init, words, "gid=") ? COPYUP_GID : 0);

	if (!covered->made && copyup_run(target, tree, keep, err) < 0)
		return err_in(err, "tmpcopyup");
	if ((step->number[0] & MOUNT_ATTR_RDONLY) &&
		sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)
		return err_sys(err, "mount_setattr");
	return 0;
}

int
mounts_make(struct init *init, const struct plan_step *step, struct err *err)
{
	uint64_t attr = step->number[0], flags = step->number[2];
	auto_fd target = -1, tree = -1;
	struct path_found found = { .made = false };

	if (flags & PLAN_MOUNT_COPYUP)
		attr &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	target = attach_target(
		init, init_text(init, step, 0), true, flags, &found, err);
	if (target < 0)
		return -1;
	tree = make_tree(init, step, attr, &found, err);
	if (tree < 0)
		return -1;
	if ((flags & PLAN_MOUNT_COPYUP) &&
		fill_tree(init, step, &found, target, tree, err) < 0)
		return -1;
	if (attach_propagation(tree, step->number[1], err) < 0 ||
		attach_tree(tree, target, err) < 0)
		return -1;
	return inside_note(init, tree, err);
}
