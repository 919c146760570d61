/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capability sets of this process, as masks.
 */
#ifndef INIT_CAPABILITIES_H
#define INIT_CAPABILITIES_H

#include <stdint.h>

struct err;

struct capabilities {
	uint64_t effective, permitted, inheritable;
};

int capabilities_get(struct capabilities *out, struct err *err);
int capabilities_put(const struct capabilities *sets, struct err *err);

#endif
