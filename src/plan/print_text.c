/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan for people: what it is about, then the host's half, then the steps,
 * each on a line with the place in config.json that it comes from at its
 * right. Stable, for golden tests compare it. Nothing that steers a terminal
 * gets through: odd texts are printed as JSON strings.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "base/str.h"
#include "base/sys.h"
#include "plan/names.h"
#include "plan/plan.h"
#include "plan/print_words.h"

#define WHERE_COLUMN 72

/* Can it stand without quotes? No blank, no control character, nothing
 * beyond ASCII. */
static bool
is_plain(const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at <= ' ' || *at == '"' || *at == '\\' || *at == 0x7f ||
			(unsigned char)*at >= 0x80)
			return false;
	return *text != '\0';
}

static void
add_text(struct str *out, const char *text)
{
	if (is_plain(text))
		str_add(out, text);
	else
		str_add_json(out, text);
}

/* Words without blanks between them: one operand stays one piece. */
static void
add_words(struct str *out, enum plan_operand operand, uint64_t value)
{
	const char *words[PRINT_WORDS_MAX];
	size_t n = print_words_list(operand, value, words);

	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s%s", i ? "," : "", words[i]);
	if (!n)
		str_add(out, "none");
}

/* Ends the line that began at start. */
static void
end_line(struct str *out, size_t start, uint32_t line, const char *pointer)
{
	if (pointer && (*pointer || line)) {
		size_t width = out->len - start;

		str_addf(out, "%*s  ",
			width < WHERE_COLUMN ? (int)(WHERE_COLUMN - width) : 0,
			"");
		if (line)
			str_addf(out, "config.json:%u ", line);
		str_add(out, *pointer ? pointer : "/");
	}
	str_add(out, "\n");
}

static void
end_where(struct str *out, size_t start, const struct plan_where *where)
{
	end_line(out, start, where->line, where->pointer);
}

/* In a form that needs no knowledge of which column is whose. */
static void
print_maps(struct str *out, const char *what, const struct plan_id_map *maps,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, "  %s %u..%u are the host's %u..%u\n", what,
			maps[i].inside, maps[i].inside + maps[i].size - 1,
			maps[i].outside, maps[i].outside + maps[i].size - 1);
}

/* New ones, joined ones, and what a user or time namespace needs. */
static void
print_namespaces(const struct plan *plan, struct str *out)
{
	uint64_t fresh = plan_new_namespaces(plan);

	str_add(out, "namespaces\n  new: ");
	add_words(out, OPERAND_NAMESPACE, fresh);
	str_add(out, "\n");
	for (size_t i = 0; i < plan->n_joins; i++) {
		size_t start = out->len;

		str_add(out, "  joined: ");
		add_words(out, OPERAND_NAMESPACE, plan->joins[i].kind);
		str_add(out, " ");
		add_text(out, plan->joins[i].path);
		end_where(out, start, &plan->joins[i].where);
	}
	print_maps(out, "uids", plan->maps.uid, plan->maps.n_uid);
	print_maps(out, "gids", plan->maps.gid, plan->maps.n_gid);
	for (const char *at = plan->time_offsets; at && *at;
		at += strcspn(at, "\n") + 1)
		str_addf(out, "  time offset: %.*s\n", (int)strcspn(at, "\n"),
			at);
}

/* Nothing is printed where nothing is set. */
static void
print_attr(struct str *out, const char *label, enum plan_operand operand,
	uint64_t value)
{
	if (!value)
		return;
	str_addf(out, " %s=", label);
	add_words(out, operand, value);
}

