/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a bundle: open the document, check it against the schema, make the
 * plan, and only then count the problems, so that whoever wrote the config
 * mends all of it in one go. One problem is the error itself; several are
 * lines in the report, and the error says how many. The document's text goes
 * as soon as the plan is made. Nothing here needs or uses any privilege.
 */
#include "life/load.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "life/journal.h"
#include "life/own_user.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_NAME "config.json"
#define CONFIG_MAX  (16 << 20)

/* Lexically, as a shell would say it: engines compare the bundle in the state
 * with the one they gave, and a symbolic link in it is theirs to keep. */
char *
load_bundle(struct arena *arena, const char *given, struct err *err)
{
	auto_free char *here = NULL;
	char *path;

	if (given && given[0] == '/') {
		path = arena_text(arena, given, strlen(given));
	} else {
		here = getcwd(NULL, 0);
		if (!here) {
			err_sys(err, "find the working directory");
			return NULL;
		}
		path = given ? arena_printf(arena, "%s/%s", here, given)
			     : arena_text(arena, here, strlen(here));
	}
	if (!path) {
		err_code(err, ENOMEM, "bundle %s", given ? given : "");
		return NULL;
	}
	path_clean(path);
	return path;
}

/* A root directory that is no mount point was entered by chroot(2): its
 * process may not make user namespaces, nor pivot. */
static bool
is_chrooted(void)
{
	struct statx stx;

	if (sys_statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &stx) < 0)
		return false;
	return (stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) &&
		!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Root of another user namespace counts as an ordinary user: it may make no
 * device nodes and join no namespace of the host. */
void
load_facts(struct plan_request *request, enum load_rootless rootless)
{
	bool host_root;

	request->uid = geteuid();
	host_root = request->uid == 0 && proc_in_initial_userns();
	request->gid = getegid();
	request->chrooted = is_chrooted();
	request->root = request->uid == 0 && rootless != LOAD_ROOTLESS_TRUE &&
		(rootless == LOAD_ROOTLESS_FALSE || host_root);
	request->groups_denied = !host_root && proc_denies_groups(0);
}

/* A file, and nothing that could keep the command waiting, such as a FIFO.
 * A character device (/dev/stdin) may be meant. */
static int
open_config(const char *bundle, const char *name, struct err *err)
{
	auto_fd dir = AT_FDCWD, fd = -1;
	struct stat st;

	/* An absolute name is not looked up in the bundle. */
	if (bundle && name[0] != '/') {
		dir = openat(
			AT_FDCWD, bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return err_sys(err, "open");
	}
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open %s", name);
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return err_say(err, "%s is not a file", name);
	return take_fd(&fd);
}

/* The whole document, with a NUL behind it. */
static int
read_config(const char *bundle, const char *name, char **out, size_t *out_len,
	struct err *err)
{
	auto_fd fd = open_config(bundle, name, err);

	if (fd >= 0)
		return fd_read(fd, CONFIG_MAX, name, out, out_len, err);
	return name[0] == '/' ? -1 : err_in(err, "bundle %s", bundle);
}

/* problems->n is not 0. */
static int
refuse(const struct load *load, const struct oci_problems *problems,
	struct err *err)
{
	if (problems->n == 1 || !load->report)
		return problems_first(problems, err);
	problems_format(problems, load->report);
	return err_say(err, "%s has %zu problems",
		problems->document ? problems->document : CONFIG_NAME,
		problems->n);
}

/*
 * Both the decoder and the planner add to one list of problems; the planner
 * runs also on a config that has some, for there may be more. Only a text that
 * is no JSON object at all ends it early.
 */
int
load_plan(struct arena *arena, const struct load *load, struct plan **out,
	struct err *err)
{
	const char *name = load->config ? load->config : CONFIG_NAME,
		   *slash = strrchr(name, '/');
	struct oci_problems problems;
	auto_free char *text = NULL;
	struct oci_config *config = NULL;
	struct plan *plan = NULL;
	size_t len = 0;
	int made;

	if (read_config(load->request->bundle, name, &text, &len, err) < 0)
		return -1;
	name = slash ? slash + 1 : name;
	if (err)
		snprintf(err->document, sizeof(err->document), "%s", name);
	problems_init(&problems, arena, name);
	problems.text = text;
	problems.len = len;
	if (oci_config_check(text, len, &config, &problems) < 0)
		return refuse(load, &problems, err);
	if (own_user_add(arena, load->request, config, err) < 0)
		return -1;
	made = plan_make(arena, config, load->request, &plan, &problems, err);
	if (load->skipped)
		problems_format_skipped(&problems, load->skipped);
	if (problems.n)
		return refuse(load, &problems, err);
	if (!made)
		*out = plan;
	return made;
}

/* The last part of a path: which document it is, for whoever has two. */
static const char *
document_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The process section alone is the document: its pointers begin there.
 * Positions in what create has kept are of use to nobody but who looks there:
 * with its name they are at least true. */
int
load_exec(struct arena *arena, const char *file, struct plan_exec *exec,
	struct str *report, struct plan **out, struct err *err)
{
	const char *name = file ? document_name(file) : JOURNAL_FILE;
	struct load load = { .report = report };
	struct oci_problems problems;
	struct oci_process *process = NULL;
	auto_free char *text = NULL;
	auto_fd fd = file ? open_config(NULL, file, err) : -1;
	size_t len = 0;
	int made;

	if (file &&
		(fd < 0 || fd_read(fd, CONFIG_MAX, file, &text, &len, err) < 0))
		return err_in(err, "option \"--process\"");
	if (err)
		snprintf(err->document, sizeof(err->document), "%s", name);
	problems_init(&problems, arena, name);
	if (file && oci_process_check(text, len, &process, &problems) < 0)
		return refuse(&load, &problems, err);
	exec->process = process;
	made = plan_make_exec(arena, exec, out, &problems, err);
	return problems.n ? refuse(&load, &problems, err) : made;
}
