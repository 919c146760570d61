/* SPDX-License-Identifier: Apache-2.0 */
/* Any cgroupsPath: a clean place below the root that no ".." leaves, or refused
 * with a sentence. */
#include "base/err.h"
#include "host/cgroup.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *said = calloc(1, len + 1), *place, *again;
	struct err err = { 0 };

	memcpy(said, data, len);
	place = cgroup_join(said, "web", "/scrim", &err);
	if (!place && !err.text[0])
		abort();
	if (place) {
		if (place[0] != '/' || !place[1] || strstr(place, "//") ||
			strstr(place, "/../"))
			abort();
		/* the same value, the same place */
		again = cgroup_join(place, "other", "/elsewhere", &err);
		if (!again || strcmp(place, again) != 0)
			abort();
		free(again);
	}
	free(place);
	return free(said), 0;
}
