# SPDX-License-Identifier: Apache-2.0
#
# SPEC 107-117, 103: namespaces made, joined and inherited; user namespaces
# with their mappings; time offsets.

load lib

NS="cgroup ipc mnt net pid uts"

ns_type()
{
	case $1 in
	mnt) echo mount ;;
	net) echo network ;;
	*) echo "$1" ;;
	esac
}

namespaces_shown()
{
	script 'for n in cgroup ipc mnt net pid uts user time; do
		echo "$n $(readlink /proc/self/ns/$n)"; done'
}

# inside KIND: what the container's $output says.
inside()
{
	awk -v k="$1" '$1 == k { print $2 }' <<< "$output"
}

# holder OPTION...: a process in namespaces of its own; HOLDER is its pid.
holder()
{
	background unshare "$@" --fork sleep 100
	wait_until pgrep -P "$!" sleep
	HOLDER=$(pgrep -P "$!" sleep)
	BACKGROUND+=("$HOLDER")
}

@test "a listed namespace is a new one" {
	namespaces_shown
	runs
	for kind in $NS; do
		[ "$(inside $kind)" != "$(readlink /proc/self/ns/$kind)" ] || show "$kind"
	done
}

@test "a namespace that is not listed is the caller's" {
	namespaces_shown
	config 'del(.mounts[] | select(.type == "sysfs")) | del(.hostname)'
	for kind in cgroup ipc net uts; do
		namespace_drop "$(ns_type $kind)"
	done
	runs
	for kind in cgroup ipc net uts user time; do
		is "$(inside $kind)" "$(readlink /proc/self/ns/$kind)"
	done
}

@test "the host's pid namespace can be kept" {
	namespace_drop pid
	script 'readlink /proc/self/ns/pid; [ -d /proc/1 ] && ls /proc 2> /dev/null | grep -c "^[0-9]*$"'
	runs
	is "$(head -n 1 <<< "$output")" "$(readlink /proc/self/ns/pid)"
	[ "$(tail -n 1 <<< "$output")" -gt 1 ]
}

@test "a namespace with a path is joined" {
	holder --net --ipc --uts --cgroup
	namespaces_shown
	config 'del(.hostname)'
	for kind in net ipc uts cgroup; do
		namespace_join "$(ns_type $kind)" "/proc/$HOLDER/ns/$kind"
	done
	runs
	for kind in net ipc uts cgroup; do
		is "$(inside $kind)" "$(readlink "/proc/$HOLDER/ns/$kind")"
	done
}

@test "a pid namespace can be joined" {
	holder --pid --mount-proc
	script 'ls /proc | grep -c "^[0-9]*$"; readlink /proc/self/ns/pid'
	namespace_join pid "/proc/$HOLDER/ns/pid"
	runs
	is "$(tail -n 1 <<< "$output")" "$(readlink "/proc/$HOLDER/ns/pid")"
	[ "$(head -n 1 <<< "$output")" -gt 1 ]
}

@test "a mount namespace can be joined" {
	holder --mount --propagation private
	namespace_join mount "/proc/$HOLDER/ns/mnt"
	config 'del(.mounts[])'
	mount_add /volume tmpfs tmpfs
	mkdir "$B/rootfs/volume"
	script 'echo here'
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	prints here
	! grep -q "$B" /proc/self/mountinfo
}

@test "a user namespace can be joined with its mappings" {
	holder --user --map-root-user
	namespaces_shown
	namespace_join user "/proc/$HOLDER/ns/user"
	runs
	is "$(inside user)" "$(readlink "/proc/$HOLDER/ns/user")"
}

