# SPDX-License-Identifier: Apache-2.0
#
# `scrim mounts`: the live tree of a container told as it is, what is not as
# planned, and mounts that are attached and detached while it runs, by
# descriptor (THREATS 3, 20, 24; CVE-2021-30465, CVE-2019-16884).

load lib

setup()
{
	test_open
	mount --bind "$B" "$B"
	mount --make-shared "$B"
	mkdir "$B/source" "$B/source/sub"
	echo here > "$B/source/file"
}

teardown()
{
	bundle_unmount
	test_close
}

sleeping()
{
	args /bin/sleep 1000
	started
	PID=$(pid_of "$ID")
}

inside()
{
	nsenter --mount="/proc/$PID/ns/mnt" "$@"
}

view()
{
	try scrim mounts "$@" "$ID"
	succeeds
}

# of TARGET FILTER: what the JSON says of the mount that is there.
of()
{
	jq -r --arg t "$1" "[.mounts[] | select(.target == \$t)][-1] | $2" <<< "$output"
}

# mount_json DESTINATION TYPE SOURCE [OPTION...]
mount_json()
{
	jq -cn '{destination: $ARGS.positional[0], type: $ARGS.positional[1],
		source: $ARGS.positional[2], options: $ARGS.positional[3:]}' --args -- "$@"
}

# change add|remove JSON...
change()
{
	local what=$1

	shift
	printf '%s\n' "$@" | jq -s . > "$B/change.json"
	try scrim mounts "$what" "$ID" "$B/change.json"
}

added()
{
	change add "$@"
	succeeds
}

mountinfo()
{
	cat "/proc/$PID/mountinfo"
}

# --- what is shown -----------------------------------------------------------

@test "every mount comes from its entry of the config, and nothing has changed" {
	mount_add /data none "$B/source" rbind ro nosuid
	config '.linux.maskedPaths = ["/proc/kallsyms", "/nothing"] |
		.linux.readonlyPaths = ["/proc/sys"]'
	sleeping
	view --format json
	is "$(of /data '.from.pointer')" /mounts/5
	is "$(of /data '.source')" "$B/source"
	is "$(of /data '.options | contains(["ro", "nosuid"])')" true
	is "$(of / '.from.pointer')" /root/path
	is "$(of /proc '.from.pointer')" /mounts/0
	is "$(of /proc/sys '.from.pointer')" /linux/readonlyPaths/0
	is "$(of /proc/kallsyms '.from.pointer')" /linux/maskedPaths/0
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 0
	is "$(jq '.missing | length' <<< "$output")" 0
	is "$(jq '.mounts | length' <<< "$output")" "$(wc -l < "/proc/$PID/mountinfo")"
	deleted
}

@test "the tree is drawn, the table has headings, and both name all mounts" {
	local n

	sleeping
	n=$(wc -l < "/proc/$PID/mountinfo")
	view
	is "$(wc -l <<< "$output")" "$n"
	shows '^/ .* isolated +/root/path \(line [0-9]+\)$'
	shows '^├─ /dev .*tmpfs .*/mounts/1 '
	shows '^│  (├|└)─ /dev/pts .*devpts'
	view --format table
	shows '^TARGET +SOURCE +TYPE +OPTIONS +PROPAGATION +FROM$'
	is "$(wc -l <<< "$output")" $((n + 1))
	hides '├|└|!'
	deleted
}

@test "propagation is told by the host's peer groups" {
	mkdir "$B/mine"
	mount -t tmpfs mine "$B/mine"
	mount --make-private "$B/mine"
	mount_add /slave none "$B/source" bind rslave
	mount_add /shared none "$B/source" bind rshared
	mount_add /private none "$B/source" bind rprivate
	mount_add /own none "$B/mine" bind rshared
	mount_add /both none "$B/source" bind slave shared
	mount_add /alone none "$B/source" bind unbindable
	mount_add /unpeered none "$B/mine" bind rslave
	sleeping
	view --format json
	is "$(of /slave .propagation)" "receives mounts from the host"
	is "$(of /shared .propagation)" "exchanges mounts with the host"
	is "$(of /private .propagation)" "isolated"
	is "$(of /own .propagation)" "shares mounts with copies of it"
	is "$(of /alone .propagation)" "isolated, and cannot be bound"
	is "$(of /unpeered .propagation)" "isolated"
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 0
	# Two mounts of the container are peers of each other.
	inside /bin/busybox mount --bind /own /mnt
	view --format json
	is "$(of /mnt .propagation)" "exchanges mounts with /own"
	is "$(of /mnt '.changes[0]')" "added: nobody planned it"
	deleted
}

