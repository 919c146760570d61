/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount options, one row each. An option changes what was said before it
 * on the same line: set' = (set & ~clear) | set, so that the last word wins.
 * The three atime words share a field of two bits; "atime" and the words with
 * "no" only take back what they name (norelatime nothing at all: relatime is
 * what the kernel does anyway). Words of mount(8) alone do nothing here.
 */
#include "plan/names.h"

#include <string.h>

#include "base/str.h"
#include "base/sys.h"

#define ATIME MOUNT_ATTR__ATIME

/* clang-format off */
#define ATTR(word, set, clear, note)   { word, MOUNT_ATTRIBUTE, false, set, clear, false, note }
#define R_ATTR(word, set, clear, note) { word, MOUNT_ATTRIBUTE, true, set, clear, false, note }
#define SUPER(word, note)              { word, MOUNT_SUPERBLOCK, false, 0, 0, true, note }
#define PROP(word, set, rec, note) \
	{ word, MOUNT_PROPAGATES, rec, (set) | ((rec) ? MS_REC : 0), 0, false, note }
#define OTHER(word, kind, rec, note)   { word, kind, rec, 0, 0, false, note }

static const struct names_mount_option options[] = {
	{ "ro", MOUNT_ATTRIBUTE, false, MOUNT_ATTR_RDONLY, 0, true, "read-only" },
	{ "rw", MOUNT_ATTRIBUTE, false, 0, MOUNT_ATTR_RDONLY, true, "writable" },
	ATTR("nosuid", MOUNT_ATTR_NOSUID, 0, "set-user-ID bits and file capabilities do nothing"),
	ATTR("suid", 0, MOUNT_ATTR_NOSUID, "set-user-ID bits have effect"),
	ATTR("nodev", MOUNT_ATTR_NODEV, 0, "device nodes cannot be opened"),
	ATTR("dev", 0, MOUNT_ATTR_NODEV, "device nodes can be opened"),
	ATTR("noexec", MOUNT_ATTR_NOEXEC, 0, "no program can be executed"),
	ATTR("exec", 0, MOUNT_ATTR_NOEXEC, "programs can be executed"),
	ATTR("nodiratime", MOUNT_ATTR_NODIRATIME, 0, "access times of directories are not kept"),
	ATTR("diratime", 0, MOUNT_ATTR_NODIRATIME, "access times of directories are kept"),
	ATTR("noatime", MOUNT_ATTR_NOATIME, ATIME, "access times are not kept"),
	ATTR("atime", 0, MOUNT_ATTR_NOATIME, "takes back noatime"),
	ATTR("relatime", MOUNT_ATTR_RELATIME, ATIME, "access times are kept once a day or so"),
	ATTR("norelatime", 0, 0, "takes back relatime, which is the default: nothing"),
	ATTR("strictatime", MOUNT_ATTR_STRICTATIME, ATIME, "every access is noted"),
	ATTR("nostrictatime", 0, MOUNT_ATTR_STRICTATIME, "takes back strictatime"),
	ATTR("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0, "symbolic links are not followed"),
	ATTR("symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW, "symbolic links are followed"),

	R_ATTR("rro", MOUNT_ATTR_RDONLY, 0, "read-only, with all mounts below"),
	R_ATTR("rrw", 0, MOUNT_ATTR_RDONLY, "writable, with all mounts below"),
	R_ATTR("rnosuid", MOUNT_ATTR_NOSUID, 0, "nosuid, with all mounts below"),
	R_ATTR("rsuid", 0, MOUNT_ATTR_NOSUID, "suid, with all mounts below"),
	R_ATTR("rnodev", MOUNT_ATTR_NODEV, 0, "nodev, with all mounts below"),
	R_ATTR("rdev", 0, MOUNT_ATTR_NODEV, "dev, with all mounts below"),
	R_ATTR("rnoexec", MOUNT_ATTR_NOEXEC, 0, "noexec, with all mounts below"),
	R_ATTR("rexec", 0, MOUNT_ATTR_NOEXEC, "exec, with all mounts below"),
	R_ATTR("rnodiratime", MOUNT_ATTR_NODIRATIME, 0, "nodiratime, with all mounts below"),
	R_ATTR("rdiratime", 0, MOUNT_ATTR_NODIRATIME, "diratime, with all mounts below"),
	R_ATTR("rnoatime", MOUNT_ATTR_NOATIME, ATIME, "noatime, with all mounts below"),
	R_ATTR("ratime", 0, MOUNT_ATTR_NOATIME, "atime, with all mounts below"),
	R_ATTR("rrelatime", MOUNT_ATTR_RELATIME, ATIME, "relatime, with all mounts below"),
	R_ATTR("rnorelatime", 0, 0, "norelatime, with all mounts below"),
	R_ATTR("rstrictatime", MOUNT_ATTR_STRICTATIME, ATIME, "strictatime, with all mounts below"),
	R_ATTR("rnostrictatime", 0, MOUNT_ATTR_STRICTATIME, "nostrictatime, with all mounts below"),
	R_ATTR("rnosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0, "nosymfollow, with all mounts below"),
	R_ATTR("rsymfollow", 0, MOUNT_ATTR_NOSYMFOLLOW, "symfollow, with all mounts below"),

	/* What the kernel takes for any filesystem (vfs_parse_sb_flag). */
	SUPER("sync", "every write goes to the device at once"),
	SUPER("async", "writes are buffered"),
	SUPER("dirsync", "changes of directories go to the device at once"),
	SUPER("lazytime", "times are written with the next other change"),
	SUPER("nolazytime", "times are written soon"),
	/* Without a counterpart in today's mount API, or without effect. */
	OTHER("iversion", MOUNT_NOTHING, false, "filesystems decide it since Linux 5.17"),
	OTHER("noiversion", MOUNT_NOTHING, false, "filesystems decide it since Linux 5.17"),
	OTHER("silent", MOUNT_NOTHING, false, "nothing is printed in any case"),
	OTHER("loud", MOUNT_NOTHING, false, "the kernel's messages come with the error"),
	OTHER("mand", MOUNT_NOTHING, false, "mandatory locks went in Linux 5.15"),
	OTHER("nomand", MOUNT_NOTHING, false, "mandatory locks went in Linux 5.15"),

	PROP("private", MS_PRIVATE, false, "mounts below do not travel"),
	PROP("rprivate", MS_PRIVATE, true, "private, with all mounts below"),
	PROP("slave", MS_SLAVE, false, "receives mounts, sends none"),
	PROP("rslave", MS_SLAVE, true, "slave, with all mounts below"),
	PROP("shared", MS_SHARED, false, "mounts travel both ways"),
	PROP("rshared", MS_SHARED, true, "shared, with all mounts below"),
	PROP("unbindable", MS_UNBINDABLE, false, "private, and cannot be bound elsewhere"),
	PROP("runbindable", MS_UNBINDABLE, true, "unbindable, with all mounts below"),

	OTHER("bind", MOUNT_BINDS, false, "the source is a path"),
	OTHER("rbind", MOUNT_BINDS, true, "the source is a path, with all mounts below it"),
	OTHER("remount", MOUNT_REMOUNTS, false, "changes what is mounted there"),
	OTHER("idmap", MOUNT_IDMAPS, false, "owners are translated by the mappings"),
	OTHER("ridmap", MOUNT_IDMAPS, true, "idmap, with all mounts below"),
	OTHER("tmpcopyup", MOUNT_COPIES_UP, false, "a tmpfs begins with what it covers"),
	OTHER("notmpcopyup", MOUNT_NOTHING, false, "takes back nothing: the default"),
	OTHER("src-nofollow", MOUNT_SRC_NOFOLLOW, false, "a link as source is bound itself"),
	OTHER("dest-nofollow", MOUNT_DEST_NOFOLLOW, false, "a link as target is the target itself"),
	OTHER("copy-symlink", MOUNT_COPIES_LINK, false, "a link as source is made again"),

	/* mount(8)'s own, for fstab. */
	OTHER("defaults", MOUNT_NOTHING, false, "the defaults"),
	OTHER("auto", MOUNT_NOTHING, false, "of mount -a"),
	OTHER("noauto", MOUNT_NOTHING, false, "of mount -a"),
	OTHER("nofail", MOUNT_NOTHING, false, "of mount -a"),
	OTHER("_netdev", MOUNT_NOTHING, false, "of mount -a"),
	OTHER("user", MOUNT_NOTHING, false, "who may mount"),
	OTHER("nouser", MOUNT_NOTHING, false, "who may mount"),
	OTHER("users", MOUNT_NOTHING, false, "who may mount"),
	OTHER("owner", MOUNT_NOTHING, false, "who may mount"),
	OTHER("group", MOUNT_NOTHING, false, "who may mount"),
};
/* clang-format on */

static const struct names_mount_option ignored = {
	.word = "x-*",
	.kind = MOUNT_NOTHING,
	.note = "of mount(8) and its helpers",
};

/* With mappings behind them (plan/idmap_words.c); crun's, and no word that
 * `features` could list. */
static const struct names_mount_option with_mappings[] = {
	OTHER("idmap=", MOUNT_IDMAPS, false, "owners are translated by these"),
	OTHER("ridmap=", MOUNT_IDMAPS, true, "idmap=, with all mounts below"),
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

const struct names_mount_option *
names_mount_option(const char *word)
{
	/* A config may have thousands of words: few rows share two letters. */
	for (size_t i = 0; i < N_OPTIONS && *word; i++)
		if (options[i].word[0] == word[0] &&
			options[i].word[1] == word[1] &&
			strcmp(options[i].word, word) == 0)
			return &options[i];
	for (size_t i = 0; i < 2; i++)
		if (str_has_prefix(word, with_mappings[i].word))
			return &with_mappings[i];
	if (str_has_prefix(word, "x-") || str_has_prefix(word, "X-") ||
		str_has_prefix(word, "comment="))
		return &ignored;
	return NULL;
}

const struct names_mount_option *
names_mount_option_at(size_t i)
{
	return i < N_OPTIONS ? &options[i] : NULL;
}

const char *
names_mount_next(const void *from __attribute__((unused)), size_t i)
{
	return i < N_OPTIONS ? options[i].word : NULL;
}
