/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel is the only one who is listened to: a message of another sender
 * or of another request is passed over. Lengths are the kernel's, and are held
 * against what has arrived all the same.
 */
#include "host/netlink.h"

#include "base/err.h"
#include "base/fd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* NLMSG_GOODSIZE of any kernel: a part of a dump is never larger. */
#define ANSWER_MAX ((size_t)32 << 10)

/* Raw as every netlink socket; the kernel gives it an address when it is first
 * used. */
int
netlink_open(struct err *err)
{
	auto_fd fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int on = 1;

	if (fd < 0)
		return err_sys(err, "netlink: socket");
	/* The kernel's words with an error; only the last request in it. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return take_fd(&fd);
}

/* The fixed part is a struct of rtnetlink(7), which begins behind the head. */
void
netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
	const void *fixed, size_t size)
{
	memset(request, 0, sizeof(*request));
	request->head.nlmsg_type = type;
	request->head.nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(request->room, fixed, size);
	request->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(NLMSG_ALIGN(size));
}

/* Attributes are aligned to four bytes; their length does not count the gap. */
void
netlink_add(struct netlink_request *request, uint16_t type, const void *value,
	size_t size)
{
	struct nlattr head = { .nla_len = (uint16_t)(NLA_HDRLEN + size),
		.nla_type = type };
	size_t at = request->head.nlmsg_len;

	if (size > NETLINK_MAX ||
		at + NLA_HDRLEN + NLA_ALIGN(size) > sizeof(*request)) {
		request->head.nlmsg_len = UINT32_MAX; /* and stays it */
		return;
	}
	memcpy((char *)request + at, &head, sizeof(head));
	memcpy((char *)request + at + NLA_HDRLEN, value, size);
	request->head.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(size));
}

/* The attribute at `at`, where it is whole. */
static const struct nlattr *
attribute_at(const struct nlmsghdr *message, size_t at)
{
	const struct nlattr *attribute =
		(const void *)((const char *)message + at);

	if (at + NLA_HDRLEN > message->nlmsg_len ||
		attribute->nla_len < NLA_HDRLEN ||
		at + attribute->nla_len > message->nlmsg_len)
		return NULL;
	return attribute;
}

const struct nlattr *
netlink_find(const struct nlmsghdr *message, size_t fixed, uint16_t type)
{
	size_t at = NLMSG_LENGTH(NLMSG_ALIGN(fixed));
	const struct nlattr *attribute;

	while ((attribute = attribute_at(message, at))) {
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

/* NLMSG_ERROR: 0 is an acknowledgement. */
static int
take_verdict(const struct nlmsghdr *message, struct err *err)
{
	const struct nlmsgerr *verdict = NLMSG_DATA(message);
	const struct nlattr *words;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*verdict)))
		return err_say(err, "netlink: an answer came cut");
	if (verdict->error == 0)
		return 0;
	words = message->nlmsg_flags & NLM_F_ACK_TLVS
		? netlink_find(message, sizeof(*verdict), NLMSGERR_ATTR_MSG)
		: NULL;
	if (words && netlink_size(words))
		return err_code(err, -verdict->error, "%.*s",
			(int)strnlen(netlink_value(words), netlink_size(words)),
			(const char *)netlink_value(words));
	return err_code(err, -verdict->error, "netlink");
}

struct exchange {
	uint32_t number;
	void (*visit)(void *context, const struct nlmsghdr *message);
	void *context;
};

/* One packet: 1 when the answer is over, 0 to go on. */
static int
take_packet(const struct exchange *exchange, const char *packet, size_t len,
	struct err *err)
{
	const struct nlmsghdr *message = (const void *)packet;

	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_seq != exchange->number)
			continue;
		if (message->nlmsg_type == NLMSG_ERROR)
			return take_verdict(message, err) < 0 ? -1 : 1;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (exchange->visit && message->nlmsg_type >= NLMSG_MIN_TYPE)
			exchange->visit(exchange->context, message);
	}
	return 0;
}

/* Packets until one of them ends the answer. An answer to an order is short, a
 * dump comes in as many packets as it takes. */
static int
take_answer(int socket, const struct exchange *exchange, struct err *err)
{
	auto_free char *packet = malloc(ANSWER_MAX);
	int over = 0;

	if (!packet)
		return err_code(err, ENOMEM, "netlink");
	while (over == 0) {
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(socket, packet, ANSWER_MAX, MSG_TRUNC,
			(struct sockaddr *)&from, &size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "netlink: receive");
		if ((size_t)n > ANSWER_MAX)
			return err_say(err, "netlink: an answer came cut");
		if (from.nl_pid == 0)
			over = take_packet(exchange, packet, (size_t)n, err);
	}
	return over < 0 ? -1 : 0;
}

int
netlink_call(int socket, struct netlink_request *request,
	void (*visit)(void *context, const struct nlmsghdr *message),
	void *context, struct err *err)
{
	struct exchange exchange = { .visit = visit, .context = context };

	if (request->head.nlmsg_len > sizeof(*request))
		return err_say(err, "netlink: a request has no room");
	/* Any number that the last request did not have. */
	exchange.number = (uint32_t)(uintptr_t)request ^
		(uint32_t)request->head.nlmsg_type << 16;
	request->head.nlmsg_seq = exchange.number;
	if ((request->head.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		request->head.nlmsg_flags |= NLM_F_ACK;
	if (send(socket, request, request->head.nlmsg_len, 0) < 0)
		return err_sys(err, "netlink: send");
	return take_answer(socket, &exchange, err);
}
