/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cgroups as far as they need no cgroup: where one belongs [133-135], reading
 * lists of words, and cgroup.events, for which any directory with such a file
 * will do.
 */
#include "base/fd.h"
#include "base/err.h"
#include "host/cgroup.h"
#include "host/cgroup_files.h"
#include "plan/plan.h"

#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>
#include <sys/wait.h>

static const struct {
	const char *said, *own, *place;
} places[] = {
	{ NULL, "/scrim", "/scrim/web" },
	{ "", "/scrim", "/scrim/web" },
	{ "/a/b", "/scrim", "/a/b" },
	{ "/a//b/./c/", "/scrim", "/a/b/c" },
	{ "a/b", "/scrim", "/scrim/a/b" },
	{ "system.slice:scrim:web", "/scrim", "/scrim/system.slice:scrim:web" },
	{ NULL, "/user.slice/user-1000.slice",
		"/user.slice/user-1000.slice/web" },
	{ "a", "/", "/a" },
	{ "/..a/b..", "/scrim", "/..a/b.." },
};

START_TEST(a_cgroups_path_has_one_place)
{
	struct err err = { 0 };
	char *place = cgroup_join(places[_i].said, "web", places[_i].own, &err);

	ck_assert_ptr_nonnull(place);
	ck_assert_str_eq(place, places[_i].place);
	free(place);
}
END_TEST

static const char *const refused[] = { "/", "//", "/.", "..", "../x", "/..",
	"/a/..", "/a/../../b", "a/../.." };

START_TEST(a_cgroups_path_never_leads_out_or_to_the_root)
{
	struct err err = { 0 };

	ck_assert_ptr_null(cgroup_join(refused[_i], "web", "/scrim", &err));
	ck_assert_ptr_nonnull(strstr(err.text, refused[_i]));
}
END_TEST