@test "CVE-2019-5736: what enters a joined user namespace cannot be traced there" {
	needs strace
	[[ $SCRIM == *scrim ]] || skip "looks at scrim's own calls"
	holder --user --map-root-user
	namespace_join user "/proc/$HOLDER/ns/user"
	args /bin/true
	# The leak sanitizer, in a build that has it, traces, too.
	ASAN_OPTIONS=detect_leaks=0 timeout 20 strace -f -qq -o "$T/trace" $SCRIM --root "$ROOT" run -b "$B" "$ID" 3>&- 4>&-
	# Each process that enters has said so before.
	awk '/prctl\(PR_SET_DUMPABLE, (SUID_DUMP_DISABLE|0)/ { closed[$1] = 1 }
		/setns\(.*CLONE_NEWUSER/ { entered++; if (!closed[$1]) open++ }
		END { exit !(entered && !open) }' "$T/trace" || show "$(grep -E 'setns|DUMPABLE' "$T/trace")"
	rm "$T/trace"
}

@test "a user namespace is joined where no memory file may be executed" {
	[ -e /proc/sys/vm/memfd_noexec ] || skip "this kernel has no vm.memfd_noexec"
	holder --user --map-root-user
	touch "$T/tmp/user"
	mount --bind "/proc/$HOLDER/ns/user" "$T/tmp/user"
	namespace_join user "$T/tmp/user"
	args /bin/echo here
	# It is a pid namespace's own.
	try unshare --pid --fork --mount-proc sh -c "echo 2 > /proc/sys/vm/memfd_noexec &&
		exec $SCRIM --root $ROOT run -b $B $ID"
	umount "$T/tmp/user"
	rm "$T/tmp/user"
	succeeds
	is "$output" here
}

# Where they may not be set any more they have to be dropped before.
@test "root's groups do not arrive in a joined user namespace that denies groups" {
	needs setpriv
	holder --user --map-root-user
	namespace_join user "/proc/$HOLDER/ns/user"
	args /bin/grep Groups /proc/self/status
	try setpriv --groups 0,4242 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(tr -d ' \t' <<< "$output")" Groups:
	args /bin/sleep 100
	started
	try setpriv --groups 0,4242 $SCRIM --root "$ROOT" exec "$ID" /bin/grep Groups /proc/self/status
	succeeds
	is "$(tr -d ' \t' <<< "$output")" Groups:
	deleted
}

@test "a network namespace of a joined user namespace is joined too" {
	holder --user --map-root-user --net
	namespaces_shown
	namespace_join user "/proc/$HOLDER/ns/user"
	namespace_join network "/proc/$HOLDER/ns/net"
	runs
	is "$(inside user)" "$(readlink "/proc/$HOLDER/ns/user")"
	is "$(inside net)" "$(readlink "/proc/$HOLDER/ns/net")"
}

@test "namespaces of the host are joined beside a new user namespace" {
	holder --net --uts --ipc
	user_namespace
	# the kernel mounts neither in a user namespace that does not own theirs
	config 'del(.mounts[] | select(.type == "sysfs" or .type == "mqueue"))'
	namespaces_shown
	namespace_join network "/proc/$HOLDER/ns/net"
	namespace_join ipc "/proc/$HOLDER/ns/ipc"
	runs
	is "$(inside net)" "$(readlink "/proc/$HOLDER/ns/net")"
	is "$(inside ipc)" "$(readlink "/proc/$HOLDER/ns/ipc")"
	[ "$(inside user)" != "$(readlink /proc/self/ns/user)" ] || show "user"
}

@test "a bind-mounted namespace file is joined" {
	holder --net
	touch "$B/netns"
	mount --bind "/proc/$HOLDER/ns/net" "$B/netns"
	want=$(readlink "/proc/$HOLDER/ns/net")
	namespaces_shown
	namespace_join network "$B/netns"
	try scrim run -b "$B" "$ID"
	umount "$B/netns"
	succeeds
	is "$(inside net)" "$want"
}

@test "a namespace of the wrong type is an error" {
	config 'del(.mounts[] | select(.type == "sysfs"))'
	namespace_join network /proc/self/ns/uts
	refused
	says '/proc/self/ns/uts|network'
}

@test "a namespace path that is no namespace is an error that names it" {
	namespace_join network /etc/passwd
	refused
	says '/etc/passwd'
	namespace_join network /no/such/namespace
	refused
	says '/no/such/namespace'
}

@test "a relative namespace path is an error" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	cd /proc/self/ns
	namespace_join network net
	refused
	says '/linux/namespaces'
}

@test "a type listed twice is an error" {
	config '.linux.namespaces += [{type: "uts"}]'
	refused
	says 'uts|duplicate|namespaces'
}

