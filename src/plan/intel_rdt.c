/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.intelRdt [155-165] as a group of resctrl, its lines in the order in
 * which they are written, and a monitoring group. Whether the group is there
 * is known to the host alone.
 */
#include <string.h>

#include "base/str.h"
#include "plan/make.h"

/* Directories that every group has. */
static const char *const reserved[] = { ".", "..", "info", "mon_data",
	"mon_groups" };

/* It becomes a directory of resctrl, beside those that the kernel has made. */
static void
check_group(struct maker *m, const struct oci_intel_rdt *said)
{
	const char *name = said->clos_id;
	bool wrong = strchr(name, '/') || strchr(name, '\n');

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		wrong |= strcmp(name, reserved[i]) == 0;
	if (wrong)
		make_complain(m, &said->at, "closID",
			"\"%s\" is not the name of a class of service", name);
}

/* A line break would smuggle in another line [159]. */
static void
add_line(struct maker *m, struct pile *lines, const char *member,
	const char *line)
{
	const struct place *at = &m->linux->intel_rdt->at;

	if (!line || !*line)
		return;
	if (strchr(line, '\n') || !strchr(line, ':'))
		make_complain(
			m, at, member, "expected one line such as L3:0=f;1=f");
	*(const char **)pile_add(lines, m->arena) = line;
}

/* In the order in which they are written [160]. */
static void
read_lines(struct maker *m, struct pile *lines)
{
	const struct oci_intel_rdt *said = m->linux->intel_rdt;

	if (said->l3_cache_schema && *said->l3_cache_schema &&
		!str_has_prefix(said->l3_cache_schema, "L3"))
		make_warn(m, "l3CacheSchema \"%s\" does not begin with L3:",
			said->l3_cache_schema);
	add_line(m, lines, "l3CacheSchema", said->l3_cache_schema);
	add_line(m, lines, "memBwSchema", said->mem_bw_schema);
	for (size_t i = 0; i < said->schemata.n; i++)
		add_line(m, lines, make_item(m, "schemata", i),
			said->schemata.items[i]);
}

void
intel_rdt_make(struct maker *m)
{
	const struct oci_intel_rdt *said = m->linux->intel_rdt;
	struct pile lines = PILE_OF(const char *);
	struct plan_intel_rdt *out;
	bool root;

	if (!said)
		return;
	out = make_alloc(m, sizeof(*out));
	if (!out)
		return;
	out->own = !said->clos_id || !*said->clos_id;
	root = !out->own && strcmp(said->clos_id, "/") == 0;
	if (!out->own && !root)
		check_group(m, said);
	out->group = out->own ? m->request->id : root ? "." : said->clos_id;
	read_lines(m, &lines);
	out->lines = lines.items;
	out->n_lines = lines.n;
	m->broken |= lines.broken;
	if (said->enable_monitoring && *said->enable_monitoring)
		out->monitor = make_printf(
			m, "%s/mon_groups/%s", out->group, m->request->id);
	out->where = make_where(m, &said->at, NULL);
	if (!m->request->root)
		make_complain(
			m, &said->at, NULL, "intelRdt is for root of the host");
	m->plan->intel_rdt = out;
}
