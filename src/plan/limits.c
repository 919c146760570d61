/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits and the OOM score [89-91, 97, 98]. The parent raises hard
 * limits, which takes privilege of the host; the process itself sets them to
 * what the config says, last. Without oomScoreAdj the score is not touched.
 */
#include <linux/oom.h>
#include <string.h>

#include "plan/block.h"
#include "plan/make.h"
#include "plan/names.h"

/* Which of two limits should hold? Neither is a guess worth making [91]. */
static void
check_twins(struct maker *m, const struct oci_rlimit *items, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(items[i].type, items[j].type) != 0)
			continue;
		make_complain(m, &items[i].at, "type", "%s is limited twice",
			items[i].type);
		return;
	}
}

static void
make_rlimits(struct maker *m, const struct oci_rlimits *list)
{
	struct plan_rlimit *limits = make_alloc(m, list->n * sizeof(*limits));

	for (size_t i = 0; limits && i < list->n; i++) {
		const struct oci_rlimit *item = &list->items[i];
		uint64_t resource = 0;

		if (!names_find(&names_rlimits, item->type, &resource))
			make_unknown(m, &item->at, "type", names_rlimits.noun,
				item->type,
				names_near(&names_rlimits, item->type));
		else
			check_twins(m, list->items, i);
		/* a hard limit of 0 may be one that the decoder missed */
		if (*item->soft > *item->hard &&
			(*item->hard || !m->known_problems))
			make_complain(m, &item->at, "soft",
				"the soft limit %llu is above the hard one, %llu",
				(unsigned long long)*item->soft,
				(unsigned long long)*item->hard);
		limits[i] = (struct plan_rlimit){
			.resource = (int)resource,
			.name = item->type,
			.soft = *item->soft,
			.hard = *item->hard,
			.where = make_where(m, &item->at, NULL),
		};
	}
	m->plan->rlimits = limits;
	m->plan->n_rlimits = limits ? list->n : 0;
}

/* Set means exactly that value, not said means untouched [97, 98]: hence a
 * pointer. */
static void
make_oom_score(struct maker *m, const struct oci_process *process)
{
	int *score;

	if (!process->oom_score_adj)
		return;
	if (*process->oom_score_adj < OOM_SCORE_ADJ_MIN ||
		*process->oom_score_adj > OOM_SCORE_ADJ_MAX) {
		make_complain(m, &process->at, "oomScoreAdj",
			"oomScoreAdj %lld is outside %d..%d",
			(long long)*process->oom_score_adj, OOM_SCORE_ADJ_MIN,
			OOM_SCORE_ADJ_MAX);
		return;
	}
	score = make_alloc(m, sizeof(*score));
	if (score)
		*score = (int)*process->oom_score_adj;
	m->plan->oom_score_adj = score;
}

void
limits_make(struct maker *m)
{
	const struct oci_process *process = m->config->process;

	if (!process)
		return;
	make_rlimits(m, &process->rlimits);
	make_oom_score(m, process);
}

/* The parent has raised what takes privilege to raise; exactly these values
 * are set by the process itself, behind all work that is not the program's. */
void
limits_add(struct maker *m)
{
	for (size_t i = 0; i < m->plan->n_rlimits; i++) {
		const struct plan_rlimit *limit = &m->plan->rlimits[i];
		struct plan_step *step =
			block_step(&m->block, OP_RLIMIT, NULL, NULL);

		step->text[0] = block_text(&m->block, limit->name);
		step->number[0] = (uint64_t)limit->resource;
		step->number[1] = limit->soft;
		step->number[2] = limit->hard;
		step->pointer = block_text(&m->block, limit->where.pointer);
		step->line = limit->where.line;
		step->column = limit->where.column;
	}
}
