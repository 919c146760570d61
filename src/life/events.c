/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeps in one poll: on the first process's pidfd, for its end ends the
 * events; on memory.events, which the kernel marks with POLLPRI when it
 * changes; and on the time of the next figures. The count of oom_kill that is
 * there at the beginning is old news. No lock is taken: this only looks.
 */
#include "life/events.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "host/cgroup.h"
#include "host/cgroup_stat.h"
#include "life/record.h"
#include "life/stats.h"
#include "life/status.h"
#include "life/store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct events {
	const char *id;
	struct stored stored;
	struct cgroup cgroup;
	pid_t pid;
	int pidfd, memory; /* memory.events, -1: no such controller */
	uint64_t ooms;
	int (*print)(const char *line, struct err *err);
};

static int
print_stats(struct events *events, struct err *err)
{
	auto_str line = { 0 };

	str_add(&line, "{\"type\":\"stats\",\"id\":");
	str_add_json(&line, events->id);
	str_add(&line, ",\"data\":");
	stats_add(events->cgroup.fd, events->stored.record, &line);
	str_add(&line, "}\n");
	return line.broken ? err_code(err, ENOMEM, "stats")
			   : events->print(line.data, err);
}

/* Read from the start of the open file, which also arms the next notice. A
 * cgroup that is gone has one for ever, and nothing more to tell. */
static uint64_t
count_ooms(struct events *events)
{
	char text[512];
	ssize_t n = events->memory < 0
		? 0
		: pread(events->memory, text, sizeof(text) - 1, 0);

	if (n < 0) {
		close(events->memory);
		events->memory = -1;
	}
	text[n > 0 ? n : 0] = '\0';
	return cgroup_stat_key(text, "oom_kill");
}

static int
print_ooms(struct events *events, struct err *err)
{
	uint64_t now = count_ooms(events);
	auto_str line = { 0 };

	if (now <= events->ooms)
		return 0;
	events->ooms = now;
	str_add(&line, "{\"type\":\"oom\",\"id\":");
	str_add_json(&line, events->id);
	str_add(&line, "}\n");
	return line.broken ? err_code(err, ENOMEM, "oom")
			   : events->print(line.data, err);
}

static int
look(struct events *events, struct err *err)
{
	const struct oci_record *record = events->stored.record;

	if (status_allow(OPERATION_UPDATE,
		    status_find(events->stored.dir, record), record->id,
		    err) < 0)
		return -1;
	if (!record->cgroup)
		return err_say(err,
			"the container has no cgroup of its own that would count");
	events->pid = (pid_t)*record->pid;
	events->pidfd = proc_open(events->pid, *record->start);
	if (events->pidfd < 0)
		return err_say(err, "container not running");
	if (cgroup_open(record->cgroup, &events->cgroup, err) < 0)
		return -1;
	events->memory = openat(
		events->cgroup.fd, "memory.events", O_RDONLY | O_CLOEXEC);
	events->ooms = count_ooms(events);
	return 0;
}

static void
events_close(struct events *events)
{
	fd_close_auto(&events->memory);
	fd_close_auto(&events->pidfd);
	cgroup_close(&events->cgroup);
	store_close(&events->stored);
}

static int
events_open(
	const char *root, const char *id, struct events *out, struct err *err)
{
	if (store_find(root, id, &out->stored, err) < 0)
		return -1;
	if (store_read(out->stored.dir, &out->stored.arena, &out->stored.record,
		    err) == 0 &&
		look(out, err) == 0)
		return 0;
	events_close(out);
	return -1;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Until the time has come; 1: go on, 0: the container has ended. */
static int
wait_until(struct events *events, int64_t until, struct err *err)
{
	struct pollfd polls[] = {
		{ .fd = events->pidfd, .events = POLLIN },
		{ .fd = events->memory, .events = POLLPRI },
	};

	for (;;) {
		int64_t rest = until - now_ns();
		const struct timespec left = {
			rest > 0 ? rest / 1000000000 : 0,
			rest > 0 ? rest % 1000000000 : 0,
		};
		int n = ppoll(polls, 2, &left, NULL);

		if (n < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (print_ooms(events, err) < 0)
			return -1;
		if (n > 0 && polls[0].revents)
			return 0;
		polls[1].fd = events->memory;
		if (rest <= 0)
			return 1;
	}
}

static int
follow(struct events *events, int64_t interval, struct err *err)
{
	int64_t next = now_ns();
	int result;

	for (;;) {
		if (__builtin_add_overflow(next, interval, &next))
			next = INT64_MAX;
		result = wait_until(events, next, err);
		if (result <= 0)
			return result;
		if (print_stats(events, err) < 0)
			return -1;
	}
}

static struct events
new_events(const char *id, int (*print)(const char *line, struct err *err))
{
	return (struct events){
		.id = id,
		.cgroup.fd = -1,
		.pidfd = -1,
		.memory = -1,
		.print = print,
	};
}

int
events_stats(const char *root, const char *id,
	int (*print)(const char *line, struct err *err), struct err *err)
{
	struct events events = new_events(id, print);
	int result;

	if (events_open(root, id, &events, err) < 0)
		return -1;
	result = print_stats(&events, err);
	events_close(&events);
	return result;
}

int
events_follow(const char *root, const char *id, int64_t interval,
	int (*print)(const char *line, struct err *err), struct err *err)
{
	struct events events = new_events(id, print);
	int result;

	if (interval <= 0)
		return err_say(err, "the interval must be longer than nothing");
	if (events_open(root, id, &events, err) < 0)
		return -1;
	result = follow(&events, interval, err);
	events_close(&events);
	return result;
}
