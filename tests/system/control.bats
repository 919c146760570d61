# SPDX-License-Identifier: Apache-2.0
#
# pause, resume, update, ps and events: their words as engines know them, on
# what every unified hierarchy has. What takes a controller is in
# controllers.bats.

load lib

setup()
{
	cgroup_open
}

# counting: a container that writes a dot to its file "dots" again and again.
counting()
{
	script 'while :; do echo . >> /dots; sleep 0.01; done'
	config '.root.readonly = false'
	started
	wait_until test -s "$B/rootfs/dots"
}

dots()
{
	wc -c < "$B/rootfs/dots"
}

# --- pause and resume --------------------------------------------------------

@test "a paused container stands still, a resumed one goes on" {
	counting
	try scrim pause "$ID"
	succeeds
	[[ $SCRIM != *scrim ]] || grep -q 'frozen 1' "$OWN/cgroup.events" || show "not frozen on return"
	is "$(status_of "$ID")" paused
	is "$(scrim list -f json | jq -r '.[0].status')" paused
	before=$(dots)
	sleep 0.3
	is "$(dots)" "$before"
	try scrim resume "$ID"
	succeeds
	is "$(status_of "$ID")" running
	goes_on() { [ "$(dots)" -gt "$before" ]; }
	wait_until goes_on
	deleted
}

@test "a created container can be paused, and starts when it was resumed" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	created
	try scrim pause "$ID"
	succeeds
	is "$(status_of "$ID")" paused
	try scrim start "$ID"
	fails
	says 'cannot start a paused container'
	try scrim resume "$ID"
	succeeds
	is "$(status_of "$ID")" created
	try scrim start "$ID"
	succeeds
	deleted
}

@test "what cannot be paused or resumed is told in runc's words" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	started
	try scrim resume "$ID"
	fails
	says 'container not paused$'
	try scrim pause "$ID"
	try scrim pause "$ID"
	fails
	says 'already paused'
	try scrim kill "$ID" KILL
	wait_until is_status "$ID" stopped
	try scrim pause "$ID"
	fails
	says 'container not running$'
	# What is frozen is thawed for the engines that ask for it, once.
	try scrim resume "$ID"
	succeeds
	try scrim resume "$ID"
	fails
	says 'container not paused$'
	for command in pause resume; do
		try scrim $command "no-$ID"
		fails
		says 'container does not exist$'
	done
	deleted
}

@test "a paused container is killed by KILL, and deleted by force" {
	counting
	try scrim pause "$ID"
	succeeds
	try timeout 30 $SCRIM --root "$ROOT" kill "$ID" KILL
	succeeds
	wait_until is_status "$ID" stopped
	deleted
	counting
	try scrim pause "$ID"
	try timeout 30 $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	[ ! -e "$OWN" ]
}

@test "what is left frozen by a first process that was killed is resumed" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	namespace_drop pid
	script 'sleep 100 & exec sleep 100'
	started
	two() { [ "$(wc -l < "$OWN/cgroup.procs")" = 2 ]; }
	wait_until two
	try scrim pause "$ID"
	succeeds
	kill -KILL "$(pid_of "$ID")"
	wait_until is_status "$ID" stopped
	try scrim resume "$ID"
	succeeds
	grep -q 'frozen 0' "$OWN/cgroup.events"
	deleted
}

@test "a container without a cgroup cannot be paused, updated, listed or counted" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	try scrim --cgroup-manager disabled create -b "$B" "$ID"
	succeeds
	for command in pause update ps 'ps -f json' events; do
		try scrim $command "$ID"
		fails
		says 'no cgroup of its own'
	done
	deleted
}

# --- ps ----------------------------------------------------------------------

@test "ps lists the container's processes by the host's numbers, and no other" {
	script 'sleep 300 & sleep 300 & exec sleep 300'
	started
	three() { [ "$(wc -l < "$OWN/cgroup.procs")" = 3 ]; }
	wait_until three
	try scrim ps -f json "$ID"
	succeeds
	is "$(jq -c 'sort' <<< "$output")" "$(sort -n "$OWN/cgroup.procs" | jq -cs .)"
	[[ $output == *"$(pid_of "$ID")"* ]] || show "without the first process"
	try scrim ps --format table "$ID"
	succeeds
	is "$(wc -l <<< "$output")" 4
	shows '^UID +PID'
	try scrim ps "$ID" -o args,pid
	succeeds
	is "$(grep -c 'sleep 300' <<< "$output")" 3
	is "$(wc -l <<< "$output")" 4
	try scrim ps "$ID" -o pid --no-headers
	[[ $SCRIM != *scrim ]] || [ "$status" = 1 ] || show "no heading, no column"
	deleted
}

