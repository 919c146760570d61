/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a container's cgroup belongs. The same cgroupsPath always gives the
 * same place [134], and nothing is made or asked for root. An ordinary user's
 * place is beside or in the cgroup that he is in, where that was delegated to
 * him: then he may write to the directory and to its cgroup.procs. The root of
 * the hierarchy is never a container's, and no path leads out of it by "..".
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/proc.h"
#include "host/cgroup_files.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A component "..", wherever it leads. */
static bool
goes_up(const char *path)
{
	for (; *path; path += strcspn(path, "/"), path += *path == '/')
		if (strncmp(path, "..", 2) == 0 &&
			(path[2] == '/' || path[2] == '\0'))
			return true;
	return false;
}

char *
cgroup_join(const char *cgroups_path, const char *id, const char *own,
	struct err *err)
{
	const char *below = cgroups_path && *cgroups_path ? cgroups_path : id;
	char *path = NULL;

	if (goes_up(below)) {
		err_say(err, "cgroupsPath %s goes up by \"..\"", below);
		return NULL;
	}
	if (asprintf(&path, "%s/%s", *below == '/' ? "" : own, below) < 0) {
		err_code(err, ENOMEM, "cgroupsPath");
		return NULL;
	}
	path_clean(path);
	if (cgroup_files_is_none(path)) {
		err_say(err, "cgroupsPath %s is the root of the hierarchy",
			below);
		free(path);
		return NULL;
	}
	return path;
}

/* The cgroup of a process, from the line "0::/a/b" of its file in /proc. Heap;
 * NULL: unknown. */
static char *
find_of(const char *file)
{
	auto_free char *text = NULL;
	auto_fd fd = openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
	char *line;

	if (fd < 0)
		return NULL;
	if (fd_read(fd, 65536, file, &text, NULL, NULL) < 0)
		return NULL;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return NULL;
	line += *line == '\n' ? 4 : 3;
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

char *
cgroup_own(void)
{
	return find_of("/proc/self/cgroup");
}

char *
cgroup_of(pid_t process)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)process);
	return find_of(file);
}

/* Making a cgroup there and moving from here into it takes both. */
static bool
is_ours(int root, const char *own)
{
	auto_fd dir = openat(
		root, own[1] ? own + 1 : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dir >= 0 && faccessat(dir, ".", W_OK, AT_EACCESS) == 0 &&
		faccessat(dir, "cgroup.procs", W_OK, AT_EACCESS) == 0;
}

/*
 * Beside the cgroup that the user is in, if the one above is his, too, else in
 * it. Beside is better: in a cgroup that has processes of its own, the kernel
 * lets nobody enable controllers for memory or input and output. Changes own;
 * NULL: neither is his.
 */
static const char *
find_place(char *own)
{
	auto_fd root = cgroup_files_root(NULL);
	char *slash = own && *own == '/' ? strrchr(own, '/') : NULL;

	if (root < 0 || !slash)
		return NULL;
	if (slash > own) {
		*slash = '\0';
		if (is_ours(root, own))
			return own;
		*slash = '/';
	}
	return is_ours(root, own) ? own : NULL;
}

char *
cgroup_place(const struct plan *plan, struct err *err)
{
	bool said = plan->cgroups_path && *plan->cgroups_path;
	auto_free char *own = NULL;
	const char *place;

	if (proc_is_host_root())
		return cgroup_join(
			plan->cgroups_path, plan->id, CGROUP_OWN_PLACE, err);
	own = cgroup_own();
	place = find_place(own);
	if (!place && !said)
		return strdup("");
	return cgroup_join(plan->cgroups_path, plan->id,
		place         ? place
			: own ? own
			      : "",
		err);
}

/* path with a name below it; NULL with err where the name leads out. */
static char *
join_below(const char *path, const char *below, struct err *err)
{
	char *joined = NULL;

	if (goes_up(below)) {
		err_say(err, "cgroup %s goes up by \"..\"", below);
		return NULL;
	}
	if (asprintf(&joined, "%s/%s", path, below) < 0) {
		err_code(err, ENOMEM, "cgroup %s", below);
		return NULL;
	}
	path_clean(joined);
	return joined;
}

/* "No internal processes" (Documentation/admin-guide/cgroup-v2.rst). */
static bool
is_parent_only(const struct cgroup *cgroup)
{
	char text[512];

	return file_read(cgroup->fd, "cgroup.subtree_control", text,
		       sizeof(text), NULL) > 1;
}

/* What the first process is in may be anybody's, if it was moved: only what is
 * below the container's own counts. */
int
cgroup_open_inside(const char *path, const char *below, pid_t process,
	struct cgroup *out, struct err *err)
{
	auto_free char *place = below ? join_below(path, below, err) : NULL;
	struct cgroup found;
	size_t len = strlen(path);

	if (below)
		return place ? cgroup_open(place, out, err) : -1;
	if (cgroup_open(path, &found, err) < 0)
		return -1;
	if (is_parent_only(&found))
		place = cgroup_of(process);
	if (!place || strncmp(place, path, len) != 0 || place[len] != '/') {
		*out = found;
		return 0;
	}
	cgroup_close(&found);
	return cgroup_open(place, out, err);
}
