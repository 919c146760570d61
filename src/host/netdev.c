/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel carries a device to another namespace with its attributes, but
 * down and without addresses. So, for each: its permanent addresses of global
 * scope are read, it is moved under a name that nobody else has (by which it
 * is found again: its number may change), gets the name that was asked for,
 * is set up, and the addresses are added. All of it is done from outside, by a
 * socket that was opened inside [125-131].
 */
#include "host/netdev.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cradle.h"
#include "host/netlink.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than any device has that is given away; the rest would be lost. */
#define ADDRESSES_MAX 64

/* Of an address, what whoever added it has chosen. */
#define CHOSEN_FLAGS                                                           \
	(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |              \
		IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

struct address {
	struct ifaddrmsg fixed;
	uint32_t flags;
	uint8_t n_attributes;
	struct {
		uint16_t type, size;
		char value[32];
	} attributes[8];
};

struct netdev {
	char name[IFNAMSIZ];       /* at home */
	int index;                 /* where it is now */
	unsigned flags;            /* IFF_*, at home */
	struct address *addresses; /* heap */
	size_t n_addresses;
	bool full;
};

/* --- one device ------------------------------------------------------------
 */

/* A question about one device has one answer, under the name that the kernel
 * keeps for it: another name of it may have been asked for. */
static void
take_link(void *context, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct nlattr *name =
		netlink_find(message, sizeof(*info), IFLA_IFNAME);
	struct netdev *out = context;

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	out->index = info->ifi_index;
	out->flags = info->ifi_flags;
	if (name)
		snprintf(out->name, sizeof(out->name), "%.*s",
			(int)netlink_size(name),
			(const char *)netlink_value(name));
}

/* By name, or by its number where name is NULL. -1 with ENODEV: none. */
static int
find_link(int socket, const char *name, int index, struct netdev *out,
	struct err *err)
{
	const struct ifinfomsg info = { .ifi_index = index };
	struct netlink_request request;

	netlink_begin(&request, RTM_GETLINK, 0, &info, sizeof(info));
	if (name)
		netlink_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	return netlink_call(socket, &request, take_link, out, err);
}

/* A device of that name; false with an error only where it is not known. */
static int
has_link(int socket, const char *name, struct err *err)
{
	struct netdev found = { .index = 0 };
	struct err failure = { 0 };

	if (find_link(socket, name, 0, &found, &failure) == 0)
		return 1;
	if (failure.code == ENODEV)
		return 0;
	return err_take(err, &failure);
}

/* What is NULL or 0 stays; namespace is a descriptor of one. Within one request
 * the kernel carries the device first and names it then. */
static int
change_link(int socket, int index, unsigned up, const char *name,
	const int *namespace, struct err *err)
{
	const struct ifinfomsg info = {
		.ifi_index = index, .ifi_flags = up, .ifi_change = up
	};
	struct netlink_request request;

	netlink_begin(&request, RTM_SETLINK, 0, &info, sizeof(info));
	if (namespace)
		netlink_add(&request, IFLA_NET_NS_FD, namespace,
			sizeof(*namespace));
	if (name)
		netlink_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	return netlink_call(socket, &request, NULL, NULL, err);
}

/* --- its addresses ---------------------------------------------------------
 */

/* All but what the kernel keeps count of. */
static void
take_attributes(const struct nlmsghdr *message, struct address *out)
{
	static const uint16_t types[] = { IFA_ADDRESS, IFA_LOCAL, IFA_LABEL,
		IFA_BROADCAST, IFA_ANYCAST, IFA_MULTICAST, IFA_RT_PRIORITY };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct nlattr *found = netlink_find(
			message, sizeof(struct ifaddrmsg), types[i]);
		size_t size = found ? netlink_size(found) : 0;

		if (!found || size > sizeof(out->attributes[0].value))
			continue;
		out->attributes[out->n_attributes].type = types[i];
		out->attributes[out->n_attributes].size = (uint16_t)size;
		memcpy(out->attributes[out->n_attributes++].value,
			netlink_value(found), size);
	}
}

/* A dump holds the addresses of all devices: those that count have no end, and
 * are seen from everywhere [128]. */
static void
take_address(void *context, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *fixed = NLMSG_DATA(message);
	const struct nlattr *flags =
		netlink_find(message, sizeof(*fixed), IFA_FLAGS);
	struct address address = { .fixed = *fixed, .flags = fixed->ifa_flags };
	struct netdev *device = context;

	if (flags && netlink_size(flags) == sizeof(address.flags))
		memcpy(&address.flags, netlink_value(flags),
			sizeof(address.flags));
	if (message->nlmsg_type != RTM_NEWADDR ||
		(int)fixed->ifa_index != device->index ||
		fixed->ifa_scope != RT_SCOPE_UNIVERSE ||
		!(address.flags & IFA_F_PERMANENT))
		return;
	device->full = device->n_addresses == ADDRESSES_MAX;
	if (device->full)
		return;
	take_attributes(message, &address);
	device->addresses[device->n_addresses++] = address;
}

