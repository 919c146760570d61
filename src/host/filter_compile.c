/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only a profile that was never seen before needs libseccomp, which is loaded
 * for it (host/library.h). Rules go in as listed. A system call that
 * this machine does not know is skipped, for profiles name calls of newer
 * kernels and other architectures; it gets the default action. What is newer
 * than the profile is filter_newer.c's.
 */
#include "host/filter_compile.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/filter_newer.h"
#include "host/library.h"
#include "plan/plan.h"

#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_ARGS 6

/* More than any machine can execute. */
#define MAX_ARCHES 8

/* What is used of the library, by the types of its header. */
struct functions {
	__typeof__(seccomp_init) *init;
	__typeof__(seccomp_release) *release;
	__typeof__(seccomp_attr_set) *attr_set;
	__typeof__(seccomp_arch_add) *arch_add;
	__typeof__(seccomp_arch_exist) *arch_exist;
	__typeof__(seccomp_arch_native) *arch_native;
	__typeof__(seccomp_syscall_resolve_name) *resolve;
	__typeof__(seccomp_syscall_resolve_name_arch) *resolve_arch;
	__typeof__(seccomp_rule_add_array) *rule_add;
	__typeof__(seccomp_export_bpf) *export_bpf;
};

#define FUNCTION(name, member)                                                 \
	{                                                                      \
		name, offsetof(struct functions, member)                       \
	}
static const struct library_symbol symbols[] = {
	FUNCTION("seccomp_init", init),
	FUNCTION("seccomp_release", release),
	FUNCTION("seccomp_attr_set", attr_set),
	FUNCTION("seccomp_arch_add", arch_add),
	FUNCTION("seccomp_arch_exist", arch_exist),
	FUNCTION("seccomp_arch_native", arch_native),
	FUNCTION("seccomp_syscall_resolve_name", resolve),
	FUNCTION("seccomp_syscall_resolve_name_arch", resolve_arch),
	FUNCTION("seccomp_rule_add_array", rule_add),
	FUNCTION("seccomp_export_bpf", export_bpf),
};

static const struct library libseccomp = {
	.soname = "libseccomp.so.2",
	.package = "libseccomp2",
	.purpose = "a new seccomp profile",
	.symbols = symbols,
	.n_symbols = sizeof(symbols) / sizeof(symbols[0]),
};

/* The native one is in from the start. One that this machine cannot execute
 * (the other byte order) and one that the library does not know yet are passed
 * over: calls of an architecture that is not in a filter kill the program. */
static int
add_arches(const struct functions *lib, scmp_filter_ctx ctx,
	const struct plan_seccomp *seccomp, struct err *err)
{
	for (size_t i = 0; i < seccomp->n_arches; i++) {
		int code = lib->arch_add(ctx, seccomp->arches[i]);

		if (code < 0 && code != -EEXIST && code != -EDOM &&
			code != -EINVAL)
			return err_code(err, -code,
				"seccomp architecture 0x%08x",
				seccomp->arches[i]);
	}
	return 0;
}

