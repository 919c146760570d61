# SPDX-License-Identifier: Apache-2.0
#
# SPEC 99, 100, 166: what the program finds of its scheduler, its I/O priority
# and its memory policy, and that what the kernel refuses is refused at create.

load lib

# scheduler JSON
scheduler()
{
	config ".process.scheduler = $1"
	args /bin/probe priorities
}

# real_time POLICY: skips where the kernel gives no real-time to this cgroup
# (CONFIG_RT_GROUP_SCHED without a budget), or none at all.
real_time()
{
	chrt $1 true 2> /dev/null || skip "no real-time scheduling here: chrt $1 fails"
}

@test "SCHED_OTHER and SCHED_BATCH have their nice value" {
	scheduler '{policy: "SCHED_OTHER", nice: 7}'
	runs
	shows '^policy=0 .* nice=7 '
	scheduler '{policy: "SCHED_BATCH", nice: -3}'
	runs
	shows '^policy=3 .* nice=-3 '
}

@test "SCHED_IDLE is had" {
	scheduler '{policy: "SCHED_IDLE"}'
	runs
	shows '^policy=5 '
}

@test "SCHED_FIFO and SCHED_RR have their priority" {
	real_time "-f 1"
	scheduler '{policy: "SCHED_FIFO", priority: 11}'
	runs
	shows '^policy=1 .* priority=11 '
	scheduler '{policy: "SCHED_RR", priority: 12}'
	runs
	shows '^policy=2 .* priority=12 '
}

@test "SCHED_DEADLINE has its three times" {
	real_time "-d -T 1000000 -D 50000000 -P 100000000 0"
	scheduler '{policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 50000000, period: 100000000}'
	runs
	shows '^policy=6 .* runtime=1000000 deadline=50000000 period=100000000$'
}

@test "flags reach the kernel" {
	scheduler '{policy: "SCHED_OTHER", nice: 1, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
	runs
	shows '^policy=0 flags=0x1 nice=1 '
}

@test "the policy and its numbers can be kept while flags are set" {
	scheduler '{policy: "SCHED_OTHER", flags: ["SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS"]}'
	try nice -n 4 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show run
	shows "^policy=0 .* nice=$((4 + $(nice))) "
}

@test "clamps of utilisation are set, or the kernel's refusal is told at create" {
	scheduler '{policy: "SCHED_OTHER", flags: ["SCHED_FLAG_UTIL_CLAMP_MIN"]}'
	try scrim run -b "$B" "$ID"
	if [ "$status" = 0 ]; then
		shows '^policy=0 flags=0x20 '
	else
		# a kernel without CONFIG_UCLAMP_TASK
		says 'this kernel has no clamps of utilisation.*/process/scheduler'
	fi
}

@test "without a scheduler the caller's stays" {
	args /bin/probe priorities
	try nice -n 5 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show run
	shows "^policy=0 .* nice=$((5 + $(nice))) "
}

@test "a scheduler is for the program of a user namespace as well" {
	user_namespace
	scheduler '{policy: "SCHED_OTHER", nice: -5}'
	config '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 2}'
	runs
	shows '^policy=0 .* nice=-5 '
	prints 'io=1:2'
}

@test "every class of I/O is had, by the whole process group" {
	args /bin/probe priorities
	config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
	runs
	prints 'io=2:6'
	config '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 1}'
	runs
	prints 'io=1:1'
	config '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE"}'
	runs
	shows '^io=3:'
	script 'probe priorities & wait'
	runs
	shows '^io=3:'
}

@test "exec: a process file's scheduler, I/O priority and oom score are its program's alone" {
	args sleep 100
	config '.process.scheduler = {policy: "SCHED_OTHER", nice: 2}'
	started
	jq '.process | .args = ["/bin/sh", "-c", "probe priorities; cat /proc/self/oom_score_adj"] | .oomScoreAdj = 321 |
		.scheduler = {policy: "SCHED_BATCH", nice: 9} |
		.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 5}' "$B/config.json" > "$B/process.json"
	try scrim exec --process "$B/process.json" "$ID"
	succeeds
	shows '^policy=3 flags=0 nice=9 '
	prints 'io=2:5'
	prints 321
	is "$(ps -o ni= -p "$(pid_of "$ID")" | tr -d ' ')" 2
	deleted
}

@test "exec: what the kernel refuses of a scheduler is the exec's error, with its place" {
	args sleep 100
	started
	jq '.process | .scheduler = {policy: "SCHED_DEADLINE", runtime: 1, deadline: 1000000}' "$B/config.json" > "$B/process.json"
	try scrim exec --process "$B/process.json" "$ID"
	fails 255
	says 'scheduler: sched_setattr.*/scheduler'
	deleted
}

@test "a memory policy is the program's, with nodes and flags" {
	[ -e /sys/devices/system/node/node0 ] || skip "this kernel has no memory nodes"
	args /bin/probe priorities
	config '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0"}'
	runs
	prints 'memory=0x2 nodes=0x1'
	config '.linux.memoryPolicy = {mode: "MPOL_INTERLEAVE", nodes: "0-7",
		flags: ["MPOL_F_STATIC_NODES"]}'
	runs
	# with static nodes the kernel tells those that were asked for
	shows '^memory=0x8003 nodes=0xff$'
	config '.linux.memoryPolicy = {mode: "MPOL_PREFERRED", nodes: "0", flags: ["MPOL_F_RELATIVE_NODES"]}'
	runs
	shows '^memory=0x4001 nodes=0x1$'
	config '.linux.memoryPolicy = {mode: "MPOL_LOCAL"}'
	runs
	shows '^memory=0x4 nodes=0$'
}

@test "a node that is not here is refused at create, with its place" {
	[ -e /sys/devices/system/node/node0 ] || skip "this kernel has no memory nodes"
	[ ! -e /sys/devices/system/node/node1000 ] || skip "there is a node 1000"
	config '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "1000"}'
	refused
	says 'none of these nodes is here.*/linux/memoryPolicy'
}

@test "what the kernel refuses is refused at create, and leaves nothing" {
	# less than the kernel's smallest runtime, 1024 ns
	scheduler '{policy: "SCHED_DEADLINE", runtime: 1, deadline: 1000000}'
	refused
	says 'scheduler: sched_setattr.*/process/scheduler'
}
