/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a cgroup is that scrim has made: the directory in which its container
 * is remembered, noted at the cgroup itself. Where that directory is lost (a
 * state root on a filesystem that was emptied) nobody will ever take the cgroup
 * away, and a new container of that path may.
 */
#ifndef HOST_CGROUP_OWNER_H
#define HOST_CGROUP_OWNER_H

struct err;

/* Of one that was made. A kernel that keeps no such notes is no failure. */
void cgroup_owner_note(int dir, const char *owner);
/* Takes away the cgroup at path, open as dir, if it has no processes and its
 * owner is gone: there is no such directory, or it is own, which the caller has
 * just made. 1: it is away, 0: it is somebody's, -1 with err. */
int cgroup_owner_clear(
	int root, int dir, const char *path, const char *own, struct err *err);

#endif
