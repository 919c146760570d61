/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache of compiled filters, ROOT/.seccomp/NAME. The name is a
 * cryptographic hash of the whole profile as the plan has it, of the machine
 * and of the kernel's release, so that a file that is there is the right one
 * and is never looked into. It is written under another name and renamed: a
 * reader sees a whole filter or none. A file with the wrong owner, mode or
 * size is not used but made anew.
 */
#include "host/filter.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/filter_compile.h"
#include "host/hash.h"
#include "host/library.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CACHE_DIR ".seccomp"

/* Changes when the same profile would be compiled in another way. */
#define FORMAT "scrim filter 2"

/* With its NUL: "ab", "c" is not "a", "bc". */
static void
add_text(struct hash *hash, const char *text)
{
	hash_add(hash, text, strlen(text) + 1);
}

static void
add_number(struct hash *hash, uint64_t number)
{
	hash_add(hash, &number, sizeof(number));
}

static void
add_rule(struct hash *hash, const struct plan_seccomp_rule *rule)
{
	add_number(hash, rule->action);
	add_number(hash, rule->n_names);
	for (size_t i = 0; i < rule->n_names; i++)
		add_text(hash, rule->names[i]);
	add_number(hash, rule->n_args);
	for (size_t i = 0; i < rule->n_args; i++) {
		add_number(hash, rule->args[i].index);
		add_number(hash, rule->args[i].op);
		add_number(hash, rule->args[i].value);
		add_number(hash, rule->args[i].value_two);
	}
}

/* The flags are not in it: they matter when a filter is loaded. */
static void
name_filter(const struct plan_seccomp *seccomp, char out[HASH_TEXT_SIZE])
{
	struct utsname host;
	struct hash hash;

	hash_init(&hash);
	add_text(&hash, FORMAT);
	if (uname(&host) == 0) {
		add_text(&hash, host.machine);
		add_text(&hash, host.release);
	}
	/* Or the cache would have an answer that is no error. */
	if (seccomp->strict)
		add_text(&hash, "strict");
	add_number(&hash, seccomp->default_action);
	add_number(&hash, seccomp->n_arches);
	for (size_t i = 0; i < seccomp->n_arches; i++)
		add_number(&hash, seccomp->arches[i]);
	add_number(&hash, seccomp->n_rules);
	for (size_t i = 0; i < seccomp->n_rules; i++)
		add_rule(&hash, &seccomp->rules[i]);
	hash_format(&hash, out);
}

/* Ours, nobody else's to write, and of a size that a filter can have. */
static bool
is_sound(int fd)
{
	const off_t insn = sizeof(struct sock_filter);
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_uid == geteuid() &&
		(st.st_mode & (S_IWGRP | S_IWOTH)) == 0 && st.st_size > 0 &&
		st.st_size % insn == 0 && st.st_size <= BPF_MAXINSNS * insn;
}

static int
find(int root, const char *path)
{
	auto_fd fd = openat(
		root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && is_sound(fd) ? take_fd(&fd) : -1;
}

/* Compiles into a new file, and gives it its name when it is whole. */
static int
fill(int dir, const char *temporary, const char *name,
	const struct plan_seccomp *seccomp, struct err *err)
{
	auto_fd fd = openat(dir, temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return err_sys(err, "make " CACHE_DIR "/%s", temporary);
	if (filter_compile(seccomp, fd, err) < 0)
		return -1;
	if (fstat(fd, &st) == 0 &&
		st.st_size > (off_t)(BPF_MAXINSNS * sizeof(struct sock_filter)))
		return err_say(err,
			"the filter has %lld instructions, the kernel takes %d",
			(long long)st.st_size /
				(long long)sizeof(struct sock_filter),
			BPF_MAXINSNS);
	if (renameat(dir, temporary, dir, name) < 0)
		return err_sys(err, "name " CACHE_DIR "/%s", name);
	return 0;
}

/* A miss: under a name of this process's own, since others may be at it. */
static int
make(int root, const char *name, const struct plan_seccomp *seccomp,
	struct err *err)
{
	auto_fd dir = -1;
	char temporary[32];
	int ok;

	if (mkdirat(root, CACHE_DIR, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " CACHE_DIR);
	dir = openat(root, CACHE_DIR,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "open " CACHE_DIR);
	/* Of a process with our pid that was killed there may be one left. */
	snprintf(temporary, sizeof(temporary), "new.%d", (int)getpid());
	unlinkat(dir, temporary, 0);
	ok = fill(dir, temporary, name, seccomp, err);
	if (ok < 0)
		unlinkat(dir, temporary, 0);
	return ok;
}

/* CACHE_DIR/NAME */
struct filter_path {
	char text[sizeof(CACHE_DIR) + HASH_TEXT_SIZE];
};

static struct filter_path
path_of(const struct plan_seccomp *seccomp)
{
	struct filter_path path = { CACHE_DIR "/" };

	name_filter(seccomp, path.text + sizeof(CACHE_DIR));
	return path;
}

int
filter_ready(int root, const struct plan_seccomp *seccomp, struct err *err)
{
	struct filter_path path = path_of(seccomp);
	auto_fd fd = find(root, path.text);

	return fd >= 0 ? 0 : library_ready(err);
}

int
filter_open(int root, int state, const struct plan_seccomp *seccomp,
	struct err *err)
{
	struct filter_path name = path_of(seccomp);
	const char *path = name.text;
	auto_fd fd = find(root, path);

	if (fd < 0) {
		if (make(root, path + sizeof(CACHE_DIR), seccomp, err) < 0)
			return -1;
		fd = find(root, path);
	}
	if (fd < 0)
		return err_say(err, "filter %s is not as it was written", path);
	if (state >= 0 && linkat(root, path, state, FILTER_KEPT, 0) < 0)
		return err_sys(err, "keep filter %s for exec", path);
	return take_fd(&fd);
}

int
filter_open_kept(int state, struct err *err)
{
	int fd = find(state, FILTER_KEPT);

	return fd >= 0
		? fd
		: err_say(err,
			  "the container's filter is not as create has left it");
}
