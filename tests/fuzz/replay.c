/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main() of a fuzz target that is built without libFuzzer: every file of
 * the folders named is given to the target once, so that what the fuzzer
 * found stays found; none at all is a failure. Options (-runs=0) are
 * libFuzzer's and are skipped.
 */
#include "base/err.h"
#include "base/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CASE_MAX ((size_t)17 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input at hand, for whoever reads what is said of an abort. */
static const char *at_hand = "";

static void
name_it(int signal_)
{
	(void)signal_;
	if (write(STDERR_FILENO, at_hand, strlen(at_hand)) > 0 &&
		write(STDERR_FILENO, ": aborted\n", 10) > 0)
		_exit(1);
	_exit(2);
}

static int
replay_file(int dir, const char *name, struct err *err)
{
	auto_fd fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	auto_free char *data = NULL;
	size_t len;

	if (fd < 0)
		return err_sys(err, "open %s", name);
	if (fd_read(fd, CASE_MAX, name, &data, &len, err) < 0)
		return -1;
	at_hand = name;
	LLVMFuzzerTestOneInput((const uint8_t *)data, len);
	return 0;
}

/* The number of files replayed, or -1. */
static int
replay_folder(const char *path, struct err *err)
{
	DIR *dir = opendir(path);
	int n = 0;

	if (!dir)
		return err_sys(err, "open %s", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay_file(dirfd(dir), entry->d_name, err) < 0) {
			closedir(dir);
			return -1;
		}
		n++;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	int total = 0;

	signal(SIGABRT, name_it);
	for (int i = 1; i < argc; i++) {
		int n = argv[i][0] == '-' ? 0 : replay_folder(argv[i], &err);

		if (n < 0) {
			fprintf(stderr, "%s: %s\n", err.text,
				err_words(err.code));
			return 1;
		}
		total += n;
	}
	printf("%d inputs replayed\n", total);
	return total ? 0 : 1;
}
