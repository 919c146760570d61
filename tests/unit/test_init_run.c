/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrim-init carries out plans made by hand: each test holds one family of
 * operations to what the container then sees. Needs root; without it, every
 * test is skipped and the reason printed once.
 */
#include "init_harness.h"
#include "runner.h"

#include "base/fd.h"
#include "base/sys.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLONE_CONTAINER                                                        \
	(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)

static struct harness h;
static struct outcome out;
static const char *dir;

static void
setup(void)
{
	harness_init(&h);
	h.clone_flags = CLONE_CONTAINER;
}

static struct plan_step *
path_step(enum plan_op op, int slot, const char *path)
{
	struct plan_step *step = harness_step(&h, op, slot);

	step->text[0] = harness_text(&h, path);
	return step;
}

static struct plan_step *
mount_step(const char *target, const char *type, uint64_t attr,
	const char *const *words)
{
	struct plan_step *step = path_step(OP_MOUNT, -1, target);

	step->text[1] = harness_text(&h, type);
	step->text[2] = harness_text(&h, type);
	step->number[0] = attr;
	if (words)
		harness_list(&h, &step->list[0], words);
	return step;
}

static void
enter(void)
{
	harness_step(&h, OP_ENTER, -1);
}

/* The script's last command decides: 0 is a pass. */
static void
expect_success(void)
{
	harness_run(&h, &out);
	ck_assert_msg(out.err.text[0] == '\0', "%s: code %d", out.err.text,
		out.err.code);
	ck_assert_msg(
		out.status == 0, "status %#x: %s", out.status, out.output);
}

static void
expect_error(const char *part)
{
	harness_run(&h, &out);
	ck_assert_msg(strstr(out.err.text, part) != NULL,
		"\"%s\" is not in \"%s\" (%d), output %s", part, out.err.text,
		out.err.code, out.output);
}

START_TEST(test_a_plan_runs_a_program)
{
	harness_begin(&h, dir);
	enter();
	harness_end(&h,
		"test $$ = 1 && test \"$MARK\" = 1 && "
		"test -x /bin/busybox && echo yes");
	expect_success();
	ck_assert_str_eq(out.output, "yes\n");
	ck_assert(out.created);
}
END_TEST

START_TEST(test_filesystems_have_their_attributes)
{
	static const char *const words[] = { "size=64k", "mode=1700", NULL };

	harness_begin(&h, dir);
	mount_step("/proc", "proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, NULL)
		->number[2] = PLAN_MOUNT_STRICT_DIR;
	mount_step(
		"/tmp", "tmpfs", MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, words);
	mount_step("/new/deep", "tmpfs", 0, NULL);
	enter();
	harness_end(&h,
		"grep ' /tmp ' /proc/mounts; stat -c %a /tmp; test -d /new/deep && ! touch /tmp/x 2>/dev/null");
	expect_success();
	ck_assert_ptr_nonnull(strstr(out.output, "tmpfs /tmp tmpfs ro,noexec"));
	ck_assert_ptr_nonnull(strstr(out.output, "1700"));
}
END_TEST

START_TEST(test_the_filesystems_own_words_are_in_the_error)
{
	static const char *const words[] = { "size=lots", NULL };

	harness_begin(&h, dir);
	mount_step("/tmp", "tmpfs", 0, words);
	expect_error("mount /tmp: size=lots: tmpfs: Bad value for 'size'");
	ck_assert_uint_eq(out.err.line, 4);
}
END_TEST

START_TEST(test_an_unknown_filesystem_is_named)
{
	harness_begin(&h, dir);
	mount_step("/tmp", "nosuchfs", 0, NULL);
	expect_error("no filesystem type \"nosuchfs\"");
}
END_TEST

START_TEST(test_proc_goes_on_real_directories_only)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/linked", dir);
	ck_assert(symlink("/tmp", path) == 0);
	harness_begin(&h, dir);
	mount_step("/linked", "proc", 0, NULL)->number[2] =
		PLAN_MOUNT_STRICT_DIR;
	expect_error("must be mounted on ordinary directory");
	unlink(path);
}
END_TEST

START_TEST(test_the_root_is_no_target)
{
	harness_begin(&h, dir);
	mount_step("/tmp/..", "tmpfs", 0, NULL);
	expect_error("the container's root");
}
END_TEST

START_TEST(test_a_copied_up_tmpfs_begins_with_what_it_covers)
{
	char command[512];

	snprintf(command, sizeof(command),
		"cd %s && rm -rf copy && mkdir copy && cd copy && mkdir -m 2750 sub && echo text >sub/f && chown 5:6 sub/f && "
		"chmod 4711 sub/f && ln -s nowhere link && mkfifo fifo && mknod null c 1 3 && touch -d @1000000000 sub/f && "
		"chmod 751 .",
		dir);
	ck_assert_int_eq(system(command), 0);
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	mount_step("/copy", "tmpfs", MOUNT_ATTR_RDONLY, NULL)->number[2] =
		PLAN_MOUNT_COPYUP;
	enter();
	harness_end(&h,
		"cd /copy && test $(cat sub/f) = text && stat -c '%a %u %g %Y %F' sub/f sub . && readlink link && "
		"test -p fifo -a -c null && ! touch x 2>/dev/null && grep ' /copy tmpfs ro' /proc/mounts");
	expect_success();
	ck_assert_ptr_nonnull(strstr(
		out.output, "4711 5 6 1000000000 regular file\n2750 0 0 "));
	ck_assert_ptr_nonnull(strstr(out.output, "\n751 0 0 "));
}
END_TEST

