/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maker shares scrim's memory and descriptors but not its namespaces: it
 * unshares the network, and the descriptor that it opens is scrim's as well. It
 * calls the kernel and nothing else, since libc's errno is shared, and writes
 * to its job alone, which nobody reads before it has ended. Where this
 * machine's way of calling is not known (sys_beside()), the job is done by
 * scrim itself, which goes into the new namespace and back by descriptor: a way
 * back that is lost ends the command.
 */
#include "host/network.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long
call(struct network_job *job, const char *what, long number, long a, long b,
	long c)
{
	long result = sys_raw(number, a, b, c);

	if (result < 0 && !job->failed) {
		job->failed = what;
		job->code = (int)-result;
	}
	return result;
}

/* Interfaces answer on any kind of socket, and a UNIX one always exists; it
 * knows the namespace, too. */
static void
use_socket(struct network_job *job, long fd)
{
	long lo = (long)(uintptr_t)&job->lo;

	if (call(job, "look up lo", SYS_ioctl, fd, SIOCGIFFLAGS, lo) < 0)
		return;
	job->lo.ifr_flags |= IFF_UP;
	if (call(job, "set lo up", SYS_ioctl, fd, SIOCSIFFLAGS, lo) < 0)
		return;
	job->fd = (int)call(job, "open the new network namespace", SYS_ioctl,
		fd, SIOCGSKNS, 0);
}

static void
make(struct network_job *job)
{
	long fd;

	if (call(job, "make a network namespace", SYS_unshare, CLONE_NEWNET, 0,
		    0) < 0)
		return;
	fd = call(job, "look up lo", SYS_socket, AF_UNIX,
		SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	use_socket(job, fd);
	sys_raw(SYS_close, fd, 0, 0);
}

static void
run(void *arg)
{
	make(arg);
	for (;;)
		sys_raw(SYS_exit, 0, 0, 0);
}

static void
reset(struct network_job *job)
{
	job->pid = 0;
	job->fd = -1;
	job->failed = NULL;
	job->lo = (struct ifreq){ .ifr_name = "lo" };
}

void
network_begin(struct network_job *job)
{
	pid_t pid;

	reset(job);
	pid = sys_beside(job->stack, sizeof(job->stack), run, job);
	job->pid = pid > 0 ? pid : 0;
}

/* Into the new one and back. */
static int
make_here(struct network_job *job, struct err *err)
{
	auto_fd own =
		openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (own < 0)
		return err_sys(err, "open /proc/self/ns/net");
	make(job);
	if (setns(own, CLONE_NEWNET) < 0)
		return err_sys(err, "come back from the new network namespace");
	return 0;
}

static void
await(struct network_job *job)
{
	while (job->pid && waitpid(job->pid, NULL, __WALL) < 0 &&
		errno == EINTR)
		continue;
	job->pid = 0;
}

int
network_take(struct network_job *job, struct err *err)
{
	if (job->pid) {
		await(job);
	} else {
		reset(job);
		if (make_here(job, err) < 0)
			return -1;
	}
	if (!job->failed && job->fd < 0)
		return err_say(err, "whoever made it was killed");
	if (!job->failed)
		return take_fd(&job->fd);
	if (job->code == ENOSPC)
		return err_code(err, ENOSPC,
			"a limit of namespaces is reached (user.max_net_namespaces)");
	return err_code(err, job->code, "%s", job->failed);
}

void
network_drop(struct network_job *job)
{
	if (!job->pid)
		return;
	await(job);
	fd_close_auto(&job->fd);
}
