/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources of a plan, opened and sent over the wire, many to a message.
 */
#ifndef HOST_PARCEL_H
#define HOST_PARCEL_H

#include <stdbool.h>

#include "plan/plan.h"

struct err;
struct host_files;

/* Who opens what: with a deputy, the trees and devices are his; with a shelf,
 * they stand there. */
enum parcel_half { PARCEL_ALL, PARCEL_DEPUTY, PARCEL_CALLER };

/* What is opened in the mount namespace that the deputy made. */
bool parcel_is_deputys(enum plan_source_kind kind);
int parcel_send(const struct plan *plan, const struct host_files *files,
	int wire, enum parcel_half half, struct err *err);

#endif
