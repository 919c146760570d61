/* SPDX-License-Identifier: Apache-2.0 */
/* Any links in a tree ("NAME>TARGET" a line) and a path (the last line): what
 * is made and opened lies beneath the root, and nothing beside it. */
#include "base/fd.h"
#include "base/path.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/fuzz-path.XXXXXX";

/* Empties the root. What lies beside it is a find. */
static int
take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	expect(at->level != 1 || strcmp(path + at->base, "root") == 0);
	return at->level > 1 ? remove(path) : 0;
}

static void
clean(void)
{
	char root[64];

	snprintf(root, sizeof(root), "%s/root", top);
	rmdir(root);
	rmdir(top);
}

static void
check_place(int fd)
{
	char link[32], real[8192] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	expect(readlink(link, real, sizeof(real) - 1) > 0);
	expect(strncmp(real, top, strlen(top)) == 0);
	memmove(real, real + strlen(top), sizeof(real) - strlen(top));
	expect(strncmp(real, "/root", 5) == 0 && (!real[5] || real[5] == '/'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *at = text, *line, *name;
	static int root = -1;

	if (root < 0) {
		expect(mkdtemp(top) && atexit(clean) == 0);
		root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
		expect(mkdirat(root, "root", 0755) == 0);
		root = openat(root, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	for (line = strsep(&at, "\n"); at; line = strsep(&at, "\n"))
		if ((name = strsep(&line, ">")) && line && !strchr(name, '/'))
			symlinkat(line, root, name);
	for (int how = 0; how < 4; how++) {
		auto_fd fd = path_make(root, line, how & 1, how & 2, NULL);

		if (fd >= 0)
			check_place(fd);
	}
	free(text);
	expect(nftw(top, take_away, 16, FTW_DEPTH | FTW_PHYS) == 0);
	return 0;
}
