/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ROOT/ID/state.json: all that is remembered of a container in one file, for
 * it is the making of files that costs. A line is a document of one kind,
 *
 *     {"record":{...}}     record.h
 *     {"process":{...}}    heritage.h
 *     {"mounts":{...}}     account.h
 *
 * and the last one of a kind is the one that counts. create alone appends to
 * the file that it has made; who changes something later replaces the file. A
 * last line without its end is one that is being written, or was when its
 * writer was killed, and does not count.
 */
#ifndef LIFE_JOURNAL_H
#define LIFE_JOURNAL_H

#include <stddef.h>
#include <sys/types.h>

struct err;
struct str;

#define JOURNAL_FILE "state.json"

enum journal_kind {
	JOURNAL_RECORD,
	JOURNAL_PROCESS,
	JOURNAL_MOUNTS,
	JOURNAL_COUNT
};

/* Makes the file, to be appended to; its descriptor. */
int journal_begin(int dir, struct err *err);
/* Between these two calls the document is added to the text, on one line. */
void journal_open_line(struct str *lines, enum journal_kind kind);
void journal_close_line(struct str *lines);
/* Whole lines, at once. */
int journal_append(int file, const struct str *lines, struct err *err);
/* One line in place of its kind's; the other kinds stay. Makes the file where
 * there is none. The caller holds the container's lock. */
int journal_replace(int dir, enum journal_kind kind, const struct str *line,
	struct err *err);
/* The document of that kind: its length, 0 where there is none; heap, not
 * terminated, *out_text lies in it. -1 with ENOENT where there is no file. */
ssize_t journal_read(int dir, enum journal_kind kind, char **out_heap,
	const char **out_text, struct err *err);
/* Takes the file away, and what an interrupted replacement has left. */
int journal_remove(int dir, struct err *err);

#endif
