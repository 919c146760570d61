/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surrounds the process besides its filesystem: host and domain name,
 * sysctls, the session keyring, the personality. A sysctl is taken only when
 * it belongs to a namespace that is not the host's: everything else would
 * change the host and is refused by name [167].
 */
#include <linux/sched.h>
#include <string.h>

#include "base/str.h"
#include "plan/make.h"
#include "plan/names.h"

/* Which sysctls belong to which namespace; a path that ends in "/" or "*" is
 * a prefix. */
static const struct {
	const char *path;
	uint64_t kind;
} namespaced[] = {
	{ "kernel/sem", CLONE_NEWIPC },
	{ "kernel/msg*", CLONE_NEWIPC },
	{ "kernel/shm*", CLONE_NEWIPC },
	{ "kernel/auto_msgmni", CLONE_NEWIPC },
	{ "fs/mqueue/", CLONE_NEWIPC },
	{ "net/", CLONE_NEWNET },
	{ "kernel/hostname", CLONE_NEWUTS },
	{ "kernel/domainname", CLONE_NEWUTS },
	{ "user/", CLONE_NEWUSER },
};

/* Does a pattern of the table cover the path? */
static bool
path_matches(const char *path, const char *pattern)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return strncmp(path, pattern, len - 1) == 0;
	return pattern[len - 1] == '/'
		? strncmp(path, pattern, len) == 0 && path[len]
		: strcmp(path, pattern) == 0;
}

/* As sysctl(8): the first separator says whether "." or "/" parts the words,
 * the other is then part of a name (net.ipv4.conf.eth0/100.forwarding). */
static const char *
sysctl_path(struct maker *m, const char *key)
{
	size_t first = strcspn(key, "./");
	size_t size = strlen(key) + 1;
	char *path = make_alloc(m, size);

	if (!path)
		return "";
	memcpy(path, key, size);
	for (char *at = path; key[first] == '.' && *at; at++)
		*at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
	return path;
}

/* Names alone: no "..", no empty one, nothing absolute. */
static bool
is_plain_path(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len <= 2 && strspn(path, ".") >= len))
			return false;
		path += len;
		if (*path == '/' && !*++path)
			return false;
	}
	return true;
}

/* A name that two properties set, a name of the host, or one whose namespace
 * is the host's: refused, each in its own words. */
static bool
check_sysctl(
	struct maker *m, const struct oci_string_entry *entry, const char *path)
{
	if (!*path || !is_plain_path(path)) {
		make_complain(m, &entry->at, NULL,
			"\"%s\" is not the name of a sysctl", entry->key);
		return false;
	}
	if ((strcmp(path, "kernel/hostname") == 0 && m->config->hostname) ||
		(strcmp(path, "kernel/domainname") == 0 &&
			m->config->domainname)) {
		make_complain(m, &entry->at, NULL,
			"%s is said twice, here and in /%s", entry->key,
			path + 7);
		return false;
	}
	for (size_t i = 0; i < sizeof(namespaced) / sizeof(namespaced[0]);
		i++) {
		if (!path_matches(path, namespaced[i].path))
			continue;
		if ((m->new_ns | m->joined_ns) & namespaced[i].kind)
			return true;
		make_complain(m, &entry->at, NULL,
			"sysctl %s needs %s %s namespace, or it would change the host",
			entry->key,
			namespaced[i].kind == CLONE_NEWIPC ? "an" : "a",
			names_word(&names_namespaces, namespaced[i].kind));
		return false;
	}
	make_complain(m, &entry->at, NULL,
		"sysctl %s belongs to no namespace: it would change the host",
		entry->key);
	return false;
}

/* In the config's order; the path is resolved below sys/ of a verified
 * procfs, without links (CVE-2025-52881). */
static void
add_sysctls(struct maker *m)
{
	for (size_t i = 0; i < m->linux->sysctl.n; i++) {
		const struct oci_string_entry *entry =
			&m->linux->sysctl.items[i];
		const char *path = sysctl_path(m, entry->key);
		struct plan_step *step;

		if (!check_sysctl(m, entry, path))
			continue;
		step = block_step(&m->block, OP_SYSCTL, &entry->at, NULL);
		step->slot = make_proc_slot(m);
		step->text[0] = block_text(&m->block, path);
		step->text[1] = block_text(&m->block, entry->value);
	}
}

/* In the host's uts namespace it would rename the host. The kernel's limit
 * is __NEW_UTS_LEN, 64. */
static void
add_name(struct maker *m, enum plan_op op, const char *member, const char *name)
{
	struct plan_step *step;

	if (!name || !*name)
		return;
	if (!((m->new_ns | m->joined_ns) & CLONE_NEWUTS))
		make_complain(m, &m->config->at, member,
			"%s needs a uts namespace, or it would change the host's",
			member);
	if (strlen(name) > 64)
		make_complain(m, &m->config->at, member,
			"%s is longer than 64 bytes", member);
	step = block_step(&m->block, op, &m->config->at, member);
	step->text[0] = block_text(&m->block, name);
}

/* Two domains and no flags are all the specification has [182]. */
static void
add_personality(struct maker *m)
{
	const struct oci_personality *personality = m->linux->personality;
	uint64_t domain;

	if (!personality)
		return;
	if (personality->flags.n)
		make_complain(m, &personality->at, "flags",
			"no personality flag is supported");
	if (!personality->domain) {
		make_complain(m, &personality->at, "domain",
			"a personality needs a domain");
		return;
	}
	if (names_find(&names_personalities, personality->domain, &domain))
		block_step(
			&m->block, OP_PERSONALITY, &personality->at, "domain")
			->number[0] = domain;
	else
		make_unknown(m, &personality->at, "domain", "personality",
			personality->domain,
			names_near(&names_personalities, personality->domain));
}

/* What is each process's own. */
void
surroundings_add_process(struct maker *m)
{
	if (!m->request->no_new_keyring)
		block_step(&m->block, OP_KEYRING, NULL, NULL)->text[0] =
			block_text(&m->block,
				make_printf(m, "_ses.%s", m->request->id));
	add_personality(m);
}

void
surroundings_add(struct maker *m)
{
	add_name(m, OP_HOSTNAME, "hostname", m->config->hostname);
	add_name(m, OP_DOMAINNAME, "domainname", m->config->domainname);
	add_sysctls(m);
	surroundings_add_process(m);
}