@test "a mask is no peer of the host's device, whatever is mounted over it" {
	config '.linux.maskedPaths = ["/proc/kallsyms"]'
	args /bin/sleep 1000
	unshare --mount /bin/bash -c 'mount --make-shared /dev && exec "$@"' - \
		${SCRIM%% *} --root "$ROOT" create -b "$B" "$ID" > "$OUT" 2>&1 3>&- < /dev/null ||
		{ cat "$OUT"; return 1; }
	view --format json
	is "$(of /proc/kallsyms .type)" devtmpfs
	is "$(of /proc/kallsyms .propagation)" isolated
	deleted
}

@test "in a user namespace the same is told" {
	user_namespace
	mount_add /slave none "$B/source" bind rslave
	mount_add /idmapped none "$B/source" bind idmap
	sleeping
	view --format json
	is "$(of /slave .propagation)" "receives mounts from the host"
	is "$(of /idmapped '.options | contains(["idmapped"])')" true
	is "$(of /dev/null .source)" /dev/null
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 0
	is "$(jq '.missing | length' <<< "$output")" 0
	deleted
}

@test "a mount that is missing, remounted, covered, opened or added is told" {
	mount_add /gone tmpfs tmpfs
	mount_add /weak tmpfs tmpfs ro nosuid
	mount_add /under tmpfs tmpfs
	mount_add /open none "$B/source" bind
	sleeping
	view --format json
	is "$(jq '[.mounts[].changes[]] + .missing | length' <<< "$output")" 0
	inside /bin/busybox umount /gone
	inside /bin/busybox mount -o remount,bind,rw,suid,noexec x /weak
	inside /bin/busybox mount -t tmpfs over /under
	inside /bin/busybox mount --make-shared /open
	inside /bin/busybox mount -t tmpfs new /mnt
	view
	shows '^! missing: /gone \(mount of tmpfs, /mounts/5\)$'
	shows '! remounted: ro is gone, nosuid is gone, noexec is new$'
	shows '! covered: tmpfs is mounted over it, on /under$'
	shows '! propagation changed: planned private$'
	shows '^(├|└)─ /mnt +new .* not planned$'
	view --format json
	is "$(jq -r '.missing[0].from.pointer' <<< "$output")" /mounts/5
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 5
	deleted
}

@test "a mount above hides what was mounted below it" {
	mkdir -p "$B/rootfs/deep/down"
	mount_add /deep/down tmpfs tmpfs
	sleeping
	inside /bin/busybox mount -t tmpfs over /deep
	view
	shows '! covered: tmpfs is mounted over it, on /deep$'
	deleted
}

@test "what came along with a recursive bind is no news" {
	tree "$B/tree"
	mount_add /t none "$B/tree" rbind
	sleeping
	view --format json
	is "$(of /t/sub '.alongWith.pointer')" /mounts/5
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 0
	deleted
}

@test "a link of the rootfs leads to where the mount is" {
	mkdir "$B/rootfs/real"
	ln -s real "$B/rootfs/link"
	mount_add /link tmpfs tmpfs
	sleeping
	view --format json
	is "$(of /real .from.pointer)" /mounts/5
	is "$(jq '.missing | length' <<< "$output")" 0
	deleted
}

