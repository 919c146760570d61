/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of words: every table is walked, every word the specification
 * lists is there, lookups go both ways, and what is near is found.
 */
#include "base/sys.h"
#include "plan/names.h"
#include "tests/unit/runner.h"

#include <ctype.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>

static const struct names *const tables[] = {
	&names_namespaces, &names_capabilities, &names_rlimits, &names_signals,
	&names_propagations, &names_personalities, &names_hooks,
	&names_seccomp_actions, &names_seccomp_operators,
	&names_seccomp_arches, &names_seccomp_flags, &names_schedulers,
	&names_scheduler_flags, &names_io_classes, &names_memory_policies,
	&names_memory_policy_flags, &names_mount_attrs, &names_mount_flags,
	&names_exec_flags, &names_enters, &names_births, &names_sources,
};

/* SPEC 77: what a runtime must know. */
static const char *const must_options[] = {
	"async", "atime", "bind", "defaults", "dev", "diratime", "dirsync",
	"exec", "iversion", "lazytime", "loud", "noatime", "nodev",
	"nodiratime", "noexec", "noiversion", "nolazytime", "norelatime",
	"nostrictatime", "nosuid", "private", "rbind", "relatime", "remount",
	"ro", "rprivate", "rshared", "rslave", "runbindable", "rw", "shared",
	"silent", "slave", "strictatime", "suid", "sync", "unbindable",
};

/* SPEC 78: what it should know, and may. */
static const char *const should_options[] = {
	"idmap", "nosymfollow", "symfollow", "ratime", "rdev", "rdiratime",
	"rexec", "ridmap", "rnoatime", "rnodiratime", "rnoexec", "rnorelatime",
	"rnostrictatime", "rnosuid", "rnosymfollow", "rrelatime", "rro", "rrw",
	"rstrictatime", "rsuid", "rsymfollow", "rnodev", "mand", "nomand",
	"tmpcopyup",
};

START_TEST(every_word_of_a_table_is_found_and_stands_once)
{
	const struct names *table = tables[_i];
	const char *word;
	uint64_t number;

	ck_assert_ptr_nonnull(table->noun);
	for (size_t i = 0; (word = names_next(table, i)); i++) {
		ck_assert_msg(names_find(table, word, &number), "%s", word);
		ck_assert_msg(number == table->rows[i].number, "%s", word);
		ck_assert_ptr_nonnull(names_word(table, number));
	}
	ck_assert_ptr_null(names_next(table, table->n));
	ck_assert(!names_find(table, "nothing-of-the-kind", &number));
}
END_TEST

START_TEST(all_options_of_the_specification_have_rows)
{
	size_t n_must = sizeof(must_options) / sizeof(must_options[0]);
	size_t n_should = sizeof(should_options) / sizeof(should_options[0]);

	ck_assert_uint_eq(n_must, 37);
	for (size_t i = 0; i < n_must; i++)
		ck_assert_msg(names_mount_option(must_options[i]), "%s",
			must_options[i]);
	for (size_t i = 0; i < n_should; i++)
		ck_assert_msg(names_mount_option(should_options[i]), "%s",
			should_options[i]);
}
END_TEST

START_TEST(every_option_row_is_whole)
{
	const struct names_mount_option *option;
	size_t n = 0;

	for (; (option = names_mount_option_at(n)); n++) {
		bool attribute = option->kind == MOUNT_ATTRIBUTE;

		ck_assert_ptr_eq(names_mount_option(option->word), option);
		ck_assert_str_eq(names_mount_next(NULL, n), option->word);
		ck_assert_msg(option->note && *option->note, "%s",
			option->word);
		if (attribute)
			ck_assert_msg(!(option->set & MOUNT_ATTR_IDMAP), "%s",
				option->word);
		if (option->kind == MOUNT_PROPAGATES)
			ck_assert_msg(option->set & ~(uint64_t)MS_REC, "%s",
				option->word);
	}
	ck_assert_ptr_null(names_mount_next(NULL, n));
	ck_assert_uint_gt(n, 60);
}
END_TEST

