/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that exec runs, from three parties: the container's own process
 * (or what --process says in its place), and the words of the command line,
 * which come last. Of a --process file that is silent about them, what
 * confines or limits a process is the container's: its capabilities, its
 * limits, its labels, noNewPrivileges. Nothing is added to the inheritable
 * capabilities, ever (CVE-2022-27650, CVE-2022-29162), and a number that is
 * not wholly one is refused, not taken for 0 (CVE-2026-30892).
 */
#include "plan/exec.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "plan/names.h"
#include "plan/plan.h"

/* (uid_t)-1 is nobody. */
#define ID_MAX (UINT32_MAX - 1)

/* An id as the kernel prints it: digits, no zero in front of others. */
static int
read_id(const char *text, size_t len, uint32_t *out)
{
	char digits[12];
	uint64_t id;

	if (len == 0 || len >= sizeof(digits) || (*text == '0' && len > 1))
		return -1;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (str_to_uint(digits, ID_MAX, &id) < 0)
		return -1;
	*out = (uint32_t)id;
	return 0;
}

/* Scalars of a decoded document are pointers: these come from nowhere else. */
static const uint32_t *
keep_id(struct arena *arena, uint32_t id)
{
	uint32_t *kept = arena_alloc(arena, sizeof(*kept));

	if (kept)
		*kept = id;
	return kept;
}

static const bool *
keep_true(struct arena *arena)
{
	bool *kept = arena_alloc(arena, sizeof(*kept));

	if (kept)
		*kept = true;
	return kept;
}

/* UID or UID:GID; a group that is not said stays what it was. */
static int
set_ids(struct arena *arena, const char *text, struct oci_user *user,
	struct err *err)
{
	size_t len = strcspn(text, ":");
	uint32_t uid, gid = 0;

	if (read_id(text, len, &uid) < 0 ||
		(text[len] &&
			read_id(text + len + 1, strlen(text + len + 1), &gid) <
				0))
		return err_say(err,
			"option \"--user\": \"%s\" is not UID or UID:GID, "
			"two plain numbers",
			text);
	user->uid = keep_id(arena, uid);
	if (text[len])
		user->gid = keep_id(arena, gid);
	return 0;
}

/* Behind those that the user has already. */
static int
add_groups(struct arena *arena, const struct plan_words *said,
	struct oci_user *user, struct err *err)
{
	struct oci_uint32s *list = &user->additional_gids;
	uint32_t *gids = arena_array(arena, uint32_t, list->n + said->n);

	if (!gids)
		return err_say(err, "no memory for groups");
	if (list->n)
		memcpy(gids, list->items, list->n * sizeof(*gids));
	for (size_t i = 0; i < said->n; i++)
		if (read_id(said->items[i], strlen(said->items[i]),
			    &gids[list->n + i]) < 0)
			return err_say(err,
				"option \"--additional-gids\": \"%s\" is not "
				"the number of a group",
				said->items[i]);
	*list = (struct oci_uint32s){ gids, list->n + said->n, true };
	return 0;
}

/* The decoded user is const, and may be missing: a copy is changed, which has
 * no place in any document. */
static int
set_user(struct arena *arena, const struct plan_exec_words *words,
	struct oci_process *process, struct err *err)
{
	struct oci_user *user;

	if (!words->user && !words->gids.n)
		return 0;
	user = arena_alloc(arena, sizeof(*user));
	if (!user)
		return err_say(err, "no memory for a user");
	if (process->user)
		*user = *process->user;
	user->at = (struct place){ 0 };
	process->user = user;
	if (words->user && set_ids(arena, words->user, user, err) < 0)
		return -1;
	return words->gids.n ? add_groups(arena, &words->gids, user, err) : 0;
}

/* "CAP_KILL", or "kill". */
static const char *
find_capability(const char *word)
{
	const struct names *names = &names_capabilities;

	for (size_t i = 0; i < names->n; i++) {
		const char *full = names->rows[i].word;

		if (strcasecmp(full, word) == 0 ||
			strcasecmp(full + strlen("CAP_"), word) == 0)
			return full;
	}
	return NULL;
}

/* Sets are short: a look at each is quicker than a sorted list. */
static bool
has_word(const struct oci_strings *list, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], word) == 0)
			return true;
	return false;
}

/* A capability that is in the set already is not said twice. */
static int
add_to_set(struct arena *arena, const struct plan_words *said,
	struct oci_strings *set, struct err *err)
{
	const char **items = arena_array(arena, const char *, set->n + said->n);
	struct oci_strings grown = { items, 0, true };

	if (!items)
		return err_say(err, "no memory for capabilities");
	for (; grown.n < set->n; grown.n++)
		items[grown.n] = set->items[grown.n];
	for (size_t i = 0; i < said->n; i++) {
		const char *word = find_capability(said->items[i]);

		if (!word)
			return err_say(err,
				"option \"--cap\": unknown capability \"%s\"",
				said->items[i]);
		if (!has_word(&grown, word))
			items[grown.n++] = word;
	}
	*set = grown;
	return 0;
}

/* To the three sets that make a capability usable; not to the inheritable
 * one, and so not to the ambient one either. */