# Who has opened its device and never reads from it, holds all who look into it.
@test "a filesystem that somebody in the container serves, and that does not answer, holds nobody" {
	grep -q 'fuse$' /proc/filesystems && [ -c /dev/fuse ] || skip "this kernel has no FUSE"
	mkdir -p "$B/rootfs/served/in"
	mount_add /served/in tmpfs tmpfs
	sleeping
	inside /bin/busybox umount /served/in
	exec 7<> /dev/fuse
	nsenter --target "$(pid_of "$ID")" --mount mount -i -t fuse x /served -o fd=7,rootmode=40000,user_id=0,group_id=0
	try timeout 30 $SCRIM --root "$ROOT" mounts "$ID"
	succeeds
	shows '^! not to be seen: /served/in \(mount of tmpfs, /mounts/5\)$'
	try timeout 30 $SCRIM --root "$ROOT" mounts --format json "$ID"
	is "$(jq -r '.missing[0] | .target + " \(.held)"' <<< "$output")" "/served/in true"
	mount_json /served/in tmpfs tmpfs > "$B/mount.json"
	try timeout 30 $SCRIM --root "$ROOT" mounts remove "$ID" "$B/mount.json"
	fails
	says '/served/in cannot be seen: a filesystem on the way to it does not answer'
	! pgrep -f -- "--root $ROOT mounts"
	deleted
	exec 7>&-
}

@test "names in the container cannot speak to a terminal" {
	mkdir "$B/rootfs/mnt/"$'a\eb\nc' "$B/rootfs/mnt/"$'d\xc2\x9be\x9bf'
	sleeping
	inside /bin/busybox mount -t tmpfs x "/mnt/"$'a\eb\nc'
	inside /bin/busybox mount -t tmpfs x "/mnt/"$'d\xc2\x9be\x9bf'
	view
	shows '/mnt/d\\302\\233e\\233f '
	shows '/mnt/a\\033b\\012c '
	view --format json
	is "$(jq -r '.mounts[].target' <<< "$output" | grep -c $'/mnt/a\eb')" 1
	deleted
}

@test "a created and a paused container have mounts, a stopped one has not" {
	args /bin/sleep 1000
	created
	view
	echo 1 > "$TEST_CGROUP/$ID/cgroup.freeze"
	wait_until is_status "$ID" paused
	PID=$(pid_of "$ID")
	view
	added "$(mount_json /late tmpfs tmpfs)"
	change remove '{"destination": "/late"}'
	succeeds
	echo 0 > "$TEST_CGROUP/$ID/cgroup.freeze"
	scrim kill "$ID" KILL
	wait_until is_status "$ID" stopped
	try scrim mounts "$ID"
	fails
	says 'container not running: its mounts are gone'
	change add "$(mount_json /late tmpfs tmpfs)"
	fails
	says 'container not running: its mounts are gone'
	deleted
	try scrim mounts "$ID"
	fails
	says 'container does not exist'
}

# --- what is changed ---------------------------------------------------------

@test "binds and tmpfs are attached in a running container, and gone again" {
	local before

	sleeping
	before=$(mountinfo)
	added "$(mount_json /new/dir none "$B/source" bind ro nosuid)" \
		"$(mount_json /new/file none "$B/source/file" bind)" \
		"$(mount_json /new/tmp tmpfs tmpfs size=1m mode=710)"
	is "$(cat "/proc/$PID/root/new/dir/file")" here
	is "$(cat "/proc/$PID/root/new/file")" here
	is "$(stat -c %a "/proc/$PID/root/new/tmp")" 710
	view --format json
	is "$(of /new/dir '.options | contains(["ro", "nosuid"])')" true
	is "$(of /new/dir '.from.added | startswith("20")')" true
	is "$(jq '[.mounts[].changes[]] + .missing | length' <<< "$output")" 0
	change remove '{"destination": "/new/tmp"}' '{"destination": "/new/dir"}' \
		'{"destination": "/new//file/"}'
	succeeds
	is "$(mountinfo)" "$before"
	view --format json
	is "$(jq '.missing | length' <<< "$output")" 0
	deleted
}

@test "one mount without a list, and from standard input" {
	sleeping
	mount_json /one tmpfs tmpfs > "$B/one"
	INPUT=$B/one try scrim mounts add "$ID" -
	succeeds
	INPUT=$B/one try scrim mounts remove "$ID" -
	succeeds
	! mountinfo | grep -q ' /one '
	deleted
}

