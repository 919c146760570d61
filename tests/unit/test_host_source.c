/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources that anybody may open: what is opened is what it should be, and what
 * is not is refused with its path and its place in the config [111].
 */
#include "host/source.h"

#include "base/err.h"
#include "plan/plan.h"
#include "runner.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct host_files nothing = {
	.root = -1, .state = -1, .cgroup = -1, .userns = -1, .gate = -1
};

static int
open_one(const struct plan_source *source, struct err *err)
{
	struct plan plan = { .sources = source, .n_sources = 1 };

	return source_open(&plan, 0, &nothing, err);
}

static const struct {
	const char *path;
	uint32_t kind;
	const char *problem; /* NULL: fine */
} namespaces[] = {
	{ "/proc/self/ns/ipc", CLONE_NEWIPC, NULL },
	{ "/proc/self/ns/net", CLONE_NEWNET, NULL },
	{ "/proc/self/ns/uts", CLONE_NEWUTS, NULL },
	{ "/proc/self/ns/user", CLONE_NEWUSER, NULL },
	{ "/proc/self/ns/mnt", CLONE_NEWNS, NULL },
	{ "/proc/self/ns/pid", CLONE_NEWPID, NULL },
	{ "/proc/self/ns/cgroup", CLONE_NEWCGROUP, NULL },
	{ "/proc/self/ns/net", CLONE_NEWIPC,
		"namespace /proc/self/ns/net: is of type network, not ipc" },
	{ "/proc/self/ns/user", CLONE_NEWNS,
		"namespace /proc/self/ns/user: is of type user, not mount" },
	{ "/proc/self/status", CLONE_NEWNET, "is not a namespace" },
	{ "/dev/null", CLONE_NEWNET, "is not a namespace" },
	{ "/", CLONE_NEWNET, "is not a namespace" },
	{ "/nowhere/at/all", CLONE_NEWNET,
		"namespace /nowhere/at/all: open: not there" },
};

START_TEST(a_namespace_is_of_its_type)
{
	struct plan_source source = {
		.kind = PLAN_SOURCE_NAMESPACE,
		.path = namespaces[_i].path,
		.number = namespaces[_i].kind,
		.where = { "/linux/namespaces/0", 12, 3 },
	};
	struct err err = { 0 };
	char text[512];
	int fd = open_one(&source, &err);

	if (!namespaces[_i].problem) {
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
		return;
	}
	ck_assert_int_eq(fd, -1);
	err_format(&err, text, sizeof(text));
	ck_assert_msg(strstr(text, namespaces[_i].problem) != NULL, "%s", text);
	ck_assert_ptr_nonnull(
		strstr(text, "(config.json:12:3, /linux/namespaces/0)"));
}
END_TEST

START_TEST(a_symbolic_link_is_opened_as_itself)
{
	struct plan_source source = { .kind = PLAN_SOURCE_LINK,
		.path = "/proc/self/exe" };
	struct err err = { 0 };
	struct stat st;
	int fd = open_one(&source, &err);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	close(fd);
}
END_TEST

START_TEST(proc_is_the_root_of_a_procfs)
{
	struct plan_source source = { .kind = PLAN_SOURCE_PROC };
	struct err err = { 0 };
	struct stat st;
	int fd = open_one(&source, &err);

	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(fstatat(fd, "self", &st, AT_SYMLINK_NOFOLLOW), 0);
	close(fd);
}
END_TEST

START_TEST(what_is_not_there_is_said_so)
{
	static const enum plan_source_kind kinds[] = { PLAN_SOURCE_CONSOLE,
		PLAN_SOURCE_GATE, PLAN_SOURCE_CGROUP };
	struct plan_source source = { .kind = kinds[_i] };
	struct err err = { 0 };

	ck_assert_int_eq(open_one(&source, &err), -1);
	ck_assert(err.text[0] != '\0');
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_namespace_is_of_its_type, 0,
		sizeof(namespaces) / sizeof(namespaces[0]));
	tcase_add_test(tcase, a_symbolic_link_is_opened_as_itself);
	tcase_add_test(tcase, proc_is_the_root_of_a_procfs);
	tcase_add_loop_test(tcase, what_is_not_there_is_said_so, 0, 3);
}

int
main(void)
{
	return runner_run("host/source", fill);
}
