/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a further process in a container that is there: joined through
 * its first process, then the same steps as the first one's, as far as they
 * make a process and not a container. The namespaces are entered by one step;
 * where a pid namespace is among them, a child goes on behind the step that
 * has taken all rights away. All sources are on the wire before anybody is
 * born, and where nothing is left to scrim nobody waits for it.
 */
#include "plan/exec.h"

#include <linux/sched.h>

#include "base/err.h"
#include "plan/make.h"

/* An id of the container's user namespace for the work of the runtime. Maps
 * that are not known have an id 0, mostly. */
static uint32_t
choose_id(const struct plan_id_map *maps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (maps[i].inside == 0)
			return 0;
	return n ? maps[0].inside : 0;
}

/* A container without any namespace of its own is entered by its root alone. */
static void
add_join(struct maker *m)
{
	const struct plan_exec *exec = m->exec;
	struct plan_id_maps *maps = &m->plan->maps;
	struct plan_step *step;
	int32_t slot;

	if (!exec->namespaces)
		return;
	make_source(m, PLAN_SOURCE_PROCESS, NULL, NULL, &slot);
	step = block_step(&m->block, OP_JOIN, NULL, NULL);
	step->slot = slot;
	step->number[0] = exec->namespaces;
	step->number[1] = choose_id(maps->uid, maps->n_uid);
	step->number[2] = choose_id(maps->gid, maps->n_gid);
	step->number[3] = exec->groups_denied && !exec->groups_kept;
}

/* Needed for a terminal, and where the container lives in a chroot. */
static void
add_root(struct maker *m)
{
	struct plan_step *step;
	int32_t slot = -1;

	if (!m->exec->root && !m->plan->terminal)
		return;
	if (m->exec->root)
		make_source(m, PLAN_SOURCE_ROOT, NULL, NULL, &slot)->path =
			m->exec->root;
	step = block_step(&m->block, OP_ROOT, NULL, NULL);
	step->slot = slot;
}

/* Behind the terminal, which is opened beneath the same root. */
static void
add_enter(struct maker *m)
{
	if (m->exec->root)
		block_step(&m->block, OP_ENTER, NULL, NULL)->number[0] =
			PLAN_ENTER_CHROOT;
}

/* What scrim does for a process needs the process, and comes before the
 * program. Mostly there is nothing, and nobody waits. */
static void
add_wait(struct maker *m)
{
	const struct plan *plan = m->plan;

	if (m->exec->waits || plan->oom_score_adj || plan->final.mask ||
		plan->scheduler || plan->io_priority)
		block_step(&m->block, OP_GATE, NULL, NULL);
}

/* What parts that also serve create ask about: who is joined, who is mapped. To
 * them the container's namespaces are all joined ones. */
static void
describe(struct maker *m)
{
	struct plan *plan = m->plan;

	plan->config = m->config;
	plan->id = m->request->id;
	plan->bundle = m->request->bundle;
	plan->rootfs = "";
	plan->sources_first = true;
	plan->oci_version = m->config->oci_version;
	plan->has_process = true;
	plan->birth = PLAN_BIRTH_JOINED;
	plan->birth_reason = "the container is there";
	m->joined_ns = m->exec->namespaces;
	m->user_ns = m->joined_ns & CLONE_NEWUSER;
	m->own_mounts = m->joined_ns & CLONE_NEWNS;
	id_maps_fill(m, &m->linux->uid_mappings, &m->linux->gid_mappings,
		&plan->maps);
}

/* The host's half, then the steps in the order of enum plan_op; each part is
 * create's own, so that a property cannot mean two things. */
static void
make_parts(struct maker *m)
{
	describe(m);
	rules_check(m);
	limits_make(m);
	seat_make(m);
	priorities_make(m);
	affinity_make(m);
	seccomp_make(m);
	process_settle(m);
	if (!m->plan->rows || !m->plan->columns) {
		m->plan->rows = m->exec->rows;
		m->plan->columns = m->exec->columns;
	}

	block_step(&m->block, OP_SESSION, NULL, NULL);
	add_join(m);
	add_root(m);
	devices_add_console(m);
	add_enter(m);
	surroundings_add_process(m);
	memory_policy_add(m);
	process_add_identity(m);
	/* Who has joined stays outside, with all that he took. The descriptor
	 * gives nothing to whoever in the container might take it: it moves
	 * those that he can name, into the cgroup that they are in. */
	seat_add(m);
	add_wait(m);
	seccomp_add_listener(m);
	process_add_program(m);
}

/* What create has kept is a document that nobody has written, and what was
 * typed is in none: no place to blame. */
static void
drop_places(struct maker *m)
{
	struct plan_step *steps = m->block.steps.items;

	for (size_t i = 0; i < m->block.steps.n; i++)
		steps[i].pointer = steps[i].line = steps[i].column = 0;
}

int
plan_make_exec(struct arena *arena, const struct plan_exec *exec,
	struct plan **out, struct oci_problems *problems, struct err *err)
{
	struct plan_request request = {
		.bundle = exec->bundle,
		.id = exec->id,
		.root = exec->root_user,
		.foreground = true,
		.no_new_keyring = exec->no_new_keyring,
		.console_socket = exec->console_socket,
		.seccomp_receiver = exec->seccomp_listener,
		.notifies = exec->seccomp_listener != NULL,
		.preserve_fds = exec->preserve_fds,
	};
	struct oci_config *config = arena_alloc(arena, sizeof(*config));
	struct oci_process *process;
	struct maker m;

	if (!config)
		return err_say(err, "no memory for a plan");
	if (exec_process_merge(arena, exec, &process, err) < 0)
		return -1;
	config->oci_version = exec->container->oci_version;
	config->linux = exec->container->linux;
	config->process = process;
	if (make_begin(&m, arena, config, &request, problems, err) < 0)
		return -1;
	m.exec = exec;
	make_parts(&m);
	if (!exec->process)
		drop_places(&m);
	return make_finish(&m, out, err);
}