@test "an unknown type is an error that names it" {
	config '.linux.namespaces += [{type: "nonsense"}]'
	refused
	says nonsense
}

@test "a hostname without a namespace for it is refused" {
	namespace_drop uts
	refused
	says '[Hh]ostname|uts|UTS'
}

@test "the host's name stays" {
	before=$(hostname)
	script hostname
	runs
	is "$output" gauze
	is "$(hostname)" "$before"
}

@test "loopback is there in a new network namespace" {
	script 'ls /sys/class/net'
	runs
	prints lo
}

# --- user namespaces ---------------------------------------------------------

@test "a user namespace has the mappings of the configuration" {
	user_namespace 100000 1000
	script 'cat /proc/self/uid_map /proc/self/gid_map; id -u; readlink /proc/self/ns/user'
	runs
	is "$(head -n 2 <<< "$output" | tr -s ' ')" " 0 100000 1000
 0 100000 1000"
	[ "$(tail -n 1 <<< "$output")" != "$(readlink /proc/self/ns/user)" ]
}

@test "the process in a user namespace is the mapped user on the host" {
	user_namespace
	config '.process.user = {uid: 5, gid: 6}'
	args /bin/sleep 100
	started
	pid=$(pid_of "$ID")
	is "$(stat -c %u:%g "/proc/$pid")" 100005:100006
	deleted
}

@test "three hundred mappings of a user namespace work" {
	user_namespace 100000
	config '.linux.uidMappings = [range(0; 300) | {containerID: ., hostID: (200000 - .), size: 1}] |
		.linux.gidMappings = .linux.uidMappings'
	find "$B/rootfs" -type d -exec chown 200000:200000 {} +
	script 'wc -l < /proc/self/uid_map; sed -n 300p /proc/self/gid_map'
	runs
	is "$(head -n 1 <<< "$output")" 300
	is "$(tail -n 1 <<< "$output" | tr -s ' ')" " 299 199701 1"
}

@test "more mappings than the kernel takes are an error" {
	user_namespace 100000
	config '.linux.uidMappings = [range(0; 400) | {containerID: ., hostID: (200000 - .), size: 1}]'
	refused
}

@test "mappings that overlap are an error" {
	user_namespace
	config '.linux.uidMappings += [{containerID: 5, hostID: 300000, size: 1}]'
	refused
	says 'uidMappings|uid_map|mapping'
}

@test "files of the host's root belong to nobody in a user namespace" {
	user_namespace
	touch "$B/rootfs/etc/of-root"
	chown 0:0 "$B/rootfs/etc/of-root"
	script 'stat -c %u:%g /etc/of-root'
	runs
	is "$output" 65534:65534
}

# --- time --------------------------------------------------------------------

@test "time offsets move the clocks of a time namespace" {
	[[ $SCRIM == *runc* ]] && [[ $SCRIM != *scrim ]] && skip "no time namespace in this runc"
	config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {
		monotonic: {secs: 1000000, nanosecs: 0}, boottime: {secs: 2000000, nanosecs: 5}}'
	args /bin/probe clock
	outside=$("$PROBE" clock)
	runs
	value() { awk -v k="$2" '$1 == k { print $2 }' <<< "$1"; }
	for pair in monotonic:1000000 boottime:2000000; do
		difference=$(($(value "$output" ${pair%:*}) - $(value "$outside" ${pair%:*})))
		[ $((difference - ${pair#*:})) -le 5 ] && [ "$difference" -ge "${pair#*:}" ] ||
			show "$pair: $difference"
	done
}

@test "time offsets without a time namespace are an error" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	config '.linux.timeOffsets = {monotonic: {secs: 1}}'
	refused
	says timeOffsets
}

@test "all eight kinds at once" {
	[[ $SCRIM == *runc* ]] && [[ $SCRIM != *scrim ]] && skip "no time namespace in this runc"
	user_namespace
	config '.linux.namespaces += [{type: "time"}]'
	namespaces_shown
	runs
	for kind in $NS user time; do
		[ "$(inside $kind)" != "$(readlink /proc/self/ns/$kind)" ] || show "$kind"
	done
}
