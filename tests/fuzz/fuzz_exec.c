/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any process.json and any words of exec's command line (behind the first
 * NUL, a letter for the option in front of each): the plan of the exec is
 * refused with a sentence, or passes scrim-init's own check. No word makes
 * an inheritable capability (CVE-2022-29162); a process.json may ask for one.
 */
#include "base/err.h"
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

#include <linux/sched.h>

#define WORDS_MAX 16

static const char container[] =
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"cwd\":\"/\",\"args\":[\"a\"],"
	"\"user\":{\"uid\":5,\"gid\":6,\"additionalGids\":[7]},"
	"\"capabilities\":{\"bounding\":[\"CAP_KILL\"],"
	"\"effective\":[\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":2}],"
	"\"env\":[\"A=1\",\"PATH=/bin\"]}}";

/* The words that may be given several times, by their letter. */
static const char lists[] = "aecg";

struct given {
	const char *items[sizeof(lists)][WORDS_MAX];
	struct plan_exec_words words;
};

static void
take(struct given *given, const char *word)
{
	struct plan_exec_words *words = &given->words;
	struct plan_words *several[] = { &words->args, &words->env,
		&words->caps, &words->gids };
	const char *list = strchr(lists, *word);

	if (*word && list) {
		size_t i = (size_t)(list - lists);

		several[i]->items = given->items[i];
		if (several[i]->n < WORDS_MAX)
			given->items[i][several[i]->n++] = word + 1;
	}
	words->user = *word == 'u' ? word + 1 : words->user;
	words->cwd = *word == 'd' ? word + 1 : words->cwd;
	words->apparmor = *word == 'p' ? word + 1 : words->apparmor;
	words->label = *word == 'l' ? word + 1 : words->label;
	words->tty |= *word == 't';
	words->no_new_privs |= *word == 'n';
}

/* The steps' numbers 3 and 4: inheritable, and the ambient ones. */
static void
check_inherited(const struct plan_step *step)
{
	if (step->op == OP_CAPABILITIES)
		expect(!step->number[3] && !step->number[4]);
	if (step->op == OP_SECCOMP)
		expect(!step->number[4] && !step->number[5]);
}

static void
check(const struct plan *plan, bool words_alone)
{
	const struct plan_header *head = plan_head(plan->block);
	auto_str text = { 0 }, json = { 0 };

	expect(plan_check(plan->block, plan->block_size, NULL) == 0);
	for (uint32_t i = 0; words_alone && i < head->n_steps; i++)
		check_inherited(&plan_steps(plan->block)[i]);
	plan_print_text(plan, &text);
	plan_print_json(plan, &json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	char *text = fuzz_text(data, len);
	struct given given = { 0 };
	struct oci_process *process = NULL;
	struct oci_config *config;
	struct err err = { 0 };
	struct plan *plan = NULL;
	struct plan_exec exec = { .id = "c1",
		.bundle = "/bundle",
		.namespaces = len % 3 ? CLONE_NEWPID | CLONE_NEWNS : 0,
		.root = len % 3 ? NULL : "/proc/9/root",
		.root_user = len % 2,
		.preserve_fds = len % 4,
		.groups_denied = len % 5 == 0 };

	problems_init(&problems, arena, "process.json");
	for (size_t at = strlen(text) + 1; at < len;
		at += strlen(text + at) + 1)
		take(&given, text + at);
	expect(oci_config_parse(arena, container, sizeof(container) - 1,
		       &config, NULL) == 0);
	exec.container = config;
	exec.words = given.words;
	if (*text &&
		oci_process_check(text, strlen(text), &process, &problems) < 0)
		return expect(problems.n), free(text), 0;
	exec.process = process;
	if (plan_make_exec(arena, &exec, &plan, &problems, &err) < 0)
		expect(problems.n || err.text[0]);
	else
		check(plan, !process);
	return free(text), 0;
}