@test "ps lists processes in cgroups that the container has made" {
	mount_add /sys/fs/cgroup cgroup cgroup rw
	script 'mkdir /sys/fs/cgroup/a; sleep 300 & echo $! > /sys/fs/cgroup/a/cgroup.procs; exec sleep 300'
	started
	wait_until grep -q . "$OWN/a/cgroup.procs"
	try scrim ps -f json "$ID"
	succeeds
	is "$(jq length <<< "$output")" 2
	deleted
}

@test "ps, update and events of a stopped container say that it is not running" {
	script 'exit 0'
	started
	wait_until is_status "$ID" stopped
	for command in 'ps -f json' update 'events --stats' events; do
		try scrim $command "$ID"
		fails
		[[ $SCRIM != *scrim ]] || says 'container not running$'
	done
	deleted
}

@test "ps tells that its arguments leave out the numbers, or that ps failed" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	started
	try scrim ps "$ID" -o comm
	fails
	says 'no column called PID'
	try scrim ps "$ID" --no-such-option
	fails
	says 'ps failed with status'
	deleted
}

# --- update ------------------------------------------------------------------

# update_json JSON: as engines give it, on standard input.
update_json()
{
	printf %s "$1" > "$T/resources"
	INPUT=$T/resources try scrim update --resources - "$ID"
	rm "$T/resources"
}

@test "update writes what it is given, and nothing else" {
	args /bin/sleep 100
	config '.linux.resources.unified = {"cgroup.max.depth": "9"}'
	started
	update_json '{"unified": {"cgroup.max.descendants": "17"}}'
	succeeds
	is "$(cat "$OWN/cgroup.max.descendants")" 17
	is "$(cat "$OWN/cgroup.max.depth")" 9
	echo '{"unified": {"cgroup.max.depth": "3"}}' > "$B/more.json"
	try scrim update -r "$B/more.json" "$ID"
	succeeds
	is "$(cat "$OWN/cgroup.max.depth")" 3
	update_json '{}'
	succeeds
	try scrim update "$ID"
	succeeds
	deleted
}

@test "an update that fails half-way is taken back" {
	[[ $SCRIM == *scrim ]] || skip "others stop where they are"
	args /bin/sleep 100
	started
	update_json '{"unified": {"cgroup.max.depth": "3", "cgroup.max.descendants": "no"}}'
	fails
	says 'cgroup\.max\.descendants.*standard input:1:[0-9]+, /unified/cgroup\.max\.descendants'
	is "$(cat "$OWN/cgroup.max.depth")" max
	update_json '{"unified": {"cgroup.max.depth": "3", "cgroup.nonsense": "1"}}'
	fails
	says 'no file cgroup\.nonsense'
	is "$(cat "$OWN/cgroup.max.depth")" max
	deleted
}

@test "all that is wrong with an update is told, before anything is written" {
	[[ $SCRIM == *scrim ]] || skip "others tell the first"
	args /bin/sleep 100
	started
	update_json '{"memory": {"limit": "x"}, "cpu": {"idle": 7}, "unified": {"cgroup.max.depth": "3"}}'
	fails
	says 'standard input has 2 problems'
	says '/memory/limit: memory.limit must be an integer, not the string "x"'
	says '/cpu/idle: idle is 0 or 1'
	is "$(cat "$OWN/cgroup.max.depth")" max
	for bad in '' '[]' '{' '{"unified": {"cgroup.freeze": "1"}}' '{"memory": {"swap": 5}}' '{"cpu": {"quota": -2}}' \
		'{"blockIO": {"weight": 9}}' '{"unified": {"a/b": "1"}}' '{"pids": {}}'; do
		update_json "$bad"
		fails
	done
	try scrim update -r "$B/not-there.json" "$ID"
	fails
	says 'not-there.json'
	is "$(status_of "$ID")" running
	deleted
}

