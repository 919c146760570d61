/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From created to running: the gate is opened, and the answer waited for.
 */
#ifndef LIFE_START_H
#define LIFE_START_H

struct err;
struct oci_record;

/* Starts the container with this id. root: path of the state root. */
int start_run(const char *root, const char *id, struct err *err);
/* Behind START: an error where a filter kept the program from its execution,
 * and scrim-init from telling so. */
int start_check(const struct oci_record *record, struct err *err);
/* The poststart hooks of one that was just started. A failure is an error,
 * and the caller's to undo. */
int start_hooks(const struct oci_record *record, struct err *err);

#endif
