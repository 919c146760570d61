/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject - runs a command and lets one system call of one of its processes
 * fail, or kills processes at the entry of that call. The command is process
 * 0; what it forks follows in the order of birth, for as long as it runs the
 * command's own program or a memory file: a container's program, a hook or
 * another helper is let go of at its execve. Words before "--":
 *
 *     call=P:N    the Nth call of process P (from 1 on) is the one
 *     error=E     it is not made and returns -E (an errno's number)
 *     kill=WHO    self, other (all but it) or all are killed in its place
 *     attach=PID  a process that is there already is process 1 from the start
 *     uid=U       the command runs as this user and group
 *     limit=MS    all that is traced is killed then, and "hang" reported
 *
 * Without call= all calls are counted. The report goes to descriptor 3, a line
 * each: "call P N NUMBER" (counting), "main N" (the call of process 0 with
 * which main() begins), "hit NUMBER", "end STATUS MS", "hang". What still runs
 * when the command has ended is let go of as soon as it is at rest.
 */
#include <elf.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPORT  3
#define MOST    64
#define REST_MS 4 /* without a call: what is traced is at rest */
#define OPTIONS                                                                \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |    \
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)

enum victims { NOBODY, SELF, OTHER, ALL };

static struct {
	int process, call, error, limit, uid;
	pid_t attach;
	enum victims victims;
} ask = { .process = -1, .limit = 10000, .uid = -1 };

static struct process {
	pid_t pid;
	int calls;
	bool struck, gone; /* the call it is in was dropped; it has ended */
	unsigned long long argument; /* the first one, of that call */
} processes[MOST];
static int n_processes;
static struct process *held;
static bool done, in_main;
static char program[4096];

static void
die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- registers, the only thing that differs between machines ---------------
 */

#if defined(__x86_64__)
#define NUMBER(regs)   ((regs).orig_rax)
#define ARGUMENT(regs) ((regs).rdi)
#define ANSWER(regs)   ((regs).rax)
#elif defined(__aarch64__)
#define NUMBER(regs)   ((regs).regs[8])
#define ARGUMENT(regs) ((regs).regs[0])
#define ANSWER(regs)   ((regs).regs[0])
#else
#error "inject.c does not know the registers of this machine"
#endif

static struct user_regs_struct
get_registers(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec all = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) < 0)
		memset(&regs, 0, sizeof(regs)); /* it was killed */
	return regs;
}

static void
set_registers(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec all = { regs, sizeof(*regs) };

	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all);
}

/* In place of the call: none, so that only its answer is to be given. But brk
 * is answered by the kernel: it fails by not moving; and close is made: what
 * it reports, the descriptor is gone (close(2)). So is rt_sigprocmask, which
 * cannot fail where the C library calls it: that does not look at the answer,
 * and would put back a mask that it was never given. */
static void
drop_call(struct process *process, long number)
{
	struct user_regs_struct regs = get_registers(process->pid);

	process->argument = ARGUMENT(regs);
	if (number == SYS_close || number == SYS_rt_sigprocmask)
		return;
	if (number == SYS_brk)
		ARGUMENT(regs) = 0;
	else
		NUMBER(regs) = (unsigned long long)-1;
	set_registers(process->pid, &regs);
#if defined(__aarch64__)
	if (number != SYS_brk) {
		int none = -1;
		struct iovec one = { &none, sizeof(none) };

		ptrace(PTRACE_SETREGSET, process->pid, NT_ARM_SYSTEM_CALL,
			&one);
	}
#endif
}

/* All registers but that of the answer stay as they were at the entry. */
static void
answer_call(const struct process *process, long answer)
{
	struct user_regs_struct regs = get_registers(process->pid);
	bool brk = NUMBER(regs) == SYS_brk;
	unsigned long long said = ANSWER(regs);

	ARGUMENT(regs) = process->argument;
	ANSWER(regs) = brk ? said : (unsigned long long)answer;
	set_registers(process->pid, &regs);
}

/* --- processes --------------------------------------------------------------
 */

static struct process *
find(pid_t pid)
{
	for (int i = 0; i < n_processes; i++)
		if (processes[i].pid == pid && !processes[i].gone)
			return &processes[i];
	return NULL;
}

