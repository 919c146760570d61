/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of cgroup v2 as a tree: where it is mounted, reading lists of
 * words, waiting for events, walking what is nested. A relative path here is
 * below the hierarchy's root, "a/b"; "." is the root itself.
 */
#ifndef HOST_CGROUP_FILES_H
#define HOST_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct err;

/*
 * The mark of a directory that scrim made, in the mode of its mkdir, so that
 * there is no moment without it: the sticky bit, which means nothing to the
 * kernel here. Whoever finds a marked cgroup at his own path knows that it is
 * another container's, even before that one's first process is in it; and of
 * a cgroup's parents the marked ones go with it, once they are empty.
 */
#define CGROUP_FILES_OURS S_ISVTX

/* "" and NULL mean no cgroup; the root is none either. Others are "/a/b". */
bool cgroup_files_is_none(const char *path);
/* The root of the unified hierarchy: /sys/fs/cgroup, or unified below it on a
 * hybrid host. -1 where neither is cgroup2. */
int cgroup_files_root(struct err *err);
/* A directory below dir, O_PATH unless flags say O_RDONLY. */
int cgroup_files_open(int dir, const char *path, int flags, struct err *err);
/* Removes the marked parents of a cgroup that is gone, upwards to the first
 * that is not empty. */
void cgroup_files_remove_parents(int root, const char *path);
/* Whether a text of words separated by blanks holds this one. */
bool cgroup_files_has_word(const char *text, const char *word, size_t len);
/* The number behind a key of cgroup.events ("populated"); -1: no such file or
 * key. */
int cgroup_files_event(int dir, const char *key);
/* Waits until a key of cgroup.events has this value, at most ms. 1 it has, 0
 * not in time, -1 with errno. */
int cgroup_files_wait(int dir, const char *key, int value, int ms);
/* Waits until somebody else has removed this cgroup ("/a/b"), at most ms:
 * whether it is gone. */
bool cgroup_files_wait_gone(const char *path, int ms);

#endif
