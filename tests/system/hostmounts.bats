# SPDX-License-Identifier: Apache-2.0
#
# Start-up does not grow with the host's mounts: nothing on the way from
# create to start reads the host's mount table, and no system call is made
# for a mount of the host's. Both ways of birth, pinned and plain, are used.

load lib

# The choice is what these tests are about.
unset SCRIM_BIRTH

setup()
{
	test_open
	mkdir "$T/many"
	mount -t tmpfs many "$T/many"
	mount --make-private "$T/many"
}

teardown()
{
	umount -l "$T/many"
	rmdir "$T/many"
	test_close
}

# many COUNT: so many more mounts on the host.
many()
{
	local i

	for ((i = 0; i < $1; i++)); do
		mkdir "$T/many/$i"
		mount --bind "$T/many/$i" "$T/many/$i"
	done
}

# calls COMMAND...: how many system calls it made, with its children.
calls()
{
	# The leak sanitizer, in a build that has it, traces, too.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$T/strace" "$@" < /dev/null > /dev/null 2>&1 3>&- || true
	grep -vcE 'resumed|SIGCHLD|exited' "$T/strace"
}

@test "the mount table is not read between create and start" {
	needs strace
	[[ $SCRIM == *scrim ]] || skip "others read it"
	runs
	calls $SCRIM --root "$ROOT" run -b "$B" "$ID" > /dev/null
	! grep -E '(mountinfo|/proc/[a-z0-9/]*mounts|/etc/mtab)"' "$T/strace" ||
		show "the mount table is read"
	rm "$T/strace"
}

# as_many_calls: a run makes them whether the host has 300 more mounts or not.
as_many_calls()
{
	local few lot

	runs
	few=$(calls $SCRIM --root "$ROOT" run -b "$B" "$ID")
	many 300
	lot=$(calls $SCRIM --root "$ROOT" run -b "$B" "$ID")
	[ "$lot" -le $((few + 40)) ] || show "$few calls, with 300 more mounts $lot"
	rm "$T/strace"
}

@test "the number of system calls does not depend on the host's mounts" {
	needs strace
	[[ $SCRIM == *scrim ]] || skip "others do depend on it"
	as_many_calls
}

@test "nor does it with a user namespace" {
	needs strace
	[[ $SCRIM == *scrim ]] || skip "others do depend on it"
	user_namespace
	as_many_calls
}

@test "a container has its own mounts and none of the host's" {
	many 50
	args cat /proc/self/mountinfo
	runs
	is "$(wc -l <<< "$output")" 6
}

@test "the pinned namespace is used a second time" {
	needs strace
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	# Its maker unshares a mount namespace, and nobody else does.
	umount "$ROOT/.pin/mnt" && rm "$ROOT/.pin/mnt"
	calls $SCRIM --root "$ROOT" run -b "$B" "$ID" > /dev/null
	grep -q 'unshare(CLONE_NEWNS' "$T/strace" || show "no pin was made"
	calls $SCRIM --root "$ROOT" run -b "$B" "$ID" > /dev/null
	! grep 'unshare(CLONE_NEWNS' "$T/strace" || show "the pin was made again"
	rm "$T/strace"
}

@test "a stale or lost pin is made anew" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	runs
	pins_away "$ROOT"
	runs
	pins_away "$ROOT"
	rm -rf --one-file-system "$ROOT/.pin"
	runs
}

@test "eight first runs at once make one pin and all succeed" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	local fresh=$T/fresh pids=() failed=0 i pid

	mkdir "$fresh"
	for i in 1 2 3 4 5 6 7 8; do
		bundle "$B/$i"
		sed -i "s,$ID,$ID-$i," "$B/$i/config.json"
		$SCRIM --root "$fresh" run -b "$B/$i" "$ID-$i" < /dev/null > "$T/race.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	output=$(cat "$T"/race.*)
	is "$failed" 0
	is "$(grep -c " $fresh/.* nsfs " /proc/self/mountinfo)" 1
	pins_away "$fresh"
	rm -rf --one-file-system "$fresh" "$T"/race.*
}

@test "the caller's root and working directory are its own after a run" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	# poststart runs in the runtime after the birth: it must be back home.
	config '.hooks.poststart = [{path: "/bin/sh", args: ["sh", "-c", $t]}]' \
		--arg t "pwd > $B/pwd; ls -d $B/config.json > $B/seen"
	args /bin/sleep 0.1
	cd "$B"
	runs
	is "$(cat "$B/seen")" "$B/config.json"
}

@test "a relative console socket, pid file and log are the caller's, whatever the birth" {
	cd "$T/tmp"
	try scrim --log log create -b "$B" --pid-file pid "$ID"
	succeeds
	is "$(cat pid)" "$(pid_of "$ID")"
	deleted
	rm -f pid log
}

@test "the plan tells which birth was chosen, and why" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	try scrim plan "$B"
	succeeds
	shows 'pinned'
	config '.hooks.createContainer = [{path: "/bin/true"}]'
	try scrim plan "$B"
	succeeds
	shows 'plain|unshare|copy'
	shows 'createContainer|hook'
}

@test "plan changes nothing and needs no privilege" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own way"
	needs setpriv
	chmod 755 "$T" "$B"
	cp "$(command -v $SCRIM)" "$T/tmp/scrim"
	try setpriv --reuid 4242 --regid 4242 --clear-groups "$T/tmp/scrim" plan "$B"
	succeeds
	try setpriv --reuid 4242 --regid 4242 --clear-groups "$T/tmp/scrim" plan --format json "$B"
	succeeds
	jq -e . <<< "$output" > /dev/null
	rm "$T/tmp/scrim"
}

@test "a caller in a chroot can run containers" {
	[[ $SCRIM == *scrim ]] || skip "needs the runtime's libraries in the chroot"
	local dir jail=$B/jail made=()

	mkdir -p "$jail/opt" "$jail/tmp" "$jail$T"
	for dir in /usr /lib /lib64 /bin /proc /sys /dev /etc; do
		if [ -L "$dir" ]; then
			cp -d "$dir" "$jail$dir"
		elif [ -d "$dir" ]; then
			mkdir "$jail$dir"
			mount --rbind "$dir" "$jail$dir"
			mount --make-rprivate "$jail$dir"
			made+=("$jail$dir")
		fi
	done
	mount --bind "$T" "$jail$T"
	made+=("$jail$T")
	cp "$(realpath "$(command -v $SCRIM)")" "$jail/opt/scrim"
	args echo here
	try chroot "$jail" /opt/scrim --root "$ROOT" run -b "$B" "$ID"
	umount -l "${made[@]}"
	succeeds
	prints here
}
