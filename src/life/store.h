/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state root and the containers' directories in it:
 *
 *     ROOT/ID/state.json   all that is remembered of it (journal.h)
 *     ROOT/ID/seccomp      the container's filter, for exec (host/filter.h)
 *     ROOT/ID/gate         the socket that start connects to
 *     ROOT/.NAME/          what belongs to no container (pin, filters)
 *
 * A directory is made by mkdir, which is what makes an id unique, and locked
 * (flock) for as long as a command changes the container. Only its owner can
 * look into it. Everything is reached through descriptors: ROOT may be as
 * long as it likes, and nobody can swap a component on the way.
 */
#ifndef LIFE_STORE_H
#define LIFE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct err;
struct oci_record;
struct str;

#define STORE_GATE "gate"
#define STORE_NOTIFY "notify"

/* In place of -1: there is no such container. */
#define STORE_UNKNOWN (-2)

/* The path of the state root: given, or /run/scrim, or for an ordinary user
 * $XDG_RUNTIME_DIR/scrim, or /run/user/UID/scrim, or /tmp/scrim-UID, which is
 * made here and must be the user's alone. Heap; NULL with err. */
char *store_root(const char *given, struct err *err);
/* Opens the root; make: with all that is missing of its path. Without make a
 * root that is not there is STORE_UNKNOWN: it holds no container. */
int store_open_root(const char *path, bool make, struct err *err);

/* Refuses what is no name for a container. */
int store_check_id(const char *id, struct err *err);
/* Makes the directory of a new container and locks it; its descriptor. */
int store_make(int root, const char *id, struct err *err);
/* Opens the directory of a container, or STORE_UNKNOWN. */
int store_open(int root, const char *id, struct err *err);
/* Waits until no other command changes the container; STORE_UNKNOWN where
 * that command has removed it. The lock goes with the descriptor. */
int store_lock(int dir, struct err *err);
/* Whether another command is changing it; if not, dir holds the lock now. */
bool store_is_busy(int dir);
void store_unlock(int dir);
/* Takes it away. Only files of ours are removed; the record goes last. */
int store_remove(int root, int dir, const char *id, struct err *err);

/* What a command on an existing container holds. */
struct stored {
	int root, dir;
	struct arena arena;        /* for what is read */
	struct oci_record *record; /* once store_read() was asked */
};

/* Opens root and directory; root is a path. -1 or STORE_UNKNOWN with *out
 * closed, else store_close() gives it all back, the lock too. */
int store_find(
	const char *root, const char *id, struct stored *out, struct err *err);
void store_close(struct stored *stored);

/* The record as a line of the journal. */
void store_note(const struct oci_record *record, struct str *lines);
/* Reads the record; STORE_UNKNOWN where there is none. */
int store_read(
	int dir, struct arena *arena, struct oci_record **out, struct err *err);

/* Whether there is one, whatever it holds. */
bool store_has_record(int root, const char *id);

/* The names of all that looks like a container, sorted; heap, the array ends
 * with NULL. store_free_names() frees them. */
int store_names(int root, char ***out, struct err *err);
void store_free_names(char **names);

#endif
