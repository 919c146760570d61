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
#include "plan/make.h"
#include "plan/weight.h"

struct job {
	struct maker *m;
	struct pile knobs;
};

/* A value that says "unlimited" asks for nothing where the controller is
 * missing; all others do. */
static void
add_knob(struct job *job, const struct place *at, const char *member,
	const char *controller, const char *file, const char *value)
{
	struct plan_where where = make_where(job->m, at, member);
	struct plan_knob *knob = pile_add(&job->knobs, job->m->arena);

	knob->controller = controller;
	knob->file = file;
	knob->value = value;
	knob->default_value =
		strcmp(value, "max") == 0 || strncmp(value, "max ", 4) == 0;
	knob->where = where;
}

/* v1's -1 is v2's "max". */
static const char *
number(struct job *job, int64_t value)
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
check_least(struct job *job, const struct place *at, const char *member,
	const int64_t *value)
{
	if (value && *value < -1)
		make_complain(job->m, at, member,
			"%s %lld is neither a limit nor -1 (unlimited)", member,
			(long long)*value);
}

/* v1's swap is memory and swap together, v2's is swap alone. */
static void
make_swap(struct job *job, const struct oci_memory *memory)
{
	int64_t limit = memory->limit ? *memory->limit : 0, swap;

	if (!is_said(memory->swap))
		return;
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
	add_knob(job, &memory->at, "swap", "memory", "memory.swap.max",
		number(job, swap < 0 ? -1 : swap - limit));
}

/* limit is the hard bound, reservation what is protected from reclaim:
 * memory.max and memory.low. */
