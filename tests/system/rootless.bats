# SPDX-License-Identifier: Apache-2.0
#
# SPEC 108, 115, 137: an ordinary user runs containers: the bundle of
# `spec --rootless` with no help, more ids by newuidmap and newgidmap.
# The user exists in copies of the host's files only, in a mount namespace
# of each command's own.

load lib

USER_ID=4242
SUB_ID=700000

setup()
{
	test_open
	needs setpriv unshare
	mkdir -p "$T/files" "$T/home" "$T/home/run" "$T/home/bin"
	cp "$(command -v ${SCRIM%% *})" "$T/home/bin/"
	RUNTIME="$T/home/bin/$(basename "${SCRIM%% *}")"
	[[ $SCRIM != *" "* ]] || RUNTIME="$RUNTIME ${SCRIM#* }"
	for file in passwd group; do
		cp "/etc/$file" "$T/files/$file"
	done
	echo "gauze:x:$USER_ID:$USER_ID::$T/home:/bin/sh" >> "$T/files/passwd"
	echo "gauze:x:$USER_ID:" >> "$T/files/group"
	echo "gauze:$SUB_ID:65536" > "$T/files/subuid"
	cp "$T/files/subuid" "$T/files/subgid"
	chmod 755 "$T" "$T/b" "$B"
	chown -R "$USER_ID:$USER_ID" "$T/home"
	find "$B" -type d -exec chown "$USER_ID:$USER_ID" {} +
	chown "$USER_ID:$USER_ID" "$B/config.json" "$B/rootfs/etc/"*
}

teardown()
{
	rm -rf --one-file-system "$T/files" "$T/home"
	test_close
}

# as_user COMMAND...: as the user, who knows nothing of root's state.
as_user()
{
	unshare --mount --propagation private sh -c '
		files=$1
		shift
		for file in passwd group subuid subgid; do
			[ -e "/etc/$file" ] || continue
			mount --bind "$files/$file" "/etc/$file"
		done
		exec "$@"' sh "$T/files" setpriv --reuid $USER_ID --regid $USER_ID \
		--clear-groups env -i PATH="$PATH" HOME="$T/home" \
		XDG_RUNTIME_DIR="$T/home/run" "$@"
}

user_scrim()
{
	as_user $RUNTIME "$@"
}

# rootless: the configuration of spec --rootless, without a terminal.
rootless()
{
	rm "$B/config.json"
	try user_scrim spec --rootless -b "$B"
	[ "$status" = 0 ] || (cd "$B" && try user_scrim spec --rootless)
	config '.process.terminal = false | .process.rlimits = [] | .root.readonly = false |
		.process.env = ["PATH=/bin:/sbin"]'
	chown $USER_ID "$B/config.json"
}

@test "the bundle of spec --rootless runs, its root is the user" {
	rootless
	script 'id -u; touch /made; cat /proc/self/uid_map'
	try user_scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	is "$(head -n 1 <<< "$output")" 0
	shows "^ +0 +$USER_ID +1$"
	is "$(stat -c %u "$B/rootfs/made")" $USER_ID
}

@test "the commands of the life cycle work for a user" {
	rootless
	args /bin/sleep 100
	try user_scrim create -b "$B" "$ID"
	succeeds
	is "$(user_scrim state "$ID" | jq -r .status)" created
	try user_scrim start "$ID"
	succeeds
	is "$(user_scrim state "$ID" | jq -r .status)" running
	is "$(user_scrim list -q)" "$ID"
	try user_scrim exec "$ID" id -u
	succeeds
	is "$output" 0
	[ -n "$(find "$T/home/run" -name "$ID")" ] || show "not below XDG_RUNTIME_DIR"
	# what cleans up old files there passes it over
	is "$(stat -c %a "$T/home/run/scrim")" 1700
	try user_scrim kill "$ID" KILL
	succeeds
	stopped() { [ "$(user_scrim state "$ID" | jq -r .status)" = stopped ]; }
	wait_until stopped
	try user_scrim delete "$ID"
	succeeds
	is "$(find "$T/home/run" -name "$ID")" ""
}

