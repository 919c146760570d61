# SPDX-License-Identifier: Apache-2.0
#
# SPEC 143-154: limits by their effect. Each test says which controller it
# needs; where the unified hierarchy has not got it, it is left out by that
# name, and a machine that has all of them (tests/vm/run) runs it. The
# containers' cgroups are not below the test's own, for in a cgroup with
# processes no controller can be enabled.

load lib

setup()
{
	cgroup_open
	PARENT=$CGROUP/${T##*/}-c OWN=$CGROUP/${T##*/}-c/$ID
	config '.linux.cgroupsPath = $p' --arg p "${OWN#$CGROUP}"
}

teardown()
{
	test_close
	# crun leaves its parents behind
	[ ! -d "$PARENT" ] || cgroup_remove "$PARENT"
}

# needs_controller NAME...
needs_controller()
{
	local name

	for name; do
		grep -qw "$name" "$CGROUP/cgroup.controllers" ||
			skip "no controller $name in the unified hierarchy"
	done
}

# limits JSON: what the container has as linux.resources.
limits()
{
	config ".linux.resources = $1"
}

# holds FILE TEXT: a file of the container's cgroup says just that.
holds()
{
	is "$(cat "$OWN/$1")" "$2"
}

# counts FILE KEY: the number behind a key.
counts()
{
	awk -v k="$2" '$1 == k { print $2 }' "$OWN/$1"
}

has_counted()
{
	[ "$(counts "$1" "$2")" -gt 0 ]
}

update_json()
{
	printf %s "$1" > "$T/resources"
	INPUT=$T/resources try scrim update --resources - "$ID"
	rm "$T/resources"
}

# sleeping: a container with these limits that does nothing.
sleeping()
{
	limits "$1"
	args /bin/sleep 1000
	started
}

# --- memory ------------------------------------------------------------------

# dd needs as much memory as its block is large.
@test "a process over memory.max is killed" {
	needs_controller memory
	limits '{memory: {limit: 33554432, swap: 33554432}}'
	script 'dd if=/dev/zero of=/dev/null bs=128M count=1 2> /dev/null; echo "status $?"; sleep 1000'
	started
	wait_until has_counted memory.events oom_kill
	[ "$(cat "$OWN/memory.peak")" -le 33554432 ] || show "more than its limit"
	deleted
	args /bin/dd if=/dev/zero of=/dev/null bs=128M count=1
	try scrim run -b "$B" "$ID"
	is "$status" 137
}

@test "memory limits are what the files say, swap without memory" {
	needs_controller memory
	sleeping '{memory: {limit: 104857600, reservation: 52428800, swap: 157286400}}'
	holds memory.max 104857600
	holds memory.low 52428800
	holds memory.swap.max 52428800
	deleted
	sleeping '{memory: {limit: 104857600, swap: 104857600}}'
	holds memory.swap.max 0
	deleted
	sleeping '{memory: {limit: -1, swap: -1, reservation: -1}}'
	deleted
	sleeping '{memory: {limit: 1073741824}}'
	update_json '{"memory": {"limit": 9223372036854775807}}'
	succeeds
	holds memory.max max
	deleted
}

@test "update changes memory, and counts swap from what is there" {
	needs_controller memory
	sleeping '{memory: {limit: 104857600, swap: 157286400}}'
	try scrim update --memory 200m "$ID"
	succeeds
	holds memory.max 209715200
	holds memory.swap.max 52428800
	try scrim update --memory-swap 300m "$ID"
	succeeds
	holds memory.swap.max 104857600
	try scrim update --memory-swap 100m "$ID"
	fails
	says 'swap is memory and swap together: 104857600 is less than the memory limit, 209715200'
	try scrim update --memory-reservation 10m "$ID"
	succeeds
	holds memory.low 10485760
	holds memory.max 209715200
	try scrim update --memory -1 "$ID"
	succeeds
	holds memory.max max
	holds memory.swap.max max
	deleted
}

@test "checkBeforeUpdate refuses a limit below what is in use" {
	needs_controller memory
	limits '{memory: {limit: 104857600}}'
	# A file in a tmpfs is memory that nobody can give back.
	script 'dd if=/dev/zero of=/dev/shm/x bs=1M count=40 2> /dev/null; echo > /dev/shm/done; sleep 1000'
	config '.mounts += [{destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["size=60m"]}]'
	started
	wait_until test -e "/proc/$(pid_of "$ID")/root/dev/shm/done"
	update_json '{"memory": {"limit": 20971520, "checkBeforeUpdate": true}}'
	fails
	says 'the memory limit 20971520 is less than what is in use, [0-9]+ \(standard input:1:[0-9]+, /memory/limit\)'
	holds memory.max 104857600
	is "$(status_of "$ID")" running
	update_json '{"memory": {"limit": 62914560, "checkBeforeUpdate": true}}'
	succeeds
	holds memory.max 62914560
	deleted
}

@test "events tell each time that memory ran out" {
	needs_controller memory
	limits '{memory: {limit: 33554432, swap: 33554432}}'
	script 'while [ ! -e /go ]; do sleep 0.1; done; dd if=/dev/zero of=/dev/null bs=128M count=1; sleep 1000'
	config '.root.readonly = false'
	started
	background scrim events --interval 1h "$ID"
	pid=$!
	# it looks, and will be told
	watching()
	{
		find "/proc/$pid/fd" $(pgrep -P "$pid" | sed 's,.*,/proc/&/fd,') \
			-lname '*memory.events' | grep -q .
	}
	wait_until watching
	touch "$B/rootfs/go"
	wait_until file_says "$T/background" '"type":"oom"'
	is "$(jq -r '.type + .id' "$T/background")" "oom$ID"
	deleted
	wait "$pid" || show "events failed"
}

@test "a limit too small to make the container fails in words, and leaves nothing" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others differ"
	limits '{unified: {"memory.max": "0"}}'
	args /bin/true
	refused
	says 'memory'
	[ ! -e "$OWN" ] || show "the cgroup is left"
}

