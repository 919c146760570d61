# SPDX-License-Identifier: Apache-2.0
#
# What engines rely on beside the life cycle: pid file, log, options, empty
# environment, version, features, spec; and SPEC 32, that a failed command
# leaves the world as it was.

load lib

# --- files and words ---------------------------------------------------------

@test "the pid file holds digits without a newline" {
	args /bin/sleep 100
	cd "$T"
	created --pid-file pid
	is "$(cat pid; echo x)" "$(pid_of "$ID")x"
	is "$(ls "$T" -A | grep -c '^\.pid')" 0
	rm pid
	deleted
}

@test "an unwritable pid file is an error and leaves no container" {
	refused --pid-file "$T/no/such/place"
	says 'no/such/.?place'
}

@test "create --pid-file of run is written before the program runs" {
	mount_add /pids none "$T" rbind ro
	mkdir "$B/rootfs/pids"
	script 'cat /pids/pid > /dev/null && echo seen'
	runs --pid-file "$T/pid"
	prints seen
	rm "$T/pid"
}

@test "a failure is one JSON object in the log and one sentence on stderr" {
	log=$T/log.json
	try scrim --log "$log" --log-format json start nobody
	fails
	says 'container does not exist'
	is "$(wc -l < "$log")" 1
	is "$(jq -r .level "$log")" error
	jq -er '.msg | test("container does not exist")' "$log"
	date -d "$(jq -r .time "$log")" > /dev/null
	[[ $(jq -r .time "$log") =~ ^20[0-9-]{8}T[0-9:]{8}([.][0-9]+)?(Z|[+-][0-9:]+)$ ]]
	rm "$log"
}

@test "the log is appended to" {
	log=$T/log
	echo before > "$log"
	try scrim --log "$log" start nobody
	fails
	is "$(head -n 1 "$log")" before
	is "$(wc -l < "$log")" 2
	is "$(stat -c %a "$log")" 644
	rm "$log"
}

@test "success writes nothing into the log" {
	log=$T/log
	try scrim --log "$log" --log-format json run -b "$B" "$ID"
	succeeds
	[ ! -s "$log" ]
	rm -f "$log"
}

@test "a failing create is one JSON object in the log" {
	log=$T/log.json
	config '.mounts += [{destination: "/x", type: "nonsensefs", source: "x"}]'
	try scrim --log "$log" --log-format json create -b "$B" "$ID"
	fails
	is "$(wc -l < "$log")" 1
	is "$(jq -r .level "$log")" error
	says nonsensefs
	! grep -qi 'no such file or directory' "$ERR"
	rm "$log"
}

@test "all commands work with an empty environment" {
	program=$(command -v ${SCRIM%% *})
	options=${SCRIM#"${SCRIM%% *}"}
	bare() { env -i "$program" $options --root "$ROOT" "$@"; }
	for command in "create -b $B" start state "kill" "delete"; do
		[ "$command" = kill ] && wait_until is_status "$ID" stopped &&
			command="kill -a"
		try bare $command "$ID"
		succeeds
	done
}

@test "all commands work where the caller has closed its descriptors" {
	program=$(command -v ${SCRIM%% *})
	try sh -c 'exec "$@" 0<&- 1>&- 2>&-' sh $SCRIM --root "$ROOT" create -b "$B" "$ID"
	is "$status" 0
	try scrim start "$ID"
	succeeds
	deleted
}

@test "--version begins with the program's name and tells the specification" {
	try scrim --version
	succeeds
	shows '^[a-z]+ version '
	shows '^spec: 1\.[0-9]+\.[0-9]+'
}

@test "called as runc its version reads as runc's" {
	[ "${SCRIM##*/}" = scrim ] || skip "SCRIM is not scrim itself"
	ln -s "$(realpath "$SCRIM")" "$TMPDIR/runc"
	try "$TMPDIR/runc" --version
	succeeds
	shows '^runc version '
	rm "$TMPDIR/runc"
}

@test "every command has a --help that succeeds" {
	for command in create start run state kill delete list spec features; do
		try scrim "$command" --help
		[ "$status" = 0 ] || show "$command --help"
		[ -n "$output" ] || show "$command --help"
	done
	try scrim --help
	succeeds
}

@test "checkpoint is not claimed to exist where criu is missing" {
	local command

	[[ $SCRIM == *scrim ]] || skip "another runtime may know checkpoint"
	for command in checkpoint restore; do
		try scrim --criu "$B/nowhere" "$command" --help
		fails
		is "$output" ""
		says "^scrim: $command: $B/nowhere is not installed \\(package criu\\)\$"
		try scrim --criu "$B/nowhere" "$command" "$ID"
		fails
		says "nowhere is not installed"
	done
}

@test "without a command there is help, as with runc" {
	try "$SCRIM"
	succeeds
	is "$output" "$("$SCRIM" --help)"
}

@test "an option whose value is empty is as if not given, but for --root and the user of an exec" {
	script 'echo hello'
	try "$SCRIM" --log "" --root "$ROOT" run -b "$B" --pid-file "" --console-socket= "$ID"
	succeeds
	prints hello
	try "$SCRIM" --log "" --root "$ROOT" start nobody
	fails
	says 'container does not exist'
	try "$SCRIM" --root "" list
	fails
	says 'option "--root"'
	try scrim exec --user "" nobody /bin/true
	fails 255
	says 'option "--user": "" is no value'
}

@test "an unknown command and an unknown option are errors" {
	try scrim frobnicate
	[ "$status" != 0 ]
	[ -n "$stderr" ]
	try scrim create --frobnicate "$ID"
	[ "$status" != 0 ]
	[ -n "$stderr" ]
}

@test "options are taken with = and with one dash, before the id" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own option parser"
	try scrim create -bundle="$B" -no-new-keyring --pid-file="$T/pid" "$ID"
	succeeds
	rm "$T/pid"
	deleted
}

