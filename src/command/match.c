/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill and delete of many containers at once, by a pattern of their ids, as
 * crun has it. The ids are those that list prints at this moment: one that
 * goes meanwhile fails like one that was never there, and is named.
 */
#include "command/command.h"
#include "life/show.h"

#include <regex.h>
#include <string.h>

static int
compile(regex_t *out, const char *pattern, struct err *err)
{
	char why[128];
	int code = regcomp(out, pattern, REG_EXTENDED | REG_NOSUB);

	if (!code)
		return 0;
	regerror(code, out, why, sizeof(why));
	return err_say(err, "regular expression: %s", why);
}

int
match_each(const struct call *call, const char *root,
	int (*one)(const struct call *call, const char *root, const char *id,
		struct err *err),
	struct err *err)
{
	auto_str ids = { 0 };
	struct err later = { 0 };
	regex_t regex;
	int result = 0;

	if (compile(&regex, call->words[0], err) < 0)
		return -1;
	if (show_list(root, SHOW_IDS, &ids, err) < 0)
		result = -1;
	for (char *id = ids.data, *end; result == 0 && id && *id; id = end) {
		end = id + strcspn(id, "\n");
		if (*end)
			*end++ = '\0';
		if (regexec(&regex, id, 0, NULL, 0) == 0 &&
			one(call, root, id, result ? &later : err) < 0 &&
			result == 0)
			result = err_in(err, "%s", id);
	}
	regfree(&regex);
	return result;
}