# Its words were read no further than the first page, and its end waited for.
@test "a newuidmap that talks without end keeps nobody waiting" {
	rootless
	mkdir "$T/home/tools"
	printf '#!/bin/sh\nhead -c 300000 /dev/zero | tr "\\0" x\nexit 3\n' > "$T/home/tools/newuidmap"
	chmod 755 "$T/home/tools/newuidmap"
	ln -s newuidmap "$T/home/tools/newgidmap"
	config '.linux.uidMappings = [{containerID: 0, hostID: 4242, size: 1}, {containerID: 1, hostID: 700000, size: 9}] |
		.linux.gidMappings = .linux.uidMappings'
	chown $USER_ID "$B/config.json"
	try as_user env PATH="$T/home/tools:$PATH" timeout -s KILL 20 $RUNTIME run -b "$B" "$ID"
	fails
	says 'newuidmap failed: it does not say why'
}

@test "newuidmap and newgidmap write what the user may have" {
	needs newuidmap newgidmap
	rootless
	config '.linux.uidMappings = [{containerID: 0, hostID: $u, size: 1},
		{containerID: 1, hostID: $s, size: 1000}] |
		.linux.gidMappings = .linux.uidMappings' \
		--argjson u $USER_ID --argjson s $SUB_ID
	config '.process.capabilities[] += ["CAP_CHOWN"]'
	script 'touch /made; chown 5:6 /made && cat /proc/self/gid_map'
	try user_scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	shows "^ +1 +$SUB_ID +1000$"
	is "$(stat -c %u:%g "$B/rootfs/made")" $((SUB_ID + 4)):$((SUB_ID + 5))
}

@test "a program may run as another mapped user" {
	needs newuidmap newgidmap
	rootless
	config '.linux.uidMappings = [{containerID: 0, hostID: $u, size: 1},
		{containerID: 1, hostID: $s, size: 1000}] |
		.linux.gidMappings = .linux.uidMappings |
		.process.user = {uid: 7, gid: 8}' \
		--argjson u $USER_ID --argjson s $SUB_ID
	script 'id -u; id -g'
	try user_scrim run -b "$B" "$ID"
	is "$output" "7
8"
}

@test "mappings beyond the user's share are refused with a reason" {
	rootless
	config '.linux.uidMappings += [{containerID: 1, hostID: 0, size: 1}]'
	try user_scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "accepted"
	says 'newuidmap|uid_map|mapping|subuid'
}

@test "a user namespace of its own mapping alone needs no help" {
	rootless
	chmod 755 "$B"
	script 'id -u'
	# Without newuidmap in PATH.
	try as_user env PATH=/nowhere $RUNTIME run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	is "$output" 0
}

@test "mounts and masks of a user's container are as asked for" {
	rootless
	mkdir "$B/source"
	chown $USER_ID "$B/source"
	mount_add /m none "$B/source" rbind ro
	mount_add /t tmpfs tmpfs size=1m nosuid
	config '.linux.maskedPaths = ["/proc/kcore", "/proc/keys"] |
		.linux.readonlyPaths = ["/proc/sys"]'
	script 'cat /proc/self/mountinfo; touch /m/x 2> /dev/null && echo wrote; echo x > /dev/null && echo null'
	try user_scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	mount_has /m ro
	mount_has /t nosuid size=1024k
	mount_has /proc/sys ro
	hides '^wrote'
	prints null
}

@test "locked flags of the host's mounts are kept for a user" {
	rootless
	mkdir "$B/source"
	mount -t tmpfs -o nosuid,nodev,noexec locked "$B/source"
	mount_add /m none "$B/source" rbind ro
	args cat /proc/self/mountinfo
	try user_scrim run -b "$B" "$ID"
	umount "$B/source"
	[ "$status" = 0 ] || show "run"
	mount_has /m ro nosuid nodev noexec
}

