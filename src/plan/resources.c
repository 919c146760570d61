/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources as files of cgroup v2 and what goes into them [143-154].
 * Values of cgroup v1 are converted where v2 has the like, each with its
 * formula; where it has not, the property is refused by name. Engines write 0
 * for "not said" in the older fields: there it means nothing. unified comes
 * last, so that it wins.
 */
#include <string.h>

#include "base/str.h"
#include "plan/resources.h"
#include "plan/weight.h"

/* The kernel's PID_MAX_LIMIT, on 64 bits: no limit of pids goes beyond. */
#define PIDS_MAX (4 << 20)

/* The controller is what stands before the first dot of a file's name; the
 * files of the core ("cgroup.*") and of pressure ("irq.pressure") have none. */
static const char *
controller_of(struct resources_job *job, const char *file)
{
	const char *dot = strchr(file, '.');

	if (!dot || str_has_prefix(file, "cgroup.") ||
		strcmp(dot, ".pressure") == 0)
		return NULL;
	return make_printf(job->m, "%.*s", (int)(dot - file), file);
}

/* A value that says "unlimited" asks for nothing where the controller is
 * missing; all others do. */
struct plan_knob *
resources_add(struct resources_job *job, const struct place *at,
	const char *member, const char *file, const char *value)
{
	struct plan_where where = make_where(job->m, at, member);
	const char *controller = controller_of(job, file);
	struct plan_knob *knob = pile_add(&job->knobs, job->m->arena);

	knob->controller = controller;
	knob->file = file;
	knob->value = value;
	knob->default_value =
		strcmp(value, "max") == 0 || strncmp(value, "max ", 4) == 0;
	knob->where = where;
	return knob;
}

/* v1's -1 is v2's "max". */
static const char *
number(struct resources_job *job, int64_t value)
{
	return value < 0 ? "max"
			 : make_printf(job->m, "%lld", (long long)value);
}

/* Engines fill in 0 where their user said nothing. */
static bool
is_said(const int64_t *value)
{
	return value && *value != 0;
}

/* v1 took any negative number for unlimited; the specification has -1 alone. */
static void
check_least(struct resources_job *job, const struct place *at,
	const char *member, const int64_t *value)
{
	if (value && *value < -1)
		make_complain(job->m, at, member,
			"%s %lld is neither a limit nor -1 (unlimited)", member,
			(long long)*value);
}

/* The limit that swap counts from: the one said, or the one that is there; -1:
 * none, 0: not known. */
static int64_t
memory_limit(const struct resources_job *job, const struct oci_memory *memory)
{
	if (is_said(memory->limit))
		return *memory->limit;
	if (!job->present)
		return 0;
	return job->present->memory_max > INT64_MAX
		? -1
		: (int64_t)job->present->memory_max;
}

/* v1's swap is memory and swap together, v2's is swap alone. No limit of
 * memory says the same of both. */
static void
make_swap(struct resources_job *job, const struct oci_memory *memory)
{
	static const char name[] = "memory.swap.max";
	int64_t limit = memory_limit(job, memory), swap;

	if (!is_said(memory->swap)) {
		if (job->present && is_said(memory->limit) && limit < 0)
			resources_add(job, &memory->at, "limit", name, "max");
		return;
	}
	swap = *memory->swap;
	if (swap > 0 && limit <= 0) {
		make_complain(job->m, &memory->at, "swap",
			"swap is memory and swap together: it needs a memory limit");
		return;
	}
	if (swap > 0 && swap < limit) {
		make_complain(job->m, &memory->at, "swap",
			"swap is memory and swap together: %lld is less than the memory limit, %lld",
			(long long)swap, (long long)limit);
		return;
	}
	resources_add(job, &memory->at, "swap", name,
		number(job, swap < 0 ? -1 : swap - limit));
}

/* The kernel of v2 would kill to make a limit true that is exceeded [144]. */
static void
check_usage(struct resources_job *job, const struct oci_memory *memory)
{
	if (!job->present || !memory->check_before_update ||
		!*memory->check_before_update || !is_said(memory->limit) ||
		*memory->limit < 0 ||
		(uint64_t)*memory->limit >= job->present->memory_usage)
		return;
	make_complain(job->m, &memory->at, "limit",
		"the memory limit %lld is less than what is in use, %llu",
		(long long)*memory->limit,
		(unsigned long long)job->present->memory_usage);
}

/* v2 has no such file, and no like of it. */
static void
refuse_v1_memory(struct resources_job *job, const struct oci_memory *memory)
{
	if (memory->swappiness && *memory->swappiness > 100)
		make_complain(job->m, &memory->at, "swappiness",
			"swappiness %llu is outside 0..100",
			(unsigned long long)*memory->swappiness);
	else if (memory->swappiness)
		make_complain(job->m, &memory->at, "swappiness",
			"memory.swappiness needs cgroup v1");
	if (memory->disable_oom_killer && *memory->disable_oom_killer)
		make_complain(job->m, &memory->at, "disableOOMKiller",
			"memory.disableOOMKiller needs cgroup v1");
}

