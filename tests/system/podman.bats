# SPDX-License-Identifier: Apache-2.0
#
# Podman runs containers on top of scrim: with the words, files and exit
# codes that its monitor and itself rely on. Its storage lies in the test's
# own directory; the resources that need a controller are turned off.

load lib

setup()
{
	test_open
	needs podman
	[[ $SCRIM != *" "* ]] || skip "SCRIM has options of its own"
	RUNTIME=$(realpath "$(command -v "$SCRIM")")
	mkdir -p "$T/podman"
	# Podman does not pass --root: what is made in the usual place goes again.
	USUAL=/run/$(basename "$RUNTIME")
	[ -e "$USUAL/.pin" ] && USUAL=
	ENGINE=(podman --root "$T/podman/root" --runroot "$T/podman/run" --tmpdir "$T/podman/tmp" --storage-driver vfs
		--events-backend file --runtime "$RUNTIME" --cgroup-manager=cgroupfs)
	limits=(--network none --pids-limit=-1 --ulimit nofile=1000:1000 --ulimit nproc=1000:1000)
	conmon=$(command -v conmon || ls /usr/libexec/podman/conmon /usr/bin/conmon 2> /dev/null | head -n 1)
	[ -n "$conmon" ] || skip "conmon is not installed"
}

teardown()
{
	if [ -d "$T/podman" ]; then
		engine rm --all --force > /dev/null 2>&1 3>&- < /dev/null || true
		awk -v t="$T/podman" 'index($5, t) == 1 { print $5 }' /proc/self/mountinfo |
			sort -r | xargs -r -n 1 umount -l
		rm -rf --one-file-system "$T/podman"
	fi
	if [ -n "${USUAL-}" ] && [ -d "$USUAL/.pin" ]; then
		pins_away "$USUAL"
		rm -rf --one-file-system "$USUAL/.pin"
		rmdir "$USUAL" 2> /dev/null || true
	fi
	find "$CGROUP" -depth -type d -path '*/libpod*' -exec rmdir {} + 2> /dev/null || true
	test_close
}

# engine ARGUMENT...: podman with its state in the test's directory.
engine()
{
	"${ENGINE[@]}" "$@"
}

@test "podman run prints what the program says, and exits with its status" {
	try engine run --rm "${limits[@]}" --rootfs "$B/rootfs" /bin/echo hi
	[ "$status" = 0 ] || show "podman run"
	prints hi
	try engine run --rm "${limits[@]}" --rootfs "$B/rootfs" /bin/probe exit 7
	is "$status" 7
}

@test "podman knows a missing program and one that cannot be executed" {
	echo text > "$B/rootfs/text"
	try engine run --rm "${limits[@]}" --rootfs "$B/rootfs" /bin/nothing
	is "$status" 127
	try engine run --rm "${limits[@]}" --rootfs "$B/rootfs" /text
	is "$status" 126
	# What is missing here is no program. Newer versions say 125 of it.
	try engine run --rm "${limits[@]}" --sysctl net.nonsense=1 --rootfs "$B/rootfs" /bin/true
	[ "$status" = 126 ] || [ "$status" = 125 ] || show "sysctl"
	says 'net/nonsense'
}

@test "podman create, start, kill, inspect and remove" {
	try engine create --name one "${limits[@]}" --rootfs "$B/rootfs" /bin/probe catch
	[ "$status" = 0 ] || show "create"
	try engine start one
	[ "$status" = 0 ] || show "start"
	is "$(engine inspect -f '{{.State.Status}}' one)" running
	try engine kill --signal USR1 one
	[ "$status" = 0 ] || show "kill"
	says_ten() { engine logs one 2>&1 | grep -qx 10; }
	wait_until says_ten
	try engine stop --time 2 one
	[ "$status" = 0 ] || show "stop"
	try engine rm one
	[ "$status" = 0 ] || show "rm"
}

@test "podman run --detach, wait and logs" {
	try engine run --detach --name two "${limits[@]}" --rootfs "$B/rootfs" \
		/bin/sh -c 'echo words; sleep 0.5; exit 3'
	[ "$status" = 0 ] || show "run"
	is "$(engine wait two)" 3
	is "$(engine logs two)" words
	try engine rm two
	[ "$status" = 0 ] || show "rm"
}

@test "podman run with a terminal, a volume, a tmpfs and a user" {
	mkdir "$T/podman/volume"
	echo text > "$T/podman/volume/file"
	try engine run --rm "${limits[@]}" -v "$T/podman/volume:/v:ro" --tmpfs /t \
		--user 1000:1000 --read-only --rootfs "$B/rootfs" \
		/bin/sh -c 'cat /v/file; id -u; touch /v/x 2> /dev/null || echo read-only; grep -c " /t " /proc/self/mountinfo'
	[ "$status" = 0 ] || show "run"
	is "$output" "text
1000
read-only
1"
	try engine run --rm --tty "${limits[@]}" --rootfs "$B/rootfs" /bin/probe winsize
	[ "$status" = 0 ] || show "run -t"
	shows 'tty=/dev/(pts/0|console) ctty=ok'
}