static void
make_memory(struct job *job, const struct oci_memory *memory)
{
	check_least(job, &memory->at, "limit", memory->limit);
	check_least(job, &memory->at, "reservation", memory->reservation);
	check_least(job, &memory->at, "swap", memory->swap);
	if (is_said(memory->limit))
		add_knob(job, &memory->at, "limit", "memory", "memory.max",
			number(job, *memory->limit));
	if (is_said(memory->reservation))
		add_knob(job, &memory->at, "reservation", "memory",
			"memory.low", number(job, *memory->reservation));
	make_swap(job, memory);
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

/* cpu.max holds quota and period in one line; a period alone leaves the
 * quota at "max". */
static void
make_cpu_time(struct job *job, const struct oci_cpu *cpu)
{
	bool quota = is_said(cpu->quota), period = cpu->period && *cpu->period;
	const char *value;

	if (cpu->burst && quota && *cpu->quota > 0 &&
		*cpu->burst > (uint64_t)*cpu->quota)
		make_complain(job->m, &cpu->at, "burst",
			"the burst %llu is above the quota, %lld",
			(unsigned long long)*cpu->burst,
			(long long)*cpu->quota);
	if (quota || period) {
		value = quota ? number(job, *cpu->quota) : "max";
		if (period)
			value = make_printf(job->m, "%s %llu", value,
				(unsigned long long)*cpu->period);
		add_knob(job, &cpu->at, quota ? "quota" : "period", "cpu",
			"cpu.max", value);
	}
	if (cpu->burst)
		add_knob(job, &cpu->at, "burst", "cpu", "cpu.max.burst",
			make_printf(job->m, "%llu",
				(unsigned long long)*cpu->burst));
}

/* cpuset.cpus and cpuset.mems: "0-3,7"; "" is not said. */
static void
make_cpuset(struct job *job, const struct oci_cpu *cpu, const char *member,
	const char *file, const char *list)
{
	if (!list || !*list)
		return;
	if (list[strspn(list, "0123456789,-")])
		make_complain(job->m, &cpu->at, member,
			"expected a list such as \"0-3,7\", not \"%s\"", list);
	add_knob(job, &cpu->at, member, "cpuset", file, list);
}

/* shares by the formula of weight.h; idle is the same file in both versions. */
static void
make_cpu(struct job *job, const struct oci_cpu *cpu)
{
	if (cpu->shares && *cpu->shares)
		add_knob(job, &cpu->at, "shares", "cpu", "cpu.weight",
			make_printf(job->m, "%llu",
				(unsigned long long)weight_from_shares(
					*cpu->shares)));
	make_cpu_time(job, cpu);
	if (cpu->idle && *cpu->idle != 0 && *cpu->idle != 1)
		make_complain(job->m, &cpu->at, "idle", "idle is 0 or 1");
	else if (cpu->idle)
		add_knob(job, &cpu->at, "idle", "cpu", "cpu.idle",
			*cpu->idle ? "1" : "0");
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
make_pids(struct job *job, const struct oci_pids *pids)
{
	const char *version = job->m->config->oci_version;
	bool old = version[0] == '1' && version[1] == '.' &&
		version[2] >= '0' && version[2] < '3' && version[3] == '.';
	int64_t limit = *pids->limit == 0 && old ? -1 : *pids->limit;

	check_least(job, &pids->at, "limit", pids->limit);
	add_knob(job, &pids->at, "limit", "pids", "pids.max",
		number(job, limit));
}

/* The limit on reservations: a program is refused at mmap(2), not killed at
 * its first page fault [148]. */
static void
make_hugepages(struct job *job, const struct oci_hugepage_limits *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_hugepage_limit *item = &list->items[i];

		for (size_t j = 0; j < i; j++)
			if (strcmp(item->page_size, list->items[j].page_size) ==
				0)
				make_complain(job->m, &item->at, "pageSize",
					"pages of %s are limited twice",
					item->page_size);
		add_knob(job, &item->at, "limit", "hugetlb",
			make_printf(
				job->m, "hugetlb.%s.rsvd.max", item->page_size),
			make_printf(job->m, "%llu",
				(unsigned long long)*item->limit));
	}
}

/* Each property by its own name: the user shall know what to take out. */
static void
refuse_block_io(struct job *job, const struct oci_block_io *io)
{
	static const char later[] = "blockIO limits are not supported yet";

	if (io->weight && *io->weight)
		make_complain(job->m, &io->at, "weight", "%s", later);
	if (io->leaf_weight && *io->leaf_weight)
		make_complain(job->m, &io->at, "leafWeight",
			"blockIO.leafWeight needs cgroup v1");
	for (size_t i = 0; i < io->weight_device.n; i++) {
		const struct oci_weight_device *device =
			&io->weight_device.items[i];

		make_complain(job->m, &device->at, NULL, "%s",
			device->weight || device->leaf_weight
				? later
				: "a weightDevice needs weight or leafWeight");
	}
	if (io->throttle_read_bps_device.n)
		make_complain(
			job->m, &io->at, "throttleReadBpsDevice", "%s", later);
	if (io->throttle_write_bps_device.n)
		make_complain(
			job->m, &io->at, "throttleWriteBpsDevice", "%s", later);
	if (io->throttle_read_iops_device.n)
		make_complain(
			job->m, &io->at, "throttleReadIOPSDevice", "%s", later);
	if (io->throttle_write_iops_device.n)
		make_complain(job->m, &io->at, "throttleWriteIOPSDevice", "%s",
			later);
}

/* Network classes are matched by cgroup v1 alone; v2 has eBPF for it, and no
 * such file. */
static void
refuse_others(struct job *job, const struct oci_resources *resources)
{
	const struct oci_network *network = resources->network;

	if (resources->block_io)
		refuse_block_io(job, resources->block_io);
	if (network && network->class_id && *network->class_id)
		make_complain(job->m, &network->at, "classID",
			"network.classID needs cgroup v1");
	if (network && network->priorities.n)
		make_complain(job->m, &network->at, "priorities",
			"network.priorities need cgroup v1");
	for (size_t i = 0; i < resources->rdma.n; i++) {
		const struct oci_rdma *rdma = &resources->rdma.items[i];

		make_complain(job->m, &rdma->at, NULL, "%s",
			rdma->hca_handles || rdma->hca_objects
				? "rdma limits are not supported yet"
				: "rdma needs hcaHandles or hcaObjects");
	}
}

/* The controller is what stands before the first dot; "cgroup.*" has none. */
static void
make_unified(struct job *job, const struct oci_string_map *unified)
{
	for (size_t i = 0; i < unified->n; i++) {
		const struct oci_string_entry *entry = &unified->items[i];
		const char *dot = strchr(entry->key, '.');
		const char *controller = NULL;

		if (!dot || dot == entry->key || strchr(entry->key, '/')) {
			make_complain(job->m, &entry->at, NULL,
				"\"%s\" is not the name of a cgroup file",
				entry->key);
			continue;
		}
		if (!str_has_prefix(entry->key, "cgroup."))
			controller = make_printf(job->m, "%.*s",
				(int)(dot - entry->key), entry->key);
		add_knob(job, &entry->at, NULL, controller, entry->key,
			entry->value);
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
	struct job job = { .m = m, .knobs = PILE_OF(struct plan_knob) };

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
	refuse_others(&job, resources);
	make_unified(&job, &resources->unified);
	m->broken |= job.knobs.broken;
	m->plan->resources.knobs = job.knobs.items;
	m->plan->resources.n_knobs = job.knobs.n;
}
