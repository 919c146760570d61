/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits as properties of a unit. systemd writes the same files as we do, and
 * writes them again whenever it is reloaded: what it has not been told it then
 * takes back. Each row is a file of cgroup v2 with the property behind it,
 * after systemd.resource-control(5); the files themselves are written as well,
 * for what they hold exactly, and for those that no property stands for.
 */
#include <linux/bpf.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "plan/plan.h"
#include "plan/unit.h"

#define INFINITE UINT64_MAX
#define USEC     UINT64_C(1000000)
/* systemd.resource-control(5): CPUQuotaPeriodSec= is 100 ms where it is not
 * said, which is what the kernel has for cpu.max as well. */
#define PERIOD_USEC   UINT64_C(100000) /* the kernel's own cpu.max */
#define PERCENT_USEC  UINT64_C(10000)
#define WEIGHT_IDLE   UINT64_C(0)
#define CPU_MAX_COUNT 8192

/* Digits, or "max"; what neither is has no property. Returns what follows. */
static const char *
read_number(const char *text, uint64_t *out)
{
	uint64_t value = 0;
	size_t len = strspn(text, "0123456789");

	if (str_has_prefix(text, "max")) {
		*out = INFINITE;
		return text + 3;
	}
	if (len == 0 || len > 19)
		return NULL;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	*out = value;
	return text + len;
}

/* A value that is a number is the property's number; any other has none. */
static void
add_number(struct unit_list *list, const char *property, const char *value)
{
	uint64_t number;
	const char *rest = read_number(value, &number);

	if (rest && !*rest)
		unit_add_number(list, property, number);
}

/* systemd takes 0 for a mistake. A limit of 1 is the same where there is a
 * process, and no other can be made. */
static void
add_tasks(struct unit_list *list, const char *property, const char *value)
{
	add_number(list, property, strcmp(value, "0") == 0 ? "1" : value);
}

/* "QUOTA PERIOD" in microseconds; systemd has the time per second, and keeps
 * it in whole percents: up, so that the limit is never below what was said. */
static void
add_cpu_time(struct unit_list *list, const char *property, const char *value)
{
	uint64_t quota, period = PERIOD_USEC, per_second = INFINITE;
	const char *rest = read_number(value, &quota);

	if (!rest || (*rest == ' ' && !read_number(rest + 1, &period)) ||
		!period || period > USEC)
		return;
	if (quota != INFINITE && quota <= INFINITE / USEC) {
		per_second = (quota * USEC + period - 1) / period;
		per_second = (per_second + PERCENT_USEC - 1) / PERCENT_USEC *
			PERCENT_USEC;
	}
	unit_add_number(list, property, per_second);
	if (period != PERIOD_USEC)
		unit_add_number(list, "CPUQuotaPeriodUSec", period);
}

/* cpu.idle has the word of a weight: "idle" (since systemd 252). */
static void
add_idle(struct unit_list *list, const char *property, const char *value)
{
	if (strcmp(value, "1") == 0)
		unit_add_number(list, property, WEIGHT_IDLE);
}

/* "0-3,7": a bit for each, the lowest first, in bytes. */
static void
add_set(struct unit_list *list, const char *property, const char *value)
{
	union unit_basic *bytes =
		arena_array(list->arena, union unit_basic, CPU_MAX_COUNT / 8);
	uint64_t first, last, n = 0;

	for (const char *at = value; bytes && *at; at += *at == ',') {
		at = read_number(at, &first);
		last = first;
		if (at && *at == '-')
			at = read_number(at + 1, &last);
		if (!at || (*at && *at != ',') || last >= CPU_MAX_COUNT)
			return;
		for (; first <= last; first++)
			bytes[first / 8].u |= UINT64_C(1) << first % 8;
		n = last / 8 + 1 > n ? last / 8 + 1 : n;
	}
	if (bytes && n)
		unit_add(list, property, "ay", bytes, n);
}

/* The device "MAJOR:MINOR" by a path that systemd reads without looking for
 * it; returns what follows. */
static const char *
read_device(struct unit_list *list, const char *text, const char **out)
{
	size_t len = strcspn(text, " ");

	if (!memchr(text, ':', len))
		return NULL;
	*out = arena_printf(list->arena, "/dev/block/%.*s", (int)len, text);
	return *out && text[len] == ' ' ? text + len + 1 : NULL;
}

/* One item of a list that grows by each: those of one device replace what was
 * said of it before. */
static void
add_for_device(struct unit_list *list, const char *property, const char *path,
	uint64_t value)
{
	const union unit_basic values[] = { { .s = path }, { .u = value } };

	unit_add(list, property, "a(st)", values, 2);
}

/* io.weight: "default 100", "100" or "8:0 100". */
static void
add_io_weight(struct unit_list *list, const char *property, const char *value)
{
	static const char standard[] = "default ";
	const char *path, *rest = read_device(list, value, &path);
	uint64_t weight;

	if (rest && read_number(rest, &weight))
		add_for_device(list, "IODeviceWeight", path, weight);
	else
		add_number(list, property,
			str_has_prefix(value, standard)
				? value + strlen(standard)
				: value);
}

