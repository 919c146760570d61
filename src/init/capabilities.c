/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five sets. All that is permitted becomes effective once more, for the
 * bounding set can only be cut with CAP_SETPCAP; then the sets are put as
 * the plan says, and ambient ones raised last, for they need the others. What
 * cannot be granted is left out and warned about [93, 94 of SPEC.md]. A bit
 * that cannot be taken away is an error: that would be a wider container than
 * was asked for.
 */
#include "init/capabilities.h"

#include "base/err.h"
#include "base/sys.h"
#include "init/init.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <sys/prctl.h>

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, KEPT };

int
capabilities_get(struct capabilities *out, struct err *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (sys_capget(&header, data) < 0)
		return err_sys(err, "capget");
	out->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	out->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	out->inheritable =
		data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

int
capabilities_put(const struct capabilities *sets, struct err *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)sets->effective, (uint32_t)sets->permitted,
		  (uint32_t)sets->inheritable },
		{ (uint32_t)(sets->effective >> 32),
		  (uint32_t)(sets->permitted >> 32),
		  (uint32_t)(sets->inheritable >> 32) },
	};

	if (sys_capset(&header, data) < 0)
		return err_sys(err, "capset");
	return 0;
}

/* By number: the names are in scrim's table, and one table is enough. */
static void
warn_left_out(
	const struct init *init, const char *set, uint64_t wanted, uint64_t had)
{
	char text[96];

	for (unsigned cap = 0; cap < 64; cap++) {
		if (!((wanted & ~had) >> cap & 1))
			continue;
		snprintf(text, sizeof(text),
			"capability number %u cannot be granted in the %s set",
			cap, set);
		init_warn(init, text);
	}
}

/*
 * Drops what is not in the mask; tells what of the mask was there. EINVAL is
 * the kernel's word for a number that it does not know.
 */
static int
cut_bounding(uint64_t mask, uint64_t *out_left, struct err *err)
{
	*out_left = 0;
	for (int cap = 0; cap < 64; cap++) {
		bool kept = mask >> cap & 1;
		int was = prctl(kept ? PR_CAPBSET_READ : PR_CAPBSET_DROP, cap);

		if (was < 0 && errno == EINVAL)
			return 0;
		if (was < 0)
			return err_sys(err, "%s number %d in the bounding set",
				kept ? "find" : "drop", cap);
		if (kept && was)
			*out_left |= UINT64_C(1) << cap;
	}
	return 0;
}

/* Whether scrim's caller has forbidden it to all its descendants. */
static bool
may_not_raise(void)
{
	int bits = prctl(PR_GET_SECUREBITS);

	return bits >= 0 && bits & SECBIT_NO_CAP_AMBIENT_RAISE;
}

/* The kernel refuses those that are not permitted and inheritable. */
static int
raise_ambient(const struct init *init, uint64_t mask, uint64_t possible,
	struct err *err)
{
	uint64_t raised = 0;

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_sys(err, "clear the ambient set");
	for (int cap = 0; cap < 64; cap++) {
		if (!((mask & possible) >> cap & 1))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) == 0)
			raised |= UINT64_C(1) << cap;
		else if (errno != EPERM || !may_not_raise())
			return err_sys(err, "raise number %d", cap);
	}
	warn_left_out(init, "ambient", mask, raised);
	return 0;
}

int
capabilities_set(
	struct init *init, const struct plan_step *step, struct err *err)
{
	const uint64_t *wanted = step->number;
	struct capabilities have, sets;
	uint64_t bounding;

	if (capabilities_get(&have, err) < 0)
		return -1;
	sets = have;
	sets.effective = sets.permitted;
	if (capabilities_put(&sets, err) < 0 ||
		cut_bounding(wanted[BOUNDING], &bounding, err) < 0)
		return -1;
	sets.permitted = wanted[PERMITTED] & have.permitted;
	sets.effective = wanted[EFFECTIVE] & sets.permitted;
	/* capabilities(7): no more than the bounding set holds can be added. */
	sets.inheritable = wanted[INHERITABLE] &
		(have.inheritable | (have.permitted & bounding));
	warn_left_out(init, "bounding", wanted[BOUNDING], bounding);
	warn_left_out(init, "permitted", wanted[PERMITTED], sets.permitted);
	warn_left_out(init, "effective", wanted[EFFECTIVE], sets.effective);
	warn_left_out(
		init, "inheritable", wanted[INHERITABLE], sets.inheritable);
	sets.permitted |= wanted[KEPT] & have.permitted;
	sets.effective |= wanted[KEPT] & have.permitted;
	if (capabilities_put(&sets, err) < 0)
		return -1;
	if (raise_ambient(init, wanted[AMBIENT],
		    sets.permitted & sets.inheritable, err) < 0)
		return -1;
	return init_follow_parent(true, err);
}
