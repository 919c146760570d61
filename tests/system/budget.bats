# SPDX-License-Identifier: Apache-2.0
#
# What commands may cost at most, in counts and not in time: system calls of
# parent and child, processes, bytes of plan. The figures and the reasons for
# them stand in tests/budget, a row each; whoever must raise one writes why.
# A count well below its row is no failure, but the row should follow it down.

load lib

BUDGET=$BATS_TEST_DIRNAME/../budget

# Counts of a sanitizer's or of another program are none of scrim's.
countable()
{
	needs strace
	[[ $SCRIM == *scrim ]] || skip "about scrim's own cost"
	! grep -q __asan_init "$SCRIM" || skip "built with sanitizers"
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
}

# trace OPTION COMMAND...: its system calls, with -f its children's, too: only
# of what ends by itself, for strace waits for all that it follows.
trace()
{
	local follow=$1

	shift
	try timeout 20 strace "$follow" -qq -s 64 -o "$T/trace" $SCRIM --root "$ROOT" "$@"
	succeeds
	rm -f "$T/calls"
	# A call that was interrupted by another process's stands in two lines.
	sed '/^[a-z]/s/^/1 /' "$T/trace" | grep -vE '<\.\.\. |--- SIG|\+\+\+ ' > "$T/calls"
	FIRST=$(awk 'NR == 1 { print $1 }' "$T/calls")
}

# The first thing that main() does is to ignore SIGPIPE; before it, the loader
# and libc are at work.
loader_calls()
{
	awk -v p="$FIRST" '$1 == p { n++ } /rt_sigaction\(SIGPIPE/ { print n - 1; exit }' "$T/calls"
}

parent_calls()
{
	awk -v p="$FIRST" '/rt_sigaction\(SIGPIPE/ && !on { on = 1 } on && $1 == p { n++ } END { print n + 0 }' "$T/calls"
}

# Up to the execution of the program, whose own calls are not counted.
child_calls()
{
	awk -v p="$FIRST" '$1 != p { n++ } $1 != p && /execve\("\/bin\/true"/ { exit } END { print n + 0 }' "$T/calls"
}

processes()
{
	awk '!seen[$1]++' "$T/calls" | wc -l
}

plan_bytes()
{
	# What the message was to hold: its end may stand in another line.
	sed -n 's/.*"scrm\.pln.*iov_len=\([0-9]*\)}.*/\1/p' "$T/calls" | head -n 1
}

# within ROW COUNT: prints both; fails when the row allows less, or is missing.
within()
{
	local most

	most=$(awk -v row="$1" '$1 == row { print $2 }' "$BUDGET")
	echo "$1: ${2:-not counted}, budget ${most:-missing}"
	[ -n "$2" ] && [ "$2" -gt 0 ] && [ -n "$most" ] && [ "$2" -le "$most" ]
}

# all_within ROW COUNT...: judges all before it fails.
all_within()
{
	local bad=0

	while [ $# -gt 0 ]; do
		within "$1" "$2" || bad=1
		shift 2
	done
	return $bad
}

teardown()
{
	rm -f "$T/trace" "$T/calls"
	test_close
}

@test "run of the minimal bundle stays within its budget" {
	countable
	runs # what is made once for a state root is there
	trace -f run -b "$B" "$ID"
	all_within run-loader "$(loader_calls)" run-parent "$(parent_calls)" \
		run-child "$(child_calls)" run-processes "$(processes)" \
		run-plan-bytes "$(plan_bytes)"
}

@test "create, start, state, list and delete stay within theirs" {
	countable
	runs
	trace -q create -b "$B" "$ID"
	within create-parent "$(parent_calls)"
	trace -q start "$ID"
	within start "$(parent_calls)"
	wait_until is_status "$ID" stopped
	trace -q state "$ID"
	within state "$(parent_calls)"
	trace -q list -q
	within list "$(parent_calls)"
	trace -q delete "$ID"
	within delete "$(parent_calls)"
}

@test "exec stays within its budget" {
	countable
	args /bin/sleep 1000
	started
	trace -f exec "$ID" /bin/true
	all_within exec-parent "$(parent_calls)" exec-child "$(child_calls)" \
		exec-processes "$(processes)" exec-plan-bytes "$(plan_bytes)"
	deleted
}

@test "a run that has to pin the namespace first has a budget of its own" {
	countable
	runs
	umount -l "$ROOT/.pin/mnt"
	umount -l "$ROOT/.pin"
	trace -f run -b "$B" "$ID"
	all_within pin-processes "$(processes)" pin-parent "$(parent_calls)"
}

@test "every row of the budget says why" {
	! grep -vE '^[a-z-]+ +[0-9]+ +# .{20,}|^#|^$' "$BUDGET" || show "rows without a reason"
}
