/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What state and list tell about containers, in the forms that engines parse.
 */
#ifndef LIFE_SHOW_H
#define LIFE_SHOW_H

struct err;
struct str;

enum show_form {
	SHOW_TABLE,
	SHOW_JSON,
	SHOW_IDS,
};

/* The state of one container: indented JSON. root: path of the state root. */
int show_state(
	const char *root, const char *id, struct str *out, struct err *err);
/* All containers, sorted by id. */
int show_list(const char *root, enum show_form form, struct str *out,
	struct err *err);

#endif
