/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks [58-68]. Those of the runtime's namespace are items of the host's half
 * and are run by the parent; createContainer and startContainer hooks are
 * steps, run by the child, and carry the state that they read as two texts
 * around the pid, which only the child knows in its own terms. OP_HOOKS is the
 * rendezvous: it is there whenever a hook wants to see the mounts done and the
 * old root still in place.
 */
#include <string.h>

#include "base/str.h"
#include "plan/annotations.h"
#include "plan/make.h"

static const struct oci_hook_list no_hooks;

/* The decoder has refused 0 and less [60]; more seconds than 32 bits hold
 * are as good as none counted. */
static uint32_t
timeout_of(const struct oci_hook *hook)
{
	if (!hook->timeout || *hook->timeout <= 0)
		return 0;
	return *hook->timeout > UINT32_MAX ? UINT32_MAX
					   : (uint32_t)*hook->timeout;
}

/* argv is the path alone where args say nothing. */
static const char *const *
argv_of(struct maker *m, const struct oci_hook *hook, size_t *out_n)
{
	const char **argv = make_alloc(m, (hook->args.n + 2) * sizeof(*argv));

	*out_n = 0;
	if (!argv)
		return NULL;
	argv[0] = hook->path;
	for (size_t i = 0; i < hook->args.n; i++)
		argv[i] = hook->args.items[i];
	*out_n = hook->args.n ? hook->args.n : 1;
	return argv;
}

/* Nothing said is the environment of who runs it, NULL: hooks look for PATH
 * and HOME, which they have with runc and crun. [] is an empty one. */
static const char *const *
env_of(struct maker *m, const struct oci_hook *hook)
{
	const char **env = hook->env.said
		? make_alloc(m, (hook->env.n + 1) * sizeof(*env))
		: NULL;

	for (size_t i = 0; env && i < hook->env.n; i++)
		env[i] = hook->env.items[i];
	return env;
}

/* One kind of hook as items of the host's half; argv and env end with NULL,
 * ready for execve(2). */
static void
make_items(struct maker *m, const struct oci_hook_list *list,
	struct plan_hooks *out)
{
	struct plan_hook_item *items = make_alloc(m, list->n * sizeof(*items));
	size_t n;

	for (size_t i = 0; items && i < list->n; i++) {
		const struct oci_hook *hook = &list->items[i];

		items[i] = (struct plan_hook_item){
			.path = hook->path,
			.argv = argv_of(m, hook, &n),
			.env = env_of(m, hook),
			.timeout = timeout_of(hook),
			.where = make_where(m, &hook->at, NULL),
		};
	}
	out->items = items;
	out->n = items ? list->n : 0;
}

/* These run before the root changes: their paths, and the libraries of their
 * programs, are the host's [63-65]. */
bool
hooks_need_host_tree(const struct oci_config *config)
{
	const struct oci_hooks *hooks = config->hooks;

	return hooks &&
		(hooks->prestart.n || hooks->create_runtime.n ||
			hooks->create_container.n);
}

/* The kinds that the parent runs; the other two become steps. */
void
hooks_make(struct maker *m)
{
	const struct oci_hooks *hooks = m->config->hooks;
	struct plan_hooks *out = m->plan->hooks;

	if (!hooks)
		return;
	make_items(m, &hooks->prestart, &out[PLAN_HOOK_PRESTART]);
	make_items(m, &hooks->create_runtime, &out[PLAN_HOOK_CREATE_RUNTIME]);
	make_items(m, &hooks->poststart, &out[PLAN_HOOK_POSTSTART]);
	make_items(m, &hooks->poststop, &out[PLAN_HOOK_POSTSTOP]);
}

/* The state up to the pid. The status is the one that holds when this kind
 * of hook runs [13]. */
static const char *
state_begin(struct maker *m, const char *status)
{
	auto_str text = { 0 };

	str_add(&text, "{\"ociVersion\":");
	str_add_json(&text, m->plan->oci_version);
	str_add(&text, ",\"id\":");
	str_add_json(&text, m->plan->id);
	str_addf(&text, ",\"status\":\"%s\",\"pid\":", status);
	m->broken |= text.broken;
	return text.broken ? "" : make_printf(m, "%s", text.data);
}