@test "options of update are refused by their name" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	started
	for bad in --memory=1x --memory=-2 --cpu-quota=1.5 --cpu-share=-1 --pids-limit=many --blkio-weight=70000; do
		try scrim update "$bad" "$ID"
		fails
		says "${bad%=*}"
	done
	try scrim update --cpu-rt-runtime 1000 "$ID"
	fails
	says 'needs cgroup v1$'
	try scrim update --mem-bw-schema 'MB:0=20' "$ID"
	fails
	says intelRdt
	try scrim update --memory-swap 1g "$ID"
	fails
	says 'it needs a memory limit$'
	# accepted and without effect, as in config.json
	try scrim update --kernel-memory 1g --kernel-memory-tcp -1 "$ID"
	succeeds
	deleted
}

@test "a limit that needs a missing controller is an error of update that names it" {
	! grep -qw memory "$CGROUP/cgroup.controllers" || skip "the controller is there"
	[[ $SCRIM == *scrim ]] || skip "others go on without the limit"
	args /bin/sleep 100
	started
	try scrim update --memory 100m "$ID"
	fails
	says 'memory\.max: controller memory is not in this hierarchy'
	deleted
}

@test "the device rules of an update take the place of all before, at once" {
	config '.linux.resources.devices = [{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 300, minor: 1, access: "rwm"}] |
		.linux.devices = [{path: "/dev/listed", type: "c", major: 300, minor: 9}]'
	for minor in 1 2; do
		mknod "$B/rootfs/x$minor" c 300 $minor
	done
	# Whoever asks by a file gets the verdicts in another one.
	script 'while :; do
		while [ ! -e /ask ]; do sleep 0.01; done
		rm /ask
		for path in /x1 /x2 /dev/listed /dev/null; do probe open $path r; done > /new
		mv /new /verdict
	done'
	config '.root.readonly = false'
	started
	verdicts() {
		touch "$B/rootfs/ask"
		wait_until test -e "$B/rootfs/verdict"
		sed 's/^ok .*/ok/' "$B/rootfs/verdict" | tr '\n' ' '
		rm "$B/rootfs/verdict"
	}
	is "$(verdicts)" "ENXIO EPERM ENXIO ok "
	update_json '{"devices": [{"allow": false}, {"allow": true, "type": "c", "major": 300, "minor": 2, "access": "rw"}]}'
	succeeds
	is "$(verdicts)" "EPERM ENXIO ENXIO ok "
	update_json '{"devices": [{"allow": true}]}'
	succeeds
	is "$(verdicts)" "ENXIO ENXIO ENXIO ok "
	deleted
}

# --- events ------------------------------------------------------------------

@test "the figures of events have the members that engines decode" {
	args /bin/sleep 100
	started
	try scrim events --stats "$ID"
	succeeds
	is "$(jq -r '.type + " " + .id' <<< "$output")" "stats $ID"
	for member in .cpu.usage.kernel .cpu.usage.user .cpuset.cpu_exclusive .memory.usage.limit \
		.memory.usage.failcnt .memory.swap .memory.kernel .memory.kernelTCP .memory.raw .pids .blkio \
		.hugetlb .intel_rdt; do
		[ "$(jq ".data$member | type" <<< "$output")" != '"null"' ] || show "no $member"
	done
	[[ $SCRIM != *scrim ]] || is "$(jq -r '.data.network_interfaces[0].Name' <<< "$output")" lo
	deleted
}

@test "a cgroup that the container has made is no kind of huge page" {
	args /bin/sleep 100
	started
	mkdir "$OWN/hugetlb.evil.current"
	try scrim events --stats "$ID"
	succeeds
	! grep evil <<< "$output" || show "it is told of"
	deleted
}

@test "events come every interval, and end with the container" {
	args /bin/sleep 100
	started
	background scrim events --interval 50ms "$ID"
	pid=$!
	lines() { [ "$(wc -l < "$T/background")" -ge 3 ]; }
	wait_until lines
	try scrim kill "$ID" KILL
	wait_until is_gone_or_zombie "$pid"
	wait "$pid" || show "events failed"
	is "$(jq -r .type "$T/background" | sort -u)" stats
	deleted
	for bad in 0 -1s 5x; do
		try scrim events --interval="$bad" "$ID"
		fails
	done
}

is_gone_or_zombie()
{
	! grep -q '^State:.[^Z]' "/proc/$1/status" 2> /dev/null
}
