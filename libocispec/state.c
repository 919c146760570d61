/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the state document and of the container process state (state
 * in runtime.md and config-linux.md of the specification), and the entry
 * point that decodes the former; the latter is only ever written. The status
 * is any word here, for a runtime may add states of its own.
 */
#include "libocispec/state.h"

#include "libocispec/decode.h"

#define REQUIRED .flags = OCI_REQUIRED

static const struct oci_row state_rows[] = {
	OCI_ROW(state, oci_version, "ociVersion", REQUIRED),
	OCI_ROW(state, id, "id", REQUIRED),
	OCI_ROW(state, status, "status", REQUIRED),
	OCI_ROW(state, pid, "pid", .flags = OCI_RANGE, .max = INT64_MAX),
	OCI_ROW(state, bundle, "bundle", .flags = OCI_REQUIRED | OCI_ABSOLUTE),
	OCI_ROW(state, annotations, "annotations"),
};
OCI_SCHEMA(state, state_rows);

static const struct oci_row process_state_rows[] = {
	OCI_ROW(process_state, oci_version, "ociVersion", REQUIRED),
	OCI_ROW(process_state, fds, "fds", REQUIRED),
	OCI_ROW(process_state, pid, "pid", REQUIRED),
	OCI_ROW(process_state, metadata, "metadata"),
	OCI_ROW_OBJECT(process_state, state, "state", state, REQUIRED),
};
OCI_SCHEMA(process_state, process_state_rows);

int
oci_state_parse(struct arena *arena, const char *text, size_t len,
	struct oci_state **out, struct err *err)
{
	struct oci_state *state =
		decode_one(&oci_state_schema, arena, text, len, err);

	if (!state)
		return -1;
	*out = state;
	return 0;
}