/* In the order in which the kernel tells them: the first of a subnet is its
 * primary one, and has to be added first again. */
static int
read_addresses(int socket, struct netdev *device, struct err *err)
{
	const struct ifaddrmsg all = { .ifa_family = AF_UNSPEC };
	struct netlink_request request;

	device->addresses = calloc(ADDRESSES_MAX, sizeof(*device->addresses));
	if (!device->addresses)
		return err_code(err, ENOMEM, "addresses");
	netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP, &all, sizeof(all));
	if (netlink_call(socket, &request, take_address, device, err) < 0)
		return -1;
	if (device->full)
		return err_say(
			err, "it has more than %d addresses", ADDRESSES_MAX);
	return 0;
}

/* "eth0" and "eth0:1" are named after the device, and the device may have
 * another name now. */
static void
add_label(struct netlink_request *request, const char *label, const char *old,
	const char *name)
{
	size_t len = strlen(old);
	char text[2 * IFNAMSIZ];

	if (strncmp(label, old, len) != 0 || (label[len] && label[len] != ':'))
		snprintf(text, IFNAMSIZ, "%s", label);
	else
		snprintf(text, sizeof(text), "%s%s", name, label + len);
	if (strlen(text) < IFNAMSIZ)
		netlink_add(request, IFA_LABEL, text, strlen(text) + 1);
}

/* The broadcast address, the peer, the metric: as they were. The kernel refuses
 * none that it has told itself, but for a subnet that is there already. */
static int
add_address(int socket, const struct address *address, int index,
	const char *old, const char *name, struct err *err)
{
	struct ifaddrmsg fixed = address->fixed;
	uint32_t flags = address->flags & CHOSEN_FLAGS;
	struct netlink_request request;

	fixed.ifa_index = (unsigned)index;
	fixed.ifa_flags = 0;
	netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
		&fixed, sizeof(fixed));
	for (size_t i = 0; i < address->n_attributes; i++) {
		uint16_t type = address->attributes[i].type;

		if (type == IFA_LABEL)
			add_label(&request, address->attributes[i].value, old,
				name);
		else
			netlink_add(&request, type,
				address->attributes[i].value,
				address->attributes[i].size);
	}
	netlink_add(&request, IFA_FLAGS, &flags, sizeof(flags));
	if (netlink_call(socket, &request, NULL, NULL, err) < 0)
		return err_in(err, "give it its address again");
	return 0;
}

static int
add_addresses(int socket, const struct netdev *device, int index,
	const char *name, struct err *err)
{
	for (size_t i = 0; i < device->n_addresses; i++)
		if (add_address(socket, &device->addresses[i], index,
			    device->name, name, err) < 0)
			return -1;
	return 0;
}

/* --- the namespaces --------------------------------------------------------
 */

/* The network namespace that is joined by path; NULL: a new one. */
static const struct plan_join *
find_join(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_joins; i++)
		if (plan->joins[i].kind == CLONE_NEWNET)
			return &plan->joins[i];
	return NULL;
}

static int
open_home(struct err *err)
{
	int fd = openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, "open /proc/self/ns/net") : fd;
}

/* The container's: by path, or that of its process, which is not reaped. */
static int
open_inside(const struct plan *plan, pid_t pid, struct err *err)
{
	const struct plan_join *join = find_join(plan);
	char path[64];
	int fd;

	if (join)
		return cradle_open_join(join, err);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, "open %s", path) : fd;
}

/* A socket keeps the namespace in which it was made. */
static int
netlink_inside(int namespace, struct err *err)
{
	auto_fd home = open_home(err);
	int fd;

	if (home < 0)
		return -1;
	if (setns(namespace, CLONE_NEWNET) < 0)
		return err_sys(err, "enter the network namespace");
	fd = netlink_open(err);
	if (setns(home, CLONE_NEWNET) < 0) {
		fd_close_auto(&fd);
		return err_sys(err, "return to the own network namespace");
	}
	return fd;
}

/* --- all of them -----------------------------------------------------------
 */

static int
blame(const struct plan_net_device *from, struct err *err)
{
	err_in(err, "network device %s", from->name);
	return err_where(
		err, from->where.line, from->where.column, from->where.pointer);
}

/* Loopback devices, tunnels' fallbacks and their like belong to their
 * namespace; of all others the kernel knows when it is asked. */
static int
check_one(int home, int inside, const struct plan_net_device *from,
	struct err *err)
{
	struct netdev found = { .index = 0 };
	int taken = 0;

