# SPDX-License-Identifier: Apache-2.0
#
# SPEC 132-142, 151-153, 123: the container's cgroup on the unified hierarchy:
# where it is, that it goes away, the device program, freezing and killing.
# Limits that need a controller have tests of their own elsewhere.

load lib

setup()
{
	cgroup_open
}

cgroup_of()
{
	sed -n 's/^0:://p' "/proc/$(pid_of "$1")/cgroup"
}

path()
{
	config '.linux.cgroupsPath = $p' --arg p "$1"
}

@test "an absolute cgroupsPath is taken from the mount of the hierarchy" {
	args /bin/sleep 100
	created
	is "$(cgroup_of "$ID")" "${OWN#$CGROUP}"
	scrim start "$ID"
	is "$(cgroup_of "$ID")" "${OWN#$CGROUP}"
	deleted
	[ ! -e "$OWN" ]
}

@test "missing parents of the cgroup are made, and go with the last container" {
	path "${OWN#$CGROUP}/a/b"
	args /bin/sleep 100
	started
	is "$(cgroup_of "$ID")" "${OWN#$CGROUP}/a/b"
	path "${OWN#$CGROUP}/a/c"
	scrim create -b "$B" "$ID-c" 3>&- 4>&-
	deleted
	[ ! -e "$OWN/a/b" ]
	[[ $SCRIM != *scrim ]] || [ -d "$OWN/a/c" ] || show "the other's parent is gone"
	scrim delete --force "$ID-c"
	[[ $SCRIM != *scrim ]] || [ ! -e "$OWN" ] || show "parents are left"
	rmdir "$OWN/a" "$OWN" 2> /dev/null || true
}

@test "parents that were there before stay" {
	mkdir "$OWN" "$OWN/a"
	path "${OWN#$CGROUP}/a/b/c"
	runs
	[ -d "$OWN/a" ] || show "it was not scrim's"
	[[ $SCRIM != *scrim ]] || [ ! -e "$OWN/a/b" ] || show "a parent is left"
	rmdir "$OWN/a/b" 2> /dev/null || true
	rmdir "$OWN/a" "$OWN"
}

@test "a create that fails leaves no parents" {
	[[ $SCRIM == *scrim ]] || skip "others leave them"
	path "${OWN#$CGROUP}/a/b"
	args /no/such/program
	refused
	[ ! -e "$OWN" ] || show "after the birth"
	config '.linux.resources.unified = {"cgroup.nonsense": "1"}'
	refused
	[ ! -e "$OWN" ] || show "after a limit"
}

# at_once PATTERN: eight containers of one cgroupsPath run at the same time,
# with paths of the pattern (N: the number); their ends, a line each.
at_once()
{
	local i

	for i in {1..8}; do
		path "${OWN#$CGROUP}/${1//N/$i}"
		cp "$B/config.json" "$B/config-$i.json"
	done
	for i in {1..8}; do
		$SCRIM --root "$ROOT" run -f "config-$i.json" -b "$B" "$ID-$i" \
			> "$B/said-$i" 2>&1 < /dev/null 3>&- 4>&- &&
			echo done >> "$B/said-$i" &
	done
	wait
	cat "$B"/said-*
	rm "$B"/said-*
}

@test "of containers of one cgroup at once, each runs or is refused, none is killed" {
	[[ $SCRIM == *scrim ]] || skip "others share it"
	script 'i=0; while [ $i -lt 300 ]; do i=$((i + 1)); done'
	for round in {1..8}; do
		said=$(at_once a/b)
		is "$(wc -l <<< "$said")" 8
		grep -q '^done$' <<< "$said" || show "nobody ran: $said"
		! grep -vE '^done$|/a/b exists already' <<< "$said" || show "$said"
		[ ! -e "$OWN" ] || show "left behind"
	done
}

@test "parents that come and go with others do not fail a create" {
	[[ $SCRIM == *scrim ]] || skip "others leave them"
	for round in {1..8}; do
		said=$(at_once a/b/N)
		is "$(sort -u <<< "$said")" "done"
		[ ! -e "$OWN" ] || show "left behind"
	done
}

