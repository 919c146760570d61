/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to a mount that is there already: first what its filesystem is
 * told, then the attributes, then those of all below, then propagation. What
 * the plan does not name stays as it is, so flags that are locked (set in a
 * more privileged user namespace, which nobody inside may take away) survive;
 * where the plan does name one, the error says which.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "init/attach.h"
#include "init/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What statvfs(3) shows of a mount, and the attribute that stands for it. */
static const struct shown {
	unsigned long flag;
	uint64_t attr;
	const char *word;
} shown[] = {
	{ ST_RDONLY, MOUNT_ATTR_RDONLY, "ro" },
	{ ST_NOSUID, MOUNT_ATTR_NOSUID, "nosuid" },
	{ ST_NODEV, MOUNT_ATTR_NODEV, "nodev" },
	{ ST_NOEXEC, MOUNT_ATTR_NOEXEC, "noexec" },
	{ ST_NOATIME | ST_RELATIME, MOUNT_ATTR__ATIME, "its access time mode" },
	{ ST_NODIRATIME, MOUNT_ATTR_NODIRATIME, "nodiratime" },
};

/* EPERM means a lock as a rule; which, the flags that are set there tell. */
static int
explain(int mount, uint64_t clear, struct err *err)
{
	struct statvfs st;

	if (errno != EPERM || fstatvfs(mount, &st) < 0)
		return err_sys(err, "mount_setattr");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if ((clear & shown[i].attr) && (st.f_flag & shown[i].flag))
			return err_code(err, EPERM,
				"%s is locked there: it was set in a more privileged user namespace",
				shown[i].word);
	return err_code(err, EPERM, "mount_setattr");
}

static int
change(int mount, uint64_t set, uint64_t clear, unsigned recursive,
	struct err *err)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };

	if (!set && !clear)
		return 0;
	/* The kernel wants the whole field cleared when a part of it is set. */
	if (set & MOUNT_ATTR__ATIME)
		attr.attr_clr |= MOUNT_ATTR__ATIME;
	if (sys_mount_setattr(mount, "", AT_EMPTY_PATH | recursive, &attr) == 0)
		return 0;
	if (errno == EINVAL)
		return err_code(err, EINVAL, "not a mount point");
	return explain(mount, attr.attr_clr, err);
}

/* What the filesystem itself is told, as mount(8) does it for "remount". */
static int
reconfigure(const struct init *init, int mount, const struct plan_list *words,
	struct err *err)
{
	auto_fd context = -1;

	if (!words->count)
		return 0;
	context = sys_fspick(mount, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
	if (context < 0)
		return err_sys(err, "fspick");
	if (mounts_words(init, context, words, err) < 0)
		return -1;
	if (sys_fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return mounts_complain(context, "reconfigure", err);
	return 0;
}

int
remount_change(struct init *init, const struct plan_step *step, struct err *err)
{
	const uint64_t *number = step->number;
	int nofollow = number[2] & PLAN_MOUNT_DEST_NOFOLLOW ? O_NOFOLLOW : 0;
	auto_fd mount = path_open(
		init->root, init_text(init, step, 0), nofollow, 0, err);

	if (mount < 0 || reconfigure(init, mount, &step->list[0], err) < 0)
		return -1;
	if (change(mount, number[0], number[1], 0, err) < 0)
		return -1;
	if (change(mount, number[3], number[4], AT_RECURSIVE, err) < 0)
		return -1;
	return attach_propagation(mount, number[5], err);
}

int
remount_seal(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd mount =
		path_open(init->root, init_text(init, step, 0), 0, 0, err);

	if (mount < 0)
		return -1;
	return change(mount, MOUNT_ATTR_RDONLY, 0, 0, err);
}
