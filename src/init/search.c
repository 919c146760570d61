/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program by execvp's rules in the container's PATH, the interpreter that
 * it names, the user's home. All of it is the container's data, read after
 * its root was entered and with its user's rights: nothing here can be
 * fooled into anything that the program itself could not do. Sizes are
 * bounded, what is malformed counts as not there, and nothing is written.
 */
#include "init/search.h"

#include "base/err.h"
#include "base/fd.h"
#include "init/init.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* confstr(_CS_PATH), for an environment without PATH: execvp(3). */
#define DEFAULT_PATH "/bin:/usr/bin"
/* As much of a #! line as the kernel reads (BINPRM_BUF_SIZE). */
#define LINE_MAX_LEN 256
#define PASSWD       "/etc/passwd"
#define PASSWD_MAX   ((off_t)4 << 20)

const char *
search_env(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* 0: may be executed; else the errno of execve. faccessat2 with the effective
 * ids, which is what execve goes by; a libc may take the real ones. */
static int
check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOTDIR ? ENOENT : errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0
		? errno
		: 0;
}

int
search_refuse(const char *name, int code, struct err *err)
{
	if (code == ENOENT && !strchr(name, '/'))
		return err_say(err,
			"exec: \"%s\": executable file not found in $PATH",
			name);
	if (code == ENOENT)
		return err_say(
			err, "exec: \"%s\": no such file or directory", name);
	if (code == EACCES)
		return err_say(err, "exec: \"%s\": permission denied", name);
	if (code == ENOEXEC)
		return err_say(err, "exec: \"%s\": exec format error", name);
	return err_code(err, code, "exec: \"%s\"", name);
}

/* An error as a program that is not there. */
static const char *
refuse(const char *name, int code, struct err *err)
{
	search_refuse(name, code, err);
	return NULL;
}

const char *
search_program(const char *name, char *const *env, struct err *err)
{
	const char *dirs = search_env(env, "PATH");
	int code = ENOENT, found;
	char *path;

	if (strchr(name, '/')) {
		code = check_program(name);
		return code ? refuse(name, code, err) : name;
	}
	if (!dirs)
		dirs = DEFAULT_PATH;
	path = init_memory(strlen(dirs) + strlen(name) + 4, err);
	if (!path)
		return NULL;
	for (size_t len; *name; dirs += len + 1) {
		len = strcspn(dirs, ":");
		memcpy(path, len ? dirs : ".", len ? len : 1);
		path[len ? len : 1] = '/';
		memcpy(path + (len ? len : 1) + 1, name, strlen(name) + 1);
		found = check_program(path);
		if (!found)
			return path;
		/* One that exists but may not be executed is told, if no other
		 * is found. */
		if (found == EACCES)
			code = EACCES;
		if (!dirs[len])
			break;
	}
	return refuse(name, code, err);
}

/* "#! /bin/sh -x": the word after the marks, ended in place. A carriage
 * return at its end belongs to it, as the kernel sees it. */
static char *
script_interpreter(char *line)
{
	char *word;

	if (line[0] != '#' || line[1] != '!')
		return NULL;
	word = line + 2 + strspn(line + 2, " \t");
	word[strcspn(word, " \t\n")] = '\0';
	return *word ? word : NULL;
}

/* Where the name of the loader stands in the file: ELF has the same tables in
 * two widths, of which a 64-bit machine runs both. */
struct elf_table {
	uint64_t at;
	unsigned n, size;
	bool wide;
};

static int
elf_table(const char *head, struct elf_table *out)
{
	const Elf64_Ehdr *wide = (const void *)head;
	const Elf32_Ehdr *narrow = (const void *)head;

	if (memcmp(head, ELFMAG, SELFMAG) != 0)
		return -1;
	out->wide = wide->e_ident[EI_CLASS] == ELFCLASS64;
	out->at = out->wide ? wide->e_phoff : narrow->e_phoff;
	out->n = out->wide ? wide->e_phnum : narrow->e_phnum;
	out->size = out->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	return out->at <= INT32_MAX ? 0 : -1;
}

/* The loader that an ELF file asks for, into buf. */
static char *
elf_loader(int fd, const char *head, char *buf, size_t size)
{
	struct elf_table table;
	union {
		Elf64_Phdr wide;
		Elf32_Phdr narrow;
	} row;

	if (elf_table(head, &table) < 0)
		return NULL;
	for (unsigned i = 0; i < table.n; i++) {
		off_t at = (off_t)table.at + (off_t)i * (off_t)table.size;
		ssize_t n = pread(fd, &row, table.size, at);

		if (n != (ssize_t)table.size)
			return NULL;
		if (row.wide.p_type != PT_INTERP)
			continue;
		at = table.wide ? (off_t)row.wide.p_offset
				: (off_t)row.narrow.p_offset;
		n = pread(fd, buf, size - 1, at);
		if (n <= 0)
			return NULL;
		buf[n] = '\0';
		return *buf ? buf : NULL;
	}
	return NULL;
}

