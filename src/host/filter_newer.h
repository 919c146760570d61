/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in front of a compiled filter: ENOSYS for system calls that are
 * newer than the profile.
 */
#ifndef HOST_FILTER_NEWER_H
#define HOST_FILTER_NEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sock_filter;

/* Instructions for each architecture. */
#define FILTER_NEWER_INSNS 6

/* The highest number that a profile names on an architecture (AUDIT_ARCH_*,
 * which SCMP_ARCH_* are). */
struct filter_newest {
	uint32_t arch, number;
};

/* The least that filter_newest.number is. */
uint32_t filter_newer_oldest(uint32_t arch);
/* Whether the default action wants it: an errno, and another one. */
bool filter_newer_is_for(uint32_t default_action);
/* Into out, which has room for n * FILTER_NEWER_INSNS; returns how many. */
size_t filter_newer_make(
	const struct filter_newest *newest, size_t n, struct sock_filter *out);

#endif