static struct process *
add(pid_t pid)
{
	struct process *known = find(pid);

	if (known)
		return known;
	if (n_processes == MOST)
		die("too many processes");
	processes[n_processes] = (struct process){ .pid = pid };
	return &processes[n_processes++];
}

/* Calls of interest are stopped at, for as long as something is to come. */
static void
go_on(const struct process *process, int sig)
{
	bool watched = !done &&
		(ask.process < 0 || process == &processes[ask.process]);

	ptrace(watched || process->struck ? PTRACE_SYSCALL : PTRACE_CONT,
		process->pid, NULL, (void *)(long)sig);
}

static void
kill_victims(struct process *at)
{
	for (int i = 0; i < n_processes; i++)
		if (!processes[i].gone &&
			(&processes[i] == at) == (ask.victims == SELF))
			kill(processes[i].pid, SIGKILL);
	if (ask.victims == ALL)
		kill(at->pid, SIGKILL);
	else if (ask.victims == OTHER)
		held = at;
}

/* Who saw the others killed goes on when they are gone. */
static void
go_on_held(bool must)
{
	struct process *process = held;

	for (int i = 0; process && i < n_processes && !must; i++)
		if (&processes[i] != process && !processes[i].gone)
			return;
	held = NULL;
	if (process && !process->gone)
		go_on(process, 0);
}

/* --- events -----------------------------------------------------------------
 */

/* main() begins by ignoring SIGPIPE; before it, libc is at work. */
static void
note_main(
	const struct process *process, const struct __ptrace_syscall_info *call)
{
	if (in_main || process != &processes[0] ||
		call->entry.nr != SYS_rt_sigaction ||
		call->entry.args[0] != SIGPIPE)
		return;
	in_main = true;
	dprintf(REPORT, "main %d\n", process->calls);
}

/* The kernel has no way to refuse these (their manual pages): what they would
 * return is taken for an answer. */
static bool
is_infallible(long number)
{
	static const long numbers[] = { SYS_getpid, SYS_gettid, SYS_getppid,
		SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_umask,
		SYS_exit, SYS_exit_group, SYS_rt_sigreturn,
		SYS_set_tid_address };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void
enter_call(struct process *process, const struct __ptrace_syscall_info *call)
{
	long number = (long)call->entry.nr;

	process->calls++;
	note_main(process, call);
	if (ask.process < 0)
		dprintf(REPORT, "call %d %d %ld\n", (int)(process - processes),
			process->calls, number);
	if (done || ask.process < 0 || process != &processes[ask.process] ||
		process->calls != ask.call)
		return;
	done = true;
	dprintf(REPORT, "hit %ld\n", number);
	if (ask.victims) {
		kill_victims(process);
	} else if (!is_infallible(number)) {
		process->struck = true;
		drop_call(process, number);
	}
}

static void
at_call(struct process *process)
{
	struct __ptrace_syscall_info call;

	ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof(call), &call);
	if (call.op == PTRACE_SYSCALL_INFO_ENTRY) {
		enter_call(process, &call);
	} else if (process->struck) {
		process->struck = false;
		answer_call(process, -ask.error);
	}
}

/* Whether what it runs now is still scrim or its init. */
static bool
is_ours(pid_t pid)
{
	char link[64], exe[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	len = readlink(link, exe, sizeof(exe) - 1);
	exe[len < 0 ? 0 : len] = '\0';
	return !strncmp(exe, "/memfd:", 7) || strstr(exe, "scrim-init") ||
		!strcmp(exe, program);
}

static void
at_stop(struct process *process, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	/* The first process of a pid namespace dies of a fault of its own, but
	 * not when it is traced (force_sig_info_to_task()). */
	if (sig == SIGSEGV || sig == SIGILL || sig == SIGBUS)
		kill(process->pid, SIGKILL);
	if (sig == (SIGTRAP | 0x80)) {
		at_call(process);
		sig = 0;
	} else if (event == PTRACE_EVENT_EXEC && !is_ours(process->pid)) {
		ptrace(PTRACE_DETACH, process->pid, NULL, NULL);
		process->gone = true;
		return;
	} else if (event) {
		unsigned long born;

		if (event != PTRACE_EVENT_EXEC && event != PTRACE_EVENT_STOP &&
			ptrace(PTRACE_GETEVENTMSG, process->pid, NULL, &born) ==
				0)
			add((pid_t)born);
		sig = 0;
	}
	if (process != held)
		go_on(process, sig);
}

/* Waits for an event for that long; 0: none came. */
static pid_t
next_event(int *status, int ms)
{
	long end = now_ms() + ms;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		pid_t pid = waitpid(-1, status, __WALL | WNOHANG);
		long left = end - now_ms();
		struct timespec wait = { 0, (left % 1000) * 1000000L };

		if (pid || left <= 0)
			return pid;
		/* One signal may stand for several events, or for old ones. */
		sigtimedwait(&child, NULL, &wait);
	}
}

