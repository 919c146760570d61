/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe - the payload of the system tests: a static program that does or
 * tells one thing that a shell in the container cannot. The first argument
 * names the row of the table below; a failed system call is printed as the
 * name of its errno, never as a sentence, and is not a failure of probe.
 * It is linked without any library but libc and knows nothing about scrim.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NEWEST_FD 1024

/* "ok", or the errno by name: both libcs can spell the ones met here. */
static const char *
verdict(long result)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{ EPERM, "EPERM" },
		{ ENOENT, "ENOENT" },
		{ EACCES, "EACCES" },
		{ EEXIST, "EEXIST" },
		{ EINVAL, "EINVAL" },
		{ EROFS, "EROFS" },
		{ ELOOP, "ELOOP" },
		{ ENOSYS, "ENOSYS" },
		{ ENOTDIR, "ENOTDIR" },
		{ EBUSY, "EBUSY" },
		{ ENXIO, "ENXIO" },
		{ EISDIR, "EISDIR" },
		{ ENODEV, "ENODEV" },
		{ ENOTTY, "ENOTTY" },
		{ EDOM, "EDOM" },
		{ EIO, "EIO" },
		{ ENOMEM, "ENOMEM" },
		{ ENOKEY, "ENOKEY" },
		{ ESRCH, "ESRCH" },
		{ E2BIG, "E2BIG" },
		{ ECONNREFUSED, "ECONNREFUSED" },
	};
	static char number[16];

	if (result >= 0)
		return "ok";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].code == errno)
			return names[i].name;
	snprintf(number, sizeof number, "errno %d", errno);
	return number;
}

/* args: the words behind the name, NULL-terminated. Each returns the status. */

static int
do_fds(char **args)
{
	(void)args;
	for (int fd = 0; fd < NEWEST_FD; fd++) {
		char link[64], target[512];
		ssize_t len;

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		len = readlink(link, target, sizeof target - 1);
		target[len < 0 ? 0 : len] = '\0';
		printf("%d %s\n", fd, target);
	}
	return 0;
}

static int
do_cwd(char **args)
{
	char path[4096];

	(void)args;
	puts(getcwd(path, sizeof path) ? path : verdict(-1));
	return 0;
}

static int
do_session(char **args)
{
	(void)args;
	printf("pid=%d ppid=%d sid=%d pgid=%d\n", getpid(), getppid(),
		getsid(0), getpgid(0));
	return 0;
}

/* The description of the session keyring: type;uid;gid;perm;name. */
static int
do_keyring(char **args)
{
	char text[256] = "";
	long len;

	(void)args;
	len = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING,
		text, sizeof text - 1);
	puts(len < 0 ? verdict(len) : text);
	return 0;
}

static int
do_personality(char **args)
{
	struct utsname uts;

	(void)args;
	uname(&uts);
	printf("%#x %s\n", personality(0xffffffff), uts.machine);
	return 0;
}

static int
do_clock(char **args)
{
	struct timespec now;

	(void)args;
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("monotonic %ld\n", (long)now.tv_sec);
	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("boottime %ld\n", (long)now.tv_sec);
	return 0;
}

