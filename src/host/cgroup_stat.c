/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own formats (Documentation/admin-guide/cgroup-v2.rst, "Format"):
 * no state, no judgement. Numbers that do not fit are as large as can be.
 */
#include "host/cgroup_stat.h"

#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX  (1 << 20)
#define SIZES_MAX 16

char *
cgroup_stat_text(int dir, const char *file)
{
	auto_fd fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *text = NULL;

	if (fd < 0 || fd_read(fd, TEXT_MAX, file, &text, NULL, NULL) < 0)
		return strdup("");
	return text;
}

uint64_t
cgroup_stat_number(int dir, const char *file)
{
	uint64_t value = 0;
	char text[32];

	if (file_read(dir, file, text, sizeof(text), NULL) <= 0)
		return 0;
	if (strncmp(text, "max", 3) == 0)
		return UINT64_MAX;
	text[strcspn(text, "\n")] = '\0';
	str_to_uint(text, UINT64_MAX, &value);
	return value;
}

/* A key begins a line or a word, and a blank or '=' ends it. */
uint64_t
cgroup_stat_key(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (*text) {
		if (strncmp(text, key, len) == 0 &&
			(text[len] == ' ' || text[len] == '=')) {
			text += len + 1;
			return str_take_uint(&text);
		}
		text += strcspn(text, " \n");
		text += strspn(text, " \n");
	}
	return 0;
}

char *
cgroup_stat_line(char **text)
{
	char *line = *text;
	size_t len = strcspn(line, "\n");

	if (!*line)
		return NULL;
	*text = line + len + (line[len] == '\n');
	line[len] = '\0';
	return line;
}

/* "hugetlb.2MB.current" -> "2MB"; heap, NULL: another file. */
static char *
page_size(const char *file)
{
	static const char begin[] = "hugetlb.", end[] = ".current";
	const char *size = file + sizeof(begin) - 1, *dot;

	if (!str_has_prefix(file, begin))
		return NULL;
	dot = strchr(size, '.');
	return dot && strcmp(dot, end) == 0
		? strndup(size, (size_t)(dot - size))
		: NULL;
}

char **
cgroup_stat_page_sizes(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	char **names = calloc(SIZES_MAX + 1, sizeof(*names));
	struct dirent *entry;
	size_t n = 0;

	if (!list && fd >= 0)
		close(fd);
	while (list && names && n < SIZES_MAX && (entry = readdir(list))) {
		/* A directory is a cgroup of the container's, of any name. */
		if (entry->d_type == DT_DIR)
			continue;
		names[n] = page_size(entry->d_name);
		n += names[n] != NULL;
	}
	if (list)
		closedir(list);
	return names;
}

void
cgroup_stat_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}