@test "a stopped container keeps its cgroup until it is deleted" {
	[[ $SCRIM == *scrim ]] || skip "others share it"
	script 'exit 0'
	started
	wait_until is_status "$ID" stopped
	try scrim create -b "$B" "$ID-2"
	fails
	says "exists already and is another container's"
	deleted
	try scrim run -b "$B" "$ID-2"
	succeeds
}

# lost ID: what is remembered of it is lost, as with a state root that was
# emptied.
lost()
{
	rm -r "$ROOT/$1"
}

@test "a cgroup whose container is remembered nowhere is made anew, if it is empty" {
	[[ $SCRIM == *scrim ]] || skip "others share it"
	args /bin/sleep 100
	created
	pid=$(pid_of "$ID")
	echo 7 > "$OWN/cgroup.max.depth"
	mkdir "$OWN/nested"
	lost "$ID"
	# as long as there is a process, it is somebody's
	try scrim create -b "$B" "$ID"
	fails
	says "exists already and has processes in it"
	kill -0 "$pid" || show "it was killed"
	kill -KILL "$pid"
	wait_until grep -q "populated 0" "$OWN/cgroup.events"
	# the same container again
	created
	is "$(cat "$OWN/cgroup.max.depth")" max
	[ ! -e "$OWN/nested" ] || show "it was taken over"
	kill -KILL "$(pid_of "$ID")"
	wait_until grep -q "populated 0" "$OWN/cgroup.events"
	lost "$ID"
	# another one of that path
	try scrim create -b "$B" "$ID-2"
	succeeds
	try scrim delete --force "$ID-2"
	succeeds
	[ ! -e "$OWN" ] || show "left behind"
}

@test "of containers at once that find such a cgroup, each runs or is refused" {
	[[ $SCRIM == *scrim ]] || skip "others share it"
	for round in {1..5}; do
		path "${OWN#$CGROUP}/a"
		args /bin/sleep 100
		created
		kill -KILL "$(pid_of "$ID")"
		wait_until grep -q "populated 0" "$OWN/a/cgroup.events"
		lost "$ID"
		script 'i=0; while [ $i -lt 300 ]; do i=$((i + 1)); done'
		said=$(at_once a)
		is "$(wc -l <<< "$said")" 8
		grep -q '^done$' <<< "$said" || show "nobody ran: $said"
		! grep -vE '^done$|/a exists already' <<< "$said" || show "$said"
		[ ! -e "$OWN" ] || show "left behind"
	done
}

@test "containers in a cgroup that was there do not end each other" {
	[[ $SCRIM == *scrim ]] || skip "others kill it as a whole"
	mkdir "$OWN"
	args /bin/sleep 100
	created
	# It is empty no more; this stands for one that came at the same moment.
	background sleep 100
	other=$!
	echo "$other" > "$OWN/cgroup.procs"
	scrim kill --all "$ID" KILL
	deleted
	kill -0 "$other" || show "the other was killed"
	kill -KILL "$other"
	wait "$other" 2> /dev/null || true
	wait_until rmdir_if "$OWN"
}

@test "a relative cgroupsPath is the same place each time" {
	path "relative-$ID"
	args /bin/sleep 100
	started
	first=$(cgroup_of "$ID")
	[[ $first == */relative-$ID ]] || show "$first"
	deleted
	started
	is "$(cgroup_of "$ID")" "$first"
	deleted
	[ ! -e "$CGROUP$first" ]
}

@test "without cgroupsPath the container has a cgroup of its own" {
	config 'del(.linux.cgroupsPath)'
	args /bin/sleep 100
	started
	[ "$(cgroup_of "$ID")" != "$(sed -n 's/^0:://p' /proc/self/cgroup)" ] || show "the caller's"
	[[ $(cgroup_of "$ID") == *$ID* ]] || show "$(cgroup_of "$ID")"
	deleted
}

@test "a cgroup namespace has the container's cgroup as its root" {
	args /bin/cat /proc/self/cgroup
	runs
	prints 0::/
}

