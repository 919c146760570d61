/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pinned mount namespace: one tmpfs with the directories rootfs, proc,
 * sys, and a pristine proc and sysfs. Containers are born from a copy of it,
 * so that start-up does not grow with the host's mounts. Made once per state
 * root below ROOT/.pin, rebuilt when missing or stale; racing makers are safe.
 */
#ifndef HOST_PIN_H
#define HOST_PIN_H

struct err;

/* A descriptor of the pinned namespace, made when it is missing. -1 with err
 * where pinning is impossible (the caller then plans with no_pin). */
int pin_open(int root, struct err *err);

#endif
