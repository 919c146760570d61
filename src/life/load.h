/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a bundle's directory to a plan: what create, run and plan do first.
 * Reads the document (at most 16 MiB), checks it and makes the plan, so that
 * all problems of a config are reported at once. Changes nothing anywhere.
 */
#ifndef LIFE_LOAD_H
#define LIFE_LOAD_H

#include <stdbool.h>

struct arena;
struct err;
struct plan;
struct plan_exec;
struct plan_request;
struct str;

enum load_rootless {
	LOAD_ROOTLESS_AUTO,
	LOAD_ROOTLESS_TRUE,
	LOAD_ROOTLESS_FALSE
};

struct load {
	const char *config; /* NULL: config.json; relative: in the bundle */
	const struct plan_request *request; /* .bundle: the directory */
	struct str *report; /* NULL, or takes the problems where there are
	                     * several, a line each */
	struct str
		*skipped; /* NULL, or takes what has no effect, a line each */
};

/* The bundle's path, absolute and clean; given NULL or relative: from the
 * working directory. In the arena; NULL with err. */
char *load_bundle(struct arena *arena, const char *given, struct err *err);
/* What the plan may know of the caller: root, uid, gid, chrooted. Sets these
 * four members only. */
void load_facts(struct plan_request *request, enum load_rootless rootless);
/* Makes the plan in the arena; the text of the config is not kept. */
int load_plan(struct arena *arena, const struct load *load, struct plan **out,
	struct err *err);

/* Makes the plan of an exec; file is that of --process, or NULL. exec->process
 * is set here. */
int load_exec(struct arena *arena, const char *file, struct plan_exec *exec,
	struct str *report, struct plan **out, struct err *err);

#endif