@test "the cgroup mount shows the container's own cgroup" {
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
	script 'cat /sys/fs/cgroup/cgroup.procs; touch /sys/fs/cgroup/x 2>&1; cat /proc/self/mountinfo'
	try scrim run -b "$B" "$ID"
	prints 1
	shows 'Read-only file system'
	mount_type /sys/fs/cgroup cgroup2
	mount_has /sys/fs/cgroup ro nosuid noexec nodev
}

@test "the cgroup mount works without a cgroup namespace" {
	namespace_drop cgroup
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
	script 'ls /sys/fs/cgroup; cat /proc/self/mountinfo'
	runs
	prints cgroup.procs
	mount_type /sys/fs/cgroup cgroup2
}

@test "CVE-2023-25809: without a private cgroup namespace the cgroup mount is read-only" {
	[[ $SCRIM == *scrim ]] || skip "others leave root what it asks for"
	namespace_drop cgroup
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	script 'mkdir /sys/fs/cgroup/x 2>&1; cat /proc/self/mountinfo'
	runs
	shows 'Read-only file system'
	mount_has /sys/fs/cgroup ro
}

# --- delegation --------------------------------------------------------------

# owners DIR: the files below it that are not root's, with their owner.
owners()
{
	(cd "$1" && stat -c '%u %n' . * | grep -v '^0 ' | sort -k 2)
}

# delegated UID: what the specification gives to that user.
delegated()
{
	local file

	echo "$1 ."
	for file in $(sort /sys/kernel/cgroup/delegate); do
		[ ! -e "$OWN/$file" ] || echo "$1 $file"
	done
}

@test "a container that manages cgroups itself has its own, and no limits of it" {
	user_namespace
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	config '.process.user = {uid: 5, gid: 5}'
	script 'mkdir /sys/fs/cgroup/inner && echo 0 > /sys/fs/cgroup/inner/cgroup.procs && cat /proc/self/cgroup
		echo 1 > /sys/fs/cgroup/cgroup.max.depth || echo denied'
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	prints 0::/inner
	prints denied
	args /bin/sleep 100
	created
	[[ $SCRIM != *scrim ]] || is "$(owners "$OWN")" "$(delegated 100005 | sort -k 2)"
	deleted
}

@test "a cgroup is nobody else's without a namespace for it, or a writable mount" {
	user_namespace
	config '.process.user = {uid: 5, gid: 5}'
	args /bin/sleep 100
	created
	is "$(owners "$OWN")" ""
	deleted
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
	created
	is "$(owners "$OWN")" ""
	deleted
	config '.mounts[-1].options = ["rw"]'
	namespace_drop cgroup
	created
	is "$(owners "$OWN")" ""
	deleted
}

@test "the user of a container without a user namespace is given its cgroup as well" {
	mount_add /sys/fs/cgroup cgroup2 cgroup nosuid noexec nodev relatime rw
	config '.process.user = {uid: 1000, gid: 1000}'
	args /bin/sleep 100
	created
	[[ $SCRIM != *scrim ]] || is "$(owners "$OWN")" "$(delegated 1000 | sort -k 2)"
	deleted
}

# delegate NAME: crun's annotation for a cgroup inside that of the limits.
delegate()
{
	config '.annotations["run.oci.delegate-cgroup"] = $n' --arg n "$1"
}

@test "run.oci.delegate-cgroup: the processes are inside it, those of exec too, and it goes" {
	delegate payload
	args /bin/sleep 100
	created
	is "$(cgroup_of "$ID")" "${OWN#$CGROUP}/payload"
	scrim start "$ID"
	is "$(cgroup_of "$ID")" "${OWN#$CGROUP}/payload"
	is "$(cat "$OWN/cgroup.procs")" ""
	try scrim exec "$ID" cat /proc/self/cgroup
	prints 0::/
	scrim exec -d --pid-file "$B/pid" "$ID" sleep 50
	is "$(sed -n 's/^0:://p' "/proc/$(cat "$B/pid")/cgroup")" "${OWN#$CGROUP}/payload"
	is "$(scrim ps -f json "$ID" | jq length)" 2
	scrim pause "$ID"
	is "$(status_of "$ID")" paused
	scrim resume "$ID"
	deleted
	[ ! -e "$OWN" ]
}

