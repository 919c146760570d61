/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See init_harness.h. The image of scrim-init comes from SCRIM_INIT, a path,
 * or from the bytes linked into the test. Nothing here is left behind by a
 * failing test: mounts live in the child's own mount namespace and the root
 * directory is removed at the end.
 */
#include "init_harness.h"

#include "base/fd.h"
#include "base/sys.h"
#include "base/wire.h"
#include "host/init_image.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char rootfs[] = "/tmp/scrim-init-XXXXXX";

void
harness_init(struct harness *h)
{
	memset(h, 0, sizeof(*h));
	h->n_text = 1; /* the empty text */
	h->clone_flags = 0;
}

void
harness_done(struct harness *h)
{
	for (uint32_t i = 0; i < h->n_slots; i++)
		if (h->slots[i] >= 0)
			close(h->slots[i]);
	h->n_slots = 0;
}

struct plan_step *
harness_step(struct harness *h, enum plan_op op, int slot)
{
	struct plan_step *step = &h->block.steps[h->block.head.n_steps++];

	ck_assert_uint_le(h->block.head.n_steps, HARNESS_STEPS);
	step->op = op;
	step->slot = slot;
	step->line = h->block.head.n_steps;
	return step;
}

uint32_t
harness_text(struct harness *h, const char *text)
{
	uint32_t at = h->n_text;

	ck_assert_uint_lt(at + strlen(text) + 1, HARNESS_TEXT);
	strcpy(h->block.text + at, text);
	h->n_text += (uint32_t)strlen(text) + 1;
	return (uint32_t)offsetof(__typeof__(h->block), text) + at;
}

void
harness_list(
	struct harness *h, struct plan_list *list, const char *const *strings)
{
	list->offset = (uint32_t)(offsetof(__typeof__(h->block), items) +
		h->n_items * sizeof(uint32_t));
	for (; *strings; strings++) {
		h->block.items[h->n_items++] = harness_text(h, *strings);
		list->count++;
	}
}

int
harness_slot(struct harness *h, int fd)
{
	ck_assert_int_ge(fd, 0);
	h->slots[h->n_slots] = fd;
	return (int)h->n_slots++;
}

int
harness_gate(struct harness *h)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(h->gate, sizeof(h->gate), "%s/gate", rootfs);
	strcpy(address.sun_path, h->gate);
	unlink(h->gate);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	return harness_slot(h, fd);
}

int
harness_tree(const char *path, bool recursive)
{
	int fd = sys_open_tree(AT_FDCWD, path,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
			(recursive ? AT_RECURSIVE : 0));
	struct mount_attr attr = { .propagation = MS_PRIVATE };

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
		sys_mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr),
		0);
	return fd;
}

void
harness_begin(struct harness *h, const char *dir)
{
	struct plan_step *step;

	harness_step(h, OP_SESSION, -1);
	step = harness_step(h, OP_ISOLATE, -1);
	step->number[0] = MS_PRIVATE;
	step = harness_step(
		h, OP_ROOTFS, harness_slot(h, harness_tree(dir, false)));
	step->text[0] = harness_text(h, dir);
}

void
harness_end(struct harness *h, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const char *const env[] = { "PATH=/bin", "MARK=1", NULL };
	struct plan_step *step;

	harness_step(h, OP_GATE, -1);
	step = harness_step(h, OP_EXEC, -1);
	step->number[0] = h->n_preserve;
	harness_list(h, &step->list[0], argv);
	harness_list(h, &step->list[1], env);
}

static int
open_image(void)
{
	const char *path = getenv("SCRIM_INIT");
	struct err err = { 0 };
	int fd;

	if (path)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	else
		fd = fd_seal("scrim-init", scrim_init_image,
			(size_t)(scrim_init_image_end - scrim_init_image), 1,
			&err);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* In the child: descriptors where scrim-init wants them, and exec. */
static void
become(const struct harness *h, int image, int wire, int output)
{
	char *const argv[] = { (char *)"scrim-init", NULL };
	char *const env[] = { NULL };
	int at;

	dup2(output, 1);
	dup2(output, 2);
	/* First out of the way, then down. */
	wire = fcntl(wire, F_DUPFD_CLOEXEC, 100);
	image = fcntl(image, F_DUPFD_CLOEXEC, 100);
	for (size_t i = 0; i < h->n_preserve; i++) {
		at = fcntl(h->preserve[i], F_DUPFD, 100);
		dup2(at, WIRE_FD + 1 + (int)i);
	}
	dup2(wire, WIRE_FD);
	sys_close_range((unsigned)(WIRE_FD + 1 + (int)h->n_preserve), ~0U,
		4 /* CLOSE_RANGE_CLOEXEC */);
	sys_execveat(image, "", argv, env, AT_EMPTY_PATH);
	_exit(99);
}

static long
image_kb(void)
{
	int fd = open_image();
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	close(fd);
	return (long)(st.st_size >> 10);
}

static void
write_map(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	ck_assert_int_eq(file_write(AT_FDCWD, path, "0 0 65536", NULL), 0);
}

static pid_t
spawn(const struct harness *h, int wire, int output)
{
	struct clone_args args = { .flags = CLONE_NEWNS | h->clone_flags,
		.exit_signal = 17 };
	int image = open_image(), go[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	pid = sys_clone3(&args);
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) < 0)
			_exit(98);
		become(h, image, wire, output);
	}
	if (h->clone_flags & CLONE_NEWUSER) {
		write_map(pid, "uid_map");
		write_map(pid, "gid_map");
	}
	close(go[0]);
	close(go[1]);
	close(image);
	return pid;
}

