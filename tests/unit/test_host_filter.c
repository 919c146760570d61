/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache of seccomp filters, in a state root made for the test: a filter is
 * compiled once, what is not sound is made anew, and the filter does what its
 * rules say. Loading one needs no privilege with no_new_privs set.
 */
#include "host/filter.h"

#include "base/err.h"
#include "plan/plan.h"
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char place[] = "/tmp/scrim-filter-XXXXXX";
static int root;

static const char *const names[] = { "sethostname", "a_call_of_tomorrow",
	"setdomainname" };
static const char *const personality[] = { "personality" };
static const char *const allowed[] = { "getppid" };
static const struct plan_seccomp_arg either[] = { { 0, SCMP_CMP_EQ, 8, 0 },
	{ 0, SCMP_CMP_EQ, 9, 0 } };
static const struct plan_seccomp_rule rules[] = {
	{ SCMP_ACT_ERRNO(77), names, 3, NULL, 0, { NULL, 0, 0 } },
	{ SCMP_ACT_ERRNO(78), personality, 1, either, 2, { NULL, 0, 0 } },
	{ SCMP_ACT_ALLOW, allowed, 1, NULL, 0, { NULL, 0, 0 } },
};
static const struct plan_seccomp profile = {
	.default_action = SCMP_ACT_ALLOW, .rules = rules, .n_rules = 3
};

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(place));
	root = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(root, 0);
}

/* The names in the cache; returns how many. */
static int
list(char last[300])
{
	char path[64];
	struct dirent *entry;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/.seccomp", place);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			snprintf(last, 300, "%s", entry->d_name);
			n++;
		}
	closedir(dir);
	return n;
}

static void
tear_down(void)
{
	char name[300], path[400];

	while (list(name) > 0) {
		snprintf(path, sizeof(path), ".seccomp/%s", name);
		unlinkat(root, path, 0);
	}
	unlinkat(root, ".seccomp", AT_REMOVEDIR);
	close(root);
	rmdir(place);
}

static int
open_profile(const struct plan_seccomp *seccomp, ino_t *out_inode)
{
	struct err err = { 0 };
	struct stat st;
	int fd = filter_open(root, -1, seccomp, &err);

	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_gt(st.st_size, 0);
	ck_assert_int_eq(st.st_size % (off_t)sizeof(struct sock_filter), 0);
	*out_inode = st.st_ino;
	return fd;
}

START_TEST(a_profile_is_compiled_once)
{
	ino_t first, second;
	char name[300];

	close(open_profile(&profile, &first));
	close(open_profile(&profile, &second));
	ck_assert_uint_eq(first, second);
	ck_assert_int_eq(list(name), 1);
	ck_assert_uint_eq(strlen(name), 64);
}
END_TEST

/* A link, so that what happens to the cache does not matter to it. */
START_TEST(the_filter_is_kept_for_exec)
{
	struct err err = { 0 };
	struct stat made, kept;
	char name[300], path[400];
	int fd = filter_open(root, root, &profile, &err);

	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(fstat(fd, &made), 0);
	close(fd);
	list(name);
	snprintf(path, sizeof(path), ".seccomp/%s", name);
	ck_assert_int_eq(unlinkat(root, path, 0), 0);
	fd = filter_open_kept(root, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(fstat(fd, &kept), 0);
	close(fd);
	ck_assert_uint_eq(made.st_ino, kept.st_ino);
	ck_assert_int_eq(unlinkat(root, FILTER_KEPT, 0), 0);
	ck_assert_int_eq(filter_open_kept(root, &err), -1);
}
END_TEST

START_TEST(every_part_of_a_profile_matters)
{
	static const struct plan_seccomp_arg other_arg[] = {
		{ 0, SCMP_CMP_EQ, 8, 0 }, { 1, SCMP_CMP_EQ, 9, 0 }
	};
	static const uint32_t arches[] = { SCMP_ARCH_X86_64 };
	struct plan_seccomp_rule changed[3];
	struct plan_seccomp other = profile;
	char name[300];
	ino_t inode;

	memcpy(changed, rules, sizeof(rules));
	close(open_profile(&profile, &inode));
	other.default_action = SCMP_ACT_ERRNO(1);
	close(open_profile(&other, &inode));
	other = profile;
	other.rules = changed;
	changed[0].n_names = 2;
	close(open_profile(&other, &inode));
	changed[1].args = other_arg;
	close(open_profile(&other, &inode));
	changed[0].action = SCMP_ACT_ERRNO(79);
	close(open_profile(&other, &inode));
	other.arches = arches;
	other.n_arches = 1;
	close(open_profile(&other, &inode));
	other.n_rules = 2;
	close(open_profile(&other, &inode));
	ck_assert_int_eq(list(name), 7);
}
END_TEST

START_TEST(a_filter_that_others_may_write_or_that_is_cut_is_made_anew)
{
	char name[300], path[400];
	struct stat st;
	ino_t inode;

	close(open_profile(&profile, &inode));
	list(name);
	snprintf(path, sizeof(path), ".seccomp/%s", name);
	if (_i == 0)
		ck_assert_int_eq(fchmodat(root, path, 0666, 0), 0);
	else {
		int fd = openat(root, path, O_WRONLY | O_CLOEXEC);

		ck_assert_int_eq(ftruncate(fd, _i == 1 ? 0 : 12), 0);
		close(fd);
	}
	close(open_profile(&profile, &inode));
	ck_assert_int_eq(fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(list(name), 1);
}
END_TEST

static int
try_filter(int fd)
{
	struct sock_fprog program;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return 1;
	program.len = (unsigned short)(st.st_size /
		(off_t)sizeof(struct sock_filter));
	program.filter =
		mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return 2;
	if (syscall(SYS_sethostname, "", 0) != -1 || errno != 77 ||
		syscall(SYS_setdomainname, "", 0) != -1 || errno != 77)
		return 3;
	if (syscall(SYS_personality, 8) != -1 || errno != 78 ||
		syscall(SYS_personality, 9) != -1 || errno != 78)
		return 4;
	if (syscall(SYS_personality, 0xffffffff) < 0 ||
		syscall(SYS_getppid) < 0)
		return 5;
	return 0;
}

START_TEST(the_filter_does_what_its_rules_say)
{
	ino_t inode;
	int fd = open_profile(&profile, &inode), status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_filter(fd));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	close(fd);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_profile_is_compiled_once);
	tcase_add_test(tcase, the_filter_is_kept_for_exec);
	tcase_add_test(tcase, every_part_of_a_profile_matters);
	tcase_add_loop_test(tcase,
		a_filter_that_others_may_write_or_that_is_cut_is_made_anew, 0,
		3);
	tcase_add_test(tcase, the_filter_does_what_its_rules_say);
}

int
main(void)
{
	return runner_run("host/filter", fill);
}
