/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any two texts (with a NUL between them) as the names of a network device,
 * on the host and in the container: the plan has none that the kernel would
 * not take for one, and no pattern but one "%d".
 */
#include "base/str.h"
#include "libocispec/config.h"
#include "libocispec/problems.h"
#include "plan/plan.h"
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <net/if.h>

static const char before[] =
	"{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"},"
	"\"process\":{\"cwd\":\"/\",\"args\":[\"a\"],"
	"\"user\":{\"uid\":0,\"gid\":0}},"
	"\"linux\":{\"namespaces\":[{\"type\":\"network\"},"
	"{\"type\":\"mount\"}],\"netDevices\":{";

/* dev_valid_name() in net/core/dev.c: isspace() there is that of Latin 1. */
static void
check(const char *name, bool template)
{
	size_t len = strlen(name), percents = 0;

	expect(len > 0 && len < IFNAMSIZ);
	expect(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		expect(c != '/' && c != ':' && c != 0xa0 && !isspace(c));
		if (c != '%')
			continue;
		expect(template && name[i + 1] == 'd');
		percents++;
	}
	expect(percents < 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct plan_request request = {
		.bundle = "/bundle", .id = "c1", .root = true
	};
	static struct oci_problems problems;
	struct arena *arena = fuzz_arena();
	char *names = fuzz_text(data, len);
	size_t first = strlen(names);
	auto_str text = { 0 };
	struct oci_config *config;
	struct plan *plan = NULL;

	problems_init(&problems, arena, NULL);
	str_add(&text, before);
	str_add_json(&text, names);
	str_add(&text, ":{\"name\":");
	str_add_json(&text, first < len ? names + first + 1 : "");
	str_add(&text, "}}}}");
	free(names);
	if (oci_config_check(text.data, text.len, &config, &problems) < 0 ||
		plan_make(arena, config, &request, &plan, &problems, NULL) < 0)
		return expect(problems.n), 0;
	for (size_t i = 0; i < plan->n_net_devices; i++) {
		check(plan->net_devices[i].name, false);
		check(plan->net_devices[i].new_name, true);
	}
	return 0;
}
