/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the moment that the filter is loaded, any call of this thread may be one
 * that the agent has to decide, and the agent has nothing to decide by until
 * the listener has reached it: sending it, or even waiting for somebody else to
 * send it, could last for ever. So a second thread is made before, which gets
 * no filter. The first one then only touches a page that is not there, which
 * is no system call and makes it wait (userfaultfd(2)); that is the second
 * one's signal, who passes the listener to scrim, hears that the agent has it,
 * and puts the page in place. Execve ends the second thread.
 */
#include "init/listener.h"

#include "base/err.h"
#include "base/sys.h"
#include "base/wire.h"
#include "init/init.h"
#include "init/slots.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE ((size_t)64 << 10)

/* A page that is not there, and a descriptor that tells who misses it. */
static int
open_page(struct init *init, struct err *err)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register page = {
		.mode = UFFDIO_REGISTER_MODE_MISSING
	};
	size_t size = (size_t)getpagesize();
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return err_sys(err, "reserve a page");
	/* Faults of the kernel are not ours: so it needs no privilege. */
	init->faults = sys_userfaultfd();
	if (init->faults < 0)
		return err_sys(err, "userfaultfd");
	page.range.start = (uintptr_t)memory;
	page.range.len = size;
	if (ioctl(init->faults, UFFDIO_API, &api) < 0 ||
		ioctl(init->faults, UFFDIO_REGISTER, &page) < 0)
		return err_sys(err, "userfaultfd");
	init->page = memory;
	return 0;
}

/* Without the agent the program must not run; scrim knows why and says it. */
static void
run(void *arg)
{
	struct init *init = arg;
	struct uffdio_zeropage page = {
		.range = { (uintptr_t)init->page, (size_t)getpagesize() }
	};
	struct uffd_msg missed;

	if (syscall(SYS_read, init->faults, &missed, sizeof(missed)) !=
			(long)sizeof(missed) ||
		wire_send_fds(init->wire, WIRE_LISTENER, NULL, 0,
			&init->listener, 1, NULL) < 0 ||
		slots_until(init, WIRE_GO, NULL) < 0 ||
		ioctl(init->faults, UFFDIO_ZEROPAGE, &page) < 0)
		_exit(1); /* of the process */
	syscall(SYS_exit, 0);
}

int
listener_prepare(
	struct init *init, const struct plan_step *step, struct err *err)
{
	char *stack = init_memory(STACK_SIZE, err);

	(void)step;
	if (!stack || open_page(init, err) < 0)
		return -1;
	if (sys_thread(stack, STACK_SIZE, run, init) < 0)
		return err_sys(err, "make a thread to pass the listener on");
	return 0;
}

void
listener_pass(struct init *init, int fd)
{
	const volatile char *page = init->page;

	init->listener = fd;
	/* The other thread shall see it. */
	__sync_synchronize();
	(void)*page;
}
