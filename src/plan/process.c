/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process: terminal, working directory, identity, labels, and the steps
 * around the gate. Its capabilities are capabilities.c's. The environment is
 * the config's, with the few words that a program may rely on added behind it
 * (TERM, the sockets that were passed); HOME is looked up inside. A container
 * without a process is created all the same, and cannot be started [47].
 */
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "plan/annotations.h"
#include "plan/capabilities.h"
#include "plan/make.h"

#define UMASK_UNCHANGED UINT64_MAX

/* Words that may be added to the environment. */
#define ENV_EXTRA 3

/* The kernel's struct winsize has 16 bits for each. */
static void
check_console_size(struct maker *m)
{
	const struct oci_console_size *size = m->config->process->console_size;

	/* Without a terminal it means nothing [85]. */
	if (!size || !m->plan->terminal)
		return;
	if (*size->height > UINT16_MAX)
		make_complain(m, &size->at, "height",
			"a terminal has at most %u rows", UINT16_MAX);
	else if (*size->width > UINT16_MAX)
		make_complain(m, &size->at, "width",
			"a terminal has at most %u columns", UINT16_MAX);
	m->plan->rows = (uint16_t)*size->height;
	m->plan->columns = (uint16_t)*size->width;
}

/* The facts of the terminal, which several parts need. */
void
process_settle(struct maker *m)
{
	const struct oci_process *process = m->config->process;

	m->plan->terminal = process->terminal && *process->terminal;
	check_console_size(m);
}

/* Stands early, for the console needs the terminal's facts. */
void
process_add_cwd(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	struct plan_step *step;
	const char *path;

	if (!process)
		return;
	process_settle(m);
	path = make_clean(m, process->cwd);
	/* Nothing can be made in /proc, and its magic links lead out. */
	if (strcmp(path, "/") == 0 || strcmp(path, "/proc") == 0 ||
		make_is_below(path, "/proc"))
		return;
	step = block_step(&m->block, OP_MKDIR, &process->at, "cwd");
	step->text[0] = block_text(&m->block, process->cwd);
	step->number[0] = 0755;
	make_note_target(m, path);
}

/* The kernel takes the highest number for "leave it as it is": the program
 * would be root. */
static void
check_numbers(struct maker *m, const struct oci_user *user)
{
	static const char words[] = "%u is the number of no user and no group";

	if (user->uid && *user->uid == UINT32_MAX)
		make_complain(m, &user->at, "uid", words, *user->uid);
	if (user->gid && *user->gid == UINT32_MAX)
		make_complain(m, &user->at, "gid", words, *user->gid);
	for (size_t i = 0; i < user->additional_gids.n; i++)
		if (user->additional_gids.items[i] == UINT32_MAX)
			make_complain(m, &user->at,
				make_item(m, "additionalGids", i), words,
				UINT32_MAX);
}

/* An id that is not mapped cannot be had: setresuid(2) would say "Invalid
 * argument" in the child. */
static void
check_mapped(struct maker *m, const struct oci_user *user, uint32_t uid,
	uint32_t gid)
{
	const struct plan_id_maps *maps = &m->plan->maps;
	const struct place *at = user ? &user->at : &m->config->process->at;

	/* Mappings beside one that is joined by path may be another's. */
	if (!(m->plan->new_user || m->exec) || !maps->n_uid || !maps->n_gid)
		return;
	if (!id_maps_has_uid(maps, uid))
		make_complain(m, at, user ? "uid" : NULL,
			"uid %u is not mapped in the user namespace", uid);
	if (!id_maps_has_gid(maps, gid))
		make_complain(m, at, user ? "gid" : NULL,
			"gid %u is not mapped in the user namespace", gid);
	for (size_t i = 0; user && i < user->additional_gids.n; i++)
		if (!id_maps_has_gid(maps, user->additional_gids.items[i]))
			make_complain(m, at, make_item(m, "additionalGids", i),
				"gid %u is not mapped in the user namespace",
				user->additional_gids.items[i]);
}

