/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.netDevices [125-131]: which device of the host goes into the
 * container's network namespace, and what it is called there. Whether it is
 * there and can be moved is known to the host alone; what names can be is
 * known here.
 */
#include <linux/sched.h>
#include <string.h>

#include "plan/make.h"

/* IFNAMSIZ with its NUL. */
#define NAME_SIZE 16

/* dev_valid_name() of the kernel, whose isspace() is that of Latin 1. */
static bool
is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < NAME_SIZE && strcmp(name, ".") != 0 &&
		strcmp(name, "..") != 0 && !strpbrk(name, "/: \t\n\v\f\r\xa0");
}

/* One "%d" is a template [127]; any other "%" is nothing. */
static bool
is_template(const char *name)
{
	const char *percent = strchr(name, '%');

	return !percent || (percent[1] == 'd' && !strchr(percent + 1, '%'));
}

/* Of two mistakes in one entry the first is told: the name on the host. */
static void
check_names(struct maker *m, const struct oci_net_device *said,
	const struct plan_net_device *device)
{
	const char *member = said->name ? "name" : NULL;

	if (!is_name(device->name) || strchr(device->name, '%'))
		make_complain(m, &said->at, NULL,
			"\"%s\" is not the name of a network device",
			device->name);
	else if (!is_name(device->new_name) || !is_template(device->new_name))
		make_complain(m, &said->at, member,
			"\"%s\" is no name of a device, nor one with a %%d",
			device->new_name);
	else if (strcmp(device->new_name, "lo") == 0)
		make_complain(m, &said->at, member,
			"every network namespace has a device lo already");
}

/* Two of one name would clash in the container [126]. */
static void
check_twins(struct maker *m, const struct oci_net_device *said,
	const struct plan_net_device *devices, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(devices[i].new_name, devices[j].new_name) != 0 ||
			strchr(devices[i].new_name, '%'))
			continue;
		make_complain(m, &said->at, said->name ? "name" : NULL,
			"%s is the name of two devices, %s and %s",
			devices[i].new_name, devices[j].name, devices[i].name);
		return;
	}
}

void
net_devices_make(struct maker *m)
{
	const struct oci_net_devices *list = &m->linux->net_devices;
	struct plan_net_device *devices =
		make_alloc(m, list->n * sizeof(*devices));

	for (size_t i = 0; devices && i < list->n; i++) {
		const struct oci_net_device *said = &list->items[i];

		devices[i].name = said->key;
		devices[i].new_name =
			said->name && *said->name ? said->name : said->key;
		devices[i].where = make_where(m, &said->at, NULL);
		check_names(m, said, &devices[i]);
		check_twins(m, said, devices, i);
	}
	if (!devices || !list->n)
		return;
	if (!((m->new_ns | m->joined_ns) & CLONE_NEWNET))
		make_complain(m, &list->items[0].at, NULL,
			"netDevices need a network namespace");
	else if (!m->request->root)
		make_complain(m, &list->items[0].at, NULL,
			"netDevices are the host's: only its root can give them away");
	m->plan->net_devices = devices;
	m->plan->n_net_devices = list->n;
}