@test "podman run with a user namespace" {
	chmod 755 "$T" "$B"
	find "$B/rootfs" -type d -exec chown 100000:100000 {} +
	try engine run --rm "${limits[@]}" --uidmap 0:100000:65536 --gidmap 0:100000:65536 \
		--rootfs "$B/rootfs" /bin/cat /proc/self/uid_map
	[ "$status" = 0 ] || show "run"
	shows '^ +0 +100000 +65536'
}

@test "podman exec: output, status, user, directory, environment" {
	try engine run --detach --name three "${limits[@]}" --rootfs "$B/rootfs" /bin/sleep 1000
	[ "$status" = 0 ] || show "run"
	is "$(engine exec three /bin/echo hi)" hi
	try engine exec three /bin/probe exit 7
	is "$status" 7
	try engine exec --user 1000:50 --workdir /tmp --env A=b three /bin/sh -c 'id -u; id -g; pwd; echo $A'
	is "$output" "1000
50
/tmp
b"
	try engine exec three /bin/nothing
	is "$status" 127
	echo text > "$B/rootfs/text"
	try engine exec three /text
	is "$status" 126
	try sh -c 'echo typed | "$@"' sh "${ENGINE[@]}" exec -i three /bin/cat
	is "$output" typed
	try engine exec --detach three /bin/touch /tmp/touched
	[ "$status" = 0 ] || show "exec --detach"
	wait_until test -e "$B/rootfs/tmp/touched"
	try engine exec --privileged three /bin/cat /proc/self/status
	[ "$status" = 0 ] || show "exec --privileged"
	shows '^CapEff:.*ffffff$'
	try engine rm --force --time 0 three
	[ "$status" = 0 ] || show "rm"
}

@test "podman exec -it has a terminal" {
	try engine run --detach --name four "${limits[@]}" --rootfs "$B/rootfs" /bin/sleep 1000
	[ "$status" = 0 ] || show "run"
	on_terminal 91 37 "${ENGINE[@]}" exec -it four /bin/sh -c 'sleep 0.5; probe winsize; exit 5' < /dev/null
	is "$status" 5
	shows '^91x37 tty=/dev/pts/[0-9] ctty=ok'
	try engine rm --force --time 0 four
	[ "$status" = 0 ] || show "rm"
}

@test "podman's health checks run in the container" {
	try engine run --detach --name five "${limits[@]}" --health-cmd 'test -e /tmp/well' --health-interval disable \
		--rootfs "$B/rootfs" /bin/sleep 1000
	[ "$status" = 0 ] || show "run"
	try engine healthcheck run five
	[ "$status" != 0 ] || show "healthy too early"
	touch "$B/rootfs/tmp/well"
	try engine healthcheck run five
	[ "$status" = 0 ] || show "healthcheck"
	is "$(engine inspect -f '{{.State.Health.Status}}' five)" healthy
	try engine rm --force --time 0 five
	[ "$status" = 0 ] || show "rm"
}

# The infra container has no options of its own: what this host cannot give is
# left out for all.
pod_conf()
{
	ls /usr/libexec/podman/catatonit "$(command -v catatonit)" > /dev/null 2>&1 || skip "catatonit is not installed"
	printf '[containers]\ndefault_ulimits = ["nofile=1000:1000", "nproc=1000:1000"]\npids_limit = -1\n' > "$T/podman/containers.conf"
	export CONTAINERS_CONF=$T/podman/containers.conf
}

@test "podman pod: containers share what the pod has, and are paused, stopped and begun together" {
	pod_conf
	# In its default, this version of Podman closes the pod's cgroup for all
	# devices (see the test below): each container gets one of its own.
	try engine pod create --name pod --network none --hostname podhost --share-parent=false
	[ "$status" = 0 ] || show "pod create"
	try engine run --detach --pod pod --name six --rootfs "$B/rootfs" /bin/sh -c 'echo hi > /dev/shm/x; exec sleep 1000'
	[ "$status" = 0 ] || show "run"
	wait_until test -s "/proc/$(engine inspect -f '{{.State.Pid}}' six)/root/dev/shm/x"
	try engine run --rm --pod pod --rootfs "$B/rootfs" /bin/sh -c 'cat /dev/shm/x; hostname'
	is "$output" "hi
podhost"
	pod_is() { engine pod inspect pod | grep -q "\"State\": \"$1\""; }
	for verb in pause:Paused unpause:Running stop:Exited start:Running kill:Exited; do
		try engine pod "${verb%:*}" pod
		[ "$status" = 0 ] || show "pod $verb"
		wait_until pod_is "${verb#*:}"
	done
	try engine pod rm --force pod
	[ "$status" = 0 ] || show "pod rm"
}

@test "podman pod: a cgroup that Podman has closed for all devices is told as the reason" {
	pod_conf
	try engine pod create --name pod --network none
	[ "$status" = 0 ] || show "pod create"
	try engine run --rm --pod pod --rootfs "$B/rootfs" /bin/true
	# A Podman that leaves its pods' cgroups open has no reason to complain.
	[ "$status" = 0 ] || says 'device /dev/null: mknod .*cgroup above'
	try engine pod rm --force pod
	[ "$status" = 0 ] || show "pod rm"
}
