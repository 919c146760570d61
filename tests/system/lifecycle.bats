# SPDX-License-Identifier: Apache-2.0
#
# SPEC 10-18 (state), 19-55 (operations): every command against every status,
# with the words that engines match.

load lib

# --- create and start --------------------------------------------------------

@test "create makes a container whose program has not run" {
	script 'echo ran > /ran'
	created
	is "$(status_of "$ID")" created
	[ ! -e "$B/rootfs/ran" ]
	try scrim start "$ID"
	succeeds
	wait_until is_status "$ID" stopped
	is "$(cat "$B/rootfs/ran")" ran
	try scrim delete "$ID"
	succeeds
	try scrim state "$ID"
	fails
}

@test "a running container says so" {
	args /bin/sleep 100
	started
	is "$(status_of "$ID")" running
	deleted
}

@test "the process exists between create and start and is the same after" {
	args /bin/sleep 100
	created
	before=$(pid_of "$ID")
	kill -0 "$before"
	try scrim start "$ID"
	is "$(pid_of "$ID")" "$before"
	deleted
}

@test "state has the members of the specification and its indentation" {
	config '.annotations = {"org.example.key": "v", "org.example.empty": ""}'
	args /bin/sleep 100
	started
	try scrim state "$ID"
	succeeds
	state=$output
	[ "$(wc -l <<< "$state")" -gt 5 ] || show "state is indented"
	is "$(jq -r .id <<< "$state")" "$ID"
	is "$(jq -r .status <<< "$state")" running
	is "$(jq -r .bundle <<< "$state")" "$B"
	is "$(jq -r .rootfs <<< "$state")" "$B/rootfs"
	is "$(jq -r '.annotations["org.example.key"]' <<< "$state")" v
	is "$(jq -r '.annotations["org.example.empty"]' <<< "$state")" ""
	is "$(jq -r '.pid | type' <<< "$state")" number
	jq -er '.ociVersion | test("^1[.][0-9]+[.][0-9]+")' <<< "$state" > /dev/null ||
		show "ociVersion"
	created=$(jq -r .created <<< "$state")
	[[ $created =~ ^20[0-9-]{8}T[0-9:]{8}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$ ]] ||
		show "created is RFC 3339: $created"
	[ "$(date -d "$created" +%s)" -ge $(($(date +%s) - 60)) ]
	is "$(jq -r .owner <<< "$state")" root
	is "$(jq -rc 'keys_unsorted - ["annotations"]' <<< "$state")" \
		'["ociVersion","id","pid","status","bundle","rootfs","created","owner"]'
	deleted
}

@test "a stopped container has pid 0" {
	started
	wait_until is_status "$ID" stopped
	is "$(pid_of "$ID")" 0
	deleted
}

@test "the bundle is the working directory unless it is named" {
	cd "$B"
	try scrim create "$ID"
	succeeds
	is "$(scrim state "$ID" | jq -r .bundle)" "$B"
	deleted
}

@test "a relative bundle path is absolute in the state" {
	cd "$T/b"
	try scrim create --bundle "./$ID" "$ID"
	succeeds
	is "$(scrim state "$ID" | jq -r .bundle)" "$B"
	deleted
}

@test "create without a bundle's config.json names the file" {
	rm "$B/config.json"
	refused
	says 'config\.json'
}

