/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd driver: a transient scope for each container, with its cgroup
 * delegated to us. A scope is made around a process that is there already;
 * that is a helper which does nothing, so that the container's first process
 * can be born in the cgroup all the same, and which ends once that is in it.
 * Limits are properties of the unit, so that systemd keeps them, and are
 * written to the files as well, for there they are exact.
 *
 * What happens when (each waits for systemd's own word that it is done):
 *
 *     place   asks where its units are, reads the annotations
 *     make    [scrim enters a scope of its own: a user's, from outside]
 *             the helper is started, StartTransientUnit takes it in;
 *             [the cgroup below is made, the helper moves there]
 *             what systemd does not enable is enabled, the directory opened
 *     (birth  clone3 into that directory; limits go into its files)
 *     settle  the helper ends
 *     update  files first, then SetUnitProperties, then the files again
 *     end     cgroup.kill, after which the scope ends by itself; if it does
 *             not, StopUnit, ResetFailedUnit, and rmdir if need be
 *
 * There is one scope and, unless an annotation asks for it, no cgroup below.
 * Whatever is killed at whatever time: without processes a scope ends by
 * itself, and is collected even if it has failed.
 */
#include "host/cgroup.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/proc.h"
#include "host/bus.h"
#include "host/cgroup_files.h"
#include "host/library.h"
#include "plan/annotations.h"
#include "plan/plan.h"
#include "plan/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a container is to be, and by whom. */
struct seat {
	struct arena arena;
	struct bus *bus;
	struct unit_name name;
	const char *path, *scope_path, *subgroup; /* subgroup: NULL for none */
	bool user;
};

/* Of an ordinary user, and of root in a user namespace of his. */
static bool
is_user(void)
{
	return geteuid() != 0 || !proc_in_initial_userns();
}

/* crun's word for a cgroup below the scope, in which the container is then;
 * NULL where the annotation is missing or empty. */
static int
find_subgroup(const struct plan *plan, const char **out, struct err *err)
{
	const char *key = annotations[ANNOTATION_SYSTEMD_SUBGROUP].key;
	const char *name = NULL;
	size_t len;

	for (size_t i = 0; i < plan->n_annotations; i++)
		if (strcmp(plan->annotations[i].key, key) == 0)
			name = plan->annotations[i].value;
	*out = name && *name ? name : NULL;
	if (!*out)
		return 0;
	len = strlen(name);
	if (strchr(name, '/') || *name == '.' ||
		(len >= 6 && strcmp(name + len - 6, ".scope") == 0))
		return err_say(err,
			"annotation %s: \"%s\" is no cgroup in a scope", key,
			name);
	return 0;
}

/* Gives back all that take_seat() took. */
static void
stand_up(struct seat *seat)
{
	bus_close(seat->bus);
	arena_done(&seat->arena);
}

/* What needs no bus is looked at first: a wrong cgroupsPath is wrong without a
 * systemd, too. */
static int
find_seat(struct seat *seat, const struct plan *plan, struct err *err)
{
	auto_free char *manager = NULL;

	seat->user = is_user();
	if (unit_name_parse(&seat->arena, plan->cgroups_path, plan->id,
		    seat->user ? "user.slice" : "system.slice", &seat->name,
		    err) < 0 ||
		find_subgroup(plan, &seat->subgroup, err) < 0 ||
		bus_open(seat->user, &seat->bus, err) < 0)
		return -1;
	manager = bus_manager_cgroup(seat->bus, err);
	if (!manager)
		return -1;
	seat->scope_path = unit_path(&seat->arena, manager, &seat->name, NULL);
	seat->path =
		unit_path(&seat->arena, manager, &seat->name, seat->subgroup);
	return seat->path && seat->scope_path
		? 0
		: err_code(err, ENOMEM, "cgroupsPath");
}

/* To be ended by stand_up(), but for a failure. */
static int
take_seat(struct seat *seat, const struct plan *plan, struct err *err)
{
	*seat = (struct seat){ 0 };
	if (arena_init(&seat->arena, err) < 0)
		return -1;
	if (find_seat(seat, plan, err) == 0)
		return 0;
	stand_up(seat);
	return -1;
}

/* Asks systemd, for its manager's own place is part of the path; nothing is
 * made. */
static char *
place(const struct plan *plan, struct err *err)
{
	struct seat seat;
	struct unit_list said;
	char *path = NULL;

	if (take_seat(&seat, plan, err) < 0)
		return NULL;
	said = UNIT_LIST(&seat.arena);
	/* What is wrong in an annotation is said before anything is made. */
	if (unit_add_annotations(&said, plan, err) == 0) {
		path = strdup(seat.path);
		if (!path)
			err_code(err, ENOMEM, "cgroupsPath");
	}
	stand_up(&seat);
	return path;
}

/* --- making it -------------------------------------------------------------
 */

/* The helper's whole work is to be there. Where the limit is too low it must
 * not be it that is killed, as far as that is ours to say. */
static int
be_there(int line, void *arg, struct err *err)
{
	(void)line;
	(void)arg;
	(void)err;
	file_write(AT_FDCWD, "/proc/self/oom_score_adj", "-1000", NULL);
	return 0;
}

/* A limit that leaves the first process no room beside the helper: the unit
 * learns of it after the birth. */
static bool
has_few_tasks(const struct plan_resources *resources)
{
	for (size_t i = 0; i < resources->n_knobs; i++)
		if (strcmp(resources->knobs[i].file, "pids.max") == 0 &&
			strlen(resources->knobs[i].value) == 1 &&
			resources->knobs[i].value[0] < '2')
			return true;
	return false;
}

/* All but those that come late: by tell(). */
static void
add_early_limits(struct unit_list *list, const struct plan_resources *resources)
{
	for (size_t i = 0; i < resources->n_knobs; i++) {
		const struct plan_resources one = {
			.knobs = &resources->knobs[i], .n_knobs = 1
		};

		if (!cgroup_driver_is_late(one.knobs))
			unit_add_limits(list, &one);
	}
}

/* What we ask for; what the config asks for comes later and so wins. */
static void
describe(const struct seat *seat, const struct plan *plan, pid_t keeper,
	struct unit_list *list)
{
	static const char *const accounts[] = { "CPUAccounting", "IOAccounting",
		"MemoryAccounting", "TasksAccounting" };
	const union unit_basic pid = { .u = (uint64_t)keeper };
	const char *description =
		arena_printf(list->arena, "scrim container %s", plan->id);

	unit_add_text(list, "Description", description ? description : "scrim");
	unit_add_text(list, "Slice", seat->name.slice);
	unit_add(list, "PIDs", "au", &pid, 1);
	unit_add_bool(list, "Delegate", true);
	/* At shutdown it is the engine that stops its containers. */
	unit_add_bool(list, "DefaultDependencies", false);
	unit_add_text(list, "CollectMode", "inactive-or-failed");
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		unit_add_bool(list, accounts[i], true);
	add_early_limits(list, &plan->resources);
	if (has_few_tasks(&plan->resources))
		unit_add_number(list, "TasksMax", 2);
	/* In an ordinary user's container there is no device program. */
	if (!seat->user)
		unit_add_devices(list, &plan->resources);
}

/* A unit of that name that has failed is nobody's any more. */
static int
start_scope(
	const struct seat *seat, const struct unit_list *list, struct err *err)
{
	struct err failure = { 0 };

	if (bus_start(seat->bus, seat->name.scope, list, &failure) == 0)
		return 0;
	if (failure.code == EEXIST) {
		bus_forget(seat->bus, seat->name.scope);
		failure = (struct err){ 0 };
		if (bus_start(seat->bus, seat->name.scope, list, &failure) == 0)
			return 0;
	}
	if (failure.code == EEXIST)
		return err_say(err,
			"systemd has a unit %s already: another container's, or not scrim's",
			seat->name.scope);
	return err_take(err, &failure);
}

/* A cgroup that others are made in can have no processes: the helper moves. */
static int
make_subgroup(const struct seat *seat, pid_t keeper, struct err *err)
{
	auto_fd root = cgroup_files_root(err);
	auto_fd dir = -1;
	char pid[16];

	if (root < 0)
		return -1;
	if (mkdirat(root, seat->path + 1, 0755) < 0)
		return err_sys(err, "make cgroup %s", seat->path);
	dir = cgroup_files_open(root, seat->path + 1, O_PATH, err);
	if (dir < 0)
		return -1;
	snprintf(pid, sizeof(pid), "%d", (int)keeper);
	return file_write(dir, "cgroup.procs", pid, err);
}

/* systemd enables what it manages; what it does not is enabled here. */
static int
furnish(const struct seat *seat, const struct plan *plan, struct cgroup *out,
	struct err *err)
{
	struct aide keeper = out->keeper;

	if (seat->subgroup && make_subgroup(seat, keeper.pid, err) < 0)
		return -1;
	if (cgroup_enable(&plan->resources, seat->path, err) < 0)
		return -1;
	if (cgroup_open(seat->path, out, err) < 0)
		return err_in(err, "the scope's own");
	out->keeper = keeper;
	out->made = true;
	return 0;
}

/* Whether a process may go from here to there: by whoever may write to the
 * processes of the nearest cgroup that holds both (cgroup-v2.rst, "Delegation
 * Containment"). */
static bool
may_move(const char *from, const char *to)
{
	auto_fd root = cgroup_files_root(NULL);
	auto_free char *path = NULL;
	size_t common = 0;

	for (size_t i = 0; from[i] == to[i] && from[i]; i++)
		if (from[i] == '/')
			common = i;
	if (asprintf(&path, "%.*s/cgroup.procs", (int)common, from) < 0)
		return false;
	return root >= 0 && faccessat(root, path + 1, W_OK, AT_EACCESS) == 0;
}

/* An ordinary user's session is not in his manager's part of the tree, and from
 * outside he may make no process in there; so scrim goes there first, into a
 * scope of its own, as systemd-run --user --scope would bring it. */
static bool
is_outside(const char *path)
{
	auto_free char *own = is_user() ? cgroup_own() : NULL;

	return own && !may_move(own, path);
}

static int
move_in(struct bus *bus, struct arena *arena, struct err *err)
{
	struct unit_list list = UNIT_LIST(arena);
	const union unit_basic pid = { .u = (uint64_t)getpid() };
	char scope[64];

	snprintf(scope, sizeof(scope), "scrim-itself-%d.scope", (int)getpid());
	unit_add_text(&list, "Description", "scrim");
	unit_add_text(&list, "Slice", "user.slice");
	unit_add(&list, "PIDs", "au", &pid, 1);
	unit_add_text(&list, "CollectMode", "inactive-or-failed");
	if (bus_start(bus, scope, &list, err) < 0)
		return err_in(err, "enter the user's part of the cgroups");
	return 0;
}

/* By exec; nothing has been made by then, and the library may be loaded. */
static int
enter(const char *path, struct err *err)
{
	struct arena arena = { 0 };
	struct bus *bus;
	int ok = -1;

	if (!is_outside(path))
		return 0;
	if (library_ready(err) < 0 || arena_init(&arena, err) < 0)
		return -1;
	if (bus_open(true, &bus, err) == 0) {
		ok = move_in(bus, &arena, err);
		bus_close(bus);
	}
	arena_done(&arena);
	return ok;
}

/* In this order: we where we may make processes, the helper, the scope around
 * it, and what the scope lacks. The helper is the caller's to end. */
static int
make_scope(struct seat *seat, const struct plan *plan, struct cgroup *out,
	struct err *err)
{
	struct unit_list list = UNIT_LIST(&seat->arena);
	struct aide *keeper = &out->keeper;

	keeper->cgroup = -1;
	if (is_outside(seat->path) && move_in(seat->bus, &seat->arena, err) < 0)
		return -1;
	if (aide_start(keeper, be_there, NULL, err) < 0 ||
		aide_hear(keeper, err) < 0)
		return -1;
	describe(seat, plan, keeper->pid, &list);
	if (unit_add_annotations(&list, plan, err) < 0)
		return -1;
	if (list.items.broken)
		return err_code(err, ENOMEM, "properties of the scope");
	if (start_scope(seat, &list, err) < 0)
		return -1;
	if (furnish(seat, plan, out, err) == 0)
		return 0;
	cgroup_kill(seat->scope_path, NULL);
	bus_stop(seat->bus, seat->name.scope, NULL);
	return -1;
}

/* What was put into out is the caller's: the helper above all, which ends when
 * he settles or closes it. */
static int
make(const struct plan *plan, const char *path, struct cgroup *out,
	struct err *err)
{
	struct cgroup made = { .fd = -1 };
	struct seat seat;
	int ok;

	(void)path; /* it is the same one */
	if (take_seat(&seat, plan, err) < 0)
		return -1;
	ok = make_scope(&seat, plan, &made, err);
	stand_up(&seat);
	if (ok < 0)
		cgroup_close(&made);
	else
		*out = made;
	return ok;
}

/* --- later -----------------------------------------------------------------
 */

/* Tells the unit what the files hold, then writes them again: systemd, which
 * rounds some limits, has done so by the time it answers another question. */
static int
inform(struct bus *bus, const struct plan_resources *resources,
	const struct cgroup *cgroup, struct err *err)
{
	struct arena arena = { 0 };
	auto_free char *scope = unit_of_path(cgroup->path);
	struct plan_resources files = *resources;
	struct unit_list list;
	int ok;

	files.device_program = false;
	if (!scope || arena_init(&arena, err) < 0)
		return scope ? -1 : err_code(err, ENOMEM, "the scope");
	list = UNIT_LIST(&arena);
	unit_add_limits(&list, resources);
	if (!is_user() && resources->device_program)
		unit_change_devices(&list, resources);
	ok = list.items.n ? bus_set(bus, scope, &list, err) : 0;
	arena_done(&arena);
	if (ok == 0)
		free(bus_manager_cgroup(bus, NULL));
	return ok < 0 ? -1 : cgroup_apply(&files, cgroup, err);
}

/* The bus is opened first: where nobody answers, nothing is changed. The
 * kernel's word comes before the unit's: what it refuses, it refuses here. */
static int
on_bus(const struct plan_resources *resources, const struct cgroup *cgroup,
	bool kernel_too, struct err *err)
{
	struct bus *bus;
	int ok;

	if (bus_open(is_user(), &bus, err) < 0)
		return -1;
	ok = kernel_too ? cgroup_update(resources, cgroup, err) : 0;
	if (ok == 0)
		ok = inform(bus, resources, cgroup, err);
	bus_close(bus);
	return ok;
}

static int
update(const struct plan_resources *resources, const struct cgroup *cgroup,
	struct err *err)
{
	return on_bus(resources, cgroup, true, err);
}

static int
tell(const struct plan_resources *resources, const struct cgroup *cgroup,
	struct err *err)
{
	return on_bus(resources, cgroup, false, err);
}

/* The properties were the unit's from its start, or it is told of them. Yet
 * there is one exception. */
static int
apply(const struct plan_resources *resources, const struct cgroup *cgroup,
	struct err *err)
{
	return has_few_tasks(resources) ? update(resources, cgroup, err)
					: cgroup_apply(resources, cgroup, err);
}

/* The cgroup of the scope, above that of the container where there is one. */
static char *
scope_path(const char *path, const char *scope)
{
	const char *at = strstr(path, scope);

	return strndup(path, (size_t)(at - path) + strlen(scope));
}

/* How long systemd may take to see that nobody is left before it is asked. */
#define NOTICE_MS 500

/* What is in it is killed by the kernel, all at once; systemd then only has to
 * notice, and mostly has done so before: then neither the library nor the bus
 * is needed. Where it cannot be asked any more the cgroup goes all the same. */
static int
end(const char *path, int ms, struct err *err)
{
	auto_free char *scope = unit_of_path(path);
	auto_free char *above = scope ? scope_path(path, scope) : NULL;
	struct bus *bus = NULL;
	int ok = 0;

	if (!above)
		return err_say(err, "cgroup %s is no scope's", path);
	if (cgroup_kill(above, err) < 0)
		return -1;
	if (cgroup_files_wait_gone(above, NOTICE_MS))
		return 0;
	if (library_ready(err) < 0)
		return -1;
	if (bus_open(is_user(), &bus, NULL) == 0)
		ok = bus_stop(bus, scope, err);
	bus_close(bus);
	return ok < 0 ? -1 : cgroup_end(above, ms, err);
}

/* Of a killed create nothing stays alive, and a scope without processes ends
 * by itself; where one has processes after all, it is somebody else's. */
static void
forget(const char *path, int ms)
{
	struct cgroup cgroup = { .fd = -1 };
	auto_free char *scope = unit_of_path(path);
	auto_free char *above = scope ? scope_path(path, scope) : NULL;
	bool empty = true;
	struct bus *bus;

	if (!above || library_ready(NULL) < 0 ||
		bus_open(is_user(), &bus, NULL) < 0)
		return;
	if (cgroup_open(above, &cgroup, NULL) == 0)
		empty = cgroup_files_wait(cgroup.fd, "populated", 0, ms) != 0;
	cgroup_close(&cgroup);
	if (empty)
		bus_stop(bus, scope, NULL);
	bus_close(bus);
}

const struct cgroup_driver cgroup_driver_systemd = {
	.name = "systemd",
	.ready = library_ready,
	.place = place,
	.make = make,
	.apply = apply,
	.update = update,
	.tell = tell,
	.enter = enter,
	.forget = forget,
	.end = end,
};
