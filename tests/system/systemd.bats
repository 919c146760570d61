# SPDX-License-Identifier: Apache-2.0
#
# SPEC 132-142, 155: containers as systemd's scopes (--systemd-cgroup), as
# engines ask for them: the unit, its place and properties, that systemd keeps
# the limits, and that no unit is left behind, whatever goes wrong.

load lib

SLICE=scrimtest.slice

setup()
{
	test_open
	UNIT=st-$ID.scope
	path "$SLICE:st:$ID"
	[[ $BATS_TEST_DESCRIPTION == "where no systemd answers"* ]] ||
		[ -d /run/systemd/system ] || skip "systemd is not the init here"
}

teardown()
{
	local gone=0

	units_gone || gone=1
	systemctl kill -s KILL "*$ID*" 2> /dev/null || true
	systemctl reset-failed "*$ID*" 2> /dev/null || true
	test_close && [ $gone = 0 ]
}

# No unit of the test's is left, not even one that has failed.
units_gone()
{
	local units

	[ -d /run/systemd/system ] || return 0
	units=$(systemctl list-units --all --plain --no-legend "*$ID*")
	[ -z "$units" ] && return
	echo "units left behind: $units"
	return 1
}

scrim()
{
	$SCRIM --root "$ROOT" --systemd-cgroup "$@"
}

path()
{
	config '.linux.cgroupsPath = $p' --arg p "$1"
}

limits()
{
	config ".linux.resources += $1"
}

property()
{
	is "$(systemctl show --value -p "$1" "${3-$UNIT}")" "$2"
}

# The scope's directory, as systemd sees it.
scope_dir()
{
	echo "$CGROUP$(systemctl show --value -p ControlGroup "$UNIT")"
}

file()
{
	is "$(cat "$(scope_dir)/$1")" "$2"
}

@test "a container is a scope in the slice that cgroupsPath names" {
	path "scrimtest-a-b.slice:st:$ID"
	args /bin/sleep 100
	started
	property ActiveState active
	property Slice scrimtest-a-b.slice
	property ControlGroup "/scrimtest.slice/scrimtest-a.slice/scrimtest-a-b.slice/$UNIT"
	property Delegate yes
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" \
		"/scrimtest.slice/scrimtest-a.slice/scrimtest-a-b.slice/$UNIT"
	is "$(cat "$(scope_dir)/cgroup.procs")" "$(pid_of "$ID")"
	deleted
	property LoadState not-found
}

@test "without a cgroupsPath the scope is scrim-ID in system.slice" {
	config 'del(.linux.cgroupsPath)'
	UNIT=scrim-$ID.scope
	args /bin/sleep 100
	started
	property ControlGroup "/system.slice/$UNIT"
	property Description "scrim container $ID"
	deleted
	path "::$ID"
	UNIT=$ID.scope
	started
	property ControlGroup "/system.slice/$UNIT"
	deleted
}

@test "a container is born in its scope" {
	script 'cat /proc/1/cgroup /proc/self/cgroup'
	namespace_drop cgroup
	runs
	is "$(sort -u <<< "$output" | sed -n 's/^0:://p')" "/$SLICE/$UNIT"
}

@test "limits are properties and survive a reload of systemd" {
	limits '{memory: {limit: 67108864, reservation: 33554432, swap: 134217728},
		cpu: {quota: 12345, period: 50000, shares: 512, cpus: "0", mems: "0"},
		pids: {limit: 42}}'
	args /bin/sleep 100
	started
	property MemoryMax 67108864
	property MemoryLow 33554432
	property MemorySwapMax 67108864
	property TasksMax 42
	property CPUWeight 59
	property AllowedCPUs 0
	property AllowedMemoryNodes 0
	property CPUQuotaPeriodUSec 50ms
	property CPUQuotaPerSecUSec 250ms
	file cpu.max "12345 50000"
	systemctl daemon-reload
	file memory.max 67108864
	file memory.low 33554432
	file memory.swap.max 67108864
	file pids.max 42
	file cpu.weight 59
	file cpuset.cpus 0
	# systemd holds whole percents
	file cpu.max "12500 50000"
	deleted
}

@test "limits of no property are in the files" {
	limits '{unified: {"memory.oom.group": "1", "cpu.max.burst": "1000"},
		hugepageLimits: [{pageSize: "2MB", limit: 2097152}]}'
	args /bin/sleep 100
	started
	file memory.oom.group 1
	file cpu.max.burst 1000
	file hugetlb.2MB.rsvd.max 2097152
	deleted
}

@test "a limit of no or one process holds, and the program runs" {
	local limit

	config '.ociVersion = "1.3.0"'
	for limit in 0 1; do
		limits "{pids: {limit: $limit}}"
		script 'echo here; /bin/ls /; echo there'
		try scrim run -b "$B" "$ID"
		prints here
		hides bin
		says 'fork'
	done
}