START_TEST(no_cgroup_and_the_root_are_none)
{
	struct cgroup cgroup = { .fd = -1 };
	struct err err = { 0 };
	pid_t *pids = NULL;
	size_t n = 7;

	ck_assert(cgroup_files_is_none(NULL));
	ck_assert(cgroup_files_is_none(""));
	ck_assert(cgroup_files_is_none("/"));
	ck_assert(!cgroup_files_is_none("/a"));
	ck_assert_int_eq(cgroup_kill("/", &err), 0);
	ck_assert_int_eq(cgroup_kill("", &err), 0);
	ck_assert_int_eq(cgroup_remove("", 10, &err), 0);
	ck_assert_int_eq(cgroup_signal("", 9, &err), 0);
	ck_assert_int_eq(cgroup_pids("", &pids, &n, &err), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert(!cgroup_is_frozen(""));
	ck_assert_int_eq(cgroup_open("", &cgroup, &err), -1);
	ck_assert_int_eq(err.code, ENOENT);
}
END_TEST

START_TEST(words_are_whole_words)
{
	static const char text[] = "cpuset cpu io memory\n";

	ck_assert(cgroup_files_has_word(text, "cpu", 3));
	ck_assert(cgroup_files_has_word(text, "cpuset", 6));
	ck_assert(cgroup_files_has_word(text, "memory", 6));
	ck_assert(!cgroup_files_has_word(text, "mem", 3));
	ck_assert(!cgroup_files_has_word(text, "pids", 4));
	ck_assert(!cgroup_files_has_word("", "cpu", 3));
}
END_TEST

static int
make_directory(const char *events)
{
	char name[] = "/tmp/scrim-cgroup-XXXXXX";
	int dir, file;

	ck_assert_ptr_nonnull(mkdtemp(name));
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
	file = openat(
		dir, "cgroup.events", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(
		write(file, events, strlen(events)), (ssize_t)strlen(events));
	close(file);
	return dir;
}

static void
remove_directory(int dir)
{
	char link[64], path[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	len = readlink(link, path, sizeof(path) - 1);
	ck_assert_int_gt(len, 0);
	path[len] = '\0';
	unlinkat(dir, "cgroup.events", 0);
	close(dir);
	ck_assert_int_eq(rmdir(path), 0);
}

START_TEST(events_are_read_by_key)
{
	int dir = make_directory("populated 1\nfrozen 0\n");

	ck_assert_int_eq(cgroup_files_event(dir, "populated"), 1);
	ck_assert_int_eq(cgroup_files_event(dir, "frozen"), 0);
	ck_assert_int_eq(cgroup_files_event(dir, "froze"), -1);
	ck_assert_int_eq(errno, ENODATA);
	ck_assert_int_eq(cgroup_files_wait(dir, "populated", 1, 0), 1);
	ck_assert_int_eq(cgroup_files_wait(dir, "populated", 0, 0), 0);
	remove_directory(dir);
}
END_TEST

START_TEST(a_wait_for_events_has_an_end)
{
	int dir = make_directory("populated 1\n");

	ck_assert_int_eq(cgroup_files_wait(dir, "populated", 0, 20), 0);
	ck_assert_int_eq(cgroup_files_wait(dir, "frozen", 0, 20), -1);
	remove_directory(dir);
}
END_TEST

/* A process of ours in a cgroup of ours, where the hierarchy is mounted. */
static pid_t
populate(const char *dir)
{
	char procs[128], pid_text[16];
	pid_t pid;

	if (mkdir(dir, 0755) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	ck_assert_int_gt(pid, 0);
	snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
	ck_assert_int_eq(file_write(AT_FDCWD, procs, pid_text, NULL), 0);
	return pid;
}

/* One of this test's, by its name in the hierarchy and by its directory. */
static void
name_cgroup(char path[64], char dir[96])
{
	struct statfs fs;

	snprintf(path, 64, "/scrim-unit-%d", (int)getpid());
	snprintf(dir, 96, "%s%s",
		statfs("/sys/fs/cgroup", &fs) == 0 &&
				fs.f_type == CGROUP2_SUPER_MAGIC
			? "/sys/fs/cgroup"
			: "/sys/fs/cgroup/unified",
		path);
}

static void
say_skipped(void)
{
	printf("skipped: no cgroup can be made (needs root, v2): %s\n",
		strerror(errno));
}

/* Where that can be done; 0: a reason was printed. */
static pid_t
make_cgroup(char path[64], char dir[96])
{
	pid_t pid;

	name_cgroup(path, dir);
	pid = populate(dir);
	if (pid < 0)
		say_skipped();
	return pid < 0 ? 0 : pid;
}

START_TEST(a_cgroup_freezes_and_thaws)
{
	struct cgroup cgroup = { .fd = -1 };
	struct err err = { 0 };
	char path[64], dir[96];
	pid_t pid = make_cgroup(path, dir);

	if (!pid)
		return;
	ck_assert_int_eq(cgroup_open(path, &cgroup, &err), 0);
	ck_assert(!cgroup_is_frozen(path));
	ck_assert_msg(cgroup_freeze(&cgroup, true, &err) == 0, "%s", err.text);
	ck_assert(cgroup_is_frozen(path));
	ck_assert_int_eq(cgroup_freeze(&cgroup, false, &err), 0);
	ck_assert(!cgroup_is_frozen(path));
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	cgroup_close(&cgroup);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

/* kill --all of a user who may not see what is there: to say nothing would be
 * to leave processes alive that are thought dead. */
START_TEST(a_cgroup_that_cannot_be_read_is_no_empty_one)
{
	static const struct {
		const char *name; /* "": the directory itself */
		mode_t mode, usual;
		const char *words;
	} rows[] = {
		{ "", 0711, 0755, "cgroup %s" },
		{ "/cgroup.procs", 0, 0644, "cgroup %s: open cgroup.procs" },
		{ "/below", 0, 0755, "cgroup %s: list cgroups" },
	};
	char path[64], dir[96], name[128], words[160];
	pid_t pid = make_cgroup(path, dir);

	if (!pid)
		return;
	snprintf(name, sizeof(name), "%s/below", dir);
	ck_assert_int_eq(mkdir(name, 0755), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };

		snprintf(name, sizeof(name), "%s%s", dir, rows[i].name);
		snprintf(words, sizeof(words), rows[i].words, path);
		ck_assert_int_eq(chmod(name, rows[i].mode), 0);
		ck_assert_int_eq(seteuid(4242), 0);
		ck_assert_int_eq(cgroup_signal(path, SIGTERM, &err), -1);
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_str_eq(err.text, words);
		ck_assert_int_eq(err.code, EACCES);
		ck_assert_int_eq(chmod(name, rows[i].usual), 0);
	}
	ck_assert_int_eq(cgroup_signal(path, SIGKILL, NULL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(rmdir(name), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	/* One that is gone has nobody in it. */
	ck_assert_int_eq(cgroup_signal(path, SIGKILL, NULL), 0);
}
END_TEST

/* Longer than any test lasts: who misses the notice is late. */
#define LONG_MS 60000

START_TEST(a_cgroup_that_another_removes_is_seen_to_go)
{
	char path[64], dir[96];
	pid_t pid;

	name_cgroup(path, dir);
	ck_assert(cgroup_files_wait_gone(path, LONG_MS));
	if (mkdir(dir, 0755) < 0) {
		say_skipped();
		return;
	}
	ck_assert(!cgroup_files_wait_gone(path, 0));
	ck_assert(!cgroup_files_wait_gone(path, 20));
	pid = fork();
	if (pid == 0) {
		usleep(50000);
		_exit(rmdir(dir) < 0);
	}
	ck_assert(cgroup_files_wait_gone(path, LONG_MS));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(a_file_is_missing_in_a_cgroup_that_is_there)
{
	struct plan_knob knob = { .file = "some.limit", .value = "1" };
	const struct plan_resources resources = { .knobs = &knob,
		.n_knobs = 1 };
	char dir[] = "/tmp/test_host_cgroup.XXXXXX", procs[64];
	struct cgroup cgroup = { .path = dir };
	struct err err = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	cgroup.fd = openat(AT_FDCWD, dir, O_PATH | O_CLOEXEC);
	ck_assert_int_ge(cgroup.fd, 0);
	close(openat(AT_FDCWD, procs, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ck_assert_int_eq(cgroup_apply(&resources, &cgroup, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "this kernel does not know it"));
	ck_assert_int_eq(unlink(procs), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	err = (struct err){ 0 };
	ck_assert_int_eq(cgroup_apply(&resources, &cgroup, &err), -1);
	ck_assert_ptr_nonnull(strstr(
		err.text, "some.limit cannot be written: the cgroup is gone"));
	close(cgroup.fd);
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_cgroups_path_has_one_place, 0,
		sizeof(places) / sizeof(places[0]));
	tcase_add_loop_test(tcase,
		a_cgroups_path_never_leads_out_or_to_the_root, 0,
		sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, no_cgroup_and_the_root_are_none);
	tcase_add_test(tcase, words_are_whole_words);
	tcase_add_test(tcase, events_are_read_by_key);
	tcase_add_test(tcase, a_wait_for_events_has_an_end);
	tcase_add_test(tcase, a_cgroup_freezes_and_thaws);
	tcase_add_test(tcase, a_cgroup_that_another_removes_is_seen_to_go);
	tcase_add_test(tcase, a_cgroup_that_cannot_be_read_is_no_empty_one);
	tcase_add_test(tcase, a_file_is_missing_in_a_cgroup_that_is_there);
}

int
main(void)
{
	return runner_run("host/cgroup", fill);
}
