/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces answer on any kind of socket, and a UNIX one always exists.
 */
#include "base/loopback.h"

#include "base/err.h"
#include "base/fd.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int
loopback_up(struct err *err)
{
	auto_fd socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo" };

	if (socket_fd < 0 || ioctl(socket_fd, SIOCGIFFLAGS, &request) < 0)
		return err_sys(err, "look up lo");
	request.ifr_flags |= IFF_UP;
	if (ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0)
		return err_sys(err, "set lo up");
	return 0;
}