@test "run.oci.delegate-cgroup: root of the container manages it, and nothing above" {
	user_namespace
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	delegate payload
	script 'cat /proc/self/cgroup; cd /sys/fs/cgroup
		mkdir inner && echo 0 > inner/cgroup.procs && cat /proc/self/cgroup
		echo 1 > cgroup.max.depth || echo denied; rmdir inner; ls ..'
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	prints 0::/
	prints 0::/inner
	prints denied
	args /bin/sleep 100
	created
	is "$(stat -c %u "$OWN")" 0
	is "$(stat -c %u "$OWN/cgroup.procs")" 0
	is "$(stat -c %u "$OWN/payload")" 100000
	is "$(stat -c %u "$OWN/payload/cgroup.procs")" 100000
	is "$(stat -c %u "$OWN/payload/cgroup.max.depth")" 0
	deleted
}

@test "run.oci.delegate-cgroup: every controller of the container's is in it" {
	delegate payload
	args /bin/sleep 100
	created
	is "$(cat "$OWN/payload/cgroup.controllers")" "$(cat "$OWN/cgroup.controllers")"
	deleted
}

@test "run.oci.delegate-cgroup: exec goes where the first process went" {
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	delegate payload
	script 'cd /sys/fs/cgroup && mkdir init && echo 1 > init/cgroup.procs &&
		echo "+$(cut -d" " -f1 cgroup.controllers)" > cgroup.subtree_control
		touch /tmp/ready; exec sleep 100'
	# a limit, for scrim enables no controller that nothing needs
	grep -qw pids "$CGROUP/cgroup.controllers" || skip "no controller pids in the unified hierarchy"
	config '.linux.resources.pids.limit = 100'
	# the test itself must leave the container's parent for that
	echo $$ > "$CGROUP/cgroup.procs"
	started
	wait_until test -e "$B/rootfs/tmp/ready"
	[ -n "$(cat "$OWN/payload/cgroup.subtree_control")" ]
	try scrim exec "$ID" cat /proc/self/cgroup
	prints 0::/init
	deleted
}

@test "run.oci.delegate-cgroup: in a cgroup that was there before, it alone goes" {
	mkdir "$TEST_CGROUP/before"
	path "${TEST_CGROUP#$CGROUP}/before"
	delegate payload
	args /bin/sleep 100
	created
	[ -d "$TEST_CGROUP/before/payload" ]
	deleted
	[ -d "$TEST_CGROUP/before" ]
	[ ! -e "$TEST_CGROUP/before/payload" ]
	mkdir "$TEST_CGROUP/before/payload"
	refused
	says "make cgroup .*/before/payload.*exists"
	rmdir "$TEST_CGROUP/before/payload" "$TEST_CGROUP/before"
}

# Root of the container owns it, its mode included: scrim must not go by that.
@test "run.oci.delegate-cgroup: it goes, whatever the container has made of it" {
	mkdir "$TEST_CGROUP/before"
	path "${TEST_CGROUP#$CGROUP}/before"
	delegate payload
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	script 'chmod 0755 /sys/fs/cgroup && stat -c %a /sys/fs/cgroup > /tmp/mode; sleep 100'
	started
	wait_until grep -qx 755 "$B/rootfs/tmp/mode"
	is "$(stat -c %a "$TEST_CGROUP/before/payload")" 755
	deleted
	[ ! -e "$TEST_CGROUP/before/payload" ]
	rmdir "$TEST_CGROUP/before"
}

@test "run.oci.delegate-cgroup: a name that leads out, or no cgroup to be in, is refused" {
	for name in .. /up a/b; do
		delegate "$name"
		refused
		says "no name for a cgroup in the container's"
	done
	[ ! -e "$OWN" ]
	delegate payload
	SCRIM="$SCRIM --cgroup-manager=disabled"
	refused
	says "run.oci.delegate-cgroup: the container has no cgroup of its own"
}

