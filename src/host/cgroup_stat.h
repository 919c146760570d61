/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cgroup tells of itself: files of one number, files of a key and a
 * number a line, files of a key and words such as "rbytes=1" a line. What is
 * not there counts as 0: a controller that is not enabled has no files.
 */
#ifndef HOST_CGROUP_STAT_H
#define HOST_CGROUP_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text of a file, "" where there is none. Heap; NULL: no memory. */
char *cgroup_stat_text(int dir, const char *file);
/* A file of one number; "max" is UINT64_MAX. */
uint64_t cgroup_stat_number(int dir, const char *file);
/* The number behind a key of such a text: "oom_kill 3" or "rbytes=3". */
uint64_t cgroup_stat_key(const char *text, const char *key);
/* Takes the next line of a text off it, in place; NULL behind the last. */
char *cgroup_stat_line(char **text);
/* The sizes of huge pages that the cgroup limits, "2MB"; heap, ends with NULL,
 * freed with cgroup_stat_free(). NULL: none, or no memory. */
char **cgroup_stat_page_sizes(int dir);
void cgroup_stat_free(char **names);

#endif
