/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message is one packet: a 32-bit type and its payload, descriptors
 * beside it. A single table says for each type who sends it and how much of
 * either it carries; sending and receiving both hold to it. A packet that was
 * cut, that carries too much or whose type is unknown is refused, and what
 * came with it is closed: nothing received outlives an error. When a message
 * is allowed is its receiver's business, see the ladder in wire.h.
 */
#include "base/wire.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct rule {
	const char *name;
	const char *sender;
	uint32_t min, max; /* bytes of payload */
	uint32_t min_fds, max_fds;
};

/* Text keeps one byte free, for the NUL that wire_recv() puts behind it. */
#define TEXT (WIRE_MAX_PAYLOAD - 1)
#define WORD ((uint32_t)sizeof(uint32_t))
#define ERR  ((uint32_t)sizeof(struct err))

static const struct rule rules[WIRE_COUNT] = {
	[WIRE_MAPPED]  = { "MAPPED", "scrim", 0, 0, 0, 0 },
	[WIRE_PLAN]    = { "PLAN", "scrim", WORD, WORD, 1, 1 },
	[WIRE_SLOTS]   = { "SLOTS", "scrim", WORD, WORD, 0, WIRE_MAX_FDS },
	[WIRE_MOUNTED] = { "MOUNTED", "scrim-init", 0, 0, 0, 0 },
	[WIRE_GO]      = { "GO", "scrim", 0, 0, 0, 0 },
	[WIRE_CONSOLE] = { "CONSOLE", "scrim-init", 0, 0, 1, 1 },
	[WIRE_WARN]    = { "WARN", "scrim-init", 1, TEXT, 0, 0 },
	[WIRE_CREATED] = { "CREATED", "scrim-init", 0, 0, 0, 0 },
	[WIRE_START]   = { "START", "scrim", 0, 0, 0, 0 },
	[WIRE_ERROR]   = { "ERROR", "scrim-init", ERR, ERR, 0, 0 },
	[WIRE_LISTENER] = { "LISTENER", "scrim-init", 0, 0, 1, 1 },
	[WIRE_CHILD]   = { "CHILD", "scrim-init", WORD, WORD, 0, 0 },
	[WIRE_SHORT_PLAN] = { "SHORT_PLAN", "scrim", 1, WIRE_MAX_PAYLOAD, 0, 0 },
};

_Static_assert(sizeof(struct err) <= WIRE_MAX_PAYLOAD,
	"an error crosses the wire whole");

/* Room for one more descriptor than is allowed, so that too many show. */
union control {
	char bytes[CMSG_SPACE(sizeof(int) * (WIRE_MAX_FDS + 1))];
	struct cmsghdr align;
};

const char *
wire_name(uint32_t type)
{
	return type < WIRE_COUNT && rules[type].name ? rules[type].name
						     : "unknown";
}

int
wire_pair(int out_ends[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out_ends) < 0)
		return err_sys(err, "socketpair");
	return 0;
}

/* Holds a message to its row. Names both the message and who should know
 * better. */
static int
check(uint32_t type, size_t size, size_t n_fds, struct err *err)
{
	const struct rule *rule = type < WIRE_COUNT ? &rules[type] : NULL;

	if (!rule || !rule->name)
		return err_say(err, "wire: message of unknown type %u", type);
	if (size < rule->min || size > rule->max)
		return err_say(err, "wire: %s of %s has %zu bytes", rule->name,
			rule->sender, size);
	if (n_fds < rule->min_fds || n_fds > rule->max_fds)
		return err_say(err, "wire: %s of %s has %zu descriptors",
			rule->name, rule->sender, n_fds);
	return 0;
}

int
wire_send(int socket, enum wire_type type, const void *payload, size_t size,
	struct err *err)
{
	return wire_send_fds(socket, type, payload, size, NULL, 0, err);
}

/* The padding behind the descriptors is sent, too, so it is cleared. */
static void
put_fds(struct msghdr *header, union control *control, const int *fds, size_t n)
{
	struct cmsghdr *part = &control->align;

	memset(control, 0, CMSG_SPACE(n * sizeof(int)));
	header->msg_control = control;
	header->msg_controllen = CMSG_SPACE(n * sizeof(int));
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(part), fds, n * sizeof(int));
}

int
wire_send_fds(int socket, enum wire_type type, const void *payload, size_t size,
	const int *fds, size_t n, struct err *err)
{
	uint32_t word = (uint32_t)type;
	struct iovec parts[2] = {
		{ .iov_base = &word, .iov_len = sizeof(word) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = size },
	};
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = size ? 2 : 1 };
	union control control;
	ssize_t sent;

	if (check(word, size, n, err) < 0)
		return -1;
	if (n)
		put_fds(&header, &control, fds, n);
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return err_sys(err, "wire: send %s", wire_name(word));
	return 0;
}

void
wire_close_fds(struct wire_message *message)
{
	for (size_t i = 0; i < message->n_fds; i++)
		close(message->fds[i]);
	message->n_fds = 0;
}

/* Takes the descriptors over; those that are too many are closed at once. */
static bool
take_fds(struct wire_message *message, struct msghdr *header)
{
	bool fit = !(header->msg_flags & (MSG_CTRUNC | MSG_TRUNC));

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part;
		part = CMSG_NXTHDR(header, part)) {
		size_t n;
		int fd;

		if (part->cmsg_level != SOL_SOCKET ||
			part->cmsg_type != SCM_RIGHTS)
			continue;
		n = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(part) + i * sizeof(int),
				sizeof(fd));
			if (message->n_fds < WIRE_MAX_FDS) {
				message->fds[message->n_fds++] = fd;
			} else {
				close(fd);
				fit = false;
			}
		}
	}
	return fit;
}

/*
 * A peer that closed with unread messages of ours leaves ECONNRESET ahead of
 * its own last words (unix_release_sock() in the kernel); reading on gets
 * these, and then the end.
 */
static ssize_t
receive(int socket, struct msghdr *header, bool *out_reset)
{
	bool reset = false;
	ssize_t n;

	for (;;) {
		n = recvmsg(socket, header, MSG_CMSG_CLOEXEC);
		*out_reset = reset;
		if (n >= 0 ||
			(errno != EINTR && (errno != ECONNRESET || reset)))
			return n;
		reset = reset || errno == ECONNRESET;
	}
}

int
wire_recv(int socket, struct wire_message *message, struct err *err)
{
	struct iovec parts[2] = {
		{ .iov_base = &message->type, .iov_len = sizeof(message->type) },
		{ .iov_base = message->payload, .iov_len = sizeof(message->payload) },
	};
	union control control;
	struct msghdr header = {
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = receive(socket, &header, &message->unread);
	int ret;

	message->n_fds = 0;
	if (n < 0)
		return err_sys(err, "wire: receive");
	/* An empty packet is no end if descriptors came with it. */
	if (n == 0 && header.msg_controllen == 0)
		return 0;
	message->size = n > (ssize_t)WORD ? (uint32_t)n - WORD : 0;
	if (message->size < sizeof(message->payload))
		message->payload[message->size] = '\0';
	if (!take_fds(message, &header) || n < (ssize_t)WORD)
		ret = err_say(err, "wire: a message came cut");
	else
		ret = check(message->type, message->size, message->n_fds, err);
	if (ret < 0)
		wire_close_fds(message);
	return ret < 0 ? -1 : 1;
}
