/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversion of cpu.shares, cgroup v1's, to cpu.weight.
 */
#ifndef PLAN_WEIGHT_H
#define PLAN_WEIGHT_H

#include <stdint.h>

/* 2..262144 shares become 1..10000, 1024 become 100, by the formula of 2025:
 * 10^((l^2 + 125 l) / 612 - 7 / 34), l = log2(shares), rounded up
 * (kubernetes/kubernetes#131216, opencontainers/cgroups#20). */
uint64_t weight_from_shares(uint64_t shares);

#endif
