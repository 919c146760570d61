# SPDX-License-Identifier: Apache-2.0
#
# SPEC 57, 118-124: device nodes that are listed, those that are always
# there, and the links of /dev.

load lib

# stat_has PATH WORD...: the probe's line for it has them all.
stat_has()
{
	local line word

	line=$(grep "^$1 " <<< "$output") || show "no line for $1"
	shift
	for word; do
		[[ " $line " == *" $word "* ]] || show "no $word in: $line"
	done
}

@test "the default devices are there, open to all" {
	args /bin/probe stat /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty
	runs
	stat_has /dev/null mode=20666 rdev=1:3 uid=0
	stat_has /dev/zero mode=20666 rdev=1:5
	stat_has /dev/full mode=20666 rdev=1:7
	stat_has /dev/random mode=20666 rdev=1:8
	stat_has /dev/urandom mode=20666 rdev=1:9
	stat_has /dev/tty rdev=5:0
}

@test "the default devices work, for a user as well" {
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	script 'echo x > /dev/null && head -c 3 /dev/zero | wc -c
		head -c 4 /dev/urandom | wc -c; echo x > /dev/full || echo full'
	try scrim run -b "$B" "$ID"
	is "$output" "3
4
full"
}

@test "the default devices work in a user namespace" {
	user_namespace
	script 'echo x > /dev/null && head -c 3 /dev/zero | wc -c; ls -l /dev/null'
	runs
	is "$(head -n 1 <<< "$output")" 3
}

@test "the default devices are there without a mount on /dev" {
	config 'del(.mounts[] | select(.destination | startswith("/dev")))'
	rm -r "$B/rootfs/dev"
	mkdir "$B/rootfs/dev"
	args /bin/probe stat /dev/null /dev/ptmx
	runs
	stat_has /dev/null rdev=1:3
}

@test "links of /dev lead to the process's descriptors" {
	script 'for l in fd stdin stdout stderr ptmx; do echo "$l $(readlink /dev/$l)"; done'
	runs
	prints 'fd /proc/self/fd'
	prints 'stdin /proc/self/fd/0'
	prints 'stdout /proc/self/fd/1'
	prints 'stderr /proc/self/fd/2'
	shows '^ptmx (/dev/)?pts/ptmx$|^ptmx $'
}

@test "links of /dev that are there already are no error" {
	config 'del(.mounts[] | select(.destination == "/dev"))'
	ln -s /proc/self/fd "$B/rootfs/dev/fd"
	runs
	runs
}

@test "ptmx opens a terminal of the container's own devpts" {
	script 'probe open /dev/ptmx rw; ls /dev/pts'
	runs
	shows '^ok '
	prints ptmx
}

@test "no other node is in /dev" {
	config 'del(.mounts[] | select(.destination == "/dev/shm" or .destination == "/dev/pts"))'
	args ls /dev
	runs
	is "$(grep -vx core <<< "$output" | tr '\n' ' ')" \
		"fd full null ptmx random stderr stdin stdout tty urandom zero "
}

@test "/dev/console is absent without a terminal" {
	script '[ -e /dev/console ] || echo absent'
	runs
	prints absent
}

@test "/dev/core is a link only where others make one" {
	script 'readlink /dev/core || echo none'
	runs
	shows '^(/proc/kcore|none)$'
}

# --- listed devices ----------------------------------------------------------

# device PATH TYPE MAJOR MINOR [MORE]
device()
{
	config '.linux.devices += [{path: $p, type: $t, major: $a, minor: $i} + '"${5:-{\}}"']' \
		--arg p "$1" --arg t "$2" --argjson a "$3" --argjson i "$4"
}

@test "listed devices are made with their mode and owner" {
	device /dev/fuse c 10 229 '{fileMode: 384, uid: 5, gid: 6}'
	device /dev/deep/er/null c 1 3
	device /dev/blk b 7 0 '{fileMode: 432}'
	args /bin/probe stat /dev/fuse /dev/deep/er/null /dev/blk
	runs
	stat_has /dev/fuse mode=20600 uid=5 gid=6 rdev=10:229
	stat_has /dev/deep/er/null rdev=1:3
	stat_has /dev/blk mode=60660 rdev=7:0
}

