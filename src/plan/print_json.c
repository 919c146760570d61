/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan as one JSON document, complete and stable: keys are always there
 * where they apply, masks are lists of words, a missing text is null. Lines
 * and pointers say where in config.json an item comes from. One item a line
 * in the long lists, so that two plans can be compared with diff.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "base/str.h"
#include "base/sys.h"
#include "plan/names.h"
#include "plan/plan.h"
#include "plan/print_words.h"

/* Writes the comma that is due, then the key (NULL: an item of a list). */
struct writer {
	struct str *out;
	bool due;
};

static void
key(struct writer *w, const char *name)
{
	str_add(w->out, w->due ? "," : "");
	w->due = true;
	if (!name)
		return;
	str_add_json(w->out, name);
	str_add(w->out, ":");
}

/* What follows is the first item: no comma is due. */
static void
open_value(struct writer *w, const char *name, const char *bracket)
{
	key(w, name);
	str_add(w->out, bracket);
	w->due = false;
}

static void
close_value(struct writer *w, const char *bracket)
{
	str_add(w->out, bracket);
	w->due = true;
}

/* A list whose items stand on lines of their own. */
static void
open_item(struct writer *w)
{
	str_add(w->out, w->due ? ",\n\t{" : "\n\t{");
	w->due = false;
}

static void
add_text(struct writer *w, const char *name, const char *text)
{
	key(w, name);
	if (text)
		str_add_json(w->out, text);
	else
		str_add(w->out, "null");
}

static void
add_number(struct writer *w, const char *name, uint64_t number)
{
	key(w, name);
	str_addf(w->out, "%llu", (unsigned long long)number);
}

static void
add_integer(struct writer *w, const char *name, int64_t number)
{
	key(w, name);
	str_addf(w->out, "%lld", (long long)number);
}

static void
add_bool(struct writer *w, const char *name, bool value)
{
	key(w, name);
	str_add(w->out, value ? "true" : "false");
}

/* Masks as lists, so that readers need no table of bits. */
static void
add_words(struct writer *w, const char *name, enum plan_operand operand,
	uint64_t value)
{
	const char *words[PRINT_WORDS_MAX];
	size_t n = print_words_list(operand, value, words);

	open_value(w, name, "[");
	for (size_t i = 0; i < n; i++)
		add_text(w, NULL, words[i]);
	close_value(w, "]");
}

/* Devices are told as people tell them, "major:minor". */
static void
add_device(struct writer *w, const char *name, uint64_t device)
{
	key(w, name);
	str_addf(w->out, "\"%u:%u\"", major(device), minor(device));
}

/* Items of ours, which nothing in the config asked for, have no place. */
static void
add_place(struct writer *w, uint32_t line, uint32_t column, const char *pointer)
{
	if (!pointer || (!*pointer && !line))
		return;
	add_text(w, "pointer", pointer);
	add_number(w, "line", line);
	add_number(w, "column", column);
}

static void
add_where(struct writer *w, const struct plan_where *where)
{
	add_place(w, where->line, where->column, where->pointer);
}

static void
add_maps(struct writer *w, const char *name, const struct plan_id_map *maps,
	size_t n)
{
	open_value(w, name, "[");
	for (size_t i = 0; i < n; i++) {
		open_value(w, NULL, "{");
		add_number(w, "containerID", maps[i].inside);
		add_number(w, "hostID", maps[i].outside);
		add_number(w, "size", maps[i].size);
		close_value(w, "}");
	}
	close_value(w, "]");
}

/* All that concerns namespaces, maps and offsets included. */
static void
add_namespaces(struct writer *w, const struct plan *plan)
{
	uint64_t fresh = plan_new_namespaces(plan);

	add_words(w, "newNamespaces", OPERAND_NAMESPACE, fresh);
	open_value(w, "joinedNamespaces", "[");
	for (size_t i = 0; i < plan->n_joins; i++) {
		open_item(w);
		add_text(w, "type",
			names_word(&names_namespaces, plan->joins[i].kind));
		add_text(w, "path", plan->joins[i].path);
		add_where(w, &plan->joins[i].where);
		close_value(w, "}");
	}
	close_value(w, "]");
	add_maps(w, "uidMappings", plan->maps.uid, plan->maps.n_uid);
	add_maps(w, "gidMappings", plan->maps.gid, plan->maps.n_gid);
	add_text(w, "timeOffsets", plan->time_offsets);
}

