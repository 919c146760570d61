/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to systemd over D-Bus, by libsystemd's sd-bus, which is loaded for
 * it: starting, changing and stopping one scope. Each call that makes systemd
 * do something waits until that is done, by systemd's own signal.
 */
#ifndef HOST_BUS_H
#define HOST_BUS_H

#include <stdbool.h>
#include <stddef.h>

struct bus;
struct err;
struct unit_list;

/* Connects to the systemd of the host, or of the user; *out is heap. */
int bus_open(bool user, struct bus **out, struct err *err);
void bus_close(struct bus *bus);
/* The cgroup below which that systemd has its units, "" for all of it; heap. */
char *bus_manager_cgroup(struct bus *bus, struct err *err);
/* Starts a transient scope. -1 with EEXIST: there is a unit of that name. */
int bus_start(struct bus *bus, const char *scope, const struct unit_list *list,
	struct err *err);
/* Changes properties until the unit ends. */
int bus_set(struct bus *bus, const char *scope, const struct unit_list *list,
	struct err *err);
/* Stops the unit and forgets how it ended. Gone already: success. */
int bus_stop(struct bus *bus, const char *scope, struct err *err);
/* Forgets a unit that has failed; others are left alone. */
void bus_forget(struct bus *bus, const char *scope);

#endif
