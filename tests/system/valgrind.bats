# SPDX-License-Identifier: Apache-2.0
#
# No command reads what was never written, or forgets what it has allocated:
# valgrind watches whole runs of the program that can load libraries, the same
# sources as the small one. Its versions up to 3.19 know no clone3, open_tree
# and pidfd_send_signal: then what bears a process is watched up to there and
# through its undoing, and the rest on a container that was made without it.

load lib

setup()
{
	[ -n "${SCRIM_VALGRIND-}" ] || skip "slow: make check-valgrind runs it"
	needs valgrind
	test_open
}

teardown()
{
	[ -z "${SCRIM_VALGRIND-}" ] || test_close
}

# watched STATUS COMMAND...: it ends so, and valgrind has nothing to say.
watched()
{
	local expected=$1

	shift
	try valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
		--log-file="$T/valgrind.%p" "$SCRIM_VALGRIND" --root "$ROOT" "$@"
	# Its warnings are of system calls that it does not know: these get ENOSYS.
	if grep -hE '^==[0-9]+== ([0-9,]+ .*lost|Conditional|Invalid|Jump|Mismatched|Process term|Source and|Syscall param|Use of)' \
		"$T"/valgrind.* || [ "$status" = 99 ]; then
		rm -f "$T"/valgrind.*
		show "valgrind has found something: $*"
	fi
	rm -f "$T"/valgrind.*
	[ "$status" = "$expected" ] || [ "$expected" = any ] || show "expected status $expected: $*"
}

@test "valgrind: commands that only speak" {
	watched 0 --version
	watched 0 --help
	watched 0 features
	watched 0 completion bash
	watched 1 no-such-command
	watched 1 run --no-such-option
}

@test "valgrind: documents become plans, good ones and bad ones" {
	for file in "$SYSTEM_DIR"/../config/bundles/*.json "$SYSTEM_DIR"/../golden/hooks.json \
		"$SYSTEM_DIR"/../config/bad/mount*.json; do
		cp "$file" "$B/config.json"
		watched any plan -b "$B"
		watched any plan --format json -b "$B"
	done
}

@test "valgrind: create and run, or their undoing" {
	user_namespace
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"} | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	watched any create -b "$B" "$ID"
	watched any delete --force "$ID"
	watched any run -b "$B" "$ID"
	watched any delete --force "$ID"
}

@test "valgrind: the life of a container" {
	args sleep 1000
	created
	watched 0 state "$ID"
	watched 1 create -b "$B" "$ID"
	watched 0 start "$ID"
	for command in list "list -q" "list -f json" "state $ID" "ps $ID" "mounts $ID" \
		"pause $ID" "resume $ID"; do
		watched 0 $command
	done
	watched any events --stats "$ID"
	watched any exec "$ID" true
	watched any update --pids-limit 100 "$ID"
	watched 1 delete "$ID"
	watched any kill "$ID" KILL
	try scrim kill "$ID" KILL
	wait_until is_status "$ID" stopped
	watched any delete "$ID"
	try scrim delete --force "$ID"
	watched 1 state "$ID"
}