@test "a cgroup mount that is writable lets the container make its own groups" {
	mount_add /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime rw
	script 'mkdir /sys/fs/cgroup/inner && ls -d /sys/fs/cgroup/inner; sleep 100'
	started
	wait_until test -d "$OWN/inner"
	deleted
	[ ! -e "$OWN" ]
}

@test "delete removes groups that the container has made below" {
	mount_add /sys/fs/cgroup cgroup cgroup rw
	script 'mkdir -p /sys/fs/cgroup/a/b/c; sleep 300 & echo $! > /sys/fs/cgroup/a/b/c/cgroup.procs; exec sleep 100'
	started
	wait_until grep -q . "$OWN/a/b/c/cgroup.procs"
	deleted
	[ ! -e "$OWN" ]
}

@test "no depth of groups that a container makes keeps delete from removing them" {
	mount_add /sys/fs/cgroup cgroup cgroup
	script 'cd /sys/fs/cgroup; i=0; while [ $i -lt 200 ]; do mkdir d && cd d; i=$((i+1)); done
		touch /tmp/nested; sleep 100'
	started
	wait_until test -e "$B/rootfs/tmp/nested"
	try sh -c 'ulimit -n 64; exec "$@"' sh $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	[ ! -e "$TEST_CGROUP/$ID" ]
}

@test "a cgroup that was there before is left after delete, without processes" {
	mkdir "$OWN"
	args /bin/sleep 100
	try scrim create -b "$B" "$ID"
	if [ "$status" = 0 ]; then
		deleted
		# What create did not make, delete does not take away.
		[[ $SCRIM != *scrim ]] || [ -d "$OWN" ] || show "the cgroup is gone"
	fi
	rmdir "$OWN" 2> /dev/null || true
}

@test "a cgroup with foreign processes is refused, and they live on" {
	mkdir "$OWN"
	background sleep 100
	echo "$!" > "$OWN/cgroup.procs"
	foreign=$!
	try scrim create -b "$B" "$ID"
	if [ "$status" = 0 ]; then
		scrim delete --force "$ID"
		[[ $SCRIM != *scrim ]] || kill -0 "$foreign" || show "a foreign process was killed"
	fi
	kill -KILL "$foreign" 2> /dev/null || true
	wait "$foreign" 2> /dev/null || true
	wait_until rmdir_if "$OWN"
}

rmdir_if()
{
	[ ! -d "$1" ] || rmdir "$1"
}

@test "a frozen cgroup is refused at create" {
	[[ $SCRIM == *scrim ]] || skip "others hang"
	mkdir "$OWN"
	echo 1 > "$OWN/cgroup.freeze"
	try timeout 30 $SCRIM --root "$ROOT" create -b "$B" "$ID"
	rmdir "$OWN"
	[ "$status" != 124 ] || show "hangs"
	fails
	says 'froz|freez'
}

@test "a cgroupsPath that leaves the hierarchy is refused" {
	for bad in /../../tmp/x /a/../../.. ../x; do
		path "$bad"
		refused
		says 'cgroupsPath|cgroup'
	done
}

# --- devices -----------------------------------------------------------------

# The nodes have no driver: to open one that is allowed gives ENXIO, one that
# is denied EPERM. What a container always has (null, zero ...) stays usable.
device_rules()
{
	local minor

	config '.linux.resources.devices = '"$1"
	for minor in 1 2 3; do
		[ -e "$B/rootfs/x$minor" ] || mknod "$B/rootfs/x$minor" c 300 $minor
	done
}

# opens PATH:MODE...: the verdict of each.
opens()
{
	local pair text=

	for pair; do
		text+="probe open ${pair%:*} ${pair#*:}; "
	done
	script "$text"
	runs
	output=$(sed 's/^ok .*/ok/' <<< "$output" | tr '\n' ' ')
}

@test "the device program denies what is not allowed" {
	device_rules '[{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 300, minor: 1, access: "rwm"},
		{allow: true, type: "c", major: 300, minor: 2, access: "r"}]'
	opens /x1:rw /x2:r /x2:w /x3:r
	is "$output" "ENXIO ENXIO EPERM EPERM "
}

