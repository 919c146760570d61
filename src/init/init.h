/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one object that a run of scrim-init has, and the functions behind the
 * operations of plan/format.h: one per operation, each in the file whose stem
 * its name begins with. A step reads its operands from the plan by
 * init_text(), init_list() and its numbers, acts, and returns 0 or -1 with
 * the error filled; init.c adds the step's name and place.
 */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "init/search.h"
#include "plan/format.h"

struct err;

/* As many slots need no memory of their own, which is a page at least. */
#define INIT_FEW_SLOTS 64

/* What is to be executed: looked up by exec_find() before the gate. */
struct program {
	const char *path; /* NULL: not ready yet */
	char **argv, **env;
	struct search_gap gap; /* known beforehand, in case execve fails */
	bool looked_at;
};

struct init {
	const void *plan;
	uint32_t step;                  /* index of the step that runs */
	const struct plan_step *blamed; /* a failure is this one's; or NULL */
	int wire;   /* to whoever waits for the outcome; -1: nobody */
	int *slots; /* by number, see slots.h */
	int few_slots[INIT_FEW_SLOTS];
	bool chrooted; /* "/" is not a mount: the caller is in a chroot */
	/* The rootfs; -1 before it is attached and after the mounts. */
	int root;
	struct stat root_stat;
	/* Where the last device went, -1: nowhere yet; devices_parent(). No
	 * step mounts a directory between two of devices (plan_check()). */
	int dir;
	const char *dir_path;
	size_t dir_len;
	/* Masks that are attached, of a file and of a directory; -1: not yet.
	 */
	int masks[2];
	mode_t umask;  /* the caller's; ours is 0 until OP_IDENTITY */
	bool guest;    /* exec: the container was made by others */
	bool terminal; /* stdio is one, to be taken over by OP_FORK's child */
	bool settled;  /* descriptors stand where the program wants them */
	bool in_cwd; /* the working directory was reached with root's rights */
	struct program program;
	/* A guest of a running container: the host's procfs, else -1, and the
	 * mounts that were attached so far, to be taken away on failure. */
	int proc;
	int *attached;
	uint32_t n_attached;
	/* Of listener.c; page NULL: the filter has no listener. */
	void *page;
	int faults, listener;
};

static inline const char *
init_text(const struct init *init, const struct plan_step *step, unsigned i)
{
	return plan_text(init->plan, step->text[i]);
}

/* Item i of a list of strings. */
static inline const char *
init_item(const struct init *init, const struct plan_list *list, uint32_t i)
{
	return plan_text(init->plan, plan_items(init->plan, list)[i]);
}

/* The first step of that operation from the running one on, or NULL. */
const struct plan_step *init_find(const struct init *init, uint32_t op);
/* Zeroed memory that is never given back. */
void *init_memory(size_t size, struct err *err);
/* A NULL-terminated vector of the list's strings with room for `more` others.
 */
char **init_strings(const struct init *init, const struct plan_list *list,
	size_t more, struct err *err);
/* A line for scrim's log; nothing where nobody would write it. */
void init_warn(const struct init *init, const char *text);
/* Closes what the mounts needed: no working directory can lead through it. */
void init_end_mounts(struct init *init);
/* From here on death of the parent is ours, too: nothing may be left behind by
 * a create that was killed. A change of credentials ends it, the gate does so
 * for good. */
int init_follow_parent(bool follow, struct err *err);

/* A session of its own, default signals, closed to ptrace, and a name to be
 * seen by in a list of processes. */
int session_begin(
	struct init *init, const struct plan_step *step, struct err *err);

/* Joins the namespace whose descriptor is in the slot. */
int surroundings_setns(
	struct init *init, const struct plan_step *step, struct err *err);
/* Joins all namespaces of the container's process in the slot. */
int join_namespaces(
	struct init *init, const struct plan_step *step, struct err *err);
/* Opens the container's root. */
int join_root(struct init *init, const struct plan_step *step, struct err *err);
/* A child goes on, as a process of the joined pid namespace. */
int join_fork(struct init *init, const struct plan_step *step, struct err *err);
/* Goes into the cgroup whose list of processes is in the slot. */
int surroundings_cgroup(
	struct init *init, const struct plan_step *step, struct err *err);
/* Makes new namespaces of the kinds that clone3 could not. */
int surroundings_unshare(
	struct init *init, const struct plan_step *step, struct err *err);
/* Sets lo up in a new network namespace. */
int surroundings_loopback(
	struct init *init, const struct plan_step *step, struct err *err);
/* Joins the network namespace that scrim has made meanwhile. */
int surroundings_network(
	struct init *init, const struct plan_step *step, struct err *err);
/* The UTS namespace's two names. */
int surroundings_hostname(
	struct init *init, const struct plan_step *step, struct err *err);
int surroundings_domainname(
	struct init *init, const struct plan_step *step, struct err *err);
