/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits set from outside, on the child while it waits at its gate: with
 * scrim's privileges, which the child has lost by then. Both halves of an
 * rlimit are set as the config says them, and oom_score_adj to exactly its
 * value; a config that says nothing changes nothing.
 *
 * Limits of another user's process are set by CAP_SYS_RESOURCE, which root
 * may be without (in a container, for one). Lowering them needs no more than
 * to be that user: then an aide takes the child's ids and does it.
 */
#include "host/limits.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/aide.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* fs.nr_open, which nobody may go beyond. 0: not known. */
static uint64_t
max_descriptors(void)
{
	uint64_t max = 0;
	char text[32];

	if (file_read(AT_FDCWD, "/proc/sys/fs/nr_open", text, sizeof(text),
		    NULL) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return str_to_uint(text, UINT64_MAX, &max) == 0 ? max : 0;
}

/* EPERM has two reasons. */
static int
explain(const struct plan_rlimit *limit, struct err *err)
{
	uint64_t max = limit->resource == RLIMIT_NOFILE ? max_descriptors() : 0;

	if (max && limit->hard > max)
		return err_say(err,
			"rlimit %s: %" PRIu64
			" is above fs.nr_open, which is %" PRIu64,
			limit->name, limit->hard, max);
	return err_say(err,
		"rlimit %s: raising the hard limit to %" PRIu64
		" needs CAP_SYS_RESOURCE",
		limit->name, limit->hard);
}

/* Both halves at once [90]. */
static int
set_rlimit(const struct plan_rlimit *limit, pid_t pid, struct err *err)
{
	struct rlimit64 wanted = { .rlim_cur = limit->soft,
		.rlim_max = limit->hard };

	if (prlimit64(pid, (unsigned)limit->resource, &wanted, NULL) == 0)
		return 0;
	if (errno == EPERM)
		return explain(limit, err);
	return err_sys(err, "rlimit %s to %" PRIu64 ":%" PRIu64, limit->name,
		limit->soft, limit->hard);
}

/* Below the value that it was born with only with CAP_SYS_RESOURCE [97]. */
static int
set_oom_score_adj(int score, pid_t pid, struct err *err)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	snprintf(text, sizeof(text), "%d", score);
	if (file_write(AT_FDCWD, path, text, err) == 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return err_say(err,
			"oomScoreAdj %d: lowering it needs CAP_SYS_RESOURCE",
			score);
	return -1;
}

static int
set_rlimits(const struct plan *plan, pid_t pid, struct err *err)
{
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		const struct plan_rlimit *limit = &plan->rlimits[i];

		if (set_rlimit(limit, pid, err) < 0)
			return err_where(err, limit->where.line,
				limit->where.column, limit->where.pointer);
	}
	return 0;
}

/* Where it cannot be told, the direct way may try. */
static bool
has_sys_resource(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];

	if (sys_capget(&head, caps) < 0)
		return true;
	return caps[0].effective & 1u << CAP_SYS_RESOURCE;
}

/* The first of the four ids in a line of /proc/PID/status, "Uid:\t0\t0..." */
static int
parse_id(char *status, const char *key, uint64_t *out)
{
	char *at = strstr(status, key), kept;
	int ok;

	if (!at)
		return -1;
	at += strlen(key);
	status = at + strcspn(at, "\t\n");
	kept = *status;
	*status = '\0';
	ok = str_to_uint(at, UINT32_MAX, out);
	*status = kept;
	return ok;
}

struct errand {
	const struct plan *plan;
	pid_t pid;
	uint64_t uid, gid; /* the child's, as we see them */
};

static int
find_ids(struct errand *errand, struct err *err)
{
	auto_free char *status = NULL;
	auto_fd fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)errand->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	/* A process may have many groups. */
	if (fd_read(fd, 1 << 20, path, &status, NULL, err) < 0)
		return -1;
	if (parse_id(status, "\nUid:\t", &errand->uid) < 0 ||
		parse_id(status, "\nGid:\t", &errand->gid) < 0)
		return err_say(err, "%s has no ids", path);
	return 0;
}

/* The aide's deed. */
static int
set_as_child(int line, void *arg, struct err *err)
{
	const struct errand *errand = arg;
	gid_t gid = (gid_t)errand->gid;
	uid_t uid = (uid_t)errand->uid;

	(void)line;
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_sys(err, "take the container's ids to set rlimits");
	return set_rlimits(errand->plan, errand->pid, err);
}

static int
apply_rlimits(const struct plan *plan, pid_t pid, struct err *err)
{
	struct aide aide = { .cgroup = -1, .line = -1 };
	struct errand errand = { plan, pid, 0, 0 };
	int ok;

	/* A user namespace of ours obeys us in everything. */
	if (plan->n_rlimits == 0 || plan->new_user || has_sys_resource())
		return set_rlimits(plan, pid, err);
	if (find_ids(&errand, err) < 0)
		return -1;
	if (errand.uid == getuid() && errand.gid == getgid())
		return set_rlimits(plan, pid, err);
	ok = aide_start(&aide, set_as_child, &errand, err);
	if (ok == 0)
		ok = aide_hear(&aide, err);
	aide_end(&aide);
	return ok;
}

int
limits_apply(const struct plan *plan, pid_t pid, struct err *err)
{
	if (apply_rlimits(plan, pid, err) < 0)
		return -1;
	if (plan->oom_score_adj)
		return set_oom_score_adj(*plan->oom_score_adj, pid, err);
	return 0;
}