@test "what a container always has is allowed where all is denied" {
	device_rules '[{allow: false, access: "rwm"}]'
	opens /dev/null:rw /dev/zero:r /dev/full:r /dev/urandom:r /dev/ptmx:rw /x1:r
	is "$output" "ok ok ok ok ok EPERM "
	# as Podman 5 begins
	device_rules '[{allow: false, access: "rwm"}, {allow: false, access: "rwm"}]'
	opens /dev/null:rw /dev/zero:r /dev/full:r /dev/urandom:r /dev/ptmx:rw /x1:r
	is "$output" "ok ok ok ok ok EPERM "
	# as Docker 28 says its list twice
	device_rules '[{allow: false, access: "rwm"}, {allow: true, type: "c", major: 300}, {allow: false, type: "c", major: 1, minor: 5},
		{allow: false, access: "rwm"}, {allow: true, type: "c", major: 300, minor: 2}]'
	opens /dev/null:rw /dev/zero:r /dev/full:r /dev/urandom:r /dev/ptmx:rw /x1:r /x2:r
	is "$output" "ok ok ok ok ok EPERM ENXIO "
}

@test "no device is so much a container's own that a rule could not deny it" {
	device_rules '[{allow: false, access: "rwm"}, {allow: false, type: "c", major: 1, minor: 3},
		{allow: false, type: "c", major: 5, minor: 2, access: "w"}]'
	opens /dev/null:r /dev/zero:r /dev/ptmx:r /dev/ptmx:rw
	is "$output" "EPERM ok ok EPERM "
	# all at once
	device_rules '[{allow: false, access: "rwm"}, {allow: false, type: "c", access: "rwm"}]'
	opens /dev/null:r /dev/zero:r /dev/full:r /dev/urandom:r /dev/ptmx:rw
	is "$output" "EPERM EPERM EPERM EPERM EPERM "
}

@test "a rule against mknod is one for the program, not for the making of its nodes" {
	capability_add CAP_MKNOD
	device_rules '[{allow: false, access: "m"}]'
	config '.linux.devices += [{path: "/dev/more", type: "c", major: 1, minor: 5}]'
	script 'probe call mknod=1,3; head -c 1 /dev/more | wc -c'
	runs
	is "$output" "mknod=1,3 EPERM
1"
}

@test "a cgroup above that forbids a device is named where its node cannot be made" {
	[[ $SCRIM == *scrim ]] || skip "others differ"
	args /bin/sleep 100
	config '.linux.resources.devices = [{allow: false, type: "c", access: "rwm"}]'
	created
	path "${OWN#$CGROUP}/below"
	config 'del(.linux.resources)'
	try scrim create -b "$B" "$ID-b"
	fails
	says 'device /dev/null: mknod .*a cgroup above forbids it.: Operation not permitted'
	[ ! -e "$OWN/below" ] || show "its cgroup is left"
	deleted
}

@test "device rules are taken in listed order, the last word counts" {
	device_rules '[{allow: true, access: "rwm"},
		{allow: false, type: "c", major: 300, access: "rw"},
		{allow: true, type: "c", major: 300, minor: 2, access: "r"}]'
	opens /x1:r /x2:r /x2:w
	is "$output" "EPERM ENXIO EPERM "
}

@test "a rule without numbers is for all devices of its type" {
	device_rules '[{allow: false}, {allow: true, type: "c", access: "rw"}]'
	opens /x1:rw /x2:r
	is "$output" "ENXIO ENXIO "
	device_rules '[{allow: false}, {allow: true, type: "b", access: "rwm"}]'
	opens /x1:rw /x2:r
	is "$output" "EPERM EPERM "
}

@test "without device rules nothing is denied" {
	device_rules '[]'
	opens /x1:rw
	is "$output" "ENXIO "
}

@test "two hundred device rules work" {
	device_rules '([{allow: false, access: "rwm"}] +
		[range(10; 210) | {allow: true, type: "c", major: 300, minor: ., access: "rw"}] +
		[{allow: true, type: "c", major: 300, minor: 3, access: "rw"}])'
	opens /x1:r /x3:rw
	is "$output" "EPERM ENXIO "
}

