/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes where text goes to criu or comes from it: as the file that the
 * annotation org.criu.config names, all of which is in the configuration; as
 * --page-server behind that, which is refused or becomes three lines of two
 * words at most; as criu's log, of which one line is told.
 */
#include "host/criu.c"
#include "life/checkpoint.c"
#include "life/snapshot.c"
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <sys/mman.h>

#define SERVER "page-server\naddress "

/* A file of these bytes, read from its start. */
static int
make_file(const uint8_t *data, size_t len)
{
	int file = memfd_create("fuzz", MFD_CLOEXEC);

	expect(file >= 0 && fd_write(file, data, len, NULL) == 0);
	return file;
}

static void
check_config(const char *path, const uint8_t *data, size_t len, struct str *out)
{
	const struct oci_string_entry entry = {
		.key = annotations[ANNOTATION_CRIU_CONFIG].key, .value = path
	};
	const struct oci_string_map map = { &entry, 1, true };
	const struct snapshot_request request = { .status_fd = -1,
		.empty_network = len % 2 };

	expect(make_config(&request, &map, out, NULL) == 0);
	expect(out->len > len && out->data[out->len - 1] == '\n');
	expect(!memcmp(out->data + out->len - 1 - len, data, len));
}

/* A quotation, a comment or another option cannot come of it. */
static void
check_server(const char *given, struct str *config)
{
	const struct checkpoint_request request = { .server = given };
	struct dump dump = { .request = &request, .config = *config };
	size_t before = config->len;
	struct err err = { 0 };
	const char *at;
	int result = name_server(&dump, &err);

	*config = dump.config;
	if (result < 0)
		return expect(err.text[0] && config->len == before);
	at = config->data + before;
	expect(str_has_prefix(at, SERVER));
	for (at += strlen(SERVER); *at != '\n'; at++)
		expect(isgraph((unsigned char)*at) && !strchr("#\"'\\", *at));
	expect(str_has_prefix(at, "\nport "));
	at += strlen("\nport ");
	expect(strspn(at, "0123456789") + 1 == strlen(at));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), path[48];
	int file = make_file(data, len);
	auto_str config = { 0 };
	const struct criu_job job = { .log = path };
	struct err err = { 0 };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	check_config(path, data, len, &config);
	check_server(text, &config);
	expect(explain(&job, -1, &err) == -1 && err.text[0]);
	expect(!strchr(err.text, '\n'));
	close(file);
	return free(text), 0;
}