/* limit is the hard bound, reservation what is protected from reclaim:
 * memory.max and memory.low. */
static void
make_memory(struct resources_job *job, const struct oci_memory *memory)
{
	check_least(job, &memory->at, "limit", memory->limit);
	check_least(job, &memory->at, "reservation", memory->reservation);
	check_least(job, &memory->at, "swap", memory->swap);
	if (is_said(memory->limit))
		resources_add(job, &memory->at, "limit", "memory.max",
			number(job, *memory->limit));
	if (is_said(memory->reservation))
		resources_add(job, &memory->at, "reservation", "memory.low",
			number(job, *memory->reservation));
	make_swap(job, memory);
	check_usage(job, memory);
	refuse_v1_memory(job, memory);
}

/* cpu.max holds quota and period in one line; a period alone leaves the
 * quota as it is, which is "max" in a new cgroup, and a quota the period. */
static void
make_cpu_max(struct resources_job *job, const struct oci_cpu *cpu)
{
	bool quota = is_said(cpu->quota), period = cpu->period && *cpu->period;
	const char *value = "max";

	if (!quota && !period)
		return;
	if (quota)
		value = number(job, *cpu->quota);
	else if (job->present && job->present->cpu_quota[0])
		value = job->present->cpu_quota;
	if (period)
		value = make_printf(job->m, "%s %llu", value,
			(unsigned long long)*cpu->period);
	/* No burst is above any quota: neither of two new ones must fit the
	 * other's old one. */
	if (job->present && cpu->burst)
		resources_add(job, &cpu->at, "burst", "cpu.max.burst", "0");
	resources_add(
		job, &cpu->at, quota ? "quota" : "period", "cpu.max", value);
}

static void
make_cpu_time(struct resources_job *job, const struct oci_cpu *cpu)
{
	if (cpu->burst && is_said(cpu->quota) && *cpu->quota > 0 &&
		*cpu->burst > (uint64_t)*cpu->quota)
		make_complain(job->m, &cpu->at, "burst",
			"the burst %llu is above the quota, %lld",
			(unsigned long long)*cpu->burst,
			(long long)*cpu->quota);
	check_least(job, &cpu->at, "quota", cpu->quota);
	make_cpu_max(job, cpu);
	if (cpu->burst)
		resources_add(job, &cpu->at, "burst", "cpu.max.burst",
			make_printf(job->m, "%llu",
				(unsigned long long)*cpu->burst));
}

/* cpuset.cpus and cpuset.mems: "0-3,7"; "" is not said. */
static void
make_cpuset(struct resources_job *job, const struct oci_cpu *cpu,
	const char *member, const char *file, const char *list)
{
	if (!list || !*list)
		return;
	if (list[strspn(list, "0123456789,-")])
		make_complain(job->m, &cpu->at, member,
			"expected a list such as \"0-3,7\", not \"%s\"", list);
	resources_add(job, &cpu->at, member, file, list);
}

/* shares by the formula of weight.h; idle is the same file in both versions.
 * An idle group has no weight (kernel/sched/fair.c, sched_group_set_shares):
 * it stops being idle first, or is given none. */
static void
make_cpu_weight(struct resources_job *job, const struct oci_cpu *cpu)
{
	bool idle = cpu->idle ? *cpu->idle == 1
			      : job->present && job->present->cpu_idle;

	if (cpu->idle && *cpu->idle != 0 && *cpu->idle != 1)
		make_complain(job->m, &cpu->at, "idle", "idle is 0 or 1");
	else if (cpu->idle)
		resources_add(job, &cpu->at, "idle", "cpu.idle",
			*cpu->idle ? "1" : "0");
	if (!cpu->shares || !*cpu->shares || (cpu->idle && idle))
		return;
	if (idle)
		make_complain(job->m, &cpu->at, "shares",
			"the container is idle (cpu.idle): it has no shares");
	resources_add(job, &cpu->at, "shares", "cpu.weight",
		make_printf(job->m, "%llu",
			(unsigned long long)weight_from_shares(*cpu->shares)));
}

static void
make_cpu(struct resources_job *job, const struct oci_cpu *cpu)
{
	make_cpu_weight(job, cpu);
	make_cpu_time(job, cpu);
	make_cpuset(job, cpu, "cpus", "cpuset.cpus", cpu->cpus);
	make_cpuset(job, cpu, "mems", "cpuset.mems", cpu->mems);
	if (is_said(cpu->realtime_runtime))
		make_complain(job->m, &cpu->at, "realtimeRuntime",
			"cpu.realtimeRuntime needs cgroup v1");
	if (cpu->realtime_period && *cpu->realtime_period)
		make_complain(job->m, &cpu->at, "realtimePeriod",
			"cpu.realtimePeriod needs cgroup v1");
}

