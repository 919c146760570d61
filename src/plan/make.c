/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_make(): the order in which the parts of a config become a plan, which
 * is the order of the steps, and what the parts share: complaints, memory,
 * places, sources. Nothing here or below makes a system call beside memory;
 * all facts about the host come with the request. Problems are collected to
 * the end; a plan with problems is thrown away.
 */
#include "plan/make.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/place.h"
#include "plan/annotations.h"

/* A repeated complaint about one place helps nobody: the decoder's stays. */
static void
drop_repeated(struct maker *m)
{
	struct oci_problems *problems = m->problems;
	size_t last = problems->n - 1, known = m->known_problems;

	if (last >= OCI_PROBLEMS_MAX || last < known)
		return;
	for (size_t i = 0; i < known; i++) {
		if (strcmp(problems->items[i].pointer,
			    problems->items[last].pointer) != 0)
			continue;
		problems->n--;
		return;
	}
}

/* Formatted here once, because the list of problems takes no va_list. */
void
make_complain(struct maker *m, const struct place *at, const char *member,
	const char *fmt, ...)
{
	char text[ERR_TEXT_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problems_add(m->problems, at, member, "%s", text);
	drop_repeated(m);
}

/* All tables complain in the same words. */
void
make_unknown(struct maker *m, const struct place *at, const char *member,
	const char *noun, const char *word, const char *near)
{
	if (near)
		make_complain(m, at, member,
			"unknown %s \"%s\", did you mean \"%s\"?", noun, word,
			near);
	else
		make_complain(m, at, member, "unknown %s \"%s\"", noun, word);
}

void *
make_alloc(struct maker *m, size_t size)
{
	void *memory = arena_alloc(m->arena, size);

	if (!memory)
		m->broken = true;
	return memory;
}

const char *
make_text(struct maker *m, const char *text)
{
	if (text)
		return text;
	m->broken = true;
	return "";
}

void
make_warn(struct maker *m, const char *fmt, ...)
{
	const char **slot = pile_add(&m->warnings, m->arena);
	char text[ERR_TEXT_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*slot = make_printf(m, "%s", text);
}

const char *
make_item(struct maker *m, const char *name, size_t index)
{
	return make_printf(m, "%s/%zu", name, index);
}

/* Spelled out now: what the host does later knows pointers, no places. */
struct plan_where
make_where(struct maker *m, const struct place *at, const char *member)
{
	char pointer[ERR_POINTER_MAX];
	char *copy;
	size_t len;

	if (!at)
		return (struct plan_where){ .pointer = "" };
	len = place_format(at, member, pointer, sizeof(pointer));
	copy = make_alloc(m, len + 1);
	if (copy)
		memcpy(copy, pointer, len + 1);
	return (struct plan_where){ .pointer = copy ? copy : "",
		.line = at->line,
		.column = at->column };
}

struct plan_source *
make_source(struct maker *m, enum plan_source_kind kind, const struct place *at,
	const char *member, int32_t *out_slot)
{
	struct plan_where where = make_where(m, at, member);
	struct plan_source *source = pile_add(&m->sources, m->arena);

	source->kind = kind;
	source->where = where;
	*out_slot = (int32_t)m->sources.n - 1;
	return source;
}

/* One procfs serves all steps that write there. */
int32_t
make_proc_slot(struct maker *m)
{
	if (m->proc_slot < 0)
		make_source(m, PLAN_SOURCE_PROC, NULL, NULL, &m->proc_slot);
	return m->proc_slot;
}

/* Lexical only: what a link makes of the path is found out inside, beneath
 * the rootfs. */
const char *
make_clean(struct maker *m, const char *path)
{
	size_t len = strlen(path);
	char *copy = make_alloc(m, len + 2);

	if (!copy)
		return "/";
	copy[0] = '/';
	memcpy(copy + (path[0] != '/'), path, len + 1);
	path_clean(copy);
	return copy;
}

void
make_note_target(struct maker *m, const char *path)
{
	struct make_target *target = pile_add(&m->targets, m->arena);

	target->path = path;
	target->step = m->block.steps.n - 1;
}

/* Both paths clean; a directory is not below itself. */
bool
make_is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	if (strcmp(directory, "/") == 0)
		return path[1] != '\0';
	return strncmp(path, directory, len) == 0 && path[len] == '/';
}

/* What needs no decision, and the annotations: callers want some of them
 * when the config is long gone. */
static void
describe(struct maker *m)
{
	const struct oci_config *config = m->config;
	const struct oci_string_entry *stop_signal;
	struct plan *plan = m->plan;
	struct plan_annotation *all =
		make_alloc(m, config->annotations.n * sizeof(*all));

	plan->config = config;
	plan->bundle = m->request->bundle;
	plan->id = m->request->id;
	plan->oci_version = config->oci_version;
	stop_signal =
		annotations_find(&config->annotations, ANNOTATION_STOP_SIGNAL);
	if (stop_signal)
		plan->stop_signal = stop_signal->value;
	plan->has_process = config->process != NULL;
	plan->cgroups_path = m->linux->cgroups_path;
	plan->mount_label = m->linux->mount_label;
	for (size_t i = 0; all && i < config->annotations.n; i++) {
		const struct oci_string_entry *entry =
			&config->annotations.items[i];

		all[i] = (struct plan_annotation){ entry->key, entry->value };
	}
	plan->annotations = all;
	plan->n_annotations = all ? config->annotations.n : 0;
}

/* The host's half, then the steps in the order of enum plan_op. */
static void
make_parts(struct maker *m)
{
	describe(m);
	rules_check(m);
	namespaces_make(m);
	hooks_make(m);
	limits_make(m);
	priorities_make(m);
	net_devices_make(m);
	affinity_make(m);
	intel_rdt_make(m);
	resources_make(m);
	seat_make(m);
	device_rules_make(m);
	delegation_make(m);
	seccomp_make(m);

	namespaces_add_steps(m);
	rootfs_add_begin(m);
	mounts_add(m);
	process_add_cwd(m);
	devices_add(m);
	masks_add(m);
	hooks_add_container(m);
	rootfs_add_end(m);
	surroundings_add(m);
	memory_policy_add(m);
	seat_add(m);
	process_add_identity(m);
	process_add_start(m);
}

/* The first problem, with the number of the others. */
static int
report(const struct oci_problems *problems, struct err *err)
{
	size_t len;

	problems_first(problems, err);
	if (!err || problems->n == 1)
		return -1;
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len,
		", and %zu more problem%s", problems->n - 1,
		problems->n == 2 ? "" : "s");
	return -1;
}