@test "what annotations say are properties of the scope" {
	config '.annotations += {
		"org.systemd.property.TimeoutStopUSec": "uint64 123000000",
		"org.systemd.property.CollectMode": "'\''inactive'\''",
		"org.systemd.property.Description": "\"it is mine\"",
		"org.systemd.property.After": "['\''basic.target'\'', \"sysinit.target\"]",
		"org.systemd.property.SendSIGHUP": "true",
		"org.systemd.property.OOMScoreAdjust": "int32 5"}
		| del(.annotations["org.systemd.property.OOMScoreAdjust"])'
	args /bin/sleep 100
	started
	property TimeoutStopUSec "2min 3s"
	property CollectMode inactive
	property Description "it is mine"
	property SendSIGHUP yes
	[[ " $(systemctl show --value -p After "$UNIT") " == *" basic.target "* ]] ||
		show "not after basic.target"
	deleted
}

@test "a bad annotation, slice or name is refused in words, and nothing is made" {
	config '.annotations["org.systemd.property.TimeoutStopUSec"] = "uint64 many"'
	refused
	says 'org.systemd.property.TimeoutStopUSec: "uint64 many" is not a value'
	config '.annotations = {"org.systemd.property.PIDs": "[uint32 1]"}'
	refused
	says 'PIDs: cgroupsPath says where the container is'
	config '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
	refused
	says 'NoSuchThing'
	config '.annotations = {}'
	path "/a/b/c"
	refused
	says 'cgroupsPath /a/b/c: with systemd it has the form slice:prefix:name'
	path "machine:st:$ID"
	refused
	says '"machine" is not the name of a slice'
	path "a/b.slice:st:$ID"
	refused
	says 'is not the name of a slice'
}

@test "there is no cgroup below the scope unless it is asked for" {
	args /bin/sleep 100
	started
	is "$(find "$(scope_dir)" -mindepth 1 -type d)" ""
	deleted
	config '.annotations["run.oci.systemd.subgroup"] = "inner"'
	limits '{memory: {limit: 67108864}, pids: {limit: 30}}'
	started
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" "/$SLICE/$UNIT/inner"
	file inner/memory.max 67108864
	file inner/pids.max 30
	file cgroup.procs ""
	deleted
	property LoadState not-found
}

@test "a name that is taken is refused, and the other unit lives on" {
	systemd-run --quiet --unit "$UNIT" --slice $SLICE --scope sleep 100 \
		> /dev/null 2>&1 3>&- 4>&- &
	run=$!
	wait_until systemctl is-active --quiet "$UNIT"
	refused
	says "systemd has a unit $UNIT already"
	property ActiveState active
	systemctl stop "$UNIT"
	wait "$run" || true
}

@test "a unit that has failed is no obstacle" {
	# Whoever made it left it to be looked at.
	systemd-run --quiet --unit "$UNIT" --slice $SLICE --scope \
		-p RuntimeMaxSec=1 -p CollectMode=inactive sleep 100 3>&- 4>&- || true
	wait_until systemctl is-failed --quiet "$UNIT"
	runs
}

@test "a create that fails leaves no unit" {
	args /no/such/program
	refused
	units_gone
	args /bin/true
	limits '{unified: {"memory.nonsense": "1"}}'
	refused
	says 'memory.nonsense'
	units_gone
}

@test "a memory limit that kills the init while it starts leaves no unit" {
	limits '{unified: {"memory.max": "0"}}'
	config '.annotations["org.systemd.property.CollectMode"] = "'\''inactive'\''"'
	refused
	says 'the memory limit is too low to set it up'
	units_gone
}

@test "limits of memory come when the container is made: the unit knows them then, and not before" {
	limits '{memory: {limit: 67108864, reservation: 33554432}, pids: {limit: 30}}'
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", $t],
		env: ["PATH=/usr/bin:/bin"]}]' --arg t "
		systemctl show -p MemoryMax -p MemoryLow -p TasksMax $UNIT > $B/before
		cat $CGROUP/$SLICE/$UNIT/memory.max >> $B/before"
	args /bin/sleep 100
	created
	is "$(sort "$B/before")" "MemoryLow=0
MemoryMax=infinity
TasksMax=30
max"
	property MemoryMax 67108864
	property MemoryLow 33554432
	file memory.max 67108864
	systemctl daemon-reload
	file memory.max 67108864
	deleted
}

