/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of everything that is wrong with one document, so that a human
 * mends all of it in one go: first what the decoder finds (types, ranges,
 * missing members), then what the rules between fields add. Also the list of
 * what was skipped or has no effect, which is no problem but worth a look.
 * Lives in the arena of the document; beyond OCI_PROBLEMS_MAX entries only
 * the count goes on.
 */
#ifndef LIBOCISPEC_PROBLEMS_H
#define LIBOCISPEC_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct place;
struct str;

#define OCI_PROBLEMS_MAX 100

struct oci_problem {
	uint32_t line, column; /* from 1; 0: not known */
	const char *pointer;   /* "" is the document */
	const char *text;      /* one sentence, no full stop */
};

struct oci_problems {
	struct arena *arena;
	const char *document; /* for the formatter; NULL: config.json */
	const char *text;     /* while it is there, members have positions */
	size_t len;
	bool no_memory; /* one of them is that, and the document is well */
	size_t n;       /* all that were found; items holds the first 100 */
	struct oci_problem items[OCI_PROBLEMS_MAX];
	size_t skipped_n; /* unknown members, and dead ones */
	struct oci_problem skipped[OCI_PROBLEMS_MAX];
};

/* document may be NULL. Everything else in problems is set to nothing. */
void problems_init(struct oci_problems *problems, struct arena *arena,
	const char *document);
/* One more; member as in place_format(), at may be NULL for the document. */
void problems_add(struct oci_problems *problems, const struct place *at,
	const char *member, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for something skipped or without effect. */
void problems_note(struct oci_problems *problems, const struct place *at,
	const char *member, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Puts the first problem in err. Returns -1, or 0 where there is none. */
int problems_first(const struct oci_problems *problems, struct err *err);
/* "config.json:LINE:COL: POINTER: sentence", one line each, in order. */
void problems_format(const struct oci_problems *problems, struct str *out);
void problems_format_skipped(
	const struct oci_problems *problems, struct str *out);

#endif
