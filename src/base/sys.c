/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls by number, each one a single syscall(): what the kernel
 * returns is what the caller gets, with errno. The numbers above 423 are the
 * same on every architecture (include/uapi/asm-generic/unistd.h), so those
 * that an old libc does not name are given here. The one that does more than
 * pass its arguments on is sys_openat2(), which asks again after EAGAIN.
 */
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* Where these exist the plain ones take ids of 16 bits. */
#ifdef SYS_setresuid32
#define SETGROUPS SYS_setgroups32
#define SETRESGID SYS_setresgid32
#define SETRESUID SYS_setresuid32
#else
#define SETGROUPS SYS_setgroups
#define SETRESGID SYS_setresgid
#define SETRESUID SYS_setresuid
#endif

/*
 * A resolution below a root fails with EAGAIN while anything on the host is
 * renamed or mounted: openat2(2) says to try again. On a busy host that can
 * happen several times in a row; without a bound it could be kept up.
 */
#define OPENAT2_TRIES 128

/* Linux 5.2, as are the five that follow. OPEN_TREE_CLONE gives a detached
 * copy: nothing of it is visible anywhere until move_mount() attaches it. */
int
sys_open_tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags);
}

int
sys_move_mount(int from_dir, const char *from, int to_dir, const char *to,
	unsigned flags)
{
	return (int)syscall(SYS_move_mount, from_dir, from, to_dir, to, flags);
}

int
sys_fsopen(const char *type, unsigned flags)
{
	return (int)syscall(SYS_fsopen, type, flags);
}

/* What a filesystem has to say about a failure is read back from fs. */
int
sys_fsconfig(int fs, unsigned cmd, const char *key, const void *value, int aux)
{
	return (int)syscall(SYS_fsconfig, fs, cmd, key, value, aux);
}

int
sys_fsmount(int fs, unsigned flags, unsigned attr)
{
	return (int)syscall(SYS_fsmount, fs, flags, attr);
}

int
sys_fspick(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_fspick, dir, path, flags);
}

/* Linux 5.12. The size tells the kernel which version of the struct this is. */
int
sys_mount_setattr(
	int dir, const char *path, unsigned flags, struct mount_attr *attr)
{
	return (int)syscall(
		SYS_mount_setattr, dir, path, flags, attr, sizeof(*attr));
}

/* Linux 5.6. */
int
sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode,
	uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve
	};
	int fd = -1;

	for (int i = 0; i < OPENAT2_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd;
}

/* Linux 4.11. */
int
sys_statx(int dir, const char *path, unsigned flags, unsigned mask,
	struct statx *out)
{
	return (int)syscall(SYS_statx, dir, path, flags, mask, out);
}

/* By number, since <sys/mount.h> is out of reach. */
int
sys_umount2(const char *path, int flags)
{
	return (int)syscall(SYS_umount2, path, flags);
}

int
sys_mount(const char *source, const char *target, const char *type,
	unsigned long flags, const char *data)
{
	return (int)syscall(SYS_mount, source, target, type, flags, data);
}

/* No libc has a name for it. */
int
sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