/* io.max: "8:0 rbps=1048576 wiops=max". */
static void
add_io_max(struct unit_list *list, const char *property, const char *value)
{
	static const char *const keys[][2] = {
		{ "rbps=", "IOReadBandwidthMax" },
		{ "wbps=", "IOWriteBandwidthMax" },
		{ "riops=", "IOReadIOPSMax" },
		{ "wiops=", "IOWriteIOPSMax" },
	};
	const char *path, *at = read_device(list, value, &path);
	uint64_t number;

	(void)property;
	for (; at && *at; at += strcspn(at, " "), at += *at == ' ')
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (str_has_prefix(at, keys[i][0]) &&
				read_number(at + strlen(keys[i][0]), &number))
				add_for_device(list, keys[i][1], path, number);
}

/* cpu.max.burst, hugetlb, rdma, misc and io.latency have no row: systemd does
 * not write to them, and so does not take them back either. */
static const struct row {
	const char *file, *property;
	void (*add)(struct unit_list *list, const char *property,
		const char *value);
} rows[] = {
	{ "memory.max", "MemoryMax", add_number },
	{ "memory.high", "MemoryHigh", add_number },
	{ "memory.low", "MemoryLow", add_number },
	{ "memory.min", "MemoryMin", add_number },
	{ "memory.swap.max", "MemorySwapMax", add_number },
	{ "cpu.weight", "CPUWeight", add_number },
	{ "cpu.idle", "CPUWeight", add_idle },
	{ "cpu.max", "CPUQuotaPerSecUSec", add_cpu_time },
	{ "cpuset.cpus", "AllowedCPUs", add_set },
	{ "cpuset.mems", "AllowedMemoryNodes", add_set },
	{ "io.weight", "IOWeight", add_io_weight },
	{ "io.max", "IOReadBandwidthMax", add_io_max },
	{ "pids.max", "TasksMax", add_tasks },
};

/* A file may be told several lines, as io.max is. */
static void
add_lines(struct unit_list *list, const char *file, const char *value)
{
	const struct row *row = rows, *end = rows + sizeof(rows) / sizeof(*row);

	while (row < end && strcmp(row->file, file) != 0)
		row++;
	while (row < end && *value) {
		size_t len = strcspn(value, "\n");
		const char *line = arena_text(list->arena, value, len);

		if (line)
			row->add(list, row->property, line);
		value += len + (value[len] == '\n');
	}
}

/* In the order of the files, so that the last word of "unified" is the last
 * here, too. */
void
unit_add_limits(struct unit_list *list, const struct plan_resources *resources)
{
	for (size_t i = 0; i < resources->n_knobs; i++)
		add_lines(list, resources->knobs[i].file,
			resources->knobs[i].value);
}

/* DevicePolicy=strict and a list of what is allowed: the first rule denies
 * all, and none of the others denies. */
static bool
only_allows(const struct plan_resources *resources)
{
	for (size_t i = 0; i < resources->n_device_rules; i++) {
		const struct plan_device_rule *rule =
			&resources->device_rules[i];

		if (rule->allow != (i > 0) || (i > 0 && rule->type == 'a') ||
			(rule->major < 0 && rule->minor >= 0))
			return false;
	}
	return resources->device_program && resources->n_device_rules > 0;
}

/* By paths that systemd takes for numbers without looking for a node there: a
 * device number, a major number or all of a type, as DeviceAllow has them. */
static const char *
device_name(struct arena *arena, const struct plan_device_rule *rule)
{
	const char *kind = rule->type == 'b' ? "block" : "char";

	if (rule->major < 0)
		return arena_printf(arena, "%s-*", kind);
	if (rule->minor < 0)
		return arena_printf(
			arena, "%s-%lld", kind, (long long)rule->major);
	return arena_printf(arena, "/dev/%s/%lld:%lld", kind,
		(long long)rule->major, (long long)rule->minor);
}

/* systemd's program runs beside ours, which has the rules whatever they are,
 * and an access needs the leave of both: this one is there for `systemctl
 * show`, and for what would look at the unit alone. */
void
unit_add_devices(struct unit_list *list, const struct plan_resources *resources)
{
	if (!only_allows(resources))
		return;
	unit_add_text(list, "DevicePolicy", "strict");
	for (size_t i = 1; i < resources->n_device_rules; i++) {
		const struct plan_device_rule *rule =
			&resources->device_rules[i];
		char access[4] = "", *at = access;
		union unit_basic values[2];

		if (rule->access & BPF_DEVCG_ACC_READ)
			*at++ = 'r';
		if (rule->access & BPF_DEVCG_ACC_WRITE)
			*at++ = 'w';
		if (rule->access & BPF_DEVCG_ACC_MKNOD)
			*at++ = 'm';
		values[0].s = device_name(list->arena, rule);
		values[1].s =
			arena_text(list->arena, access, (size_t)(at - access));
		if (values[0].s && values[1].s)
			unit_add(list, "DeviceAllow", "a(ss)", values, 2);
	}
}

/* An empty list takes back what was allowed; "auto" without a list means that
 * systemd has no program of its own there. */
void
unit_change_devices(
	struct unit_list *list, const struct plan_resources *resources)
{
	unit_add(list, "DeviceAllow", "a(ss)", NULL, 0);
	if (only_allows(resources))
		unit_add_devices(list, resources);
	else
		unit_add_text(list, "DevicePolicy", "auto");
}
