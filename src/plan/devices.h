/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices that every container has [124]. devices.c makes them, and
 * device_rules.c allows them.
 */
#ifndef PLAN_DEVICES_H
#define PLAN_DEVICES_H

#include <stddef.h>
#include <stdint.h>

struct devices_node {
	const char *path;
	uint32_t major, minor;
};

#define DEVICES_N_DEFAULT 6
extern const struct devices_node devices_default[DEVICES_N_DEFAULT];

/* 'c', 'b' or 'p' for a type of linux.devices ('u' is 'c'); 0: unknown. */
char devices_type(const char *type);

#endif