/* open PATH r|w|rw: "ok" or why not; ok is followed by the file's device. */
static int
do_open(char **args)
{
	int flags = O_RDONLY;
	struct stat st;
	int fd;

	if (args[1])
		flags = !strcmp(args[1], "w")    ? O_WRONLY
			: !strcmp(args[1], "rw") ? O_RDWR
						 : O_RDONLY;
	fd = open(args[0], flags | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return puts(verdict(fd)), 0;
	fstat(fd, &st);
	printf("ok %u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	close(fd);
	return 0;
}

static int
do_write(char **args)
{
	int fd = open(args[0], O_WRONLY);

	puts(fd < 0 ? verdict(fd)
		    : verdict(write(fd, args[1], strlen(args[1]))));
	return 0;
}

static int
do_stat(char **args)
{
	struct statfs fs;
	struct stat st;

	for (; *args; args++) {
		int failed = lstat(*args, &st);

		if (failed) {
			printf("%s %s\n", *args, verdict(failed));
			continue;
		}
		statfs(*args, &fs);
		printf("%s mode=%o uid=%u gid=%u rdev=%u:%u magic=%lx\n", *args,
			st.st_mode, st.st_uid, st.st_gid, major(st.st_rdev),
			minor(st.st_rdev), (unsigned long)fs.f_type);
	}
	return 0;
}

static int
do_winsize(char **args)
{
	struct winsize size = { 0 };

	(void)args;
	if (ioctl(0, TIOCGWINSZ, &size) < 0)
		return puts(verdict(-1)), 0;
	printf("%ux%u tty=%s ctty=%s\n", size.ws_col, size.ws_row,
		ttyname(0) ? ttyname(0) : "none",
		verdict(open("/dev/tty", O_RDWR | O_CLOEXEC)));
	return 0;
}

/* Connects to the named UNIX socket (datagram when "dgram" follows) and says
 * the rest there; with "flood", datagrams without end. */
static int
do_send(char **args)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int flood = !strcmp(args[1], "flood");
	int dgram = flood || !strcmp(args[1], "dgram");
	int fd = socket(AF_UNIX, dgram ? SOCK_DGRAM : SOCK_STREAM, 0);
	int failed;

	snprintf(to.sun_path, sizeof to.sun_path, "%s", args[0]);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	failed = connect(fd, (struct sockaddr *)&to, sizeof to);
	if (!failed && write(fd, args[2], strlen(args[2])) < 0)
		failed = -1;
	while (flood && !failed)
		write(fd, args[2], strlen(args[2]));
	puts(verdict(failed));
	return 0;
}

/* Prints "ready" and each signal's number as it comes; TERM ends it. */
static int
do_catch(char **args)
{
	sigset_t all;
	int sig = 0;

	(void)args;
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (puts("ready"); fflush(stdout), sig != SIGTERM; printf("%d\n", sig))
		if (sigwait(&all, &sig))
			return 1;
	return 0;
}

static int
do_pause(char **args)
{
	(void)args;
	return pause();
}

static int
do_exit(char **args)
{
	return atoi(args[0]);
}

static int
do_raise(char **args)
{
	int sig = atoi(args[0]);

	/* The first process of a pid namespace ignores its own signals. */
	signal(sig, SIG_DFL);
	kill(getpid(), sig);
	return 99;
}

/* argv NAME...: itself as it was called, then the environment, each in <>. */
static int
do_argv(char **args)
{
	extern char **environ;

	for (; *args; args++)
		printf("arg <%s>\n", *args);
	for (char **env = environ; *env; env++)
		printf("env <%s>\n", *env);
	return 0;
}

/* Writes N bytes of a known pattern to stdout, as fast as it is taken. */
static int
do_flood(char **args)
{
	for (long i = 0, n = atol(args[0]); i < n; i++)
		putchar(i % 64 == 63 ? '\n' : 'a' + (int)(i / 64 % 26));
	return fflush(stdout) ? 1 : 0;
}

/* Reads stdin to its end and tells how many bytes and their sum. */
static int
do_count(char **args)
{
	unsigned char buf[65536];
	unsigned long n = 0, sum = 0;
	ssize_t got;

	(void)args;
	while ((got = read(0, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			sum += buf[i];
		n += (unsigned long)got;
	}
	printf("%lu %lu\n", n, sum);
	return 0;
}

/* System calls by name, with arguments that a kernel would answer harmlessly.
 */
static int
do_call(char **args)
{
	for (; *args; args++) {
		long result = -1;

		errno = ENOKEY;
		if (!strcmp(*args, "getppid"))
			result = syscall(SYS_getppid);
		else if (!strcmp(*args, "mkdir"))
			result = syscall(
				SYS_mkdirat, AT_FDCWD, "/tmp/probe-dir", 0700);
		else if (!strcmp(*args, "sethostname"))
			result = sethostname("probe", 5);
		else if (!strcmp(*args, "unshare-user"))
			result = unshare(CLONE_NEWUSER);
		else if (!strcmp(*args, "socket-inet"))
			result = socket(AF_INET, SOCK_STREAM, 0);
		else if (!strcmp(*args, "socket-unix"))
			result = socket(AF_UNIX, SOCK_STREAM, 0);
		else if (!strncmp(*args, "nr=", 3))
			result = syscall(strtol(*args + 3, NULL, 0), -1, -1, -1,
				-1, -1, -1);
		else if (!strncmp(*args, "personality=", 12))
			result = personality(strtoul(*args + 12, NULL, 0));
		else if (!strncmp(*args, "mknod=", 6))
			result = mknod("/tmp/probe-node", S_IFCHR | 0600,
				makedev(atoi(*args + 6),
					atoi(strchr(*args, ',') + 1)));
		printf("%s %s\n", *args, verdict(result));
	}
	return 0;
}

/* Securebits, dumpable and what status does not show. */
static int
do_prctl(char **args)
{
	(void)args;
	printf("dumpable=%d keepcaps=%d securebits=%#x pdeathsig=",
		prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS),
		(unsigned)prctl(PR_GET_SECUREBITS));
	int sig = -1;
	prctl(PR_GET_PDEATHSIG, &sig);
	printf("%d\n", sig);
	return 0;
}

/* How it is scheduled: sched_getattr(2), ioprio_get(2), get_mempolicy(2). */
static int
do_priorities(char **args)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = { 0 };
	unsigned long nodes[16] = { 0 };
	int mode = -1;
	long io;

	(void)args;
	syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0);
	printf("policy=%u flags=%#llx nice=%d priority=%u ", attr.policy,
		(unsigned long long)attr.flags, attr.nice, attr.priority);
	printf("runtime=%llu deadline=%llu period=%llu\n",
		(unsigned long long)attr.runtime,
		(unsigned long long)attr.deadline,
		(unsigned long long)attr.period);
	/* 2: IOPRIO_WHO_PGRP; the class stands above 13 bits */
	io = syscall(SYS_ioprio_get, 2, 0);
	printf("io=%ld:%ld\n", io >> 13, io & 0x1fff);
	syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0);
	printf("memory=%#x nodes=%#lx\n", mode, nodes[0]);
	return 0;
}

