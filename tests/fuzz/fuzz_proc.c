/* SPDX-License-Identifier: Apache-2.0 */
/* Any line as /proc/PID/stat, in which a container chooses the name. */
#include "base/proc.c"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	struct proc_stat stat;

	if (parse_stat(text, &stat) == 0)
		expect(memchr(stat.comm, '\0', sizeof(stat.comm)));
	return free(text), 0;
}
