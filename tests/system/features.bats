# SPDX-License-Identifier: Apache-2.0
#
# SPEC 184-196: what the features document lists is true. Each word of its
# lists is put into a configuration that has to run; the options of mounts have
# a file of their own, flags.bats. Then the messages that a caller asks for.

load lib

# listed FILTER: the words of a list of the document, one line each.
listed()
{
	scrim features | jq -r "$1[]"
}

# agent: who is asked by SCMP_ACT_NOTIFY; its socket is in the bundle.
agent()
{
	background "$PYTHON" "$SYSTEM_DIR/agent.py" "$B/agent.sock" "$B/said"
	wait_until test -S "$B/agent.sock"
}

# each LIST FILTER: a run for each word of the list, which the filter has as $w.
each()
{
	local word words base

	words=$(listed "$1")
	[ -n "$words" ] || show "$1 is empty"
	args echo "it runs"
	base=$(cat "$B/config.json")
	for word in $words; do
		jq --arg w "$word" "$2" <<< "$base" > "$B/config.json"
		try scrim run -b "$B" "$ID"
		[ "$status:$output" = "0:it runs" ] || show "$word"
		is "$stderr" ""
	done
}

@test "every namespace that features lists is made" {
	each .linux.namespaces '.linux.namespaces |= (map(select(.type != $w)) + [{type: $w}]) |
		if $w == "user" then .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1000}] |
			.linux.gidMappings = .linux.uidMappings else . end'
}

@test "every capability that features lists can be had" {
	each .linux.capabilities '.process.capabilities = {bounding: [$w], effective: [$w],
		permitted: [$w], inheritable: [$w], ambient: [$w]}'
}

@test "every action of seccomp that features lists is taken" {
	agent
	each .linux.seccomp.actions '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: "agent.sock", syscalls: [{names: ["acct"], action: $w}]}'
}

@test "every architecture of seccomp that features lists is taken" {
	each .linux.seccomp.archs '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: [$w],
		syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}'
}

@test "every operator of seccomp that features lists is taken" {
	each .linux.seccomp.operators '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO",
		args: [{index: 0, value: 1, valueTwo: 1, op: $w}]}]}'
}

@test "every flag of seccomp that features calls supported is taken" {
	agent
	each .linux.seccomp.supportedFlags '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		flags: [$w], listenerPath: "agent.sock", syscalls: [{names: ["acct"],
		action: (if $w | test("RECV") then "SCMP_ACT_NOTIFY" else "SCMP_ACT_ERRNO" end)}]}'
}

@test "every flag of seccomp that is known is supported" {
	is "$(listed .linux.seccomp.knownFlags)" "$(listed .linux.seccomp.supportedFlags)"
}

@test "every mode and flag of memory policies that features lists is taken" {
	[ -e /sys/devices/system/node/node0 ] || skip "this kernel has no memory nodes"
	# MPOL_WEIGHTED_INTERLEAVE came with Linux 6.9
	printf '%s\n' 6.9 "$(uname -r)" | sort -V -C || skip "this kernel is too old for all of them"
	each .linux.memoryPolicy.modes '.linux.memoryPolicy = {mode: $w} |
		if ($w | IN("MPOL_DEFAULT", "MPOL_LOCAL")) then . else .linux.memoryPolicy.nodes = "0" end'
	each .linux.memoryPolicy.flags '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: [$w]}'
}

# What each does is in flags.bats, mounts.bats and propagation.bats; iversion is
# the filesystem's to refuse there.
@test "every option of a mount that features lists is taken" {
	mkdir "$B/source"
	each '.mountOptions | map(select(. != "iversion"))' '.mounts += [{destination: "/mnt"} +
		if $w | test("^r?(bind|idmap)$|nofollow$|private|slave|shared|unbindable")
		then {source: "source", options: ["bind", $w]}
		elif $w == "remount" then {destination: "/", options: ["bind", $w]}
		else {type: "tmpfs", source: "tmpfs", options: [$w]} end] |
		if $w | test("idmap$") then .mounts[-1] += {uidMappings: [{containerID: 0, hostID: 0, size: 1000}],
			gidMappings: [{containerID: 0, hostID: 0, size: 1000}]} else . end'
}

@test "every kind of hook that features lists runs" {
	each .hooks '.hooks = {($w): [{path: "/bin/true"}]}'
}

# --- messages that a caller asks for -------------------------------------------

@test "warnings are for those who ask for them, by --log-level" {
	config '.process.capabilities.bounding += ["CAP_OF_TOMORROW"]'
	args true
	runs
	is "$stderr" ""
	runs_with()
	{
		try scrim "$@" run -b "$B" "$ID"
		[ "$status" = 0 ] || show "$*"
	}
	for level in error warning info debug; do
		runs_with --log-level "$level"
		count=$(grep -c 'warning: .*CAP_OF_TOMORROW' <<< "$stderr") || true
		is "$count" "$([ $level = error ] && echo 0 || echo 1)"
	done
	runs_with --log "$T/log" --log-format json --debug
	is "$stderr" ""
	is "$(jq -r 'select(.msg | test("CAP_OF_TOMORROW")).level' "$T/log")" warning
	rm "$T/log"
	runs_with --log "$T/log" --log-format text --log-level=warning
	grep -qE '^time="[^"]+" level=warning msg=".*CAP_OF_TOMORROW' "$T/log" || show "$(cat "$T/log")"
	rm "$T/log"
}

@test "--debug names the hooks as they run" {
	config '.hooks = {createRuntime: [{path: "/bin/true"}]}'
	args true
	try scrim --debug run -b "$B" "$ID"
	[ "$status" = 0 ] || show run
	says 'createRuntime hook /bin/true'
}

@test "a level or a format that does not exist is an error that names the choices" {
	try scrim --log-level loud list
	fails
	says '"loud" is none of error, warning, info, debug'
	try scrim --log-format xml list
	fails
	says '"xml" is none of text, json'
}
