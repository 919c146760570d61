/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears one message after the other and hands out the few that need a deed.
 * A warning may come at any time and goes to the log; an error is the
 * child's last word; anything else out of turn is an error with a name. A
 * message of ours that could not be sent is no error yet: the child has ended
 * then, and what it said before, or how it died, is the better answer. Nothing
 * here waits on anything but the socket, which ends with the child.
 */
#include "life/talk.h"

#include "base/err.h"
#include "base/log.h"
#include "base/wire.h"
#include "life/record.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

/* More than the capabilities of all sets, the most that are warned about. */
#define WARNINGS_MAX 512

/* Who is watched has ended, and the other end is in somebody else's hand. */
#define OVER (-2)

/* Takes over the child's error. */
static int
take_error(const struct wire_message *message, struct err *err)
{
	struct err other;

	if (message->size != sizeof(*err))
		return err_say(err,
			"the container's init sent an error of %u bytes",
			message->size);
	memcpy(&other, message->payload, sizeof(other));
	return err_take(err, &other);
}

/* Waits for a word or for the process's end, and tells whether that came first:
 * what was said just before it is on the wire by then. */
static bool
has_ended(int wire, int process)
{
	struct pollfd polls[2] = { { .fd = wire, .events = POLLIN },
		{ .fd = process, .events = POLLIN } };

	while (poll(polls, 2, -1) < 0)
		if (errno != EINTR)
			return false;
	return !polls[0].revents && poll(polls, 1, 0) == 0;
}

/* Whether the process that is watched has ended, and nothing was said before.
 * Who speaks to us may be held for ever: by a filesystem of the container's,
 * say, which is served by somebody else. */
static bool
is_over(int wire, const struct talk *talk)
{
	return talk->watched && has_ended(wire, *talk->watched);
}

const int *
talk_watch(const struct oci_record *record, const int *pidfd)
{
	return record_has_own_pids(record) || *pidfd < 0 ? NULL : pidfd;
}

/* The next message that is no warning: 1, 0 at the end, -1 with the child's
 * error or a failure, OVER. Who speaks may have taken the wire from a process
 * of exec's: a host's log is not his to fill. */
static int
hear(int socket, const struct talk *talk, unsigned *warned,
	struct wire_message *message, struct err *err)
{
	int heard = OVER;

	while (!is_over(socket, talk) &&
		(heard = wire_recv(socket, message, err)) == 1) {
		if (message->type == WIRE_ERROR)
			return take_error(message, err);
		if (message->type != WIRE_WARN)
			return 1;
		if (*warned == WARNINGS_MAX)
			return err_say(err,
				"the container's init sent more than %d warnings",
				WARNINGS_MAX);
		++*warned;
		log_warn("%.*s", (int)message->size, message->payload);
		heard = OVER;
	}
	return heard;
}

static int
out_of_turn(struct wire_message *message, struct err *err)
{
	wire_close_fds(message);
	return err_say(err, "the container's init sent %s out of turn",
		wire_name(message->type));
}

/* 1: sent, 0: the child is gone, which what it said before explains; -1: the
 * child is there and would wait for ever. */
static int
say(int socket, enum wire_type type, struct err *err)
{
	if (wire_send(socket, type, NULL, 0, err) == 0)
		return 1;
	return err->code == EPIPE || err->code == ECONNRESET ? 0 : -1;
}

/* 1: the container is created, 0: go on. */
static int
answer(int wire, const struct talk *talk, struct wire_message *message,
	struct err *err)
{
	switch (message->type) {
	case WIRE_CREATED:
		return 1;
	case WIRE_MOUNTED:
		if (!talk->mounted)
			return out_of_turn(message, err);
		if (talk->mounted(talk->context, err) < 0)
			return -1;
		return say(wire, WIRE_GO, err) < 0 ? -1 : 0;
	case WIRE_CONSOLE:
		talk->console(talk->context, message->fds[0]);
		return 0;
	default:
		return out_of_turn(message, err);
	}
}

/* The child is gone and has not said why; callers look at how it died. */
static int
ended(const char *when, struct err *err)
{
	err_say(err, "the container's init ended %s", when);
	return TALK_ENDED;
}

