/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans made by hand and run by a real scrim-init, without the rest of scrim:
 * a block is filled step by step, sources are opened as slots, the child is
 * forked into new namespaces and served over the wire. What the container
 * prints, how it ends and which error it sends come back in struct outcome.
 */
#ifndef TESTS_UNIT_INIT_HARNESS_H
#define TESTS_UNIT_INIT_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/format.h"

#define HARNESS_STEPS 64
#define HARNESS_ITEMS 512
#define HARNESS_TEXT  16384
#define HARNESS_SLOTS 32

struct harness {
	struct {
		struct plan_header head;
		struct plan_step steps[HARNESS_STEPS];
		uint32_t items[HARNESS_ITEMS];
		char text[HARNESS_TEXT];
	} block;
	uint32_t n_items, n_text;
	int slots[HARNESS_SLOTS];
	uint32_t n_slots;
	unsigned long clone_flags; /* CLONE_NEW* beside the mount namespace */
	int preserve[4]; /* descriptors that the child is to have from 3 on */
	size_t n_preserve;
	bool deaf;     /* ends the wire before it hears that all is created */
	char gate[64]; /* path of the gate's socket; "": start goes by wire */
};

struct outcome {
	struct err err;    /* text empty: none was sent */
	char output[8192]; /* stdout and stderr of the program */
	char warnings[512];
	int status; /* as wait(2) has it */
	bool created;
	/* While it waits: */
	char comm[16];
	int n_fds;     /* open descriptors */
	long pss_kb;   /* of memory */
	long image_kb; /* the size of scrim-init */
	int master;    /* of its terminal, sent by wire; -1: none */
};

void harness_init(struct harness *h);
void harness_done(struct harness *h);
/* Adds a step; numbers and the like are set on what is returned. */
struct plan_step *harness_step(struct harness *h, enum plan_op op, int slot);
uint32_t harness_text(struct harness *h, const char *text);
/* A list of strings, NULL at the end. */
void harness_list(
	struct harness *h, struct plan_list *list, const char *const *strings);
/* The descriptor becomes the next slot's; returns its number. */
int harness_slot(struct harness *h, int fd);
/* A listening socket as the next slot; start then comes through it. */
int harness_gate(struct harness *h);
/* A detached clone of a path, for a slot. */
int harness_tree(const char *path, bool recursive);
/* Session, isolated mounts, the rootfs at dir: how every plan begins. */
void harness_begin(struct harness *h, const char *dir);
/* Enter, then identity of root, the gate by wire, and a shell script. */
void harness_end(struct harness *h, const char *script);
void harness_run(struct harness *h, struct outcome *out);
/* A directory with busybox in it, made for this test program and removed by
 * harness_cleanup(). NULL with a reason printed where tests cannot run. */
const char *harness_rootfs(void);
void harness_cleanup(void);

#endif