static void
give_up(void)
{
	dprintf(REPORT, "hang\n");
	for (int i = 0; i < n_processes; i++)
		if (!processes[i].gone)
			kill(processes[i].pid, SIGKILL);
}

/* Until the command has ended and the others rest. */
static void
attend(long start)
{
	bool ended = false, hung = false;
	int status;

	for (;;) {
		pid_t pid = next_event(&status, ended ? REST_MS : 100);
		struct process *process = pid > 0 ? find(pid) : NULL;

		if (pid < 0 || (pid == 0 && ended && !held))
			return;
		if (pid == 0)
			go_on_held(true);
		if (!hung && now_ms() - start > ask.limit) {
			give_up();
			hung = true;
		}
		if (pid == 0)
			continue;
		if (WIFSTOPPED(status)) {
			at_stop(process ? process : add(pid), status);
			continue;
		}
		if (process)
			process->gone = true;
		if (process == &processes[0]) {
			dprintf(REPORT, "end %d %ld\n", status,
				now_ms() - start);
			ended = true;
		}
		go_on_held(false);
	}
}

static pid_t
launch(char **argv)
{
	int gate[2];
	char go;
	pid_t pid;

	if (pipe(gate) < 0 || (pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &go, 1) != 1)
			_exit(99);
		close(gate[0]);
		close(REPORT);
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (ask.uid >= 0 &&
			(setgroups(0, NULL) < 0 ||
				setresgid(ask.uid, ask.uid, ask.uid) < 0 ||
				setresuid(ask.uid, ask.uid, ask.uid) < 0))
			_exit(98);
		execv(argv[0], argv);
		_exit(97);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)OPTIONS) < 0)
		die("seize");
	add(pid);
	if (ask.attach) {
		if (ptrace(PTRACE_SEIZE, ask.attach, NULL, (void *)OPTIONS) <
				0 ||
			ptrace(PTRACE_INTERRUPT, ask.attach, NULL, NULL) < 0)
			die("attach");
		add(ask.attach);
	}
	if (write(gate[1], "", 1) != 1)
		die("go");
	close(gate[0]);
	close(gate[1]);
	return pid;
}

static void
take_word(const char *word)
{
	static const char *const who[] = { "", "self", "other", "all" };

	if (sscanf(word, "call=%d:%d", &ask.process, &ask.call) == 2 ||
		sscanf(word, "error=%d", &ask.error) == 1 ||
		sscanf(word, "attach=%d", &ask.attach) == 1 ||
		sscanf(word, "uid=%d", &ask.uid) == 1 ||
		sscanf(word, "limit=%d", &ask.limit) == 1)
		return;
	for (int i = 1; i < 4; i++)
		if (!strncmp(word, "kill=", 5) && !strcmp(word + 5, who[i])) {
			ask.victims = (enum victims)i;
			return;
		}
	errno = EINVAL;
	die(word);
}

int
main(int argc, char **argv)
{
	sigset_t child;
	int at = 1;

	for (; at < argc && strcmp(argv[at], "--"); at++)
		take_word(argv[at]);
	if (at + 1 >= argc || !realpath(argv[at + 1], program))
		die("no command");
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	launch(argv + at + 1);
	attend(now_ms());
	return 0;
}
