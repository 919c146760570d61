/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a bundle to a container that waits for its start. What create_run()
 * leaves in struct creation is what run goes on with; create itself closes it
 * and exits, and the waiting process goes to whoever adopts orphans.
 */
#ifndef LIFE_CREATE_H
#define LIFE_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "host/cgroup.h"
#include "host/network.h"
#include "host/netdev.h"
#include "host/source.h"
#include "host/spawn.h"
#include "life/load.h"
#include "life/pidfd.h"
#include "life/pidfile.h"

struct err;
struct oci_record;
struct plan;
struct str;

struct creation;

/* Processes that come from elsewhere (restore) in place of a birth. */
struct create_revival {
	/* Sets creation->child.pid and .pidfd, a child of this process. */
	int (*revive)(
		void *context, struct creation *creation, struct err *err);
	void *context;
};

/* What the caller asks for. */
struct create_request {
	const char *root; /* path of the state root */
	const char *id;
	const char *bundle; /* NULL: the working directory */
	const char *config; /* NULL: config.json */
	const char *pid_file, *pidfd_socket, *console_socket; /* or NULL */
	uint32_t preserve_fds;
	bool no_pivot, no_new_keyring;
	const struct cgroup_driver *driver; /* NULL: no cgroup at all */
	bool foreground;                    /* run: the start comes by wire */
	bool detach; /* run: and nobody will take the terminal */
	enum load_rootless rootless;
	const struct create_revival *revival; /* NULL: a birth */
	struct str *report;                   /* as in load.h */
};

struct creation {
	const struct create_request *request;
	struct arena arena;
	struct plan *plan;
	struct oci_record *record;
	int root, dir; /* the state root, the container's directory (locked) */
	int journal;   /* its file (journal.h), to be appended to */
	struct cgroup cgroup;
	struct cgroup inside; /* its processes' one (inside.h); fd -1: none */
	struct host_files files;
	struct network_job network;
	struct spawn_child child;
	struct netdev_moves net_devices;
	struct pidfd receivers;
	int relay;        /* of the program's reports (relay.h); -1: none */
	int console;      /* the terminal's master, foreground only; -1: none */
	bool makes_group; /* of resctrl, here */
	bool guarded;     /* the device rules hold */
	bool poststop;    /* hooks have begun: those of poststop end it */
	struct pidfile pid_file;
};

/* On failure everything is undone and *out is closed. */
int create_run(const struct create_request *request, struct creation *out,
	struct err *err);
/* Runs the hooks of the runtime's side; to a revival's callback. */
int create_hooks(struct creation *creation, pid_t pid, struct err *err);
/* Undoes a created container, for run. Failures are warnings. */
void create_undo(struct creation *creation);
/* Lets go of it: descriptors, lock, memory. The container stays. */
void create_close(struct creation *creation);

#endif
