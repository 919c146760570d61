/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU, by libcriu, which is loaded for it (host/library.h) and runs the
 * program criu: processes become image files, and processes again.
 */
#ifndef HOST_CRIU_H
#define HOST_CRIU_H

#include <stddef.h>
#include <sys/types.h>

struct err;
struct str;

/* What criu is asked for by a word. */
enum criu_flag {
	CRIU_LEAVE_RUNNING = 1,
	CRIU_TCP_ESTABLISHED = 2,
	CRIU_TCP_SKIP_IN_FLIGHT = 4,
	CRIU_LINK_REMAP = 8,
	CRIU_EXT_UNIX_SK = 16,
	CRIU_SHELL_JOB = 32,
	CRIU_FILE_LOCKS = 64,
	CRIU_AUTO_DEDUP = 128,
	CRIU_TRACK_MEM = 256,
	CRIU_ORPHAN_PTS = 512,
};

/* enum criu_cg_mode of its header. */
enum criu_cgroups {
	CRIU_CGROUPS_IGNORE,
	CRIU_CGROUPS_NONE,
	CRIU_CGROUPS_PROPS,
	CRIU_CGROUPS_SOFT,
	CRIU_CGROUPS_FULL,
	CRIU_CGROUPS_STRICT,
};

struct criu_pair {
	const char *key, *value;
};

struct criu_fd {
	int fd;
	const char *key;
};

/* One request. NULL, -1 and 0: not said. */
struct criu_job {
	const char *binary; /* from criu_find() */
	int images, work;   /* directories */
	const char *log;    /* file in work */
	pid_t pid;          /* what is dumped */
	unsigned flags;     /* enum criu_flag */
	enum criu_cgroups cgroups;
	const char *parent; /* earlier images, from images on */
	const char *freezer, *cgroup_root;
	const char *root; /* where the tree of mounts is put together */
	const char *lsm_profile, *lsm_mount_context;
	const struct str *config;       /* lines of a configuration file */
	const struct criu_pair *mounts; /* of the host: name, place */
	size_t n_mounts;
	const struct criu_pair *joins; /* namespaces that are entered */
	size_t n_joins;
	const char *const *external; /* other things of the host */
	size_t n_external;
	const struct criu_fd *fds; /* what stands for them */
	size_t n_fds;
	/* restore: the process is there and nothing runs yet ("pid"), or a
	 * terminal's master came. -1 ends it. */
	int (*made)(void *context, pid_t pid, struct err *err);
	int (*master)(void *context, int fd, struct err *err);
	void *context;
};

/* The path of criu, given or looked for, on the heap; NULL with err where it
 * or its library is missing. Needs library_ready(). */
char *criu_find(const char *given, struct err *err);
int criu_dump(const struct criu_job *job, struct err *err);
/* Memory alone, while the processes go on. */
int criu_pre_dump(const struct criu_job *job, struct err *err);
/* The pid of the first process, a child of the caller. */
pid_t criu_restore(const struct criu_job *job, struct err *err);

#endif
