/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and paths of scopes (systemd.unit(5), systemd.slice(5)). A dash in a
 * slice's name leads a level down: "a-b.slice" is in "a.slice". A name that
 * systemd would refuse is refused here, in words that name the cgroupsPath.
 */
#include "plan/unit.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define SLICE ".slice"
#define SCOPE ".scope"

/* UNIT_NAME_MAX of systemd, with its NUL. */
#define NAME_MAX_BYTES 256

/* Of a text that need not end where its length says. */
static bool
has_suffix(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

/* A part of a unit's name: dashes stay, for they are the slice's own business
 * and nothing to a scope. */
static void
add_escaped(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || strchr("_.-:", c);

		/* A hidden name would be no unit's. */
		if (plain && c && (c != '.' || out->len))
			str_add_len(out, &c, 1);
		else
			str_addf(out, "\\x%02x", (unsigned char)c);
	}
}

/* Words with single dashes between them, as they are; no path, for what is in
 * a slice is said by dashes. */
static bool
is_slice(const char *name, size_t len)
{
	if (len == strlen("-.slice") && memcmp(name, "-.slice", len) == 0)
		return true;
	if (len >= NAME_MAX_BYTES || !has_suffix(name, len, SLICE))
		return false;
	len -= strlen(SLICE);
	for (size_t i = 0; i < len; i++)
		if (name[i] == '/' || (unsigned char)name[i] <= ' ' ||
			(name[i] == '-' && (i == 0 || name[i - 1] == '-')))
			return false;
	return len > 0 && name[len - 1] != '-';
}

/* The first of the three parts; "-" is the root, which all slices are in. */
static int
parse_slice(struct arena *arena, const char *text, size_t len,
	const char *fallback, const char **out, struct err *err)
{
	if (len == 0)
		*out = fallback;
	else if (len == 1 && *text == '-')
		*out = "-" SLICE;
	else if (is_slice(text, len))
		*out = arena_text(arena, text, len);
	else
		return err_say(err,
			"cgroupsPath: \"%.*s\" is not the name of a slice, %s",
			(int)len, text, "such as a-b.slice");
	return *out ? 0 : err_code(err, ENOMEM, "cgroupsPath");
}

/* "slice:prefix:name": where the three begin and end. */
static int
split(const char *text, const char *parts[3], size_t lens[3], struct err *err)
{
	for (size_t i = 0; i < 3; i++) {
		parts[i] = text;
		lens[i] = i < 2 ? strcspn(text, ":") : strlen(text);
		if (i < 2 && text[lens[i]] != ':')
			return err_say(err,
				"cgroupsPath %s: with systemd it has the form slice:prefix:name",
				parts[0]);
		text += lens[i] + 1;
	}
	if (lens[2] == 0)
		return err_say(
			err, "cgroupsPath %s: the name is missing", parts[0]);
	/* runc would make a slice of it, as kubelet does for its pods; but a
	 * cgroup that others are made in can hold no process. */
	if (has_suffix(parts[2], lens[2], SLICE))
		return err_say(err,
			"cgroupsPath %s: a container is a scope, in a slice no process can be",
			parts[0]);
	return 0;
}

/* The three parts by themselves first, then the scope's name of the last two:
 * an empty prefix leaves no dash behind. */
int
unit_name_parse(struct arena *arena, const char *cgroups_path, const char *id,
	const char *default_slice, struct unit_name *out, struct err *err)
{
	const char *parts[3] = { "", "scrim", id };
	size_t lens[3] = { 0, strlen("scrim"), strlen(id) };
	auto_str scope = { 0 };
	struct unit_name name;

	if (cgroups_path && *cgroups_path &&
		split(cgroups_path, parts, lens, err) < 0)
		return -1;
	if (parse_slice(arena, parts[0], lens[0], default_slice, &name.slice,
		    err) < 0)
		return -1;
	add_escaped(&scope, parts[1], lens[1]);
	if (lens[1])
		str_add(&scope, "-");
	add_escaped(&scope, parts[2], lens[2]);
	str_add(&scope, SCOPE);
	if (scope.len >= NAME_MAX_BYTES)
		return err_say(err,
			"cgroupsPath: %s is too long for the name of a unit",
			scope.data);
	name.scope =
		scope.broken ? NULL : arena_text(arena, scope.data, scope.len);
	if (!name.scope)
		return err_code(err, ENOMEM, "cgroupsPath");
	*out = name;
	return 0;
}

/* "/MANAGER/a.slice/a-b.slice/SCOPE/SUBGROUP": every slice lies in the one
 * whose name is its own up to the last dash. */
const char *
unit_path(struct arena *arena, const char *manager,
	const struct unit_name *name, const char *subgroup)
{
	const char *slice = name->slice;
	size_t len = strlen(slice) - strlen(SLICE);
	auto_str path = { 0 };

	str_add(&path, strcmp(manager, "/") == 0 ? "" : manager);
	/* A level for each dash; the root's name has no level of its own. */
	for (size_t i = 1; len > 1 || *slice != '-'; i++) {
		if (i < len && slice[i] != '-')
			continue;
		str_addf(&path, "/%.*s" SLICE, (int)i, slice);
		if (i >= len)
			break;
	}
	str_addf(&path, "/%s", name->scope);
	if (subgroup)
		str_addf(&path, "/%s", subgroup);
	return path.broken ? NULL : arena_text(arena, path.data, path.len);
}

/* The only cgroups that have a scope's name are scopes: a subgroup is refused
 * one (host/systemd.c). */
char *
unit_of_path(const char *path)
{
	size_t len = strlen(path);

	/* The last component, or the one above it. */
	for (int level = 0; level < 2; level++) {
		size_t start = len;

		while (start > 0 && path[start - 1] != '/')
			start--;
		if (has_suffix(path + start, len - start, SCOPE))
			return strndup(path + start, len - start);
		len = start > 0 ? start - 1 : 0;
	}
	return NULL;
}

/* What is added lives as long as the arena. */
void
unit_add(struct unit_list *list, const char *name, const char *type,
	const union unit_basic *values, size_t n)
{
	struct unit_property *property = pile_add(&list->items, list->arena);
	union unit_basic *copy = arena_array(list->arena, union unit_basic, n);

	if (!copy) {
		list->items.broken = true;
		return;
	}
	if (n)
		memcpy(copy, values, n * sizeof(*copy));
	*property = (struct unit_property){ name, type, copy, n };
}

/* The three types that nearly all properties have. */
void
unit_add_bool(struct unit_list *list, const char *name, bool value)
{
	unit_add(list, name, "b", &(union unit_basic){ .u = value }, 1);
}

void
unit_add_number(struct unit_list *list, const char *name, uint64_t value)
{
	unit_add(list, name, "t", &(union unit_basic){ .u = value }, 1);
}

void
unit_add_text(struct unit_list *list, const char *name, const char *value)
{
	unit_add(list, name, "s", &(union unit_basic){ .s = value }, 1);
}