/* Since version 1.3 a limit of 0 is one [149]. In a config that says it is
 * older it is the "unlimited" of its time: Podman writes it for -1. */
static void
make_pids(struct resources_job *job, const struct oci_pids *pids)
{
	const char *version = job->m->config->oci_version;
	bool old = version[0] == '1' && version[1] == '.' &&
		version[2] >= '0' && version[2] < '3' && version[3] == '.';
	int64_t limit = *pids->limit == 0 && old ? -1 : *pids->limit;

	/* what no host can have is no limit, and the kernel takes none such */
	if (limit > PIDS_MAX)
		limit = -1;
	check_least(job, &pids->at, "limit", pids->limit);
	resources_add(job, &pids->at, "limit", "pids.max", number(job, limit));
}

/* The limit on reservations: a program is refused at mmap(2), not killed at
 * its first page fault. A kernel before 5.7 has the latter alone [148]. */
static void
add_hugepages(struct resources_job *job, const struct oci_hugepage_limit *item)
{
	const char *value =
		make_printf(job->m, "%llu", (unsigned long long)*item->limit);
	const char *file =
		make_printf(job->m, "hugetlb.%s.rsvd.max", item->page_size);
	const char *other =
		make_printf(job->m, "hugetlb.%s.max", item->page_size);
	struct plan_knob *knob =
		resources_add(job, &item->at, "limit", file, value);

	knob->other = other;
	knob->other_value = value;
}

static void
make_hugepages(
	struct resources_job *job, const struct oci_hugepage_limits *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_hugepage_limit *item = &list->items[i];

		for (size_t j = 0; j < i; j++)
			if (strcmp(item->page_size, list->items[j].page_size) ==
				0)
				make_complain(job->m, &item->at, "pageSize",
					"pages of %s are limited twice",
					item->page_size);
		add_hugepages(job, item);
	}
}

/* Network classes are matched by cgroup v1 alone; v2 has eBPF for it, and no
 * such file. */
static void
refuse_v1_network(struct resources_job *job, const struct oci_network *network)
{
	if (network && network->class_id && *network->class_id)
		make_complain(job->m, &network->at, "classID",
			"network.classID needs cgroup v1");
	if (network && network->priorities.n)
		make_complain(job->m, &network->at, "priorities",
			"network.priorities need cgroup v1");
}

/* Files that do something to processes instead of limiting them. A container
 * that is frozen or killed by its own limits would never be ready. */
static bool
is_runtimes_own(const char *file)
{
	static const char *const own[] = { "cgroup.freeze", "cgroup.kill",
		"cgroup.procs", "cgroup.threads", "cgroup.type" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(file, own[i]) == 0)
			return true;
	return false;
}

/* Written as it is, "max" too: a file that is not there is an error [153]. */
static void
make_unified(struct resources_job *job, const struct oci_string_map *unified)
{
	for (size_t i = 0; i < unified->n; i++) {
		const struct oci_string_entry *entry = &unified->items[i];
		const char *dot = strchr(entry->key, '.');

		if (!dot || dot == entry->key || strchr(entry->key, '/'))
			make_complain(job->m, &entry->at, NULL,
				"\"%s\" is not the name of a cgroup file",
				entry->key);
		else if (is_runtimes_own(entry->key))
			make_complain(job->m, &entry->at, NULL,
				"%s is not a limit: what becomes of processes is for the runtime",
				entry->key);
		else
			resources_add(
				job, &entry->at, NULL, entry->key, entry->value)
				->default_value = false;
	}
}

/* A path that climbs would leave what the engine has given us (THREATS 21).
 * The systemd form, "slice:prefix:name", is the driver's to read. */
static void
check_cgroups_path(struct maker *m)
{
	const char *path = m->linux->cgroups_path;

	while (path && *path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.') {
			make_complain(m, &m->linux->at, "cgroupsPath",
				"cgroupsPath must not contain \"..\"");
			return;
		}
		path += len;
		path += *path == '/';
	}
}

void
resources_make(struct maker *m)
{
	const struct oci_resources *resources = m->linux->resources;
	struct resources_job job = { .m = m,
		.present = m->present,
		.knobs = PILE_OF(struct plan_knob) };

	check_cgroups_path(m);
	if (!resources)
		return;
	if (resources->memory)
		make_memory(&job, resources->memory);
	if (resources->cpu)
		make_cpu(&job, resources->cpu);
	if (resources->pids)
		make_pids(&job, resources->pids);
	make_hugepages(&job, &resources->hugepage_limits);
	if (resources->block_io)
		block_io_make(&job, resources->block_io);
	block_io_make_rdma(&job, &resources->rdma);
	refuse_v1_network(&job, resources->network);
	make_unified(&job, &resources->unified);
	m->broken |= job.knobs.broken;
	m->plan->resources.knobs = job.knobs.items;
	m->plan->resources.n_knobs = job.knobs.n;
}
