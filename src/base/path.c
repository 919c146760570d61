/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolution beneath a root, and making what is missing on the way. The
 * kernel resolves (openat2, RESOLVE_IN_ROOT, no magic links), always from the
 * root: no path is walked by hand. Only where it finds nothing are components
 * made one by one: each in the directory that the kernel resolved for the
 * components before it, by descriptor, never following a link in its own
 * name. A link that leads nowhere is replaced in the text of the path by what
 * it says and the walk begins again, so that its target, too, is resolved
 * from the root. Nothing is ever removed or renamed.
 */
#include "base/path.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSIDE    (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
#define LINKS_MAX 40 /* as many as the kernel follows */

struct walk {
	int root;
	bool directory, nofollow; /* of the last component */
	bool made;                /* so was the component that was last */
	unsigned links;
	char path[PATH_MAX];
};

int
path_open(int root, const char *path, int flags, unsigned resolve,
	struct err *err)
{
	int fd;

	if (!(flags & ~(O_DIRECTORY | O_NOFOLLOW)))
		flags |= O_PATH;
	fd = sys_openat2(root, path, (uint64_t)flags, 0, INSIDE | resolve);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	return fd;
}

/* Opens the first end bytes of the path. */
static int
open_part(struct walk *walk, size_t end)
{
	bool last = walk->path[end] == '\0';
	int flags = O_PATH;
	char kept = walk->path[end];
	int fd;

	if (!last)
		flags |= O_DIRECTORY;
	else if (walk->nofollow)
		flags |= O_NOFOLLOW;
	walk->path[end] = '\0';
	fd = sys_openat2(
		walk->root, end ? walk->path : "/", (uint64_t)flags, 0, INSIDE);
	walk->path[end] = kept;
	return fd;
}

/* Makes one component; that it is there by now is no failure. */
static int
make_part(struct walk *walk, int dir, const char *name, bool directory)
{
	int fd;

	if (directory)
		fd = mkdirat(dir, name, 0755);
	else
		fd = openat(dir, name,
			O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
			0644);
	walk->made = fd >= 0;
	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	return directory ? 0 : close(fd);
}

/*
 * Puts the text of the link that stands at [start, end) in its place: from the
 * root when it is absolute, else from where it stands.
 */
