/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documented functions of libcriu that take a structure of options, by
 * their documented types: its header is not needed to build. What libcriu of
 * Debian 12 cannot say (--lazy-pages, --status-fd, --empty-ns, --page-server,
 * a file with more options) goes by the configuration file that criu reads
 * because its environment names one. criu says what went wrong in its log only:
 * the first error in there is the one to tell.
 */
#include "host/criu.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup_options.h"
#include "host/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_LEVEL 4 /* CRIU_LOG_DEBUG */
#define LOG_MAX   ((size_t)64 << 20)

struct criu_opts;

/* In the order of the table below. "opts" is opaque, and criu's own copy of
 * every text and list is in it. */
struct functions {
	/* What *opts points to is freed first. */
	int (*init)(struct criu_opts **opts);
	void (*free)(struct criu_opts *opts);
	int (*binary)(struct criu_opts *opts, const char *path);
	/* criu opens these two by our pid and their numbers. */
	void (*images)(struct criu_opts *opts, int fd);
	void (*work)(struct criu_opts *opts, int fd);
	void (*pid)(struct criu_opts *opts, int pid);
	void (*log_level)(struct criu_opts *opts, int level);
	int (*log_file)(struct criu_opts *opts, const char *name);
	int (*parent)(struct criu_opts *opts, const char *path);
	int (*root)(struct criu_opts *opts, const char *path);
	int (*freezer)(struct criu_opts *opts, const char *path);
	/* "" for version 2; a NULL controller means all hierarchies. */
	int (*cgroup_root)(struct criu_opts *opts, const char *controller,
		const char *path);
	void (*manage)(struct criu_opts *opts, bool manage);
	void (*cgroups)(struct criu_opts *opts, int mode);
	int (*lsm_profile)(struct criu_opts *opts, const char *name);
	int (*lsm_context)(struct criu_opts *opts, const char *name);
	/* At dump: the place in the container, its name; at restore: its
	 * name, the place on the host. */
	int (*mount)(
		struct criu_opts *opts, const char *key, const char *value);
	int (*external)(struct criu_opts *opts, const char *key);
	/* The number is looked for in criu itself: it has to inherit it. */
	int (*fd)(struct criu_opts *opts, int fd, const char *key);
	int (*join)(struct criu_opts *opts, const char *kind, const char *file,
		const char *extra);
	/* Peer groups that reach out of the container. */
	void (*masters)(struct criu_opts *opts, bool on);
	void (*sharing)(struct criu_opts *opts, bool on);
	void (*leave_running)(struct criu_opts *opts, bool on);
	void (*tcp_established)(struct criu_opts *opts, bool on);
	void (*tcp_skip)(struct criu_opts *opts, bool on);
	void (*link_remap)(struct criu_opts *opts, bool on);
	void (*ext_unix_sk)(struct criu_opts *opts, bool on);
	void (*shell_job)(struct criu_opts *opts, bool on);
	void (*file_locks)(struct criu_opts *opts, bool on);
	void (*auto_dedup)(struct criu_opts *opts, bool on);
	void (*track_mem)(struct criu_opts *opts, bool on);
	void (*orphan_pts)(struct criu_opts *opts, bool on);
	void (*notify)(
		struct criu_opts *opts, int (*tell)(char *action, void *note));
	/* To be asked from within the callback alone. */
	int (*note_pid)(void *note);
	int (*note_master)(void);
	int (*dump)(struct criu_opts *opts);
	int (*pre_dump)(struct criu_opts *opts);
	/* The processes become children of the caller, not of criu. */
	int (*restore)(struct criu_opts *opts);
};

#define SYMBOL(name_, member_)                                                 \
	{                                                                      \
		name_, offsetof(struct functions, member_)                     \
	}

static const struct library_symbol symbols[] = {
	SYMBOL("criu_local_init_opts", init),
	SYMBOL("criu_local_free_opts", free),
	SYMBOL("criu_local_set_service_binary", binary),
	SYMBOL("criu_local_set_images_dir_fd", images),
	SYMBOL("criu_local_set_work_dir_fd", work),
	SYMBOL("criu_local_set_pid", pid),
	SYMBOL("criu_local_set_log_level", log_level),
	SYMBOL("criu_local_set_log_file", log_file),
	SYMBOL("criu_local_set_parent_images", parent),
	SYMBOL("criu_local_set_root", root),
	SYMBOL("criu_local_set_freeze_cgroup", freezer),
	SYMBOL("criu_local_add_cg_root", cgroup_root),
	SYMBOL("criu_local_set_manage_cgroups", manage),
	SYMBOL("criu_local_set_manage_cgroups_mode", cgroups),
	SYMBOL("criu_local_set_lsm_profile", lsm_profile),
	SYMBOL("criu_local_set_lsm_mount_context", lsm_context),
	SYMBOL("criu_local_add_ext_mount", mount),
	SYMBOL("criu_local_add_external", external),
	SYMBOL("criu_local_add_inherit_fd", fd),
	SYMBOL("criu_local_join_ns_add", join),
	SYMBOL("criu_local_set_ext_masters", masters),
	SYMBOL("criu_local_set_ext_sharing", sharing),
	SYMBOL("criu_local_set_leave_running", leave_running),
	SYMBOL("criu_local_set_tcp_established", tcp_established),
	SYMBOL("criu_local_set_tcp_skip_in_flight", tcp_skip),
	SYMBOL("criu_local_set_link_remap", link_remap),
	SYMBOL("criu_local_set_ext_unix_sk", ext_unix_sk),
	SYMBOL("criu_local_set_shell_job", shell_job),
	SYMBOL("criu_local_set_file_locks", file_locks),
	SYMBOL("criu_local_set_auto_dedup", auto_dedup),
	SYMBOL("criu_local_set_track_mem", track_mem),
	SYMBOL("criu_local_set_orphan_pts_master", orphan_pts),
	SYMBOL("criu_local_set_notify_cb", notify),
	SYMBOL("criu_notify_pid", note_pid),
	SYMBOL("criu_get_orphan_pts_master_fd", note_master),
	SYMBOL("criu_local_dump", dump),
	SYMBOL("criu_local_pre_dump", pre_dump),
	SYMBOL("criu_local_restore_child", restore),
};

