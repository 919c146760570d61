/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process's identity is its pid plus its start time; signals go by pidfd.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct proc_stat {
	char comm[16];
	char state; /* R S D Z T X ... */
	pid_t parent;
	int threads; /* of the process, a first one that has ended included */
	uint64_t start; /* field 22, clock ticks since boot */
};

/* From /proc/PID/stat; returns -1 with errno ESRCH when there is none. No err:
 * callers ask. */
int proc_stat(pid_t pid, struct proc_stat *out);
/* A pidfd for pid if it is still the process with that start time, else -1
 * (errno ESRCH). */
int proc_open(pid_t pid, uint64_t start);
/* Waits until the pidfd's process has ended, at most ms (-1: for ever). 1
 * ended, 0 not yet, -1 error. */
int proc_wait_end(int pidfd, int ms);
/* Whether the user namespace is the host's. Where /proc cannot be asked, that
 * common case is taken for granted. */
bool proc_in_initial_userns(void);
/* Whether setgroups(2) is denied in the user namespace of pid, or 0 for our own
 * (user_namespaces(7)). */
bool proc_denies_groups(pid_t pid);
/* Root, and not merely of a user namespace, as an engine without root makes. */
bool proc_is_host_root(void);

#endif