# --- pids --------------------------------------------------------------------

@test "a fork bomb stops at pids.max" {
	needs_controller pids
	limits '{pids: {limit: 20}}'
	script 'f() { while :; do sleep 1000 & done; }; (f) 2> /dev/null & (f) 2> /dev/null & sleep 1000'
	started
	wait_until has_counted pids.events max
	[ "$(wc -l < "$OWN/cgroup.procs")" -le 20 ] || show "more than allowed"
	try timeout 30 $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	[ ! -e "$OWN" ]
}

@test "a pids limit of 0 is a limit" {
	needs_controller pids
	limits '{pids: {limit: 0}}'
	config '.ociVersion = "1.3.0"'
	script '/bin/busybox true; echo forked'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || hides forked
	args /bin/true
	runs
}

@test "more pids than any host can have are no limit" {
	needs_controller pids
	sleeping '{pids: {limit: 9007199254740992}}'
	deleted
	sleeping '{pids: {limit: 4194304}}'
	holds pids.max 4194304
	try scrim update --pids-limit 7 "$ID"
	succeeds
	holds pids.max 7
	try scrim update --pids-limit -1 "$ID"
	succeeds
	holds pids.max max
	deleted
}

# --- cpu ---------------------------------------------------------------------

@test "cpu.stat shows that a quota throttles" {
	needs_controller cpu
	limits '{cpu: {quota: 10000, period: 100000}}'
	script 'while :; do :; done'
	started
	wait_until has_counted cpu.stat nr_throttled
	holds cpu.max "10000 100000"
	before=$(counts cpu.stat usage_usec) begin=${EPOCHREALTIME/./}
	sleep 1
	used=$(($(counts cpu.stat usage_usec) - before)) all=$((${EPOCHREALTIME/./} - begin))
	[ "$used" -lt $((all * 4 / 10)) ] || show "$used us of $all, of which a tenth is allowed"
	deleted
}

@test "shares become weights, and the heavier gets more" {
	needs_controller cpu cpuset
	limits '{cpu: {shares: 1024, cpus: "0"}}'
	script 'while :; do :; done'
	started
	holds cpu.weight 100
	config '.linux.cgroupsPath += "-2" | .linux.resources.cpu.shares = 20'
	try scrim create -b "$B" "$ID-2"
	scrim start "$ID-2"
	is "$(cat "$OWN-2/cpu.weight")" 6
	usage() { awk '$1 == "usage_usec" { print $2 }' "$1/cpu.stat"; }
	both_run() { [ "$(usage "$OWN")" -gt 0 ] && [ "$(usage "$OWN-2")" -gt 0 ]; }
	wait_until both_run
	a=$(usage "$OWN") b=$(usage "$OWN-2")
	sleep 2
	a=$(($(usage "$OWN") - a)) b=$(($(usage "$OWN-2") - b))
	[ "$a" -gt $((3 * b)) ] || show "$a and $b us with weights of 100 and 6"
	scrim delete --force "$ID-2"
	deleted
	OWN+=-2
	for pair in 2:1 262144:10000 512:59; do
		sleeping "{cpu: {shares: ${pair%:*}}}"
		holds cpu.weight "${pair#*:}"
		deleted
	done
}

