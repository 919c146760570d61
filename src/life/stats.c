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

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* An object or array that is being written. */
struct open {
	struct str *out;
	bool any;
};

static void
add_comma(struct open *open)
{
	str_add(open->out, open->any ? "," : "");
	open->any = true;
}

static void
add_key(struct open *open, const char *key)
{
	add_comma(open);
	str_add_json(open->out, key);
	str_add(open->out, ":");
}

static void
add_number(struct open *open, const char *key, uint64_t value)
{
	add_key(open, key);
	str_addf(open->out, "%" PRIu64, value);
}

/* Members of which 0 says nothing. */
static void
add_some(struct open *open, const char *key, uint64_t value)
{
	if (value)
		add_number(open, key, value);
}

static struct open
begin(struct open *in, const char *key, const char *bracket)
{
	add_key(in, key);
	str_add(in->out, bracket);
	return (struct open){ in->out, false };
}

static void
end(struct open *open, const char *bracket)
{
	str_add(open->out, bracket);
}

/* --- pressure ---------------------------------------------------------------
 */

/* "avg10=0.00", "total=5": the text up to the blank. */
static void
add_pressure_word(struct open *to, const char *line, const char *key)
{
	const char *word = strstr(line, key);

	if (!word)
		return;
	word += strlen(key) + 1;
	add_key(to, key);
	str_add_len(to->out, word, strspn(word, "0123456789."));
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and "full" the same. */
static void
add_pressure(struct open *in, int cgroup, const char *file)
{
	static const char *const words[] = { "avg10", "avg60", "avg300",
		"total" };
	auto_free char *text = cgroup_stat_text(cgroup, file);
	char *rest = text, *line;
	struct open psi;

	if (!text || !*text)
		return;
	psi = begin(in, "psi", "{");
	while ((line = cgroup_stat_line(&rest))) {
		size_t len = strcspn(line, " ");
		struct open to;

		if (!line[len])
			continue;
		line[len] = '\0';
		to = begin(&psi, line, "{");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			add_pressure_word(&to, line + len + 1, words[i]);
		end(&to, "}");
	}
	end(&psi, "}");
}

/* --- cpu --------------------------------------------------------------------
 */

static void
add_cpu(struct open *in, int cgroup)
{
	auto_free char *text = cgroup_stat_text(cgroup, "cpu.stat");
	const char *stat = text ? text : "";
	struct open cpu = begin(in, "cpu", "{");
	struct open usage = begin(&cpu, "usage", "{"), throttling;

	add_some(&usage, "total", cgroup_stat_key(stat, "usage_usec") * 1000);
	add_number(
		&usage, "kernel", cgroup_stat_key(stat, "system_usec") * 1000);
	add_number(&usage, "user", cgroup_stat_key(stat, "user_usec") * 1000);
	end(&usage, "}");
	throttling = begin(&cpu, "throttling", "{");
	add_some(&throttling, "periods", cgroup_stat_key(stat, "nr_periods"));
	add_some(&throttling, "throttledPeriods",
		cgroup_stat_key(stat, "nr_throttled"));
	add_some(&throttling, "throttledTime",
		cgroup_stat_key(stat, "throttled_usec") * 1000);
	end(&throttling, "}");
	add_pressure(&cpu, cgroup, "cpu.pressure");
	end(&cpu, "}");
}

/* "0-3,7" as the numbers one by one. */
static void
add_list(struct open *in, const char *key, int cgroup, const char *file)
{
	auto_free char *text = cgroup_stat_text(cgroup, file);
	const char *at = text ? text : "";
	struct open list;

	if (!*at || *at == '\n')
		return;
	list = begin(in, key, "[");
	while (*at >= '0' && *at <= '9') {
		uint64_t first = str_take_uint(&at), last = first;

		if (*at == '-') {
			at++;
			last = str_take_uint(&at);
		}
		for (; first <= last && first < UINT16_MAX; first++) {
			add_comma(&list);
			str_addf(list.out, "%" PRIu64, first);
		}
		at += *at == ',';
	}
	end(&list, "]");
}

/* Of v2's own: which processors and nodes there are in the end. */
static void
add_cpuset(struct open *in, int cgroup)
{
	static const char *const v1[] = { "cpu_exclusive", "mem_hardwall",
		"mem_exclusive", "memory_migrate", "memory_spread_page",
		"memory_spread_slab", "memory_pressure", "sched_load_balance",
		"sched_relax_domain_level" };
	struct open cpuset = begin(in, "cpuset", "{");

	add_list(&cpuset, "cpus", cgroup, "cpuset.cpus.effective");
	add_list(&cpuset, "mems", cgroup, "cpuset.mems.effective");
	for (size_t i = 0; i < sizeof(v1) / sizeof(v1[0]); i++)
		add_number(&cpuset, v1[i], 0);
	end(&cpuset, "}");
}

/* --- memory -----------------------------------------------------------------
 */

struct memory_entry {
	uint64_t limit, usage, max, failcnt;
};

static void
add_entry(struct open *in, const char *key, const struct memory_entry *entry)
{
	struct open to = begin(in, key, "{");

	add_number(&to, "limit", entry->limit);
	add_some(&to, "usage", entry->usage);
	add_some(&to, "max", entry->max);
	add_number(&to, "failcnt", entry->failcnt);
	end(&to, "}");
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
add_memory_entries(struct open *memory, int cgroup, const char *stat)
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
add_memory(struct open *in, int cgroup)
{
	auto_free char *text = cgroup_stat_text(cgroup, "memory.stat");
	char *rest = text, *line;
	struct open memory = begin(in, "memory", "{"), raw;

	add_some(&memory, "cache", cgroup_stat_key(text ? text : "", "file"));
	add_memory_entries(&memory, cgroup, text ? text : "");
	raw = begin(&memory, "raw", "{");
	while (rest && (line = cgroup_stat_line(&rest))) {
		size_t len = strcspn(line, " ");
		const char *value;

		if (!line[len])
			continue;
		line[len] = '\0';
		value = line + len + 1;
		add_number(&raw, line, str_take_uint(&value));
	}
	end(&raw, "}");
	add_pressure(&memory, cgroup, "memory.pressure");
	end(&memory, "}");
}

/* --- the rest ---------------------------------------------------------------
 */

static void
add_pids(struct open *in, int cgroup)
{
	uint64_t limit = cgroup_stat_number(cgroup, "pids.max");
	struct open pids = begin(in, "pids", "{");

	add_some(&pids, "current", cgroup_stat_number(cgroup, "pids.current"));
	add_some(&pids, "limit", limit == UINT64_MAX ? 0 : limit);
	end(&pids, "}");
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
add_device(struct open *list, const char *line, const struct io_word *words)
{
	uint64_t major = str_take_uint(&line), minor;

	if (*line++ != ':')
		return;
	minor = str_take_uint(&line);
	for (; words->key; words++) {
		struct open entry = { list->out, false };

		add_comma(list);
		str_add(list->out, "{");
		add_some(&entry, "major", major);
		add_some(&entry, "minor", minor);
		add_key(&entry, "op");
		str_add_json(entry.out, words->op);
		add_some(&entry, "value", cgroup_stat_key(line, words->key));
		end(&entry, "}");
	}
}

static void
add_io(struct open *in, const char *key, int cgroup,
	const struct io_word *words)
{
	auto_free char *text = cgroup_stat_text(cgroup, "io.stat");
	char *rest = text, *line;
	struct open list;

	if (!text || !*text)
		return;
	list = begin(in, key, "[");
	while ((line = cgroup_stat_line(&rest)))
		add_device(&list, line, words);
	end(&list, "]");
}

static void
add_blkio(struct open *in, int cgroup)
{
	struct open blkio = begin(in, "blkio", "{");

	add_io(&blkio, "ioServiceBytesRecursive", cgroup, io_bytes);
	add_io(&blkio, "ioServicedRecursive", cgroup, io_operations);
	add_pressure(&blkio, cgroup, "io.pressure");
	end(&blkio, "}");
}

static void
add_page_size(struct open *in, int cgroup, const char *size)
{
	struct open to = begin(in, size, "{");
	char file[64];

	snprintf(file, sizeof(file), "hugetlb.%s.current", size);
	add_some(&to, "usage", cgroup_stat_number(cgroup, file));
	snprintf(file, sizeof(file), "hugetlb.%s.events", size);
	add_number(&to, "failcnt", event(cgroup, file, "max"));
	end(&to, "}");
}

static void
add_hugetlb(struct open *in, int cgroup)
{
	char **sizes = cgroup_stat_page_sizes(cgroup);
	struct open hugetlb = begin(in, "hugetlb", "{");

	for (size_t i = 0; sizes && sizes[i]; i++)
		add_page_size(&hugetlb, cgroup, sizes[i]);
	end(&hugetlb, "}");
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
add_interface(struct open *list, char *line)
{
	char *colon = strchr(line, ':'), *name = line + strspn(line, " ");
	uint64_t values[NET_COLUMNS] = { 0 };
	struct open to = { list->out, false };
	const char *at;

	if (!colon)
		return;
	*colon = '\0';
	at = colon + 1;
	for (size_t i = 0; i < NET_COLUMNS; i++) {
		at += strspn(at, " ");
		values[i] = str_take_uint(&at);
	}
	add_comma(list);
	str_add(list->out, "{");
	add_key(&to, "Name");
	str_add_json(to.out, name);
	for (size_t i = 0; i < sizeof(net_columns) / sizeof(net_columns[0]);
		i++)
		add_number(
			&to, net_columns[i].key, values[net_columns[i].column]);
	end(&to, "}");
}

static void
add_network(struct open *in, pid_t pid)
{
	auto_free char *text = NULL;
	char path[64], *rest, *line;
	struct open list;

	snprintf(path, sizeof(path), "/proc/%d/net/dev", (int)pid);
	text = cgroup_stat_text(-1, path);
	rest = text;
	list = begin(in, "network_interfaces", "[");
	while (rest && (line = cgroup_stat_line(&rest)))
		add_interface(&list, line);
	end(&list, "]");
}

void
stats_add(int cgroup, pid_t pid, struct str *out)
{
	struct open all = { out, false }, rdt;

	str_add(out, "{");
	add_cpu(&all, cgroup);
	add_cpuset(&all, cgroup);
	add_memory(&all, cgroup);
	add_pids(&all, cgroup);
	add_blkio(&all, cgroup);
	add_hugetlb(&all, cgroup);
	rdt = begin(&all, "intel_rdt", "{");
	end(&rdt, "}");
	add_network(&all, pid);
	str_add(out, "}");
}