/* One line each; the number at its front is the slot that steps name. */
static void
print_source(const struct plan_source *source, size_t slot, struct str *out)
{
	size_t start = out->len;

	str_addf(out, "  %zu %s", slot,
		names_word(&names_sources, source->kind));
	if (source->path) {
		str_add(out, " ");
		add_text(out, source->path);
	}
	if (source->kind == PLAN_SOURCE_NAMESPACE)
		print_attr(out, "kind", OPERAND_NAMESPACE, source->number);
	if (source->kind == PLAN_SOURCE_DEVICE)
		str_addf(out, " %u:%u", major(source->device),
			minor(source->device));
	str_add(out, source->recursive ? " recursive" : "");
	str_add(out, source->nofollow ? " nofollow" : "");
	print_attr(out, "set", OPERAND_ATTR, source->attr_set);
	print_attr(out, "clear", OPERAND_ATTR, source->attr_clear);
	print_attr(out, "set_all", OPERAND_ATTR, source->attr_set_all);
	print_attr(out, "clear_all", OPERAND_ATTR, source->attr_clear_all);
	print_attr(
		out, "propagation", OPERAND_PROPAGATION, source->propagation);
	if (source->idmap)
		str_addf(out, " %s=%s",
			source->idmap_recursive ? "ridmap" : "idmap",
			source->maps ? "own" : "user-namespace");
	end_where(out, start, &source->where);
	if (source->maps) {
		print_maps(
			out, "  uids", source->maps->uid, source->maps->n_uid);
		print_maps(
			out, "  gids", source->maps->gid, source->maps->n_gid);
	}
}

/* -1 stands for all. */
static void
print_number(struct str *out, int64_t number)
{
	if (number < 0)
		str_add(out, "*");
	else
		str_addf(out, "%lld", (long long)number);
}

/* As a line of cgroup v1's devices.list was. */
static void
print_rule(const struct plan_device_rule *rule, struct str *out)
{
	str_addf(out, "  %s %c ", rule->allow ? "allow" : "deny", rule->type);
	print_number(out, rule->major);
	str_add(out, ":");
	print_number(out, rule->minor);
	str_addf(out, " %s%s%s\n", rule->access & 2 ? "r" : "",
		rule->access & 4 ? "w" : "", rule->access & 1 ? "m" : "");
}

/* The files of the cgroup, then what its devices are. */
static void
print_cgroup(const struct plan *plan, struct str *out)
{
	str_add(out, "cgroup ");
	add_text(out,
		plan->cgroups_path ? plan->cgroups_path : "(by the runtime)");
	str_add(out, "\n");
	if (plan->delegate_cgroup) {
		str_add(out, "  inside it ");
		add_text(out, plan->delegate_cgroup);
		str_add(out, ", where the processes are\n");
	}
	if (plan->enters_cgroup)
		str_add(out,
			"  entered late: under its memory limit the set-up has no place\n");
	if (plan->delegate)
		str_addf(out,
			"  given to user %u, who may make cgroups in it\n",
			plan->delegate_uid);
	for (size_t i = 0; i < plan->resources.n_knobs; i++) {
		const struct plan_knob *knob = &plan->resources.knobs[i];
		size_t start = out->len;

		str_add(out, "  ");
		add_text(out, knob->file);
		str_add(out, " ");
		add_text(out, knob->value);
		if (knob->other) {
			str_add(out, knob->both ? " and " : " or ");
			add_text(out, knob->other);
			str_add(out, " ");
			add_text(out, knob->other_value);
		}
		end_where(out, start, &knob->where);
	}
	if (plan->resources.device_program)
		str_add(out, "device rules, the last that matches decides\n");
	for (size_t i = 0; i < plan->resources.n_device_rules; i++)
		print_rule(&plan->resources.device_rules[i], out);
}

static void
print_scheduler(const struct plan_scheduler *scheduler, struct str *out)
{
	size_t start = out->len;

	str_addf(out, "  scheduler %s nice=%d priority=%u",
		names_word(&names_schedulers, scheduler->policy),
		scheduler->nice, scheduler->priority);
	if (scheduler->runtime)
		str_addf(out, " runtime=%llu deadline=%llu period=%llu",
			(unsigned long long)scheduler->runtime,
			(unsigned long long)scheduler->deadline,
			(unsigned long long)scheduler->period);
	print_attr(out, "flags", OPERAND_SCHEDULER_FLAGS, scheduler->flags);
	end_where(out, start, &scheduler->where);
}

static void
print_io_priority(const struct plan_io_priority *io, struct str *out)
{
	size_t start = out->len;

	str_addf(out, "  io_priority %s %u",
		names_word(&names_io_classes, io->class), io->priority);
	end_where(out, start, &io->where);
}

