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

/* What the socket has no room for follows without the descriptor. */
static int
send_all(int socket, const struct str *text, int fd, struct err *err)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec part = { text->data, text->len };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	while (part.iov_len) {
		ssize_t n = sendmsg(socket, &header, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "send");
		part.iov_base = (char *)part.iov_base + n;
		part.iov_len -= (size_t)n;
		header.msg_control = NULL;
		header.msg_controllen = 0;
	}
	return 0;
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
	agent = receiver_connect(path, "seccomp listener", err);
	if (agent < 0)
		return -1;
	if (make_text(from, &text, err) == 0 &&
		send_all(agent, &text, fd, err) == 0)
		return 0;
	return err_in(err, "seccomp listener %s", path);
}