# --- unified, freeze, kill ---------------------------------------------------

@test "unified values are written as they are" {
	config '.linux.resources.unified = {"cgroup.max.depth": "3", "cgroup.max.descendants": "17"}'
	args /bin/sleep 100
	started
	is "$(cat "$OWN/cgroup.max.depth")" 3
	is "$(cat "$OWN/cgroup.max.descendants")" 17
	deleted
}

@test "a unified key that does not exist is an error that names it" {
	config '.linux.resources.unified = {"cgroup.nonsense": "1"}'
	refused
	says 'cgroup\.nonsense'
}

@test "a unified key of a controller that is not there is an error that names it" {
	! grep -qw rdma "$CGROUP/cgroup.controllers" || skip "the controller is there"
	config '.linux.resources.unified = {"rdma.max": "mlx hca_handle=1"}'
	refused
	says 'rdma'
}

@test "a unified key cannot leave the cgroup" {
	for key in ../cgroup.max.depth a/b /etc/passwd ..; do
		config '.linux.resources.unified = {($k): "1"}' --arg k "$key"
		refused
	done
}

@test "limits cannot freeze or kill the container that they are of" {
	[[ $SCRIM == *scrim ]] || skip "others hang"
	for key in freeze kill procs threads type; do
		config '.linux.resources.unified = {($k): "1"}' --arg k "cgroup.$key"
		try timeout 30 $SCRIM --root "$ROOT" create -b "$B" "$ID"
		fails
		says "cgroup\\.$key is not a limit"
	done
}

@test "a limit that needs a missing controller is an error that names the controller" {
	! grep -qw memory "$CGROUP/cgroup.controllers" || skip "the controller is there"
	[[ $SCRIM == *scrim ]] || skip "others go on without the limit"
	config '.linux.resources.memory.limit = 67108864'
	refused
	says memory
}

@test "no limit needs no controller" {
	config '.linux.resources = {pids: {limit: -1}, memory: {limit: -1, swap: -1}}'
	runs
}

@test "the container is born in its cgroup: no process was ever elsewhere" {
	# A program that forks at once cannot escape what it is born in.
	script 'cat /proc/1/cgroup /proc/self/cgroup'
	namespace_drop cgroup
	runs
	is "$(sort -u <<< "$output" | sed -n 's/^0:://p')" "${OWN#$CGROUP}"
}

@test "kill --all KILL takes every process of the cgroup" {
	namespace_drop pid
	script 'sleep 300 & sleep 300 & setsid sleep 300 & exec sleep 300'
	started
	try scrim kill --all "$ID" KILL
	succeeds
	wait_until is_status "$ID" stopped
	wait_until is_empty "$OWN"
	deleted
}

is_empty()
{
	grep -q 'populated 0' "$1/cgroup.events"
}

@test "delete --force ends a frozen container" {
	args /bin/sleep 100
	started
	echo 1 > "$OWN/cgroup.freeze"
	try timeout 30 $SCRIM --root "$ROOT" delete --force "$ID"
	[ "$status" != 124 ] || show "hangs"
	succeeds
}

@test "a fork bomb is gone after delete --force" {
	namespace_drop pid
	script 'f() { while :; do sleep 300 & i=$((i + 1)); [ $i -lt 200 ] || break; done; }; f; exec sleep 300'
	started
	wait_until sh -c "[ \$(wc -l < $OWN/cgroup.procs) -gt 100 ]"
	try scrim delete --force "$ID"
	succeeds
	[ ! -e "$OWN" ]
}

@test "the state names the paused status of a frozen cgroup" {
	[[ $SCRIM == *scrim ]] || skip "others ask their own records"
	args /bin/sleep 100
	started
	echo 1 > "$OWN/cgroup.freeze"
	wait_until is_status "$ID" paused
	echo 0 > "$OWN/cgroup.freeze"
	wait_until is_status "$ID" running
	deleted
}
