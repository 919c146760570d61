/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec: a config.json to begin with, a shell on a read-only rootfs. It is an
 * object of the very types that the decoder fills and is written by the
 * encoder's rows, so that it cannot say what scrim does not read. --rootless
 * makes the one that an ordinary user can run. An existing file is never
 * overwritten, and a failed write leaves none behind.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "command/command.h"
#include "libocispec/config.h"
#include "libocispec/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The arguments of the command. */
struct spec_args {
	const char *bundle, *file;
	bool rootless;
};

static const struct cli_option spec_options[] = {
	{ "bundle", 'b', CLI_SETS(struct spec_args, bundle), .value = "DIR",
		.help = "where to write config.json (default: the working directory)" },
	{ "file", 'f', CLI_SETS(struct spec_args, file), .value = "FILE",
		.help = "its name there (default config.json)" },
	{ "rootless", 0, CLI_SETS(struct spec_args, rootless),
		.help = "make it for an ordinary user: a user namespace with "
			"your own ids, the host's network" },
	{ 0 },
};

/* Lists as the decoder makes them: items, their number, and "was said". */
#define STRINGS(...)                                                           \
	{                                                                      \
		.items = (const char *const[]){ __VA_ARGS__ },                 \
		.n = sizeof((const char *const[]){ __VA_ARGS__ }) /            \
			sizeof(const char *),                                  \
		.said = true                                                   \
	}
#define LIST(array)                                                            \
	{                                                                      \
		.items = (array), .n = sizeof(array) / sizeof((array)[0]),     \
		.said = true                                                   \
	}

/* Members are pointers: NULL would be "not said". */
static const bool yes = true, no = false;
static const uint32_t zero = 0, one = 1;

#define CAPABILITIES                                                           \
	STRINGS("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE")

/* A limit that no machine refuses; engines set their own. */
static const struct oci_rlimit rlimits[] = {
	{ .type = "RLIMIT_NOFILE",
		.soft = &(const uint64_t){ 1024 },
		.hard = &(const uint64_t){ 1024 } },
};

/* A shell on a terminal, as the user that is root in the container. */
static const struct oci_process process = {
	.terminal = &yes,
	.user = &(const struct oci_user){ .uid = &zero, .gid = &zero },
	.args = STRINGS("sh"),
	.env = STRINGS(
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"TERM=xterm"),
	.cwd = "/",
	.capabilities =
		&(const struct oci_capabilities){
			.bounding = CAPABILITIES,
			.effective = CAPABILITIES,
			.permitted = CAPABILITIES,
		},
	.rlimits = LIST(rlimits),
	.no_new_privileges = &yes,
};

/* Mounts by destination, type, source and options; the pieces that both tables
 * have in common have a name. */
#define MOUNT(to, fs, from, ...)                                               \
	{                                                                      \
		.destination = (to), .type = (fs), .source = (from),           \
		.options = STRINGS(__VA_ARGS__)                                \
	}
#define PROC                                                                   \
	{                                                                      \
		.destination = "/proc", .type = "proc", .source = "proc"       \
	}
#define DEV                                                                    \
	MOUNT("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755",   \
		"size=65536k")
#define SHM                                                                    \
	MOUNT("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev",         \
		"mode=1777", "size=65536k")
#define MQUEUE                                                                 \
	MOUNT("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev")
#define CGROUP                                                                 \
	MOUNT("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec",        \
		"nodev", "relatime", "ro")
#define DEVPTS "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"

