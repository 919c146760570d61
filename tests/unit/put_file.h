/* SPDX-License-Identifier: Apache-2.0 */
/* For tests whose kernel interface is a tree of files on a disk. */
#ifndef TESTS_UNIT_PUT_FILE_H
#define TESTS_UNIT_PUT_FILE_H

#include "base/fd.h"
#include "tests/unit/runner.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Writes the file anew, made if it is missing. */
static inline void
put_file(int dir, const char *file, const char *text)
{
	auto_fd fd = openat(
		dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

#endif