static void
send_plan(struct harness *h, int wire)
{
	struct plan_header *head = &h->block.head;
	uint32_t size = sizeof(h->block), first;
	struct err err = { 0 };
	int fd;

	head->magic = PLAN_MAGIC;
	head->version = PLAN_VERSION;
	head->size = size;
	head->steps = offsetof(__typeof__(h->block), steps);
	head->n_slots = h->n_slots;
	head->strings = offsetof(__typeof__(h->block), text);
	fd = fd_seal("plan", &h->block, size, 0, &err);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(wire_send_fds(wire, WIRE_PLAN, &size, sizeof(size),
				 &fd, 1, &err),
		0);
	close(fd);
	/* One message each: order and batches are the receiver's to bear. */
	for (first = h->n_slots; first-- > 0;) {
		bool there = h->slots[first] >= 0;

		wire_send_fds(wire, WIRE_SLOTS, &first, sizeof(first),
			&h->slots[first], there ? 1 : 0, NULL);
	}
}

/* What is seen of a container that waits for its start. */
static void
look(pid_t pid, struct outcome *out)
{
	char path[64], text[4096];
	const char *pss;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file_read(AT_FDCWD, path, out->comm, sizeof(out->comm), NULL);
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	ck_assert_int_gt(
		file_read(AT_FDCWD, path, text, sizeof(text), NULL), 0);
	pss = strstr(text, "\nPss:");
	out->pss_kb = pss ? strtol(pss + 5, NULL, 10) : 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	for (out->n_fds = -2; readdir(dir); out->n_fds++)
		;
	closedir(dir);
}

/* A caller that says nothing, then the one that starts. */
static int
start(const char *gate)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = -1;

	strcpy(address.sun_path, gate);
	for (int i = 0; i < 2; i++) {
		if (fd >= 0)
			close(fd);
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(
			connect(fd, (void *)&address, sizeof(address)), 0);
	}
	ck_assert_int_eq(wire_send(fd, WIRE_START, NULL, 0, NULL), 0);
	return fd;
}

static void
take(struct wire_message *message, struct outcome *out)
{
	if (message->type == WIRE_ERROR)
		memcpy(&out->err, message->payload, sizeof(out->err));
	if (message->type == WIRE_WARN) {
		size_t len = strlen(out->warnings);

		snprintf(out->warnings + len, sizeof(out->warnings) - len,
			"%.*s", (int)message->size, message->payload);
	}
	if (message->type == WIRE_CONSOLE)
		out->master = dup(message->fds[0]);
	wire_close_fds(message);
}

static void
serve(const struct harness *h, int wire, pid_t pid, struct outcome *out)
{
	struct wire_message message;
	struct err err = { 0 };
	int ret, connection = wire;

	/* gone, with CREATED unread */
	if (h->deaf) {
		struct pollfd said = { .fd = wire, .events = POLLIN };

		ck_assert_int_eq(poll(&said, 1, -1), 1);
		ck_assert_int_eq(dup2(h->slots[0], wire), wire);
		return;
	}
	while ((ret = wire_recv(connection, &message, &err)) > 0) {
		take(&message, out);
		if (message.type == WIRE_MOUNTED)
			wire_send(wire, WIRE_GO, NULL, 0, NULL);
		if (message.type != WIRE_CREATED)
			continue;
		out->created = true;
		look(pid, out);
		if (!h->gate[0]) {
			wire_send(wire, WIRE_START, NULL, 0, NULL);
			continue;
		}
		shutdown(wire, SHUT_RDWR); /* as if closed */
		connection = start(h->gate);
	}
	ck_assert_msg(ret == 0, "%s", err.text);
	if (connection != wire)
		close(connection);
}

void
harness_run(struct harness *h, struct outcome *out)
{
	int wire[2], output[2];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	out->master = -1;
	out->image_kb = image_kb();
	ck_assert_int_eq(wire_pair(wire, NULL), 0);
	ck_assert_int_eq(pipe2(output, O_CLOEXEC), 0);
	pid = spawn(h, wire[1], output[1]);
	close(wire[1]);
	close(output[1]);
	send_plan(h, wire[0]);
	serve(h, wire[0], pid, out);
	while ((n = read(output[0], out->output + len,
			sizeof(out->output) - 1 - len)) > 0)
		len += (size_t)n;
	waitpid(pid, &out->status, 0);
	close(wire[0]);
	close(output[0]);
	harness_done(h);
	if (getenv("SCRIM_TEST_SHOW"))
		fprintf(stderr,
			"[%s] code %d status %#x pss %ld fds %d: %s%s\n",
			out->err.text, out->err.code, out->status, out->pss_kb,
			out->n_fds, out->output, out->warnings);
}

const char *
harness_rootfs(void)
{
	static bool made;
	char command[256];

	if (made)
		return rootfs;
	if (geteuid() != 0) {
		printf("skipped: needs root\n");
		return NULL;
	}
	if (access("/bin/busybox", X_OK) < 0) {
		printf("skipped: needs busybox-static\n");
		return NULL;
	}
	if (!mkdtemp(rootfs))
		return NULL;
	snprintf(command, sizeof(command),
		"cd %s && chmod 755 . && mkdir bin etc proc dev tmp full && cp /bin/busybox bin/ && "
		"chroot . /bin/busybox --install -s /bin && echo file >full/file",
		rootfs);
	made = system(command) == 0;
	return made ? rootfs : NULL;
}

void
harness_cleanup(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf --one-file-system %s",
		rootfs);
	if (!strstr(rootfs, "XXXXXX") && system(command) != 0)
		printf("%s is left behind\n", rootfs);
}
