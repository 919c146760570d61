/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a container's cgroup: the directory and the controllers that its
 * limits need. All paths are resolved below one descriptor of the hierarchy's
 * root. A cgroup that is
 * there already is used only if it is empty, not frozen and no container's,
 * and is then never taken for one of ours. mkdir decides between creators of
 * one path; against those who remove its parents meanwhile it is repeated.
 *
 * A controller is enabled only at the levels where it is missing, from the
 * nearest ancestor that has it downwards; on most hosts that is nowhere.
 */
#include "host/cgroup.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/cgroup_files.h"
#include "host/cgroup_owner.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
cgroup_settle(struct cgroup *cgroup)
{
	if (cgroup->keeper.pid > 0)
		aide_end(&cgroup->keeper);
	cgroup->keeper.pid = 0;
}

void
cgroup_close(struct cgroup *cgroup)
{
	cgroup_settle(cgroup);
	free(cgroup->path);
	cgroup->path = NULL;
	if (cgroup->fd >= 0)
		close(cgroup->fd);
	cgroup->fd = -1;
}

/* Each time somebody must have removed what was made just before. */
#define MAKE_TRIES 100

/* Every refusal names the limit's place in the config. */
static int
blame(const struct plan_knob *knob, struct err *err)
{
	return err_where(
		err, knob->where.line, knob->where.column, knob->where.pointer);
}

/* One level, with our mark on it but for the runtime's own place, which is
 * nobody's. Returns 1: made, 0: it was there, -1 with errno. */
static int
make_level(int root, const char *path)
{
	bool place = strcmp(path, CGROUP_OWN_PLACE + 1) == 0;

	if (mkdirat(root, path, 0755 | (place ? 0 : CGROUP_FILES_OURS)) == 0)
		return 1;
	return errno == EEXIST ? 0 : -1;
}

