/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness - the program in the container: it tells all that scrim was to do
 * for it and that can be seen from inside, so that a step that was lost is a
 * line that differs. "witness stay" then waits to be killed. Written at once:
 * who reads a half-written file would see a difference that is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <dirent.h>
#include <unistd.h>

static char text[1 << 17];
static size_t len;

#define SAY(...)                                                               \
	(len += (size_t)snprintf(text + len, sizeof(text) - len, __VA_ARGS__))

static void
tell_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	SAY("== %s%s\n", path, fd < 0 ? " is not there" : "");
	while (fd >= 0 &&
		(n = read(fd, text + len, sizeof(text) - len - 1)) > 0)
		len += (size_t)n;
	close(fd);
	SAY("\n");
}

static void
tell_links(const char *dir, const char *const *names)
{
	char path[256], link[512];

	for (; *names; names++) {
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%s", dir, *names);
		n = readlink(path, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		SAY("%s -> %s\n", path, link);
	}
}

/* By number, not by readdir: it must not show a descriptor of its own. */
static void
tell_descriptors(void)
{
	char number[16];
	const char *names[2] = { number, NULL };

	for (int fd = 0; fd < 1100; fd++) {
		snprintf(number, sizeof(number), "%d", fd);
		if (fcntl(fd, F_GETFD) >= 0)
			tell_links("/proc/self/fd", names);
	}
}

static void
tell_nodes(const char *dir)
{
	DIR *listing = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (listing && (entry = readdir(listing)))
		if (entry->d_name[0] != '.' &&
			fstatat(dirfd(listing), entry->d_name, &st,
				AT_SYMLINK_NOFOLLOW) == 0)
			SAY("%s/%s %o %u:%u of %u\n", dir, entry->d_name,
				st.st_mode, major(st.st_rdev),
				minor(st.st_rdev), st.st_uid);
	if (listing)
		closedir(listing);
}

static void
tell_rest(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	char key[256] = "";
	int sig = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	prctl(PR_GET_PDEATHSIG, &sig);
	SAY("death signal %d, dumpable %d, leads its session %d\n", sig,
		prctl(PR_GET_DUMPABLE), getsid(0) == getpid());
	SAY("lo is up: %d\n",
		ioctl(fd, SIOCGIFFLAGS, &lo) == 0 && lo.ifr_flags & IFF_UP);
	syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, key,
		sizeof(key) - 1);
	SAY("session keyring %s\n",
		strrchr(key, ';') ? strrchr(key, ';') : "?");
	/* The kernel's log: a device that no default lets anybody open. */
	SAY("device 1:11: %s\n",
		mknod("/dev/witness", S_IFCHR | 0600, makedev(1, 11)) < 0
			? strerror(errno)
			: "made");
	unlink("/dev/witness");
	SAY("write to /: %s\n",
		mkdir("/witness", 0700) < 0 ? strerror(errno) : "done");
	rmdir("/witness");
	close(fd);
}

int
main(int argc, char **argv)
{
	static const char *const own[] = { "cwd", "root", NULL };
	static const char *const files[] = { "/proc/self/status",
		"/proc/self/mountinfo", "/proc/self/limits",
		"/proc/self/environ", "/proc/self/cgroup",
		"/proc/self/oom_score_adj", "/proc/self/personality",
		"/proc/self/uid_map", "/proc/self/gid_map",
		"/proc/self/setgroups", "/proc/self/timens_offsets",
		"/proc/self/attr/current", "/proc/sys/kernel/hostname",
		"/proc/sys/kernel/domainname", "/proc/sys/net/ipv4/ip_forward",
		NULL };
	static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net",
		"pid", "time", "user", "uts", NULL };

	for (const char *const *file = files; *file; file++)
		tell_file(*file);
	tell_links("/proc/self", own);
	tell_links("/proc/self/ns", kinds);
	tell_descriptors();
	tell_nodes("/dev");
	tell_rest();
	SAY("the end\n");
	for (size_t at = 0; at < len;) {
		ssize_t n = write(1, text + at, len - at);

		if (n <= 0)
			return 1;
		at += (size_t)n;
	}
	while (argc > 1 && !strcmp(argv[1], "stay"))
		pause();
	return 0;
}