@test "the caller's umask does not reach a device's mode" {
	device /dev/fuse c 10 229 '{fileMode: 438}'
	args /bin/probe stat /dev/fuse /dev/null
	(umask 077 && runs && stat_has /dev/fuse mode=20666 && stat_has /dev/null mode=20666)
}

@test "u is c, and p is a fifo without numbers" {
	device /dev/u u 1 5
	config '.linux.devices += [{path: "/dev/p", type: "p", fileMode: 384}]'
	args /bin/probe stat /dev/u /dev/p
	runs
	stat_has /dev/u rdev=1:5
	stat_has /dev/p mode=10600
}

@test "a device may lie outside of /dev" {
	device /opt/devices/zero c 1 5 '{fileMode: 438}'
	args /bin/probe stat /opt/devices/zero
	runs
	stat_has /opt/devices/zero mode=20666 rdev=1:5
}

@test "listed devices that the host has work in a user namespace" {
	user_namespace
	device /dev/full c 1 7
	device /dev/deep/random c 1 8
	args /bin/probe stat /dev/full /dev/deep/random
	try scrim run -b "$B" "$ID"
	# The second has no node of its path on the host: to refuse it is right.
	[ "$status" = 0 ] || says /dev/deep/random
	config 'del(.linux.devices[1])'
	args /bin/probe open /dev/full r
	runs
	prints 'ok 1:7'
}

@test "a matching node that exists already is taken" {
	config 'del(.mounts[] | select(.destination == "/dev"))'
	mknod "$B/rootfs/dev/here" c 1 5
	device /dev/here c 1 5
	args /bin/probe stat /dev/here
	runs
	stat_has /dev/here rdev=1:5
}

@test "an existing file that is another device is an error" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	config 'del(.mounts[] | select(.destination == "/dev"))'
	mknod "$B/rootfs/dev/here" c 1 7
	device /dev/here c 1 5
	refused
	says '/dev/here'
	rm "$B/rootfs/dev/here"
	echo text > "$B/rootfs/dev/here"
	refused
	says '/dev/here'
	is "$(cat "$B/rootfs/dev/here")" text
}

@test "a device that is listed as one of the default ones is no error" {
	device /dev/null c 1 3 '{fileMode: 438}'
	runs
}

@test "device types and numbers are checked" {
	[[ $SCRIM == *scrim ]] || skip "not all checked by others"
	device /dev/x x 1 3
	refused
	says '/linux/devices/0'
	config '.linux.devices = [{path: "/dev/x", type: "c"}]'
	refused
	says 'major'
	config '.linux.devices = [{path: "dev/x", type: "c", major: 1, minor: 3}]'
	refused
	says 'path'
}

# At its path may stand what another container has put there since it was looked
# for, in a volume that they share: a device, of which opening may be enough.
@test "the program is not opened before the rules of devices hold" {
	[[ $SCRIM == *scrim ]] || skip "about scrim-init"
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	printf '#!/bin/nowhere\n' > "$B/rootfs/entry"
	chmod 755 "$B/rootfs/entry"
	args /entry
	timeout 20 strace -f -qq -o "$T/tmp/trace" -e trace=open,openat,openat2,faccessat2 \
		$SCRIM --root "$ROOT" create -b "$B" "$ID" > /dev/null 2>&1 3>&- 4>&- &
	tracer=$!
	wait_until is_status "$ID" created
	grep -q 'faccessat2.*"/entry"' "$T/tmp/trace"
	! grep 'open.*"/entry"' "$T/tmp/trace" || show "it was opened"
	# It is all the same known what it lacks.
	try scrim start "$ID"
	fails
	says 'its interpreter /bin/nowhere is missing'
	wait "$tracer"
	grep -q 'open.*"/entry"' "$T/tmp/trace"
	rm "$T/tmp/trace"
	deleted
}

# It is bound, for it cannot be made there: what stands at its path is looked at.
@test "a device of the host that is not what the list says is not bound in its place" {
	user_namespace
	mknod "$T/tmp/node" c 1 5
	ln -s /dev/null "$T/tmp/link"
	mkfifo "$T/tmp/pipe"
	for name in node link pipe; do
		config '.linux.devices = [{path: $p, type: "c", major: 1, minor: 3}]' --arg p "$T/tmp/$name"
		refused
		says 'device .*is (device 1:5, not 1:3|a symbolic link, not a character device|a socket or pipe, not a character device)'
	done
	rm "$T/tmp"/*
}