@test "a container runs on the processors that it was given" {
	needs_controller cpuset
	[ "$(nproc)" -gt 1 ] || skip "there is one processor only"
	limits '{cpu: {cpus: "1", mems: "0"}}'
	args /bin/cat /proc/self/status
	runs
	status_has Cpus_allowed_list 1
	status_has Mems_allowed_list 0
	sleeping '{cpu: {cpus: "0-1"}}'
	try scrim update --cpuset-cpus 0 "$ID"
	succeeds
	is "$(awk '$1 == "Cpus_allowed_list:" { print $2 }' "/proc/$(pid_of "$ID")/status")" 0
	# The kernel takes no processor that there is not, and nothing is changed.
	update_json '{"pids": {"limit": 33}, "cpu": {"cpus": "4000"}}'
	fails
	holds cpuset.cpus 0
	deleted
}

@test "a quota, a period and a burst are updated together and apart" {
	needs_controller cpu
	sleeping '{cpu: {quota: 50000, period: 100000, burst: 20000}}'
	holds cpu.max.burst 20000
	try scrim update --cpu-period 50000 "$ID"
	succeeds
	holds cpu.max "50000 50000"
	try scrim update --cpu-quota 40000 "$ID"
	succeeds
	holds cpu.max "40000 50000"
	# neither order of writing works in both directions
	try scrim update --cpu-quota 10000 --cpu-burst 5000 "$ID"
	succeeds
	try scrim update --cpu-quota 80000 --cpu-burst 60000 "$ID"
	succeeds
	holds cpu.max "80000 50000"
	holds cpu.max.burst 60000
	try scrim update --cpu-quota -1 "$ID"
	succeeds
	holds cpu.max "max 50000"
	deleted
}

@test "an idle container has no shares until it is idle no more" {
	needs_controller cpu
	sleeping '{cpu: {idle: 1, shares: 512}}'
	holds cpu.idle 1
	try scrim update --cpu-share 512 "$ID"
	fails
	says 'idle'
	try scrim update --cpu-share 512 --cpu-idle 0 "$ID"
	succeeds
	holds cpu.idle 0
	holds cpu.weight 59
	deleted
}

# --- block devices -----------------------------------------------------------

# disk: a directory on a disk into $DISK, its device into $DEVICE ("254:0").
disk()
{
	local dir number

	for dir in /scratch /var/tmp "$BATS_RUN_TMPDIR"; do
		[ -d "$dir" ] || continue
		number=$(stat -c '%Hd:%Ld' "$dir")
		[ -e "/sys/dev/block/$number" ] || continue
		DISK=$(mktemp -d "$dir/scrim-disk.XXXXXX")
		# of a partition the disk is what is throttled
		[ ! -e "/sys/dev/block/$number/partition" ] ||
			number=$(cat "/sys/dev/block/$number/../dev")
		DEVICE=$number
		return
	done
	skip "no directory on a block device"
}

# throttles JSON: major and minor of $DEVICE go in front.
throttles()
{
	echo "[{major: ${DEVICE%:*}, minor: ${DEVICE#*:}, rate: $1}]"
}

