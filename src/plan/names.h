/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every word of the specification and the kernel's number for it. Each table
 * exists once and serves parsing, printing, "did you mean", `features`, the
 * documentation and the tests; whoever needs all words walks it. Numbers that
 * belong to libseccomp are spelled in its header; the library is not needed.
 * Mount options have more than a number and therefore rows of their own.
 */
#ifndef PLAN_NAMES_H
#define PLAN_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names_row {
	const char *word;
	uint64_t number;
};

struct names {
	const char *noun; /* "capability", for messages */
	const struct names_row *rows;
	size_t n;
};

extern const struct names names_namespaces;   /* CLONE_NEW* */
extern const struct names names_capabilities; /* CAP_* bit numbers */
extern const struct names names_rlimits;      /* RLIMIT_* */
extern const struct names names_signals;      /* without SIG */
extern const struct names names_propagations; /* rootfsPropagation: MS_* */
extern const struct names names_personalities;
extern const struct names names_hooks; /* enum plan_hook */
extern const struct names names_seccomp_actions, names_seccomp_operators,
	names_seccomp_arches;
extern const struct names names_seccomp_flags; /* SECCOMP_FILTER_FLAG_* */
extern const struct names names_schedulers, names_scheduler_flags;
extern const struct names names_io_classes; /* IOPRIO_CLASS_* */
extern const struct names names_memory_policies, names_memory_policy_flags;
/* Not of the specification, but of printed plans. */
extern const struct names names_mount_attrs, names_mount_flags,
	names_exec_flags, names_enters, names_births, names_sources;

bool names_find(const struct names *names, const char *word, uint64_t *out);
/* The word for a number, NULL when there is none. */
const char *names_word(const struct names *names, uint64_t number);
/* Row i's word, NULL behind the last; from is a struct names. For walking and
 * for str_nearest(). */
const char *names_next(const void *from, size_t i);
/* The word that was probably meant, or NULL. */
const char *names_near(const struct names *names, const char *word);
/* A signal by name (SIG may stand before it, any case, RTMIN+1, RTMAX-2) or
 * number; -1 when it is none. 0 only asks. */
int names_to_signal(const char *text);

enum names_mount_kind {
	MOUNT_ATTRIBUTE,  /* set and clear are MOUNT_ATTR_* */
	MOUNT_SUPERBLOCK, /* goes to the filesystem as it is */
	MOUNT_PROPAGATES, /* set is MS_PRIVATE ..., with MS_REC */
	MOUNT_BINDS,
	MOUNT_REMOUNTS,
	MOUNT_IDMAPS,
	MOUNT_COPIES_UP,
	MOUNT_SRC_NOFOLLOW,
	MOUNT_DEST_NOFOLLOW,
	MOUNT_COPIES_LINK,
	MOUNT_NOTHING, /* accepted and without effect */
};

struct names_mount_option {
	const char *word;
	enum names_mount_kind kind;
	bool recursive;
	uint64_t set, clear;
	bool superblock;  /* also a word for the filesystem */
	const char *note; /* for people */
};

/* NULL: not an option of ours, hence the filesystem's. Words that mount(8)
 * keeps for itself (x-*, comment=) are found as such. */
const struct names_mount_option *names_mount_option(const char *word);
/* Row i, NULL behind the last. */
const struct names_mount_option *names_mount_option_at(size_t i);
const char *names_mount_next(const void *from, size_t i);

#endif
