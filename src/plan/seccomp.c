/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.seccomp as numbers [168-176]: what libseccomp will compile on the
 * host, and the step that loads the filter inside. Names of system calls are
 * not looked up here: one that this machine does not know is no mistake, for
 * profiles are written for newer kernels than ours. An errno is EPERM where
 * nothing is said, and a mistake where the action has none.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "plan/annotations.h"
#include "plan/capabilities.h"
#include "plan/make.h"
#include "plan/names.h"

/* SECCOMP_RET_DATA, of which the kernel takes at most MAX_ERRNO. */
#define ERRNO_MAX 4095

struct job {
	struct maker *m;
	const struct oci_seccomp *said;
	struct plan_seccomp *out;
	bool notifies; /* some rule asks an agent */
};

/* The action with its errno; names say where to point. */
static uint32_t
read_action(struct job *job, const struct place *at, const char *member,
	const char *word, const char *errno_member, const uint32_t *errno_ret)
{
	uint64_t action = SCMP_ACT_KILL;
	bool takes_errno;

	if (!names_find(&names_seccomp_actions, word, &action)) {
		make_unknown(job->m, at, member, names_seccomp_actions.noun,
			word, names_near(&names_seccomp_actions, word));
		return 0;
	}
	takes_errno =
		action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0);
	job->notifies |= action == SCMP_ACT_NOTIFY;
	if (errno_ret && !takes_errno)
		make_complain(job->m, at, errno_member,
			"%s has no errno to return", word);
	else if (errno_ret && *errno_ret > ERRNO_MAX)
		make_complain(job->m, at, errno_member,
			"an errno is at most %d", ERRNO_MAX);
	return takes_errno
		? (uint32_t)action | (errno_ret ? *errno_ret & 0xffff : EPERM)
		: (uint32_t)action;
}

/* The native architecture is not listed here: libseccomp has it in. */
static void
read_arches(struct job *job)
{
	const struct oci_strings *words = &job->said->architectures;
	uint32_t *arches = make_alloc(job->m, words->n * sizeof(*arches));
	size_t n = 0;

	for (size_t i = 0; arches && i < words->n; i++) {
		uint64_t arch;

		if (names_find(&names_seccomp_arches, words->items[i], &arch))
			arches[n++] = (uint32_t)arch;
		else
			make_unknown(job->m, &job->said->at,
				make_item(job->m, "architectures", i),
				names_seccomp_arches.noun, words->items[i],
				names_near(&names_seccomp_arches,
					words->items[i]));
	}
	job->out->arches = arches;
	job->out->n_arches = n;
}

static uint32_t
read_flag(struct job *job, const char *member, const char *word)
{
	uint64_t flag = 0;

	if (!names_find(&names_seccomp_flags, word, &flag))
		make_unknown(job->m, &job->said->at, member,
			names_seccomp_flags.noun, word,
			names_near(&names_seccomp_flags, word));
	/* seccomp(2) has it together with a listener or not at all. */
	if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !job->notifies)
		make_complain(job->m, &job->said->at, member,
			"%s is for rules with SCMP_ACT_NOTIFY, and there are none",
			word);
	/* The program has one thread, and the one that passes the listener on
	 * is not to have the filter (init/listener.c). */
	if (flag == SECCOMP_FILTER_FLAG_TSYNC && job->notifies)
		flag = 0;
	return (uint32_t)flag;
}

/* They go to seccomp(2) in the child; libseccomp has no part in them. */
static void
read_flags(struct job *job)
{
	const struct oci_strings *words = &job->said->flags;

	for (size_t i = 0; i < words->n; i++)
		job->out->flags |= read_flag(
			job, make_item(job->m, "flags", i), words->items[i]);
}

/* Conditions on arguments; all of them must hold for the rule. */
static const struct plan_seccomp_arg *
read_args(struct job *job, const struct oci_syscall_args *list)
{
	struct plan_seccomp_arg *args =
		list->n ? make_alloc(job->m, list->n * sizeof(*args)) : NULL;

	for (size_t i = 0; args && i < list->n; i++) {
		const struct oci_syscall_arg *arg = &list->items[i];
		uint64_t op = 0;

		if (*arg->index > 5)
			make_complain(job->m, &arg->at, "index",
				"a system call has the arguments 0..5, not %u",
				*arg->index);
		if (!names_find(&names_seccomp_operators, arg->op, &op))
			make_unknown(job->m, &arg->at, "op",
				names_seccomp_operators.noun, arg->op,
				names_near(&names_seccomp_operators, arg->op));
		args[i] = (struct plan_seccomp_arg){
			.index = *arg->index,
			.op = (uint32_t)op,
			.value = *arg->value,
			.value_two = arg->value_two ? *arg->value_two : 0,
		};
	}
	return args;
}