/* The library takes one comparison per argument in a rule. */
static bool
has_twin(const struct plan_seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

static int
add_name(const struct functions *lib, scmp_filter_ctx ctx,
	const struct plan_seccomp_rule *rule, const char *name,
	const struct scmp_arg_cmp *args)
{
	int number = lib->resolve(name), code = 0;

	if (number == __NR_SCMP_ERROR)
		return 0;
	/* Two comparisons of one argument mean either of them, as engines and
	 * other runtimes have it: a rule each. */
	if (has_twin(rule)) {
		for (size_t i = 0;
			i < rule->n_args && (code >= 0 || code == -EEXIST); i++)
			code = lib->rule_add(
				ctx, rule->action, number, 1, args + i);
	} else {
		code = lib->rule_add(ctx, rule->action, number,
			(unsigned)rule->n_args, args);
	}
	return code == -EEXIST ? 0 : code;
}

/* One rule of the config is one rule of the library for each of its names. */
static int
add_rule(const struct functions *lib, scmp_filter_ctx ctx,
	const struct plan_seccomp_rule *rule, struct err *err)
{
	struct scmp_arg_cmp args[MAX_ARGS];

	if (rule->n_args > MAX_ARGS)
		return err_say(err,
			"seccomp rule with %zu arguments, a system call has %d",
			rule->n_args, MAX_ARGS);
	for (size_t i = 0; i < rule->n_args; i++)
		args[i] = (struct scmp_arg_cmp){
			.arg = rule->args[i].index,
			.op = rule->args[i].op,
			.datum_a = rule->args[i].value,
			.datum_b = rule->args[i].value_two,
		};
	for (size_t i = 0; i < rule->n_names; i++) {
		int code = add_name(lib, ctx, rule, rule->names[i], args);

		if (code < 0)
			return err_code(err, -code, "seccomp rule for %s",
				rule->names[i]);
	}
	return 0;
}

/* For who would rather have no container than a rule that does nothing. A name
 * of another architecture's has a number below zero, and is no mistake. */
static int
check_names(const struct functions *lib, const struct plan_seccomp_rule *rule,
	struct err *err)
{
	for (size_t i = 0; i < rule->n_names; i++)
		if (lib->resolve(rule->names[i]) == __NR_SCMP_ERROR)
			return err_say(err,
				"unknown system call \"%s\" "
				"(run.oci.seccomp_fail_unknown_syscall)",
				rule->names[i]);
	return 0;
}

static int
add_rules(const struct functions *lib, scmp_filter_ctx ctx,
	const struct plan_seccomp *seccomp, struct err *err)
{
	for (size_t i = 0; i < seccomp->n_rules; i++) {
		const struct plan_seccomp_rule *rule = &seccomp->rules[i];

		if (seccomp->strict && check_names(lib, rule, err) < 0)
			return err_where(err, rule->where.line,
				rule->where.column, rule->where.pointer);
		/* What happens anyhow needs no rule, and the library refuses
		 * it. */
		if (rule->action == seccomp->default_action)
			continue;
		if (add_rule(lib, ctx, rule, err) < 0)
			return err_where(err, rule->where.line,
				rule->where.column, rule->where.pointer);
	}
	return 0;
}

/* Names that have no number there are none of its calls. */
static struct filter_newest
find_newest(const struct functions *lib, const struct plan_seccomp *seccomp,
	uint32_t arch)
{
	struct filter_newest newest = { arch, filter_newer_oldest(arch) };

	for (size_t i = 0; i < seccomp->n_rules; i++) {
		const struct plan_seccomp_rule *rule = &seccomp->rules[i];

		for (size_t j = 0; j < rule->n_names; j++) {
			int number = lib->resolve_arch(arch, rule->names[j]);

			if (number > 0 && (uint32_t)number > newest.number)
				newest.number = (uint32_t)number;
		}
	}
	return newest;
}

/* For each architecture that the filter has, save x32, whose calls are told
 * from those of x86_64 by their numbers alone. */
static int
write_newer(const struct functions *lib, scmp_filter_ctx ctx,
	const struct plan_seccomp *seccomp, int fd, struct err *err)
{
	struct filter_newest newest[MAX_ARCHES];
	struct sock_filter insns[MAX_ARCHES * FILTER_NEWER_INSNS];
	uint32_t native = lib->arch_native();
	size_t n = 0;

	if (!filter_newer_is_for(seccomp->default_action))
		return 0;
	newest[n++] = find_newest(lib, seccomp, native);
	for (size_t i = 0; i < seccomp->n_arches && n < MAX_ARCHES; i++) {
		uint32_t arch = seccomp->arches[i];

		if (arch != native && arch != SCMP_ARCH_X32 &&
			lib->arch_exist(ctx, arch) == 0)
			newest[n++] = find_newest(lib, seccomp, arch);
	}
	n = filter_newer_make(newest, n, insns);
	return fd_write(fd, insns, n * sizeof(insns[0]), err);
}

int
filter_compile(const struct plan_seccomp *seccomp, int fd, struct err *err)
{
	struct functions lib = { 0 };
	scmp_filter_ctx ctx;
	int ok, code;

	if (library_load(&libseccomp, &lib, err) < 0)
		return -1;
	ctx = lib.init(seccomp->default_action);
	if (!ctx)
		return err_say(err,
			"seccomp default action 0x%08x is unknown to libseccomp",
			seccomp->default_action);
	/* A binary tree of calls, since 2.5; without it, a longer way. */
	lib.attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	ok = add_arches(&lib, ctx, seccomp, err);
	if (ok == 0)
		ok = add_rules(&lib, ctx, seccomp, err);
	if (ok == 0)
		ok = write_newer(&lib, ctx, seccomp, fd, err);
	if (ok == 0) {
		code = lib.export_bpf(ctx, fd);
		if (code < 0)
			ok = err_code(err, -code, "compile the seccomp filter");
	}
	lib.release(ctx);
	return ok;
}
