/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of words that mean one number each. Spelling and order are those
 * of the specification, or of the manual page that it points to. Where a
 * number has two words, the one to print comes first. A word that the
 * kernel's headers of the oldest supported Debian do not know has its number
 * spelled beside it.
 */
#include "plan/names.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/resource.h>

#include "base/sys.h"
#include "plan/plan.h"

#define TABLE(name, noun, rows)                                                \
	const struct names names_##name = { noun, rows,                        \
		sizeof(rows) / sizeof((rows)[0]) }

/* clang-format off */
static const struct names_row namespaces[] = {
	{ "pid", CLONE_NEWPID },
	{ "network", CLONE_NEWNET },
	{ "mount", CLONE_NEWNS },
	{ "ipc", CLONE_NEWIPC },
	{ "uts", CLONE_NEWUTS },
	{ "user", CLONE_NEWUSER },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time", CLONE_NEWTIME },
};
TABLE(namespaces, "namespace", namespaces);

/* capabilities(7), by bit; a test holds libcap's names to them. */
static const struct names_row capabilities[] = {
	{ "CAP_CHOWN", CAP_CHOWN },
	{ "CAP_DAC_OVERRIDE", CAP_DAC_OVERRIDE },
	{ "CAP_DAC_READ_SEARCH", CAP_DAC_READ_SEARCH },
	{ "CAP_FOWNER", CAP_FOWNER },
	{ "CAP_FSETID", CAP_FSETID },
	{ "CAP_KILL", CAP_KILL },
	{ "CAP_SETGID", CAP_SETGID },
	{ "CAP_SETUID", CAP_SETUID },
	{ "CAP_SETPCAP", CAP_SETPCAP },
	{ "CAP_LINUX_IMMUTABLE", CAP_LINUX_IMMUTABLE },
	{ "CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE },
	{ "CAP_NET_BROADCAST", CAP_NET_BROADCAST },
	{ "CAP_NET_ADMIN", CAP_NET_ADMIN },
	{ "CAP_NET_RAW", CAP_NET_RAW },
	{ "CAP_IPC_LOCK", CAP_IPC_LOCK },
	{ "CAP_IPC_OWNER", CAP_IPC_OWNER },
	{ "CAP_SYS_MODULE", CAP_SYS_MODULE },
	{ "CAP_SYS_RAWIO", CAP_SYS_RAWIO },
	{ "CAP_SYS_CHROOT", CAP_SYS_CHROOT },
	{ "CAP_SYS_PTRACE", CAP_SYS_PTRACE },
	{ "CAP_SYS_PACCT", CAP_SYS_PACCT },
	{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
	{ "CAP_SYS_BOOT", CAP_SYS_BOOT },
	{ "CAP_SYS_NICE", CAP_SYS_NICE },
	{ "CAP_SYS_RESOURCE", CAP_SYS_RESOURCE },
	{ "CAP_SYS_TIME", CAP_SYS_TIME },
	{ "CAP_SYS_TTY_CONFIG", CAP_SYS_TTY_CONFIG },
	{ "CAP_MKNOD", CAP_MKNOD },
	{ "CAP_LEASE", CAP_LEASE },
	{ "CAP_AUDIT_WRITE", CAP_AUDIT_WRITE },
	{ "CAP_AUDIT_CONTROL", CAP_AUDIT_CONTROL },
	{ "CAP_SETFCAP", CAP_SETFCAP },
	{ "CAP_MAC_OVERRIDE", CAP_MAC_OVERRIDE },
	{ "CAP_MAC_ADMIN", CAP_MAC_ADMIN },
	{ "CAP_SYSLOG", CAP_SYSLOG },
	{ "CAP_WAKE_ALARM", CAP_WAKE_ALARM },
	{ "CAP_BLOCK_SUSPEND", CAP_BLOCK_SUSPEND },
	{ "CAP_AUDIT_READ", CAP_AUDIT_READ },
	{ "CAP_PERFMON", CAP_PERFMON },
	{ "CAP_BPF", CAP_BPF },
	{ "CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE },
};
TABLE(capabilities, "capability", capabilities);

/* POSIX and getrlimit(2); not all exist on every system. */
static const struct names_row rlimits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};
TABLE(rlimits, "resource limit", rlimits);

static const struct names_row signals[] = {
	{ "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT }, { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT }, { "IOT", SIGIOT }, { "BUS", SIGBUS },
	{ "FPE", SIGFPE }, { "KILL", SIGKILL }, { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV },
	{ "USR2", SIGUSR2 }, { "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
	{ "STKFLT", SIGSTKFLT }, { "CHLD", SIGCHLD }, { "CLD", SIGCHLD }, { "CONT", SIGCONT },
	{ "STOP", SIGSTOP }, { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },
	{ "URG", SIGURG }, { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM },
	{ "PROF", SIGPROF }, { "WINCH", SIGWINCH }, { "IO", SIGIO }, { "POLL", SIGPOLL },
	{ "PWR", SIGPWR }, { "SYS", SIGSYS },
};
TABLE(signals, "signal", signals);

static const struct names_row propagations[] = {
	{ "private", MS_PRIVATE },
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
	/* engines write these, and the tree is meant in any case */
	{ "rprivate", MS_PRIVATE | MS_REC },
	{ "rshared", MS_SHARED | MS_REC },
	{ "rslave", MS_SLAVE | MS_REC },
	{ "runbindable", MS_UNBINDABLE | MS_REC },
};
TABLE(propagations, "propagation", propagations);

/* personality(2): all that the specification knows. */
static const struct names_row personalities[] = {
	{ "LINUX", PER_LINUX },
	{ "LINUX32", PER_LINUX32 },
};
TABLE(personalities, "personality", personalities);

/* The members of `hooks`. */
static const struct names_row hooks[] = {
	{ "prestart", PLAN_HOOK_PRESTART },
	{ "createRuntime", PLAN_HOOK_CREATE_RUNTIME },
	{ "createContainer", PLAN_HOOK_CREATE_CONTAINER },
	{ "startContainer", PLAN_HOOK_START_CONTAINER },
	{ "poststart", PLAN_HOOK_POSTSTART },
	{ "poststop", PLAN_HOOK_POSTSTOP },
};
TABLE(hooks, "hook", hooks);

/* seccomp(2) as libseccomp numbers it, errno and data left out. */
static const struct names_row seccomp_actions[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
};
TABLE(seccomp_actions, "seccomp action", seccomp_actions);

/* enum scmp_compare of libseccomp. */
static const struct names_row seccomp_operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};
TABLE(seccomp_operators, "seccomp operator", seccomp_operators);

/* linux/audit.h; what a libseccomp does not know, it says itself. */
static const struct names_row seccomp_arches[] = {
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32 },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	{ "SCMP_ARCH_LOONGARCH64", EM_LOONGARCH | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE },
	{ "SCMP_ARCH_M68K", AUDIT_ARCH_M68K },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390 },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X },
	{ "SCMP_ARCH_SH", AUDIT_ARCH_SHEL },
	{ "SCMP_ARCH_SHEB", AUDIT_ARCH_SH },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64 },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
};
TABLE(seccomp_arches, "architecture", seccomp_arches);