@test "all are attached or none, and nothing on the host has changed" {
	local before host

	sleeping
	before=$(mountinfo)
	host=$(cat /proc/self/mountinfo)
	change add "$(mount_json /a tmpfs tmpfs)" "$(mount_json /b none "$B/source" bind)" \
		"$(mount_json /c none "$B/source/file" bind)" "$(mount_json /d tmpfs tmpfs nonsense=1)"
	fails
	says "Unknown parameter 'nonsense'"
	says '\(change.json:[0-9]+:[0-9]+, /mounts/3\)'
	is "$(mountinfo)" "$before"
	change add "$(mount_json /a tmpfs tmpfs)" "$(mount_json /c none "$B/source/file" bind)" \
		"$(mount_json /b none "$B/nowhere" bind)"
	fails
	says "bind source $B/nowhere: not there \(change.json:[0-9]+:[0-9]+, /mounts/2\)"
	is "$(mountinfo)" "$before"
	is "$(cat /proc/self/mountinfo)" "$host"
	view --format json
	is "$(jq '[.mounts[].changes[]] + .missing | length' <<< "$output")" 0
	deleted
}

@test "a record that cannot be written undoes what was attached" {
	local before

	sleeping
	before=$(mountinfo)
	mkdir "$ROOT/$ID/.state.json"
	change add "$(mount_json /a tmpfs tmpfs)" "$(mount_json /c none "$B/source/file" bind)"
	fails
	says 'remove .state.json'
	rmdir "$ROOT/$ID/.state.json"
	is "$(mountinfo)" "$before"
	deleted
}

@test "a scrim that is killed half-way leaves all of it or nothing" {
	local i n

	sleeping
	printf '%s\n' "$(mount_json /a tmpfs tmpfs)" "$(mount_json /b tmpfs tmpfs)" \
		"$(mount_json /c none "$B/source/file" bind)" | jq -s . > "$B/change.json"
	for i in {1..40}; do
		timeout -s KILL "0.00$((i % 9 + 1))" \
			"${SCRIM%% *}" --root "$ROOT" mounts add "$ID" "$B/change.json" \
			> /dev/null 2>&1 3>&- || true
		wait_until settled
		n=$(mountinfo | grep -cE ' /[abc] ') || true
		[ "$n" = 0 ] || [ "$n" = 3 ] || show "$n of 3 are mounted"
		# What is written down and not there is forgotten by remove.
		change remove '{"destination": "/a"}' '{"destination": "/b"}' '{"destination": "/c"}'
		[ "$n" = 0 ] || succeeds
	done
	deleted
}

# No guest is left in the container's mount namespace but its own process.
settled()
{
	local own pid

	own=$(readlink "/proc/$PID/ns/mnt")
	for pid in /proc/[0-9]*; do
		[ "$(readlink "$pid/ns/mnt" 2> /dev/null)" != "$own" ] ||
			[ "${pid##*/}" = "$PID" ] || return 1
	done
}

@test "in a user namespace what is added belongs to it, and its ro is locked" {
	user_namespace
	capability_add CAP_SYS_ADMIN
	sleeping
	chmod 700 "$B/source/file"
	added "$(mount_json /mnt/ro none "$B/source" bind ro)" \
		"$(mount_json /mnt/mapped none "$B/source" bind idmap)" \
		"$(mount_json /mnt/tmp tmpfs tmpfs)"
	is "$(stat -c %u "/proc/$PID/root/mnt/mapped/file")" 100000
	is "$(stat -c %u "/proc/$PID/root/mnt/tmp")" 100000
	try nsenter -t "$PID" -a -S 0 -G 0 /bin/busybox mount -o remount,bind,rw /mnt/ro
	[ "$status" != 0 ] || show "the container's root has made it writable"
	view --format json
	is "$(of /mnt/ro '.options[0]')" ro
	is "$(jq '[.mounts[].changes[]] | length' <<< "$output")" 0
	change remove '{"destination": "/mnt/ro"}' '{"destination": "/mnt/mapped"}' \
		'{"destination": "/mnt/tmp"}'
	succeeds
	! mountinfo | grep -q ' /mnt/'
	deleted
}