int
make_finish(struct maker *m, struct plan **out, struct err *err)
{
	struct plan *plan = m->plan;

	plan->sources = m->sources.items;
	plan->n_sources = m->sources.n;
	plan->warnings = m->warnings.items;
	plan->n_warnings = m->warnings.n;
	if (m->problems->n)
		return report(m->problems, err);
	plan->block =
		block_finish(&m->block, plan->n_sources, &plan->block_size);
	if (!plan->block || m->broken || m->sources.broken || m->targets.broken)
		return err_say(err,
			"the plan of this config is too large (at most %u MiB)",
			PLAN_MAX_SIZE >> 20);
	*out = plan;
	return 0;
}

/* What an ordinary user could not carry out he may still look at: as root's,
 * where the config is not for him. */
static struct plan_request
settle_request(
	const struct oci_config *config, const struct plan_request *request)
{
	struct plan_request settled = *request;
	struct oci_namespaces list = { 0 };
	bool user_ns = false;

	if (config->linux)
		list = config->linux->namespaces;
	for (size_t i = 0; i < list.n; i++)
		if (strcmp(list.items[i].type, "user") == 0)
			user_ns = true;
	if (request->only_shown && !user_ns)
		settled.root = true;
	return settled;
}

int
make_begin(struct maker *m, struct arena *arena,
	const struct oci_config *config, const struct plan_request *request,
	struct oci_problems *problems, struct err *err)
{
	static const struct oci_linux no_linux;

	*m = (struct maker){
		.arena = arena,
		.config = config,
		.request = request,
		.problems = problems,
		.linux = config->linux ? config->linux : &no_linux,
		.known_problems = problems->n < OCI_PROBLEMS_MAX
			? problems->n
			: OCI_PROBLEMS_MAX,
		.sources = PILE_OF(struct plan_source),
		.warnings = PILE_OF(const char *),
		.targets = PILE_OF(struct make_target),
		.read_only = PILE_OF(struct make_target),
		.proc_slot = -1,
		.null_slot = -1,
		.empty_slot = -1,
		.hook_slots = { -1, -1 },
	};

	m->plan = arena_alloc(arena, sizeof(*m->plan));
	if (!m->plan)
		return err_say(err, "no memory for a plan");
	block_init(&m->block, arena);
	return 0;
}

int
plan_make(struct arena *arena, const struct oci_config *config,
	const struct plan_request *request, struct plan **out,
	struct oci_problems *problems, struct err *err)
{
	struct plan_request settled = settle_request(config, request);
	struct maker m;

	if (make_begin(&m, arena, config, &settled, problems, err) < 0)
		return -1;
	make_parts(&m);
	return make_finish(&m, out, err);
}