/* Every source has these keys; those of one kind come between. */
static void
add_source(struct writer *w, const struct plan_source *source)
{
	open_item(w);
	add_text(w, "kind", names_word(&names_sources, source->kind));
	add_text(w, "path", source->path);
	if (source->kind == PLAN_SOURCE_NAMESPACE)
		add_words(w, "type", OPERAND_NAMESPACE, source->number);
	if (source->kind == PLAN_SOURCE_DEVICE)
		add_device(w, "device", source->device);
	add_bool(w, "recursive", source->recursive);
	add_bool(w, "nofollow", source->nofollow);
	add_words(w, "set", OPERAND_ATTR, source->attr_set);
	add_words(w, "clear", OPERAND_ATTR, source->attr_clear);
	add_words(w, "setAll", OPERAND_ATTR, source->attr_set_all);
	add_words(w, "clearAll", OPERAND_ATTR, source->attr_clear_all);
	add_words(w, "propagation", OPERAND_PROPAGATION, source->propagation);
	if (source->idmap) {
		add_bool(w, "idmapRecursive", source->idmap_recursive);
		add_maps(w, "uidMappings",
			source->maps ? source->maps->uid : NULL,
			source->maps ? source->maps->n_uid : 0);
		add_maps(w, "gidMappings",
			source->maps ? source->maps->gid : NULL,
			source->maps ? source->maps->n_gid : 0);
	}
	add_where(w, &source->where);
	close_value(w, "}");
}

/* The files that will be written, in their order, and the rules of the
 * device program. */
static void
add_cgroup(struct writer *w, const struct plan *plan)
{
	add_text(w, "cgroupsPath", plan->cgroups_path);
	if (plan->delegate)
		add_number(w, "cgroupOwner", plan->delegate_uid);
	if (plan->delegate_cgroup)
		add_text(w, "cgroupInside", plan->delegate_cgroup);
	if (plan->enters_cgroup)
		add_bool(w, "cgroupLate", true);
	open_value(w, "cgroupFiles", "[");
	for (size_t i = 0; i < plan->resources.n_knobs; i++) {
		const struct plan_knob *knob = &plan->resources.knobs[i];

		open_item(w);
		add_text(w, "controller", knob->controller);
		add_text(w, "file", knob->file);
		add_text(w, "value", knob->value);
		if (knob->other) {
			add_text(w, "otherFile", knob->other);
			add_text(w, "otherValue", knob->other_value);
			add_bool(w, "both", knob->both);
		}
		add_bool(w, "unlimited", knob->default_value);
		add_where(w, &knob->where);
		close_value(w, "}");
	}
	close_value(w, "]");
	add_bool(w, "deviceProgram", plan->resources.device_program);
	open_value(w, "deviceRules", "[");
	for (size_t i = 0; i < plan->resources.n_device_rules; i++) {
		const struct plan_device_rule *rule =
			&plan->resources.device_rules[i];
		char type[2] = { rule->type, '\0' };

		open_item(w);
		add_bool(w, "allow", rule->allow);
		add_text(w, "type", type);
		add_integer(w, "major", rule->major);
		add_integer(w, "minor", rule->minor);
		add_bool(w, "read", rule->access & 2);
		add_bool(w, "write", rule->access & 4);
		add_bool(w, "mknod", rule->access & 1);
		close_value(w, "}");
	}
	close_value(w, "]");
}

/* At most n strings, or up to the NULL that ends them. */
static void
add_strings(
	struct writer *w, const char *name, const char *const *items, size_t n)
{
	open_value(w, name, "[");
	for (size_t i = 0; i < n && items[i]; i++)
		add_text(w, NULL, items[i]);
	close_value(w, "]");
}

static void
add_scheduler(struct writer *w, const struct plan_scheduler *scheduler)
{
	if (!scheduler) {
		add_text(w, "scheduler", NULL);
		return;
	}
	open_value(w, "scheduler", "{");
	add_text(w, "policy", names_word(&names_schedulers, scheduler->policy));
	add_words(w, "flags", OPERAND_SCHEDULER_FLAGS, scheduler->flags);
	add_integer(w, "nice", scheduler->nice);
	add_number(w, "priority", scheduler->priority);
	add_number(w, "runtime", scheduler->runtime);
	add_number(w, "deadline", scheduler->deadline);
	add_number(w, "period", scheduler->period);
	add_where(w, &scheduler->where);
	close_value(w, "}");
}

static void
add_io_priority(struct writer *w, const struct plan_io_priority *io)
{
	if (!io) {
		add_text(w, "ioPriority", NULL);
		return;
	}
	open_value(w, "ioPriority", "{");
	add_text(w, "class", names_word(&names_io_classes, io->class));
	add_number(w, "priority", io->priority);
	add_where(w, &io->where);
	close_value(w, "}");
}

