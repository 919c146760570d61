/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device nodes, the links of /dev, and the console. A node of linux.devices
 * takes the place of the default one at the same path. In a user namespace no
 * node can be made: the host's own is bound, verified to be the right one. All
 * of it comes behind the mounts, for /dev is usually one of them [57, 118-124].
 */
#include "plan/devices.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys.h"
#include "plan/make.h"

const struct devices_node devices_default[DEVICES_N_DEFAULT] = {
	{ "/dev/null", 1, 3 },
	{ "/dev/zero", 1, 5 },
	{ "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 },
	{ "/dev/urandom", 1, 9 },
	{ "/dev/tty", 5, 0 },
};

static const struct {
	const char *path, *to;
	bool of_proc; /* leads into /proc: only where that is mounted */
	bool may_stay;
} links[] = {
	{ "/dev/fd", "/proc/self/fd", true, true },
	{ "/dev/stdin", "/proc/self/fd/0", true, true },
	{ "/dev/stdout", "/proc/self/fd/1", true, true },
	{ "/dev/stderr", "/proc/self/fd/2", true, true },
	{ "/dev/ptmx", "pts/ptmx", false, false },
};

char
devices_type(const char *type)
{
	if (!type[0] || type[1] || !strchr("cbup", type[0]))
		return 0;
	return type[0] == 'u' ? 'c' : type[0];
}

/* The host's node of the same path, which whoever opens it proves to be the
 * device that was meant: a lookalike is refused. */
static void
add_bound_node(struct maker *m, const struct place *at, const char *path,
	uint32_t type, uint64_t device)
{
	struct plan_source *source;
	struct plan_step *step;
	int32_t slot;

	source = make_source(m, PLAN_SOURCE_DEVICE, at, NULL, &slot);
	source->path = path;
	source->number = type;
	source->device = device;
	/* Nothing that is mounted there is for the host to see. */
	source->propagation = MS_PRIVATE;
	step = block_step(&m->block, OP_DEVICE_BIND, at, NULL);
	step->slot = slot;
	step->text[0] = block_text(&m->block, path);
}

/* mknod(2) inside. Owner and group are filled in by who knows them. */
static void
add_node(struct maker *m, const struct place *at, const char *path,
	uint32_t mode, uint64_t device)
{
	struct plan_step *step;

	step = block_step(&m->block, OP_DEVICE, at, NULL);
	step->text[0] = block_text(&m->block, path);
	step->number[0] = mode;
	step->number[1] = device;
}

/* One device of the list, in the way that is possible here. */
static void
add_device(struct maker *m, const struct oci_device *device, const char *path)
{
	char type = devices_type(device->type);
	uint32_t format = type == 'c' ? S_IFCHR
		: type == 'b'         ? S_IFBLK
				      : S_IFIFO;
	uint64_t number = 0;
	struct plan_step *step;

	if (format != S_IFIFO)
		number = makedev(
			(unsigned)*device->major, (unsigned)*device->minor);
	/* A pipe is no device: anybody may make one. */
	if ((m->user_ns || !m->request->root) && format != S_IFIFO) {
		add_bound_node(m, &device->at, path, format, number);
	} else {
		add_node(m, &device->at, path,
			format |
				(device->file_mode ? *device->file_mode & 0777
						   : 0666),
			number);
		step = (struct plan_step *)m->block.steps.items +
			m->block.steps.n - 1;
		step->number[2] = device->uid ? *device->uid : 0;
		step->number[3] = device->gid ? *device->gid : 0;
	}
	make_note_target(m, path);
}

/* The kernel's dev_t has 12 bits for the major and 20 for the minor number. */
static bool
check_number(struct maker *m, const struct oci_device *device,
	const int64_t *number, const char *member, int64_t max)
{
	if (!number) {
		make_complain(m, &device->at, member,
			"a device of type %s needs a %s number", device->type,
			member);
		return false;
	}
	if (*number < 0 || *number > max) {
		make_complain(m, &device->at, member,
			"%s number %lld is outside 0..%lld", member,
			(long long)*number, (long long)max);
		return false;
	}
	return true;
}

/* Complains about a device that could not be made; false: leave it out. */
static bool
check_device(struct maker *m, const struct oci_device *device)
{
	char type = devices_type(device->type);

	if (!type) {
		make_complain(m, &device->at, "type",
			"unknown device type \"%s\", expected c, b, u or p",
			device->type);
		return false;
	}
	if (!*device->path)
		return false;
	return type == 'p' ||
		(check_number(m, device, device->major, "major", 4095) &&
			check_number(
				m, device, device->minor, "minor", 1048575));
}

/* Engines repeat themselves; twice the same is once. */
static bool
same_device(const struct oci_device *a, const struct oci_device *b)
{
	if (devices_type(a->type) != devices_type(b->type))
		return false;
	return devices_type(a->type) == 'p' ||
		(a->major && b->major && *a->major == *b->major && a->minor &&
			b->minor && *a->minor == *b->minor);
}

/* The index of an earlier device of the list with this path, or n. */
static size_t
earlier(struct maker *m, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(m->device_paths[i], path) == 0)
			return i;
	return n;
}

