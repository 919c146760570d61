/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of the config, in its order: each becomes one step, by its
 * options (bind, remount, propagation alone) and else by its type. What must
 * be found on the host becomes a source with all its attributes; what the
 * kernel makes anew is made inside. Here stand the rules that keep /proc from
 * being covered, cgroups from being written and relative sources in the
 * bundle. A fresh tmpfs that is to be read-only but has to be filled first is
 * sealed later (masks.c).
 */
#include <linux/sched.h>
#include <string.h>

#include "base/str.h"
#include "base/sys.h"
#include "plan/annotations.h"
#include "plan/make.h"
#include "plan/names.h"
#include "plan/options.h"

struct mount_job {
	struct maker *m;
	const struct oci_mount *mount;
	const char *target, *type;
	struct options options;
};

/* Filesystems whose superblock, shared with the host or not, must not turn
 * read-only: for them ro is the mount's. */
static const char *const pseudo_types[] = {
	"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2", "cgroup",
	"ramfs", "hugetlbfs", "debugfs", "tracefs", "securityfs", "bpf",
	"binfmt_misc", "configfs", "fusectl", "pstore", "efivarfs", "devtmpfs",
};

/* Those to which it is all one in which network namespace they are made. */
static const char *const networkless_types[] = {
	"proc", "tmpfs", "devpts", "mqueue", "cgroup2", "cgroup", "ramfs",
};

/* mount(8)'s words for "no filesystem". */
static const char *const dummy_types[] = { "bind", "rbind", "none" };

/* Files of /proc that lxcfs and its like replace: all that may be mounted on
 * below /proc (CVE-2019-16884). */
static const char *const proc_files[] = {
	"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat",
	"/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo",
	"/proc/net/dev", "/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
};

static bool
is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(word, words)                                                 \
	is_one_of(word, words, sizeof(words) / sizeof((words)[0]))

/* What the options say about the target rather than the mount. */
static uint64_t
target_flags(const struct mount_job *job)
{
	return job->options.dest_nofollow ? PLAN_MOUNT_DEST_NOFOLLOW : 0;
}

/* What lies on or below /proc decides where labels and sysctls are written
 * to; a container's author must have no hand in it (CVE-2019-16884). */
static void
check_proc(struct mount_job *job, bool bind)
{
	const char *source = job->mount->source ? job->mount->source : "";

	if (strcmp(job->target, "/proc") == 0) {
		if (bind ? strcmp(source, "/proc") != 0
			 : strcmp(job->type, "proc") != 0)
			make_complain(job->m, &job->mount->at, "destination",
				"on /proc only a proc filesystem can be mounted");
	} else if (make_is_below(job->target, "/proc") &&
		!(bind && IS_ONE_OF(job->target, proc_files))) {
		make_complain(job->m, &job->mount->at, "destination",
			"\"%s\" is inside /proc: nothing can be mounted there",
			job->target);
	}
}

/* An absolute path is the host's, and resolved there once. A relative one
 * belongs to the bundle [75] and cannot leave it (THREATS 20). */
static const char *
bind_source(struct mount_job *job)
{
	const char *source = job->mount->source;

	if (!source || !*source) {
		make_complain(job->m, &job->mount->at, "source",
			"a bind mount needs a source");
		return "/";
	}
	if (source[0] == '/')
		return source;
	/* "../../etc" stays in the bundle. */
	return make_printf(job->m, "%s%s", job->m->request->bundle,
		make_clean(job->m, source));
}

/* A bind is private with all below it unless its options say otherwise. */
static void
set_attributes(struct plan_source *source, const struct options *options)
{
	source->attr_set = options->set;
	source->attr_clear = options->clear;
	source->attr_set_all = options->set_all;
	source->attr_clear_all = options->clear_all;
	source->propagation = options->propagation ? options->propagation
						   : MS_PRIVATE | MS_REC;
}

