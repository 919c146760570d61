/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device program: device rules as an eBPF program of the container's
 * cgroup, since cgroup v2 has no files for them.
 */
#ifndef HOST_DEVPROG_H
#define HOST_DEVPROG_H

#include <linux/bpf.h>
#include <stddef.h>

struct err;
struct plan_device_rule;

/* The program's instructions. Heap; *out_n is their number. NULL: no memory. */
struct bpf_insn *devprog_make(
	const struct plan_device_rule *rules, size_t n, size_t *out_n);
/* Loads the program and attaches it to a cgroup, where it lives from then on.
 */
int devprog_attach(int cgroup, const struct plan_device_rule *rules, size_t n,
	struct err *err);
/* The same in place of the one that is there, if there is one: at no moment
 * is there none, or are there two. */
int devprog_replace(int cgroup, const struct plan_device_rule *rules, size_t n,
	struct err *err);

#endif
