/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each kind of share that the processor has: what there is of it, what all
 * have, and what the container's group has, as lines of schemata. For each
 * kind of count: one object for each domain (a cache, and so a node), in the
 * order of their numbers. Who has asked for monitoring is counted alone, else
 * it is all that is in the group.
 */
#include "life/rdt_stats.h"

#include "base/fd.h"
#include "base/str.h"
#include "host/resctrl.h"
#include "life/object.h"
#include "life/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Values that info/ has of a resource: numbers, but for cbm_mask. */
static const struct kind {
	const char *resource, *info, *schema, *schema_root;
	const char *values[4];
} kinds[] = {
	{ "L3", "l3_cache_info", "l3_cache_schema", "l3_cache_schema_root",
		{ "cbm_mask", "min_cbm_bits", "num_closids" } },
	{ "MB", "mem_bw_info", "mem_bw_schema", "mem_bw_schema_root",
		{ "bandwidth_gran", "delay_linear", "min_bandwidth",
			"num_closids" } },
};

/* Files of a domain, and words of mon_features. */
static const struct count {
	const char *list, *files[2];
} counts[] = {
	{ "mbm_stats", { "mbm_total_bytes", "mbm_local_bytes" } },
	{ "cmt_stats", { "llc_occupancy" } },
};

/* One value of info/; "" where there is none. */
static void
read_info(int root, const struct kind *kind, const char *value, char *text,
	size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "info/%s/%s", kind->resource, value);
	if (file_read(root, path, text, size, NULL) < 0)
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static void
add_info(struct object *in, int root, const struct kind *kind)
{
	struct object info = object_begin(in, kind->info, "{");
	char text[64];

	for (size_t i = 0; i < 4 && kind->values[i]; i++) {
		const char *at = text;

		read_info(root, kind, kind->values[i], text, sizeof(text));
		if (*text && strcmp(kind->values[i], "cbm_mask") == 0)
			object_text(&info, kind->values[i], text, strlen(text));
		else
			object_some(&info, kind->values[i], str_take_uint(&at));
	}
	object_end(&info, "}");
}

static void
add_line(struct object *in, int root, const char *group,
	const struct kind *kind, const char *key)
{
	auto_free char *text = resctrl_schemata(root, group, NULL);
	size_t len = 0;
	const char *line =
		text ? resctrl_line(text, kind->resource, &len) : NULL;

	if (line)
		object_text(in, key, line, len);
}

/* Only what the processor can share out has a directory in info/. */
static void
add_kind(
	struct object *in, int root, const char *group, const struct kind *kind)
{
	char there[64];

	read_info(root, kind, "num_closids", there, sizeof(there));
	if (!*there)
		return;
	add_info(in, root, kind);
	add_line(in, root, ".", kind, kind->schema_root);
	add_line(in, root, group, kind, kind->schema);
}

/* What cannot be counted now has a word in its file, and is 0. */
static void
add_domain(struct object *in, int root, const char *group, uint64_t domain,
	const struct count *count)
{
	struct object to = { in->out, false };
	char path[512], text[64];

	object_comma(in);
	str_add(in->out, "{");
	for (size_t i = 0; i < 2 && count->files[i]; i++) {
		const char *at = text;

		snprintf(path, sizeof(path), "%s/mon_data/mon_L3_%02u/%s",
			group, (unsigned)domain, count->files[i]);
		if (file_read(root, path, text, sizeof(text), NULL) > 0)
			object_number(&to, count->files[i], str_take_uint(&at));
	}
	object_end(&to, "}");
}

static void
add_count(struct object *in, int root, const char *group,
	const uint64_t *domains, size_t n, const struct count *count)
{
	struct object list = object_begin(in, count->list, "[");

	for (size_t i = 0; i < n; i++)
		add_domain(&list, root, group, domains[i], count);
	object_end(&list, "]");
}

/* Some processors count one of a pair alone. */
static bool
is_counted(const struct count *count, const char *features)
{
	for (size_t i = 0; i < 2 && count->files[i]; i++)
		if (strstr(features, count->files[i]))
			return true;
	return false;
}

static void
add_counts(struct object *in, int root, const char *group)
{
	uint64_t domains[RESCTRL_DOMAINS_MAX];
	size_t n = resctrl_domains(root, group, domains);
	char features[256];

	if (file_read(root, "info/L3_MON/mon_features", features,
		    sizeof(features), NULL) <= 0)
		return;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (is_counted(&counts[i], features))
			add_count(in, root, group, domains, n, &counts[i]);
}

void
rdt_stats_add(struct object *in, const struct oci_record *record)
{
	const char *group = record->resctrl_class;
	auto_fd root = group ? resctrl_open(NULL) : -1;

	if (root < 0)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		add_kind(in, root, group, &kinds[i]);
	add_counts(in, root,
		record->resctrl_monitor ? record->resctrl_monitor : group);
}