@test "hooks and a detached container work for a user" {
	rootless
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", $t]}]' \
		--arg t "id -u > $B/rootfs/hook"
	args /bin/sleep 100
	try user_scrim run --detach -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	is "$(cat "$B/rootfs/hook")" $USER_ID
	try user_scrim delete --force "$ID"
	succeeds
}

@test "a user's failing create leaves nothing" {
	rootless
	config '.mounts += [{destination: "/x", type: "nonsensefs", source: "x"}]'
	try user_scrim create -b "$B" "$ID"
	[ "$status" != 0 ] || show "accepted"
	is "$(find "$T/home/run" -name "$ID")" ""
	is "$(user_scrim list -q)" ""
}

# in_own_cgroup COMMAND...: the user's shell is in a cgroup that is his.
in_own_cgroup()
{
	mkdir -p "$TEST_CGROUP/user/shell"
	chown -R "$USER_ID" "$TEST_CGROUP/user"
	bash -c 'echo $$ > "$1/user/shell/cgroup.procs"; shift; exec "$@"' bash "$TEST_CGROUP" "$@"
}

@test "CVE-2023-25809: without a cgroup namespace the cgroup mount is not writable for a user" {
	rootless
	namespace_drop cgroup
	config 'del(.linux.cgroupsPath)'
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	script 'mkdir /sys/fs/cgroup/x 2> /dev/null && echo made; echo 9 > /sys/fs/cgroup/cgroup.max.depth && echo written
		test -e /sys/fs/cgroup/cgroup.procs && echo there'
	export -f as_user
	try in_own_cgroup bash -c "$(declare -p T USER_ID); as_user $RUNTIME run -b $B $ID"
	rmdir "$TEST_CGROUP/user/shell" "$TEST_CGROUP/user"
	is "$output" there
}

# delegate: a cgroup of the user's own, with the one in it that he is in.
delegate()
{
	[ "$(stat -fc %T $CGROUP)" = cgroup2fs ] || skip "$CGROUP is not cgroup2"
	DELEGATED=$CGROUP/${T##*/}-d
	mkdir "$DELEGATED" "$DELEGATED/shell"
	chown $USER_ID "$DELEGATED" "$DELEGATED"/cgroup.{procs,subtree_control,threads}
	if [ "${1-}" = all ]; then
		chown $USER_ID "$DELEGATED/shell" "$DELEGATED"/shell/cgroup.{procs,subtree_control,threads}
	fi
}

# delegated_scrim: from there.
delegated_scrim()
{
	(echo $BASHPID > "$DELEGATED/shell/cgroup.procs" && user_scrim "$@")
}

undelegate()
{
	rmdir "$DELEGATED/shell" "$DELEGATED"
}

@test "a user's container has a cgroup where he has a delegated subtree" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	delegate
	rootless
	config 'del(.linux.cgroupsPath)'
	args /bin/sleep 100
	try delegated_scrim create -b "$B" "$ID"
	succeeds
	[ -d "$DELEGATED/$ID" ] || show "no cgroup"
	try user_scrim pause "$ID"
	succeeds
	is "$(user_scrim state "$ID" | jq -r .status)" paused
	try user_scrim resume "$ID"
	succeeds
	is "$(user_scrim ps -f json "$ID")" "[$(user_scrim state "$ID" | jq .pid)]"
	try user_scrim start "$ID"
	succeeds
	# from inside his subtree, where he may
	try delegated_scrim exec --detach --pid-file "$T/home/pid" "$ID" sleep 100
	succeeds
	is "$(sed -n 's/^0:://p' "/proc/$(cat "$T/home/pid")/cgroup")" "${DELEGATED#"$CGROUP"}/$ID"
	# and from outside, where the kernel lets nobody in
	try user_scrim exec "$ID" true
	is "$status" 255
	says 'from one that is in the same subtree of his'
	try user_scrim delete --force "$ID"
	succeeds
	[ ! -e "$DELEGATED/$ID" ] || show "the cgroup is left"
	undelegate
}

