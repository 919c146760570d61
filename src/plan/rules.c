/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of the whole document that belong to no part of it: the version, the
 * annotations. Those that ask for what is not here are refused by name: what a
 * config asks for is done or the container is not made.
 */
#include <string.h>

#include "base/str.h"
#include "plan/annotations.h"
#include "plan/make.h"

/* A number of semver.org 2.0.0: digits without a leading zero. */
static const char *
skip_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits == 0 || (digits > 1 && text[0] == '0') ? NULL
							     : text + digits;
}

/* Identifiers parted by dots; those of a pre-release that are numbers have no
 * leading zero. */
static const char *
skip_identifiers(const char *text, bool numbers_plain)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";

	for (;; text++) {
		size_t len = strspn(text, letters);

		if (len == 0 ||
			(numbers_plain && len > 1 && text[0] == '0' &&
				strspn(text, "0123456789") == len))
			return NULL;
		text += len;
		if (*text != '.')
			return text;
	}
}

/* MAJOR.MINOR.PATCH, -PRE and +BUILD, all of it. */
static bool
is_version(const char *text)
{
	for (int i = 0; i < 3 && text; i++) {
		text = skip_number(text);
		if (text && i < 2)
			text = *text == '.' ? text + 1 : NULL;
	}
	if (text && *text == '-')
		text = skip_identifiers(text + 1, true);
	if (text && *text == '+')
		text = skip_identifiers(text + 1, false);
	return text && !*text;
}

/* Every 1.x: a later minor version only adds what we would skip [7, 8]. */
static void
check_version(struct maker *m)
{
	const char *version = m->config->oci_version;

	if (!is_version(version))
		make_complain(m, &m->config->at, "ociVersion",
			"\"%s\" is not a version such as \"1.3.0\"", version);
	else if (!str_has_prefix(version, "1."))
		make_complain(m, &m->config->at, "ociVersion",
			"version %s of the specification is not supported, 1.x is",
			version);
}

/* Known to ask for what is not here. To pass over them, as over one that nobody
 * knows, would run the container with less between it and the host, or to its
 * end in an odd way. */
static const struct {
	enum annotation which;
	const char *why;
} refused[] = {
	{ ANNOTATION_HANDLER, "no handler is supported" },
	{ ANNOTATION_SECCOMP_BPF,
		"a filter is given by its rules, in linux.seccomp" },
	{ ANNOTATION_FORCE_CGROUP_V1, "cgroup v1 is not supported" },
};

static void
check_refused(struct maker *m)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct oci_string_entry *said = annotations_find(
			&m->config->annotations, refused[i].which);

		if (said && *said->value)
			make_complain(m, &said->at, NULL, "%s: %s", said->key,
				refused[i].why);
	}
}

static void
check_annotations(struct maker *m)
{
	check_refused(m);
	for (size_t i = 0; i < m->config->annotations.n; i++)
		if (!*m->config->annotations.items[i].key)
			make_complain(m, &m->config->annotations.items[i].at,
				NULL, "an annotation needs a key");
}

/* A section for another system may stand beside ours; alone it says whose the
 * config is. */
static void
check_system(struct maker *m)
{
	if (m->config->freebsd && !m->config->linux)
		make_complain(m, &m->config->freebsd->at, NULL,
			"this config is for FreeBSD: it has a freebsd section and no linux one");
}

void
rules_check(struct maker *m)
{
	check_system(m);
	check_version(m);
	check_annotations(m);
}