/* In the config's order. The names are not copied. */
static void
read_rules(struct job *job)
{
	const struct oci_syscalls *list = &job->said->syscalls;
	struct plan_seccomp_rule *rules =
		make_alloc(job->m, list->n * sizeof(*rules));

	for (size_t i = 0; rules && i < list->n; i++) {
		const struct oci_syscall *item = &list->items[i];

		rules[i] = (struct plan_seccomp_rule){
			.action = read_action(job, &item->at, "action",
				item->action, "errnoRet", item->errno_ret),
			.names = item->names.items,
			.n_names = item->names.n,
			.args = read_args(job, &item->args),
			.n_args = item->args.n,
			.where = make_where(job->m, &item->at, NULL),
		};
	}
	job->out->rules = rules;
	job->out->n_rules = rules ? list->n : 0;
}

/* Relative to the bundle, as other paths of the host are. */
static void
take_listener(struct job *job, const char *path, struct plan_where where)
{
	if (path[0] != '/')
		path = make_printf(job->m, "%s%s", job->m->request->bundle,
			make_clean(job->m, path));
	job->out->listener = path;
	job->out->listener_where = where;
}

/* It matters only to SCMP_ACT_NOTIFY [173]; the specification's own property
 * counts before the annotation, and that before the environment. */
static void
read_listener(struct job *job)
{
	const struct oci_string_entry *receiver = annotations_find(
		&job->m->config->annotations, ANNOTATION_SECCOMP_RECEIVER);
	const struct oci_string_entry *plugins = annotations_find(
		&job->m->config->annotations, ANNOTATION_SECCOMP_PLUGINS);
	const struct oci_seccomp *said = job->said;
	bool has_path = said->listener_path && *said->listener_path;

	if (said->listener_metadata && *said->listener_metadata && !has_path)
		make_complain(job->m, &said->at, "listenerMetadata",
			"listenerMetadata needs a listenerPath");
	if (!job->notifies)
		return;
	if (plugins && *plugins->value) {
		make_complain(job->m, &plugins->at, NULL,
			"%s: nothing is loaded into this program; name an agent by listenerPath",
			plugins->key);
		return;
	}
	job->out->listener_metadata = said->listener_metadata;
	if (has_path)
		take_listener(job, said->listener_path,
			make_where(job->m, &said->at, "listenerPath"));
	else if (receiver)
		take_listener(job, receiver->value,
			make_where(job->m, &receiver->at, NULL));
	else if (job->m->request->seccomp_receiver)
		take_listener(job, job->m->request->seccomp_receiver,
			make_where(job->m, NULL, NULL));
	else
		make_complain(job->m, &said->at, NULL,
			"SCMP_ACT_NOTIFY needs a listenerPath");
}

/* crun's annotation; names that are unknown here are passed over without it. */
static bool
is_strict(const struct maker *m)
{
	const struct oci_string_entry *said = annotations_find(
		&m->config->annotations, ANNOTATION_SECCOMP_FAIL_UNKNOWN);

	return said && strcmp(said->value, "0") != 0;
}

void
seccomp_make(struct maker *m)
{
	struct job job = { .m = m,
		.said = m->linux->seccomp,
		.notifies = m->request->notifies };

	if (!job.said)
		return;
	job.out = make_alloc(m, sizeof(*job.out));
	if (!job.out)
		return;
	job.out->default_action = read_action(&job, &job.said->at,
		"defaultAction", job.said->default_action, "defaultErrnoRet",
		job.said->default_errno_ret);
	job.out->strict = is_strict(m);
	read_arches(&job);
	read_rules(&job);
	read_flags(&job);
	read_listener(&job);
	m->plan->seccomp = job.out;
}

/* Before the limits: it takes a thread, which counts against RLIMIT_NPROC. */
void
seccomp_add_listener(struct maker *m)
{
	if (m->plan->seccomp && m->plan->seccomp->listener)
		block_step(&m->block, OP_LISTENER, &m->linux->seccomp->at,
			"listenerPath");
}

/* Behind the startContainer hooks, which the filter is not for. What was
 * kept to load it is dropped in the same step. */
void
seccomp_add(struct maker *m)
{
	struct capabilities capabilities = { 0 };
	struct plan_step *step;
	int32_t slot;

	if (!m->plan->seccomp)
		return;
	/* To exec, of the profile no more than its flags is known. */
	make_source(m, m->exec ? PLAN_SOURCE_FILTER : PLAN_SOURCE_SECCOMP,
		&m->linux->seccomp->at, NULL, &slot);
	step = block_step(&m->block, OP_SECCOMP, &m->linux->seccomp->at, NULL);
	step->slot = slot;
	step->number[0] = m->plan->seccomp->flags;
	capabilities_read(m, false, &capabilities);
	if (!capabilities.kept)
		return;
	step->number[1] = 1;
	for (size_t i = CAPABILITY_EFFECTIVE; i < CAPABILITY_SETS; i++)
		step->number[1 + i] = capabilities.sets[i];
}