@test "a delegated subtree takes limits where it has the controllers" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	grep -qw pids "$CGROUP/cgroup.controllers" || skip "no controller pids in the unified hierarchy"
	grep -qw memory "$CGROUP/cgroup.controllers" || skip "no controller memory in the unified hierarchy"
	echo '+pids +memory' > "$CGROUP/cgroup.subtree_control"
	delegate all
	rootless
	config 'del(.linux.cgroupsPath) | .linux.resources = {pids: {limit: 17}, memory: {limit: 104857600}}'
	args /bin/sleep 100
	try delegated_scrim create -b "$B" "$ID"
	succeeds
	is "$(cat "$DELEGATED/$ID/pids.max")" 17
	is "$(cat "$DELEGATED/$ID/memory.max")" 104857600
	try user_scrim update --pids-limit 18 "$ID"
	succeeds
	is "$(cat "$DELEGATED/$ID/pids.max")" 18
	try user_scrim delete --force "$ID"
	succeeds
	undelegate
}

@test "a user without a delegated subtree has no cgroup, and is told so where he asks for a limit" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	rootless
	config 'del(.linux.cgroupsPath) | del(.linux.resources)'
	args true
	try user_scrim run -b "$B" "$ID"
	succeeds
	config '.linux.resources = {pids: {limit: 5}}'
	try user_scrim create -b "$B" "$ID"
	fails
	says 'limit pids\.max needs a cgroup, and the caller may not make one'
}

@test "a config without a user namespace gets one from a user: he is its root, his ranges follow" {
	needs newuidmap newgidmap
	rootless
	namespace_drop user
	config 'del(.linux.uidMappings, .linux.gidMappings)'
	printf '%s\n' somebody:300000:10 $USER_ID:800000:5 gauze:0:x gauze:1 "" \
		"gauze:$SUB_ID:1000" > "$T/files/subuid"
	config '.process.user = {uid: 3, gid: 7, additionalGids: [8]}'
	script 'id; cat /proc/self/uid_map /proc/self/gid_map; sleep 100'
	try user_scrim run -d -b "$B" "$ID"
	succeeds
	wait_until file_says "$OUT" 65536
	is "$(tr -s ' ' < "$OUT" | sed 's/^ //')" "uid=3 gid=7 groups=8
0 $USER_ID 1
1 800000 5
6 $SUB_ID 1000
0 $USER_ID 1
1 $SUB_ID 65536"
	# Whoever comes later is in it, too.
	try user_scrim exec --user 1005:9 "$ID" id -u
	succeeds
	is "$output" 1005
	try user_scrim exec --user 1006:9 "$ID" id -u
	fails 255
	says 1006
	try user_scrim delete --force "$ID"
	succeeds
}

@test "without ranges or the programs for them, a user's unasked namespace has him alone" {
	rootless
	namespace_drop user
	config 'del(.linux.uidMappings, .linux.gidMappings)'
	script 'id -u; cat /proc/self/uid_map /proc/self/gid_map'
	for said in "" '[{"type": "user"}]'; do
		[ -z "$said" ] || config ".linux.namespaces += $said"
		: > "$T/files/subuid"
		: > "$T/files/subgid"
		try user_scrim run -b "$B" "$ID"
		succeeds
		is "$(tr -s ' ' <<< "$output" | sed 's/^ //')" "0
0 $USER_ID 1
0 $USER_ID 1"
	done
}

@test "what a user's config says of mappings is not added to" {
	rootless
	namespace_drop user
	script 'cat /proc/self/uid_map'
	try user_scrim run -b "$B" "$ID"
	succeeds
	is "$(tr -s ' ' <<< "$output")" " 0 $USER_ID 1"
	config 'del(.linux.gidMappings)'
	try user_scrim run -b "$B" "$ID"
	fails
	says 'mappings of group ids'
	# Root has what he asks for.
	config 'del(.linux.uidMappings) | del(.linux.cgroupsPath)'
	script 'readlink /proc/self/ns/user'
	runs
	is "$output" "$(readlink /proc/self/ns/user)"
}

