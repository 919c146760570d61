/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and orders to the kernel about network devices (rtnetlink(7)): one
 * message is built, sent, and its answers are read to the end before the next.
 * A socket belongs to the network namespace in which it was opened.
 */
#ifndef HOST_NETLINK_H
#define HOST_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Room for all that is sent here: names, descriptors, an address. */
#define NETLINK_MAX 512

struct netlink_request {
	struct nlmsghdr head; /* nlmsg_len: what is used */
	char room[NETLINK_MAX - sizeof(struct nlmsghdr)];
};

/* A socket in the caller's network namespace. */
int netlink_open(struct err *err);
/* Begins a request with the fixed part of its type. */
void netlink_begin(struct netlink_request *request, uint16_t type,
	uint16_t flags, const void *fixed, size_t size);
/* Adds an attribute. What has no room makes netlink_call() fail. */
void netlink_add(struct netlink_request *request, uint16_t type,
	const void *value, size_t size);
/* Sends it and hands each message of the answer to visit (may be NULL), until
 * it is over; a failure has the kernel's own words where it has any. */
int netlink_call(int socket, struct netlink_request *request,
	void (*visit)(void *context, const struct nlmsghdr *message),
	void *context, struct err *err);
/* The attribute of that type behind the fixed part, or NULL. */
const struct nlattr *netlink_find(
	const struct nlmsghdr *message, size_t fixed, uint16_t type);

static inline const void *
netlink_value(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static inline size_t
netlink_size(const struct nlattr *attribute)
{
	return (size_t)(attribute->nla_len - NLA_HDRLEN);
}

#endif