static void
add_intel_rdt(struct writer *w, const struct plan_intel_rdt *rdt)
{
	if (!rdt) {
		add_text(w, "intelRdt", NULL);
		return;
	}
	open_value(w, "intelRdt", "{");
	add_text(w, "group", rdt->group);
	add_bool(w, "own", rdt->own);
	add_text(w, "monitor", rdt->monitor);
	add_strings(w, "schemata", rdt->lines, rdt->n_lines);
	add_where(w, &rdt->where);
	close_value(w, "}");
}

static void
add_net_devices(struct writer *w, const struct plan *plan)
{
	open_value(w, "netDevices", "[");
	for (size_t i = 0; i < plan->n_net_devices; i++) {
		open_item(w);
		add_text(w, "device", plan->net_devices[i].name);
		add_text(w, "name", plan->net_devices[i].new_name);
		add_where(w, &plan->net_devices[i].where);
		close_value(w, "}");
	}
	close_value(w, "]");
}

/* What is set from outside, by the parent. */
static void
add_limits(struct writer *w, const struct plan *plan)
{
	open_value(w, "rlimits", "[");
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		open_item(w);
		add_text(w, "type", plan->rlimits[i].name);
		add_number(w, "soft", plan->rlimits[i].soft);
		add_number(w, "hard", plan->rlimits[i].hard);
		add_where(w, &plan->rlimits[i].where);
		close_value(w, "}");
	}
	close_value(w, "]");
	key(w, "oomScoreAdj");
	if (plan->oom_score_adj)
		str_addf(w->out, "%d", *plan->oom_score_adj);
	else
		str_add(w->out, "null");
	add_scheduler(w, plan->scheduler);
	add_io_priority(w, plan->io_priority);
}

/* The hooks that the parent runs; the others are steps. */
static void
add_hooks(struct writer *w, const struct plan *plan)
{
	open_value(w, "hooks", "[");
	for (enum plan_hook kind = 0; kind < PLAN_HOOK_COUNT; kind++) {
		for (size_t i = 0; i < plan->hooks[kind].n; i++) {
			const struct plan_hook_item *hook =
				&plan->hooks[kind].items[i];

			open_item(w);
			add_text(w, "kind", names_word(&names_hooks, kind));
			add_text(w, "path", hook->path);
			add_strings(w, "args", hook->argv, SIZE_MAX);
			if (hook->env)
				add_strings(w, "env", hook->env, SIZE_MAX);
			else
				add_text(w, "env", NULL);
			add_number(w, "timeout", hook->timeout);
			add_where(w, &hook->where);
			close_value(w, "}");
		}
	}
	close_value(w, "]");
}

/* An action and, where it has one, its errno. */
static void
add_action(struct writer *w, uint32_t action)
{
	int code;

	add_text(w, "action", print_words_action(action, &code));
	if (code >= 0)
		add_number(w, "errno", (uint64_t)code);
}

/* Numbers of libseccomp by the words of the config. */
static void
add_filter_rule(struct writer *w, const struct plan_seccomp_rule *rule)
{
	open_item(w);
	add_action(w, rule->action);
	add_strings(w, "names", rule->names, rule->n_names);
	open_value(w, "args", "[");
	for (size_t i = 0; i < rule->n_args; i++) {
		open_value(w, NULL, "{");
		add_number(w, "index", rule->args[i].index);
		add_text(w, "op",
			names_word(&names_seccomp_operators, rule->args[i].op));
		add_number(w, "value", rule->args[i].value);
		add_number(w, "valueTwo", rule->args[i].value_two);
		close_value(w, "}");
	}
	close_value(w, "]");
	add_where(w, &rule->where);
	close_value(w, "}");
}

static void
add_filter(struct writer *w, const struct plan_seccomp *filter)
{
	if (!filter) {
		add_text(w, "seccomp", NULL);
		return;
	}
	open_value(w, "seccomp", "{");
	add_action(w, filter->default_action);
	add_words(w, "flags", OPERAND_FILTER_FLAGS, filter->flags);
	open_value(w, "architectures", "[");
	for (size_t i = 0; i < filter->n_arches; i++)
		add_text(w, NULL,
			names_word(&names_seccomp_arches, filter->arches[i]));
	close_value(w, "]");
	open_value(w, "rules", "[");
	for (size_t i = 0; i < filter->n_rules; i++)
		add_filter_rule(w, &filter->rules[i]);
	close_value(w, "]");
	close_value(w, "}");
}