int
talk_until_created(int wire, const struct talk *talk, struct err *err)
{
	struct wire_message message;
	unsigned warned = 0;
	int done = 0;

	while (done == 0) {
		int heard = hear(wire, talk, &warned, &message, err);

		if (heard == OVER)
			return err_say(err, "container not running");
		if (heard < 0)
			return -1;
		if (heard == 0)
			return ended("before it was ready", err);
		done = answer(wire, talk, &message, err);
	}
	return done < 0 ? -1 : 0;
}

/* Behind START nothing but the filter's listener is to be taken care of, and
 * that once: whoever speaks here must not occupy the agent. */
static int
answer_start(int socket, struct talk *talk, struct wire_message *message,
	struct err *err)
{
	int passed;

	if (message->type != WIRE_LISTENER || !talk->listener)
		return out_of_turn(message, err);
	passed = talk->listener(talk->context, message->fds[0], err);
	wire_close_fds(message);
	talk->listener = NULL;
	if (passed < 0)
		return -1;
	return say(socket, WIRE_GO, err) < 0 ? -1 : 0;
}

int
talk_start(int socket, const struct talk *answers, struct err *err)
{
	struct talk talk = *answers;
	struct wire_message message;
	unsigned warned = 0;
	int sent = say(socket, WIRE_START, err), heard;

	if (sent < 0)
		return -1;
	while ((heard = hear(socket, &talk, &warned, &message, err)) > 0)
		if (answer_start(socket, &talk, &message, err) < 0)
			return -1;
	if (heard == -1)
		return -1;
	return heard == 0 && sent && !message.unread
		? 0
		: ended("before it could start the program", err);
}

/*
 * The process that was born says CHILD on its own, beside the child: what the
 * child asks for, one thing at most, is answered when we know who asks.
 */
static bool
is_early(const struct talk *talk, const struct wire_message *message)
{
	return talk->child_due && *talk->child_due &&
		(message->type == WIRE_CREATED ||
			message->type == WIRE_LISTENER);
}

/* What exec asks for: the process's terminal, its pid, what is to be done for
 * it before it goes on, its filter's listener. */
static int
answer_exec(int wire, struct talk *talk, struct wire_message *message,
	struct err *err)
{
	uint32_t pid;

	if (is_early(talk, message))
		return out_of_turn(message, err);
	switch (message->type) {
	case WIRE_CONSOLE:
		talk->console(talk->context, message->fds[0]);
		return 0;
	case WIRE_CHILD:
		if (!talk->child_due || !*talk->child_due)
			return out_of_turn(message, err);
		memcpy(&pid, message->payload, sizeof(pid));
		return talk->child(talk->context, (pid_t)pid, err);
	case WIRE_CREATED:
		if (talk->created(talk->context, err) < 0)
			return -1;
		return say(wire, WIRE_START, err) < 0 ? -1 : 0;
	default:
		return answer_start(wire, talk, message, err);
	}
}

/*
 * Whether nobody will tell of the child any more: who was to has ended. The
 * child has the wire, too, and may wait for us at its gate while we wait for
 * word of it.
 */
static bool
is_orphaned(int wire, const struct talk *talk)
{
	return talk->child_due && *talk->child_due && talk->teller &&
		has_ended(wire, *talk->teller);
}

/* Beyond an error, too: there may be a child that nobody else would reap. Once
 * it is known it is the caller's to end: it may wait for an answer that does
 * not come. The first error is the one that counts. */
int
talk_until_running(int wire, const struct talk *answers, struct err *err)
{
	struct talk talk = *answers;
	struct wire_message message, early = { .type = 0 };
	struct err later;
	unsigned warned = 0;
	int result = 0;

	for (;;) {
		struct err *to = result < 0 ? &later : err;
		int heard = is_orphaned(wire, &talk)
			? 0
			: hear(wire, &talk, &warned, &message, to);

		if (heard == 0 || (heard < 0 && result < 0))
			break;
		if (heard > 0 && is_early(&talk, &message) && !early.type) {
			early = message;
			continue;
		}
		if (heard < 0 || answer_exec(wire, &talk, &message, to) < 0)
			result = -1;
		if (early.type && result == 0 && !*talk.child_due)
			result = answer_exec(wire, &talk, &early, to);
		if (early.type && !*talk.child_due) {
			wire_close_fds(&early);
			early.type = 0;
		}
		if (result < 0 && !(talk.child_due && *talk.child_due))
			break;
	}
	if (early.type)
		wire_close_fds(&early);
	return result;
}
