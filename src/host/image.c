/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of scrim-init become a sealed memfd. The host's binary is never
 * what a container finds behind /proc/self/exe, and through the seals what it
 * finds cannot be overwritten (CVE-2019-5736). Where a memfd may not be
 * executed (vm.memfd_noexec=2, a security module), which is asked before
 * anything depends on it, an unlinked file on a tmpfs that is attached
 * nowhere and read-only does the same.
 */
#include "host/image.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/init_image.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

const struct image image_init = {
	"scrim-init", scrim_init_image, scrim_init_image_end
};

static size_t
image_size(const struct image *image)
{
	return (uintptr_t)image->end - (uintptr_t)image->start;
}

/* Writes the file and opens it again, since a file open for writing can
 * neither be executed nor lie on a read-only mount. */
static int
write_file(const struct image *image, int mount, mode_t mode, struct err *err)
{
	auto_fd writer = openat(mount, image->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
	auto_fd reader = -1;

	if (writer < 0)
		return err_sys(err, "make %s on a tmpfs", image->name);
	if (fd_write(writer, image->start, image_size(image), err) < 0)
		return err_in(err, "write %s", image->name);
	if (fchmod(writer, 0555) < 0)
		return err_sys(err, "write %s", image->name);
	close(take_fd(&writer));
	reader = openat(mount, image->name, O_RDONLY | O_CLOEXEC);
	if (reader < 0 || fchmod(reader, mode) < 0 ||
		unlinkat(mount, image->name, 0) < 0)
		return err_sys(err, "open %s", image->name);
	return take_fd(&reader);
}

/* The tmpfs goes when its last file is closed: there is nothing to clean up. */
static int
open_file(const struct image *image, mode_t mode, struct err *err)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	auto_fd fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
	auto_fd mount = -1, file = -1;

	if (fs < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_sys(err, "tmpfs for %s", image->name);
	mount = sys_fsmount(
		fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (mount < 0)
		return err_sys(err, "tmpfs for %s", image->name);
	file = write_file(image, mount, mode, err);
	if (file < 0)
		return -1;
	if (sys_mount_setattr(mount, "", AT_EMPTY_PATH, &readonly) < 0)
		return err_sys(
			err, "make the tmpfs of %s read-only", image->name);
	return take_fd(&file);
}

int
image_open(const struct image *image, mode_t mode, struct err *err)
{
	struct err ignored;
	auto_fd memory = fd_seal(
		image->name, image->start, image_size(image), 1, &ignored);

	/* Asks the mount, the mode and the security module, as exec will. */
	if (memory >= 0 &&
		(mode == IMAGE_READABLE || fchmod(memory, mode) == 0) &&
		faccessat(memory, "", X_OK, AT_EMPTY_PATH | AT_EACCESS) == 0)
		return take_fd(&memory);
	return open_file(image, mode, err);
}