/* Enumerations are a word, masks lists of words, and numbers numbers. */
static void
add_operand(struct writer *w, enum plan_operand operand, const char *label,
	uint64_t value)
{
	if (operand == OPERAND_NONE)
		return;
	if (operand == OPERAND_ENTER || operand == OPERAND_HOOK ||
		operand == OPERAND_PERSONALITY ||
		operand == OPERAND_MEMORY_POLICY) {
		const char *words[PRINT_WORDS_MAX];

		print_words_list(operand, value, words);
		add_text(w, label, words[0]);
	} else if (print_words_has(operand)) {
		add_words(w, label, operand, value);
	} else if (operand == OPERAND_DEVICE) {
		add_device(w, label, value);
	} else if (operand == OPERAND_UMASK && value == UINT64_MAX) {
		add_text(w, label, NULL);
	} else if (operand == OPERAND_SLOT_MAYBE) {
		add_integer(w, label, (int64_t)value - 1);
	} else {
		add_number(w, label, value);
	}
}

static void
add_list(struct writer *w, const void *block, enum plan_operand operand,
	const char *label, const struct plan_list *list)
{
	const uint32_t *items = plan_items(block, list);

	if (operand == OPERAND_NONE)
		return;
	open_value(w, label, "[");
	for (uint32_t i = 0; i < list->count; i++) {
		if (operand == OPERAND_STRINGS)
			add_text(w, NULL, plan_text(block, items[i]));
		else
			add_number(w, NULL, items[i]);
	}
	close_value(w, "]");
}

/* Keys are the labels of the operation's row. */
static void
add_step(struct writer *w, const void *block, const struct plan_step *step)
{
	const struct plan_op_row *row = &plan_ops[step->op];
	const char *const *label = plan_op_words[step->op].label;

	open_item(w);
	add_text(w, "op", row->name);
	if (row->slot != OPERAND_NONE)
		add_integer(w, "slot", step->slot);
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		if (row->text[i] != OPERAND_NONE)
			add_text(w, label[i], plan_text(block, step->text[i]));
	for (size_t i = 0; i < PLAN_NUMBERS; i++)
		add_operand(w, row->number[i], label[PLAN_TEXTS + i],
			step->number[i]);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		add_list(w, block, row->list[i],
			label[PLAN_TEXTS + PLAN_NUMBERS + i], &step->list[i]);
	add_place(w, step->line, step->column, plan_text(block, step->pointer));
	close_value(w, "}");
}

/* What is told about the container as a whole. */
static void
add_head(struct writer *w, const struct plan *plan)
{
	add_text(w, "id", plan->id);
	add_text(w, "bundle", plan->bundle);
	add_text(w, "ociVersion", plan->oci_version);
	add_text(w, "rootfs", plan->rootfs);
	add_bool(w, "rootfsReadonly", plan->rootfs_readonly);
	add_text(w, "birth", names_word(&names_births, plan->birth));
	add_text(w, "birthReason", plan->birth_reason);
	add_bool(w, "deputy", plan->deputy);
	add_bool(w, "terminal", plan->terminal);
	add_text(w, "stopSignal", plan->stop_signal);
	add_strings(w, "warnings", plan->warnings, plan->n_warnings);
	open_value(w, "annotations", "{");
	for (size_t i = 0; i < plan->n_annotations; i++)
		add_text(w, plan->annotations[i].key,
			plan->annotations[i].value);
	close_value(w, "}");
}

void
plan_print_json(const struct plan *plan, struct str *out)
{
	const struct plan_header *head = plan_head(plan->block);
	struct writer writer = { .out = out }, *w = &writer;

	open_value(w, NULL, "{");
	add_head(w, plan);
	add_namespaces(w, plan);
	open_value(w, "sources", "[");
	for (size_t i = 0; i < plan->n_sources; i++)
		add_source(w, &plan->sources[i]);
	close_value(w, "]");
	add_cgroup(w, plan);
	add_limits(w, plan);
	add_net_devices(w, plan);
	add_intel_rdt(w, plan->intel_rdt);
	add_hooks(w, plan);
	add_filter(w, plan->seccomp);
	open_value(w, "steps", "[");
	for (size_t i = 0; i < head->n_steps; i++)
		add_step(w, plan->block, plan_steps(plan->block) + i);
	close_value(w, "]");
	close_value(w, "}");
	str_add(out, "\n");
}