@test "a mount of the config's can be removed, what holds it together cannot" {
	mount_add /data none "$B/source" bind
	sleeping
	change remove '{"destination": "/data"}'
	succeeds
	! mountinfo | grep -q ' /data '
	view --format json
	is "$(jq '.missing | length' <<< "$output")" 0
	change remove '{"destination": "/proc"}'
	fails
	says '/proc holds the container together \(mount\): only binds and tmpfs can be removed'
	change remove '{"destination": "/"}'
	fails
	says 'only binds and tmpfs'
	change remove '{"destination": "/dev"}'
	fails
	says '/dev/pts is mounted in /dev'
	change remove '{"destination": "/data"}'
	fails
	says '/data is no mount of the config'
	inside /bin/busybox mount -t tmpfs x /mnt
	change remove '{"destination": "/mnt"}'
	fails
	says '/mnt is no mount of the config'
	deleted
}

# The second time it was no more in the account, which lost its last entry instead.
@test "a mount that is gone already is forgotten once, and nothing else with it" {
	mkdir -p "$B/rootfs/a" "$B/rootfs/z"
	mount_add /a none "$B/source" bind
	mount_add /z none "$B/source" bind
	sleeping
	inside umount /a
	change remove '{"destination": "/a"}' '{"destination": "/a"}'
	fails
	says '/a is listed twice .*/mounts/1/destination'
	change remove '{"destination": "/a"}'
	succeeds
	view --format json
	is "$(jq '.missing | length' <<< "$output")" 0
	is "$(of /z '.from.pointer')" /mounts/6
	deleted
}

@test "what was covered or swapped since is not taken away" {
	sleeping
	added "$(mount_json /a tmpfs tmpfs)"
	inside /bin/busybox mount -t tmpfs over /a
	change remove '{"destination": "/a"}'
	fails
	says '/a is covered by another mount \(change.json:[0-9]+:[0-9]+, /mounts/0/destination\)'
	inside /bin/busybox umount /a
	inside /bin/busybox umount /a
	# Gone already: remove only forgets it.
	change remove '{"destination": "/a"}'
	succeeds
	deleted
}

@test "bad input is refused with its place, before anything is touched" {
	local before

	sleeping
	before=$(mountinfo)
	change add '{"destination": "/p", "type": "proc", "source": "proc"}'
	fails
	says 'only binds and tmpfs can be added, not "proc" \(change.json:[0-9]+:[0-9]+, /mounts/0/type\)'
	change add '{"destination": "/dev", "options": ["bind", "remount", "ro"], "source": "/"}'
	fails
	says "a running container's mounts cannot be remounted"
	change add '{"destination": "/x", "type": "bind"}'
	fails
	says 'a bind mount needs a source'
	change add "$(mount_json /proc/sys none "$B/source" bind)"
	fails
	says 'inside /proc: nothing can be mounted there'
	change add "$(mount_json / none "$B/source" bind)"
	fails
	says "the container's root"
	change add "$(mount_json /x none "$B/source" bind rslav)" '{"source": "/x"}'
	fails
	says 'rslav|2 problems'
	printf '[{"destination": "/x", "type": 3}]' > "$B/change.json"
	try scrim mounts add "$ID" "$B/change.json"
	fails
	says '\(change.json:1:32, /mounts/0/type\)'
	printf '{"destination": "/x", "type": "tmpfs", "source": 3}' > "$B/change.json"
	try scrim mounts add "$ID" "$B/change.json"
	fails
	says '\(change.json:1:50, /mounts/0/source\)'
	printf '[{"destination": "/x", "type": 3}, {"destination": "/y", "type": 4}]' > "$B/change.json"
	try scrim mounts add "$ID" "$B/change.json"
	fails
	says 'change.json:1:32: .*/mounts/0/type'
	says 'change.json:1:66: .*/mounts/1/type'
	for text in '' '{' '[]' '"x"' 'null' '[1]'; do
		printf '%s' "$text" > "$B/change.json"
		try scrim mounts add "$ID" "$B/change.json"
		fails
		says 'change.json'
	done
	try scrim mounts add "$ID" "$B/nowhere.json"
	fails
	says "open $B/nowhere.json: not there"
	try scrim mounts add "$ID"
	fails
	try scrim mounts put "$ID" "$B/change.json"
	fails
	says 'expected "add" or "remove"'
	is "$(mountinfo)" "$before"
	deleted
}