START_TEST(test_binds_take_the_kind_of_their_source)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/full", dir);
	harness_begin(&h, dir);
	path_step(OP_BIND, harness_slot(&h, harness_tree(path, false)),
		"/made/dir");
	snprintf(path, sizeof(path), "%s/full/file", dir);
	path_step(OP_BIND, harness_slot(&h, harness_tree(path, false)),
		"/made/file");
	enter();
	harness_end(
		&h, "test -f /made/dir/file && test $(cat /made/file) = file");
	expect_success();
}
END_TEST

START_TEST(test_a_missing_optional_source_leaves_its_step_out)
{
	harness_begin(&h, dir);
	path_step(OP_BIND, (int)h.n_slots, "/made/never");
	h.slots[h.n_slots++] = -1;
	enter();
	harness_end(&h, "test ! -e /made/never");
	expect_success();
}
END_TEST

START_TEST(test_a_bind_over_a_link_as_last_component_can_be_refused)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/etc/lastlink", dir);
	ck_assert(symlink("../full", path) == 0);
	harness_begin(&h, dir);
	path_step(OP_BIND, harness_slot(&h, harness_tree(dir, false)),
		"/etc/lastlink")
		->number[2] = PLAN_MOUNT_DEST_NOFOLLOW;
	expect_error("the target is a symbolic link");
	unlink(path);
}
END_TEST

START_TEST(test_a_link_is_made_again)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/etc/origin", dir);
	ck_assert(symlink("some/where", path) == 0);
	harness_begin(&h, dir);
	path_step(OP_BIND,
		harness_slot(&h, open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC)),
		"/tmp/again")
		->number[2] = PLAN_MOUNT_OVER_LINK;
	enter();
	harness_end(&h,
		"test $(readlink /tmp/again) = some/where && rm /tmp/again");
	expect_success();
	unlink(path);
}
END_TEST

START_TEST(test_remounts_change_only_what_is_named)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	mount_step("/tmp", "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, NULL);
	step = path_step(OP_REMOUNT, -1, "/tmp");
	step->number[0] = MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME;
	step->number[1] = MOUNT_ATTR_NODEV;
	step->number[5] = MS_SHARED;
	path_step(OP_SEAL, -1, "/tmp");
	enter();
	harness_end(&h,
		"grep ' /tmp ' /proc/mounts; grep ' /tmp ' /proc/self/mountinfo");
	expect_success();
	ck_assert_ptr_nonnull(
		strstr(out.output, "/tmp tmpfs ro,nosuid,noexec,noatime"));
	ck_assert_ptr_nonnull(strstr(out.output, "shared:"));
}
END_TEST

START_TEST(test_a_remount_needs_a_mount)
{
	harness_begin(&h, dir);
	path_step(OP_REMOUNT, -1, "/tmp")->number[0] = MOUNT_ATTR_RDONLY;
	expect_error("remount /tmp: not a mount point");
}
END_TEST

static void
device(const char *path, unsigned mode, dev_t dev, unsigned id)
{
	struct plan_step *step = path_step(OP_DEVICE, -1, path);

	step->number[0] = mode;
	step->number[1] = dev;
	step->number[2] = id;
	step->number[3] = id;
}

START_TEST(test_devices_and_links_are_made)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	mount_step("/dev", "tmpfs", 0, NULL);
	device("/dev/null", S_IFCHR | 0666, makedev(1, 3), 0);
	device("/dev/null", S_IFCHR | 0666, makedev(1, 3), 0);
	device("/dev/net/own", S_IFCHR | 0640, makedev(1, 5), 7);
	device("/dev/pipe", S_IFIFO | 0600, 0, 0);
	path_step(OP_DEVICE_BIND,
		harness_slot(&h, harness_tree("/dev/zero", false)),
		"/dev/zero");
	step = path_step(OP_SYMLINK, -1, "/dev/fd");
	step->text[1] = harness_text(&h, "/proc/self/fd");
	enter();
	harness_end(&h,
		"cd /dev && stat -c '%a %t:%T %u:%g %F' null net/own pipe zero && readlink fd");
	expect_success();
	ck_assert_str_eq(out.output,
		"666 1:3 0:0 character special file\n640 1:5 7:7 character special file\n"
		"600 0:0 0:0 fifo\n666 1:5 0:0 character special file\n/proc/self/fd\n");
}
END_TEST

START_TEST(test_another_file_in_a_devices_place_is_an_error)
{
	harness_begin(&h, dir);
	device("/full/file", S_IFCHR | 0666, makedev(1, 3), 0);
	expect_error(
		"device /full/file: another kind of file is there already");
}
END_TEST