@test "run.oci.delegate-cgroup: the processes are below the scope, or its subgroup, where the limits are" {
	config '.annotations["run.oci.delegate-cgroup"] = "payload"'
	limits '{memory: {limit: 67108864}, pids: {limit: 30}}'
	args /bin/sleep 100
	created
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" "/$SLICE/$UNIT/payload"
	property MemoryMax 67108864
	file memory.max 67108864
	file payload/memory.max max
	file cgroup.procs ""
	file payload/cgroup.controllers "$(cat "$(scope_dir)/cgroup.controllers")"
	scrim start "$ID"
	try scrim exec "$ID" cat /proc/self/cgroup
	prints 0::/
	deleted
	property LoadState not-found
	config '.annotations["run.oci.systemd.subgroup"] = "inner"'
	started
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" "/$SLICE/$UNIT/inner/payload"
	file inner/memory.max 67108864
	file inner/payload/memory.max max
	deleted
	property LoadState not-found
}

@test "a creator that is killed leaves nothing that delete does not find" {
	local ms

	args /bin/sleep 100
	for ms in 0 20 40 60 80 100 130 160 200 250 300 400; do
		creator_killed "$ms" --systemd-cgroup
		units_gone
	done
}

@test "a program that ends by itself takes its scope along" {
	args /bin/true
	started
	wait_until is_status "$ID" stopped
	wait_until property ActiveState inactive
	# Nobody has to be asked then, nor the library be loaded for it.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$T/trace" -e trace=connect,execve,execveat \
		$SCRIM --root "$ROOT" delete "$ID" 3>&- 4>&-
	is "$(grep -cE 'exec|connect' "$T/trace")" 1 # strace's own
	rm "$T/trace"
	[ ! -e "$ROOT/$ID" ] || show "it is not deleted"
	runs
}

@test "a container that is frozen, or has left others behind, is deleted whole" {
	namespace_drop pid
	script 'setsid sleep 300 & exec sleep 300'
	started
	echo 1 > "$(scope_dir)/cgroup.freeze"
	try timeout 60 $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	units_gone
}

@test "cgroups that the container has made in its own go with it" {
	config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"]}]'
	script 'mkdir -p /sys/fs/cgroup/a/b && echo made && exec sleep 100'
	started
	wait_until test -d "$(scope_dir)/a/b"
	deleted
	units_gone
}

@test "devices that are not allowed stay denied after a reload of systemd" {
	limits '{devices: [{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 1, minor: 3, access: "rw"},
		{allow: true, type: "c", major: 10, access: "r"}]}'
	config '.linux.devices = [{path: "/dev/kmsg2", type: "c", major: 1, minor: 11}]'
	script 'while [ ! -e /go ]; do sleep 0.1; done
		echo x > /dev/null && echo null; head -c 1 /dev/kmsg2 > /dev/null && echo kmsg; true'
	scrim run -b "$B" "$ID" > "$T/tmp/said" 2>&1 3>&- 4>&- &
	run=$!
	wait_until is_status "$ID" running
	property DevicePolicy strict
	systemctl show --value -p DeviceAllow "$UNIT" | grep -q 'char-10 r' || show "no char-10"
	systemctl daemon-reload
	touch "$B/rootfs/go"
	wait "$run" || true
	output=$(cat "$T/tmp/said")
	rm "$T/tmp/said"
	prints null
	hides kmsg$
	shows 'not permitted'
}

