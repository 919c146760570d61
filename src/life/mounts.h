/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `scrim mounts`: what is mounted in a container now, where each of it comes
 * from, and what has changed since its plan was carried out.
 */
#ifndef LIFE_MOUNTS_H
#define LIFE_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/mount_table.h"
#include "life/account.h"
#include "life/status.h"
#include "life/store.h"

struct err;
struct str;

/* What was promised of a mount, by one entry or several. */
struct mounts_promise {
	const struct oci_account_mount *entry;
	unsigned op;
	uint64_t set, clear, propagation;
	ssize_t sight; /* the mount that it is kept by, -1: none */
	bool excused;  /* that there is none is in order */
	bool held;     /* its path is served by somebody who does not answer */
	bool marked;   /* to be removed */
};

enum mounts_change {
	MOUNTS_REMOUNTED = 1, /* with other attributes */
	MOUNTS_OPENED = 2,    /* another propagation */
	MOUNTS_COVERED = 4,   /* another mount lies over it */
	MOUNTS_ADDED = 8,     /* nobody planned it */
	MOUNTS_BY_COMMAND =
		16 /* `scrim mounts add`: no change to worry about */
};

/* A mount as it is seen now. */
struct mounts_sight {
	const struct mount_row *row;
	const struct mounts_promise *promise; /* NULL: nobody's */
	const struct mounts_promise *along; /* came along with what is above */
	const struct mount_row *cover;      /* what lies over it, or NULL */
	uint64_t attrs;                     /* MOUNT_ATTR_*, as it is */
	unsigned changes;                   /* enum mounts_change */
	const char *relation; /* "receives mounts from the host" */
};

struct mounts_view {
	struct stored stored;
	enum operation operation;
	const struct oci_account *account;
	pid_t pid;
	struct mount_table table, host;
	struct mounts_sight *sights; /* one for each row of the table */
	size_t n;
	struct mounts_promise *promises;
	size_t n_promises;
};

/* Finds the container, refuses one whose status does not allow the operation,
 * reads and compares. locked: nobody else shall change it. mounts_close() in
 * any case. */
int mounts_open(const char *root, const char *id, enum operation operation,
	bool locked, struct mounts_view *out, struct err *err);
void mounts_close(struct mounts_view *view);
/* Compares again after a change of the account. */
int mounts_compare(struct mounts_view *view, struct err *err);

enum mounts_form { MOUNTS_TEXT, MOUNTS_TABLE, MOUNTS_JSON };

/* mounts_show.c */
int mounts_show(const char *root, const char *id, enum mounts_form form,
	struct str *out, struct err *err);

/* A change that is asked for. */
struct mounts_request {
	const char *root, *id;
	const char *file; /* "-": stdin */
	struct str *report;
};

/* mounts_change.c */
int mounts_add_run(const struct mounts_request *request, struct err *err);
int mounts_remove_run(const struct mounts_request *request, struct err *err);

#endif