START_TEST(test_devices_are_not_made_through_a_linked_dev)
{
	char command[128];

	snprintf(command, sizeof(command),
		"cd %s && mv dev kept && ln -s /tmp/canary dev", dir);
	ck_assert_int_eq(system(command), 0);
	harness_begin(&h, dir);
	device("/dev/null", S_IFCHR | 0666, makedev(1, 3), 0);
	expect_error("/dev is not a directory of the container");
	snprintf(command, sizeof(command), "cd %s && rm dev && mv kept dev",
		dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static void
mask(int null, int empty, const char *path)
{
	path_step(OP_MASK, null, path)->number[0] = (uint64_t)empty;
}

START_TEST(test_masked_paths_are_empty_and_read_only_ones_refuse)
{
	char empty[64];
	int null_slot, empty_slot;

	snprintf(empty, sizeof(empty), "%s/empty", dir);
	mkdir(empty, 0555);
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	path_step(OP_READONLY, -1, "/proc/sys");
	path_step(OP_READONLY, -1, "/nosuch");
	null_slot = harness_slot(&h, harness_tree("/dev/null", false));
	empty_slot = harness_slot(&h, harness_tree(empty, false));
	mask(null_slot, empty_slot, "/proc/version");
	mask(null_slot, empty_slot, "/proc/fs");
	mask(null_slot, empty_slot, "/proc/nosuch");
	mask(null_slot, empty_slot, "/proc/cpuinfo");
	mask(null_slot, empty_slot, "/proc/irq");
	enter();
	harness_end(&h,
		"test -z \"$(cat /proc/version /proc/cpuinfo)\" && "
		"test -z \"$(ls /proc/fs /proc/irq | grep -v :)\" && "
		"! echo x 2>/dev/null >/proc/sys/kernel/hostname && "
		"grep -c ' /proc/' /proc/mounts");
	expect_success();
	ck_assert_str_eq(out.output, "5\n");
}
END_TEST

START_TEST(test_the_root_can_be_read_only_and_shared)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	step = harness_step(&h, OP_ROOT_ATTR, -1);
	step->number[0] = MOUNT_ATTR_RDONLY;
	step->number[1] = MS_SHARED;
	harness_end(&h,
		"! touch /x 2>/dev/null && grep ' / / ' /proc/self/mountinfo; wc -l </proc/mounts; "
		"grep ' / ' /proc/self/mountinfo");
	expect_success();
	ck_assert_ptr_nonnull(strstr(out.output, "2\n"));
	ck_assert_ptr_nonnull(strstr(out.output, "shared:"));
	ck_assert_ptr_nonnull(strstr(out.output, " / ro,"));
}
END_TEST

START_TEST(test_without_pivot_the_root_is_moved)
{
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	harness_step(&h, OP_ENTER, -1)->number[0] = PLAN_ENTER_MOVE;
	harness_end(&h, "test -d /full && test $(ls /.. | grep -c full) = 1");
	expect_success();
}
END_TEST

START_TEST(test_names_and_loopback)
{
	harness_step(&h, OP_SESSION, -1);
	harness_step(&h, OP_LOOPBACK, -1);
	harness_step(&h, OP_ISOLATE, -1)->number[0] = MS_PRIVATE;
	path_step(OP_ROOTFS, harness_slot(&h, harness_tree(dir, false)), dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	path_step(OP_HOSTNAME, -1, "box");
	path_step(OP_DOMAINNAME, -1, "example.org");
	harness_end(&h,
		"hostname; cat /proc/sys/kernel/domainname; ip link show lo | grep -o 'LOOPBACK,UP'");
	expect_success();
	ck_assert_str_eq(out.output, "box\nexample.org\nLOOPBACK,UP\n");
}
END_TEST

START_TEST(test_sysctls_go_through_the_hosts_procfs)
{
	struct plan_step *step;
	int proc = harness_slot(
		&h, open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	step = path_step(OP_SYSCTL, proc, "net/ipv4/ip_forward");
	step->text[1] = harness_text(&h, "1");
	step = path_step(OP_SYSCTL, proc, "kernel/shmmni");
	step->text[1] = harness_text(&h, "77");
	harness_end(&h,
		"cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni");
	expect_success();
	ck_assert_str_eq(out.output, "1\n77\n");
}
END_TEST

START_TEST(test_a_sysctl_leads_nowhere_else)
{
	struct plan_step *step;
	int proc = harness_slot(
		&h, open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));

	harness_begin(&h, dir);
	enter();
	step = path_step(OP_SYSCTL, proc, "../../tmp/x");
	step->text[1] = harness_text(&h, "1");
	expect_error("sysctl ../../tmp/x: open `/proc/sys/../../tmp/x`");
}
END_TEST

static void
identity(unsigned uid, unsigned gid, uint64_t mask_bits)
{
	struct plan_step *step = harness_step(&h, OP_IDENTITY, -1);

	step->number[0] = uid;
	step->number[1] = gid;
	step->number[2] = mask_bits;
	h.block.items[h.n_items] = 4;
	h.block.items[h.n_items + 1] = 24;
	step->list[0].offset = (uint32_t)(offsetof(__typeof__(h.block), items) +
		h.n_items * 4);
	step->list[0].count = 2;
	h.n_items += 2;
}

START_TEST(test_the_process_becomes_who_it_shall_be)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	harness_step(&h, OP_NO_NEW_PRIVS, -1);
	identity(1000, 1001, 027);
	step = harness_step(&h, OP_CAPABILITIES, -1);
	step->number[0] = 0x421;
	step->number[1] = step->number[2] = step->number[3] = 0x420;
	step->number[4] = 0x400;
	harness_end(&h, "id; umask; grep -E 'Cap|NoNew' /proc/self/status");
	expect_success();
	ck_assert_ptr_nonnull(
		strstr(out.output, "uid=1000 gid=1001 groups=4,24"));
	ck_assert_ptr_nonnull(strstr(out.output,
		"0027\nCapInh:\t0000000000000420\nCapPrm:\t0000000000000400\n"
		"CapEff:\t0000000000000400\nCapBnd:\t0000000000000421\n"
		"CapAmb:\t0000000000000400\nNoNewPrivs:\t1"));
	ck_assert_str_eq(out.warnings, "");
}
END_TEST

START_TEST(test_what_cannot_be_granted_is_warned_about)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	enter();
	identity(0, 0, UINT64_MAX);
	step = harness_step(&h, OP_CAPABILITIES, -1);
	for (int i = 0; i < 4; i++)
		step->number[i] = UINT64_C(1) << 60;
	harness_end(&h, "true");
	expect_success();
	ck_assert_ptr_nonnull(strstr(out.warnings,
		"capability number 60 cannot be granted in the bounding set"));
}
END_TEST