@test "io.max slows dd" {
	needs_controller io
	disk
	limits "{blockIO: {throttleWriteBpsDevice: $(throttles 4194304), throttleReadIOPSDevice: $(throttles 7)}}"
	mount_add /data bind "$DISK" rbind rw
	script 'dd if=/dev/zero of=/data/x bs=1M count=8 conv=fsync 2> /dev/null; : > /data/done; sleep 1000'
	started
	begin=$(date +%s%N)
	file_says "$OWN/io.max" "^$DEVICE .*wbps=4194304.*riops=7" || show "$(cat "$OWN/io.max")"
	for i in {1..600}; do
		[ ! -e "$DISK/done" ] || break
		sleep 0.05
	done
	took=$((($(date +%s%N) - begin) / 1000000))
	rm -r "$DISK"
	[ "$took" -ge 1300 ] || show "8 MiB took $took ms at 4 MiB a second"
	# one update lifts one limit, a failing one changes none
	update_json "{\"blockIO\": {\"throttleReadIOPSDevice\": [{\"major\": ${DEVICE%:*}, \"minor\": ${DEVICE#*:}, \"rate\": 0}]}}"
	succeeds
	file_says "$OWN/io.max" "^$DEVICE .*wbps=4194304.*riops=max" || show "$(cat "$OWN/io.max")"
	update_json "{\"blockIO\": {\"throttleWriteBpsDevice\": [{\"major\": ${DEVICE%:*}, \"minor\": ${DEVICE#*:}, \"rate\": 9000000}]},
		\"unified\": {\"cgroup.max.depth\": \"x\"}}"
	fails
	file_says "$OWN/io.max" "^$DEVICE .*wbps=4194304" || show "$(cat "$OWN/io.max")"
	deleted
}

@test "a device that is none is an error that names it" {
	needs_controller io
	limits '{blockIO: {throttleReadBpsDevice: [{major: 4000, minor: 7, rate: 1}]}}'
	refused
	says '4000:7.*io\.max.*/linux/resources/blockIO/throttleReadBpsDevice/0/rate'
	[ ! -e "$OWN" ] || show "the cgroup is left"
}

@test "weights go to the files that the kernel has" {
	needs_controller io
	modprobe bfq 2> /dev/null || true
	limits '{blockIO: {weight: 500}}'
	args /bin/sleep 100
	try scrim create -b "$B" "$ID"
	if [ "$status" != 0 ]; then
		says 'there is no file io\.weight, nor io\.bfq\.weight'
		skip "this kernel has neither io.weight nor io.bfq.weight"
	fi
	[ ! -e "$OWN/io.weight" ] || is "$(awk '$1 == "default" { print $2 }' "$OWN/io.weight")" 4950
	[ ! -e "$OWN/io.bfq.weight" ] || is "$(awk '$1 == "default" { print $2 }' "$OWN/io.bfq.weight")" 500
	try scrim update --blkio-weight 10 "$ID"
	succeeds
	[ ! -e "$OWN/io.weight" ] || is "$(awk '$1 == "default" { print $2 }' "$OWN/io.weight")" 1
	update_json '{"blockIO": {"weight": 1000}, "unified": {"cgroup.max.depth": "x"}}'
	fails
	[ ! -e "$OWN/io.bfq.weight" ] || is "$(awk '$1 == "default" { print $2 }' "$OWN/io.bfq.weight")" 10
	deleted
}

# --- huge pages, rdma, misc --------------------------------------------------

@test "huge pages beyond the limit are refused when they are mapped" {
	needs_controller hugetlb
	[ -e /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip "no pages of 2 MiB here"
	pages=$(cat /proc/sys/vm/nr_hugepages)
	echo $((pages + 4)) > /proc/sys/vm/nr_hugepages || skip "no huge pages can be made here"
	[ "$(cat /proc/sys/vm/nr_hugepages)" = $((pages + 4)) ] || skip "no memory for huge pages"
	limits '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}'
	script 'probe huge 4; probe huge 6; sleep 1000'
	background scrim run -b "$B" "$ID"
	run=$!
	wait_until file_says "$T/background" 'huge ENOMEM'
	echo "$pages" > /proc/sys/vm/nr_hugepages
	is "$(head -n 2 "$T/background")" "huge ok
huge ENOMEM"
	holds hugetlb.2MB.rsvd.max 4194304
	deleted
	wait "$run" || true
	limits '{hugepageLimits: [{pageSize: "3MB", limit: 4194304}]}'
	refused
	says 'hugetlb\.3MB\.rsvd\.max, nor hugetlb\.3MB\.max'
}

@test "rdma and misc reach the kernel, which says what it has not" {
	needs_controller rdma misc
	limits '{rdma: {mlx5_none: {hcaHandles: 3}}}'
	refused
	says 'rdma\.max.*/linux/resources/rdma/mlx5_none'
	limits '{unified: {"misc.max": "no_such_thing 1"}}'
	refused
	says 'misc\.max'
	[ ! -e "$OWN" ] || show "the cgroup is left"
}

# --- controllers -------------------------------------------------------------

@test "only the controllers that are needed are enabled, where they are missing" {
	needs_controller pids memory cpu
	[[ $SCRIM == *scrim ]] || skip "others enable all"
	config '.linux.cgroupsPath = $p' --arg p "${PARENT#$CGROUP}/a/$ID"
	limits '{pids: {limit: 5}}'
	args /bin/sleep 1000
	started
	is "$(cat "$PARENT/cgroup.subtree_control")" pids
	is "$(cat "$PARENT/a/cgroup.subtree_control")" pids
	is "$(cat "$PARENT/a/$ID/cgroup.controllers")" pids
	is "$(cat "$PARENT/a/$ID/cgroup.subtree_control")" ""
	# an update enables what it needs
	try scrim update --cpu-share 2048 "$ID"
	succeeds
	is "$(tr ' ' '\n' < "$PARENT/a/cgroup.subtree_control" | sort | tr '\n' ' ')" "cpu pids "
	is "$(cat "$PARENT/a/$ID/cpu.weight")" 174
	deleted
	[ ! -e "$PARENT" ] || show "parents are left"
}

@test "a controller that cannot be enabled above processes is an error that says where" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others move processes away"
	config '.linux.cgroupsPath = $p' --arg p "${TEST_CGROUP#$CGROUP}/$ID"
	limits '{memory: {limit: 104857600}}'
	refused
	says 'limit memory\.max: controller memory cannot be enabled below cgroup /.*, which has processes of its own'
	[ ! -e "$TEST_CGROUP/$ID" ] || show "the cgroup is left"
}

