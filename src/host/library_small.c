/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of library.c in the small scrim, which cannot load libraries but
 * holds the scrim that can, and becomes it: the same program with the same
 * arguments, descriptors and environment, that begins anew.
 */
#include "host/library.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"
#include "host/full_image.h"
#include "host/image.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What the kernel takes of one's arguments, and then some. */
#define MAX_ARGUMENTS ((size_t)32 << 20)

static const struct image full = {
	"scrim-full", scrim_full_image, scrim_full_image_end
};

/* Splits what is NUL-terminated text after text; argv and the text are one
 * piece of heap memory each, never given back: the program ends with them. */
static char **
split(char *text, size_t len, struct err *err)
{
	size_t n = 0;
	char **argv;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\0';
	argv = calloc(n + 1, sizeof(*argv));
	if (!argv) {
		err_sys(err, "arguments");
		return NULL;
	}
	for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
		argv[i] = text;
	return argv;
}

static char **
own_arguments(struct err *err)
{
	auto_fd file =
		openat(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t len;
	char *text;

	if (file < 0) {
		err_sys(err, "open /proc/self/cmdline");
		return NULL;
	}
	if (fd_read(file, MAX_ARGUMENTS, "/proc/self/cmdline", &text, &len,
		    err) < 0)
		return NULL;
	return split(text, len, err);
}

int
library_ready(struct err *err)
{
	auto_fd image = image_open(&full, IMAGE_READABLE, err);
	char **argv = image < 0 ? NULL : own_arguments(err);

	if (!argv)
		return -1;
	sys_execveat(image, "", argv, environ, AT_EMPTY_PATH);
	return err_sys(err, "execute scrim-full, which can load libraries");
}

int
library_load(const struct library *library, void *functions, struct err *err)
{
	(void)functions;
	return err_say(err, "%s needs %s, which this program cannot load",
		library->purpose, library->soname);
}