START_TEST(test_the_working_directory_must_be_inside)
{
	char path[32];

	/* The wire, and whatever else is open at that time. */
	for (int fd = 3; fd < 12; fd++) {
		setup();
		harness_begin(&h, dir);
		mount_step("/proc", "proc", 0, NULL);
		harness_slot(&h, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
		enter();
		identity(0, 0, UINT64_MAX);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		path_step(OP_CWD, -1, path);
		harness_end(&h, "pwd; ls ..; exit 1");
		expect_error("cwd /proc/self/fd/");
	}
}
END_TEST

START_TEST(test_root_may_enter_a_directory_that_the_user_may_not)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/closed", dir);
	mkdir(path, 0700);
	harness_begin(&h, dir);
	enter();
	identity(1000, 1000, UINT64_MAX);
	path_step(OP_CWD, -1, "/closed");
	harness_end(&h, "test $(readlink /proc/self/cwd || pwd) = /closed");
	expect_success();
}
END_TEST

static void
exec_step(const char *const *argv, const char *const *env, uint64_t flags)
{
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	harness_step(&h, OP_GATE, -1);
	step = harness_step(&h, OP_EXEC, -1);
	harness_list(&h, &step->list[0], argv);
	harness_list(&h, &step->list[1], env);
	step->number[1] = flags;
}

START_TEST(test_programs_that_cannot_be_executed_are_named)
{
	static const struct {
		const char *program, *make, *words;
		bool late; /* found, and refused by execve only */
	} rows[] = {
		{ "nosuch", "true",
			"exec: \"nosuch\": executable file not found in",
			false },
		{ "/bin/nosuch", "true",
			"exec: \"/bin/nosuch\": no such file or directory",
			false },
		{ "", "true", "exec: \"\": executable file not found in $PATH",
			false },
		{ "/bin", "true", "exec: \"/bin\": permission denied", false },
		{ "/full/file", "true",
			"exec: \"/full/file\": permission denied", false },
		{ "locked", "cp bin/busybox tmp/locked; chmod 600 tmp/locked",
			"exec: \"locked\": permission denied", false },
		{ "script",
			"printf '#!/bin/nosh -x\\n' >tmp/script && "
			"chmod 755 tmp/script",
			"or directory: its interpreter /bin/nosh is missing",
			true },
		{ "dos",
			"printf '#!/bin/sh\\r\\necho\\r\\n' >tmp/dos && "
			"chmod 755 tmp/dos",
			"ends in a carriage return", true },
		{ "text", "echo hello >tmp/text; chmod 755 tmp/text",
			"exec: \"/tmp/text\": exec format error", true },
		{ "dynamic", "cp /bin/ls tmp/dynamic",
			"or directory: its loader /lib64/ld-linux", true },
		{ "narrow",
			"{ printf '\\177ELF\\1\\1\\1'; head -c 9 /dev/zero; "
			"printf '\\2\\0\\3\\0\\1\\0\\0\\0\\0\\0\\0\\0\\64\\0\\0\\0'; "
			"head -c 8 /dev/zero; "
			"printf '\\64\\0\\40\\0\\1\\0\\0\\0\\0\\0\\0\\0'; "
			"printf '\\3\\0\\0\\0\\124\\0\\0\\0'; head -c 8 /dev/zero; "
			"printf '\\12\\0\\0\\0\\12\\0\\0\\0\\4\\0\\0\\0\\1\\0\\0\\0'; "
			"printf '/lib/ld-n\\0'; } >tmp/narrow; chmod 755 tmp/narrow",
			"or directory: its loader /lib/ld-n is missing", true },
		{ "chain",
			"cp /bin/ls tmp/ls; printf '#!/tmp/ls\\n' >tmp/chain && "
			"chmod 755 tmp/chain",
			"directory: its interpreter /tmp/ls needs /lib64/ld-linux",
			true },
		{ "closed",
			"cp bin/busybox tmp/shut; chmod 600 tmp/shut; "
			"printf '#!/tmp/shut\\n' >tmp/closed; chmod 755 tmp/closed",
			"denied: its interpreter /tmp/shut may not be executed",
			true },
	};
	static const char *const env[] = { "PATH=/nowhere::/bin:/tmp", NULL };
	char command[1024];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const argv[] = { rows[i].program, NULL };

		if (!strcmp(argv[0], "narrow") &&
			access("/proc/sys/abi/vsyscall32", F_OK) < 0) {
			printf("skipped: the kernel runs no 32-bit ELF\n");
			continue;
		}

		snprintf(command, sizeof(command), "cd %s && %s", dir,
			rows[i].make);
		ck_assert_int_eq(system(command), 0);
		setup();
		exec_step(argv, env, 0);
		expect_error(rows[i].words);
		ck_assert(out.created == rows[i].late);
	}
}
END_TEST

