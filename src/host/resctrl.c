/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What linux.intelRdt asks of resctrl [155-165]. A group that has the
 * container's own name is made with it and goes with it. Any other belongs to
 * whoever names it: one that is there must already say what the config says,
 * one that is not is made and stays. The kernel's reason for a refusal is in
 * info/last_cmd_status. All functions but resctrl_open() work on a directory
 * that they are given.
 */
#include "host/resctrl.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "plan/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Where it is mounted: resctrl.rst, and everywhere. */
#define RESCTRL_PATH "/sys/fs/resctrl"

#define DOMAIN_PREFIX "mon_L3_"
#define SCHEMATA_MAX  ((size_t)64 << 10)

int
resctrl_open(struct err *err)
{
	auto_fd fd = openat(AT_FDCWD, RESCTRL_PATH,
		O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	if (fd >= 0 && fstatfs(fd, &fs) == 0 &&
		fs.f_type == RDTGROUP_SUPER_MAGIC)
		return take_fd(&fd);
	return err_say(
		err, "intelRdt needs the resctrl filesystem at " RESCTRL_PATH);
}

/* The kernel's words on the last failure are better than its errno. */
static int
explain(int root, int code, const char *what, struct err *err)
{
	char words[256];
	ssize_t n = file_read(
		root, "info/last_cmd_status", words, sizeof(words), NULL);

	if (n > 0)
		words[strcspn(words, "\n")] = '\0';
	if (n > 0 && *words && strcmp(words, "ok") != 0)
		return err_say(err, "%s: %s", what, words);
	return err_code(err, code, "%s", what);
}

/* A write is taken as a whole or not at all: the kernel reads one line of
 * schemata, or one number of a task. */
static int
write_file(
	int root, int dir, const char *file, const char *text, struct err *err)
{
	struct err failure = { 0 };

	if (file_write(dir, file, text, &failure) == 0)
		return 0;
	explain(root, failure.code, file, err);
	return err_in(err, "write \"%.*s\"", (int)strcspn(text, "\n"), text);
}

/* A group is a directory; no link of that filesystem leads anywhere, and none
 * would be followed. */
static int
open_group(int root, const char *path, struct err *err)
{
	int fd = openat(
		root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_sys(err, "open group %s", path) : fd;
}

/* Only said of a group; what else could be there has the same name. */
static bool
exists(int root, const char *path)
{
	struct stat st;

	return fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- the schemata of a group that is there already --------------------------
 */

/* The kernel writes "    L3:0=00fff;1=00fff", whoever sets it "L3:0=fff". */
static bool
same_value(const char *a, size_t a_len, const char *b, size_t b_len)
{
	while (a_len > 1 && (*a == '0' || *a == ' '))
		a++, a_len--;
	while (b_len > 1 && (*b == '0' || *b == ' '))
		b++, b_len--;
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

/* The line of the resource that the wanted one names, behind the colon. */
static const char *
find_resource(const char *text, const char *wanted)
{
	size_t len = strcspn(wanted, ":");

	while (*text) {
		text += strspn(text, " \t\n");
		if (strncmp(text, wanted, len) == 0 && text[len] == ':')
			return text + len + 1;
		text += strcspn(text, "\n");
	}
	return NULL;
}

/* One "ID=VALUE" of len bytes among those of a line. */
static bool
has_domain(const char *line, const char *domain, size_t len)
{
	size_t key = strcspn(domain, "=;\n");

	if (key >= len)
		return false;
	while (*line && *line != '\n') {
		size_t size = strcspn(line, ";\n"), own = strcspn(line, "=;\n");

		if (own < size && same_value(line, own, domain, key))
			return same_value(line + own + 1, size - own - 1,
				domain + key + 1, len - key - 1);
		line += size + (line[size] == ';');
	}
	return false;
}

/* Whatever the wanted line says, the file says as well. */
static bool
has_line(const char *text, const char *wanted)
{
	const char *line, *at;

	wanted += strspn(wanted, " \t");
	line = find_resource(text, wanted);
	at = strchr(wanted, ':');
	if (!line || !at)
		return false;
	for (at++; *at && *at != '\n';) {
		size_t len = strcspn(at, ";\n");

		if (len && !has_domain(line, at, len))
			return false;
		at += len + (at[len] == ';');
	}
	return true;
}

char *
resctrl_schemata(int root, const char *group, struct err *err)
{
	auto_fd dir = open_group(root, group, err), file = -1;
	char *text = NULL;

	if (dir < 0)
		return NULL;
	file = openat(dir, "schemata", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		err_sys(err, "open schemata of group %s", group);
	else
		fd_read(file, SCHEMATA_MAX, "schemata", &text, NULL, err);
	return text;
}

/* The group belongs to whoever made it: it is read and never written [162]. */
static int
compare(int root, const struct plan_intel_rdt *rdt, struct err *err)
{
	auto_free char *text = resctrl_schemata(root, rdt->group, err);

	if (!text)
		return -1;
	for (size_t i = 0; i < rdt->n_lines; i++)
		if (!has_line(text, rdt->lines[i]))
			return err_say(err,
				"group %s is there, and its schemata do not say %s",
				rdt->group, rdt->lines[i]);
	return 0;
}

/* --- making and removing ---------------------------------------------------
 */

int
resctrl_check(int root, const struct plan_intel_rdt *rdt, struct err *err)
{
	bool there = exists(root, rdt->group);

	if (rdt->own && there)
		return err_say(err,
			"group %s is there already, and not this container's",
			rdt->group);
	if (rdt->own)
		return 1;
	if (!there && !rdt->n_lines)
		return err_say(err,
			"group %s is not there, and without schemata it is not made",
			rdt->group);
	if (!there)
		return 1;
	return rdt->n_lines ? compare(root, rdt, err) : 0;
}

/* The number of groups is the processor's, and small. */
static int
make_dir(int root, const char *path, struct err *err)
{
	if (mkdirat(root, path, 0755) == 0)
		return 0;
	if (errno == ENOSPC)
		return err_say(err,
			"group %s: the processor has no more of them", path);
	explain(root, errno, "mkdir", err);
	return err_in(err, "group %s", path);
}

/* One line of schemata. */
static int
write_line(int root, const char *group, const char *line, struct err *err)
{
	auto_fd dir = open_group(root, group, err);
	auto_free char *text = NULL;

	if (dir < 0)
		return -1;
	if (asprintf(&text, "%s\n", line) < 0)
		return err_code(err, ENOMEM, "schemata");
	if (write_file(root, dir, "schemata", text, err) < 0)
		return err_in(err, "group %s", group);
	return 0;
}

int
resctrl_make(int root, const struct plan_intel_rdt *rdt, struct err *err)
{
	if (rdt->own || !exists(root, rdt->group)) {
		if (make_dir(root, rdt->group, err) < 0)
			return -1;
		for (size_t i = 0; i < rdt->n_lines; i++)
			if (write_line(root, rdt->group, rdt->lines[i], err) <
				0)
				return -1;
	}
	return rdt->monitor ? make_dir(root, rdt->monitor, err) : 0;
}

/* All threads of the process would be one write each; at this time it has
 * one. */
static int
join(int root, const char *path, pid_t pid, struct err *err)
{
	auto_fd dir = open_group(root, path, err);
	char text[16];

	if (dir < 0)
		return -1;
	snprintf(text, sizeof(text), "%d", (int)pid);
	if (write_file(root, dir, "tasks", text, err) < 0)
		return err_in(err, "group %s", path);
	return 0;
}

int
resctrl_join(
	int root, const struct plan_intel_rdt *rdt, pid_t pid, struct err *err)
{
	if (join(root, rdt->group, pid, err) < 0)
		return -1;
	return rdt->monitor ? join(root, rdt->monitor, pid, err) : 0;
}

/* --- a group that is in use -------------------------------------------------
 */

/* The kernel reads a text of more than one line, too, but then says less of
 * which one it does not want. */
void
resctrl_reset(int root, const char *group, const char *before)
{
	auto_free char *text = strdup(before);

	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		line += strspn(line, " \t");
		if (*line)
			write_line(root, group, line, NULL);
	}
}

int
resctrl_change(int root, const char *group, const char *const *lines, size_t n,
	char **out_before, struct err *err)
{
	auto_free char *before = resctrl_schemata(root, group, err);

	if (!before)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (write_line(root, group, lines[i], err) == 0)
			continue;
		if (i)
			resctrl_reset(root, group, before);
		return -1;
	}
	*out_before = take_ptr(&before);
	return 0;
}

const char *
resctrl_line(const char *schemata, const char *resource, size_t *out_len)
{
	const char *line = find_resource(schemata, resource);

	if (!line)
		return NULL;
	line -= strlen(resource) + 1;
	*out_len = strcspn(line, "\n");
	return line;
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Directories mon_L3_00 and so on, in whatever order. */
size_t
resctrl_domains(int root, const char *group, uint64_t *out)
{
	auto_free char *path = NULL;
	int fd = asprintf(&path, "%s/mon_data", group) < 0
		? -1
		: openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t n = 0;

	if (!list && fd >= 0)
		close(fd);
	while (list && n < RESCTRL_DOMAINS_MAX && (entry = readdir(list)))
		if (str_has_prefix(entry->d_name, DOMAIN_PREFIX) &&
			str_to_uint(entry->d_name + strlen(DOMAIN_PREFIX),
				UINT32_MAX, &out[n]) == 0)
			n++;
	if (list)
		closedir(list);
	qsort(out, n, sizeof(*out), compare_numbers);
	return n;
}

int
resctrl_remove(int root, const char *path, struct err *err)
{
	if (unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_sys(err, "remove group %s of resctrl", path);
}
