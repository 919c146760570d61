/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the options of a mount in their order; later words take back earlier
 * ones. What is not ours goes to the filesystem; there an item may hold several
 * words, as the data of mount(2) did. Words of ours stand alone. The quotes
 * that mount(8) wants around a label are not the filesystem's.
 */
#include "plan/options.h"

#include <string.h>

#include "base/str.h"
#include "base/sys.h"
#include "plan/make.h"
#include "plan/names.h"

/* Two pairs of masks: the mount's own and that of the words with r, which
 * reach all mounts below. */
static void
take_attribute(struct options *options, const struct names_mount_option *option)
{
	uint64_t *set = option->recursive ? &options->set_all : &options->set;
	uint64_t *clear =
		option->recursive ? &options->clear_all : &options->clear;

	*set = (*set & ~option->clear) | option->set;
	*clear = (*clear | option->clear) & ~option->set;
	/* mount_setattr(2): the access time field is cleared as a whole */
	if ((*clear | *set) & MOUNT_ATTR__ATIME)
		*clear |= MOUNT_ATTR__ATIME;
	if (option->superblock)
		options->superblock_ro = option->set != 0;
}

static void
add_word(struct maker *m, struct options *options, const char *word)
{
	*(const char **)pile_add(&options->words, m->arena) = word;
}

/* The kinds need no order among each other, only each its own. */
static void
take_option(struct maker *m, struct options *options,
	const struct names_mount_option *option)
{
	switch (option->kind) {
	case MOUNT_ATTRIBUTE:
		take_attribute(options, option);
		break;
	case MOUNT_SUPERBLOCK:
		add_word(m, options, option->word);
		break;
	case MOUNT_PROPAGATES:
		options->propagation = option->set;
		break;
	case MOUNT_BINDS:
		options->bind = true;
		options->recursive |= option->recursive;
		break;
	case MOUNT_REMOUNTS:
		options->remount = true;
		break;
	case MOUNT_IDMAPS:
		options->idmap = true;
		options->idmap_recursive |= option->recursive;
		break;
	case MOUNT_COPIES_UP:
		options->copy_up = true;
		break;
	case MOUNT_SRC_NOFOLLOW:
		options->src_nofollow = true;
		break;
	case MOUNT_DEST_NOFOLLOW:
		options->dest_nofollow = true;
		break;
	case MOUNT_COPIES_LINK:
		options->copy_link = true;
		break;
	case MOUNT_NOTHING:
		break;
	}
}

/* context="a,b" -> context=a,b: fsconfig() takes no quotes. */
static const char *
unquoted(struct maker *m, const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? strlen(value) : 0;

	if (len < 3 || value[1] != '"' || value[len - 1] != '"')
		return word;
	return make_printf(m, "%.*s%.*s", (int)(value + 1 - word), word,
		(int)len - 3, value + 2);
}

/* Where the word at text ends: at a comma, as mount(2) parts its data, but not
 * inside quotes and not behind a backslash (overlayfs escapes like that). */
static size_t
word_length(const char *text)
{
	bool quoted = false;
	size_t i = 0;

	for (; text[i] && (quoted || text[i] != ','); i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (text[i] == '\\' && text[i + 1])
			i++;
	}
	return i;
}

/* Words for the filesystem. What is ours must stand alone: "ro,size=1m" would
 * be read in two ways, "rprivate,lowerdir=/" is an attack. */
static void
take_words(struct maker *m, const struct oci_mount *mount, size_t i,
	struct options *out)
{
	const char *text = mount->options.items[i];

	while (*text) {
		size_t len = word_length(text);
		const char *word = make_printf(m, "%.*s", (int)len, text);

		if (names_mount_option(word)) {
			make_complain(m, &mount->at, make_item(m, "options", i),
				"\"%s\" is several options: one per item",
				mount->options.items[i]);
			return;
		}
		if (len)
			add_word(m, out, unquoted(m, word));
		text += len + (text[len] == ',');
	}
}

/* "idmap" alone takes back what an "idmap=" has said. */
static void
take_mappings(struct maker *m, const struct oci_mount *mount, size_t i,
	struct options *out)
{
	const char *value = strchr(mount->options.items[i], '=');

	out->idmap_own =
		value ? idmap_words_read(m, mount, i, value + 1) : NULL;
}

void
options_read(
	struct maker *m, const struct oci_mount *mount, struct options *out)
{
	*out = (struct options){ .words = PILE_OF(const char *) };
	for (size_t i = 0; i < mount->options.n; i++) {
		const char *word = mount->options.items[i];
		const struct names_mount_option *option =
			names_mount_option(word);

		if (option)
			take_option(m, out, option);
		if (option && option->kind == MOUNT_IDMAPS)
			take_mappings(m, mount, i, out);
		if (!option)
			take_words(m, mount, i, out);
	}
	m->broken |= out->words.broken;
}

/* A bind has no filesystem that could take these, and mount(2) passes over
 * them. What looks like a word of ours is a typing error, though, and the
 * rest deserves a warning. */
void
options_judge_words(struct maker *m, const struct oci_mount *mount)
{
	for (size_t i = 0; i < mount->options.n; i++) {
		const char *word = mount->options.items[i], *near = NULL;

		if (!*word || names_mount_option(word))
			continue;
		if (!strpbrk(word, "=,"))
			near = str_nearest(word, names_mount_next, NULL);
		if (near)
			make_unknown(m, &mount->at, make_item(m, "options", i),
				"option of a bind mount", word, near);
		else
			make_warn(m, "mount %s: a bind has no use for \"%s\"",
				mount->destination, word);
	}
}
