/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execCPUAffinity [101]: lists of CPUs as cpuset has them, "0-3,7", become
 * masks of sched_setaffinity(2). They are looked at when the container is
 * created, so that a mistake shows then, and used by exec alone. An empty list
 * is as good as none.
 */
#include "base/str.h"
#include "plan/make.h"

#include <limits.h>
#include <string.h>

#define CPUS_MAX 65536u
#define WORD     (sizeof(unsigned long) * CHAR_BIT)

/* A number at *text; moves behind it. */
static bool
take_cpu(const char **text, uint64_t *out)
{
	size_t digits = strspn(*text, "0123456789");
	char number[8];

	if (digits >= sizeof(number))
		return false;
	memcpy(number, *text, digits);
	number[digits] = '\0';
	*text += digits;
	return str_to_uint(number, CPUS_MAX - 1, out) == 0;
}

/* As the kernel's own parser of cpuset lists forgives them. */
static void
skip_blanks(const char **text)
{
	*text += strspn(*text, " ");
}

/* "3" or "0-3", with blanks around. */
static bool
take_range(const char **text, uint64_t *first, uint64_t *last)
{
	skip_blanks(text);
	if (!take_cpu(text, first))
		return false;
	*last = *first;
	skip_blanks(text);
	if (**text == '-') {
		++*text;
		skip_blanks(text);
		if (!take_cpu(text, last))
			return false;
		skip_blanks(text);
	}
	return *first <= *last;
}

/* Sets the bits of the list; false where it is none. mask NULL: looks only at
 * how many words it needs. */
static bool
read_list(const char *text, unsigned long *mask, size_t *out_words)
{
	uint64_t first, last;

	do {
		if (!take_range(&text, &first, &last))
			return false;
		if (last / WORD >= *out_words)
			*out_words = last / WORD + 1;
		for (; mask && first <= last; first++)
			mask[first / WORD] |= 1ul << first % WORD;
	} while (*text++ == ',');
	return text[-1] == '\0';
}

/* The list is read twice: for the size of the mask, then for its bits. */
static struct plan_cpus
make_cpus(struct maker *m, const struct oci_exec_cpu_affinity *affinity,
	const char *member, const char *text)
{
	struct plan_cpus cpus = { 0 };
	size_t words = 0;

	if (!text || !text[strspn(text, " ")])
		return cpus;
	if (!read_list(text, NULL, &words)) {
		make_complain(m, &affinity->at, member,
			"\"%s\" is not a list of CPUs such as \"0-3,7\"", text);
		return cpus;
	}
	cpus.mask = make_alloc(m, words * sizeof(*cpus.mask));
	if (cpus.mask && read_list(text, cpus.mask, &words))
		cpus.size = words * sizeof(*cpus.mask);
	cpus.where = make_where(m, &affinity->at, member);
	return cpus;
}

/* Of create no more than the complaints: the masks are exec's. */
void
affinity_make(struct maker *m)
{
	const struct oci_exec_cpu_affinity *affinity = m->config->process
		? m->config->process->exec_cpu_affinity
		: NULL;

	if (!affinity)
		return;
	m->plan->initial = make_cpus(m, affinity, "initial", affinity->initial);
	m->plan->final = make_cpus(m, affinity, "final", affinity->final);
}
