/* SPDX-License-Identifier: Apache-2.0 */
/* Any packets, a line each, with a descriptor and without, as what scrim-init
 * gets for its slots, of which there are as many as the first byte says. */
#include "init/slots.c"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/socket.h>

static int slots[256];

/* For more than INIT_FEW_SLOTS. */
void *
init_memory(size_t size, struct err *err)
{
	(void)err;
	expect(size <= sizeof(slots));
	return memset(slots, 0, sizeof(slots));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct plan_header head = { .n_slots = len ? data[0] : 0 };
	struct init init = { .plan = &head };
	const uint8_t *end = data + len, *next;
	struct err err = { 0 };
	int ends[2], fd = 1;

	expect(wire_pair(ends, NULL) == 0 && slots_init(&init, NULL) == 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	for (data += len != 0; data < end; data = next + 1) {
		next = memchr(data, '\n', (size_t)(end - data));
		next = next ? next : end;
		send(ends[1], data, (size_t)(next - data), MSG_DONTWAIT);
		if (next - data == sizeof(uint32_t))
			wire_send_fds(
				ends[1], WIRE_SLOTS, data, 4, &fd, 1, NULL);
	}
	close(ends[1]);
	init.wire = ends[0];
	expect(slots_settle(&init, &err) == 0 || err.text[0]);
	for (uint32_t i = 0; i < head.n_slots; i++)
		if (init.slots[i] >= 0)
			close(init.slots[i]);
	return close(ends[0]);
}
