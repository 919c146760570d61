/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the container's passwd and as the head of its program, which
 * scrim-init reads: what it opens is always the file of these. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int content = -1;

#define openat(dir, path, flags) ((void)(dir), (void)(path), dup(content))
#include "init/search.c"

static void *given[8];

/* Each on its own, so that the sanitizer sees where it ends. */
void *
init_memory(size_t size, struct err *err)
{
	static size_t n;
	void **next = &given[n++ % 8];

	(void)err;
	free(*next);
	return *next = calloc(1, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct search_gap gap;
	struct err err = { 0 };

	content = memfd_create("file", MFD_CLOEXEC);
	expect(fd_write(content, data, len, NULL) == 0);
	expect(lseek(content, 0, SEEK_SET) == 0 && *search_home(1000, NULL));
	search_gap("program", &gap);
	search_explain("program", &gap, gap.code ? gap.code : ENOEXEC, &err);
	expect(err.text[0] && (!gap.file || *gap.file));
	return close(content);
}
