# SPDX-License-Identifier: Apache-2.0
#
# SPEC 108, 115, 137: an ordinary user's containers as scopes of his own
# systemd, with the limits that were delegated to him.

load lib

USER_NAME=scrimtester
SLICE=user.slice

setup_file()
{
	[ -d /run/systemd/system ] || return 0
	bench_open
	chmod 755 "$T"
	userdel -r $USER_NAME 2> /dev/null || true
	useradd -m -d "$T/home" -s /bin/sh $USER_NAME
	export USER_ID
	USER_ID=$(id -u $USER_NAME)
	loginctl enable-linger $USER_NAME
	for _ in {1..100}; do
		[ ! -S "/run/user/$USER_ID/bus" ] || break
		sleep 0.2
	done
	cp "$(command -v "${SCRIM%% *}")" "$T/home/scrim"
}

teardown_file()
{
	[ -d /run/systemd/system ] || return 0
	loginctl disable-linger $USER_NAME
	systemctl stop "user@$USER_ID.service"
	userdel -r $USER_NAME 2> /dev/null || true
	bench_close
}

setup()
{
	[ -d /run/systemd/system ] || skip "systemd is not the init here"
	test_open
	UNIT=st-$ID.scope
	MANAGER=/user.slice/user-$USER_ID.slice/user@$USER_ID.service
	rm "$B/config.json"
	find "$B" -type d -exec chown "$USER_ID:$USER_ID" {} +
	as_user "$T/home/scrim" spec --rootless -b "$B"
	chmod 755 "$T/b"
	config '.process.terminal = false | .process.rlimits = [] | .root.readonly = false'
	path ":st:$ID"
	chown "$USER_ID" "$B/config.json"
}

teardown()
{
	[ -d /run/systemd/system ] || return 0
	local units

	units=$(as_user systemctl --user list-units --all --plain --no-legend "*$ID*" "scrim-itself-*")
	test_close
	[ -z "$units" ] || { echo "units left behind: $units"; return 1; }
}

as_user()
{
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --init-groups env -i \
		PATH="$PATH" HOME="$T/home" XDG_RUNTIME_DIR="/run/user/$USER_ID" "$@"
}

user_scrim()
{
	as_user "$T/home/scrim" --systemd-cgroup "$@"
}

path()
{
	config '.linux.cgroupsPath = $p' --arg p "$1"
	chown "$USER_ID" "$B/config.json"
}

property()
{
	is "$(as_user systemctl --user show --value -p "$1" "$UNIT")" "$2"
}

@test "a user's container is a scope of his own systemd" {
	script 'cat /proc/self/cgroup; id -u'
	namespace_drop cgroup
	try user_scrim run -b "$B" "$ID"
	succeeds
	prints "0::$MANAGER/$SLICE/$UNIT"
	prints 0
}

@test "his limits are properties of it, and hold" {
	config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}, cpu: {quota: 50000, period: 100000}}'
	args /bin/sleep 100
	try user_scrim create -b "$B" "$ID"
	succeeds
	try user_scrim start "$ID"
	succeeds
	property MemoryMax 67108864
	property TasksMax 20
	property CPUQuotaPerSecUSec 500ms
	# from his session, which is not in his manager's part of the tree
	try user_scrim exec "$ID" /bin/cat /proc/self/cgroup
	succeeds
	shows "^0::(/|$MANAGER/$SLICE/$UNIT)\$"
	as_user systemctl --user daemon-reload
	is "$(cat "$CGROUP$MANAGER/$SLICE/$UNIT/memory.max")" 67108864
	is "$(cat "$CGROUP$MANAGER/$SLICE/$UNIT/pids.max")" 20
	is "$(cat "$CGROUP$MANAGER/$SLICE/$UNIT/cpu.max")" "50000 100000"
	# an engine's environment when it cleans up
	try setpriv --reuid "$USER_ID" --regid "$USER_ID" --init-groups env -i \
		XDG_RUNTIME_DIR="/run/user/$USER_ID" "$T/home/scrim" delete --force "$ID"
	succeeds
	[ ! -e "$CGROUP$MANAGER/$SLICE/$UNIT" ] || show "the cgroup is left"
}

@test "from inside his own part of the tree, scrim stays where it is" {
	script 'cat /proc/self/cgroup'
	namespace_drop cgroup
	try as_user systemd-run --user --quiet --scope --unit "outer-$ID" sh -c '
		"$@" && cat /proc/self/cgroup' sh "$T/home/scrim" --systemd-cgroup run -b "$B" "$ID"
	succeeds
	prints "0::$MANAGER/$SLICE/$UNIT"
	shows "outer-$ID.scope$"
}

@test "a create of his that fails leaves no unit" {
	args /no/such/program
	try user_scrim create -b "$B" "$ID"
	fails
	says 'no such file'
	as_user systemctl --user list-units --all --plain --no-legend "*$ID*" | { ! grep .; }
}

@test "without his session's bus he is told so" {
	try setpriv --reuid "$USER_ID" --regid "$USER_ID" --init-groups env -i PATH="$PATH" \
		"$T/home/scrim" --root "$T/home/root" --systemd-cgroup create -b "$B" "$ID"
	fails
	says 'the systemd of this user does not answer .*XDG_RUNTIME_DIR'
	rm -rf "$T/home/root"
}