@test "the last word is unified's" {
	needs_controller pids
	sleeping '{pids: {limit: 5}, unified: {"pids.max": "9"}}'
	holds pids.max 9
	deleted
}

@test "the figures of events are those of the files" {
	needs_controller memory pids cpu io
	limits '{memory: {limit: 104857600}, pids: {limit: 9}, cpu: {quota: 50000}}'
	script 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done; echo > /dev/null; exec sleep 1000'
	started
	wait_until has_counted cpu.stat usage_usec
	try scrim events --stats "$ID"
	succeeds
	is "$(jq .data.memory.usage.limit <<< "$output")" 104857600
	is "$(jq .data.pids.limit <<< "$output")" 9
	[ "$(jq .data.pids.current <<< "$output")" -ge 1 ] || show "no process"
	[ "$(jq .data.memory.usage.usage <<< "$output")" -gt 0 ] || show "no memory"
	[ "$(jq .data.cpu.usage.total <<< "$output")" -gt 100000 ] || show "not in ns"
	[ "$(jq .data.memory.raw.anon <<< "$output")" -gt 0 ] || show "no raw figures"
	deleted
}

# --- small limits of memory --------------------------------------------------

# in_own_cgroup PID: and nowhere else.
in_own_cgroup()
{
	is "$(sed -n 's/^0:://p' "/proc/$1/cgroup")" "${OWN#"$CGROUP"}"
}

@test "who enters his cgroup late is in it when he is created, and so are its namespace and its mount" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others are there early"
	mount_add /sys/fs/cgroup cgroup cgroup nosuid ro
	limits '{memory: {limit: 524288}}'
	scrim plan "$B" | grep -q 'entered late' || show "it is born there"
	args /bin/sleep 1000
	created
	pid=$(pid_of "$ID")
	in_own_cgroup "$pid"
	is "$(cat "$OWN/cgroup.procs")" "$pid"
	holds memory.max 524288
	is "$(awk '$1 == "oom_kill" { print $2 }' "$OWN/memory.events")" 0
	scrim start "$ID"
	try scrim exec "$ID" cat /proc/self/cgroup
	prints 0::/
	try scrim exec "$ID" cat /sys/fs/cgroup/memory.max
	prints 524288
	try scrim exec --detach --pid-file "$T/pid" "$ID" sleep 1000
	succeeds
	in_own_cgroup "$(cat "$T/pid")"
	try scrim pause "$ID"
	succeeds
	is "$(status_of "$ID")" paused
	scrim resume "$ID"
	scrim kill --all "$ID" KILL
	wait_until is_status "$ID" stopped
	holds cgroup.procs ""
	rm "$T/pid"
	deleted
}

