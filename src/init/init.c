/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second program, the only code of ours inside a container. It finds its
 * socket as descriptor WIRE_FD, receives the plan, maps and checks the whole
 * block, and runs its steps one by one through one table. The last one
 * becomes the container's program. The first failure ends it: the error gets
 * the step's name and its place in config.json, is sent to whoever waits, and
 * the process exits. It never prints, never cleans up (the kernel and scrim
 * do), and knows no path of the host beyond what a step names.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
/* The least that is asked of the kernel at once. */
#define POOL_SIZE ((size_t)64 << 10)

static int (*const functions[OP_COUNT])(
	struct init *init, const struct plan_step *step, struct err *err) = {
	[OP_SESSION]      = session_begin,
	[OP_SETNS]        = surroundings_setns,
	[OP_JOIN]         = join_namespaces,
	[OP_ROOT]         = join_root,
	[OP_CGROUP]       = surroundings_cgroup,
	[OP_UNSHARE]      = surroundings_unshare,
	[OP_LOOPBACK]     = surroundings_loopback,
	[OP_ISOLATE]      = root_isolate,
	[OP_ROOTFS]       = root_attach,
	[OP_INSIDE]       = inside_begin,
	[OP_MKDIR]        = root_mkdir,
	[OP_NETWORK]      = surroundings_network,
	[OP_MOUNT]        = mounts_make,
	[OP_BIND]         = binds_make,
	[OP_REMOUNT]      = remount_change,
	[OP_DEVICE]       = devices_make,
	[OP_DEVICE_BIND]  = devices_bind,
	[OP_SYMLINK]      = devices_link,
	[OP_CONSOLE]      = console_make,
	[OP_READONLY]     = masks_freeze,
	[OP_SEAL]         = remount_seal,
	[OP_MASK]         = masks_hide,
	[OP_DETACH]       = inside_detach,
	[OP_HOOKS]        = hooks_wait,
	[OP_HOOK]         = hooks_run,
	[OP_LEAVE]        = inside_end,
	[OP_ENTER]        = root_enter,
	[OP_ROOT_ATTR]    = root_attr,
	[OP_HOSTNAME]     = surroundings_hostname,
	[OP_DOMAINNAME]   = surroundings_domainname,
	[OP_SYSCTL]       = surroundings_sysctl,
	[OP_KEYRING]      = surroundings_keyring,
	[OP_PERSONALITY]  = surroundings_personality,
	[OP_MEMORY_POLICY] = surroundings_memory_policy,
	[OP_NO_NEW_PRIVS] = identity_no_new_privs,
	[OP_IDENTITY]     = identity_change,
	[OP_CAPABILITIES] = capabilities_set,
	[OP_LABEL]        = surroundings_label,
	[OP_FORK]         = join_fork,
	[OP_CWD]          = exec_cwd,
	[OP_GATE]         = gate_wait,
	[OP_START_FAIL]   = gate_refuse,
	[OP_LISTENER]     = listener_prepare,
	[OP_RLIMIT]       = identity_rlimit,
	[OP_SECCOMP]      = seccomp_load,
	[OP_EXEC]         = exec_run,
};
/* clang-format on */

const struct plan_step *
init_find(const struct init *init, uint32_t op)
{
	const struct plan_step *steps = plan_steps(init->plan);

	for (uint32_t i = init->step; i < plan_head(init->plan)->n_steps; i++)
		if (steps[i].op == op)
			return &steps[i];
	return NULL;
}

/* Pages of it are touched as they are used: what waits is small. */
void *
init_memory(size_t size, struct err *err)
{
	static struct {
		char *next, *end;
	} pool;
	size_t need = (size + 15) & ~(size_t)15;
	char *memory;

	if (need > (size_t)(pool.end - pool.next)) {
		size_t room = need > POOL_SIZE ? need : POOL_SIZE;

		memory = mmap(NULL, room, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED) {
			err_sys(err, "reserve %zu bytes", size);
			return NULL;
		}
		pool.next = memory;
		pool.end = memory + room;
	}
	memory = pool.next;
	pool.next += need;
	return memory;
}

char **
init_strings(const struct init *init, const struct plan_list *list, size_t more,
	struct err *err)
{
	char **strings =
		init_memory((list->count + more + 1) * sizeof(*strings), err);

	for (uint32_t i = 0; strings && i < list->count; i++)
		strings[i] = (char *)(uintptr_t)init_item(init, list, i);
	return strings;
}

void
init_warn(const struct init *init, const char *text)
{
	wire_send(init->wire, WIRE_WARN, text, strlen(text), NULL);
}

void
init_end_mounts(struct init *init)
{
	fd_close_auto(&init->root);
	fd_close_auto(&init->dir);
	fd_close_auto(&init->masks[0]);
	fd_close_auto(&init->masks[1]);
}

int
init_follow_parent(bool follow, struct err *err)
{
	if (prctl(PR_SET_PDEATHSIG, follow ? SIGKILL : 0) < 0)
		return err_sys(err, "set the signal for the parent's death");
	return 0;
}

/* A filter may forbid each way to end, and libc would try one of them for
 * ever: what a processor refuses ends the first process of a pid namespace,
 * too. */
static void __attribute__((noreturn)) end(int status)
{
	syscall(SYS_exit_group, status);
	for (;;)
		__builtin_trap();
}

/* A container that waits for its start is ended by what asks it to end, though
 * the kernel spares the first process of a pid namespace: else a kill of it
 * would be lost. A terminal that nobody holds is no such wish: create was asked
 * for a container, and hears of SIGHUP nothing. execve sets the signals back.
 */
static void
end_by_signal(int sig)
{
	end(128 + sig);
}

