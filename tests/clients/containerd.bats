# SPDX-License-Identifier: Apache-2.0
#
# containerd by ctr, with its runc shim and scrim as the binary: every verb of
# the shim that reaches a runtime.

load lib

setup_file()
{
	scrim_installed podman > /dev/null
	command -v containerd > /dev/null || return 0
	containerd > "$BATS_FILE_TMPDIR/log" 2>&1 3>&- 4>&- &
	echo $! > "$BATS_FILE_TMPDIR/pid"
	wait_until ctr version
	ctr images import "$IMAGE" > /dev/null
}

teardown_file()
{
	[ ! -e "$BATS_FILE_TMPDIR/pid" ] || kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

setup()
{
	needs containerd
	R=(--runc-binary /usr/local/sbin/scrim)
}

# deleted ID: ctr waits for ever for the end of a task that never began, as where
# a restore has failed; then nothing of what the test said before would be seen.
deleted()
{
	timeout 60 ctr tasks delete --force "$1" > /dev/null 2>&1 3>&- || [ $? != 124 ]
}

# shim_ended ID: containerd forgets the task, and has the runtime delete what is left.
shim_ended()
{
	echo "ctr tasks delete --force $1 did not end:"
	ctr tasks ls
	/usr/local/sbin/scrim --root /run/containerd/runc/default list
	tail -n 40 "/run/containerd/io.containerd.runtime.v2.task/default/$1"/work/*.log "$BATS_FILE_TMPDIR/log"
	pkill -KILL -f "containerd-shim-runc-v2.* -id $1 " || true
}

teardown()
{
	local id

	for id in $(timeout 60 ctr tasks ls -q 2> /dev/null); do
		deleted "$id" || shim_ended "$id"
	done
	for id in $(ctr containers ls -q 2> /dev/null); do
		ctr containers delete "$id" > /dev/null 2>&1 3>&- || true
	done
}

# task_is STATUS ID
task_is()
{
	ctr tasks ls | grep -qE "^$2 +[0-9]+ +$1"
}

# fed TEXT READY COMMAND...: reads the text, and its end as soon as READY says so:
# an end that ctr meets before it has a task is never told to the shim.
fed()
{
	local text=$1 ready=$2

	shift 2
	{
		printf "$text"
		wait_until $ready
	} | "$@"
}

# runs_beside EXEC-ID ID, as the task's list of processes has it: containerd 2 in words of its own
runs_beside()
{
	ctr tasks ps "$2" | grep -qE "^[0-9]+ .*(ExecID:\"?|exec_id:\")$1[,\"]"
}

@test "containerd: run passes input and its end, and gives output and exit status" {
	ends 5 fed 'typed\nwords\n' 'task_is RUNNING r1' ctr run --rm "${R[@]}" --env A=1 --cwd /tmp --read-only \
		--mount type=bind,src=/etc/hostname,dst=/etc/motd,options=rbind:ro $BB r1 \
		sh -c 'cat; echo $A $PWD; touch /x 2>/dev/null || echo read-only; test -s /etc/motd && echo mounted; exit 5'
	has typed words '1 /tmp' read-only mounted
	try ctr run --rm "${R[@]}" $BB r2 nothing
	[ "$status" != 0 ]
	says 'executable file not found in \$PATH'
	does ctr run --rm "${R[@]}" --privileged --net-host --pid-file "$BATS_TEST_TMPDIR/pid" $BB r3 grep CapEff /proc/self/status
	shows '000001f'
	[[ $(cat "$BATS_TEST_TMPDIR/pid") =~ ^[0-9]+$ ]]
	nothing_left
}

@test "containerd: limits, by cgroupfs and by the systemd cgroup driver" {
	limits=(--memory-limit 33554432 --cpu-quota 50000 --cpu-period 100000)
	does ctr run -d "${R[@]}" "${limits[@]}" $BB f1 sleep 1000
	does ctr run -d "${R[@]}" "${limits[@]}" --runc-systemd-cgroup --cgroup system.slice:ctr:s1 $BB s1 sleep 1000
	for cgroup in default/f1 system.slice/ctr-s1.scope; do
		does cat "/sys/fs/cgroup/$cgroup/memory.max" "/sys/fs/cgroup/$cgroup/cpu.max"
		has 33554432 '50000 100000'
	done
	does systemctl show --property MemoryMax ctr-s1.scope
	has MemoryMax=33554432
	does ctr tasks delete --force f1
	does ctr tasks delete --force s1
	[ ! -e /sys/fs/cgroup/default/f1 ] && [ ! -e /sys/fs/cgroup/system.slice/ctr-s1.scope ]
}

@test "containerd: a task is listed, signalled, paused, resumed, measured and deleted" {
	does ctr run -d "${R[@]}" --memory-limit 67108864 $BB t1 sh -c 'trap "exit 9" USR1; while :; do sleep 0.1; done'
	task_is RUNNING t1
	does ctr tasks ps t1
	shows '^[0-9]+ '
	does ctr tasks metrics t1
	shows '^memory.usage' '^pids.current'
	does ctr tasks pause t1
	task_is PAUSED t1
	does ctr tasks resume t1
	task_is RUNNING t1
	does ctr tasks kill -s USR1 t1
	wait_until task_is STOPPED t1
	does ctr tasks delete t1
	says 'exit code 9'
	does ctr containers delete t1
	nothing_left
}

@test "containerd: exec beside the first process, with its exit status" {
	can exec
	does ctr run -d "${R[@]}" $BB e1 sleep 1000
	ends 4 fed 'a\nb\n' 'runs_beside x1 e1' ctr tasks exec --exec-id x1 --user 1000 --cwd /tmp e1 sh -c 'id -u; pwd; echo $(wc -l) lines; exit 4'
	has 1000 /tmp '2 lines'
	try ctr tasks exec --exec-id x2 e1 nothing
	[ "$status" != 0 ]
	says 'executable file not found in \$PATH'
	does typed ctr tasks exec -t --exec-id x3 e1 tty
	shows '/dev/pts/'
	does ctr tasks exec --detach --exec-id x4 e1 sleep 500
	runs_beside x4 e1 || show "not listed: $(ctr tasks ps e1)"
	does ctr tasks kill --exec-id x4 -s KILL e1
	beside_no_more() { ! runs_beside x4 e1; }
	wait_until beside_no_more
	does ctr tasks kill --all -s KILL e1
	wait_until task_is STOPPED e1
}

@test "containerd: events tell of what happens" {
	local events=$BATS_TEST_TMPDIR/events event listener

	ctr events > "$events" 2>&1 3>&- &
	listener=$!
	# It says nothing of when it begins to listen: another event tells.
	listens() { ctr namespaces create "n$RANDOM" && grep -q /namespaces/create "$events"; }
	wait_until listens
	does ctr run --rm "${R[@]}" --memory-limit 16777216 $BB v1 sh -c 'tail /dev/zero; true'
	for event in create start oom exit delete; do
		wait_until grep -q "/tasks/$event" "$events" || show "no event $event: $(cut -c 1-200 "$events")"
	done
	kill "$listener"
}

@test "containerd: a terminal of the caller's size" {
	# The size comes when the container runs already.
	does typed sh -c "stty cols 91 rows 37; ctr run --rm -t ${R[*]} $BB y1 sh -c '
		tty; until size=\$(stty size 2> /dev/null) && [ \"\$size\" ]; do sleep 0.1; done; echo \$size; echo done'"
	shows '/dev/(pts/0|console)' '^37 91' '^done'
}

@test "containerd: a checkpoint ends the container, and is its files" {
	can checkpoint
	needs criu
	does ctr run -d "${R[@]}" $BB k1 sh -c 'i=0; while :; do i=$((i + 1)); echo $i >> /tmp/n; sleep 0.1; done'
	sleep 2
	does ctr tasks checkpoint --exit --image-path "$BATS_TEST_TMPDIR/image" k1
	[ -n "$(ls "$BATS_TEST_TMPDIR/image")" ]
	wait_until task_is STOPPED k1
}

# tells ID: what the program's memory has, and nothing else; it has no file open until it
# is asked, for this checkpoint takes no file along.
tells()
{
	does ctr tasks kill -s USR1 "$1"
	wait_until ctr tasks exec --exec-id "e$RANDOM" "$1" test -s /tmp/u
	does ctr tasks exec --exec-id "e$RANDOM" "$1" cat /tmp/u
}

# What is in its memory alone tells that it is the same one.
@test "containerd: a checkpoint is restored as a container of another name, by the same runtime" {
	can checkpoint
	needs criu
	does ctr run -d "${R[@]}" $BB k2 sh -c 'read -r u < /proc/sys/kernel/random/uuid
		trap "echo $u > /tmp/u" USR1; : > /tmp/ready; while :; do sleep 0.1; done'
	wait_until ctr tasks exec --exec-id "e$RANDOM" k2 test -e /tmp/ready
	tells k2
	said=$output
	does ctr containers checkpoint --image --task k2 localhost/check/k2:1
	does ctr tasks delete --force k2
	does ctr containers delete k2
	does ctr containers restore --live k3 localhost/check/k2:1
	wait_until task_is RUNNING k3
	tells k3
	[ "$output" = "$said" ] || show "it is not the same: $said"
	does ctr containers info k3
	jq -r .Runtime.Options.value <<< "$output" | base64 -d | grep -qaF "${R[1]}" || show "another runtime has done it"
	does ctr tasks delete --force k3
	does ctr containers delete k3
	ctr images rm localhost/check/k2:1 > /dev/null
	nothing_left
}

@test "containerd: a shim that is restarted finds its containers by scrim's words" {
	does ctr run -d "${R[@]}" $BB w1 sleep 1000
	kill "$(cat "$BATS_FILE_TMPDIR/pid")"
	wait_until bash -c '! ctr version'
	containerd >> "$BATS_FILE_TMPDIR/log" 2>&1 3>&- 4>&- &
	echo $! > "$BATS_FILE_TMPDIR/pid"
	wait_until ctr version
	task_is RUNNING w1
	does ctr tasks kill -s KILL w1
	wait_until task_is STOPPED w1
	does ctr containers ls -q
	teardown
	nothing_left
}