/* [82, 83] */
static void
set_idmap(struct mount_job *job, struct plan_source *source)
{
	const struct oci_mount *mount = job->mount;
	bool own = mount->uid_mappings.n || mount->gid_mappings.n;
	struct plan_id_maps *maps;

	if (!own && !job->options.idmap)
		return;
	source->idmap = true;
	source->idmap_recursive = job->options.idmap_recursive;
	if (!own && job->options.idmap_own) {
		source->maps = job->options.idmap_own;
		return;
	}
	if (!own) {
		if (!job->m->user_ns)
			make_complain(job->m, &mount->at, "options",
				"idmap needs mappings, its own or those of a user namespace");
		return;
	}
	if (!mount->uid_mappings.n || !mount->gid_mappings.n) {
		make_complain(job->m, &mount->at,
			mount->uid_mappings.n ? "gidMappings" : "uidMappings",
			"uidMappings and gidMappings come together");
		return;
	}
	maps = make_alloc(job->m, sizeof(*maps));
	if (maps)
		id_maps_fill(job->m, &mount->uid_mappings, &mount->gid_mappings,
			maps);
	source->maps = maps;
}

/* A fresh filesystem has the owners of its own namespace. */
static void
refuse_idmap(struct mount_job *job)
{
	if (job->options.idmap || job->mount->uid_mappings.n ||
		job->mount->gid_mappings.n)
		make_complain(job->m, &job->mount->at,
			job->options.idmap ? "options" : "uidMappings",
			"only a bind mount can have id mappings");
}

/* All that is left to do inside: attach what comes in the slot. */
static struct plan_step *
add_bind_step(struct mount_job *job, int32_t slot, uint64_t flags)
{
	struct plan_step *step =
		block_step(&job->m->block, OP_BIND, &job->mount->at, NULL);

	step->slot = slot;
	step->text[0] = block_text(&job->m->block, job->target);
	step->number[2] = flags | target_flags(job);
	return step;
}

/* [75]: a bind by its options, whatever its type says. */
static void
add_bind(struct mount_job *job)
{
	const struct options *options = &job->options;
	enum plan_source_kind kind =
		options->copy_link ? PLAN_SOURCE_LINK : PLAN_SOURCE_BIND;
	struct plan_source *source;
	const char *path = bind_source(job);
	int32_t slot;

	check_proc(job, true);
	if (options->words.n)
		options_judge_words(job->m, job->mount);
	source = make_source(job->m, kind, &job->mount->at, NULL, &slot);
	source->path = path;
	source->recursive = options->recursive;
	source->nofollow = options->src_nofollow;
	set_attributes(source, options);
	set_idmap(job, source);
	add_bind_step(job, slot, options->copy_link ? PLAN_MOUNT_OVER_LINK : 0);
}

/* Changes a mount that is there already, by this config or in the rootfs.
 * Attributes that no word names stay as they are. */
static void
add_remount(struct mount_job *job)
{
	const struct options *options = &job->options;
	struct plan_step *step =
		block_step(&job->m->block, OP_REMOUNT, &job->mount->at, NULL);

	step->text[0] = block_text(&job->m->block, job->target);
	step->number[0] = options->set;
	step->number[1] = options->clear;
	step->number[2] = target_flags(job);
	step->number[3] = options->set_all;
	step->number[4] = options->clear_all;
	step->number[5] = options->propagation;
	/* Without "bind" mount(8) changes the filesystem, too; with it the
	 * mount alone. */
	if (!options->bind)
		block_strings(&job->m->block, 0, options->words.items,
			options->words.n);
	refuse_idmap(job);
}

/* What the host has stands for a filesystem that may not be made. */
static struct plan_source *
make_stand_in(
	struct mount_job *job, enum plan_source_kind kind, int32_t *out_slot)
{
	struct plan_source *source =
		make_source(job->m, kind, &job->mount->at, NULL, out_slot);

	set_attributes(source, &job->options);
	return source;
}

/* Is the cgroup namespace one in which cgroup2 can be mounted? */
static bool
has_private_cgroup_ns(const struct maker *m)
{
	return (m->new_ns & CLONE_NEWCGROUP) ||
		((m->joined_ns & CLONE_NEWCGROUP) && !m->plan->new_user);
}

/* Without a private cgroup namespace the container's own cgroup is bound, for
 * a mount would show the host's root; and read-only, for it is then one of
 * the host's (CVE-2023-25809). */
static void
add_cgroup_bind(struct mount_job *job)
{
	int32_t slot;
	struct plan_source *source =
		make_stand_in(job, PLAN_SOURCE_CGROUP, &slot);

	source->attr_set |= job->options.set_all;
	source->attr_set_all = 0;
	source->attr_clear_all = 0;
	source->attr_set |= MOUNT_ATTR_RDONLY;
	source->attr_clear &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	add_bind_step(job, slot, 0);
}