@test "create without an id fails" {
	try scrim create -b "$B"
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "an id in use is refused and the first container lives on" {
	args /bin/sleep 100
	started
	try scrim create -b "$B" "$ID"
	fails
	says 'container with given ID already exists'
	is "$(status_of "$ID")" running
	deleted
}

@test "an id in use is refused even when the container has stopped" {
	started
	wait_until is_status "$ID" stopped
	try scrim create -b "$B" "$ID"
	fails
	says 'container with given ID already exists'
	deleted
}

@test "an id can be used again after delete" {
	for i in 1 2 3; do
		args /bin/probe exit 0
		runs
	done
}

@test "ids that are no plain name are refused" {
	for bad in . .. ../x a/b "a b" 'a
b' 'ä' 'a:b' ''; do
		try scrim create -b "$B" -- "$bad"
		fails
		[ -z "$bad" ] || says 'invalid container ID format'
	done
	[ ! -e "$T/x" ]
}

@test "ids of all permitted letters work" {
	ID=$ID-aZ09_+.-
	runs
}

@test "--root / is refused" {
	try $SCRIM --root / create -b "$B" "$ID"
	rm -rf --one-file-system "/$ID"
	fails
}

@test "changes to the configuration after create have no effect" {
	script 'hostname; echo "$A"; id -u'
	config '.process.env += ["A=before"]'
	created
	script 'echo changed'
	config '.hostname = "other" | .process.env += ["A=after"]'
	rm "$B/config.json"
	scrim start "$ID"
	wait_until is_status "$ID" stopped
	is "$(cat "$OUT")" "gauze
before
0"
	deleted
}

@test "start of an unknown id fails" {
	try scrim start nobody
	fails
	says 'container does not exist'
}

@test "start of a running container fails and has no effect" {
	args /bin/sleep 100
	started
	before=$(pid_of "$ID")
	try scrim start "$ID"
	fails
	says 'cannot start an already running container'
	is "$(pid_of "$ID")" "$before"
	is "$(status_of "$ID")" running
	deleted
}

@test "start of a stopped container fails" {
	started
	wait_until is_status "$ID" stopped
	try scrim start "$ID"
	fails
	says 'cannot start a container that has stopped'
	deleted
}

@test "start fails at once where the init has died" {
	created
	kill -KILL "$(pid_of "$ID")"
	wait_until is_status "$ID" stopped
	try timeout 30 $SCRIM --root "$ROOT" start "$ID"
	fails
	says 'cannot start a container that has stopped'
	deleted
}

@test "start without an id fails" {
	try scrim start
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "a container without process can be created, its start fails" {
	config 'del(.process)'
	created
	is "$(status_of "$ID")" created
	try scrim start "$ID"
	fails
	says 'process'
	deleted
}

@test "two starts at once: one succeeds, the program runs once" {
	script 'echo ran >> /ran; sleep 100'
	created
	scrim start "$ID" > "$T/one" 2>&1 3>&- &
	one=$!
	scrim start "$ID" > "$T/two" 2>&1 3>&- &
	two=$!
	good=0
	wait "$one" && good=$((good + 1))
	wait "$two" && good=$((good + 1))
	is "$good" 1
	wait_until file_says "$B/rootfs/ran" ran
	is "$(wc -l < "$B/rootfs/ran")" 1
	deleted
}

@test "two creates of one id at once: one succeeds" {
	args /bin/sleep 100
	scrim create -b "$B" "$ID" > "$T/one" 2>&1 3>&- < /dev/null &
	one=$!
	scrim create -b "$B" "$ID" > "$T/two" 2>&1 3>&- < /dev/null &
	two=$!
	good=0
	wait "$one" && good=$((good + 1))
	wait "$two" && good=$((good + 1))
	is "$good" 1
	is "$(status_of "$ID")" created
	deleted
}

# --- kill --------------------------------------------------------------------

@test "kill sends TERM unless told, to a running container" {
	args /bin/probe catch
	started
	wait_until file_says "$OUT" ready
	try scrim kill "$ID"
	succeeds
	wait_until is_status "$ID" stopped
	deleted
}

@test "kill takes names with and without SIG in any case, and numbers" {
	args /bin/probe catch
	started
	out=$T/caught
	cp "$OUT" "$out"
	wait_until file_says "$OUT" ready
	deleted
	# The words of try() overwrite $OUT, so the program writes to a file.
	script 'exec probe catch >> /caught'
	started
	wait_until file_says "$B/rootfs/caught" ready
	for signal in HUP:1 SIGHUP:1 hup:1 sigusr1:10 SigUsr2:12 15:15; do
		[ "$signal" = 15:15 ] && continue
		: > "$B/rootfs/caught"
		try scrim kill "$ID" "${signal%:*}"
		succeeds
		wait_until file_says "$B/rootfs/caught" "${signal#*:}"
	done
	for number in 3 12 34 64; do
		: > "$B/rootfs/caught"
		try scrim kill "$ID" "$number"
		succeeds
		wait_until file_says "$B/rootfs/caught" "$number"
	done
	deleted
}

@test "kill knows the real-time signals by name" {
	script 'exec probe catch >> /caught'
	started
	wait_until file_says "$B/rootfs/caught" ready
	try scrim kill "$ID" RTMIN+3
	succeeds
	wait_until file_says "$B/rootfs/caught" 37
	deleted
}

@test "kill takes its options in any place, 0 as a question, and an empty word as none" {
	args /bin/probe catch
	started
	wait_until file_says "$OUT" ready
	try scrim kill "$ID" 0
	succeeds
	is "$(status_of "$ID")" running
	try scrim kill "$ID" ""
	succeeds
	wait_until is_status "$ID" stopped
	try scrim kill "$ID" 0
	fails
	says 'container not running'
	try scrim kill "$ID" KILL --all
	succeeds
	deleted
}

@test "kill of an unknown signal names it" {
	args /bin/sleep 100
	started
	for signal in NONSENSE 65 -1 1x 4294967305; do
		try scrim kill -- "$ID" "$signal"
		fails
		says "unknown signal .?\"$signal"
	done
	is "$(status_of "$ID")" running
	deleted
}

@test "kill of an unknown id fails" {
	try scrim kill nobody KILL
	fails
	says 'container does not exist'
}

@test "kill of a stopped container fails" {
	started
	wait_until is_status "$ID" stopped
	try scrim kill "$ID" KILL
	fails
	says 'container not running'
	deleted
}

@test "kill --all forgives a stopped container" {
	started
	wait_until is_status "$ID" stopped
	try scrim kill --all "$ID" KILL
	succeeds
	try scrim kill -a "$ID" 9
	succeeds
	deleted
}

@test "kill reaches a created container" {
	created
	try scrim kill "$ID" KILL
	succeeds
	wait_until is_status "$ID" stopped
	deleted
}

@test "what asks a process to end ends a created container, too" {
	args /bin/sleep 100
	for signal in TERM INT; do
		created
		try scrim kill "$ID" $signal
		succeeds
		wait_until is_status "$ID" stopped
		try scrim start "$ID"
		fails
		says 'cannot start a container that has stopped'
		deleted
	done
	created
	for signal in USR1 HUP; do
		try scrim kill "$ID" $signal
		succeeds
		is "$(status_of "$ID")" created
	done
	deleted
}

@test "kill without an id fails" {
	try scrim kill
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "kill reaches nobody but the container's first process" {
	script 'probe catch >> /child & exec probe catch >> /first'
	started
	wait_until file_says "$B/rootfs/first" ready
	wait_until file_says "$B/rootfs/child" ready
	try scrim kill "$ID" USR1
	wait_until file_says "$B/rootfs/first" 10
	! grep -q 10 "$B/rootfs/child"
	deleted
}

@test "kill KILL in a shared pid namespace takes the whole container" {
	namespace_drop pid
	script 'sleep 300 & exec sleep 300'
	started
	try scrim kill "$ID" KILL
	succeeds
	wait_until is_status "$ID" stopped
	try scrim delete "$ID"
	succeeds
}

# --- delete ------------------------------------------------------------------

@test "delete of an unknown id fails" {
	try scrim delete nobody
	fails
	says 'container does not exist'
}

@test "delete --force of an unknown id succeeds" {
	try scrim delete --force nobody
	succeeds
	try scrim delete -f nobody
	succeeds
}

@test "delete of a running container fails and has no effect" {
	args /bin/sleep 100
	started
	try scrim delete "$ID"
	fails
	says "cannot delete container $ID that is not stopped: running"
	is "$(status_of "$ID")" running
	deleted
}

@test "delete of a created container kills and removes it" {
	created
	pid=$(pid_of "$ID")
	try scrim delete "$ID"
	succeeds
	! kill -0 "$pid" 2> /dev/null
	try scrim state "$ID"
	fails
	says 'container does not exist'
}

@test "delete --force ends a running container with all its processes" {
	script 'sleep 300 & sleep 300 & exec sleep 300'
	started
	try scrim delete --force "$ID"
	succeeds
}

@test "delete without an id fails" {
	try scrim delete
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "delete does not touch the bundle" {
	config 'del(.mounts[] | select(.destination == "/dev"))'
	before=$(cd "$B" && find . -path ./rootfs/dev -prune -o -print | sort)
	started
	wait_until is_status "$ID" stopped
	deleted
	is "$(cd "$B" && find . -path ./rootfs/dev -prune -o -print | sort)" "$before"
}

# --- state and list ----------------------------------------------------------

@test "state of an unknown id fails" {
	try scrim state nobody
	fails
	says 'container does not exist'
}

@test "state without an id fails" {
	try scrim state
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "list shows a table with a heading" {
	args /bin/sleep 100
	started
	try scrim list
	succeeds
	shows '^ID +PID +STATUS +BUNDLE +CREATED +OWNER'
	shows "^$ID +$(pid_of "$ID") +running +$B +20[0-9-]+T[^ ]* +root"
	deleted
}

@test "list of nothing is a heading, or an empty array" {
	try scrim list
	succeeds
	is "$(wc -l <<< "$output")" 1
	try scrim list --format json
	succeeds
	[ "$output" = "[]" ] || [ "$output" = null ] || show "expected []"
	try scrim list -q
	succeeds
	is "$output" ""
}

@test "list --format json is one compact line of states" {
	started
	wait_until is_status "$ID" stopped
	try scrim list --format=json
	succeeds
	is "$(wc -l <<< "$output")" 1
	is "$(jq -r '.[0].id' <<< "$output")" "$ID"
	is "$(jq -r '.[0].status' <<< "$output")" stopped
	is "$(jq -rc '.[0] | keys_unsorted - ["annotations"]' <<< "$output")" \
		'["ociVersion","id","pid","status","bundle","rootfs","created","owner"]'
	deleted
}

@test "list -q prints ids alone, sorted" {
	created
	for word in z a m; do
		config '.linux.cgroupsPath += $w' --arg w "$word"
		scrim create -b "$B" "$ID.$word" < /dev/null > /dev/null 2>&1 3>&-
	done
	try scrim list --quiet
	is "$output" "$ID
$ID.a
$ID.m
$ID.z"
	for word in .z .a .m ''; do
		scrim delete --force "$ID$word"
	done
}

@test "a foreign directory below the state root is no container" {
	mkdir "$ROOT/foreign"
	try scrim list -q
	rmdir "$ROOT/foreign"
	[ "$status" = 0 ]
	is "$output" ""
}
