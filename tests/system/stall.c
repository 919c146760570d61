/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stall DIR: mounts there a filesystem of one file that can be opened and
 * never read. Whoever reads it sleeps uninterruptibly, killed or not, until
 * this program ends: the kernel waits for an answer to what it has handed out.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void
answer(int fd, uint64_t unique, int error, const void *data, size_t len)
{
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + len),
		.error = -error,
		.unique = unique,
	};
	struct iovec parts[] = { { &head, sizeof(head) },
		{ (void *)data, len } };

	if (writev(fd, parts, 2) < 0)
		perror("answer");
}

static struct fuse_attr
attributes(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.size = 4096,
		.nlink = 1,
		.mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644,
	};
}

static void
handle(int fd, const struct fuse_in_header *in)
{
	const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096
	};
	const struct fuse_entry_out entry = { .nodeid = 2,
		.attr_valid = 1000,
		.entry_valid = 1000,
		.attr = attributes(2) };
	const struct fuse_attr_out attr = { .attr_valid = 1000,
		.attr = attributes(in->nodeid) };
	const struct fuse_open_out open = { .open_flags = FOPEN_DIRECT_IO };

	switch (in->opcode) {
	case FUSE_INIT:
		return answer(fd, in->unique, 0, &init, sizeof(init));
	case FUSE_LOOKUP:
		return answer(fd, in->unique, 0, &entry, sizeof(entry));
	case FUSE_GETATTR:
		return answer(fd, in->unique, 0, &attr, sizeof(attr));
	case FUSE_OPEN:
		return answer(fd, in->unique, 0, &open, sizeof(open));
	case FUSE_READ:
	case FUSE_FORGET:
	case FUSE_INTERRUPT:
		return;
	default:
		return answer(fd, in->unique, ENOSYS, NULL, 0);
	}
}

int
main(int argc, char **argv)
{
	static _Alignas(8) char buf[1 << 17];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];

	if (argc != 2 || fd < 0)
		return 1;
	snprintf(options, sizeof(options),
		"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (mount("stall", argv[1], "fuse", 0, options) < 0)
		return 1;
	while (read(fd, buf, sizeof(buf)) >=
		(ssize_t)sizeof(struct fuse_in_header))
		handle(fd, (const struct fuse_in_header *)buf);
	return 0;
}