/* Linux 5.3. A pidfd never comes to mean another process, as a pid can. */
int
sys_pidfd_open(pid_t pid, unsigned flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

int
sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

/* Linux 5.9. */
int
sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

/* With AT_EMPTY_PATH and an empty path: the file that dir itself is. */
int
sys_execveat(int dir, const char *path, char *const argv[], char *const envp[],
	int flags)
{
	return (int)syscall(SYS_execveat, dir, path, argv, envp, flags);
}

long
sys_keyctl(int op, unsigned long a, unsigned long b, unsigned long c,
	unsigned long d)
{
	return syscall(SYS_keyctl, op, a, b, c, d);
}

/* Linux 5.3; CLONE_INTO_CGROUP 5.7. */
pid_t
sys_clone3(struct clone_args *args)
{
	/* No stack is given: the child goes on with a copy of this one. */
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

/*
 * A libc has vfork() and clone(), neither of which can name a cgroup. Here,
 * nothing may happen between the call and run() but by registers: the stack
 * that this function returns on is the parent's. What the kernel leaves alone
 * (all but the result, rcx and r11) carries run and arg over.
 */
#if defined(__x86_64__) && defined(__LP64__)
#define CAN_SHARE 1
long
sys_raw(long number, long a, long b, long c)
{
	long result = number;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static long
clone_on_stack(struct clone_args *args, void (*run)(void *arg), void *arg)
{
	register void (*function)(void *) __asm__("r8") = run;
	register void *operand __asm__("r9") = arg;
	long result = SYS_clone3;

	__asm__ volatile(
		"syscall\n\t"
		"test %%rax, %%rax\n\t"
		"jnz 1f\n\t"
		"xor %%ebp, %%ebp\n\t"
		"mov %%r9, %%rdi\n\t"
		"call *%%r8\n\t"
		"hlt\n"
		"1:"
		: "+a"(result)
		: "D"(args), "S"(sizeof(*args)), "r"(function), "r"(operand)
		: "rcx", "r11", "cc", "memory");
	return result;
}
#elif defined(__aarch64__)
#define CAN_SHARE 1
long
sys_raw(long number, long a, long b, long c)
{
	register long call __asm__("x8") = number;
	register long result __asm__("x0") = a;
	register long second __asm__("x1") = b;
	register long third __asm__("x2") = c;

	__asm__ volatile("svc #0"
			 : "+r"(result)
			 : "r"(call), "r"(second), "r"(third)
			 : "memory");
	return result;
}

static long
clone_on_stack(struct clone_args *args, void (*run)(void *arg), void *arg)
{
	register long number __asm__("x8") = SYS_clone3;
	register void *result __asm__("x0") = args;
	register size_t size __asm__("x1") = sizeof(*args);
	register void (*function)(void *) __asm__("x2") = run;
	register void *operand __asm__("x3") = arg;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x3\n\t"
			 "blr x2\n\t"
			 "brk #0\n"
			 "1:"
			 : "+r"(result)
			 : "r"(number), "r"(size), "r"(function), "r"(operand)
			 : "cc", "memory");
	return (long)result;
}
#else
#define CAN_SHARE 0
long
sys_raw(long number, long a, long b, long c)
{
	long result = syscall(number, a, b, c);

	return result < 0 ? -errno : result;
}

static long
clone_on_stack(struct clone_args *args, void (*run)(void *arg), void *arg)
{
	(void)args;
	(void)run;
	(void)arg;
	return -ENOSYS;
}
#endif

pid_t
sys_clone3_run(struct clone_args *args, void (*run)(void *arg), void *arg)
{
	long result;

	if (!CAN_SHARE) {
		args->stack = args->stack_size = 0;
		result = sys_clone3(args);
		if (result == 0)
			run(arg);
		return (pid_t)result;
	}
	args->flags |= CLONE_VM | CLONE_VFORK;
	result = clone_on_stack(args, run, arg);
	/* The child may have left its own errno: said only on failure. */
	if (result >= 0)
		return (pid_t)result;
	errno = (int)-result;
	return -1;
}

/* The new one runs on a stack of its own, and nobody waits. */
static pid_t
clone_sharing(uint64_t flags, void *stack, size_t size, void (*run)(void *arg),
	void *arg)
{
	struct clone_args args = {
		.flags = flags,
		.stack = (uint64_t)(uintptr_t)stack,
		.stack_size = size,
	};
	long result = clone_on_stack(&args, run, arg);

	if (result >= 0)
		return (pid_t)result;
	errno = (int)-result;
	return -1;
}

pid_t
sys_thread(void *stack, size_t size, void (*run)(void *arg), void *arg)
{
	return clone_sharing(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			CLONE_THREAD,
		stack, size, run, arg);
}

pid_t
sys_beside(void *stack, size_t size, void (*run)(void *arg), void *arg)
{
	return clone_sharing(CLONE_VM | CLONE_FILES, stack, size, run, arg);
}

/* Linux 5.11 knows the flag, by which nobody needs CAP_SYS_PTRACE. */
int64_t
sys_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
sys_userfaultfd(void)
{
	return (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
}

/* The libc has no name for these two; libcap is not linked with scrim-init. */
int
sys_capset(const void *header, const void *data)
{
	return (int)syscall(SYS_capset, header, data);
}

int
sys_capget(void *header, void *data)
{
	return (int)syscall(SYS_capget, header, data);
}

/* Not prctl(PR_SET_SECCOMP): that one takes no flags. */
int
sys_seccomp(unsigned op, unsigned flags, void *args)
{
	return (int)syscall(SYS_seccomp, op, flags, args);
}

int
sys_setgroups(size_t n, const uint32_t *gids)
{
	return (int)syscall(SETGROUPS, n, gids);
}

int
sys_setresgid(uint32_t gid)
{
	return (int)syscall(SETRESGID, gid, gid, gid);
}

int
sys_setresuid(uint32_t uid)
{
	return (int)syscall(SETRESUID, uid, uid, uid);
}

/* The libc has what the kernel wants for a handler besides. */
static int
take_signal(int sig, void (*ending)(int))
{
	struct sigaction action = { .sa_handler = ending };

	return sigaction(sig, &action, NULL);
}

int
sys_reset_signals(void)
{
	return sys_take_signals(NULL);
}

int
sys_take_signals(void (*ending)(int))
{
	/* At least a struct sigaction of any kernel: SIG_DFL, no flags. */
	static const unsigned long by_default[16];
	sigset_t none;

	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return -1;
	for (int sig = 1; sig < NSIG; sig++) {
		bool ends = sig == SIGINT || sig == SIGTERM;

		if (ending && ends) {
			if (take_signal(sig, ending) < 0)
				return -1;
		} else if (syscall(SYS_rt_sigaction, sig, by_default, NULL,
				   NSIG / 8) < 0 &&
			sig != SIGKILL && sig != SIGSTOP) {
			return -1;
		}
	}
	return 0;
}
