/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The birth of a container's first process: clone3 into its namespaces and its
 * cgroup, the id maps, and the exec of scrim-init from a sealed memfd. Where
 * the caller itself may not prepare or clone (an ordinary user, a user
 * namespace joined by path, time offsets there), a deputy does it: a fork of
 * scrim that enters what must be entered, opens the sources with the same code
 * (source.h), clones with CLONE_PARENT and is gone.
 */
#ifndef HOST_SPAWN_H
#define HOST_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct plan;
struct host_files;

struct spawn_child {
	pid_t pid; /* as the caller sees it; a child of the caller, to be reaped
	              or left to a subreaper */
	int pidfd;
	int wire;   /* the caller's end of the pair */
	int userns; /* the child's user namespace where it is new, for id maps;
	               else -1 */
	bool shelved; /* trees and devices went with it (shelf.h) */
};

/* The sockets of LISTEN_FDS must be there. Of the n of --preserve-fds alone
 * some may be missing: Podman names the highest. */
int spawn_check_preserved(uint32_t n, uint32_t sockets, struct err *err);
/* Whether another process may have the caller's memory while it clones. */
bool spawn_can_share(const struct plan *plan);
/* Clones, writes the maps, sends WIRE_PLAN. Early sources (those that need no
 * later fact) are sent by spawn_send_sources(). On failure nothing is left:
 * a child that was born has been killed and reaped. */
int spawn_child(const struct plan *plan, const struct host_files *files,
	struct spawn_child *out, struct err *err);
/* Opens and sends every source that the deputy has not sent, in slot order and
 * in few messages; errors name the source's place in the config. */
int spawn_send_sources(const struct plan *plan, const struct host_files *files,
	const struct spawn_child *child, struct err *err);
/* Kills and reaps; closes the descriptors. Safe on {0, -1, -1, -1}. */
void spawn_kill(struct spawn_child *child);

#endif
