# SPDX-License-Identifier: Apache-2.0
#
# What the tests of public vulnerabilities share: the canary, a place on the
# host that no container may reach.

load lib

setup()
{
	test_open
	CANARY=$T/tmp/canary
	mkdir "$CANARY"
	echo precious > "$CANARY/file"
}

teardown()
{
	rm -rf --one-file-system "$CANARY" "$T/raced" "$T/said"
	test_close
}

canary_is_safe()
{
	is "$(ls -A "$CANARY")" file
	is "$(cat "$CANARY/file")" precious
	! grep -q " $CANARY" /proc/self/mountinfo || show "a mount on the host's canary"
}

# without_dev: the root file system's own /dev is used.
without_dev()
{
	config 'del(.mounts[] | select(.destination | startswith("/dev")))'
}

# own_dev: the same, and it is this bundle's alone.
own_dev()
{
	without_dev
	rm -rf "$B/rootfs/dev"
	mkdir "$B/rootfs/dev"
}

# Either an error or a container that runs: what counts is the canary. With the
# host's mounts copied, where an attack would lead to, and without them.
attempt()
{
	attempt_by scrim run -b "$B" "$@" "$ID"
}

# attempt_by COMMAND...: the same in other words. The status is a success where
# one of both was.
attempt_by()
{
	local birth best=1

	for birth in plain pinned; do
		config '.annotations["org.scrim.birth"] = $b' --arg b $birth
		try "$@"
		[ "$status" != 0 ] || best=0
		canary_is_safe
	done
	status=$((best * status))
}

program()
{
	realpath "$(command -v ${SCRIM%% *})"
}

# racer WORD...: what swaps or covers files until the test is over.
racer()
{
	racer_build
	: > "$T/raced"
	background "$RACER" "$@" "$T/raced"
	wait_until raced 10
}

racer_build()
{
	RACER=$BATS_RUN_TMPDIR/racer
	[ -x "$RACER" ] ||
		${SCRIM_CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -o "$RACER" "$SYSTEM_DIR/racer.c"
}

# raced N: the racer has done so much by now.
raced()
{
	[ "$(od -An -tu8 -N8 "$T/raced" | tr -d ' ')" -ge "$1" ] 2> /dev/null
}

# race COMMAND...: 1,000 times (or RACE_ROUNDS), half of them with each birth. $output is what
# those printed that succeeded, a line each; RAN how many these were.
race()
{
	local birth i rounds=${RACE_ROUNDS:-1000}

	RAN=0
	: > "$OUT"
	for birth in pinned plain; do
		config '.annotations["org.scrim.birth"] = $b' --arg b $birth
		for ((i = 0; i < rounds / 2; i++)); do
			if "$@" < /dev/null > "$T/said" 2>> "$ERR" 3>&- 4>&-; then
				RAN=$((RAN + 1))
				cat "$T/said" >> "$OUT"
			fi
		done
	done
	raced "$rounds" || show "the racer did nothing"
	output=$(sort "$OUT" | uniq -c)
	stderr=$(sort "$ERR" | uniq -c)
	# A race in which all or none succeed is none.
	[ "$RAN" -ge $((rounds / 50)) ] || show "only $RAN of $rounds ran"
	echo "# $BATS_TEST_DESCRIPTION: $RAN of $rounds ran" >&3
}
