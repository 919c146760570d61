/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text where somebody else's message is made of it: an annotation, the
 * path of a bundle and the metadata for an agent of seccomp are the same when
 * its JSON is read; and of the variables by which systemd passes sockets a
 * number comes that is one, or none.
 */
#define listener_check scrim_listener_check
#define listener_pass  scrim_listener_pass
#include "life/listener.c"
#include "libocispec/state.h"
#include "libocispec/decode.h"
#include "life/notify.h"
#include "tests/fuzz/fuzz.h"

#define SOCKETS_MAX 1024 /* life/notify.c takes no more */

static const char before[] = "{\"version\":1,\"ociVersion\":\"1.2.0\","
			     "\"id\":\"c1\",\"status\":\"created\","
			     "\"rootfs\":\"/r\",\"created\":\"now\","
			     "\"owner\":0,\"pid\":7,\"hasProcess\":true";

static void
add_member(struct str *text, const char *name, const char *value)
{
	str_addf(text, ",\"%s\":", name);
	str_add_json(text, value);
}

/* The same as the record's, whatever bytes it was made of. */
static void
check(struct arena *arena, const struct oci_record *record)
{
	const struct listener_case from = {
		.record = record, .status = "creating", .pid = 8
	};
	const struct oci_process_state *state;
	auto_str text = { 0 };

	expect(make_text(&from, &text, NULL) == 0);
	state = decode_one(
		&oci_process_state_schema, arena, text.data, text.len, NULL);
	expect(state && *state->pid == 8 && *state->state->pid == 7);
	expect(strcmp(state->metadata, record->seccomp_metadata) == 0);
	expect(strcmp(state->state->bundle, record->bundle) == 0);
	expect(strcmp(state->state->annotations.items[0].value,
		       record->annotations.items[0].value) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = fuzz_arena();
	char *given = fuzz_text(data, len);
	struct oci_record *record;
	auto_str text = { 0 }, path = { 0 };

	setenv("LISTEN_FDS", given, 1);
	expect(notify_listen_fds() <= SOCKETS_MAX);
	str_addf(&path, "/%s", given);
	str_add(&text, before);
	add_member(&text, "seccompMetadata", given);
	add_member(&text, "bundle", path.data);
	str_add(&text, ",\"annotations\":{\"a\":");
	str_add_json(&text, given);
	str_add(&text, "}}");
	if (record_parse(arena, text.data, text.len, &record, NULL) == 0)
		check(arena, record);
	return free(given), 0;
}
