/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the files that make a plan, and by nobody else. Each of them owns
 * a part of config.json, complains about what is wrong with it, and adds its
 * steps, sources and host items; make.c calls them in the order of the steps.
 * The facts that several need (namespaces, birth) are settled first.
 */
#ifndef PLAN_MAKE_H
#define PLAN_MAKE_H

#include "base/arena.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/block.h"
#include "plan/pile.h"
#include "plan/plan.h"

/* The release of the specification that states name. */
#define MAKE_OCI_VERSION "1.3.0"
/* Where the program finds the socket for sd_notify(3). */
#define MAKE_NOTIFY_PATH "/run/notify/notify.sock"

struct maker {
	struct arena *arena;
	const struct oci_config *config;
	const struct oci_linux *linux; /* empty where the config has none */
	const struct plan_request *request;
	const struct plan_present *present; /* update's; NULL: a new plan */
	const struct plan_exec *exec; /* NULL: a container is to be made */
	struct oci_problems *problems;
	size_t known_problems; /* the decoder's */
	struct plan *plan;
	struct block block;
	struct pile sources, warnings;
	bool broken; /* memory is out */

	/* settled by namespaces_make() */
	uint64_t new_ns, joined_ns; /* CLONE_NEW* */
	bool network_added;         /* its step is there */
	bool seat_added;            /* the step into its cgroup is there */
	bool user_ns;               /* new or joined: ids are not the host's */
	bool own_mounts;            /* a mount namespace is listed */

	/* slots that several steps share, -1 until one needs them */
	int32_t proc_slot, null_slot, empty_slot;
	int32_t hook_slots[2];     /* stdout, stderr */
	const char **device_paths; /* of linux.devices, clean */
	/* struct make_target: what was made in the tree, in order, and which
	 * fresh filesystems of it are to be read-only */
	struct pile targets, read_only;
};

struct make_target {
	const char *path; /* clean, absolute */
	size_t step;
};

/* config and request have to live as long as the maker. */
int make_begin(struct maker *m, struct arena *arena,
	const struct oci_config *config, const struct plan_request *request,
	struct oci_problems *problems, struct err *err);
/* The plan, or -1 where there are problems. */
int make_finish(struct maker *m, struct plan **out, struct err *err);
/* A problem of the config; dropped where the decoder has one of that place. */
void make_complain(struct maker *m, const struct place *at, const char *member,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A word that no table knows: `unknown NOUN "WORD", did you mean "NEAR"?` */
void make_unknown(struct maker *m, const struct place *at, const char *member,
	const char *noun, const char *word, const char *near);
void make_warn(struct maker *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Memory of the plan; "" or NULL when it is out, which make.c reports. */
void *make_alloc(struct maker *m, size_t size);
const char *make_text(struct maker *m, const char *text);
#define make_printf(m, ...) make_text(m, arena_printf((m)->arena, __VA_ARGS__))
/* "NAME/INDEX", to blame an item of a list. */
const char *make_item(struct maker *m, const char *name, size_t index);
struct plan_where make_where(
	struct maker *m, const struct place *at, const char *member);
/* A new source and its slot; the source is valid until the next one. */
struct plan_source *make_source(struct maker *m, enum plan_source_kind kind,
	const struct place *at, const char *member, int32_t *out_slot);
int32_t make_proc_slot(struct maker *m);
/* Path made absolute from "/" and cleaned lexically. */
const char *make_clean(struct maker *m, const char *path);
/* Notes that the step added last makes or uses path in the tree. */
void make_note_target(struct maker *m, const char *path);
bool make_is_below(const char *path, const char *directory);

void namespaces_make(struct maker *m);
void namespaces_add_steps(struct maker *m);
/* The step into a network that is made apart, where it is not there yet. */
void namespaces_add_network(struct maker *m);
void id_maps_make(struct maker *m);
void id_maps_fill(struct maker *m, const struct oci_id_mappings *uid,
	const struct oci_id_mappings *gid, struct plan_id_maps *out);
/* Complains about the last of i + 1; at, member as of make_complain(). */
bool id_maps_check(struct maker *m, const struct place *at, const char *member,
	const struct plan_id_map *maps, size_t i);
bool id_maps_has_uid(const struct plan_id_maps *maps, uint32_t uid);
bool id_maps_has_gid(const struct plan_id_maps *maps, uint32_t gid);
void rules_check(struct maker *m);
void rootfs_add_begin(struct maker *m);
void rootfs_add_end(struct maker *m);
void mounts_add(struct maker *m);
bool mounts_need_host_tree(const struct oci_config *config);
void devices_add(struct maker *m);
void devices_add_console(struct maker *m);
void masks_add(struct maker *m);
void device_rules_make(struct maker *m);
void delegation_make(struct maker *m);
void hooks_make(struct maker *m);
void hooks_add_container(struct maker *m);
void hooks_add_start(struct maker *m);
bool hooks_need_host_tree(const struct oci_config *config);
void surroundings_add(struct maker *m);
void surroundings_add_process(struct maker *m);
void process_settle(struct maker *m);
void process_add_cwd(struct maker *m);
void process_add_identity(struct maker *m);
void process_add_start(struct maker *m);
void process_add_program(struct maker *m);
void affinity_make(struct maker *m);
void limits_make(struct maker *m);
void limits_add(struct maker *m);
void priorities_make(struct maker *m);
void intel_rdt_make(struct maker *m);
void net_devices_make(struct maker *m);
void memory_policy_add(struct maker *m);
void resources_make(struct maker *m);
/* seat.c: whether the process is born in its cgroup; the steps to go there and
 * to unshare the namespace that is rooted there: at once, or as late as what
 * comes next allows. */
void seat_make(struct maker *m);
void seat_add_begin(struct maker *m);
void seat_add(struct maker *m);
void seccomp_make(struct maker *m);
void seccomp_add_listener(struct maker *m);
void seccomp_add(struct maker *m);

#endif