START_TEST(words_for_mount_8_do_nothing)
{
	static const char *const words[] = { "x-systemd.automount",
		"comment=web", "nofail", "_netdev", "defaults", "X-mount.x" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert_msg(names_mount_option(words[i]) &&
				names_mount_option(words[i])->kind ==
					MOUNT_NOTHING,
			"%s", words[i]);
	ck_assert_ptr_null(names_mount_option("size=10m"));
	ck_assert_ptr_null(names_mount_option(""));
	ck_assert_ptr_null(names_mount_option("RO"));
}
END_TEST

START_TEST(a_recursive_word_is_its_plain_one_with_all_below)
{
	const struct names_mount_option *option;

	for (size_t i = 0; (option = names_mount_option_at(i)); i++) {
		const struct names_mount_option *plain;

		if (option->kind != MOUNT_ATTRIBUTE || !option->recursive)
			continue;
		plain = names_mount_option(option->word + 1);
		ck_assert_msg(plain && !plain->recursive, "%s", option->word);
		ck_assert_msg(plain->set == option->set &&
				plain->clear == option->clear,
			"%s", option->word);
	}
}
END_TEST

START_TEST(signals_are_known_in_every_spelling)
{
	static const struct {
		const char *text;
		int number;
	} cases[] = {
		{ "KILL", SIGKILL }, { "SIGKILL", SIGKILL }, { "sigterm", SIGTERM },
		{ "9", 9 }, { "1", 1 }, { "0", 0 }, { "65", -1 }, { "-1", -1 },
		{ "", -1 }, { "SIG", -1 }, { "SIGSIGKILL", -1 }, { "9x", -1 },
		{ "IOT", SIGABRT }, { "poll", SIGPOLL }, { "CLD", SIGCHLD },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(names_to_signal(cases[i].text) ==
				cases[i].number,
			"%s", cases[i].text);
	ck_assert_int_eq(names_to_signal("RTMIN"), SIGRTMIN);
	ck_assert_int_eq(names_to_signal("SIGRTMIN+3"), SIGRTMIN + 3);
	ck_assert_int_eq(names_to_signal("rtmax-1"), SIGRTMAX - 1);
	ck_assert_int_eq(names_to_signal("RTMIN-1"), -1);
	ck_assert_int_eq(names_to_signal("RTMAX+1"), -1);
	ck_assert_int_eq(names_to_signal("RTMIN+99"), -1);
}
END_TEST

/* libcap is not linked into scrim: scrim-init needs no names, and plans need
 * rows. It is the measure of them, as far as it and they know. */
START_TEST(capabilities_are_called_as_libcap_calls_them)
{
	cap_value_t value;
	uint64_t ours;
	size_t compared = 0;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		char *name = cap_to_name(cap);

		ck_assert_ptr_nonnull(name);
		/* a number alone: newer than libcap */
		if (strncmp(name, "cap_", 4) == 0) {
			for (char *c = name; *c; c++)
				*c = (char)toupper((unsigned char)*c);
			ck_assert(names_find(&names_capabilities, name, &ours));
			ck_assert_uint_eq(ours, (uint64_t)cap);
			ck_assert_int_eq(cap_from_name(name, &value), 0);
			ck_assert_int_eq(value, cap);
			compared++;
		}
		cap_free(name);
	}
	ck_assert_uint_ge(compared, 38);
}
END_TEST

START_TEST(what_was_probably_meant_is_found)
{
	ck_assert_str_eq(names_near(&names_namespaces, "netwrok"), "network");
	ck_assert_str_eq(names_near(&names_capabilities, "CAP_NET_ADMINN"),
		"CAP_NET_ADMIN");
	ck_assert_ptr_null(names_near(&names_namespaces, "zzzzzz"));
}
END_TEST

static void
fill(TCase *tcase)
{
	tcase_add_loop_test(tcase,
		every_word_of_a_table_is_found_and_stands_once, 0,
		sizeof(tables) / sizeof(tables[0]));
	tcase_add_test(tcase, all_options_of_the_specification_have_rows);
	tcase_add_test(tcase, every_option_row_is_whole);
	tcase_add_test(tcase, words_for_mount_8_do_nothing);
	tcase_add_test(tcase, a_recursive_word_is_its_plain_one_with_all_below);
	tcase_add_test(tcase, signals_are_known_in_every_spelling);
	tcase_add_test(tcase, capabilities_are_called_as_libcap_calls_them);
	tcase_add_test(tcase, what_was_probably_meant_is_found);
}

int
main(void)
{
	return runner_run("plan names", fill);
}
