/* SPDX-License-Identifier: Apache-2.0 */
/*
 * racer - what changes a file system under a runtime's feet until it is
 * killed: the attacker of the races in cve_races.bats.
 *
 *     racer swap A B [C D]... COUNTER     exchanges the names A and B
 *     racer cover FILE TARGET COUNTER     binds FILE over TARGET, and unbinds
 *     racer terminal COMMAND...           only runs it, in a terminal
 *
 * What it has done so far is counted in the first 8 bytes of COUNTER. Between
 * two deeds it rests for up to a tenth of a millisecond: a runtime needs both,
 * moments of peace and moments of change, to be fooled.
 */
#include <fcntl.h>
#include <pty.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
rest(void)
{
	struct timespec moment = { .tv_nsec = random() % 100000 };

	nanosleep(&moment, NULL);
}

static int
swap(char **names)
{
	for (; names[0] && names[1]; names += 2)
		if (renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1],
			    RENAME_EXCHANGE) < 0)
			return -1;
	return 0;
}

static int
cover(char **names)
{
	if (mount(names[0], names[1], NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	rest();
	return umount2(names[1], MNT_DETACH);
}

/* The command's output to ours, and its status. */
static int
terminal(char **command)
{
	char part[4096];
	int master, status;
	ssize_t n;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	while (pid > 0 && (n = read(master, part, sizeof(part))) > 0)
		if (write(1, part, (size_t)n) != n)
			return 2;
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

int
main(int argc, char **argv)
{
	int fd = argc < 3 ? -1 : open(argv[argc - 1], O_RDWR);
	volatile uint64_t *done;

	if (argc > 2 && strcmp(argv[1], "terminal") == 0)
		return terminal(argv + 2);
	if (fd < 0 || ftruncate(fd, sizeof(*done)) < 0)
		return perror("racer"), 2;
	done = mmap(
		NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (done == MAP_FAILED)
		return perror("racer"), 2;
	argv[argc - 1] = NULL;
	while ((strcmp(argv[1], "swap") == 0 ? swap : cover)(argv + 2) == 0) {
		++*done;
		rest();
	}
	return perror("racer"), 1;
}