/* What programs expect to find; /dev/pts belongs to Debian's group tty. */
static const struct oci_mount mounts[] = {
	PROC,
	DEV,
	MOUNT("/dev/pts", "devpts", "devpts", DEVPTS, "gid=5"),
	SHM,
	MQUEUE,
	MOUNT("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
	CGROUP,
};

/* Group 5 is not mapped; a new sysfs needs a network namespace of one's own, so
 * that the host's is bound, read-only with all that is mounted in it. */
static const struct oci_mount rootless_mounts[] = {
	PROC,
	DEV,
	MOUNT("/dev/pts", "devpts", "devpts", DEVPTS),
	SHM,
	MQUEUE,
	MOUNT("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev",
		"rro"),
	CGROUP,
};

/* All kinds but user and time. */
static const struct oci_namespace namespaces[] = {
	{ .type = "pid" },
	{ .type = "network" },
	{ .type = "ipc" },
	{ .type = "uts" },
	{ .type = "mount" },
	{ .type = "cgroup" },
};

/* The host's network: an ordinary user could not connect one of his own. */
static const struct oci_namespace rootless_namespaces[] = {
	{ .type = "pid" },
	{ .type = "ipc" },
	{ .type = "uts" },
	{ .type = "mount" },
	{ .type = "cgroup" },
	{ .type = "user" },
};

/* Nothing but what every container has; needs a device program, hence root. */
static const struct oci_device_cgroup no_devices[] = {
	{ .allow = &no, .access = "rwm" },
};

/* What both have in common: files of /proc and /sys that tell about the host or
 * change it. */
static const struct oci_linux common = {
	.masked_paths = STRINGS("/proc/acpi", "/proc/asound", "/proc/kcore",
		"/proc/keys", "/proc/latency_stats", "/proc/timer_list",
		"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
		"/sys/firmware", "/sys/devices/virtual/powercap"),
	.readonly_paths = STRINGS("/proc/bus", "/proc/fs", "/proc/irq",
		"/proc/sys", "/proc/sysrq-trigger"),
};

/* The document around the part that differs; ends with a newline. */
static void
encode(const struct oci_linux *linux_part, bool rootless, struct str *out)
{
	const struct oci_config config = {
		.oci_version = "1.3.0",
		.process = &process,
		.root = &(const struct oci_root){ .path = "rootfs",
			.readonly = &yes },
		.hostname = "scrim",
		.mounts = rootless ? (struct oci_mounts)LIST(rootless_mounts)
				   : (struct oci_mounts)LIST(mounts),
		.linux = linux_part,
	};

	oci_encode(&oci_config_schema, &config, true, out);
	if (out->len && out->data[out->len - 1] != '\n')
		str_add(out, "\n");
}

/* The caller's own ids become 0: no other mapping needs help from the host. */
static void
make_spec(bool rootless, struct str *out)
{
	const uint32_t uid = geteuid(), gid = getegid();
	const struct oci_id_mapping uids[] = {
		{ .container_id = &zero, .host_id = &uid, .size = &one }
	};
	const struct oci_id_mapping gids[] = {
		{ .container_id = &zero, .host_id = &gid, .size = &one }
	};
	const struct oci_resources resources = { .devices = LIST(no_devices) };
	struct oci_linux linux_part = common;

	if (rootless) {
		linux_part.uid_mappings = (struct oci_id_mappings)LIST(uids);
		linux_part.gid_mappings = (struct oci_id_mappings)LIST(gids);
		linux_part.namespaces =
			(struct oci_namespaces)LIST(rootless_namespaces);
	} else {
		linux_part.resources = &resources;
		linux_part.namespaces = (struct oci_namespaces)LIST(namespaces);
	}
	encode(&linux_part, rootless, out);
}

/* O_EXCL makes "never overwritten" one step, also over a symbolic link. */
static int
run_spec(const struct call *call, struct err *err)
{
	const struct spec_args *args = call->args;
	const char *bundle = args->bundle ? args->bundle : ".",
		   *file = args->file ? args->file : "config.json";
	auto_fd dir = -1, fd = -1;
	auto_str out = { 0 };

	make_spec(args->rootless, &out);
	if (out.broken)
		return err_code(err, ENOMEM, "config.json");
	dir = openat(AT_FDCWD, bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "bundle %s", bundle);
	fd = openat(dir, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EEXIST)
		return err_say(err,
			"there is a %s in %s already; remove it first", file,
			bundle);
	if (fd < 0)
		return err_sys(err, "make %s in %s", file, bundle);
	if (!fd_write(fd, out.data, out.len, err))
		return 0;
	/* Half a config is worse than none. */
	unlinkat(dir, file, 0);
	return err_in(err, "%s", file);
}

const struct command command_spec = {
	.name = "spec",
	.summary = "write a config.json to begin with",
	.about =
		"Its rootfs is the directory rootfs beside it; an existing config.json is left alone.",
	.syntax = { .options = spec_options },
	.args_size = sizeof(struct spec_args),
	.run = run_spec,
};