@test "containers come and go side by side" {
	local i pids=()

	args /bin/true
	for i in {1..8}; do
		path "$SLICE:st:$ID-$i"
		cp -r "$B" "$B-$i"
		scrim run -b "$B-$i" "$ID-$i" > "$T/tmp/$i" 2>&1 3>&- 4>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || { cat "$T/tmp"/*; show "run"; }
	done
	rm -rf "$B"-* "$T/tmp"/*
}

@test "--cgroup-manager=systemd is the same, and cgroupfs and disabled are not" {
	scrim()
	{
		$SCRIM --root "$ROOT" "$@"
	}
	script 'cat /proc/self/cgroup'
	namespace_drop cgroup
	try scrim --cgroup-manager=systemd run -b "$B" "$ID"
	succeeds
	prints "0::/$SLICE/$UNIT"
	try scrim --cgroup-manager systemd run -b "$B" "$ID"
	prints "0::/$SLICE/$UNIT"
	path "${TEST_CGROUP#$CGROUP}/$ID"
	try scrim --cgroup-manager=cgroupfs run -b "$B" "$ID"
	prints "0::${TEST_CGROUP#$CGROUP}/$ID"
	try scrim --cgroup-manager=disabled run -b "$B" "$ID"
	prints "0::${TEST_CGROUP#$CGROUP}"
}

@test "where no systemd answers, that is said, and nothing is made" {
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/none
	refused
	says 'systemd does not answer'
	config '.linux.cgroupsPath = "/a"'
	refused
	says 'has the form slice:prefix:name'
}

@test "an update is one of the unit, too, and survives a reload of systemd" {
	args /bin/sleep 100
	limits '{memory: {limit: 67108864}, pids: {limit: 40}}'
	started
	try scrim update --memory 33554432 --pids-limit 7 --cpu-quota 12345 --cpu-period 50000 "$ID"
	succeeds
	property MemoryMax 33554432
	property TasksMax 7
	file cpu.max "12345 50000"
	INPUT=$T/tmp/update
	echo '{"memory": {"limit": 50331648}, "cpu": {"shares": 512}}' > "$INPUT"
	try scrim update --resources - "$ID"
	succeeds
	rm "$INPUT"
	INPUT=
	systemctl daemon-reload
	file memory.max 50331648
	file pids.max 7
	file cpu.weight 59
	# what the kernel refuses has not been told to systemd either
	try scrim update --memory 41943040 --cpuset-cpus 4000 "$ID"
	fails
	file memory.max 50331648
	property MemoryMax 50331648
	deleted
}

@test "a scope is paused and resumed, and a paused one is deleted" {
	args /bin/sleep 100
	started
	try scrim pause "$ID"
	succeeds
	file cgroup.freeze 1
	is_status "$ID" paused
	try scrim resume "$ID"
	succeeds
	is_status "$ID" running
	scrim pause "$ID"
	deleted
	units_gone
}

@test "delete does its work even where systemd does not answer any more" {
	args /bin/sleep 100
	started
	(
		export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/none
		deleted
	)
	[ ! -e "$CGROUP/$SLICE/$UNIT" ] || show "the cgroup is left"
	wait_until units_gone
}

@test "restore has its first process in the scope before a hook runs, however slow that is" {
	command -v criu > /dev/null || skip "criu is not installed"
	criu check > /dev/null 2>&1 || skip "criu check fails on this kernel"
	# Two seconds are enough for systemd to take away a scope that is empty.
	printf '#!/bin/sh\nsleep 2\ncat "%s/cgroup.procs" > %s/procs\n' "$CGROUP/$SLICE/$UNIT" "$B" > "$B/hook"
	chmod +x "$B/hook"
	args /bin/sleep 100
	started
	for mode in soft ignore; do
		config '.hooks.createRuntime = []'
		try scrim checkpoint --image-path "$B/images" "$ID"
		succeeds
		property LoadState not-found
		config '.hooks.createRuntime = [{path: $p}]' --arg p "$B/hook"
		try scrim restore -d -b "$B" --image-path "$B/images" --manage-cgroups-mode $mode "$ID"
		succeeds
		property ActiveState active
		is "$(cat "$B/procs")" "$(pid_of "$ID")"
		file cgroup.procs "$(pid_of "$ID")"
	done
	deleted
}

@test "run.oci.delegate-cgroup: a cgroup in the scope is the container's root, and the limits are above it" {
	config '.annotations["run.oci.delegate-cgroup"] = "inner"'
	limits '{pids: {limit: 42}}'
	mount_add /sys/fs/cgroup cgroup cgroup rw
	script 'cat /proc/self/cgroup; cat /sys/fs/cgroup/pids.max; mkdir /sys/fs/cgroup/own && echo made; sleep 100'
	background scrim run -b "$B" "$ID"
	wait_until grep -q made "$T/background"
	is "$(cat "$T/background")" $'0::/\nmax\nmade'
	property TasksMax 42
	file pids.max 42
	file cgroup.procs ""
	is "$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")" "/$SLICE/$UNIT/inner"
	try scrim exec "$ID" cat /proc/self/cgroup
	is "$output" 0::/
	deleted
	namespace_drop cgroup
	script 'cat /proc/self/cgroup'
	runs
	prints "0::/$SLICE/$UNIT/inner"
}

@test "a service of systemd's that reports itself ready is scrim, or the container that was left to itself" {
	local unit=notify-$ID.service words

	# systemd listens to what is in the service's cgroup.
	config 'del(.linux.resources)'
	script 'trap "exit 0" TERM; probe send "$NOTIFY_SOCKET" dgram READY=1 > /dev/null; while :; do sleep 0.1; done'
	for words in "run" "run --detach"; do
		try systemd-run --quiet --collect --unit "$unit" --service-type notify \
			--property NotifyAccess=$([ "$words" = run ] && echo main || echo all) --property TimeoutStartSec=60 \
			$SCRIM --root "$ROOT" --cgroup-manager disabled $words -b "$B" "$ID"
		[ "$status" = 0 ] || show "$words: $(journalctl --unit "$unit" --output cat)"
		property ActiveState active "$unit"
		[ "$words" = run ] || property MainPID "$(pid_of "$ID")" "$unit"
		systemctl stop "$unit"
		$SCRIM --root "$ROOT" delete --force "$ID"
	done
}