/* run.oci.keep_original_groups: whoever calls has groups, of files that the
 * container shall reach, which no map has a number for. */
static bool
keeps_groups(const struct maker *m)
{
	return annotations_find(
		&m->config->annotations, ANNOTATION_KEEP_GROUPS);
}

/* user_namespaces(7): an ordinary user who writes the one line that needs no
 * privilege has to deny setgroups(2) first, for all namespaces below, too. In a
 * namespace that is joined it may be denied as well; who joins it has dropped
 * the groups before. */
static bool
is_setgroups_denied(const struct maker *m, const struct oci_user *user)
{
	const struct plan_id_maps *maps = &m->plan->maps;

	if (m->exec)
		return m->exec->groups_denied;
	if (keeps_groups(m) || m->request->groups_denied)
		return true;
	if (m->joined_ns & CLONE_NEWUSER)
		return !user || !user->additional_gids.n;
	return !m->request->root && m->plan->new_user && maps->n_gid == 1 &&
		maps->gid[0].size == 1;
}

/* One step for all ids, for their order among each other is the kernel's
 * rule: groups, then gid, then uid. */
static void
add_identity(struct maker *m, const struct oci_user *user)
{
	uint32_t uid = user && user->uid ? *user->uid : 0,
		 gid = user && user->gid ? *user->gid : 0;
	bool denied = is_setgroups_denied(m, user);
	struct plan_step *step;

	if (user)
		check_numbers(m, user);
	check_mapped(m, user, uid, gid);
	if (user && user->umask && *user->umask > 0777)
		make_complain(m, &user->at, "umask",
			"a umask is at most 0777, 511 in decimal");
	if (denied && !keeps_groups(m) && user && user->additional_gids.n)
		make_complain(m, &user->at, "additionalGids",
			"additional groups are denied in %s",
			m->request->groups_denied
				? "the caller's user namespace"
				: "a user namespace that maps one group");
	step = block_step(&m->block, OP_IDENTITY,
		user ? &user->at : &m->config->process->at, NULL);
	step->number[0] = uid;
	step->number[1] = gid;
	step->number[2] = user && user->umask ? *user->umask : UMASK_UNCHANGED;
	step->number[3] = denied;
	if (user && !denied)
		block_numbers(&m->block, 0, user->additional_gids.items,
			user->additional_gids.n);
}

/* Written to a procfs that we have verified, never to the container's own
 * (CVE-2019-16884, CVE-2025-52881). */
static void
add_label(struct maker *m, const char *member, const char *file,
	const char *value)
{
	struct plan_step *step = block_step(
		&m->block, OP_LABEL, &m->config->process->at, member);

	step->slot = make_proc_slot(m);
	step->text[0] = block_text(&m->block, file);
	step->text[1] = block_text(&m->block, value);
}

/* Who the process is. The working directory comes last of these, entered
 * with the user's own rights (CVE-2024-21626). */
void
process_add_identity(struct maker *m)
{
	const struct oci_process *process = m->config->process;

	if (!process)
		return;
	if (process->no_new_privileges && *process->no_new_privileges)
		block_step(&m->block, OP_NO_NEW_PRIVS, &process->at,
			"noNewPrivileges");
	add_identity(m, process->user);
	capabilities_add(m);
	if (process->apparmor_profile && *process->apparmor_profile)
		add_label(m, "apparmorProfile", "attr/apparmor/exec",
			make_printf(m, "exec %s", process->apparmor_profile));
	if (process->selinux_label && *process->selinux_label)
		add_label(
			m, "selinuxLabel", "attr/exec", process->selinux_label);
	if (m->exec && m->joined_ns & CLONE_NEWPID)
		block_step(&m->block, OP_FORK, NULL, NULL);
	block_step(&m->block, OP_CWD, &process->at, "cwd")->text[0] =
		block_text(&m->block, process->cwd);
}

