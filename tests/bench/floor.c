/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor ROOTFS PAYLOAD: the least that the kernel asks for one isolated
 * process. Makes the namespaces, mounts what a minimal bundle mounts, pivots
 * and executes the payload: no config, no cgroup, no capabilities, no state.
 * No runtime can be faster; its time divided by this one's is its overhead.
 * Built statically, against musl where there is one, so that the start-up of
 * a libc does not count. It never cleans up: its namespaces end with it.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* As in linux/sched.h, which musl does not ship. */
struct clone_words {
	uint64_t flags, pidfd, child_tid, parent_tid;
	uint64_t exit_signal, stack, stack_size, tls;
};

static const struct mount_row {
	const char *source, *target, *type, *data;
	unsigned long flags;
} mounts[] = {
	{ "proc", "proc", "proc", NULL, 0 },
	{ "tmpfs", "dev", "tmpfs", "mode=755,size=65536k", MS_NOSUID },
	{ "devpts", "dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620",
		0 },
	{ "shm", "dev/shm", "tmpfs", "mode=1777", 0 },
	{ "mqueue", "dev/mqueue", "mqueue", NULL, 0 },
	{ "sysfs", "sys", "sysfs", NULL, MS_RDONLY },
};

static const struct node_row {
	const char *path;
	unsigned major, minor;
} nodes[] = {
	{ "dev/null", 1, 3 },
	{ "dev/zero", 1, 5 },
	{ "dev/full", 1, 7 },
	{ "dev/random", 1, 8 },
	{ "dev/urandom", 1, 9 },
	{ "dev/tty", 5, 0 },
};

/* Ends the process where a call of the kernel's has failed. */
static long
check(const char *what, long result)
{
	if (result < 0) {
		perror(what);
		_exit(1);
	}
	return result;
}

static void
mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		const struct mount_row *row = &mounts[i];

		/* A target below /dev is on the new tmpfs. */
		if (row->target[3] == '/')
			check(row->target, mkdir(row->target, 0755));
		check(row->target,
			mount(row->source, row->target, row->type, row->flags,
				row->data));
	}
}

static void
make_nodes(void)
{
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		check(nodes[i].path,
			mknod(nodes[i].path, S_IFCHR | 0666,
				makedev(nodes[i].major, nodes[i].minor)));
}

static void
become_container(const char *rootfs, const char *payload)
{
	check("private", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	check(rootfs, mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL));
	check(rootfs, chdir(rootfs));
	mount_all();
	make_nodes();
	check("pivot_root", syscall(SYS_pivot_root, ".", "."));
	check("umount", umount2(".", MNT_DETACH));
	check("chdir", chdir("/"));
	execl(payload, payload, (char *)NULL);
	perror(payload);
	_exit(127);
}

int
main(int argc, char **argv)
{
	struct clone_words words = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
			CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP |
			CLONE_VFORK,
		.exit_signal = SIGCHLD,
	};
	int status = 0;
	long pid;

	if (argc != 3) {
		fprintf(stderr, "usage: floor ROOTFS PAYLOAD\n");
		return 2;
	}
	pid = check("clone3", syscall(SYS_clone3, &words, sizeof(words)));
	if (pid == 0)
		become_container(argv[1], argv[2]);
	check("wait", waitpid((pid_t)pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
