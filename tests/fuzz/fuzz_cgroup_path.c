/* SPDX-License-Identifier: Apache-2.0 */
/* Any cgroupsPath: a clean place below the root that no ".." leaves, or refused
 * with a sentence. */
#include "base/err.h"
#include "host/cgroup.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *said = fuzz_text(data, len), *place, *again;
	struct err err = { 0 };

	place = cgroup_join(said, "web", "/scrim", &err);
	expect(place || err.text[0]);
	if (place) {
		size_t size = strlen(place);

		expect(place[0] == '/' && place[1] && !strstr(place, "//"));
		expect(!strstr(place, "/../") && !strstr(place, "/./"));
		expect(strcmp(place + size - 2, "/.") != 0);
		expect(size < 3 || strcmp(place + size - 3, "/..") != 0);
		/* the same value, the same place */
		again = cgroup_join(place, "other", "/elsewhere", &err);
		expect(again && strcmp(place, again) == 0);
		free(again);
	}
	free(place);
	return free(said), 0;
}