@test "a sysfs that a user without a network of his own may not make is the host's, read-only all through" {
	rootless
	config '.mounts |= map(select(.destination | startswith("/sys") | not)) | .mounts += [
		{destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "rw"]}]'
	namespace_drop network
	script 'ls /sys/class/net; grep -F " /sys" /proc/self/mountinfo | cut -d" " -f5,6'
	try user_scrim run -b "$B" "$ID"
	succeeds
	shows '^lo$'
	is "$(grep '^/sys' <<< "$output" | grep -cv ' ro,nosuid,nodev,noexec')" 0
	shows '^/sys/fs/cgroup ro,'
	# With one it is a new one, which shows that network.
	config '.linux.namespaces += [{type: "network"}]'
	try user_scrim run -b "$B" "$ID"
	succeeds
	is "$(head -n 1 <<< "$output")" lo
	prints '/sys rw,nosuid,nodev,noexec,relatime'
}

@test "a user does not see or touch root's containers" {
	args /bin/sleep 100
	started
	is "$(user_scrim list -q)" ""
	try user_scrim --root "$ROOT" kill "$ID" KILL
	[ "$status" != 0 ] || show "killed"
	is "$(status_of "$ID")" running
	deleted
}

# Nobody has logged in as this user, so that there is no /run/user/4242.
@test "without XDG_RUNTIME_DIR the state is in a directory of the user's own" {
	own=/tmp/scrim-$USER_ID
	[ ! -e "$own" ] && [ ! -e "/run/user/$USER_ID" ] || skip "this machine has such a user"
	rootless
	args true
	try as_user env -u XDG_RUNTIME_DIR $RUNTIME run -b "$B" "$ID"
	succeeds
	made=$(stat -c '%u %a' "$own")
	rm -r "$own"
	is "$made" "$USER_ID 1700"
	# somebody else was there first
	mkdir -m 777 "$own"
	try as_user env -u XDG_RUNTIME_DIR $RUNTIME run -b "$B" "$ID"
	rmdir "$own"
	fails
	says "$own is not a directory of this user alone"
	ln -s "$T/home" "$own"
	try as_user env -u XDG_RUNTIME_DIR $RUNTIME list
	rm "$own"
	fails
	says "$own is not a directory of this user alone"
}

@test "root of a user namespace, in the mount namespace of the host, has containers without a user namespace" {
	rootless
	mkdir "$T/home/data"
	touch "$T/home/data/there"
	mount_add /data none "$T/home/data" bind
	mkdir "$B/rootfs/data"
	chown $USER_ID "$B/rootfs/data"
	config '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	script 'id -u; ls /data'
	for way in --user "--user --mount"; do
		try as_user unshare $way --map-root-user $RUNTIME run -b "$B" "$ID"
		succeeds
		prints "0
there"
	done
	args /bin/sleep 100
	try as_user unshare --user --map-root-user sh -ec '
		$1 create -b "$2" "$3"
		$1 start "$3"
		$1 exec "$3" /bin/ls /data
		$1 delete --force "$3"' sh "$RUNTIME" "$B" "$ID"
	succeeds
	prints there
}

@test "where the caller's user namespace denies groups, containers live in it and below it" {
	rootless
	args /bin/sleep 100
	for filter in '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)' \
		'.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings'; do
		config "$filter"
		try as_user unshare --user --map-root-user --mount --pid --fork --mount-proc sh -ec '
			grep -qx deny /proc/self/setgroups
			$1 run -d -b "$2" "$3"
			$1 exec "$3" /bin/id
			$1 delete --force "$3"' sh "$RUNTIME" "$B" "$ID"
		succeeds
		shows '^uid=0'
	done
	config '.process.user.additionalGids = [0]'
	try as_user unshare --user --map-root-user $RUNTIME create -b "$B" "$ID"
	fails
	says "groups are denied in the caller's user namespace .*/process/user/additionalGids"
}
