# SPDX-License-Identifier: Apache-2.0
#
# checkpoint and restore (ENGINES 2.1-2.3), by criu: a container is frozen to
# disk and thawed. criu must work on this kernel: in the virtual machine it
# does (make check-vm), elsewhere the tests say why they are skipped.

load lib

setup()
{
	[[ $SCRIM == *scrim ]] || skip "criu's images are each runtime's own"
	command -v criu > /dev/null || skip "criu is not installed"
	criu check > /dev/null 2>&1 || skip "criu check fails on this kernel"
	test_open
	mkdir "$B/source"
	# A file that is emptied to be written may be empty when time stops.
	script 'n=0
		while :; do
			n=$((n + 1))
			echo $n >> /tmp/n
			read -t 0.1 < /dev/null
			sleep 0.05
		done'
}

teardown()
{
	[ -n "${ID-}" ] || return 0
	umount -l "$T/net" 2> /dev/null || true
	bundle_unmount
	find "$CGROUP" -depth -type d -path '*/libpod*' -exec rmdir {} + 2> /dev/null || true
	rm -rf --one-file-system "$T/podman"
	test_close
}

n()
{
	tail -n 1 "$B/rootfs/tmp/n"
}

# counting MORE: whether the container has counted further than that.
counting()
{
	local now

	now=$(n)
	[ -n "$now" ] && [ "$now" -gt "$1" ]
}

# dumped, thawed OPTION...
dumped()
{
	try scrim checkpoint --image-path "$B/images" "$@" "$ID"
	succeeds
}