static const struct library libcriu = {
	.soname = "libcriu.so.2",
	.package = "criu",
	.purpose = "checkpoint and restore",
	.symbols = symbols,
	.n_symbols = sizeof(symbols) / sizeof(symbols[0]),
};

/* libcriu hands no context to its callback. */
static struct running {
	const struct functions *criu;
	const struct criu_job *job;
	struct err err; /* what a callback of ours had to say */
} running;

/* --- is it there ------------------------------------------------------------
 */

/* In PATH, and where it is even if the caller has none. */
static char *
search(void)
{
	const char *path = getenv("PATH");
	char *all, *found = NULL;

	if (asprintf(&all, "%s:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin",
		    path ? path : "") < 0)
		return NULL;
	for (char *at = all, *end; !found && at; at = end) {
		end = strchr(at, ':');
		if (end)
			*end++ = '\0';
		if (*at != '/' || asprintf(&found, "%s/criu", at) < 0)
			found = NULL;
		if (found && access(found, X_OK) < 0) {
			free(found);
			found = NULL;
		}
	}
	free(all);
	return found;
}

char *
criu_find(const char *given, struct err *err)
{
	struct functions criu;
	auto_free char *path = given ? strdup(given) : search();

	if (!path || access(path, X_OK) < 0) {
		err_say(err, "%s is not installed (package criu)",
			given ? given : "criu");
		return NULL;
	}
	if (library_load(&libcriu, &criu, err) < 0)
		return NULL;
	return take_ptr(&path);
}

/* --- a job becomes options --------------------------------------------------
 */

static void
set_flags(const struct functions *criu, struct criu_opts *opts, unsigned flags)
{
	const struct {
		unsigned flag;
		void (*set)(struct criu_opts *opts, bool on);
	} setters[] = {
		{ CRIU_LEAVE_RUNNING, criu->leave_running },
		{ CRIU_TCP_ESTABLISHED, criu->tcp_established },
		{ CRIU_TCP_SKIP_IN_FLIGHT, criu->tcp_skip },
		{ CRIU_LINK_REMAP, criu->link_remap },
		{ CRIU_EXT_UNIX_SK, criu->ext_unix_sk },
		{ CRIU_SHELL_JOB, criu->shell_job },
		{ CRIU_FILE_LOCKS, criu->file_locks },
		{ CRIU_AUTO_DEDUP, criu->auto_dedup },
		{ CRIU_TRACK_MEM, criu->track_mem },
		{ CRIU_ORPHAN_PTS, criu->orphan_pts },
	};

	/* What is not asked for is left to a configuration file. */
	for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++)
		if (flags & setters[i].flag)
			setters[i].set(opts, true);
}

/* Each returns 0, or does not without memory. */
static int
set_texts(const struct functions *criu, struct criu_opts *opts,
	const struct criu_job *job)
{
	const struct {
		int (*set)(struct criu_opts *opts, const char *text);
		const char *text;
	} texts[] = {
		{ criu->binary, job->binary },
		{ criu->log_file, job->log },
		{ criu->parent, job->parent },
		{ criu->root, job->root },
		{ criu->freezer, job->freezer },
		{ criu->lsm_profile, job->lsm_profile },
		{ criu->lsm_context, job->lsm_mount_context },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].text && texts[i].set(opts, texts[i].text) != 0)
			return -1;
	/* Of version 2 alone: with NULL criu makes it in all hierarchies. */
	return job->cgroup_root ? criu->cgroup_root(opts, "", job->cgroup_root)
				: 0;
}