/* What the kernel has to open to run path, or NULL; memory: two lines. */
static char *
helper_of(const char *path, char *memory, bool *out_loader)
{
	auto_fd fd = openat(
		AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : pread(fd, memory, LINE_MAX_LEN - 1, 0);
	char *name;

	if (n < 2)
		return NULL;
	memset(memory + n, 0, (size_t)(LINE_MAX_LEN - n));
	name = script_interpreter(memory);
	*out_loader = !name;
	return name
		? name
		: elf_loader(fd, memory, memory + LINE_MAX_LEN, LINE_MAX_LEN);
}

/* A script's interpreter may be a script, or need a loader, and so on: as many
 * times as the kernel follows, and one for the loader. */
void
search_gap(const char *path, struct search_gap *out)
{
	*out = (struct search_gap){ 0 };
	for (int depth = 0; depth < 6; depth++) {
		char *memory = init_memory((size_t)2 * LINE_MAX_LEN, NULL),
		     *name;

		name = memory ? helper_of(path, memory, &out->loader) : NULL;
		if (!name)
			return;
		out->code = check_program(name);
		if (out->code) {
			out->file = name;
			out->asker = depth ? path : NULL;
			return;
		}
		path = name;
	}
}

/* The words of search_refuse(), by which engines choose, and then the culprit:
 * without it a file that plainly exists would be said not to. */
int
search_explain(const char *name, const struct search_gap *gap, int code,
	struct err *err)
{
	const char *file = gap->file,
		   *is = code == ENOENT ? "is missing" : "may not be executed";
	char why[3 * LINE_MAX_LEN];

	if (!file || gap->code != code || (code != ENOENT && code != EACCES))
		return search_refuse(name, code, err);
	if (gap->asker)
		snprintf(why, sizeof(why),
			"its interpreter %s needs %s, which %s", gap->asker,
			file, is);
	else if (file[strlen(file) - 1] == '\r')
		snprintf(why, sizeof(why),
			"its first line ends in a carriage return, as DOS "
			"text does");
	else
		snprintf(why, sizeof(why), "its %s %s %s",
			gap->loader ? "loader" : "interpreter", file, is);
	if (code == EACCES)
		return err_say(
			err, "exec: \"%s\": permission denied: %s", name, why);
	return err_say(
		err, "exec: \"%s\": no such file or directory: %s", name, why);
}

/* Field n, from 0, of a line of fields parted by colons, or NULL. */
static char *
field(char *line, unsigned n)
{
	while (line && n--) {
		line = strchr(line, ':');
		if (line)
			line++;
	}
	return line;
}

static bool
is_number(const char *text, unsigned number)
{
	unsigned long value = 0;
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < len && len <= 10; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned long)(text[i] - '0');
	}
	return len && len <= 10 && value == number;
}

/* What an image may have in place of a file that can be read. */
static bool
is_missing(int code)
{
	return code == ENOENT || code == ENOTDIR || code == ELOOP ||
		code == EACCES || code == ENXIO || code == ENODEV;
}

/* It may be a FIFO or a device made to hang or to trick the reader: only a
 * regular file of a sane size is read; of others there is no text. */
static int
read_passwd(char **out, struct err *err)
{
	auto_fd fd = openat(
		AT_FDCWD, PASSWD, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = 1, len = 0;

	*out = NULL;
	if (fd < 0)
		return is_missing(errno) ? 0 : err_sys(err, "open " PASSWD);
	if (fstat(fd, &st) < 0)
		return err_sys(err, "stat " PASSWD);
	if (!S_ISREG(st.st_mode) || st.st_size > PASSWD_MAX)
		return 0;
	*out = init_memory((size_t)st.st_size + 1, err);
	while (*out && n > 0) {
		n = read(fd, *out + len, (size_t)(st.st_size - len));
		len += n > 0 ? n : 0;
	}
	return n < 0 ? err_sys(err, "read " PASSWD) : *out ? 0 : -1;
}

const char *
search_home(unsigned uid, struct err *err)
{
	char *line, *next, *home;

	if (read_passwd(&line, err) < 0)
		return NULL;
	for (; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		home = field(line, 5);
		if (!home || !is_number(field(line, 2), uid))
			continue;
		home[strcspn(home, ":")] = '\0';
		return *home ? home : "/";
	}
	return "/";
}