# What became of it, where it failed.
show_more()
{
	grep -h -e Error "$B"/images/*.log "$B"/work/*.log 2> /dev/null | head -n 5 || true
}

thawed()
{
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" "$@" "$ID"
	succeeds
}

@test "a container goes on counting where it was, with its mounts and its cgroup" {
	local at before

	mount_add /data none "$B/source" rbind ro nosuid
	mount_add /twice none "$B/source" rbind ro
	config '.linux.maskedPaths = ["/proc/kallsyms", "/proc/acpi", "/sys/firmware"] |
		.linux.readonlyPaths = ["/proc/sys"]'
	started
	wait_until counting 2
	before=$(scrim mounts --format json "$ID" | jq -c '[.mounts[] | [.target, .options, .from.pointer]] | sort')
	dumped
	at=$(n)
	[ ! -e "$ROOT/$ID" ] || show "the container is still there"
	[ ! -e "$TEST_CGROUP/$ID" ] || show "its cgroup is still there"
	[ "$at" -gt 2 ]
	thawed --pid-file "$B/pid"
	is "$(status_of "$ID")" running
	is "$(cat "$B/pid")" "$(pid_of "$ID")"
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" "${TEST_CGROUP#"$CGROUP"}/$ID"
	# on a hybrid host: what is not version 2 is none of our business
	is "$(grep -v ^0:: "/proc/$(pid_of "$ID")/cgroup")" "$(grep -v ^0:: /proc/self/cgroup)"
	wait_until counting "$at"
	is "$(scrim mounts --format json "$ID" | jq -c '[.mounts[] | [.target, .options, .from.pointer]] | sort')" "$before"
	scrim kill "$ID" KILL
	wait_until is_status "$ID" stopped
	try scrim delete "$ID"
	succeeds
}

@test "what came along with a bind comes again, and a link in its place leads nowhere" {
	tree "$B/volume"
	mount_add /data none "$B/volume" rbind ro
	started
	wait_until counting 1
	dumped
	is "$(jq -r '.mounts[] | select(.target == "/data/sub") | .source + " " + .below' "$B/images/scrim.json")" "$B/volume /sub"
	thawed
	grep -q " /data/sub " "/proc/$(pid_of "$ID")/mountinfo"
	deleted
	# a container that may write to the volume in the meantime
	umount "$B/volume/sub"
	rmdir "$B/volume/sub"
	ln -s /etc "$B/volume/sub"
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" "$ID"
	fails 1
	says "bind source $B/volume: "
}

@test "a container that is left running goes on, and its images are a container, too" {
	local at

	started
	wait_until counting 1
	dumped --leave-running --work-path "$B/work"
	at=$(n)
	[ -s "$B/work/dump.log" ]
	is "$(status_of "$ID")" running
	wait_until counting "$at"
	deleted
	rm "$B/rootfs/tmp/n"
	thawed
	wait_until counting 1
	deleted
}

@test "memory is written before, and later only what has changed" {
	local at

	started
	wait_until counting 1
	try scrim checkpoint --pre-dump --image-path "$B/before" "$ID"
	succeeds
	is "$(status_of "$ID")" running
	dumped --parent-path ../before
	[ -L "$B/images/parent" ]
	at=$(n)
	thawed
	wait_until counting "$at"
	deleted
}

@test "in the foreground restore is as run: exit status, and nothing left" {
	script 'while [ ! -e /tmp/go ]; do sleep 0.05; done; echo out; exit 7'
	started
	dumped
	touch "$B/rootfs/tmp/go"
	try scrim restore -b "$B" --image-path "$B/images" "$ID"
	[ "$status" = 7 ] || show "expected status 7"
	prints out
	[ ! -e "$ROOT/$ID" ]
}

@test "a terminal is handed out again" {
	needs /usr/bin/python3
	config '.process.terminal = true'
	background /usr/bin/python3 -c '
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + ".new")
s.listen(4)
os.rename(sys.argv[1] + ".new", sys.argv[1])
kept = []
while True:
    c = s.accept()[0]
    data, rest, _, _ = c.recvmsg(4096, socket.CMSG_SPACE(64))
    fds = array.array("i")
    fds.frombytes(rest[0][2])
    kept.append(fds)
    print(len(fds), data.decode(), flush=True)
' "$B/console"
	wait_until test -S "$B/console"
	created --console-socket "$B/console"
	try scrim start "$ID"
	succeeds
	wait_until counting 1
	dumped
	thawed --console-socket "$B/console"
	wait_until counting "$(n)"
	is "$(grep -c '^1 /dev/ptmx' "$T/background")" 2
	deleted
}

@test "hooks see the restored container, and a joined network is joined again" {
	printf '#!/bin/sh\n(cat; echo) >> %s/hooked\n' "$B" > "$B/hook"
	chmod +x "$B/hook"
	: > "$T/net"
	unshare --net="$T/net" true
	namespace_join network "$T/net"
	config '.hooks.createRuntime = [{path: $p}] | .hooks.poststart = [{path: $p}]' --arg p "$B/hook"
	started
	wait_until counting 1
	rm "$B/hooked"
	dumped
	thawed
	is "$(readlink "/proc/$(pid_of "$ID")/ns/net")" "net:[$(stat -Lc %i "$T/net")]"
	is "$(jq -s 'length' "$B/hooked")" 2
	is "$(jq -s 'map(.pid) | unique[]' "$B/hooked")" "$(pid_of "$ID")"
	is "$(jq -rs '.[1].status' "$B/hooked")" running
	deleted
	umount "$T/net"
}

@test "the options of criu reach it, those of an annotation, too" {
	started
	wait_until counting 1
	try scrim checkpoint --leave-running --image-path "$B/images" --tcp-established --tcp-skip-in-flight \
		--link-remap --ext-unix-sk --shell-job --file-locks --auto-dedup --manage-cgroups-mode full \
		--empty-ns network "$ID"
	succeeds
	deleted
	config '.annotations["org.criu.config"] = $p' --arg p "$B/criu.conf"
	echo 'no-such-option' > "$B/criu.conf"
	started
	try scrim checkpoint --image-path "$B/second" "$ID"
	fails
	is "$(status_of "$ID")" running
	rm "$B/criu.conf"
	try scrim checkpoint --image-path "$B/second" "$ID"
	fails
	says "annotation org.criu.config: $B/criu.conf: not there"
	echo 'tcp-established' > "$B/criu.conf"
	try scrim checkpoint --image-path "$B/second" "$ID"
	succeeds
}

@test "what cannot be checkpointed or restored is said in words, and left as it is" {
	try scrim checkpoint --image-path "$B/images" "$ID"
	fails
	says 'container does not exist'
	created
	try scrim checkpoint --image-path "$B/images" "$ID"
	fails
	says 'cannot checkpoint a container that is not started'
	try scrim start "$ID"
	succeeds
	for words in '--page-server nonsense' '--page-server :1' $'--page-server a\vb:1' '--page-server a:99999' '--empty-ns pid' \
		'--manage-cgroups-mode some' '--status-fd 77'; do
		# shellcheck disable=SC2086
		try scrim checkpoint --image-path "$B/images" $words "$ID"
		fails
		says "${words%% *}"
	done
	is "$(status_of "$ID")" running
	mkdir "$B/empty"
	try scrim restore --detach -b "$B" --image-path "$B/empty" "$ID"
	fails
	says 'container with given ID already exists'
	deleted
	try scrim restore --detach -b "$B" --image-path "$B/nowhere" other
	fails
	says "images $B/nowhere: not there"
	try scrim restore --detach -b "$B" --image-path "$B/empty" other
	fails
	says 'scrim checkpoint did not make them'
	[ ! -e "$ROOT/other" ]
}

@test "Podman checkpoints and restores" {
	local at conmon

	needs podman
	conmon=$(command -v conmon || ls /usr/libexec/podman/conmon /usr/bin/conmon 2> /dev/null | head -n 1)
	[ -n "$conmon" ] || skip "conmon is not installed"
	engine run -d --name "$ID" --network none --pids-limit=-1 --rootfs "$B/rootfs" /bin/sh -c \
		'n=0; while :; do n=$((n + 1)); echo $n >> /tmp/n; read -t 0.1 < /dev/null; sleep 0.05; done'
	wait_until counting 3
	engine container checkpoint "$ID"
	at=$(n)
	engine container restore "$ID"
	wait_until counting "$at"
	engine rm -f -t 0 "$ID"
}

# engine ARGUMENT...: podman with its state in the test's directory.
engine()
{
	try podman --root "$T/podman/root" --runroot "$T/podman/run" \
		--tmpdir "$T/podman/tmp" --storage-driver vfs --events-backend file \
		--runtime "$(realpath "$(command -v "$SCRIM")")" --cgroup-manager=cgroupfs "$@"
	[ "$status" = 0 ] || show "podman $*"
}
