/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns masks and enumerations back into the words of names.h. A bit that has
 * no word is a mistake in a table; it shows as "?", so that golden tests see
 * it. Of the access time's field a cleared one is told as one word.
 */
#include "plan/print_words.h"

#include <linux/seccomp.h>

#include "base/sys.h"
#include "plan/names.h"

enum form { FORM_NONE, FORM_BITS, FORM_BIT_NUMBERS, FORM_ONE };

static const struct {
	enum form form;
	const struct names *names;
} forms[] = {
	[OPERAND_ATTR] = { FORM_BITS, &names_mount_attrs },
	[OPERAND_PROPAGATION] = { FORM_ONE, &names_propagations },
	[OPERAND_NAMESPACE] = { FORM_BITS, &names_namespaces },
	[OPERAND_CAPS] = { FORM_BIT_NUMBERS, &names_capabilities },
	[OPERAND_FLAGS] = { FORM_BITS, &names_mount_flags },
	[OPERAND_ENTER] = { FORM_ONE, &names_enters },
	[OPERAND_HOOK] = { FORM_ONE, &names_hooks },
	[OPERAND_EXEC_FLAGS] = { FORM_BITS, &names_exec_flags },
	[OPERAND_FILTER_FLAGS] = { FORM_BITS, &names_seccomp_flags },
	[OPERAND_PERSONALITY] = { FORM_ONE, &names_personalities },
	[OPERAND_SCHEDULER_FLAGS] = { FORM_BITS, &names_scheduler_flags },
	[OPERAND_MEMORY_POLICY] = { FORM_ONE, &names_memory_policies },
	[OPERAND_MEMORY_FLAGS] = { FORM_BITS, &names_memory_policy_flags },
};

#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

bool
print_words_has(enum plan_operand operand)
{
	return operand < N_FORMS && forms[operand].form != FORM_NONE;
}

/* Every bit that a row names; what is left over is a "?". */
static size_t
list_bits(const struct names *names, bool numbers, uint64_t value,
	const char **words)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n && n < PRINT_WORDS_MAX - 1; i++) {
		uint64_t bit = numbers ? UINT64_C(1) << names->rows[i].number
				       : names->rows[i].number;

		if (!(value & bit))
			continue;
		words[n++] = names->rows[i].word;
		value &= ~bit;
	}
	if (value)
		words[n++] = "?";
	return n;
}

size_t
print_words_list(enum plan_operand operand, uint64_t value, const char **words)
{
	const struct names *names = forms[operand].names;
	size_t n = 0;

	if (forms[operand].form == FORM_ONE) {
		/* 0 is no propagation, but a word elsewhere */
		if (operand == OPERAND_PROPAGATION && !value)
			return 0;
		words[0] = names_word(names, value);
		if (!words[0])
			words[0] = "?";
		return 1;
	}
	if (operand == OPERAND_ATTR &&
		(value & MOUNT_ATTR__ATIME) == MOUNT_ATTR__ATIME) {
		words[n++] = "atime";
		value &= ~(uint64_t)MOUNT_ATTR__ATIME;
	}
	return n +
		list_bits(names, forms[operand].form == FORM_BIT_NUMBERS, value,
			words + n);
}

const char *
print_words_action(uint32_t action, int *out_errno)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;
	const char *word = names_word(&names_seccomp_actions, kind);

	*out_errno = kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_TRACE
		? (int)(action & SECCOMP_RET_DATA)
		: -1;
	return word ? word : "?";
}
