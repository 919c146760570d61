/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peak FILE PROGRAM [ARG]...: runs a program to its end and writes the most
 * memory that it ever held resident, in KiB, into FILE. The figure survives
 * exec: a child of a big process (an interpreter) would be charged with that
 * one's, so the child has to have a small parent, which is all this is. It
 * ends with the program's status.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage used;
	int status = 0;
	FILE *out;
	pid_t pid;

	if (argc < 3)
		return 2;
	pid = vfork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0)
		return 1;
	out = fopen(argv[1], "w");
	if (!out)
		return 1;
	fprintf(out, "%ld\n", used.ru_maxrss);
	return fclose(out) ? 1 : WEXITSTATUS(status);
}