/* These have labels of their own, or none at all. */
static bool
takes_label(const char *type)
{
	static const char *const without[] = { "proc", "sysfs", "mqueue",
		"cgroup", "cgroup2" };

	return !IS_ONE_OF(type, without);
}

/* mount(8) has four kinds of labels. */
static const char *
label_option(struct maker *m)
{
	static const char *const kinds[] = { "context", "fscontext",
		"defcontext", "rootcontext" };
	const struct oci_string_entry *said = annotations_find(
		&m->config->annotations, ANNOTATION_MOUNT_CONTEXT);

	if (!said)
		return kinds[0];
	if (!IS_ONE_OF(said->value, kinds))
		make_complain(m, &said->at, NULL,
			"\"%s\" is no kind of label that mount(8) has",
			said->value);
	return said->value;
}

/* The words for the filesystem: its own, "ro", the label. */
static void
add_words(struct mount_job *job)
{
	const char *label = job->m->linux->mount_label;
	struct pile *words = &job->options.words;
	struct maker *m = job->m;

	/* What is left of cgroup v1 in type cgroup means nothing to v2. */
	if (strcmp(job->type, "cgroup") == 0)
		words->n = 0;
	if (job->options.superblock_ro && !IS_ONE_OF(job->type, pseudo_types))
		*(const char **)pile_add(words, m->arena) = "ro";
	if (label && *label && takes_label(job->type))
		*(const char **)pile_add(words, m->arena) =
			make_printf(m, "%s=%s", label_option(m), label);
	m->broken |= words->broken;
	block_strings(&m->block, 0, words->items, words->n);
}

/* A fresh tmpfs may be wanted read-only and yet be filled: masks.c decides
 * when all targets are known. */
static void
note_read_only(struct mount_job *job, struct plan_step *step)
{
	struct make_target *noted;

	if (!(step->number[0] & MOUNT_ATTR_RDONLY) ||
		strcmp(job->type, "tmpfs") != 0)
		return;
	noted = pile_add(&job->m->read_only, job->m->arena);
	noted->path = job->target;
	noted->step = job->m->block.steps.n - 1;
}

/* The kernel makes a sysfs for who is root of the network namespace that it
 * would show; in a new user namespace without a network of its own nobody is.
 * The host's is bound then, as for crun's users, and read-only with all that
 * is mounted in it: cgroups may be the caller's (CVE-2023-25809). */
static bool
needs_host_sysfs(const struct mount_job *job)
{
	uint64_t own = job->m->new_ns | job->m->joined_ns;

	return strcmp(job->type, "sysfs") == 0 && job->m->plan->new_user &&
		!(own & CLONE_NEWNET);
}

static void
add_sysfs_bind(struct mount_job *job)
{
	int32_t slot;
	struct plan_source *source =
		make_stand_in(job, PLAN_SOURCE_BIND, &slot);

	source->path = "/sys";
	source->recursive = true;
	source->attr_set_all |= source->attr_set | MOUNT_ATTR_RDONLY;
	source->attr_clear = source->attr_clear_all = 0;
	source->attr_set = 0;
	add_bind_step(job, slot, 0);
}

/* A filesystem that the kernel makes anew. proc and sysfs only go on real
 * directories (CVE-2019-19921). */