/* mkdir with parents; returns as above. */
static int
make_directory(int root, const char *path)
{
	auto_free char *partial = NULL;
	int made = make_level(root, path);

	if (made >= 0 || errno != ENOENT)
		return made;
	partial = strdup(path);
	if (!partial)
		return -1;
	for (char *slash = strchr(partial, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (make_level(root, partial) < 0)
			return -1;
		*slash = '/';
	}
	return make_level(root, path);
}

/* Opens it after making it. Where a parent or the cgroup itself was removed
 * in between, by the end of another container, it is all done again. */
static int
take_directory(int root, const char *path, bool *out_made, struct err *err)
{
	int failed = 0;

	for (int tries = 0; tries < MAKE_TRIES; tries++) {
		int made = make_directory(root, path);
		int dir = made < 0 ? -1
				   : openat(root, path,
					     O_RDONLY | O_DIRECTORY |
						     O_NOFOLLOW | O_CLOEXEC);

		*out_made = made > 0;
		if (dir >= 0)
			return dir;
		failed = errno;
		if (made > 0)
			unlinkat(root, path, AT_REMOVEDIR);
		if (failed != ENOENT)
			break;
	}
	cgroup_files_remove_parents(root, path);
	errno = failed;
	return err_sys(err, "make cgroup /%s", path);
}

/* One that was there already must be free to use, or nobody's any more: then it
 * is gone. Returns 1: gone. */
static int
check_present(
	int root, int dir, const char *path, const char *own, struct err *err)
{
	struct stat found;
	int cleared;

	if (cgroup_files_event(dir, "populated") == 1)
		return err_say(err,
			"cgroup %s exists already and has processes in it",
			path);
	if (cgroup_files_event(dir, "frozen") == 1)
		return err_say(
			err, "cgroup %s exists already and is frozen", path);
	if (fstat(dir, &found) == 0 && !(found.st_mode & CGROUP_FILES_OURS))
		return 0;
	cleared = cgroup_owner_clear(root, dir, path, own, err);
	return cleared != 0
		? cleared
		: err_say(err,
			  "cgroup %s exists already and is another container's",
			  path);
}

/* Makes it, or takes one that is free; what is nobody's is made anew. */
static int
take_place(int root, const char *path, const char *own, bool *out_made,
	struct err *err)
{
	for (int tries = 0; tries < MAKE_TRIES; tries++) {
		auto_fd dir = take_directory(root, path + 1, out_made, err);
		int present = 0;

		if (dir >= 0 && !*out_made)
			present = check_present(root, dir, path, own, err);
		if (dir < 0 || present < 0)
			return -1;
		if (present == 0)
			return take_fd(&dir);
	}
	return err_say(err, "cgroup %s is made and removed by others", path);
}

/* cgroup.controllers lists what the parent has made available. */
static bool
has_controller(int dir, const char *controller)
{
	char text[512];

	return file_read(dir, "cgroup.controllers", text, sizeof(text), NULL) >=
		0 &&
		cgroup_files_has_word(text, controller, strlen(controller));
}

/* The kernel's two rules that a cgroup tree may break (cgroup-v2.rst, "No
 * Internal Process Constraint" and "Threads"). */
static int
explain_enable(const char *controller, const char *level, struct err *err)
{
	if (errno == EBUSY)
		return err_say(err,
			"controller %s cannot be enabled below cgroup /%s, which has processes of its own",
			controller, level);
	if (errno == EOPNOTSUPP)
		return err_say(err,
			"controller %s cannot be enabled below cgroup /%s, which is threaded",
			controller, level);
	return err_sys(err, "enable controller %s below cgroup /%s", controller,
		level);
}

/* Makes a controller available in the cgroup at path: if it is not, first in
 * its parent, then by the parent's subtree_control. */
static int
enable(int root, const char *path, const char *controller, struct err *err)
{
	auto_fd dir = cgroup_files_open(root, path, O_PATH, err);
	auto_fd above = -1;
	auto_free char *parent = NULL;
	char word[64], *slash;

	if (dir < 0)
		return -1;
	if (has_controller(dir, controller))
		return 0;
	if (strcmp(path, ".") == 0)
		return err_say(err,
			"controller %s is not in this hierarchy: the kernel lacks it, or cgroup version 1 "
			"holds it",
			controller);
	slash = strrchr(path, '/');
	parent = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	if (!parent)
		return err_code(err, ENOMEM, "cgroup /%s", path);
	if (enable(root, parent, controller, err) < 0)
		return -1;
	above = cgroup_files_open(root, parent, O_PATH, err);
	if (above < 0)
		return -1;
	snprintf(word, sizeof(word), "+%.60s", controller);
	if (file_write(above, "cgroup.subtree_control", word, NULL) < 0)
		return explain_enable(controller, slash ? parent : "", err);
	return 0;
}

/* The controllers of all limits; those of one controller mostly stand side by
 * side. */
static int
enable_needed(const struct plan_resources *resources, int root,
	const char *path, struct err *err)
{
	const char *last = "";

	for (size_t i = 0; i < resources->n_knobs; i++) {
		const struct plan_knob *knob = &resources->knobs[i];

		if (!knob->controller || knob->default_value ||
			strcmp(knob->controller, last) == 0)
			continue;
		last = knob->controller;
		if (enable(root, path, last, err) < 0) {
			err_in(err, "limit %s", knob->file);
			return blame(knob, err);
		}
	}
	return 0;
}

int
cgroup_enable(const struct plan_resources *resources, const char *path,
	struct err *err)
{
	auto_fd root = cgroup_files_root(err);

	return root < 0 ? -1 : enable_needed(resources, root, path + 1, err);
}

/* Without a cgroup of its own a container can have no limits. */
static int
make_none(const struct plan_resources *resources, struct cgroup *out,
	struct err *err)
{
	for (size_t i = 0; i < resources->n_knobs; i++) {
		const struct plan_knob *knob = &resources->knobs[i];

		if (knob->default_value)
			continue;
		err_say(err,
			"limit %s needs a cgroup, and the caller may not make one",
			knob->file);
		return blame(knob, err);
	}
	*out = (struct cgroup){ .fd = -1 };
	return 0;
}

int
cgroup_make(const struct plan *plan, const char *path, struct cgroup *out,
	struct err *err)
{
	auto_fd root = -1, dir = -1;
	auto_free char *kept = NULL;
	bool made;

	if (cgroup_files_is_none(path))
		return make_none(&plan->resources, out, err);
	root = cgroup_files_root(err);
	if (root < 0)
		return -1;
	kept = strdup(path);
	if (!kept)
		return err_code(err, ENOMEM, "cgroup %s", path);
	dir = take_place(root, path, out->owner, &made, err);
	if (dir < 0)
		return -1;
	if (made)
		cgroup_owner_note(dir, out->owner);
	if (enable_needed(&plan->resources, root, path + 1, err) < 0) {
		if (made && unlinkat(root, path + 1, AT_REMOVEDIR) == 0)
			cgroup_files_remove_parents(root, path + 1);
		return -1;
	}
	*out = (struct cgroup){
		.path = take_ptr(&kept), .fd = take_fd(&dir), .made = made
	};
	return 0;
}

bool
cgroup_is_ours(const char *path)
{
	auto_fd root =
		cgroup_files_is_none(path) ? -1 : cgroup_files_root(NULL);
	struct stat found;

	return root >= 0 &&
		fstatat(root, path + 1, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
		found.st_mode & CGROUP_FILES_OURS;
}

int
cgroup_open(const char *path, struct cgroup *out, struct err *err)
{
	auto_fd root = -1, dir = -1;
	auto_free char *kept = NULL;

	if (cgroup_files_is_none(path))
		return err_code(err, ENOENT, "cgroup \"%s\"", path ? path : "");
	root = cgroup_files_root(err);
	if (root < 0)
		return -1;
	kept = strdup(path);
	if (!kept)
		return err_code(err, ENOMEM, "cgroup %s", path);
	dir = cgroup_files_open(root, path + 1, O_RDONLY, err);
	if (dir < 0)
		return -1;
	*out = (struct cgroup){ .path = take_ptr(&kept), .fd = take_fd(&dir) };
	return 0;
}
