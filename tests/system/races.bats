# SPDX-License-Identifier: Apache-2.0
#
# Commands against each other on one container: tests/faults/races with 60
# rounds a race. `make check-faults` makes 2,000 of them each. One creator wins
# and the others are told so, nothing hangs, nobody reads a torn state, and each
# failure is one of a closed list of sentences.

load lib

# The race has a tmpfs, a cgroup and a neighbour of its own.
setup_file() { :; }
teardown_file() { :; }
setup() { :; }
teardown() { :; }

# races NAME...
races()
{
	[[ $SCRIM == *scrim ]] || skip "about scrim itself"
	needs "$PYTHON"
	SCRIM=$SCRIM "$PYTHON" "$SYSTEM_DIR/../faults/races" --rounds 60 "$@" 3>&- 4>&-
}

@test "of sixteen creators of one id one wins, and fifteen are told that it exists" {
	races "create against create"
}

@test "create against delete, plain and forced" {
	races "create against delete"
}

@test "one start wins, whether the program stays or ends at once" {
	races "start against start" "start of what ends at once against start"
}

@test "kill and start against delete" {
	races "kill against delete" "kill against delete of what runs" "start against delete"
}

@test "state and list against all, and never a torn read" {
	races "state and list against create and start" "state and list against delete"
}