/* One kernel parameter, by the host's procfs in the slot. */
int surroundings_sysctl(
	struct init *init, const struct plan_step *step, struct err *err);
/* The security label that the next execve takes, by the same. */
int surroundings_label(
	struct init *init, const struct plan_step *step, struct err *err);
/* A new session keyring; the caller's is out of reach then. */
int surroundings_keyring(
	struct init *init, const struct plan_step *step, struct err *err);
/* The execution domain: what uname tells and how addresses are laid out. */
int surroundings_personality(
	struct init *init, const struct plan_step *step, struct err *err);
/* Which memory nodes pages come from. */
int surroundings_memory_policy(
	struct init *init, const struct plan_step *step, struct err *err);

/* Cuts the copied tree off from the host's mount events. */
int root_isolate(
	struct init *init, const struct plan_step *step, struct err *err);
/* Attaches the rootfs; from here on targets are resolved beneath it. */
int root_attach(
	struct init *init, const struct plan_step *step, struct err *err);
/* Takes the root of a container that runs as the one to mount in. */
int inside_begin(
	struct init *init, const struct plan_step *step, struct err *err);
/* Notes what was attached there; nothing in a container that is made. */
int inside_note(struct init *init, int tree, struct err *err);
/* Takes a mount away that is where, and what, it should be. */
int inside_detach(
	struct init *init, const struct plan_step *step, struct err *err);
/* All is well: says so and ends. */
int inside_end(
	struct init *init, const struct plan_step *step, struct err *err);
/* Takes away what was attached. */
void inside_undo(struct init *init);
/* Makes a directory, and what leads to it, where it is missing. */
int root_mkdir(
	struct init *init, const struct plan_step *step, struct err *err);
/* Makes the rootfs the "/" of this process and lets go of the old one. */
int root_enter(
	struct init *init, const struct plan_step *step, struct err *err);
/* Read-only, shared: what the root may be only when all is mounted. */
int root_attr(struct init *init, const struct plan_step *step, struct err *err);

/* A new filesystem, attached. */
int mounts_make(
	struct init *init, const struct plan_step *step, struct err *err);
/* A tree of the host, or a link of it, that scrim opened. */
int binds_make(
	struct init *init, const struct plan_step *step, struct err *err);
/* Other attributes, words and propagation for a mount that is there. */
int remount_change(
	struct init *init, const struct plan_step *step, struct err *err);
/* Makes a mount read-only that had to be filled first. */
int remount_seal(
	struct init *init, const struct plan_step *step, struct err *err);
/* A device node or a FIFO. */
int devices_make(
	struct init *init, const struct plan_step *step, struct err *err);
/* The host's node in place of one that may not be made. */
int devices_bind(
	struct init *init, const struct plan_step *step, struct err *err);
/* A symbolic link in /dev. */
int devices_link(
	struct init *init, const struct plan_step *step, struct err *err);
/* The terminal: its master goes out, its peer becomes stdio. */
int console_make(
	struct init *init, const struct plan_step *step, struct err *err);
/* Hides a path behind nothing. */
int masks_hide(
	struct init *init, const struct plan_step *step, struct err *err);
/* Makes a path read-only, with all that is mounted below. */
int masks_freeze(
	struct init *init, const struct plan_step *step, struct err *err);

/* Lets scrim run the hooks that belong to the host's namespaces. */
int hooks_wait(
	struct init *init, const struct plan_step *step, struct err *err);
/* Runs one hook in the container's namespaces. */
int hooks_run(struct init *init, const struct plan_step *step, struct err *err);

/* No execve gives more than there is, from here on. */
int identity_no_new_privs(
	struct init *init, const struct plan_step *step, struct err *err);
/* Groups, group, user, umask. */
int identity_change(
	struct init *init, const struct plan_step *step, struct err *err);
/* One resource limit, both halves. */
int identity_rlimit(
	struct init *init, const struct plan_step *step, struct err *err);
/* The five capability sets. */
int capabilities_set(
	struct init *init, const struct plan_step *step, struct err *err);

/* Tells scrim that the container is created and waits for its start. */
int gate_wait(struct init *init, const struct plan_step *step, struct err *err);
/* Fails with the plan's reason: there is nothing to start. */
int gate_refuse(
	struct init *init, const struct plan_step *step, struct err *err);
/* Makes ready who will pass the filter's listener on. */
int listener_prepare(
	struct init *init, const struct plan_step *step, struct err *err);
/* Loads the filter; the program is made ready before. */
int seccomp_load(
	struct init *init, const struct plan_step *step, struct err *err);
/* Enters the working directory, which must be inside. */
int exec_cwd(struct init *init, const struct plan_step *step, struct err *err);
/* Becomes the program. Returns only on failure. */
int exec_run(struct init *init, const struct plan_step *step, struct err *err);

#endif
