/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the device program, made only where the config has rules of its
 * own. Their order is: nothing for anybody, then what every container needs,
 * then linux.devices, then the config's rules as listed [142]. The last rule
 * that matches decides, so that a rule of the config can take away anything;
 * only "deny all", with which our list begins as well, would take the defaults
 * with it: it takes back what was said before it, and nothing else. Engines say
 * it more than once: Podman 5 begins with two, Docker 28 says its list twice.
 */
#include <linux/bpf.h>
#include <string.h>

#include "plan/devices.h"
#include "plan/make.h"

#define ALL_ACCESS                                                             \
	(BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)

static const struct plan_device_rule always[] = {
	{ false, 'a', -1, -1, ALL_ACCESS },
	/* making a node opens nothing */
	{ true, 'c', -1, -1, BPF_DEVCG_ACC_MKNOD },
	{ true, 'b', -1, -1, BPF_DEVCG_ACC_MKNOD },
	{ true, 'c', 5, 1, ALL_ACCESS },    /* /dev/console */
	{ true, 'c', 5, 2, ALL_ACCESS },    /* /dev/pts/ptmx */
	{ true, 'c', 136, -1, ALL_ACCESS }, /* /dev/pts/N */
};

/* "rwm" in any order; nothing said means everything [142]. */
static bool
parse_access(const char *text, uint32_t *out)
{
	uint32_t access = 0;

	for (; *text; text++) {
		if (*text == 'r')
			access |= BPF_DEVCG_ACC_READ;
		else if (*text == 'w')
			access |= BPF_DEVCG_ACC_WRITE;
		else if (*text == 'm')
			access |= BPF_DEVCG_ACC_MKNOD;
		else
			return false;
	}
	*out = access ? access : ALL_ACCESS;
	return true;
}

/* A rule of the config. What is not said stands for all, as L:409-415 has
 * it; "u" is another word for "c". */
static struct plan_device_rule
make_rule(struct maker *m, const struct oci_device_cgroup *item)
{
	struct plan_device_rule rule = {
		.allow = *item->allow, .type = 'a', .access = ALL_ACCESS,
		.major = item->major ? *item->major : -1, .minor = item->minor ? *item->minor : -1,
	};

	if (item->type && *item->type) {
		rule.type = item->type[0] == 'u' ? 'c' : item->type[0];
		if (item->type[1] || !strchr("abcu", item->type[0]))
			make_complain(m, &item->at, "type",
				"unknown device type \"%s\", not a, b or c",
				item->type);
	}
	if (rule.major < -1 || rule.major > UINT32_MAX || rule.minor < -1 ||
		rule.minor > UINT32_MAX)
		make_complain(m, &item->at,
			rule.major < -1 || rule.major > UINT32_MAX ? "major"
								   : "minor",
			"a device number is at least 0, or -1 for all");
	if (item->access && !parse_access(item->access, &rule.access))
		make_complain(m, &item->at, "access",
			"access \"%s\" may hold r, w and m alone",
			item->access);
	return rule;
}

/* The rule that engines begin with, and that our list begins with as well. */
static bool
is_deny_all(const struct plan_device_rule *rule)
{
	return !rule->allow && rule->type == 'a' && rule->major == -1 &&
		rule->minor == -1 && rule->access == ALL_ACCESS;
}

static void
add_rule(struct maker *m, struct pile *rules,
	const struct plan_device_rule *rule)
{
	memcpy(pile_add(rules, m->arena), rule, sizeof(*rule));
}

/* What linux.devices lists: a node that is made should also open. */
static void
make_nodes(struct maker *m)
{
	struct plan_resources *resources = &m->plan->resources;
	struct pile nodes = PILE_OF(struct plan_device_rule);

	for (size_t i = 0; i < m->linux->devices.n; i++) {
		const struct oci_device *device = &m->linux->devices.items[i];
		char type = devices_type(device->type);

		if (!type || type == 'p' || !device->major || !device->minor)
			continue;
		add_rule(m, &nodes,
			&(struct plan_device_rule){ true, type, *device->major,
				*device->minor, ALL_ACCESS });
	}
	m->broken |= nodes.broken;
	resources->nodes = m->present ? m->present->devices : nodes.items;
	resources->n_nodes = m->present ? m->present->n_devices : nodes.n;
}

/* What every container has, and its own nodes. */
static void
add_devices(struct maker *m, struct pile *rules)
{
	const struct plan_resources *resources = &m->plan->resources;

	for (size_t i = 0; i < DEVICES_N_DEFAULT; i++)
		add_rule(m, rules,
			&(struct plan_device_rule){ true, 'c',
				devices_default[i].major,
				devices_default[i].minor, ALL_ACCESS });
	for (size_t i = 0; i < resources->n_nodes; i++)
		add_rule(m, rules, &resources->nodes[i]);
}

void
device_rules_make(struct maker *m)
{
	const struct oci_resources *resources = m->linux->resources;
	struct pile rules = PILE_OF(struct plan_device_rule);
	size_t base;

	make_nodes(m);
	if (!resources || !resources->devices.n)
		return;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add_rule(m, &rules, &always[i]);
	add_devices(m, &rules);
	base = rules.n;
	for (size_t i = 0; i < resources->devices.n; i++) {
		struct plan_device_rule rule =
			make_rule(m, &resources->devices.items[i]);

		if (is_deny_all(&rule))
			rules.n = base;
		else
			add_rule(m, &rules, &rule);
	}
	m->broken |= rules.broken;
	m->plan->resources.device_program = true;
	m->plan->resources.device_rules = rules.items;
	m->plan->resources.n_device_rules = rules.n;
}
