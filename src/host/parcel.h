/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources of a plan, opened and sent over the wire, many to a message.
 */
#ifndef HOST_PARCEL_H
#define HOST_PARCEL_H

struct err;
struct host_files;
struct plan;

/* Who opens what: with a deputy, the trees and devices are his. */
enum parcel_half { PARCEL_ALL, PARCEL_DEPUTY, PARCEL_CALLER };

int parcel_send(const struct plan *plan, const struct host_files *files,
	int wire, enum parcel_half half, struct err *err);

#endif
