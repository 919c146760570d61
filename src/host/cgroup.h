/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's cgroup on cgroup v2. A path here is below the root of the
 * hierarchy, "/a/b"; where that is mounted (/sys/fs/cgroup, or .../unified on
 * a hybrid host) is found once. Waits are for cgroup.events by poll, never
 * sleeps. Who made a cgroup owns it, and marks it (cgroup_files.h); parents
 * that were made on the way go with the last container below them. Only the
 * runtime's own place, "/scrim", stays.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/aide.h"

struct err;
struct plan;
struct plan_knob;
struct plan_present;
struct plan_resources;

struct cgroup {
	char *path; /* heap; NULL or "": the container has no cgroup of its own
	             */
	int fd;     /* the directory; -1: none */
	bool made;  /* by us: delete removes it */
	/* For make(): the directory that remembers the container, absolute;
	 * NULL: not said (cgroup_owner.h). */
	const char *owner;
	/* A process that keeps it from being taken away while it has no other;
	 * pid 0: none. */
	struct aide keeper;
};

void cgroup_close(struct cgroup *cgroup);
/* From here on the container's own processes keep it. */
void cgroup_settle(struct cgroup *cgroup);
/* The same from a cgroupsPath (NULL: not said), the container's id and the
 * runtime's own place. Heap; NULL with err where the path is not acceptable. */
char *cgroup_join(const char *cgroups_path, const char *id, const char *own,
	struct err *err);
/* Where the container of this plan belongs: cgroupsPath absolute, relative
 * (below the runtime's own place), or that place and ID. The place is "/scrim"
 * for root, for an ordinary user the cgroup he is in. Heap; "" where an
 * ordinary user asks for no cgroup and has none to make it in: every call below
 * takes it for "no cgroup". No side effect. */
char *cgroup_place(const struct plan *plan, struct err *err);
/* Makes the directory when it is absent and enables the controllers that the
 * plan's knobs need, each at the level where it is missing. A cgroup that
 * exists already is refused where it is populated, frozen, or another
 * container's. On failure nothing of it is left. */
int cgroup_make(const struct plan *plan, const char *path, struct cgroup *out,
	struct err *err);
/* The place of a container of root's that names none. */
#define CGROUP_OWN_PLACE "/scrim"
/* Whether a runtime made it: not, where it is gone. */
bool cgroup_is_ours(const char *path);
/* The cgroup that we are in, "/a/b"; heap, NULL: unknown. */
char *cgroup_own(void);
/* The same of another process. */
char *cgroup_of(pid_t process);
/* Opens an existing one by path; -1 with ENOENT in err when it is gone. */
int cgroup_open(const char *path, struct cgroup *out, struct err *err);
/* Where another process of the container goes: into the cgroup at path, or the
 * one that is named below it (NULL: not said). Where that is only a parent of
 * cgroups, as the kernel takes no process there, and none is named, it is the
 * one that process (the container's first) is in. */
int cgroup_open_inside(const char *path, const char *below, pid_t process,
	struct cgroup *out, struct err *err);
/* Writes the knobs and attaches the device program. */
int cgroup_apply(const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err);
/* Before a small limit of memory is written: makes the kernel give back what
 * it holds in reserve. limit: as it will be written. */
void cgroup_drain(const struct cgroup *cgroup, const char *limit);
/* Changes what is filled already: enables what is needed, looks, writes; where
 * one file refuses, those before it are set back. */
int cgroup_update(const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err);
/* Gives it to a user: the directory and the files of delegation, no limits. */
int cgroup_delegate(const struct cgroup *cgroup, uid_t uid, struct err *err);
/* Makes a cgroup in one that has no processes but its keeper, for all of the
 * container's, with whatever controllers there are. On failure it is not
 * there. */
int cgroup_make_inside(const struct cgroup *cgroup, const char *name,
	struct cgroup *out, struct err *err);
/* Makes the controllers of these knobs available in the cgroup at path. */
int cgroup_enable(const struct plan_resources *resources, const char *path,
	struct err *err);
/* What the next plan_update() has to know of it. */
void cgroup_present(const struct cgroup *cgroup, struct plan_present *out);
int cgroup_freeze(const struct cgroup *cgroup, bool freeze, struct err *err);
bool cgroup_is_frozen(const char *path);
/* All pids in it and below; heap, *out_n. */
int cgroup_pids(const char *path, pid_t **out, size_t *out_n, struct err *err);
/* cgroup.kill (SIGKILL to all, thaws what is frozen). Gone already: success. */
int cgroup_kill(const char *path, struct err *err);
/* Any other signal to every process in it. */
int cgroup_signal(const char *path, int sig, struct err *err);
/* Waits until it is empty (at most ms), removes what is nested in it, itself,
 * and parents of ours that are empty then. Gone: success. */
int cgroup_remove(const char *path, int ms, struct err *err);
/* The same, after killing what is still in it. */
int cgroup_end(const char *path, int ms, struct err *err);

/*
 * Who manages the cgroups of a host: what a container's cgroup comes by, its
 * limits and its end. The functions are those above or do what those promise;
 * all else in this header (killing, freezing, listing) goes by the path alone,
 * whoever made the cgroup.
 */
struct cgroup_driver {
	const char *name; /* as in the record of a container */
	/* For cgroup_driver_ready(); NULL: nothing to do. */
	int (*ready)(struct err *err);
	char *(*place)(const struct plan *plan, struct err *err);
	int (*make)(const struct plan *plan, const char *path,
		struct cgroup *out, struct err *err);
	/* After the birth: the first process is in the cgroup. */
	int (*apply)(const struct plan_resources *resources,
		const struct cgroup *cgroup, struct err *err);
	/* The same for a container that is there: where one limit cannot be
	 * set, those before it are set back. */
	int (*update)(const struct plan_resources *resources,
		const struct cgroup *cgroup, struct err *err);
	/* When the late ones (below) are written: all limits are told to
	 * whoever manages the cgroup. NULL: that is nobody. */
	int (*tell)(const struct plan_resources *resources,
		const struct cgroup *cgroup, struct err *err);
	/* Before a process is made in the cgroup of a container that is there:
	 * goes where that is allowed. NULL: wherever it may be done at all, it
	 * may be done from where the caller is. */
	int (*enter)(const char *path, struct err *err);
	/* Of a create that was killed before it could say whether it had made
	 * the cgroup: takes away what it has made, and nothing else. */
	void (*forget)(const char *path, int ms);
	/* This and forget() may begin anew (library.h) without ready(): mostly
	 * they need no library, and a delete can be asked again. */
	int (*end)(const char *path, int ms, struct err *err);
};

/* Whether a limit is one of memory, which comes when the work of scrim-init is
 * done; make() knows nothing of it. */
bool cgroup_driver_is_late(const struct plan_knob *knob);
/* NULL or an unknown name: cgroupfs. */
const struct cgroup_driver *cgroup_driver_find(const char *name);
/* To be called by a command before it makes or changes anything, and before it
 * reads what can be read only once: it may begin anew (library.h). */
int cgroup_driver_ready(const char *name, struct err *err);
/* For one that makes a process in a container's cgroup. As above. */
int cgroup_driver_enter(const char *name, const char *path, struct err *err);
/* The one that asks systemd (systemd.c). */
extern const struct cgroup_driver cgroup_driver_systemd;

#endif
