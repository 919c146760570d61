/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that glibc 2.31..2.36 or musl 1.2 lack or wrap differently.
 * Thin: each returns what the kernel returns, with errno. <linux/mount.h> is
 * the one source of mount constants; <sys/mount.h> clashes with it and is
 * never included anywhere in scrim. scrim-init uses these too.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h> /* before P_PIDFD: newer libcs have an enumerator of that name */

/* musl before 1.2.5 has neither struct statx nor its flags. */
#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#endif

#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif
#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int sys_open_tree(int dir, const char *path, unsigned flags);
int sys_move_mount(int from_dir, const char *from, int to_dir, const char *to,
	unsigned flags);
int sys_fsopen(const char *type, unsigned flags);
int sys_fsconfig(
	int fs, unsigned cmd, const char *key, const void *value, int aux);
int sys_fsmount(int fs, unsigned flags, unsigned attr);
int sys_fspick(int dir, const char *path, unsigned flags);
int sys_mount_setattr(
	int dir, const char *path, unsigned flags, struct mount_attr *attr);
/* resolve: RESOLVE_*; O_CLOEXEC is added. Retries EAGAIN a bounded number of
 * times. */
int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode,
	uint64_t resolve);
int sys_statx(int dir, const char *path, unsigned flags, unsigned mask,
	struct statx *out);
int sys_umount2(const char *path, int flags);
int sys_mount(const char *source, const char *target, const char *type,
	unsigned long flags, const char *data);
int sys_pivot_root(const char *new_root, const char *put_old);
int sys_pidfd_open(pid_t pid, unsigned flags);
int sys_pidfd_send_signal(int pidfd, int sig);
int sys_close_range(unsigned first, unsigned last, unsigned flags);
int sys_execveat(int dir, const char *path, char *const argv[],
	char *const envp[], int flags);
long sys_keyctl(int op, unsigned long a, unsigned long b, unsigned long c,
	unsigned long d);
/* As fork(): returns twice. args->flags must not hold CLONE_VM. */
pid_t sys_clone3(struct clone_args *args);
/* As vfork(): the child runs run(arg), which never returns, on args->stack
 * (aligned to 16, as its size) in the caller's memory, and the caller goes on
 * when the child has executed or ended. Where this machine's way of calling is
 * not known to sys.c, the child gets a copy of the memory instead and nobody
 * waits. */
pid_t sys_clone3_run(
	struct clone_args *args, void (*run)(void *arg), void *arg);
/* A second thread of this process: run(arg), which never returns, on the stack
 * of that size (both aligned to 16). The two share all, errno included: only
 * one of them may be at work. ENOSYS where this machine's way of calling is
 * not known to sys.c. */
pid_t sys_thread(void *stack, size_t size, void (*run)(void *arg), void *arg);
/* A process of its own that shares memory and descriptors with this one, and
 * runs at the same time: run(arg), as above. errno is shared, too, so that it
 * may call the kernel by sys_raw() alone. Its end is told by no signal:
 * waitpid() with __WALL. */
pid_t sys_beside(void *stack, size_t size, void (*run)(void *arg), void *arg);
/* The kernel's own result: -errno where the call failed. */
long sys_raw(long number, long a, long b, long c);
/* Of a clock that nobody sets. */
int64_t sys_now_ms(void);
/* For faults of user mode alone, which takes no privilege. */
int sys_userfaultfd(void);
int sys_capset(const void *header, const void *data);
int sys_capget(void *header, void *data);
int sys_seccomp(unsigned op, unsigned flags, void *args);
/* Of this thread alone, unlike a libc's, and with 32-bit ids everywhere. */
int sys_setgroups(size_t n, const uint32_t *gids);
int sys_setresgid(uint32_t gid);
int sys_setresuid(uint32_t uid);
/* All signals by default and none blocked. What the caller ignores (a shell's
 * background job SIGINT and SIGQUIT) is not for a program to inherit; a libc
 * refuses the two that its posix_spawn() leaves ignored (32 and 33). */
int sys_reset_signals(void);
/* The same, but for those that ask a process to end, which ending() takes. */
int sys_take_signals(void (*ending)(int));

#endif
