/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every later process of a container inherits: the parts of config.json
 * that exec goes by, kept in the state directory (journal.h), since
 * no later command reads config.json again. It is a config itself, read by the
 * same rows: ociVersion, process, and of linux what a process has of its own.
 * The rules of seccomp are not in it: the filter that they made lies beside
 * it (host/filter.h).
 */
#ifndef LIFE_HERITAGE_H
#define LIFE_HERITAGE_H

struct arena;
struct err;
struct oci_config;
struct plan;
struct str;

/* A line of the journal, which create writes. */
void heritage_note(const struct plan *plan, struct str *lines);
/* Into the arena; its places are those of a file that nobody has written. dir
 * is the state directory. */
int heritage_read(
	int dir, struct arena *arena, struct oci_config **out, struct err *err);

#endif
