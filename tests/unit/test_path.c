/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths beneath a root, with the links that attackers plant: whatever a path
 * says, what is opened or made lies in the root, and the canary beside it
 * stays as it was. (CVE-2018-15664, CVE-2021-30465, CVE-2024-45310)
 */
#include "base/path.h"

#include "base/err.h"
#include "base/sys.h"
#include "runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/scrim-path-XXXXXX";
static struct err err;
static int root;

static void
shell(const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && %s", top, script);
	ck_assert_int_eq(system(command), 0);
}

static void
setup(void)
{
	char path[64];

	strcpy(top + strlen(top) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	memset(&err, 0, sizeof(err));
	shell("mkdir -p root/dir/sub canary root/etc && "
	      "echo x >root/dir/file && "
	      "ln -s /canary root/abs && "
	      "ln -s ../../../../canary root/dir/rel && "
	      "ln -s ../run/x/resolv.conf root/etc/resolv.conf && "
	      "ln -s /made/by/link root/dangling && "
	      "ln -s loop root/loop && ln -s /dir/sub root/good && "
	      "ln -s / root/slash && ln -s /proc/self/root root/magic");
	snprintf(path, sizeof(path), "%s/root", top);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(root, 0);
}

static void
teardown(void)
{
	close(root);
	shell("test -z \"$(ls -A canary)\" && test $(ls | wc -l) = 2 && "
	      "rm -rf root canary");
	ck_assert_int_eq(rmdir(top), 0);
}

/* The file that an O_PATH descriptor is of, below the root. */
static const char *
where(int fd)
{
	static char path[512];
	char link[64];
	size_t len = strlen(top) + strlen("/root");
	ssize_t n;

	ck_assert_msg(fd >= 0, "%s", err.text);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	close(fd);
	ck_assert_int_ge(n, (long)len);
	path[n] = '\0';
	ck_assert(!strncmp(path, top, strlen(top)) &&
		!strncmp(path + strlen(top), "/root", 5));
	return path[len] ? path + len : "/";
}

START_TEST(test_what_exists_is_opened_beneath_the_root)
{
	static const struct {
		const char *path, *opened;
	} rows[] = {
		{ "/", "/" },
		{ "/dir/file", "/dir/file" },
		{ "dir/file", "/dir/file" },
		{ "/../../../dir", "/dir" },
		{ "/good/../file", "/dir/file" },
		{ "/slash/dir/../slash/dir/file", "/dir/file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(
			where(path_open(root, rows[i].path, 0, 0, &err)),
			rows[i].opened);
}
END_TEST

START_TEST(test_links_that_lead_out_lead_to_nothing)
{
	static const char *const paths[] = { "/abs", "/dir/rel", "/magic/etc",
		"/loop", "/nosuch", "" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ck_assert_int_eq(path_open(root, paths[i], 0, 0, &err), -1);
	ck_assert_int_eq(
		path_open(root, "/good", 0, RESOLVE_NO_SYMLINKS, &err), -1);
}
END_TEST

START_TEST(test_what_is_missing_is_made_in_the_right_kind)
{
	static const struct {
		const char *path;
		bool directory;
		const char *made;
	} rows[] = {
		{ "/a/b/c", true, "/a/b/c" },
		{ "/a/b/file", false, "/a/b/file" },
		{ "/a/b/slashes///", true, "/a/b/slashes" },
		{ "//x//y", false, "/x/y" },
		{ "/good/more", true, "/dir/sub/more" },
		{ "/abs", true, "/canary" },
		{ "/abs/below/it", false, "/canary/below/it" },
		{ "/dir/rel", true, "/canary" },
		{ "/dangling", false, "/made/by/link" },
		{ "/etc/resolv.conf", false, "/run/x/resolv.conf" },
		{ "/../../out", true, "/out" },
		{ "/slash/../slash/via", true, "/via" },
		{ "/", true, "/" },
	};
	struct stat st;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = path_make(
			root, rows[i].path, rows[i].directory, false, &err);

		ck_assert_msg(fd >= 0 && fstat(fd, &st) == 0, "%s: %s %d",
			rows[i].path, err.text, err.code);
		ck_assert_int_eq(S_ISDIR(st.st_mode), rows[i].directory);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		ck_assert_str_eq(where(fd), rows[i].made);
	}
	shell("test $(stat -c %a root/a) = 755 && "
	      "test $(stat -c %a root/a/b/file) = 644 && "
	      "test ! -s root/a/b/file");
}
END_TEST

START_TEST(test_a_link_that_is_not_followed_is_opened_itself)
{
	struct stat st;
	int fd = path_make(root, "/dangling", false, true, &err);

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_str_eq(where(fd), "/dangling");
	shell("test ! -e root/made");
}
END_TEST

START_TEST(test_what_cannot_be_made_says_why)
{
	static const struct {
		const char *path;
		bool directory, nofollow;
		const char *words;
	} rows[] = {
		{ "/dir/file", true, false, "the target is not a directory" },
		{ "/dir", false, false,
			"the target is a directory, not a file" },
		{ "/good", true, true, "the target is a symbolic link" },
		{ "/dir/file/x", false, false, "make /dir/file/x" },
		{ "/loop/x", true, false, "make /loop/x" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(
			path_make(root, rows[i].path, rows[i].directory,
				rows[i].nofollow, &err),
			-1);
		ck_assert_str_eq(err.text, rows[i].words);
	}
	/* Without a procfs in the root this is a dangling link like any other.
	 */
	ck_assert_str_eq(where(path_make(root, "/magic/x", true, false, &err)),
		"/proc/self/root/x");
}
END_TEST

START_TEST(test_a_chain_of_links_has_an_end)
{
	char script[128];

	for (int i = 0; i < 60; i++) {
		snprintf(script, sizeof(script), "ln -s link%d/x root/link%d",
			i + 1, i);
		shell(script);
	}
	ck_assert_int_eq(path_make(root, "/link0", true, false, &err), -1);
	ck_assert_int_eq(err.code, 40 /* ELOOP */);
}
END_TEST

START_TEST(test_a_path_that_is_too_long_is_refused)
{
	static char path[5000];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	ck_assert_int_eq(path_make(root, path, true, false, &err), -1);
	ck_assert_int_eq(err.code, 36 /* ENAMETOOLONG */);
}
END_TEST

START_TEST(test_the_parent_is_made_and_the_name_is_not)
{
	const char *name = NULL;

	ck_assert_str_eq(
		where(path_parent(root, "/p/q/r", &name, &err)), "/p/q");
	ck_assert_str_eq(name, "r");
	ck_assert_str_eq(where(path_parent(root, "/top", &name, &err)), "/");
	ck_assert_str_eq(name, "top");
	ck_assert_str_eq(where(path_parent(root, "bare", &name, &err)), "/");
	ck_assert_str_eq(name, "bare");
	ck_assert_str_eq(
		where(path_parent(root, "/abs/x", &name, &err)), "/canary");
	ck_assert_str_eq(where(path_parent(root, "/", &name, &err)), "/");
	ck_assert_str_eq(name, "");
	shell("test ! -e root/p/q/r");
}
END_TEST

START_TEST(test_a_parent_needs_a_name_below_it)
{
	const char *name;
	static const char *const paths[] = { "/dir/..", "/dir/.", "..",
		"/dir/" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ck_assert_int_eq(path_parent(root, paths[i], &name, &err), -1);
}
END_TEST

START_TEST(test_cleaning_is_lexical_and_stays_below_the_root)
{
	static const struct {
		const char *path, *clean;
	} rows[] = {
		{ "/", "/" },
		{ "//", "/" },
		{ "/a", "/a" },
		{ "/a/", "/a" },
		{ "//a///b//", "/a/b" },
		{ "/./a/./b/.", "/a/b" },
		{ "/a/../b", "/b" },
		{ "/..", "/" },
		{ "/../../a", "/a" },
		{ "/a/b/../../..", "/" },
		{ "/a/..b/c..", "/a/..b/c.." },
		{ "/...", "/..." },
		{ "/a/b/..", "/a" },
	};
	char path[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(path, rows[i].path);
		path_clean(path);
		ck_assert_str_eq(path, rows[i].clean);
	}
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_what_exists_is_opened_beneath_the_root);
	tcase_add_test(tcase, test_links_that_lead_out_lead_to_nothing);
	tcase_add_test(tcase, test_what_is_missing_is_made_in_the_right_kind);
	tcase_add_test(
		tcase, test_a_link_that_is_not_followed_is_opened_itself);
	tcase_add_test(tcase, test_what_cannot_be_made_says_why);
	tcase_add_test(tcase, test_a_chain_of_links_has_an_end);
	tcase_add_test(tcase, test_a_path_that_is_too_long_is_refused);
	tcase_add_test(tcase, test_the_parent_is_made_and_the_name_is_not);
	tcase_add_test(tcase, test_a_parent_needs_a_name_below_it);
	tcase_add_test(
		tcase, test_cleaning_is_lexical_and_stays_below_the_root);
}

int
main(void)
{
	return runner_run("path", fill);
}
