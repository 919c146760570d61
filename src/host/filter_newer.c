/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile that lists what is allowed was written for the system calls of its
 * time. A program asks for newer ones and, told that they do not exist, does
 * without; told that it may not, it gives up: EPERM is no answer of a kernel
 * that lacks a call. So where the default action is an errno, calls that are
 * newer than the profile get ENOSYS.
 *
 * Newer is what has a higher number than every call that the profile names on
 * that architecture, and than those that were there when Linux began to number
 * calls alike everywhere (424, in Linux 5.1): all of these are older than any
 * profile. The check stands in front of the compiled filter:
 *
 *	A = the architecture
 *	for each: if A is this one: A = the number;
 *		if it is above the newest (and no x32 call): return ENOSYS
 *	the filter
 */
#include "host/filter_newer.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>

/* The last number before all architectures agree. */
#define OLDEST 423

/* Calls of x32 have this bit, and the architecture of x86_64. */
#define X32_BIT 0x40000000u

/* MIPS has three ways of calling, and numbers of its own for each. */
static const struct {
	uint32_t arch, first;
} bases[] = {
	{ SCMP_ARCH_MIPS, 4000 },
	{ SCMP_ARCH_MIPSEL, 4000 },
	{ SCMP_ARCH_MIPS64, 5000 },
	{ SCMP_ARCH_MIPSEL64, 5000 },
	{ SCMP_ARCH_MIPS64N32, 6000 },
	{ SCMP_ARCH_MIPSEL64N32, 6000 },
};

uint32_t
filter_newer_oldest(uint32_t arch)
{
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (bases[i].arch == arch)
			return bases[i].first + OLDEST;
	return OLDEST;
}

bool
filter_newer_is_for(uint32_t default_action)
{
	return (default_action & SECCOMP_RET_ACTION_FULL) ==
		SECCOMP_RET_ERRNO &&
		(default_action & SECCOMP_RET_DATA) != ENOSYS;
}

size_t
filter_newer_make(
	const struct filter_newest *newest, size_t n, struct sock_filter *out)
{
	const struct sock_filter refuse =
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		out[at++] =
			(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				offsetof(struct seccomp_data, arch));
		out[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, newest[i].arch, 0, 4);
		out[at++] =
			(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				offsetof(struct seccomp_data, nr));
		/* Nobody else has numbers that are so high. */
		out[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 2, 0);
		out[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGT | BPF_K, newest[i].number, 0, 1);
		out[at++] = refuse;
	}
	return at;
}
