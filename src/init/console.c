/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal. Master and peer come from the devpts that the plan has
 * mounted in the container: its ptmx is opened in a directory verified to be
 * devpts, over no link and into no other filesystem; the peer is asked of the
 * master (TIOCGPTPEER), never looked up by name (CVE-2025-52565), and bound
 * by descriptor on a /dev/console that is no link (CVE-2026-88264). Then the
 * master goes out, and the peer becomes stdio and controlling terminal.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/attach.h"
#include "init/devices.h"
#include "init/slots.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Documentation/admin-guide/devices.txt */
#define PTMX_MAJOR    5
#define PTMX_MINOR    2
#define PTS_MAJOR_MIN 136
#define PTS_MAJOR_MAX 143

/* What a receiver prints as the terminal's name. */
static const char master_name[] = "/dev/ptmx";

static int
open_master(struct init *init, struct err *err)
{
	unsigned resolve =
		RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
	auto_fd pts = path_open(
		init->root, "/dev/pts", O_DIRECTORY, RESOLVE_NO_SYMLINKS, err);
	auto_fd master = -1;
	struct statfs fs;
	struct stat st;

	if (pts < 0 || fstatfs(pts, &fs) < 0 || fs.f_type != DEVPTS_SUPER_MAGIC)
		return err_say(err,
			"a terminal needs a mount of type devpts on /dev/pts");
	master = sys_openat2(pts, "ptmx", O_RDWR | O_NOCTTY, 0, resolve);
	if (master < 0)
		return err_sys(err, "open /dev/pts/ptmx");
	if (fstat(master, &st) < 0 || !S_ISCHR(st.st_mode) ||
		st.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR))
		return err_say(
			err, "/dev/pts/ptmx is not a terminal multiplexer");
	return take_fd(&master);
}

static int
open_peer(int master, struct err *err)
{
	int unlocked = 0;
	auto_fd peer = -1;
	struct statfs fs;
	struct stat st;

	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return err_sys(err, "unlock the terminal");
	peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (peer < 0)
		return err_sys(err, "open the terminal's peer");
	if (fstat(peer, &st) < 0 || fstatfs(peer, &fs) < 0)
		return err_sys(err, "stat the terminal's peer");
	if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(st.st_mode) ||
		major(st.st_rdev) < PTS_MAJOR_MIN ||
		major(st.st_rdev) > PTS_MAJOR_MAX)
		return err_say(
			err, "the terminal's peer is no terminal of devpts");
	return take_fd(&peer);
}

/* Before the peer is anybody's: the program finds the size on its first look.
 */
static int
set_size(int master, const struct plan_step *step, struct err *err)
{
	struct winsize size = {
		.ws_row = (unsigned short)step->number[0],
		.ws_col = (unsigned short)step->number[1],
	};

	if (size.ws_row && size.ws_col && ioctl(master, TIOCSWINSZ, &size) < 0)
		return err_sys(err, "set the terminal's size");
	return 0;
}

/*
 * The peer itself appears as /dev/console, and no path to it: a clone of the
 * mount that its descriptor stands on, put on a file that is no link.
 */
static int
bind_peer(struct init *init, int peer, struct err *err)
{
	const char *name;
	int dir = devices_parent(init, "/dev/console", &name, err);
	auto_fd place = -1, tree = -1;

	if (dir < 0)
		return -1;
	place = devices_place(dir, name, err);
	if (place < 0)
		return err_in(err, "/dev/console");
	tree = sys_open_tree(
		peer, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return err_sys(err, "clone the terminal's mount");
	return attach_tree(tree, place, err);
}

/* A console socket takes the master for an engine, the wire for scrim. */
static int
hand_out(struct init *init, const struct plan_step *step, int master,
	struct err *err)
{
	auto_fd socket = -1;

	if (step->slot < 0)
		return wire_send_fds(
			init->wire, WIRE_CONSOLE, NULL, 0, &master, 1, err);
	socket = slots_take(init, (uint32_t)step->slot, err);
	if (socket < 0)
		return -1;
	/* Engines read one message: a name and one descriptor. */
	return fd_pass(socket, master_name, sizeof(master_name) - 1, master) < 0
		? err_sys(err, "send the terminal to the console socket")
		: 0;
}

/* The master goes out before the peer becomes ours: who holds it sees all that
 * is written, from the first byte on. */
int
console_make(struct init *init, const struct plan_step *step, struct err *err)
{
	auto_fd master = open_master(init, err);
	auto_fd peer = -1;

	if (master < 0)
		return -1;
	peer = open_peer(master, err);
	if (peer < 0 || set_size(master, step, err) < 0)
		return -1;
	/* The container of an exec has its own there, or none. */
	if (!init->guest && bind_peer(init, peer, err) < 0)
		return -1;
	if (hand_out(init, step, master, err) < 0)
		return -1;
	init->terminal = true;
	/* The session's leader is yet to be born. */
	if (!init_find(init, OP_FORK) && ioctl(peer, TIOCSCTTY, 0) < 0)
		return err_sys(err, "take the terminal over");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(peer, fd) < 0)
			return err_sys(err, "dup2");
	return 0;
}