/* huge MIB: maps so much in huge pages of 2 MiB and writes to each. */
static int
do_huge(char **args)
{
	size_t size = strtoul(args[0], NULL, 10) << 20;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	for (size_t i = 0; at != MAP_FAILED && i < size; i += 2 << 20)
		at[i] = 1;
	printf("huge %s\n", verdict(at == MAP_FAILED ? -1 : 0));
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
	int min_args;
} rows[] = {
	{ "argv", do_argv, 0 },
	{ "call", do_call, 1 },
	{ "catch", do_catch, 0 },
	{ "clock", do_clock, 0 },
	{ "count", do_count, 0 },
	{ "cwd", do_cwd, 0 },
	{ "exit", do_exit, 1 },
	{ "fds", do_fds, 0 },
	{ "flood", do_flood, 1 },
	{ "huge", do_huge, 1 },
	{ "keyring", do_keyring, 0 },
	{ "open", do_open, 1 },
	{ "pause", do_pause, 0 },
	{ "personality", do_personality, 0 },
	{ "prctl", do_prctl, 0 },
	{ "priorities", do_priorities, 0 },
	{ "raise", do_raise, 1 },
	{ "send", do_send, 3 },
	{ "session", do_session, 0 },
	{ "stat", do_stat, 1 },
	{ "winsize", do_winsize, 0 },
	{ "write", do_write, 2 },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(argv[1], rows[i].name) &&
			argc - 2 >= rows[i].min_args)
			return rows[i].run(argv + 2);
	fprintf(stderr, "probe: no such question\n");
	return 125;
}