static void
add_filesystem(struct mount_job *job)
{
	const struct options *options = &job->options;
	bool cgroup = strcmp(job->type, "cgroup") == 0 ||
		strcmp(job->type, "cgroup2") == 0;
	bool strict = strcmp(job->type, "proc") == 0 ||
		strcmp(job->type, "sysfs") == 0;
	struct block *block = &job->m->block;
	struct plan_step *step;

	check_proc(job, false);
	refuse_idmap(job);
	if (!IS_ONE_OF(job->type, networkless_types))
		namespaces_add_network(job->m);
	if (options->copy_up && strcmp(job->type, "tmpfs") != 0)
		make_complain(job->m, &job->mount->at, "options",
			"tmpcopyup is for tmpfs, not for %s", job->type);
	if (cgroup && !has_private_cgroup_ns(job->m)) {
		add_cgroup_bind(job);
		return;
	}
	if (needs_host_sysfs(job)) {
		add_sysfs_bind(job);
		return;
	}
	/* What it shows is the cgroup of who mounts it. */
	if (cgroup)
		seat_add(job->m);
	step = block_step(block, OP_MOUNT, &job->mount->at, NULL);
	step->text[0] = block_text(block, job->target);
	step->text[1] = block_text(block, cgroup ? "cgroup2" : job->type);
	step->text[2] =
		block_text(block, cgroup ? "cgroup" : job->mount->source);
	step->number[0] = options->set | options->set_all;
	step->number[1] = options->propagation;
	step->number[2] = target_flags(job) |
		(strict ? PLAN_MOUNT_STRICT_DIR : 0) |
		(options->copy_up ? PLAN_MOUNT_COPYUP : 0);
	note_read_only(job, step);
	add_words(job);
}

/* mount --make-rslave TARGET, as an entry of mounts. */
static bool
is_propagation_only(const struct mount_job *job)
{
	return job->options.propagation &&
		(!*job->type || strcmp(job->type, "none") == 0);
}

/* One entry of the config becomes one step. */
static void
add_mount(struct maker *m, const struct oci_mount *mount)
{
	struct mount_job job = {
		.m = m, .mount = mount, .type = mount->type ? mount->type : ""
	};

	if (!*mount->destination) {
		make_complain(m, &mount->at, "destination",
			"a mount needs a destination");
		return;
	}
	/* A relative one is taken from "/" [74]. */
	job.target = make_clean(m, mount->destination);
	options_read(m, mount, &job.options);
	/* The dummy types of mount(8): the kernel knows no such filesystem. */
	if (strcmp(job.type, "rbind") == 0)
		job.options.bind = job.options.recursive = true;
	else if (strcmp(job.type, "bind") == 0)
		job.options.bind = true;

	if (job.options.remount ||
		(!job.options.bind && is_propagation_only(&job)))
		add_remount(&job);
	else if (job.options.bind)
		add_bind(&job);
	else if (*job.type)
		add_filesystem(&job);
	else
		make_complain(m, &mount->at, "type",
			"a mount that is no bind needs a type");
	make_note_target(m, job.target);
}

/* sd_notify(3): the engine's socket, bound to a place of its own. */
static void
add_notify_socket(struct maker *m)
{
	struct plan_source *source;
	struct plan_step *step;
	int32_t slot;

	if (!m->request->notify_socket || m->request->notify_socket[0] != '/' ||
		!m->own_mounts)
		return;
	source = make_source(m, PLAN_SOURCE_BIND, NULL, NULL, &slot);
	source->path = m->request->notify_socket;
	source->attr_set =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	source->propagation = MS_PRIVATE | MS_REC;
	step = block_step(&m->block, OP_BIND, NULL, NULL);
	step->slot = slot;
	step->text[0] = block_text(&m->block, MAKE_NOTIFY_PATH);
	make_note_target(m, MAKE_NOTIFY_PATH);
}

/* A filesystem on a device, an overlay, a FUSE: its source and its words may
 * be paths, and the kernel looks them up where the mount is made. */
static bool
needs_host_tree(const struct oci_mount *mount)
{
	if (!mount->type || !*mount->type ||
		IS_ONE_OF(mount->type, pseudo_types) ||
		IS_ONE_OF(mount->type, dummy_types))
		return false;
	for (size_t i = 0; i < mount->options.n; i++) {
		const struct names_mount_option *option =
			names_mount_option(mount->options.items[i]);

		if (option &&
			(option->kind == MOUNT_BINDS ||
				option->kind == MOUNT_REMOUNTS))
			return false;
	}
	return true;
}

/* Then the pinned namespace, which is almost empty, will not do. */
bool
mounts_need_host_tree(const struct oci_config *config)
{
	for (size_t i = 0; i < config->mounts.n; i++)
		if (needs_host_tree(&config->mounts.items[i]))
			return true;
	return false;
}

void
mounts_add(struct maker *m)
{
	for (size_t i = 0; i < m->config->mounts.n; i++)
		add_mount(m, &m->config->mounts.items[i]);
	add_notify_socket(m);
	namespaces_add_network(m);
}