/* The state behind the pid: bundle and annotations, which are left out when
 * there are none [17]. */
static const char *
state_end(struct maker *m)
{
	auto_str text = { 0 };

	str_add(&text, ",\"bundle\":");
	str_add_json(&text, m->plan->bundle);
	for (size_t i = 0; i < m->plan->n_annotations; i++) {
		str_add(&text, i ? "," : ",\"annotations\":{");
		str_add_json(&text, m->plan->annotations[i].key);
		str_add(&text, ":");
		str_add_json(&text, m->plan->annotations[i].value);
	}
	str_add(&text, m->plan->n_annotations ? "}}" : "}");
	m->broken |= text.broken;
	return text.broken ? "" : make_printf(m, "%s", text.data);
}

/* Opened by scrim: inside, the path would be the container's. */
static int32_t
output_slot(struct maker *m, enum annotation which, int32_t *slot)
{
	const struct oci_string_entry *said =
		annotations_find(&m->config->annotations, which);
	const char *path;

	if (!said || *slot >= 0)
		return *slot;
	path = said->value[0] == '/'
		? said->value
		: make_printf(m, "%s/%s", m->request->bundle, said->value);
	make_source(m, PLAN_SOURCE_OUTPUT, &said->at, NULL, slot)->path = path;
	return *slot;
}

/* As above: scrim's own goes with the plan of a createContainer hook, while
 * that of the program, for startContainer, is known inside, HOME included. */
static void
add_env(struct maker *m, struct plan_step *step, const struct oci_hook *hook)
{
	const char *const *env = hook->env.items;
	size_t n = hook->env.n;

	if (!hook->env.said && step->number[1] == PLAN_HOOK_START_CONTAINER)
		step->number[3] = 1;
	else if (!hook->env.said && (env = m->request->environment))
		while (env[n])
			n++;
	block_strings(&m->block, 1, env, n);
}

/* The hooks of one kind as steps, in listed order [61]. All of them share
 * the two texts of the state; the block stores those once. */
static void
add_steps(struct maker *m, const struct oci_hook_list *list,
	enum plan_hook kind, const char *status)
{
	const char *begin, *end;
	int32_t out, error;

	if (!list->n)
		return;
	out = output_slot(m, ANNOTATION_HOOKS_STDOUT, &m->hook_slots[0]);
	error = output_slot(m, ANNOTATION_HOOKS_STDERR, &m->hook_slots[1]);
	begin = state_begin(m, status);
	end = state_end(m);
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_hook *hook = &list->items[i];
		struct plan_step *step =
			block_step(&m->block, OP_HOOK, &hook->at, NULL);
		const char *const *argv;
		size_t n;

		step->text[0] = block_text(&m->block, hook->path);
		step->text[1] = block_text(&m->block, begin);
		step->text[2] = block_text(&m->block, end);
		step->number[0] = timeout_of(hook);
		step->number[1] = kind;
		step->slot = out;
		step->number[2] = (uint64_t)error + 1;
		argv = argv_of(m, hook, &n);
		block_strings(&m->block, 0, argv, n);
		add_env(m, step, hook);
	}
}

/* createContainer hooks come behind the parent's prestart and createRuntime
 * ones: OP_HOOKS waits for those [23-25]. The environment has been created by
 * then, so that is their status, as for all hooks before the start [13]. */
void
hooks_add_container(struct maker *m)
{
	if (!hooks_need_host_tree(m->config))
		return;
	/* Hooks look for the cgroup of the process. */
	seat_add(m);
	block_step(&m->block, OP_HOOKS, NULL, NULL);
	add_steps(m, &m->config->hooks->create_container,
		PLAN_HOOK_CREATE_CONTAINER, "created");
}

/* startContainer hooks run inside `start`, before the program [27]. */
void
hooks_add_start(struct maker *m)
{
	const struct oci_hooks *hooks = m->config->hooks;

	add_steps(m, hooks ? &hooks->start_container : &no_hooks,
		PLAN_HOOK_START_CONTAINER, "created");
}