@test "a container of the host's mount namespace gets none" {
	namespace_drop mount
	config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	sleeping
	change add "$(mount_json /x tmpfs tmpfs)"
	fails
	says "the container has the host's mount namespace"
	view
	shows '^/ '
	deleted
}

# --- what a container can do about it ---------------------------------------

@test "links of the container's lead into the container only" {
	local host

	mkdir "$B/outside"
	host=$(find "$B/outside" "$B/source" | sort)
	ln -s / "$B/rootfs/up"
	ln -s "../../../../../..$B/outside" "$B/rootfs/relative"
	ln -s "$B/outside" "$B/rootfs/absolute"
	ln -s /proc "$B/rootfs/into"
	sleeping
	added "$(mount_json "/relative/x" tmpfs tmpfs)" "$(mount_json "/absolute/y" tmpfs tmpfs)" \
		"$(mount_json "/up/mnt/z" tmpfs tmpfs)"
	is "$(find "$B/outside" "$B/source" | sort)" "$host"
	mountinfo | grep -q " $B/outside/x "
	mountinfo | grep -q " $B/outside/y "
	mountinfo | grep -q " /mnt/z "
	change add "$(mount_json /into/sys/kernel tmpfs tmpfs)"
	fails
	says 'leads into a proc filesystem'
	change add "$(mount_json /up tmpfs tmpfs)"
	fails
	says "the target is the container's root"
	deleted
}

@test "a container that swaps its paths during 200 rounds gets nothing outside" {
	local i host outside

	mkdir -p "$B/outside/deep" "$B/rootfs/swap/a/deep" "$B/rootfs/swap/c"
	ln -s "../../../../../../../..$B/outside" "$B/rootfs/swap/b"
	script 'cd /swap
		while :; do
			mv a x; mv b a; mv x b
			mv a x; mv b a; mv x b
		done 2> /dev/null'
	started
	PID=$(pid_of "$ID")
	host=$(cat /proc/self/mountinfo)
	outside=$(find "$B/outside" | sort)
	for i in {1..200}; do
		change add "$(mount_json /swap/a/deep tmpfs inner)"
		if [ "$status" = 0 ]; then
			change remove '{"destination": "/swap/a/deep"}'
		fi
		[ "$(find "$B/outside" | sort)" = "$outside" ] ||
			show "round $i: something was made on the host"
	done
	is "$(cat /proc/self/mountinfo)" "$host"
	is "$(find "$B/outside" | sort)" "$outside"
	# Wherever it went: every one of them is inside.
	! grep -q ' inner ' /proc/self/mountinfo
	deleted
}

@test "the guest is seen by nobody in the container, and gone with its work" {
	script 'while :; do
			for p in /proc/[0-9]*; do
				[ "${p#/proc/}" -le 2 ] || cat "$p/comm"
			done
		done > /seen 2> /dev/null'
	started
	PID=$(pid_of "$ID")
	for i in {1..20}; do
		added "$(mount_json "/m$i" tmpfs tmpfs)"
	done
	! grep -q scrim "$B/rootfs/seen"
	settled
	deleted
}

# The guest is held, as by a filesystem that somebody else serves.
@test "a mount that does not come about does not keep delete from ending the container" {
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	sleeping
	mount_json /mnt tmpfs tmpfs > "$B/mount.json"
	background strace -f -qq -o "$B/trace" -e trace=move_mount -e inject=move_mount:delay_enter=20s \
		$SCRIM --root "$ROOT" mounts add "$ID" "$B/mount.json"
	adder=$!
	wait_until grep -q move_mount "$B/trace"
	try timeout 60 $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	[ ! -e "$ROOT/$ID" ]
	status=0
	wait "$adder" || status=$?
	is "$status" 1
	grep -q 'container not running' "$T/background"
}
