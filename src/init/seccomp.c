/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter, loaded last: the program is looked up and all descriptors are
 * settled before, so that behind it only capset and execve are left, and a
 * profile need not allow what only a runtime does. Where no_new_privs is not
 * set, loading needs CAP_SYS_ADMIN, which OP_CAPABILITIES kept for this one
 * moment.
 */
#include "init/init.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "init/capabilities.h"
#include "init/exec.h"
#include "init/listener.h"
#include "init/slots.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Numbers 2 to 4 of the step: what remains when the kept ones are dropped. */
static int
drop_kept(const struct plan_step *step, struct err *err)
{
	struct capabilities sets;

	if (capabilities_get(&sets, err) < 0)
		return -1;
	sets.effective &= step->number[2];
	sets.permitted &= step->number[3];
	sets.inheritable &= step->number[4];
	return capabilities_put(&sets, err);
}

static int
load(struct init *init, int fd, unsigned flags, struct err *err)
{
	struct sock_fprog program;
	struct stat st;
	void *filter;
	int listener;

	if (fstat(fd, &st) < 0 || st.st_size == 0 ||
		st.st_size % (off_t)sizeof(struct sock_filter) != 0 ||
		st.st_size / (off_t)sizeof(struct sock_filter) > BPF_MAXINSNS)
		return err_say(
			err, "a filter of %lld bytes", (long long)st.st_size);
	filter = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (filter == MAP_FAILED)
		return err_sys(err, "mmap");
	program.len = (unsigned short)(st.st_size /
		(off_t)sizeof(struct sock_filter));
	program.filter = filter;
	if (init->page)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	listener = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);
	if (listener < 0)
		return err_sys(err, "load the filter");
	if (init->page)
		listener_pass(init, listener);
	return 0;
}

int
seccomp_load(struct init *init, const struct plan_step *step, struct err *err)
{
	/* Not closed: execve does it, and close may be forbidden by then. */
	int fd = slots_borrow(init, (uint32_t)step->slot, err);

	if (fd < 0 || exec_prepare(init, err) < 0 ||
		load(init, fd, (unsigned)step->number[0], err) < 0)
		return -1;
	return step->number[1] ? drop_kept(step, err) : 0;
}
