/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a container as the OCI runtime specification defines it: what
 * `state` prints and hooks read from their standard input; and the state of a
 * container process, which goes to a seccomp agent. Members and lifetimes
 * follow the rules that stand at the top of config.h. A struct that is made
 * to be encoded needs no places.
 */
#ifndef LIBOCISPEC_STATE_H
#define LIBOCISPEC_STATE_H

#include "libocispec/config.h"

struct oci_state {
	struct place at;
	const char *oci_version; /* required */
	const char *id;          /* required */
	const char *status;      /* required */
	const int64_t *pid;      /* in the namespace of the runtime */
	const char *bundle;      /* required, absolute */
	struct oci_string_map annotations;
};

/* Sent to linux.seccomp.listenerPath together with descriptors. */
struct oci_process_state {
	struct place at;
	const char *oci_version; /* required */
	struct oci_strings fds;  /* required */
	const int64_t *pid;      /* required */
	const char *metadata;
	const struct oci_state *state; /* required */
};

extern const struct oci_schema oci_state_schema;
extern const struct oci_schema oci_process_state_schema;

int oci_state_parse(struct arena *arena, const char *text, size_t len,
	struct oci_state **out, struct err *err);

#endif