@test "features is JSON and names what works" {
	try scrim features
	succeeds
	jq -e '.ociVersionMin and .ociVersionMax' <<< "$output" > /dev/null
	jq -e '.mountOptions | index("rro") and index("tmpcopyup")' <<< "$output" > /dev/null
	jq -e '.linux.namespaces | index("mount")' <<< "$output" > /dev/null
	jq -e '.linux.mountExtensions.idmap.enabled' <<< "$output" > /dev/null
	jq -e '.hooks | index("createContainer")' <<< "$output" > /dev/null
}

@test "spec writes a configuration that runs" {
	mkdir "$B/new"
	cd "$B/new"
	try scrim spec
	succeeds
	jq -e '.ociVersion' config.json > /dev/null
	try scrim spec
	fails
	mv "$B/rootfs" .
	jq '.process.terminal = false | .process.args = ["/bin/echo", "hi"] |
		.process.rlimits = []' config.json > c && mv c config.json
	try scrim run -b . "$ID"
	[ "$status" = 0 ] || show "run"
	prints hi
}

@test "spec -b writes into the bundle" {
	rm "$B/config.json"
	try scrim spec -b "$B"
	succeeds
	jq -e '.root.path == "rootfs"' "$B/config.json" > /dev/null
}

# --- what a failure leaves ---------------------------------------------------

@test "a failing create leaves nothing, however late it fails" {
	cp "$B/config.json" "$T/good.json"
	for filter in \
		'.root.path = "nowhere"' \
		'.mounts += [{destination: "/a", type: "nonsensefs", source: "x"}]' \
		'.mounts += [{destination: "/a", source: "/no/source", options: ["bind"]}]' \
		'.linux.namespaces += [{type: "user"}]' \
		'.linux.sysctl = {"kernel.nonsense_of_ours": "1"}' \
		'.process.rlimits = [{type: "RLIMIT_NONSENSE", soft: 1, hard: 1}]' \
		'.linux.maskedPaths = ["relative"]' \
		'.hooks.createRuntime = [{path: "/bin/false"}]' \
		'.hooks.createContainer = [{path: "/bin/false"}]' \
		'.process.cwd = "relative"'; do
		cp "$T/good.json" "$B/config.json"
		config "$filter"
		try scrim create -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: $filter"
		for left in $(leftovers); do
			show "$filter left behind: $left"
		done
	done
	rm "$T/good.json"
}

@test "a failing start for a missing program tells so and leaves a stopped container" {
	args /bin/nothing-of-this-name
	try scrim create -b "$B" "$ID"
	if [ "$status" = 0 ]; then
		try scrim start "$ID"
		fails
		wait_until is_status "$ID" stopped
	fi
	says 'executable file not found in|[Nn]o such file or directory|open executable'
	deleted
}