START_TEST(test_home_and_listen_pid_are_added)
{
	static const char *const argv[] = { "sh", "-c",
		"echo $HOME $LISTEN_PID $LISTEN_FDS", NULL };
	static const char *const env[] = { "LISTEN_PID=99", "LISTEN_FDS=1",
		NULL };
	char command[160];

	snprintf(command, sizeof(command),
		"cd %s && printf 'x:x:10:\\nroot:x:0:0:r:/super:/bin/sh\\n' >etc/passwd",
		dir);
	ck_assert_int_eq(system(command), 0);
	exec_step(argv, env, PLAN_EXEC_FIND_HOME | PLAN_EXEC_LISTEN_PID);
	expect_success();
	ck_assert_str_eq(out.output, "/super 1 1\n");
}
END_TEST

START_TEST(test_only_preserved_descriptors_arrive)
{
	h.preserve[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	h.preserve[1] = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	h.n_preserve = 2;
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	harness_end(&h,
		"for i in /proc/self/fd/*; do case $i in */[012]) ;; *) readlink $i;; esac; done; true");
	expect_success();
	ck_assert_str_eq(out.output, "/dev/null\n/dev/zero\n");
	close(h.preserve[0]);
	close(h.preserve[1]);
}
END_TEST

static void
hook(const char *script, uint64_t timeout)
{
	const char *const argv[] = { "hook", "-c", script, NULL };
	static const char *const env[] = { "HOOKED=1", "PATH=/bin:/usr/bin",
		NULL };
	struct plan_step *step = path_step(OP_HOOK, -1, "/bin/sh");

	step->text[1] = harness_text(&h, "{\"pid\":");
	step->text[2] = harness_text(&h, "}");
	step->number[0] = timeout;
	harness_list(&h, &step->list[0], argv);
	harness_list(&h, &step->list[1], env);
}

START_TEST(test_hooks_read_the_state_and_may_take_their_time)
{
	char script[160];

	snprintf(script, sizeof(script),
		"cat >%s/state; echo $0 $HOOKED $(ls /proc/self/fd | wc -l) >>%s/state",
		dir, dir);
	harness_begin(&h, dir);
	harness_step(&h, OP_HOOKS, -1);
	hook(script, 5);
	enter();
	harness_end(&h, "cat /state; rm /state");
	expect_success();
	ck_assert_str_eq(out.output, "{\"pid\":1}hook 1 4\n");
}
END_TEST

START_TEST(test_a_failing_hook_is_told_with_what_it_said)
{
	static const struct {
		const char *script, *words;
		uint64_t timeout;
	} rows[] = {
		{ "echo first; echo the reason >&2; exit 3",
			"hook /bin/sh: exit status 3: first\nthe reason", 0 },
		{ "kill -9 $$", "hook /bin/sh: killed by signal 9", 0 },
		{ "sleep 10", "hook /bin/sh: it took longer than 1 seconds",
			1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		harness_begin(&h, dir);
		hook(rows[i].script, rows[i].timeout);
		expect_error(rows[i].words);
	}
}
END_TEST

/* kill(2) is refused to this process and all that it begets, as it would be
 * for a hook that has become another user. */
static void
forbid_kill(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	ck_assert_int_eq(
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(test_a_hook_that_may_not_be_killed_is_not_waited_for)
{
	struct timespec before, after;

	h.clone_flags = CLONE_NEWPID; /* so that it ends nevertheless */
	harness_begin(&h, dir);
	hook("sleep 20", 1);
	forbid_kill();
	clock_gettime(CLOCK_MONOTONIC, &before);
	expect_error(
		"hook /bin/sh: it may not be killed: it took longer than 1 seconds");
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_lt(after.tv_sec - before.tv_sec, 15);
}
END_TEST

START_TEST(test_a_hook_that_cannot_be_executed_is_named)
{
	harness_begin(&h, dir);
	hook("true", 0);
	h.block.steps[h.block.head.n_steps - 1].text[0] =
		harness_text(&h, "/no/hook");
	expect_error("hook /no/hook: it cannot be executed");
	ck_assert_int_eq(out.err.code, 2);
}
END_TEST

START_TEST(test_a_container_without_process_does_not_start)
{
	harness_begin(&h, dir);
	enter();
	harness_step(&h, OP_GATE, -1);
	path_step(OP_START_FAIL, -1, "there is no process to start");
	expect_error("there is no process to start");
	ck_assert(out.created);
}
END_TEST

START_TEST(test_a_created_container_waits_at_the_gate)
{
	static const char *const argv[] = { "sh", "-c", "echo started", NULL };
	static const char *const env[] = { "PATH=/bin", NULL };
	struct plan_step *step;
	int gate = harness_gate(&h);

	harness_slot(&h,
		open("/dev/null", O_RDONLY | O_CLOEXEC)); /* no step wants it */
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	harness_step(&h, OP_GATE, gate);
	step = harness_step(&h, OP_EXEC, -1);
	harness_list(&h, &step->list[0], argv);
	harness_list(&h, &step->list[1], env);
	expect_success();
	ck_assert_str_eq(out.output, "started\n");
	ck_assert_str_eq(out.comm, "scrim:waiting\n");
	/* stdio, the gate, and the wire that is about to be closed */
	ck_assert_int_le(out.n_fds, 5);
	/* All of its image, and the pages that it has written to. */
	ck_assert_int_le(out.pss_kb, out.image_kb + 56);
}
END_TEST

/* Nobody knows of it: the record is written before CREATED is read. */
START_TEST(test_who_was_created_for_nobody_ends)
{
	int gate = harness_gate(&h);

	harness_begin(&h, dir);
	enter();
	harness_step(&h, OP_GATE, gate);
	h.deaf = true;
	harness_run(&h, &out);
	ck_assert(WIFEXITED(out.status));
	ck_assert_int_eq(WEXITSTATUS(out.status), 1);
}
END_TEST

START_TEST(test_an_error_behind_the_gate_reaches_who_starts)
{
	static const char *const argv[] = { "nosuch", NULL };
	struct plan_step *step;
	int gate = harness_gate(&h);

	harness_begin(&h, dir);
	enter();
	harness_step(&h, OP_GATE, gate);
	step = harness_step(&h, OP_EXEC, -1);
	harness_list(&h, &step->list[0], argv);
	h.preserve[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	h.preserve[1] = dup(h.preserve[0]);
	step->number[0] = h.n_preserve = 2;
	expect_error("exec: \"nosuch\": executable file not found in $PATH");
}
END_TEST

/* mkdir gives errno 77, all else is allowed but what a runtime would need:
 * openat2 and sendmsg. */
static int
make_filter(uint32_t refused)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return fd_seal("filter", filter, sizeof(filter), 0, NULL);
}

static void
filtered(int filter, bool no_new_privs)
{
	static const char *const argv[] = { "sh", "-c",
		"grep -E 'Cap|Seccomp:' /proc/self/status; mkdir /tmp/x",
		NULL };
	static const char *const env[] = { "PATH=/bin", NULL };
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	if (no_new_privs)
		harness_step(&h, OP_NO_NEW_PRIVS, -1);
	identity(1000, 1000, 022);
	step = harness_step(&h, OP_CAPABILITIES, -1);
	for (int i = 0; i < 5; i++)
		step->number[i] = 0x20;
	step->number[5] = no_new_privs ? 0 : UINT64_C(1) << 21;
	harness_step(&h, OP_GATE, -1);
	step = harness_step(&h, OP_SECCOMP, filter);
	step->number[1] = !no_new_privs;
	step->number[2] = step->number[3] = step->number[4] = step->number[5] =
		0x20;
	step = harness_step(&h, OP_EXEC, -1);
	harness_list(&h, &step->list[0], argv);
	harness_list(&h, &step->list[1], env);
}

START_TEST(test_a_filter_is_loaded_with_and_without_no_new_privs)
{
	for (int i = 0; i < 2; i++) {
		setup();
		filtered(harness_slot(&h, make_filter(SYS_reboot)), i);
		harness_run(&h, &out);
		ck_assert_msg(!out.err.text[0], "%s", out.err.text);
		ck_assert_ptr_nonnull(strstr(out.output,
			"CapInh:\t0000000000000020\nCapPrm:\t0000000000000020\n"
			"CapEff:\t0000000000000020\nCapBnd:\t0000000000000020\n"
			"CapAmb:\t0000000000000020\n"));
		ck_assert_ptr_nonnull(strstr(out.output, "Seccomp:\t2"));
		ck_assert_ptr_nonnull(
			strstr(out.output, "mkdir: can't create directory"));
	}
}
END_TEST

START_TEST(test_a_filter_need_not_allow_what_only_a_runtime_does)
{
	static const uint32_t calls[] = { SYS_openat2, SYS_sendmsg,
		SYS_close_range, SYS_faccessat2, SYS_dup2, SYS_munmap };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		setup();
		filtered(harness_slot(&h, make_filter(calls[i])), false);
		harness_run(&h, &out);
		/* A shell may well dup2 and munmap; what counts is that it came
		 * to run. */
		ck_assert_msg(strstr(out.output, "Seccomp:\t2") ||
				WIFSIGNALED(out.status) ||
				WEXITSTATUS(out.status) > 1,
			"call %u: %s", calls[i], out.output);
		ck_assert_str_eq(out.err.text, "");
	}
}
END_TEST

static void
terminal(int slot)
{
	static const char *const words[] = { "newinstance", "ptmxmode=0666",
		"mode=0620", NULL };
	struct plan_step *step;

	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	mount_step("/dev", "tmpfs", 0, NULL);
	mount_step("/dev/pts", "devpts", 0, words);
	device("/dev/tty", S_IFCHR | 0666, makedev(5, 0), 0);
	step = harness_step(&h, OP_CONSOLE, slot);
	step->number[0] = 33;
	step->number[1] = 111;
	enter();
	identity(1000, 1000, 022);
	harness_end(&h,
		"tty; stty size; stat -c '%u %t' /dev/console; echo typed >/dev/tty");
}

static void
expect_terminal(int master)
{
	char text[256] = "";
	size_t len = 0;
	ssize_t n;

	ck_assert_int_ge(master, 0);
	while ((n = read(master, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	ck_assert_str_eq(text, "/dev/pts/0\r\n33 111\r\n1000 88\r\ntyped\r\n");
	close(master);
}

START_TEST(test_the_terminal_goes_by_wire)
{
	terminal(-1);
	expect_success();
	expect_terminal(out.master);
}
END_TEST

START_TEST(test_the_terminal_goes_to_the_console_socket_in_one_message)
{
	int ends[2], master;
	char name[64], control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { name, sizeof(name) };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	terminal(harness_slot(&h, ends[0]));
	expect_success();
	ck_assert_int_eq(recvmsg(ends[1], &header, MSG_CMSG_CLOEXEC), 9);
	ck_assert_int_eq(memcmp(name, "/dev/ptmx", 9), 0);
	memcpy(&master, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(master));
	expect_terminal(master);
	ck_assert_int_eq(recv(ends[1], name, sizeof(name), 0), 0);
	close(ends[1]);
}
END_TEST

START_TEST(test_a_terminal_needs_devpts)
{
	harness_begin(&h, dir);
	mount_step("/dev", "tmpfs", 0, NULL);
	mount_step("/dev/pts", "tmpfs", 0, NULL);
	harness_step(&h, OP_CONSOLE, -1);
	expect_error(
		"console: a terminal needs a mount of type devpts on /dev/pts");
}
END_TEST

START_TEST(test_namespaces_are_joined_and_made)
{
	struct plan_step *step;
	int uts = harness_slot(
		&h, open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));

	harness_step(&h, OP_SESSION, -1);
	harness_step(&h, OP_SETNS, uts)->number[0] = CLONE_NEWUTS;
	harness_step(&h, OP_UNSHARE, -1)->number[0] = CLONE_NEWCGROUP;
	harness_step(&h, OP_ISOLATE, -1)->number[0] = MS_SLAVE;
	step = path_step(
		OP_ROOTFS, harness_slot(&h, harness_tree(dir, false)), dir);
	ck_assert_ptr_nonnull(step);
	mount_step("/proc", "proc", 0, NULL);
	enter();
	path_step(OP_KEYRING, -1, "_ses.test");
	harness_step(&h, OP_PERSONALITY, -1)->number[0] = 8;
	harness_end(&h,
		"readlink /proc/self/ns/uts; cat /proc/self/cgroup | tail -1; cat /proc/self/personality; uname -m");
	expect_success();
	ck_assert_ptr_nonnull(strstr(out.output, "0::/\n00000008\n"));
}
END_TEST

/* Any file shows what is written; what the kernel makes of it is shown by
 * tests/system/controllers.bats. */
START_TEST(test_a_cgroup_is_entered_by_a_descriptor)
{
	char said[8];
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	harness_step(&h, OP_CGROUP, harness_slot(&h, ends[1]));
	harness_step(&h, OP_UNSHARE, -1)->number[0] = CLONE_NEWCGROUP;
	mount_step("/tmp", "tmpfs", 0, NULL);
	enter();
	harness_end(&h, "tail -n 1 /proc/self/cgroup; ls /proc/self/fd");
	expect_success();
	ck_assert_int_eq(read(ends[0], said, sizeof(said)), 1);
	ck_assert_int_eq(said[0], '0');
	ck_assert_ptr_nonnull(strstr(out.output, "0::/\n0\n1\n2\n"));
	close(ends[0]);
}
END_TEST

START_TEST(test_a_cgroup_that_takes_nobody_is_named)
{
	harness_begin(&h, dir);
	harness_step(&h, OP_CGROUP,
		harness_slot(&h, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	expect_error("cgroup: enter the container's");
	ck_assert_int_eq(out.err.code, EBADF);
}
END_TEST

START_TEST(test_a_namespace_of_another_kind_is_refused)
{
	int uts = harness_slot(
		&h, open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));

	harness_step(&h, OP_SESSION, -1);
	harness_step(&h, OP_SETNS, uts)->number[0] = CLONE_NEWIPC;
	expect_error("setns: join the namespace");
}
END_TEST

START_TEST(test_all_of_it_works_in_a_user_namespace)
{
	h.clone_flags |= CLONE_NEWUSER;
	harness_begin(&h, dir);
	mount_step("/proc", "proc", 0, NULL);
	mount_step("/tmp", "tmpfs", MOUNT_ATTR_NOSUID, NULL);
	path_step(OP_READONLY, -1, "/proc/sys");
	enter();
	identity(5, 6, 022);
	harness_end(&h, "id; test -d /proc/sys");
	expect_success();
	ck_assert_ptr_nonnull(strstr(out.output, "uid=5 gid=6"));
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, NULL);
	if (!dir)
		return;
	tcase_add_test(tcase, test_a_plan_runs_a_program);
	tcase_add_test(tcase, test_filesystems_have_their_attributes);
	tcase_add_test(tcase, test_the_filesystems_own_words_are_in_the_error);
	tcase_add_test(tcase, test_an_unknown_filesystem_is_named);
	tcase_add_test(tcase, test_proc_goes_on_real_directories_only);
	tcase_add_test(tcase, test_the_root_is_no_target);
	tcase_add_test(
		tcase, test_a_copied_up_tmpfs_begins_with_what_it_covers);
	tcase_add_test(tcase, test_binds_take_the_kind_of_their_source);
	tcase_add_test(
		tcase, test_a_missing_optional_source_leaves_its_step_out);
	tcase_add_test(tcase,
		test_a_bind_over_a_link_as_last_component_can_be_refused);
	tcase_add_test(tcase, test_a_link_is_made_again);
	tcase_add_test(tcase, test_remounts_change_only_what_is_named);
	tcase_add_test(tcase, test_a_remount_needs_a_mount);
	tcase_add_test(tcase, test_devices_and_links_are_made);
	tcase_add_test(tcase, test_another_file_in_a_devices_place_is_an_error);
	tcase_add_test(tcase, test_devices_are_not_made_through_a_linked_dev);
	tcase_add_test(
		tcase, test_masked_paths_are_empty_and_read_only_ones_refuse);
	tcase_add_test(tcase, test_the_root_can_be_read_only_and_shared);
	tcase_add_test(tcase, test_without_pivot_the_root_is_moved);
	tcase_add_test(tcase, test_names_and_loopback);
	tcase_add_test(tcase, test_sysctls_go_through_the_hosts_procfs);
	tcase_add_test(tcase, test_a_sysctl_leads_nowhere_else);
	tcase_add_test(tcase, test_the_process_becomes_who_it_shall_be);
	tcase_add_test(tcase, test_what_cannot_be_granted_is_warned_about);
	tcase_add_test(tcase, test_the_working_directory_must_be_inside);
	tcase_add_test(
		tcase, test_root_may_enter_a_directory_that_the_user_may_not);
	tcase_add_test(tcase, test_programs_that_cannot_be_executed_are_named);
	tcase_add_test(tcase, test_home_and_listen_pid_are_added);
	tcase_add_test(tcase, test_only_preserved_descriptors_arrive);
	tcase_add_test(
		tcase, test_hooks_read_the_state_and_may_take_their_time);
	tcase_add_test(tcase, test_a_failing_hook_is_told_with_what_it_said);
	tcase_add_test(
		tcase, test_a_hook_that_may_not_be_killed_is_not_waited_for);
	tcase_add_test(tcase, test_a_hook_that_cannot_be_executed_is_named);
	tcase_add_test(tcase, test_a_container_without_process_does_not_start);
	tcase_add_test(tcase, test_a_created_container_waits_at_the_gate);
	tcase_add_test(tcase, test_who_was_created_for_nobody_ends);
	tcase_add_test(tcase, test_an_error_behind_the_gate_reaches_who_starts);
	tcase_add_test(
		tcase, test_a_filter_is_loaded_with_and_without_no_new_privs);
	tcase_add_test(
		tcase, test_a_filter_need_not_allow_what_only_a_runtime_does);
	tcase_add_test(tcase, test_the_terminal_goes_by_wire);
	tcase_add_test(tcase,
		test_the_terminal_goes_to_the_console_socket_in_one_message);
	tcase_add_test(tcase, test_a_terminal_needs_devpts);
	tcase_add_test(tcase, test_namespaces_are_joined_and_made);
	tcase_add_test(tcase, test_a_cgroup_is_entered_by_a_descriptor);
	tcase_add_test(tcase, test_a_cgroup_that_takes_nobody_is_named);
	tcase_add_test(tcase, test_a_namespace_of_another_kind_is_refused);
	tcase_add_test(tcase, test_all_of_it_works_in_a_user_namespace);
}

int
main(void)
{
	int ret;

	dir = harness_rootfs();
	ret = runner_run("init", fill);
	harness_cleanup();
	return ret;
}
