/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.blockIO and rdma as files of cgroup v2 [147, 150]. A weight
 * goes to both files that the kernel may have for it, io.weight (the iocost
 * controller) and io.bfq.weight (the BFQ scheduler): which of them a disk
 * obeys is the disk's matter. A throttle is one word of a line of io.max. v1
 * took a rate of 0 for "none", as it is here.
 */
#include <limits.h>
#include <string.h>

#include "plan/resources.h"

#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000

/* "8:16"; what cannot be a device is complained about. */
static const char *
device_text(struct resources_job *job, const struct place *at, int64_t major,
	int64_t minor)
{
	bool bad_major = major < 0 || major > UINT32_MAX;

	if (bad_major || minor < 0 || minor > UINT32_MAX)
		make_complain(job->m, at, bad_major ? "major" : "minor",
			"a device number is 0 to %u", UINT32_MAX);
	return make_printf(
		job->m, "%lld:%lld", (long long)major, (long long)minor);
}

/*
 * blkio.weight is 10 to 1000, io.weight 1 to 10000: linearly, as 1 + (w - 10)
 * * 9999 / 990 (opencontainers/cgroups, containers/crun: crun.1, "CGROUP V2").
 * io.bfq.weight has the scale of v1 (Documentation/block/bfq-iosched.rst).
 * prefix is "MAJOR:MINOR ", or "" for all devices.
 */
static void
add_weight(struct resources_job *job, const struct place *at,
	const char *prefix, uint16_t weight)
{
	struct plan_knob *knob;
	const char *value, *bfq;

	if (weight < WEIGHT_MIN || weight > WEIGHT_MAX) {
		make_complain(job->m, at, "weight",
			"the weight %u is outside %d..%d", weight, WEIGHT_MIN,
			WEIGHT_MAX);
		return;
	}
	value = make_printf(job->m, "%s%d", prefix,
		1 + (weight - WEIGHT_MIN) * 9999 / (WEIGHT_MAX - WEIGHT_MIN));
	bfq = make_printf(job->m, "%s%u", prefix, weight);
	knob = resources_add(job, at, "weight", "io.weight", value);
	knob->other = "io.bfq.weight";
	knob->other_value = bfq;
	knob->both = true;
}

/* v1 had a second weight, against the cgroup's own children. */
static void
refuse_leaf(struct resources_job *job, const struct place *at,
	const uint16_t *leaf_weight)
{
	if (leaf_weight && *leaf_weight)
		make_complain(job->m, at, "leafWeight",
			"blockIO.leafWeight needs cgroup v1");
}

static void
make_weights(struct resources_job *job, const struct oci_block_io *io)
{
	/* engines write 0 where their user said nothing */
	if (io->weight && *io->weight)
		add_weight(job, &io->at, "", *io->weight);
	refuse_leaf(job, &io->at, io->leaf_weight);
	for (size_t i = 0; i < io->weight_device.n; i++) {
		const struct oci_weight_device *item =
			&io->weight_device.items[i];
		const char *device =
			device_text(job, &item->at, *item->major, *item->minor);

		if (!item->weight && !item->leaf_weight)
			make_complain(job->m, &item->at, NULL,
				"a weightDevice needs weight or leafWeight");
		if (item->weight)
			add_weight(job, &item->at,
				make_printf(job->m, "%s ", device),
				*item->weight);
		refuse_leaf(job, &item->at, item->leaf_weight);
	}
}

/* key: what the line of io.max calls it (cgroup-v2.rst, "IO Interface Files").
 */
static void
make_throttles(struct resources_job *job,
	const struct oci_throttle_devices *list, const char *key)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_throttle_device *item = &list->items[i];
		const char *device =
			device_text(job, &item->at, *item->major, *item->minor);
		uint64_t rate = item->rate ? *item->rate : 0;
		const char *value = rate
			? make_printf(job->m, "%s %s=%llu", device, key,
				  (unsigned long long)rate)
			: make_printf(job->m, "%s %s=max", device, key);

		if (!item->rate)
			make_complain(job->m, &item->at, NULL,
				"a throttled device needs a rate");
		resources_add(job, &item->at, "rate", "io.max", value);
	}
}

void
block_io_make(struct resources_job *job, const struct oci_block_io *io)
{
	make_weights(job, io);
	make_throttles(job, &io->throttle_read_bps_device, "rbps");
	make_throttles(job, &io->throttle_write_bps_device, "wbps");
	make_throttles(job, &io->throttle_read_iops_device, "riops");
	make_throttles(job, &io->throttle_write_iops_device, "wiops");
}

/* " hca_handle=3"; the kernel counts in ints and has the largest for "max"
 * (kernel/cgroup/rdma.c). "" where nothing is said. */
static const char *
rdma_word(struct resources_job *job, const char *key, const uint32_t *limit)
{
	if (!limit)
		return "";
	return *limit >= INT_MAX ? make_printf(job->m, " %s=max", key)
				 : make_printf(job->m, " %s=%u", key, *limit);
}

void
block_io_make_rdma(struct resources_job *job, const struct oci_rdmas *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct oci_rdma *item = &list->items[i];
		const char *value;

		if (!item->hca_handles && !item->hca_objects)
			make_complain(job->m, &item->at, NULL,
				"rdma needs hcaHandles or hcaObjects");
		if (!item->key[0] || item->key[strcspn(item->key, " \t\n")])
			make_complain(job->m, &item->at, NULL,
				"\"%s\" is not the name of a device",
				item->key);
		value = make_printf(job->m, "%s%s%s", item->key,
			rdma_word(job, "hca_handle", item->hca_handles),
			rdma_word(job, "hca_object", item->hca_objects));
		resources_add(job, &item->at, NULL, "rdma.max", value);
	}
}
