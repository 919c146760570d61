/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Into a new namespace and back by descriptor. A way back that is lost ends
 * the command: scrim must not go on in a container's network.
 */
#include "host/network.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

static int
open_own(struct err *err)
{
	int fd = openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, "open /proc/self/ns/net") : fd;
}

static int
enter_new(struct err *err)
{
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (errno == ENOSPC)
		return err_code(err, ENOSPC,
			"a limit of namespaces is reached (user.max_net_namespaces)");
	return err_sys(err, "make a network namespace");
}

int
network_make(struct err *err)
{
	auto_fd own = open_own(err), made = -1;
	int ok;

	if (own < 0 || enter_new(err) < 0)
		return -1;
	ok = loopback_up(err);
	if (ok == 0)
		ok = made = open_own(err);
	if (setns(own, CLONE_NEWNET) < 0)
		return err_sys(ok < 0 ? NULL : err,
			"come back from the new network namespace");
	return ok < 0 ? -1 : take_fd(&made);
}