/* Set, if only to nothing. */
static bool
has_variable(const struct oci_strings *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->items[i], name, len) == 0 &&
			env->items[i][len] == '=')
			return true;
	return false;
}

struct variable {
	const char *word;
	size_t name_len, at;
};

/* By name, and of one name by place. */
static int
compare_variables(const void *one, const void *other)
{
	const struct variable *a = one, *b = other;
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->word, b->word, len);

	if (!order)
		order = (a->name_len > b->name_len) -
			(a->name_len < b->name_len);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

/* Of a variable that is set twice the last one stays, as with runc and crun:
 * getenv(3) would find the first. Sorted, for there may be many. Returns how
 * many words are left. */
static size_t
drop_repeated(struct maker *m, const char **words, size_t n)
{
	struct variable *all = make_alloc(m, (n + 1) * sizeof(*all));
	size_t left = 0;

	if (!all)
		return n;
	for (size_t i = 0; i < n; i++)
		all[i] = (struct variable){ words[i], strcspn(words[i], "="),
			i };
	qsort(all, n, sizeof(*all), compare_variables);
	for (size_t i = 1; i < n; i++)
		if (all[i - 1].name_len == all[i].name_len &&
			!memcmp(all[i - 1].word, all[i].word,
				all[i].name_len))
			words[all[i - 1].at] = NULL;
	for (size_t i = 0; i < n; i++)
		if (words[i])
			words[left++] = words[i];
	return left;
}

/* The config's words in their order, then ours. A word that the config sets
 * itself is never touched. */
static void
add_env(struct maker *m, const struct oci_strings *env)
{
	const char **words =
		make_alloc(m, (env->n + ENV_EXTRA) * sizeof(*words));
	size_t n = 0;

	if (!words)
		return;
	for (; n < env->n; n++)
		words[n] = env->items[n];
	n = drop_repeated(m, words, n);
	if (m->plan->terminal && !has_variable(env, "TERM"))
		words[n++] = "TERM=xterm";
	if (m->request->notify_socket && m->own_mounts)
		words[n++] = "NOTIFY_SOCKET=" MAKE_NOTIFY_PATH;
	if (m->request->listen_fds)
		words[n++] =
			make_printf(m, "LISTEN_FDS=%u", m->request->listen_fds);
	block_strings(&m->block, 1, words, n);
}

/* The end of every plan that has a process. The descriptors beyond stdio
 * that stay open are those that the caller passed on purpose [56]. */
static void
add_exec(struct maker *m, const struct oci_process *process)
{
	struct plan_step *step;

	if (!process->args.n)
		make_complain(m, &process->at, "args",
			"args need at least the program");
	else if (!*process->args.items[0])
		make_complain(
			m, &process->at, "args/0", "the program has no name");
	step = block_step(&m->block, OP_EXEC, &process->at, "args");
	step->number[0] =
		(uint64_t)m->request->preserve_fds + m->request->listen_fds;
	step->number[1] =
		(has_variable(&process->env, "HOME") ? 0
						     : PLAN_EXEC_FIND_HOME) |
		(m->request->listen_fds ? PLAN_EXEC_LISTEN_PID : 0);
	block_strings(&m->block, 0, process->args.items, process->args.n);
	add_env(m, &process->env);
}

/* The last steps of every process. */
void
process_add_program(struct maker *m)
{
	limits_add(m);
	seccomp_add(m);
	add_exec(m, m->config->process);
}

/* From the gate on: what `start` sets off. */
void
process_add_start(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	int32_t slot = -1;

	if (!m->request->foreground)
		make_source(m, PLAN_SOURCE_GATE, NULL, NULL, &slot);
	block_step(&m->block, OP_GATE, NULL, NULL)->slot = slot;
	if (!process) {
		block_step(&m->block, OP_START_FAIL, NULL, NULL)->text[0] =
			block_text(&m->block, "the config has no process");
		return;
	}
	hooks_add_start(m);
	seccomp_add_listener(m);
	process_add_program(m);
}