static void
print_limits(const struct plan *plan, struct str *out)
{
	if (plan->n_rlimits || plan->oom_score_adj || plan->scheduler ||
		plan->io_priority)
		str_add(out, "limits\n");
	for (size_t i = 0; i < plan->n_rlimits; i++) {
		const struct plan_rlimit *limit = &plan->rlimits[i];
		size_t start = out->len;

		str_addf(out, "  %s soft=%llu hard=%llu", limit->name,
			(unsigned long long)limit->soft,
			(unsigned long long)limit->hard);
		end_where(out, start, &limit->where);
	}
	if (plan->oom_score_adj)
		str_addf(out, "  oom_score_adj %d\n", *plan->oom_score_adj);
	if (plan->scheduler)
		print_scheduler(plan->scheduler, out);
	if (plan->io_priority)
		print_io_priority(plan->io_priority, out);
}

static void
print_intel_rdt(const struct plan_intel_rdt *rdt, struct str *out)
{
	size_t start = out->len;

	str_add(out, "resctrl group ");
	add_text(out, rdt->group);
	str_add(out, rdt->own ? " of the container" : "");
	if (rdt->monitor) {
		str_add(out, " monitored by ");
		add_text(out, rdt->monitor);
	}
	end_where(out, start, &rdt->where);
	for (size_t i = 0; i < rdt->n_lines; i++) {
		str_add(out, "  ");
		add_text(out, rdt->lines[i]);
		str_add(out, "\n");
	}
}

static void
print_net_devices(const struct plan *plan, struct str *out)
{
	if (plan->n_net_devices)
		str_add(out, "network devices\n");
	for (size_t i = 0; i < plan->n_net_devices; i++) {
		const struct plan_net_device *device = &plan->net_devices[i];
		size_t start = out->len;

		str_add(out, "  ");
		add_text(out, device->name);
		str_add(out, " becomes ");
		add_text(out, device->new_name);
		end_where(out, start, &device->where);
	}
}

static void
print_hooks(const struct plan *plan, enum plan_hook kind, struct str *out)
{
	for (size_t i = 0; i < plan->hooks[kind].n; i++) {
		const struct plan_hook_item *hook = &plan->hooks[kind].items[i];
		size_t start = out->len;

		str_addf(out, "%s hook ", names_word(&names_hooks, kind));
		add_text(out, hook->path);
		for (size_t j = 0; hook->argv[j]; j++) {
			str_add(out, j ? " " : " [");
			add_text(out, hook->argv[j]);
		}
		str_add(out, "]");
		if (hook->timeout)
			str_addf(out, " timeout=%u", hook->timeout);
		end_where(out, start, &hook->where);
	}
}

/* In numbers: the names alone would fill the screen; JSON has them all. */
static void
print_filter(const struct plan_seccomp *filter, struct str *out)
{
	size_t n_names = 0;
	int code;

	for (size_t i = 0; i < filter->n_rules; i++)
		n_names += filter->rules[i].n_names;
	str_addf(out, "filter\n  default %s",
		print_words_action(filter->default_action, &code));
	if (code >= 0)
		str_addf(out, " errno=%d", code);
	str_addf(out, ", %zu rules with %zu names\n", filter->n_rules, n_names);
	for (size_t i = 0; i < filter->n_arches; i++) {
		const char *word =
			names_word(&names_seccomp_arches, filter->arches[i]);

		str_addf(out, "%s%s%s", i ? " " : "  ", word ? word : "?",
			i + 1 == filter->n_arches ? "\n" : "");
	}
}

/* A list of texts or numbers, as the row of the operation says. */
static void
print_list(const void *block, const struct plan_list *list,
	enum plan_operand operand, struct str *out)
{
	const uint32_t *items = plan_items(block, list);

	str_add(out, "[");
	for (uint32_t i = 0; i < list->count; i++) {
		str_add(out, i ? " " : "");
		if (operand == OPERAND_STRINGS)
			add_text(out, plan_text(block, items[i]));
		else
			str_addf(out, "%u", items[i]);
	}
	str_add(out, "]");
}