static int
add_capabilities(struct arena *arena, const struct plan_words *said,
	struct oci_process *process, struct err *err)
{
	struct oci_capabilities *sets;

	if (!said->n)
		return 0;
	sets = arena_alloc(arena, sizeof(*sets));
	if (!sets)
		return err_say(err, "no memory for capabilities");
	if (process->capabilities)
		*sets = *process->capabilities;
	process->capabilities = sets;
	if (add_to_set(arena, said, &sets->bounding, err) < 0 ||
		add_to_set(arena, said, &sets->effective, err) < 0)
		return -1;
	return add_to_set(arena, said, &sets->permitted, err);
}

/* The place of NAME= in a list of n, n where there is none. */
static size_t
find_variable(const char **items, size_t n, const char *word)
{
	size_t len = strcspn(word, "=") + 1, i = 0;

	while (i < n && strncmp(items[i], word, len) != 0)
		i++;
	return i;
}

/* A variable that is there gets the new value. */
static int
add_env(struct arena *arena, const struct plan_words *said,
	struct oci_process *process, struct err *err)
{
	struct oci_strings *env = &process->env;
	const char **items = arena_array(arena, const char *, env->n + said->n);
	size_t n = 0;

	if (!items)
		return err_say(err, "no memory for an environment");
	for (; n < env->n; n++)
		items[n] = env->items[n];
	for (size_t i = 0; i < said->n; i++) {
		const char *word = said->items[i];
		size_t at = find_variable(items, n, word);

		if (*word == '=' || !strchr(word, '='))
			return err_say(err,
				"option \"--env\": \"%s\" is not NAME=VALUE",
				word);
		items[at] = word;
		n += at == n;
	}
	*env = (struct oci_strings){ items, n, true };
	return 0;
}

/* That it is there, and inside, only the process itself can find out. */
static int
set_cwd(const char *cwd, struct oci_process *process, struct err *err)
{
	if (!cwd)
		return 0;
	if (*cwd != '/')
		return err_say(err,
			"option \"--cwd\": \"%s\" is not an absolute path",
			cwd);
	process->cwd = cwd;
	return 0;
}

/* The command line has the last word. */
static int
obey(struct arena *arena, const struct plan_exec_words *words,
	struct oci_process *process, struct err *err)
{
	if (words->args.n)
		process->args = (struct oci_strings){ words->args.items,
			words->args.n, true };
	if (words->tty)
		process->terminal = keep_true(arena);
	if (words->no_new_privs)
		process->no_new_privileges = keep_true(arena);
	if (words->apparmor)
		process->apparmor_profile = words->apparmor;
	if (words->label)
		process->selinux_label = words->label;
	if (set_cwd(words->cwd, process, err) < 0 ||
		set_user(arena, words, process, err) < 0 ||
		add_capabilities(arena, &words->caps, process, err) < 0)
		return -1;
	return add_env(arena, &words->env, process, err);
}

/* What a file does not say of these is the container's. Their places are in
 * another document then, and are none. */
static int
inherit(struct arena *arena, const struct oci_process *own,
	struct oci_process *process, struct err *err)
{
	struct oci_capabilities *sets = arena_alloc(arena, sizeof(*sets));
	struct oci_rlimit *limits =
		arena_array(arena, struct oci_rlimit, own->rlimits.n);

	if (!sets || !limits)
		return err_say(err, "no memory for a process");
	if (!process->capabilities && own->capabilities) {
		*sets = *own->capabilities;
		sets->at = (struct place){ 0 };
		process->capabilities = sets;
	}
	for (size_t i = 0; i < own->rlimits.n; i++) {
		limits[i] = own->rlimits.items[i];
		limits[i].at = (struct place){ 0 };
	}
	if (!process->rlimits.said)
		process->rlimits = (struct oci_rlimits){ limits, own->rlimits.n,
			own->rlimits.said };
	if (!process->no_new_privileges)
		process->no_new_privileges = own->no_new_privileges;
	if (!process->apparmor_profile)
		process->apparmor_profile = own->apparmor_profile;
	if (!process->selinux_label)
		process->selinux_label = own->selinux_label;
	if (!process->exec_cpu_affinity)
		process->exec_cpu_affinity = own->exec_cpu_affinity;
	return 0;
}

/* In the order of the parties: whoever comes later changes what is there. */
int
exec_process_merge(struct arena *arena, const struct plan_exec *exec,
	struct oci_process **out, struct err *err)
{
	const struct oci_process *own = exec->container->process;
	struct oci_process *process = arena_alloc(arena, sizeof(*process));

	if (!process)
		return err_say(err, "no memory for a process");
	if (exec->process) {
		*process = *exec->process;
		if (own && inherit(arena, own, process, err) < 0)
			return -1;
	} else {
		if (own)
			*process = *own;
		else
			process->cwd = "/";
		/* These are the first process's alone. */
		process->args = (struct oci_strings){ 0 };
		process->terminal = NULL;
		process->console_size = NULL;
	}
	if (obey(arena, &exec->words, process, err) < 0)
		return -1;
	if (!process->args.n)
		return err_say(err,
			"no program is given, neither as words nor by --process");
	*out = process;
	return 0;
}
