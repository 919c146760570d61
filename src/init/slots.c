/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the wire and sorts what comes into slots. A number that is out of
 * range or arrives twice is an error, and so is any message but the one that
 * is waited for; end-of-file means that scrim has died, and this process
 * follows by the ordinary way of an error that nobody reads. Descriptors are
 * closed as soon as no later step names their slot.
 */
#include "init/slots.h"

#include "base/err.h"
#include "base/wire.h"
#include "init/init.h"

#include <string.h>
#include <unistd.h>

#define SLOT_DUE     (-1) /* not here yet */
#define SLOT_MISSING (-2) /* its source is optional and not there */
#define SLOT_GONE    (-3) /* taken or closed */

int
slots_init(struct init *init, struct err *err)
{
	uint32_t n = plan_head(init->plan)->n_slots;

	init->slots = init->few_slots;
	if (n > INIT_FEW_SLOTS)
		init->slots = init_memory(n * sizeof(*init->slots), err);
	if (!init->slots)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		init->slots[i] = SLOT_DUE;
	return 0;
}

/* Takes the descriptors of one message over, all or none of them. */
static int
store(struct init *init, struct wire_message *message, struct err *err)
{
	uint32_t n_slots = plan_head(init->plan)->n_slots;
	size_t n = message->n_fds ? message->n_fds : 1;
	uint32_t first;

	memcpy(&first, message->payload, sizeof(first));
	for (size_t i = 0; i < n; i++) {
		if (first >= n_slots || n > n_slots - first ||
			init->slots[first + i] != SLOT_DUE) {
			wire_close_fds(message);
			return err_say(err,
				"wire: slots %u to %zu were not due", first,
				first + n - 1);
		}
	}
	if (!message->n_fds)
		init->slots[first] = SLOT_MISSING;
	for (size_t i = 0; i < message->n_fds; i++)
		init->slots[first + i] = message->fds[i];
	return 0;
}

/* Takes one message: slots, or the type that is waited for (0: none). */
static int
receive(struct init *init, uint32_t type, bool *out_came, struct err *err)
{
	struct wire_message message;
	int ret = wire_recv(init->wire, &message, err);

	if (ret < 0)
		return -1;
	if (ret == 0)
		return err_say(err, "wire: scrim has gone");
	if (message.type == WIRE_SLOTS)
		return store(init, &message, err);
	*out_came = message.type == type;
	if (*out_came)
		return 0;
	wire_close_fds(&message);
	return err_say(err, "wire: %s came where %s was due",
		wire_name(message.type), wire_name(type ? type : WIRE_SLOTS));
}

int
slots_until(struct init *init, uint32_t type, struct err *err)
{
	bool came = false;

	while (!came)
		if (receive(init, type, &came, err) < 0)
			return -1;
	return 0;
}

static int
wait_for(struct init *init, uint32_t n, struct err *err)
{
	bool came;

	while (init->slots[n] == SLOT_DUE)
		if (receive(init, 0, &came, err) < 0)
			return -1;
	return 0;
}

int
slots_missing(struct init *init, uint32_t n, struct err *err)
{
	if (wait_for(init, n, err) < 0)
		return -1;
	return init->slots[n] == SLOT_MISSING;
}

int
slots_borrow(struct init *init, uint32_t n, struct err *err)
{
	if (wait_for(init, n, err) < 0)
		return -1;
	if (init->slots[n] < 0)
		return err_say(err, "slot %u is %s", n,
			init->slots[n] == SLOT_MISSING ? "missing" : "used up");
	return init->slots[n];
}

int
slots_take(struct init *init, uint32_t n, struct err *err)
{
	int fd = slots_borrow(init, n, err);

	if (fd >= 0)
		init->slots[n] = SLOT_GONE;
	return fd;
}

/* Whether a step from the running one on still needs it. */
static bool
is_named(const struct init *init, uint32_t n)
{
	const struct plan_header *head = plan_head(init->plan);
	const struct plan_step *steps = plan_steps(init->plan);

	for (uint32_t i = init->step; i < head->n_steps; i++)
		if (steps[i].slot == (int32_t)n ||
			(steps[i].op == OP_HOOK &&
				steps[i].number[2] == (uint64_t)n + 1))
			return true;
	return false;
}

int
slots_settle(struct init *init, struct err *err)
{
	for (uint32_t n = 0; n < plan_head(init->plan)->n_slots; n++) {
		if (wait_for(init, n, err) < 0)
			return -1;
		if (init->slots[n] >= 0 && !is_named(init, n)) {
			close(init->slots[n]);
			init->slots[n] = SLOT_GONE;
		}
	}
	return 0;
}
