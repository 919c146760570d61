# SPDX-License-Identifier: Apache-2.0
#
# The ends that are not as usual: what outlives the first process, what cannot
# be killed, what was made below. No wait is a fixed sleep: a delete that can
# end ends at once, and one that cannot says what it waited for.

load lib

setup()
{
	cgroup_open
}

teardown()
{
	bundle_unmount
	test_close
}

# survivors: a container whose first process is gone and two others are not.
survivors()
{
	namespace_drop pid
	script 'sleep 300 & setsid sleep 300 & exec sleep 300'
	started
	three() { [ "$(wc -l < "$OWN/cgroup.procs")" = 3 ]; }
	wait_until three
	kill -KILL "$(pid_of "$ID")"
	wait_until is_status "$ID" stopped
	is "$(wc -l < "$OWN/cgroup.procs")" 2
}

@test "what outlives the first process is ended by delete, without force" {
	[[ $SCRIM == *scrim ]] || skip "others want --force"
	survivors
	try scrim delete "$ID"
	succeeds
	[ ! -e "$OWN" ]
}

@test "what outlives the first process is reached by kill --all" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	survivors
	try scrim kill --all "$ID" KILL
	succeeds
	empty() { grep -q 'populated 0' "$OWN/cgroup.events"; }
	wait_until empty
	try scrim kill "$ID" KILL
	fails
	says 'container not running$'
	deleted
}

@test "what outlives the first process and is frozen is ended by delete" {
	[[ $SCRIM == *scrim ]] || skip "others hang"
	survivors
	echo 1 > "$OWN/cgroup.freeze"
	try timeout 30 $SCRIM --root "$ROOT" delete "$ID"
	succeeds
	[ ! -e "$OWN" ]
}

@test "a delete ends as soon as the last process has" {
	args /bin/sleep 300
	started
	begin=$(date +%s%N)
	deleted
	took=$((($(date +%s%N) - begin) / 1000000))
	[ "$took" -lt 1000 ] || show "$took ms"
}

# stall: mounts at $B/stall what cannot be read; its process is $STALL.
stall()
{
	[ -e /dev/fuse ] || skip "there is no /dev/fuse"
	${SCRIM_CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -static \
		-o "$B/stall-server" "$SYSTEM_DIR/stall.c"
	mkdir "$B/stall"
	background "$B/stall-server" "$B/stall"
	STALL=$!
	wait_until grep -q " $B/stall fuse " /proc/mounts
}

is_sleeping_so()
{
	grep -q '^State:.D' "/proc/$1/status"
}

@test "a process that cannot be killed makes delete say so and return" {
	[[ $SCRIM == *scrim ]] || skip "others wait for ever, or not at all"
	stall
	mount_add /mnt bind "$B/stall" rbind
	args /bin/cat /mnt/x
	started
	pid=$(pid_of "$ID")
	wait_until file_says "/proc/$pid/wchan" request_wait
	begin=$(date +%s)
	try timeout 30 $SCRIM --root "$ROOT" delete --force "$ID"
	took=$(($(date +%s) - begin))
	is_sleeping_so "$pid" || show "it could be killed"
	fails
	says "process $pid \(cat\) does not end: it sleeps uninterruptibly in the kernel"
	[ "$took" -lt 20 ] || show "after $took s"
	# It did not spin: the container is there, and can be deleted later.
	kill -KILL "$STALL"
	wait_until is_gone "$pid"
	deleted
}

@test "another process of the container that cannot be killed is named" {
	[[ $SCRIM == *scrim ]] || skip "others wait for ever, or not at all"
	stall
	mount_add /mnt bind "$B/stall" rbind
	namespace_drop pid
	script 'cat /mnt/x & exec sleep 300'
	started
	two() { [ "$(wc -l < "$OWN/cgroup.procs")" = 2 ]; }
	wait_until two
	pid=$(grep -v "^$(pid_of "$ID")$" "$OWN/cgroup.procs")
	wait_until file_says "/proc/$pid/wchan" request_wait
	try timeout 40 $SCRIM --root "$ROOT" delete --force "$ID"
	fails
	says "still has processes after .*: process $pid \(cat\) sleeps uninterruptibly in the kernel"
	kill -KILL "$STALL"
	wait_until is_gone "$pid"
	deleted
	[ ! -e "$OWN" ]
}

# reborn PID COMMAND...: runs it as the process of that number.
reborn()
{
	local i

	for i in {1..50}; do
		echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid
		background "${@:2}"
		[ $! != "$1" ] || return 0
		kill -KILL $!
	done
	skip "the number $1 was not to be had again"
}

# A container can have its processes come and go as fast as it likes: the number
# of one that was listed may be a process's of the host when it is signalled.
@test "kill --all signals no process that has the number of one of the container's by now" {
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	[ -w /proc/sys/kernel/ns_last_pid ] || skip "the kernel gives no number twice (CONFIG_CHECKPOINT_RESTORE)"
	script 'trap : TERM; sleep 1000 & echo; while :; do wait; done'
	started
	first=$(pid_of "$ID")
	wait_until pgrep -P "$first" sleep
	second=$(pgrep -P "$first" sleep)
	background strace -qq -o "$T/tmp/trace" -e trace=pidfd_open -e inject=pidfd_open:delay_enter=3s \
		$SCRIM --root "$ROOT" kill --all "$ID" TERM
	killer=$!
	wait_until grep -q pidfd_open "$T/tmp/trace"
	kill -KILL "$second"
	wait_until [ ! -e "/proc/$second" ]
	reborn "$second" sleep 1000
	wait "$killer"
	rm "$T/tmp/trace"
	kill -0 "$second" || show "the host's process was signalled"
	scrim kill "$ID" KILL
	deleted
}

# As where the cgroups are seen from another root than that of their files.
@test "kill --all goes by the list where nothing is said of a process" {
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	script 'exec 2> /dev/null; trap "echo signalled > /tmp/n" TERM; echo > /tmp/n; while :; do sleep 0.05; done'
	started
	wait_until [ -e "$B/rootfs/tmp/n" ]
	pid=$(pid_of "$ID")
	try strace -qq -o "$T/tmp/trace" -P "/proc/$pid/cgroup" -e trace=openat -e inject=openat:error=EACCES \
		$SCRIM --root "$ROOT" kill --all "$ID" TERM
	succeeds
	grep -q INJECTED "$T/tmp/trace"
	wait_until grep -q signalled "$B/rootfs/tmp/n"
	rm "$T/tmp/trace"
	scrim kill "$ID" KILL
	deleted
}
