/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ways lead to the same message, and whoever asks for both gets two. The
 * descriptors go out when the container is created and its program has not
 * run: a receiver that watches it misses nothing.
 */
#include "life/pidfd.h"

#include "base/fd.h"
#include "host/receiver.h"
#include "libocispec/config.h"
#include "plan/annotations.h"
#include "plan/plan.h"

int
pidfd_connect(struct pidfd *pidfd, const char *path, const struct plan *plan,
	struct err *err)
{
	const struct oci_string_entry *said = annotations_find(
		&plan->config->annotations, ANNOTATION_PIDFD_RECEIVER);
	const char *paths[PIDFD_RECEIVERS] = { path,
		said ? said->value : NULL };

	for (size_t i = 0; i < PIDFD_RECEIVERS; i++) {
		if (!paths[i])
			continue;
		pidfd->receivers[i] =
			receiver_connect(paths[i], "pidfd socket", err);
		if (pidfd->receivers[i] < 0)
			return -1;
	}
	return 0;
}

int
pidfd_send(const struct pidfd *pidfd, int fd, struct err *err)
{
	for (size_t i = 0; i < PIDFD_RECEIVERS; i++)
		if (pidfd->receivers[i] >= 0 &&
			receiver_send(pidfd->receivers[i], "pidfd", fd, err) <
				0)
			return -1;
	return 0;
}

void
pidfd_close(struct pidfd *pidfd)
{
	for (size_t i = 0; i < PIDFD_RECEIVERS; i++)
		fd_close_auto(&pidfd->receivers[i]);
}
