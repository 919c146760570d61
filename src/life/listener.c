/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection for each process, one JSON object on it, the descriptors in
 * the first sendmsg(2) alone, then the end [171-177]. The connection is made
 * only now: an agent may serve one after the other, and a container can wait
 * for its start for days. Nothing is read: an agent answers by the listener.
 */
#include "life/listener.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/receiver.h"
#include "life/hooks.h"
#include "life/record.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel calls it (proc(5)); no path begins like that. */
#define LISTENER_NAME "anon_inode:seccomp notify"

int
listener_check(const struct plan *plan, struct err *err)
{
	const struct plan_where *where;
	struct stat st;

	if (!plan->seccomp || !plan->seccomp->listener)
		return 0;
	where = &plan->seccomp->listener_where;
	if (stat(plan->seccomp->listener, &st) == 0 && S_ISSOCK(st.st_mode))
		return 0;
	err_say(err, "seccomp listener %s: no agent has a socket there",
		plan->seccomp->listener);
	return err_where(err, where->line, where->column, where->pointer);
}

/* container-process-state of config-linux.md. */
static int
make_text(const struct listener_case *from, struct str *out, struct err *err)
{
	const struct oci_record *record = from->record;

	str_add(out, "{\"ociVersion\":");
	str_add_json(out, record->oci_version);
	str_addf(out, ",\"fds\":[\"seccompFd\"],\"pid\":%d", (int)from->pid);
	if (record->seccomp_metadata) {
		str_add(out, ",\"metadata\":");
		str_add_json(out, record->seccomp_metadata);
	}
	str_add(out, ",\"state\":");
	hooks_state(record, from->status, (pid_t)*record->pid, out);
	str_add(out, "}");
	return out->broken ? err_code(err, ENOMEM, "state") : 0;
}

/*
 * Who sends it is a process of the container's, which others of its processes
 * may have in their hand by now (CAP_SYS_PTRACE). A file of theirs, of FUSE for
 * one, would answer the agent's poll and ioctl when it likes, and an agent that
 * waits serves no other container. The name alone is looked at: that asks
 * nothing of the file itself.
 */
static int
check_kind(int fd, struct err *err)
{
	char path[32], name[sizeof(LISTENER_NAME)];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, name, sizeof(name));
	if (len < 0)
		return err_sys(err, "look at the filter's listener");
	if (len == sizeof(LISTENER_NAME) - 1 &&
		memcmp(name, LISTENER_NAME, sizeof(LISTENER_NAME) - 1) == 0)
		return 0;
	return err_say(err,
		"the container's init sent a descriptor that is no listener of a filter");
}

/* The connection ends when this returns: that is the agent's sign that it has
 * everything [172]. */
int
listener_pass(void *context, int fd, struct err *err)
{
	const struct listener_case *from = context;
	const char *path = from->record->seccomp_listener;
	auto_str text = { 0 };
	auto_fd agent = -1;

	if (!path)
		return err_say(err, "no agent of seccomp is recorded");
	if (check_kind(fd, err) < 0)
		return -1;
	agent = receiver_connect(path, "seccomp listener", err);
	if (agent < 0)
		return -1;
	if (make_text(from, &text, err) == 0) {
		if (fd_pass(agent, text.data, text.len, fd) == 0)
			return 0;
		err_sys(err, "send");
	}
	return err_in(err, "seccomp listener %s", path);
}