/* Masks that are empty say nothing; empty capability sets do. */
static void
print_operand(enum plan_operand operand, const char *label, uint64_t value,
	struct str *out)
{
	if (operand == OPERAND_NONE ||
		(!value &&
			(operand == OPERAND_ATTR ||
				operand == OPERAND_PROPAGATION ||
				operand == OPERAND_FLAGS ||
				operand == OPERAND_EXEC_FLAGS ||
				operand == OPERAND_SLOT_MAYBE ||
				operand == OPERAND_MEMORY_FLAGS ||
				operand == OPERAND_FILTER_FLAGS)))
		return;
	str_addf(out, " %s=", label);
	if (print_words_has(operand))
		add_words(out, operand, value);
	else if (operand == OPERAND_DEVICE)
		str_addf(out, "%u:%u", major(value), minor(value));
	else if (operand == OPERAND_UMASK && value == UINT64_MAX)
		str_add(out, "unchanged");
	else if (operand == OPERAND_SLOT_MAYBE)
		str_addf(out, "slot=%llu", (unsigned long long)value - 1);
	else if (operand == OPERAND_OCTAL || operand == OPERAND_UMASK)
		str_addf(out, "%#llo", (unsigned long long)value);
	else
		str_addf(out, "%llu", (unsigned long long)value);
}

/* Capability sets are long and mostly equal: tells the first that is so. */
static bool
print_same(const struct plan_op_row *row, const struct plan_step *step,
	size_t i, struct str *out)
{
	const char *const *label = plan_op_words[step->op].label + PLAN_TEXTS;

	/* a filter that drops nothing has no use for them */
	if (step->op == OP_SECCOMP && row->number[i] == OPERAND_CAPS &&
		!step->number[1])
		return true;
	for (size_t j = 0;
		row->number[i] == OPERAND_CAPS && step->number[i] && j < i;
		j++) {
		if (row->number[j] != OPERAND_CAPS ||
			step->number[j] != step->number[i])
			continue;
		str_addf(out, " %s=%s", label[i], label[j]);
		return true;
	}
	return false;
}

/* The operation's row says what there is to print. */
static void
print_step(const void *block, const struct plan_step *step, size_t i,
	struct str *out)
{
	const struct plan_op_row *row = &plan_ops[step->op];
	const char *const *label = plan_op_words[step->op].label;
	size_t start = out->len;

	str_addf(out, "  %zu %s", i, row->name);
	if (step->slot >= 0)
		str_addf(out, " slot=%d", step->slot);
	for (size_t j = 0; j < PLAN_TEXTS; j++) {
		if (!step->text[j])
			continue;
		str_addf(out, " %s=", label[j]);
		add_text(out, plan_text(block, step->text[j]));
	}
	for (size_t j = 0; j < PLAN_NUMBERS; j++)
		if (!print_same(row, step, j, out))
			print_operand(row->number[j], label[PLAN_TEXTS + j],
				step->number[j], out);
	for (size_t j = 0; j < PLAN_LISTS; j++) {
		if (!step->list[j].count)
			continue;
		str_addf(out, " %s=", label[PLAN_TEXTS + PLAN_NUMBERS + j]);
		print_list(block, &step->list[j], row->list[j], out);
	}
	end_line(out, start, step->line,
		step->pointer ? plan_text(block, step->pointer) : NULL);
}

static void
print_head(const struct plan *plan, struct str *out)
{
	str_add(out, "container ");
	add_text(out, plan->id);
	str_add(out, "\nbundle ");
	add_text(out, plan->bundle);
	str_add(out, "\nrootfs ");
	add_text(out, plan->rootfs);
	str_addf(out, "%s\nbirth %s: %s\n",
		plan->rootfs_readonly ? " read-only" : "",
		names_word(&names_births, plan->birth), plan->birth_reason);
	if (plan->deputy)
		str_add(out, "cloned by a deputy\n");
	for (size_t i = 0; i < plan->n_warnings; i++)
		str_addf(out, "warning: %s\n", plan->warnings[i]);
}

void
plan_print_text(const struct plan *plan, struct str *out)
{
	const struct plan_header *head = plan_head(plan->block);

	print_head(plan, out);
	print_namespaces(plan, out);
	str_add(out, "sources\n");
	for (size_t i = 0; i < plan->n_sources; i++)
		print_source(&plan->sources[i], i, out);
	print_cgroup(plan, out);
	print_limits(plan, out);
	print_net_devices(plan, out);
	if (plan->intel_rdt)
		print_intel_rdt(plan->intel_rdt, out);
	if (plan->seccomp)
		print_filter(plan->seccomp, out);
	for (enum plan_hook kind = 0; kind < PLAN_HOOK_COUNT; kind++)
		print_hooks(plan, kind, out);
	str_add(out, "steps\n");
	for (size_t i = 0; i < head->n_steps; i++)
		print_step(plan->block, plan_steps(plan->block) + i, i, out);
}