static int
set_lists(const struct functions *criu, struct criu_opts *opts,
	const struct criu_job *job)
{
	int failed = 0;

	for (size_t i = 0; i < job->n_mounts; i++)
		failed |= criu->mount(
			opts, job->mounts[i].key, job->mounts[i].value);
	for (size_t i = 0; i < job->n_joins; i++)
		failed |= criu->join(
			opts, job->joins[i].key, job->joins[i].value, NULL);
	for (size_t i = 0; i < job->n_external; i++)
		failed |= criu->external(opts, job->external[i]);
	for (size_t i = 0; i < job->n_fds; i++)
		failed |= criu->fd(opts, job->fds[i].fd, job->fds[i].key);
	return failed ? -1 : 0;
}

/* Both are told by one function without a context; 0 lets criu go on. */
static int
tell(char *action, void *note)
{
	const struct criu_job *job = running.job;

	if (job->made && !strcmp(action, "setup-namespaces"))
		return job->made(job->context, running.criu->note_pid(note),
			&running.err);
	if (job->master && !strcmp(action, "orphan-pts-master"))
		return job->master(job->context, running.criu->note_master(),
			&running.err);
	return 0;
}

static int
make_options(const struct functions *criu, const struct criu_job *job,
	struct criu_opts **out, struct err *err)
{
	if (criu->init(out) < 0)
		return err_code(err, ENOMEM, "criu");
	criu->images(*out, job->images);
	criu->work(*out, job->work);
	criu->log_level(*out, LOG_LEVEL);
	criu->manage(*out, job->cgroups != CRIU_CGROUPS_IGNORE);
	criu->cgroups(*out, (int)job->cgroups);
	/* Binds that receive mounts of the host are what they were. */
	criu->masters(*out, true);
	criu->sharing(*out, true);
	if (job->pid)
		criu->pid(*out, job->pid);
	set_flags(criu, *out, job->flags);
	if (job->made || job->master)
		criu->notify(*out, tell);
	if (set_texts(criu, *out, job) == 0 && set_lists(criu, *out, job) == 0)
		return 0;
	criu->free(*out);
	return err_code(err, ENOMEM, "criu");
}

/* --- and a deed -------------------------------------------------------------
 */

/* The first line of the log that speaks of an error. */
static int
explain(const struct criu_job *job, int code, struct err *err)
{
	auto_fd file = openat(job->work, job->log, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	const char *error = NULL;

	if (code == -ECONNREFUSED || code == -ECOMM)
		return err_say(err, "%s cannot be run", job->binary);
	if (file >= 0 &&
		fd_read(file, LOG_MAX, job->log, &text, NULL, NULL) == 0)
		error = strstr(text, "Error (");
	if (!error)
		return err_say(err, "criu failed; its log is %s", job->log);
	error = strstr(error, "): ") ? strstr(error, "): ") + 3 : error;
	return err_say(err, "criu: %.*s (its log is %s)",
		(int)strcspn(error, "\n"), error, job->log);
}

/* criu is a child of ours and may look at our descriptors; out_fd is the one,
 * -1 where there is nothing to say. Without what it does say criu must not run:
 * a connection may depend on it, or where the pages go; and criu says nothing
 * of a file that it does not find. */
static int
name_config(const struct str *config, int *out_fd, struct err *err)
{
	auto_fd fd = -1;
	char path[64];

	unsetenv("CRIU_CONFIG_FILE");
	if (!config || !config->len)
		return 0;
	fd = fd_seal("criu.conf", config->data, config->len, 0, err);
	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	if (!fd_is_at(fd, AT_FDCWD, path, 0))
		return err_say(err,
			"criu could not read its configuration: %s is not ours (/proc is another pid namespace's?)",
			path);
	if (setenv("CRIU_CONFIG_FILE", path, 1) < 0)
		return err_sys(err, "name criu's configuration file");
	*out_fd = take_fd(&fd);
	return 0;
}

enum deed { DUMP, PRE_DUMP, RESTORE };

static int
run(const struct criu_job *job, enum deed deed, struct err *err)
{
	struct functions criu;
	struct criu_opts *opts = NULL;
	struct cgroup_options options;
	auto_fd config = -1;
	int result;

	if (library_load(&libcriu, &criu, err) < 0 ||
		make_options(&criu, job, &opts, err) < 0)
		return -1;
	if (name_config(job->config, &config, err) < 0) {
		criu.free(opts);
		return -1;
	}
	running = (struct running){ .criu = &criu, .job = job };
	cgroup_options_note(&options);
	result = deed == DUMP     ? criu.dump(opts)
		: deed == RESTORE ? criu.restore(opts)
				  : criu.pre_dump(opts);
	cgroup_options_restore(&options);
	criu.free(opts);
	running.criu = NULL;
	if (result >= 0)
		return result;
	if (running.err.text[0])
		return err_take(err, &running.err);
	return explain(job, result, err);
}

int
criu_dump(const struct criu_job *job, struct err *err)
{
	return run(job, DUMP, err) < 0 ? -1 : 0;
}

int
criu_pre_dump(const struct criu_job *job, struct err *err)
{
	return run(job, PRE_DUMP, err) < 0 ? -1 : 0;
}

pid_t
criu_restore(const struct criu_job *job, struct err *err)
{
	return run(job, RESTORE, err);
}
