/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of cgroup v2 under the names of runc's events, which are those of
 * cgroup v1; what v2 does not count is 0 or left out. Times are nanoseconds
 * there and microseconds in the files. Swap is memory and swap together, as it
 * is in config.json.
 */
#include "life/stats.h"

#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup_stat.h"
#include "life/object.h"
#include "life/rdt_stats.h"
#include "life/record.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- pressure ---------------------------------------------------------------
 */

/* "avg10=0.00", "total=5": the text up to the blank. */
static void
add_pressure_word(struct object *to, const char *line, const char *key)
{
	const char *word = strstr(line, key);

	if (!word || word[strlen(key)] != '=')
		return;
	word += strlen(key) + 1;
	object_key(to, key);
	str_add_len(to->out, word, strspn(word, "0123456789."));
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and "full" the same. */
static void
add_pressure(struct object *in, int cgroup, const char *file)
{
	static const char *const words[] = { "avg10", "avg60", "avg300",
		"total" };
	auto_free char *text = cgroup_stat_text(cgroup, file);
	char *rest = text, *line;
	struct object psi;

	if (!text || !*text)
		return;
	psi = object_begin(in, "psi", "{");
	while ((line = cgroup_stat_line(&rest))) {
		size_t len = strcspn(line, " ");
		struct object to;

		if (!line[len])
			continue;
		line[len] = '\0';
		to = object_begin(&psi, line, "{");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			add_pressure_word(&to, line + len + 1, words[i]);
		object_end(&to, "}");
	}
	object_end(&psi, "}");
}

/* --- cpu --------------------------------------------------------------------
 */

static void
add_cpu(struct object *in, int cgroup)
{
	auto_free char *text = cgroup_stat_text(cgroup, "cpu.stat");
	const char *stat = text ? text : "";
	struct object cpu = object_begin(in, "cpu", "{");
	struct object usage = object_begin(&cpu, "usage", "{"), throttling;

	object_some(
		&usage, "total", cgroup_stat_key(stat, "usage_usec") * 1000);
	object_number(
		&usage, "kernel", cgroup_stat_key(stat, "system_usec") * 1000);
	object_number(
		&usage, "user", cgroup_stat_key(stat, "user_usec") * 1000);
	object_end(&usage, "}");
	throttling = object_begin(&cpu, "throttling", "{");
	object_some(
		&throttling, "periods", cgroup_stat_key(stat, "nr_periods"));
	object_some(&throttling, "throttledPeriods",
		cgroup_stat_key(stat, "nr_throttled"));
	object_some(&throttling, "throttledTime",
		cgroup_stat_key(stat, "throttled_usec") * 1000);
	object_end(&throttling, "}");
	add_pressure(&cpu, cgroup, "cpu.pressure");
	object_end(&cpu, "}");
}

/* "0-3,7" as the numbers one by one. */
static void
add_list(struct object *in, const char *key, int cgroup, const char *file)
{
	auto_free char *text = cgroup_stat_text(cgroup, file);
	const char *at = text ? text : "";
	struct object list;

	if (!*at || *at == '\n')
		return;
	list = object_begin(in, key, "[");
	while (*at >= '0' && *at <= '9') {
		uint64_t first = str_take_uint(&at), last = first;

		if (*at == '-') {
			at++;
			last = str_take_uint(&at);
		}
		for (; first <= last && first < UINT16_MAX; first++) {
			object_comma(&list);
			str_addf(list.out, "%" PRIu64, first);
		}
		at += *at == ',';
	}
	object_end(&list, "]");
}

/* Of v2's own: which processors and nodes there are in the end. */
static void
add_cpuset(struct object *in, int cgroup)
{
	static const char *const v1[] = { "cpu_exclusive", "mem_hardwall",
		"mem_exclusive", "memory_migrate", "memory_spread_page",
		"memory_spread_slab", "memory_pressure", "sched_load_balance",
		"sched_relax_domain_level" };
	struct object cpuset = object_begin(in, "cpuset", "{");

	add_list(&cpuset, "cpus", cgroup, "cpuset.cpus.effective");
	add_list(&cpuset, "mems", cgroup, "cpuset.mems.effective");
	for (size_t i = 0; i < sizeof(v1) / sizeof(v1[0]); i++)
		object_number(&cpuset, v1[i], 0);
	object_end(&cpuset, "}");
}

/* --- memory -----------------------------------------------------------------
 */

struct memory_entry {
	uint64_t limit, usage, max, failcnt;
};

static void
add_entry(struct object *in, const char *key, const struct memory_entry *entry)
{
	struct object to = object_begin(in, key, "{");

	object_number(&to, "limit", entry->limit);
	object_some(&to, "usage", entry->usage);
	object_some(&to, "max", entry->max);
	object_number(&to, "failcnt", entry->failcnt);
	object_end(&to, "}");
}

static uint64_t
add_up(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
event(int cgroup, const char *file, const char *key)
{
	auto_free char *text = cgroup_stat_text(cgroup, file);

	return text ? cgroup_stat_key(text, key) : 0;
}

/* failcnt of v1 counted how often the limit was met: "max" of the events. */
static void
add_memory_entries(struct object *memory, int cgroup, const char *stat)
{
	const struct memory_entry usage = {
		.limit = cgroup_stat_number(cgroup, "memory.max"),
		.usage = cgroup_stat_number(cgroup, "memory.current"),
		.max = cgroup_stat_number(cgroup, "memory.peak"),
		.failcnt = event(cgroup, "memory.events", "max"),
	};
	const struct memory_entry swap = {
		.limit = add_up(usage.limit,
			cgroup_stat_number(cgroup, "memory.swap.max")),
		.usage = add_up(usage.usage,
			cgroup_stat_number(cgroup, "memory.swap.current")),
		.failcnt = event(cgroup, "memory.swap.events", "max"),
	};
	const struct memory_entry kernel = {
		.usage = cgroup_stat_key(stat, "kernel"),
	};
	const struct memory_entry sockets = {
		.usage = cgroup_stat_key(stat, "sock"),
	};

	add_entry(memory, "usage", &usage);
	add_entry(memory, "swap", &swap);
	add_entry(memory, "kernel", &kernel);
	add_entry(memory, "kernelTCP", &sockets);
}

static void
add_memory(struct object *in, int cgroup)
{
	auto_free char *text = cgroup_stat_text(cgroup, "memory.stat");
	char *rest = text, *line;
	struct object memory = object_begin(in, "memory", "{"), raw;

	object_some(
		&memory, "cache", cgroup_stat_key(text ? text : "", "file"));
	add_memory_entries(&memory, cgroup, text ? text : "");
	raw = object_begin(&memory, "raw", "{");
	while (rest && (line = cgroup_stat_line(&rest))) {
		size_t len = strcspn(line, " ");
		const char *value;

		if (!line[len])
			continue;
		line[len] = '\0';
		value = line + len + 1;
		object_number(&raw, line, str_take_uint(&value));
	}
	object_end(&raw, "}");
	add_pressure(&memory, cgroup, "memory.pressure");
	object_end(&memory, "}");
}

/* --- the rest ---------------------------------------------------------------
 */

static void
add_pids(struct object *in, int cgroup)
{
	uint64_t limit = cgroup_stat_number(cgroup, "pids.max");
	struct object pids = object_begin(in, "pids", "{");

	object_some(
		&pids, "current", cgroup_stat_number(cgroup, "pids.current"));
	object_some(&pids, "limit", limit == UINT64_MAX ? 0 : limit);
	object_end(&pids, "}");
}

/* The kinds of operation of io.stat: "8:0 rbytes=1 wbytes=2 rios=3 ...". */
struct io_word {
	const char *key, *op;
};

static const struct io_word io_bytes[] = {
	{ "rbytes", "Read" },
	{ "wbytes", "Write" },
	{ "dbytes", "Discard" },
	{ 0 },
};
static const struct io_word io_operations[] = {
	{ "rios", "Read" },
	{ "wios", "Write" },
	{ "dios", "Discard" },
	{ 0 },
};

static void
add_device(struct object *list, const char *line, const struct io_word *words)
{
	uint64_t major = str_take_uint(&line), minor;

	if (*line++ != ':')
		return;
	minor = str_take_uint(&line);
	for (; words->key; words++) {
		struct object entry = { list->out, false };

		object_comma(list);
		str_add(list->out, "{");
		object_some(&entry, "major", major);
		object_some(&entry, "minor", minor);
		object_key(&entry, "op");
		str_add_json(entry.out, words->op);
		object_some(&entry, "value", cgroup_stat_key(line, words->key));
		object_end(&entry, "}");
	}
}

static void
add_io(struct object *in, const char *key, int cgroup,
	const struct io_word *words)
{
	auto_free char *text = cgroup_stat_text(cgroup, "io.stat");
	char *rest = text, *line;
	struct object list;

	if (!text || !*text)
		return;
	list = object_begin(in, key, "[");
	while ((line = cgroup_stat_line(&rest)))
		add_device(&list, line, words);
	object_end(&list, "]");
}

static void
add_blkio(struct object *in, int cgroup)
{
	struct object blkio = object_begin(in, "blkio", "{");

	add_io(&blkio, "ioServiceBytesRecursive", cgroup, io_bytes);
	add_io(&blkio, "ioServicedRecursive", cgroup, io_operations);
	add_pressure(&blkio, cgroup, "io.pressure");
	object_end(&blkio, "}");
}

static void
add_page_size(struct object *in, int cgroup, const char *size)
{
	struct object to = object_begin(in, size, "{");
	char file[64];

	snprintf(file, sizeof(file), "hugetlb.%s.current", size);
	object_some(&to, "usage", cgroup_stat_number(cgroup, file));
	snprintf(file, sizeof(file), "hugetlb.%s.events", size);
	object_number(&to, "failcnt", event(cgroup, file, "max"));
	object_end(&to, "}");
}

static void
add_hugetlb(struct object *in, int cgroup)
{
	char **sizes = cgroup_stat_page_sizes(cgroup);
	struct object hugetlb = object_begin(in, "hugetlb", "{");

	for (size_t i = 0; sizes && sizes[i]; i++)
		add_page_size(&hugetlb, cgroup, sizes[i]);
	object_end(&hugetlb, "}");
	cgroup_stat_free(sizes);
}

/* --- the network ------------------------------------------------------------
 */

/* The columns of /proc/PID/net/dev that are told, by their place behind the
 * colon. The names have no small form in Go, whose programs read them. */
static const struct {
	const char *key;
	int column;
} net_columns[] = {
	{ "RxBytes", 0 },
	{ "RxPackets", 1 },
	{ "RxErrors", 2 },
	{ "RxDropped", 3 },
	{ "TxBytes", 8 },
	{ "TxPackets", 9 },
	{ "TxErrors", 10 },
	{ "TxDropped", 11 },
};

#define NET_COLUMNS 16

/* "  eth0: 1 2 3 ..."; the two lines of heading have no colon. */
static void
add_interface(struct object *list, char *line)
{
	char *colon = strchr(line, ':'), *name = line + strspn(line, " ");
	uint64_t values[NET_COLUMNS] = { 0 };
	struct object to = { list->out, false };
	const char *at;

	if (!colon)
		return;
	*colon = '\0';
	at = colon + 1;
	for (size_t i = 0; i < NET_COLUMNS; i++) {
		at += strspn(at, " ");
		values[i] = str_take_uint(&at);
	}
	object_comma(list);
	str_add(list->out, "{");
	object_key(&to, "Name");
	str_add_json(to.out, name);
	for (size_t i = 0; i < sizeof(net_columns) / sizeof(net_columns[0]);
		i++)
		object_number(
			&to, net_columns[i].key, values[net_columns[i].column]);
	object_end(&to, "}");
}

static void
add_network(struct object *in, pid_t pid)
{
	auto_free char *text = NULL;
	char path[64], *rest, *line;
	struct object list;

	snprintf(path, sizeof(path), "/proc/%d/net/dev", (int)pid);
	text = cgroup_stat_text(-1, path);
	rest = text;
	list = object_begin(in, "network_interfaces", "[");
	while (rest && (line = cgroup_stat_line(&rest)))
		add_interface(&list, line);
	object_end(&list, "]");
}

void
stats_add(int cgroup, const struct oci_record *record, struct str *out)
{
	struct object all = { out, false }, rdt;

	str_add(out, "{");
	add_cpu(&all, cgroup);
	add_cpuset(&all, cgroup);
	add_memory(&all, cgroup);
	add_pids(&all, cgroup);
	add_blkio(&all, cgroup);
	add_hugetlb(&all, cgroup);
	rdt = object_begin(&all, "intel_rdt", "{");
	rdt_stats_add(&rdt, record);
	object_end(&rdt, "}");
	add_network(&all, (pid_t)*record->pid);
	str_add(out, "}");
}
