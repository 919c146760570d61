/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader takes no lock. What is appended becomes visible from its beginning
 * to its end, and a replacement by its rename: at any moment there is a last
 * whole line of each kind. A file that was visible is never cut or written
 * over, for somebody may be reading it.
 */
#include "life/journal.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NEW_FILE ".state.json"
#define MAX_SIZE ((size_t)64 << 20)

static const char *const names[JOURNAL_COUNT] = {
	[JOURNAL_RECORD] = "record",
	[JOURNAL_PROCESS] = "process",
	[JOURNAL_MOUNTS] = "mounts",
};

/* Never one that is there already: it would be somebody else's. */
static int
make(int dir, const char *name, struct err *err)
{
	int file = openat(dir, name,
		O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);

	return file < 0 ? err_sys(err, "make %s", name) : file;
}

int
journal_begin(int dir, struct err *err)
{
	return make(dir, JOURNAL_FILE, err);
}

void
journal_open_line(struct str *lines, enum journal_kind kind)
{
	str_addf(lines, "{\"%s\":", names[kind]);
}

void
journal_close_line(struct str *lines)
{
	str_add(lines, "}\n");
}

int
journal_append(int file, const struct str *lines, struct err *err)
{
	if (lines->broken)
		return err_code(err, ENOMEM, "write " JOURNAL_FILE);
	if (fd_write(file, lines->data, lines->len, err) < 0)
		return err_in(err, "write " JOURNAL_FILE);
	return 0;
}

/* At once: what is appended meanwhile is somebody else's next line. */
static int
read_all(int dir, char **out, size_t *out_len, struct err *err)
{
	auto_fd file =
		openat(dir, JOURNAL_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (file < 0)
		return err_sys(err, "open " JOURNAL_FILE);
	return fd_read(file, MAX_SIZE, JOURNAL_FILE, out, out_len, err);
}

/* A whole line with its end; len 0: there is none. */
struct line {
	const char *text;
	size_t len;
};

/* By its first key; of what stands behind it, its reader is the judge. */
static bool
is_of_kind(struct line line, enum journal_kind kind)
{
	size_t name = strlen(names[kind]);

	return line.len > name + 6 && memcmp(line.text, "{\"", 2) == 0 &&
		memcmp(line.text + 2, names[kind], name) == 0 &&
		memcmp(line.text + 2 + name, "\":", 2) == 0;
}

/* From the end, where the newest are. */
static struct line
find_line(const char *text, size_t len, enum journal_kind kind)
{
	const char *end = len ? memrchr(text, '\n', len) : NULL;

	while (end) {
		const char *before = end > text
			? memrchr(text, '\n', (size_t)(end - text))
			: NULL;
		const char *start = before ? before + 1 : text;
		struct line line = { start, (size_t)(end + 1 - start) };

		if (is_of_kind(line, kind))
			return line;
		end = before;
	}
	return (struct line){ NULL, 0 };
}

ssize_t
journal_read(int dir, enum journal_kind kind, char **out_heap,
	const char **out_text, struct err *err)
{
	size_t head = strlen(names[kind]) + 4, len;
	struct line line;

	if (read_all(dir, out_heap, &len, err) < 0)
		return -1;
	line = find_line(*out_heap, len, kind);
	if (!line.len)
		return 0;
	*out_text = line.text + head;
	return (ssize_t)(line.len - head - 2);
}

/* The newest line of each kind, in a new file. */
static int
write_new(int dir, const struct str *lines, struct err *err)
{
	auto_fd file = -1;

	if (unlinkat(dir, NEW_FILE, 0) < 0 && errno != ENOENT)
		return err_sys(err, "remove " NEW_FILE);
	file = make(dir, NEW_FILE, err);
	return file < 0 ? -1 : journal_append(file, lines, err);
}

int
journal_replace(int dir, enum journal_kind kind, const struct str *line,
	struct err *err)
{
	auto_free char *old = NULL;
	auto_str lines = { 0 };
	struct err missing = { 0 };
	size_t len = 0;

	if (read_all(dir, &old, &len, &missing) < 0 && missing.code != ENOENT)
		return err_take(err, &missing);
	for (unsigned i = 0; i < JOURNAL_COUNT; i++) {
		struct line kept = find_line(old, len, i);

		if (i == kind)
			str_add_len(&lines, line->data, line->len);
		else if (kept.len)
			str_add_len(&lines, kept.text, kept.len);
	}
	lines.broken |= line->broken;
	if (write_new(dir, &lines, err) < 0)
		return -1;
	if (renameat(dir, NEW_FILE, dir, JOURNAL_FILE) < 0)
		return err_sys(err, "replace " JOURNAL_FILE);
	return 0;
}

int
journal_remove(int dir, struct err *err)
{
	static const char *const files[] = { NEW_FILE, JOURNAL_FILE };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (unlinkat(dir, files[i], 0) < 0 && errno != ENOENT)
			return err_sys(err, "remove %s", files[i]);
	return 0;
}