	if (find_link(home, from->name, 0, &found, err) < 0)
		return err && err->code == ENODEV
			? err_say(err, "there is none on the host")
			: -1;
	if (found.flags & IFF_LOOPBACK)
		return err_say(err, "a loopback device cannot be moved");
	if (inside >= 0 && !strchr(from->new_name, '%'))
		taken = has_link(inside, from->new_name, err);
	return taken > 0 ? err_say(err, "the namespace has a device %s already",
				   from->new_name)
			 : taken;
}

int
netdev_check(const struct plan *plan, struct err *err)
{
	auto_fd home = -1, namespace = -1, inside = -1;

	if (!plan->n_net_devices)
		return 0;
	home = netlink_open(err);
	if (home < 0)
		return -1;
	if (find_join(plan)) {
		namespace = open_inside(plan, 0, err);
		if (namespace < 0)
			return -1;
		inside = netlink_inside(namespace, err);
		if (inside < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->n_net_devices; i++)
		if (check_one(home, inside, &plan->net_devices[i], err) < 0)
			return blame(&plan->net_devices[i], err);
	return 0;
}

/* From here on it is inside, under a name that nobody else would choose. */
static int
carry(int from, int to, int namespace, struct netdev *device, struct err *err)
{
	struct netdev there = { .index = 0 };
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "s%x.%x",
		(unsigned)device->index & 0xffffff,
		(unsigned)getpid() & 0xffffff);
	if (change_link(from, device->index, 0, name, &namespace, err) < 0 ||
		find_link(to, name, 0, &there, err) < 0)
		return -1;
	device->index = there.index;
	return 0;
}

/* With a template the kernel chooses the number [127]. */
static int
settle(int socket, const struct netdev *device, const char *name, bool up,
	struct err *err)
{
	struct netdev now = { .index = 0 };

	if (change_link(socket, device->index, 0, name, NULL, err) < 0)
		return err->code == EEXIST
			? err_say(err, "the namespace has a device %s already",
				  name)
			: err_in(err, "name it %s", name);
	if (find_link(socket, NULL, device->index, &now, err) < 0)
		return -1;
	if (up &&
		change_link(socket, device->index, IFF_UP, NULL, NULL, err) < 0)
		return err_in(err, "set it up");
	return add_addresses(socket, device, device->index, now.name, err);
}

/* From the moment that it is on the list the way back knows of it. */
static int
move_one(const struct plan_net_device *from, struct netdev_moves *moves,
	int namespace, struct err *err)
{
	struct netdev device = { .index = 0 };

	if (find_link(moves->home, from->name, 0, &device, err) < 0)
		return -1;
	if (read_addresses(moves->home, &device, err) < 0 ||
		carry(moves->home, moves->inside, namespace, &device, err) <
			0) {
		free(device.addresses);
		return -1;
	}
	moves->items[moves->n++] = device;
	return settle(moves->inside, &device, from->new_name, true, err);
}

/* Both before the first device moves: the way back must not need anything that
 * could be missing then. */
static int
open_sockets(int namespace, struct netdev_moves *moves, struct err *err)
{
	int home = netlink_open(err);
	int inside = home < 0 ? -1 : netlink_inside(namespace, err);

	if (inside < 0) {
		fd_close_auto(&home);
		return -1;
	}
	moves->home = home;
	moves->inside = inside;
	return 0;
}

int
netdev_move(const struct plan *plan, pid_t pid, struct netdev_moves *moves,
	struct err *err)
{
	auto_fd namespace = -1;
	struct err none = { 0 };

	if (!err)
		err = &none;
	if (!plan->n_net_devices)
		return 0;
	namespace = open_inside(plan, pid, err);
	if (namespace < 0 || open_sockets(namespace, moves, err) < 0)
		return -1;
	moves->items = calloc(plan->n_net_devices, sizeof(*moves->items));
	if (!moves->items)
		return err_code(err, ENOMEM, "network devices");
	for (size_t i = 0; i < plan->n_net_devices; i++)
		if (move_one(&plan->net_devices[i], moves, namespace, err) < 0)
			return blame(&plan->net_devices[i], err);
	return 0;
}

int
netdev_return(struct netdev_moves *moves, struct err *err)
{
	auto_fd home = moves->n ? open_home(err) : -1;
	int ok = 0;

	if (moves->n && home < 0)
		return -1;
	while (moves->n) {
		struct netdev *device = &moves->items[--moves->n];

		if (carry(moves->inside, moves->home, home, device, err) < 0 ||
			settle(moves->home, device, device->name,
				device->flags & IFF_UP, err) < 0)
			ok = err_in(err, "bring back network device %s",
				device->name);
		free(device->addresses);
	}
	return ok;
}

void
netdev_done(struct netdev_moves *moves)
{
	while (moves->n)
		free(moves->items[--moves->n].addresses);
	free(moves->items);
	moves->items = NULL;
	if (moves->home)
		close(moves->home);
	if (moves->inside)
		close(moves->inside);
	moves->home = moves->inside = 0;
}
