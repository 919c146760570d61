/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens sources in slot order and sends them in runs of neighbours, since one
 * message says only where its first descriptor belongs. Before a source that
 * may take its time (a filter that has to be compiled, a network, somebody's
 * console socket) what is already there is sent, so that the container's side
 * can work meanwhile. Descriptors are closed as soon as they are on their way.
 */
#include "host/parcel.h"

#include "base/err.h"
#include "base/wire.h"
#include "host/idmap.h"
#include "host/source.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

/* In flight they count against the sender's RLIMIT_NOFILE: keep parcels small.
 */
#define PARCEL_SIZE 64

struct parcel {
	int wire;
	uint32_t first;
	size_t n;
	int fds[PARCEL_SIZE];
};

static void
drop(struct parcel *parcel)
{
	while (parcel->n)
		close(parcel->fds[--parcel->n]);
}

static int
flush(struct parcel *parcel, struct err *err)
{
	int sent = 0;

	if (parcel->n)
		sent = wire_send_fds(parcel->wire, WIRE_SLOTS, &parcel->first,
			sizeof(parcel->first), parcel->fds, parcel->n, err);
	drop(parcel);
	return sent;
}

static bool
is_slow(enum plan_source_kind kind)
{
	return kind == PLAN_SOURCE_SECCOMP || kind == PLAN_SOURCE_CONSOLE ||
		kind == PLAN_SOURCE_NETWORK;
}

bool
parcel_is_deputys(enum plan_source_kind kind)
{
	switch (kind) {
	case PLAN_SOURCE_ROOTFS:
	case PLAN_SOURCE_BIND:
	case PLAN_SOURCE_LINK:
	case PLAN_SOURCE_DEVICE:
	case PLAN_SOURCE_EMPTY:
	case PLAN_SOURCE_CGROUP:
	case PLAN_SOURCE_PROC:
		return true;
	default:
		return false;
	}
}

/* A message without descriptors: this slot stays empty. */
static int
send_missing(struct parcel *parcel, size_t n, struct err *err)
{
	uint32_t slot = (uint32_t)n;

	if (flush(parcel, err) < 0)
		return -1;
	return wire_send(parcel->wire, WIRE_SLOTS, &slot, sizeof(slot), err);
}

static int
add(struct parcel *parcel, const struct plan *plan, size_t n,
	const struct host_files *files, struct err *err)
{
	bool full = parcel->n == PARCEL_SIZE || parcel->first + parcel->n != n;
	int fd;

	if ((full || is_slow(plan->sources[n].kind)) && flush(parcel, err) < 0)
		return -1;
	fd = source_open(plan, n, files, err);
	if (fd < 0 && plan->sources[n].optional && err->code == ENOENT)
		return send_missing(parcel, n, err);
	if (fd < 0)
		return -1;
	if (parcel->n == 0)
		parcel->first = (uint32_t)n;
	parcel->fds[parcel->n++] = fd;
	return 0;
}

int
parcel_send(const struct plan *plan, const struct host_files *files, int wire,
	enum parcel_half half, struct err *err)
{
	struct parcel parcel = { .wire = wire };
	struct idmap_cache idmaps = { 0 };
	struct host_files lent = *files;
	int ok = 0;

	lent.idmaps = &idmaps;
	for (size_t n = 0; n < plan->n_sources && ok == 0; n++)
		if (half == PARCEL_ALL ||
			parcel_is_deputys(plan->sources[n].kind) ==
				(half == PARCEL_DEPUTY))
			ok = add(&parcel, plan, n, &lent, err);
	if (ok == 0)
		ok = flush(&parcel, err);
	drop(&parcel);
	idmap_done(&idmaps);
	return ok;
}