static int
expand(struct walk *walk, int dir, size_t start, size_t end)
{
	char name[NAME_MAX + 1], link[PATH_MAX], *path = walk->path;
	size_t rest = strlen(path + end), keep;
	ssize_t len;

	if (++walk->links > LINKS_MAX || end - start > NAME_MAX) {
		errno = ELOOP;
		return -1;
	}
	memcpy(name, path + start, end - start);
	name[end - start] = '\0';
	len = readlinkat(dir, name, link, sizeof(link));
	if (len < 0)
		return -1;
	keep = len && link[0] == '/' ? 0 : start;
	if (keep + (size_t)len + rest >= sizeof(walk->path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(path + keep + len, path + end, rest + 1);
	memcpy(path + keep, link, (size_t)len);
	return 0;
}

/*
 * Makes and opens the component [start, end) in dir. Returns a descriptor, -1
 * on failure, or -2 when a link was expanded and the walk must begin again.
 */
static int
make_and_open(struct walk *walk, int dir, size_t start, size_t end)
{
	char *path = walk->path, kept = path[end];
	bool directory = kept || walk->directory;
	int made, fd;

	path[end] = '\0';
	made = make_part(walk, dir, path + start, directory);
	path[end] = kept;
	if (made < 0)
		return -1;
	fd = open_part(walk, end);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	return expand(walk, dir, start, end) < 0 ? -1 : -2;
}

/*
 * The directory that the last component goes into, in one step where only
 * that is missing; *end is where its text ends.
 */
static int
open_last_dir(struct walk *walk, size_t *end)
{
	const char *slash = strrchr(walk->path, '/');
	int dir;

	*end = slash && slash[1] ? (size_t)(slash - walk->path) : 0;
	dir = open_part(walk, *end);
	if (dir >= 0 || errno != ENOENT)
		return dir;
	*end = 0;
	return open_part(walk, 0);
}

/* Opens the whole path, making what is missing. errno says what went wrong. */
static int
walk_all(struct walk *walk)
{
	int dir = open_part(walk, strlen(walk->path)), next;
	size_t start, end;
	bool missing;

	if (dir >= 0 || errno != ENOENT)
		return dir;
	dir = open_last_dir(walk, &end);
	/* Only the last component is left, which was not found just now. */
	missing = end > 0;
	while (dir >= 0) {
		start = end + strspn(walk->path + end, "/");
		if (!walk->path[start])
			return dir;
		end = start + strcspn(walk->path + start, "/");
		/* "a/" is "a", not a directory in which "" is missing. */
		if (!walk->path[end + strspn(walk->path + end, "/")])
			walk->path[end] = '\0';
		walk->made = false;
		next = missing ? -1 : open_part(walk, end);
		if (missing || (next < 0 && errno == ENOENT))
			next = make_and_open(walk, dir, start, end);
		missing = false;
		fd_close_auto(&dir);
		dir = next;
		if (dir == -2) {
			end = 0;
			dir = open_part(walk, 0);
		}
	}
	return -1;
}

static int
walk_init(struct walk *walk, int root, const char *path, size_t len,
	struct err *err)
{
	if (len >= sizeof(walk->path))
		return err_code(err, ENAMETOOLONG, "make %.64s...", path);
	walk->root = root;
	walk->directory = true;
	walk->nofollow = walk->made = false;
	walk->links = 0;
	memcpy(walk->path, path, len);
	walk->path[len] = '\0';
	return 0;
}

int
path_make_found(int root, const char *path, unsigned how,
	struct path_found *out, struct err *err)
{
	bool directory = how & PATH_DIRECTORY;
	struct walk walk;
	struct stat st;
	auto_fd fd = -1;

	if (walk_init(&walk, root, path, strlen(path), err) < 0)
		return -1;
	walk.directory = directory;
	walk.nofollow = how & PATH_NOFOLLOW;
	fd = walk_all(&walk);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "make %s", path);
	if (directory && S_ISLNK(st.st_mode))
		return err_say(err, "the target is a symbolic link");
	if (directory && !S_ISDIR(st.st_mode))
		return err_say(err, "the target is not a directory");
	if (!directory && S_ISDIR(st.st_mode))
		return err_say(err, "the target is a directory, not a file");
	*out = (struct path_found){ .st = st, .made = walk.made };
	return take_fd(&fd);
}

int
path_make(int root, const char *path, bool directory, bool nofollow,
	struct err *err)
{
	struct path_found found;

	return path_make_found(root, path,
		(directory ? PATH_DIRECTORY : 0) |
			(nofollow ? PATH_NOFOLLOW : 0),
		&found, err);
}

int
path_parent(int root, const char *path, const char **out_name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	struct walk walk;
	int fd;

	if (!strcmp(name, ".") || !strcmp(name, "..") ||
		(!*name && slash != path))
		return err_say(err, "%s does not end in a name", path);
	if (walk_init(&walk, root, path, (size_t)(name - path), err) < 0)
		return -1;
	fd = walk_all(&walk);
	if (fd < 0)
		return err_sys(err, "open the directory of %s", path);
	*out_name = name;
	return fd;
}

void
path_clean(char *path)
{
	const char *from = path;
	char *to = path;

	while (*from) {
		size_t len;

		from += strspn(from, "/");
		len = strcspn(from, "/");
		if (len == 2 && from[0] == '.' && from[1] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (len && !(len == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, len);
			to += len;
		}
		from += len;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

int
path_check_cwd(struct err *err)
{
	char cwd[PATH_MAX];

	/* The kernel says "(unreachable)/..."; a libc would make ENOENT of
	 * that. */
	if (syscall(SYS_getcwd, cwd, sizeof(cwd)) < 0)
		return err_sys(err, "getcwd");
	if (cwd[0] != '/')
		return err_say(err,
			"the working directory is not inside the container");
	return 0;
}