/* linux/seccomp.h; who reads the log is the kernel's business. */
static const struct names_row seccomp_flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};
TABLE(seccomp_flags, "seccomp flag", seccomp_flags);

/* sched(7). */
static const struct names_row schedulers[] = {
	{ "SCHED_OTHER", SCHED_NORMAL },
	{ "SCHED_FIFO", SCHED_FIFO },
	{ "SCHED_RR", SCHED_RR },
	{ "SCHED_BATCH", SCHED_BATCH },
	{ "SCHED_ISO", 4 }, /* reserved by the kernel, never there */
	{ "SCHED_IDLE", SCHED_IDLE },
	{ "SCHED_DEADLINE", SCHED_DEADLINE },
};
TABLE(schedulers, "scheduling policy", schedulers);

/* sched_setattr(2). */
static const struct names_row scheduler_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
	{ "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
	{ "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
	{ "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
	{ "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
};
TABLE(scheduler_flags, "scheduler flag", scheduler_flags);

/* ioprio_set(2). */
static const struct names_row io_classes[] = {
	{ "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
	{ "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
};
TABLE(io_classes, "I/O class", io_classes);

/* set_mempolicy(2). */
static const struct names_row memory_policies[] = {
	{ "MPOL_DEFAULT", MPOL_DEFAULT },
	{ "MPOL_PREFERRED", MPOL_PREFERRED },
	{ "MPOL_BIND", MPOL_BIND },
	{ "MPOL_INTERLEAVE", MPOL_INTERLEAVE },
	{ "MPOL_LOCAL", MPOL_LOCAL },
	{ "MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 }, /* Linux 6.9 */
};
TABLE(memory_policies, "memory policy", memory_policies);

/* set_mempolicy(2), "flags". */
static const struct names_row memory_policy_flags[] = {
	{ "MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
};
TABLE(memory_policy_flags, "memory policy flag", memory_policy_flags);

/* For printing a plan: mount_setattr(2). */
static const struct names_row mount_attrs[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
};
TABLE(mount_attrs, "mount attribute", mount_attrs);

/* For printing a plan, as are all that follow: PLAN_MOUNT_*. */
static const struct names_row mount_flags[] = {
	{ "real-directory", PLAN_MOUNT_STRICT_DIR },
	{ "dest-nofollow", PLAN_MOUNT_DEST_NOFOLLOW },
	{ "copy-up", PLAN_MOUNT_COPYUP },
	{ "copy-symlink", PLAN_MOUNT_OVER_LINK },
};
TABLE(mount_flags, "mount flag", mount_flags);

static const struct names_row exec_flags[] = {
	{ "find-home", PLAN_EXEC_FIND_HOME },
	{ "listen-pid", PLAN_EXEC_LISTEN_PID },
};
TABLE(exec_flags, "exec flag", exec_flags);

static const struct names_row enters[] = {
	{ "pivot", PLAN_ENTER_PIVOT },
	{ "move", PLAN_ENTER_MOVE },
	{ "chroot", PLAN_ENTER_CHROOT },
};
TABLE(enters, "way to enter", enters);

static const struct names_row births[] = {
	{ "pinned", PLAN_BIRTH_PINNED },
	{ "plain", PLAN_BIRTH_PLAIN },
	{ "joined", PLAN_BIRTH_JOINED },
	{ "host", PLAN_BIRTH_HOST },
};
TABLE(births, "birth", births);

static const struct names_row sources[] = {
	{ "rootfs", PLAN_SOURCE_ROOTFS },
	{ "bind", PLAN_SOURCE_BIND },
	{ "link", PLAN_SOURCE_LINK },
	{ "device", PLAN_SOURCE_DEVICE },
	{ "empty", PLAN_SOURCE_EMPTY },
	{ "cgroup", PLAN_SOURCE_CGROUP },
	{ "namespace", PLAN_SOURCE_NAMESPACE },
	{ "proc", PLAN_SOURCE_PROC },
	{ "console", PLAN_SOURCE_CONSOLE },
	{ "gate", PLAN_SOURCE_GATE },
	{ "seccomp", PLAN_SOURCE_SECCOMP },
	{ "output", PLAN_SOURCE_OUTPUT },
	{ "network", PLAN_SOURCE_NETWORK },
	{ "settled", PLAN_SOURCE_SETTLED },
	{ "seat", PLAN_SOURCE_SEAT },
	{ "filter", PLAN_SOURCE_FILTER },
	{ "process", PLAN_SOURCE_PROCESS },
	{ "root", PLAN_SOURCE_ROOT },
};
TABLE(sources, "source", sources);
/* clang-format on */