/* linux.devices, in its order. The second device for a path is a mistake
 * unless it is the first again [122]. */
static void
add_listed(struct maker *m)
{
	const struct oci_device *items = m->linux->devices.items;

	for (size_t i = 0; i < m->linux->devices.n; i++) {
		const char *path = m->device_paths[i];
		size_t twin;

		if (!check_device(m, &items[i]))
			continue;
		twin = earlier(m, i, path);
		if (twin == i)
			add_device(m, &items[i], path);
		else if (!same_device(&items[i], &items[twin]))
			make_complain(m, &items[i].at, "path",
				"\"%s\" is another device in item %zu", path,
				twin);
	}
}

/* Has the config its own idea of this path? */
static bool
is_listed(struct maker *m, const char *path)
{
	return earlier(m, m->linux->devices.n, path) < m->linux->devices.n;
}

/* One of the six that are always there, unless the config has another in its
 * place. */
static void
add_default(struct maker *m, const struct devices_node *node)
{
	uint64_t device = makedev(node->major, node->minor);

	if (is_listed(m, node->path))
		return;
	if (m->user_ns || !m->request->root)
		add_bound_node(m, NULL, node->path, S_IFCHR, device);
	else
		add_node(m, NULL, node->path, S_IFCHR | 0666, device);
	make_note_target(m, node->path);
}

/* The links of /dev/fd lead into /proc; without it they would lead nowhere
 * [57]. */
static bool
has_proc(const struct maker *m)
{
	const struct make_target *targets = m->targets.items;

	for (size_t i = 0; i < m->targets.n; i++)
		if (strcmp(targets[i].path, "/proc") == 0)
			return true;
	return false;
}

/* What an image has at these paths may stay where it does no harm; ptmx must
 * be the container's own, so that no terminal of the host is opened. */
static void
add_links(struct maker *m)
{
	bool proc = has_proc(m);

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct plan_step *step;

		if ((links[i].of_proc && !proc) || is_listed(m, links[i].path))
			continue;
		step = block_step(&m->block, OP_SYMLINK, NULL, NULL);
		step->text[0] = block_text(&m->block, links[i].path);
		step->text[1] = block_text(&m->block, links[i].to);
		step->number[0] = links[i].may_stay;
		make_note_target(m, links[i].path);
	}
}

/* /dev/console is the terminal's own node, bound [124]; it comes last, for
 * it needs the devpts that a mount has made. */
void
devices_add_console(struct maker *m)
{
	const struct oci_process *process = m->config->process;
	struct plan_step *step;
	int32_t slot = -1;

	if (!m->plan->terminal)
		return;
	if (m->request->console_socket)
		make_source(m, PLAN_SOURCE_CONSOLE, NULL, NULL, &slot);
	step = block_step(&m->block, OP_CONSOLE, &process->at, "terminal");
	step->slot = slot;
	step->number[0] = m->plan->rows;
	step->number[1] = m->plan->columns;
	make_note_target(m, "/dev/console");
}

void
devices_add(struct maker *m)
{
	m->device_paths =
		make_alloc(m, m->linux->devices.n * sizeof(*m->device_paths));
	if (!m->device_paths)
		return;
	for (size_t i = 0; i < m->linux->devices.n; i++)
		m->device_paths[i] =
			make_clean(m, m->linux->devices.items[i].path);
	for (size_t i = 0; i < DEVICES_N_DEFAULT; i++)
		add_default(m, &devices_default[i]);
	add_listed(m);
	add_links(m);
	devices_add_console(m);
}