int
session_begin(struct init *init, const struct plan_step *step, struct err *err)
{
	(void)init;
	(void)step;
	/* Who leads a session already may stay; a foreign one is left. */
	if (setsid() < 0 && getsid(0) != getpid())
		return err_sys(err, "setsid");
	/* scrim ignores some signals, and its caller may ignore others. */
	if (sys_take_signals(end_by_signal) < 0)
		return err_sys(err, "reset signals");
	if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
		prctl(PR_SET_NAME, "scrim:init") < 0)
		return err_sys(err, "prctl");
	return 0;
}

/* Not inlined: its message is no part of a frame that stays. */
static int receive_plan(struct init *init, struct err *err)
	__attribute__((noinline));

/* What is mapped must never change again: the plan is checked only once. */
static int
map_plan(struct init *init, int fd, size_t size, struct err *err)
{
	int seals = F_SEAL_SHRINK | F_SEAL_WRITE;
	struct stat st;
	void *block;

	if ((fcntl(fd, F_GET_SEALS) & seals) != seals || fstat(fd, &st) < 0 ||
		(uint64_t)st.st_size != size)
		return err_say(
			err, "plan: not a sealed file of %zu bytes", size);
	block = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (block == MAP_FAILED)
		return err_sys(err, "plan: mmap");
	init->plan = block;
	return plan_check(block, size, err);
}

/* One that came as a message: a copy that is this process's alone. */
static int
keep_plan(
	struct init *init, const struct wire_message *message, struct err *err)
{
	void *block = init_memory(message->size, err);

	if (!block)
		return -1;
	memcpy(block, message->payload, message->size);
	init->plan = block;
	return plan_check(block, message->size, err);
}

static int
receive_plan(struct init *init, struct err *err)
{
	struct wire_message message;
	uint32_t size;
	int ret = wire_recv(init->wire, &message, err);

	if (ret < 0)
		return -1;
	if (ret > 0 && message.type == WIRE_SHORT_PLAN)
		return keep_plan(init, &message, err);
	if (ret == 0 || message.type != WIRE_PLAN)
		return err_say(err, "wire: %s came where PLAN was due",
			ret ? wire_name(message.type) : "the end");
	memcpy(&size, message.payload, sizeof(size));
	ret = map_plan(init, message.fds[0], size, err);
	wire_close_fds(&message);
	return ret;
}

/* Later descriptors of ours must not fall among those to preserve: what the
 * caller has left empty is held, by something that ends with the execve. */
static int
hold_places(const struct init *init, struct err *err)
{
	const struct plan_step *exec = init_find(init, OP_EXEC);
	uint64_t n = exec ? exec->number[0] : 0;
	int holder = n ? eventfd(0, EFD_CLOEXEC) : -1;

	if (n > INT16_MAX)
		return err_say(err, "too many descriptors are preserved");
	if (n && holder < 0)
		return err_sys(err, "eventfd");
	for (int place = WIRE_FD + 1; place <= WIRE_FD + (int)n; place++)
		if (fcntl(place, F_GETFD) < 0 &&
			dup3(holder, place, O_CLOEXEC) < 0)
			return err_sys(
				err, "preserve descriptor %d", place - 1);
	/* It may have come to one of the places by itself. */
	if (n && holder > WIRE_FD + (int)n)
		close(holder);
	return 0;
}

/* Names what failed as the plan's row does, by its main operand. */
static int
blame(const struct init *init, const struct plan_step *step, struct err *err)
{
	const char *name, *text;

	/* The program is looked up before its step comes. */
	if (init->blamed)
		step = init->blamed;
	name = plan_ops[step->op].name;
	text = init_text(init, step, 0);
	/* Of these two the words themselves are matched by others. */
	if (step->op != OP_EXEC && step->op != OP_START_FAIL)
		err_in(err, text ? "%s %s" : "%s", name, text);
	return err_where(err, step->line, step->column,
		plan_text(init->plan, step->pointer));
}

/* Waits for what the step needs from the host; a source that is optional and
 * missing leaves the step out. */
static int
run_step(struct init *init, const struct plan_step *step, struct err *err)
{
	int missing = 0;

	if (step->slot >= 0)
		missing = slots_missing(init, (uint32_t)step->slot, err);
	if (missing > 0)
		return 0;
	if (missing < 0 || functions[step->op](init, step, err) < 0)
		return blame(init, step, err);
	return 0;
}

/* Everything is received and checked before the first step is run. */
static int
run_plan(struct init *init, struct err *err)
{
	const struct plan_header *head;

	if (receive_plan(init, err) < 0)
		return -1;
	if (hold_places(init, err) < 0 || slots_init(init, err) < 0)
		return -1;
	head = plan_head(init->plan);
	for (; init->step < head->n_steps; init->step++)
		if (run_step(init, &plan_steps(init->plan)[init->step], err) <
			0)
			return -1;
	return err_say(err, "plan: it ends without a program");
}

int
main(void)
{
	struct init init = {
		.wire = WIRE_FD, .root = -1, .dir = -1, .masks = { -1, -1 }, .proc = -1
	};
	struct err err = { 0 };

	if (fcntl(WIRE_FD, F_SETFD, FD_CLOEXEC) < 0)
		_exit(1);
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		err_sys(&err, "prctl");
	/* Modes are what the plan says; OP_IDENTITY sets the program's mask. */
	init.umask = umask(0);
	if (!err.code && init_follow_parent(true, &err) == 0)
		run_plan(&init, &err);
	inside_undo(&init);
	if (init.wire >= 0)
		wire_send(init.wire, WIRE_ERROR, &err, sizeof(err), NULL);
	end(1);
}
