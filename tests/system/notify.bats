# SPDX-License-Identifier: Apache-2.0
#
# SPEC 171-177: system calls that an agent decides. The agent is agent.py; it
# writes down each message that it is sent, and answers mkdirat by an errno.

load lib

setup()
{
	test_open
	AGENT=$B/agent.sock SAID=$B/said
	: > "$SAID"
}

# agent [ERRNO]: begins to listen.
agent()
{
	background "$PYTHON" "$SYSTEM_DIR/agent.py" "$AGENT" "$SAID" "${1:-33}"
	wait_until test -S "$AGENT"
}

# notify NAME...: these calls are the agent's.
notify()
{
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $p,
		syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_NOTIFY"}]}' \
		--arg p "$AGENT" --args "$@"
}

# has_said N: so many messages came.
has_said()
{
	[ "$(wc -l < "$SAID")" = "$1" ]
}

# said FILTER: of the only message.
said()
{
	# the agent writes it down when the container may have ended
	wait_until has_said 1 > /dev/null
	jq -r "$1" "$SAID"
}

@test "an agent decides a system call of a container that is run" {
	agent
	notify mkdirat
	args /bin/probe call mkdir getppid
	runs
	is "$output" "mkdir EDOM
getppid ok"
	is "$(said .fds)" 1
	is "$(said .late)" 0
}

@test "an agent decides a system call of a container that is created and started" {
	agent
	notify mkdirat
	script 'probe call mkdir; exec sleep 100'
	created
	# Nobody has connected yet: an agent would wait for the message.
	is "$(cat "$SAID")" ""
	pid=$(pid_of "$ID")
	try scrim start "$ID"
	succeeds
	wait_until test -s "$SAID"
	is "$(said .message.pid)" "$pid"
	is "$(said .message.state.pid)" "$pid"
	deleted
}

@test "a process that joins has a connection of its own, and the same agent" {
	agent
	notify mkdirat
	args sleep 100
	started
	try scrim exec "$ID" /bin/probe call mkdir
	succeeds
	is "$output" "mkdir EDOM"
	wait_until has_said 2
	is "$(jq -r .message.state.status "$SAID" | tr '\n' ' ')" "created running "
	[ "$(tail -n 1 "$SAID" | jq .message.pid)" != "$(pid_of "$ID")" ] || show "the pid of the first"
	is "$(tail -n 1 "$SAID" | jq .message.state.pid)" "$(pid_of "$ID")"
	deleted
}

@test "the message is a container process state" {
	agent
	notify mkdirat
	config '.linux.seccomp.listenerMetadata = "some \"words\" of the engine" |
		.annotations["org.example.key"] = "value"'
	runs
	is "$(said '.message | keys_unsorted | join(" ")')" "ociVersion fds pid metadata state"
	is "$(said '.message.fds | join(" ")')" seccompFd
	is "$(said .message.metadata)" 'some "words" of the engine'
	is "$(said .message.ociVersion)" "$(jq -r .ociVersion "$B/config.json")"
	is "$(said .message.state.id)" "$ID"
	is "$(said .message.state.status)" created
	is "$(said .message.state.bundle)" "$B"
	is "$(said '.message.state.annotations["org.example.key"]')" value
}

@test "without metadata there is none in the message" {
	agent
	notify mkdirat
	runs
	is "$(said '.message | has("metadata")')" false
}

@test "calls that passing the listener on would take can be the agent's as well" {
	agent
	# whatever scrim-init does between the filter and the program
	notify execve sendmsg recvmsg write read close futex ioctl capset prctl \
		exit_group mmap poll userfaultfd sendto wait4 waitid
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir ok"
	rmdir "$B/rootfs/tmp/probe-dir"
	config '.process.noNewPrivileges = false'
	runs
	is "$output" "mkdir ok"
}

@test "everything can be the agent's" {
	agent
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_NOTIFY", listenerPath: $p}' --arg p "$AGENT"
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EDOM"
}

@test "a message that is larger than any buffer has its descriptor once" {
	agent
	notify mkdirat
	config '.annotations["org.example.large"] = ("x" * 700000)'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EDOM"
	is "$(said .fds)" 1
	is "$(said .late)" 0
	is "$(said '.message.state.annotations["org.example.large"] | length')" 700000
}

@test "a path that no UNIX address has room for is found" {
	deep=$B/$(printf 'a%.0s' {1..100})
	mkdir "$deep"
	AGENT=$deep/agent.sock
	agent
	notify mkdirat
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EDOM"
	rm "$AGENT"
}

@test "an agent decides for root of a user namespace, and for a user without rights" {
	agent
	notify mkdirat
	args /bin/probe call mkdir
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	runs
	is "$output" "mkdir EDOM"
	user_namespace
	config '.process.user = {uid: 0, gid: 0}'
	runs
	is "$output" "mkdir EDOM"
}

@test "the flag about killable waits goes with a listener" {
	agent
	notify mkdirat
	config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
		"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"]'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EDOM"
}

@test "run.oci.seccomp.receiver names the agent where listenerPath does not" {
	agent
	notify mkdirat
	config 'del(.linux.seccomp.listenerPath) |
		.annotations["run.oci.seccomp.receiver"] = $p' --arg p "$AGENT"
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EDOM"
	config 'del(.annotations["run.oci.seccomp.receiver"])'
	RUN_OCI_SECCOMP_RECEIVER=$AGENT runs
	is "$output" "mkdir EDOM"
	wait_until has_said 2
}

@test "without SCMP_ACT_NOTIFY the path is not looked at" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: "/nowhere"}'
	runs
}

@test "a path where nobody has a socket is refused at create, with its place" {
	notify mkdirat
	refused
	says "seccomp listener $AGENT: no agent has a socket there.*/linux/seccomp/listenerPath"
}

@test "an agent that has gone makes start an error, and the program does not run" {
	agent
	notify mkdirat
	args /bin/touch /ran
	created
	background_end
	try scrim start "$ID"
	fails
	says "connect to seccomp listener $AGENT"
	wait_until is_status "$ID" stopped
	[ ! -e "$B/rootfs/ran" ] || show "the program has run"
	deleted
	try scrim run -b "$B" "$ID"
	fails
	[ ! -e "$B/rootfs/ran" ] || show "the program has run"
}

@test "what the program is left with is no thread and no descriptor" {
	agent
	notify mkdirat
	script 'ls /proc/1/task | wc -l; exec probe fds'
	runs
	is "$(head -n 1 <<< "$output")" 1
	is "$(sed 1d <<< "$output" | cut -d' ' -f1 | tr '\n' ' ')" "0 1 2 "
}