@test "hooks find him there, and a user namespace is no obstacle" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others are there early"
	limits '{memory: {limit: 1040384}}'
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", $t],
		env: ["PATH=/usr/bin:/bin"]}]' --arg t "
		cat /proc/\$(jq .pid)/cgroup > $B/seen"
	args /bin/sleep 1000
	created
	is "$(sed -n 's/^0:://p' "$B/seen")" "${OWN#"$CGROUP"}"
	deleted
	config 'del(.hooks)'
	user_namespace
	mount_add /sys/fs/cgroup cgroup cgroup nosuid ro
	created
	in_own_cgroup "$(pid_of "$ID")"
	scrim start "$ID"
	try scrim exec "$ID" cat /proc/self/cgroup
	prints 0::/
	deleted
}

@test "a creator that is killed while the process is not in its cgroup yet leaves nothing" {
	needs_controller memory
	limits '{memory: {limit: 524288}}'
	args /bin/sleep 1000
	for ms in {0..30..2}; do
		creator_killed "$ms"
		[ ! -e "$OWN" ] || show "the cgroup is left, after $ms ms"
	done
}

@test "a limit that the program has no room in ends it at its start, and nothing is left" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others are ended before"
	limits '{memory: {limit: 4096, swap: 4096}}'
	args /bin/sleep 1000
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "it ran"
	[ ! -e "$OWN" ] || show "the cgroup is left"
}

@test "exec in a container with a small limit of memory does not end it" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "others take more"
	args /bin/sleep 1000
	limits '{memory: {limit: 253952, swap: 253952}}'
	started
	for _ in {1..10}; do
		try scrim exec "$ID" true
		succeeds
	done
	is "$(status_of "$ID")" running
	is "$(counts memory.events oom_kill)" 0
	deleted
}

@test "events does not spin when the cgroup is gone and the container is elsewhere" {
	needs_controller memory
	sleeping '{memory: {limit: 104857600}}'
	background $SCRIM --root "$ROOT" events "$ID"
	events=$!
	wait_until file_says "/proc/$events/comm" scrim
	# Where the end of memory.events is noticed it waits already.
	waits()
	{
		find "/proc/$events/fd" -lname '*/memory.events' 2> /dev/null | grep -q . &&
			[ "$(awk '{ print $3 }' "/proc/$events/stat")" = S ]
	}
	wait_until waits
	pid_of "$ID" > "$TEST_CGROUP/cgroup.procs"
	rmdir "$OWN"
	# utime and stime, in hundredths of a second
	ticks() { awk '{ print $14 + $15 }' "/proc/$events/stat"; }
	before=$(ticks)
	sleep 1
	[ $(($(ticks) - before)) -lt 30 ] || show "it spins"
	deleted
	wait "$events" || true
}

# smallest PROGRAM: in pages, by halving, the limit under which the bundle's
# program runs three times in a row.
smallest()
{
	local low=1 high=512 middle

	while [ $((high - low)) -gt 1 ]; do
		middle=$(((low + high) / 2))
		limits "{memory: {limit: $((middle * 4096)), swap: $((middle * 4096))}}"
		if runs_often "$1"; then
			high=$middle
		else
			low=$middle
		fi
	done
	echo $((high * 4))
}

# The same measured three times: what the kernel keeps in reserve for each CPU
# is charged, too, and differs by a page from one time to the other.
least()
{
	for _ in 1 2 3; do
		smallest "$1"
	done | sort -n | head -n 1
}

runs_often()
{
	for _ in 1 2 3; do
		$1 run -b "$B" "$ID-m" > /dev/null 2>&1 < /dev/null 3>&- 4>&- && continue
		$1 delete --force "$ID-m" > /dev/null 2>&1 || true
		return 1
	done
}

@test "the smallest limit of memory is at most half of crun's" {
	needs_controller memory
	[[ $SCRIM == *scrim ]] || skip "this compares scrim"
	needs crun
	# a static true and nothing else: what busybox takes for itself is more
	# than either runtime
	printf 'void _start(void) { __asm__ volatile("syscall" : : "a"(60), "D"(0)); }' |
		${CC:-cc} -x c -static -nostdlib -O2 -o "$B/rootfs/bin/only-true" - ||
		skip "no compiler for a static program of x86-64"
	args /bin/only-true
	ours=$(least "$SCRIM --root $ROOT")
	theirs=$(least "crun --root $T/tmp/crun --cgroup-manager cgroupfs")
	rm -rf "$T/tmp/crun"
	echo "# scrim $ours KiB, crun $theirs KiB" >&3
	[ $((2 * ours)) -le "$theirs" ] || show "scrim $ours KiB, crun $theirs KiB"
}
