# SPDX-License-Identifier: Apache-2.0
#
# SPEC 23-31, 58-68: the six kinds of hooks, in which order and namespaces
# they run, what stands on their stdin, and what their failure means.

load lib

KINDS="prestart createRuntime createContainer startContainer poststart poststop"

# hook KIND TEXT: a shell script as one more hook of that kind. It is found
# at the same place on the host and in the container, and calls busybox.
hook()
{
	config '.hooks[$k] += [{path: "/bin/sh", args: ["sh", "-c", $t],
		env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}]' --arg k "$1" --arg t "$2"
}

# journal: a file that hooks write to, on the host and in the container.
journal()
{
	: > "$B/journal"
	chmod 666 "$B/journal"
	mount_add /journal none "$B/journal" bind
}

# The host path for hooks in the runtime's namespaces, until pivot_root also
# for createContainer; inside it is /journal.
place_of()
{
	[ "$1" = startContainer ] && echo /journal || echo "$B/journal"
}

journal_hooks()
{
	local kind

	journal
	for kind in $KINDS; do
		hook "$kind" "$1 >> $(place_of "$kind")"
	done
}

@test "hooks run in the order of the life cycle, each kind in listed order" {
	journal
	for kind in poststop poststart startContainer createContainer createRuntime prestart; do
		hook "$kind" "echo $kind 1 >> $(place_of "$kind")"
		hook "$kind" "echo $kind 2 >> $(place_of "$kind")"
	done
	script 'echo program >> /journal; sleep 100'
	created
	is "$(cat "$B/journal")" "prestart 1
prestart 2
createRuntime 1
createRuntime 2
createContainer 1
createContainer 2"
	: > "$B/journal"
	try scrim start "$ID"
	succeeds
	wait_until file_says "$B/journal" program
	is "$(grep -v program "$B/journal")" "startContainer 1
startContainer 2
poststart 1
poststart 2"
	# poststart may come before or after the program's own line.
	is "$(sed -n 2p "$B/journal")" "startContainer 2"
	: > "$B/journal"
	deleted
	is "$(cat "$B/journal")" "poststop 1
poststop 2"
}

@test "run runs all six kinds" {
	journal
	for kind in $KINDS; do
		hook "$kind" "echo $kind >> $(place_of "$kind")"
	done
	script 'sleep 0.2; echo program >> /journal'
	runs
	is "$(cat "$B/journal")" "prestart
createRuntime
createContainer
startContainer
poststart
program
poststop"
}

@test "the state is on each hook's stdin" {
	journal
	config '.annotations = {"org.example.key": "value"}'
	for kind in $KINDS; do
		hook "$kind" "{ echo $kind; cat; echo; } >> $(place_of "$kind")"
	done
	args /bin/sleep 100
	created
	pid=$(pid_of "$ID")
	scrim start "$ID"
	wait_until file_says "$B/journal" poststart
	deleted
	for kind in $KINDS; do
		state=$(awk -v k="$kind" '$0 == k { on = 1; next } /^[a-zA-Z]+$/ { on = 0 } on' "$B/journal")
		is "$(jq -r .id <<< "$state")" "$ID"
		is "$(jq -r .bundle <<< "$state")" "$B"
		is "$kind $(jq -r .ociVersion <<< "$state")" "$kind 1.0.2"
		is "$(jq -r '.annotations["org.example.key"]' <<< "$state")" value
		got=$kind:$(jq -r .status <<< "$state"):$(jq -r .pid <<< "$state")
		case $kind in
		prestart | createRuntime)
			[[ $got == *:created:$pid || $got == *:creating:$pid && $SCRIM != *scrim ]] ;;
		createContainer) [[ $got =~ :creat(ing|ed):(0|1|$pid)$ ]] ;;
		startContainer) [[ $got =~ :created:(1|$pid)$ ]] ;;
		poststart) [[ $got == *:running:$pid ]] ;;
		poststop) [[ $got =~ :stopped:(0|null)$ ]] ;;
		esac || show "$got"
	done
}

@test "the state on stdin has the container's pid where the container looks" {
	[[ $SCRIM == *scrim ]] || skip "others give the host's pid"
	journal
	hook startContainer 'cat >> /journal'
	runs
	is "$(jq -r .pid "$B/journal")" 1
}

@test "a hook's environment is its own and nothing else" {
	journal
	config '.hooks.createRuntime = [{path: "/usr/bin/env", args: ["env"],
		env: ["A=1", "B=2"]}]'
	config '.hooks.createRuntime[0] |= {path: "/bin/sh", args: ["sh", "-c", $t],
		env: ["A=1", "B=2"]}' --arg t "/usr/bin/env > $B/journal"
	try env SECRET=1 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(grep -vE '^(PWD|SHLVL|_|OLDPWD)=' "$B/journal" | sort)" "A=1
B=2"
}

@test "a hook without env has the environment of who runs it, a startContainer hook that of the program" {
	[[ $SCRIM != *crun ]] || skip "crun adds words of its own"
	for kind in prestart createRuntime createContainer poststart poststop; do
		config ".hooks.$kind = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \$t]}]" \
			--arg t "echo $kind \$WORD >> $B/journal"
	done
	mkdir "$B/rootfs/out"
	config '.hooks.startContainer = [{path: "/bin/sh",
		args: ["sh", "-c", "echo $WORD $HOME > /out/it"]}] |
		.process.env += ["WORD=inside"]'
	try env WORD=outside $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(cat "$B/journal")" "prestart outside
createRuntime outside
createContainer outside
poststart outside
poststop outside"
	is "$(cat "$B/rootfs/out/it")" "inside /root"
}

@test "a hook whose env is empty has none" {
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", $t], env: []},
		{path: "/bin/true"}] | .hooks.createContainer = [.hooks.createRuntime[0]]' \
		--arg t "echo \"\${WORD-none}\" >> $B/journal"
	try env WORD=outside $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(cat "$B/journal")" "none
none"
}

@test "a hook's arguments begin with its name" {
	journal
	config '.hooks.createRuntime = [{path: "/bin/sh",
		args: ["name", "-c", $t, "zero", "one", ""]}]' \
		--arg t "echo \"\$0 \$1 \$#\" > $B/journal"
	runs
	is "$(cat "$B/journal")" "zero one 2"
}

@test "a hook without arguments gets its path as name" {
	cat > "$B/hook" <<-END
	#!/bin/sh
	echo "\$0 \$#" > $B/said
	END
	chmod +x "$B/hook"
	config '.hooks.createRuntime = [{path: $p}]' --arg p "$B/hook"
	runs
	is "$(cat "$B/said")" "$B/hook 0"
}

@test "prestart and createRuntime see the host, and the container as made" {
	journal
	host=$(readlink /proc/self/ns/mnt)
	for kind in prestart createRuntime; do
		hook "$kind" "readlink /proc/self/ns/mnt >> $B/journal
			pid=\$(tr , '\n' | sed -n 's/.*\"pid\": *\([0-9]*\).*/\1/p')
			readlink /proc/\$pid/ns/mnt >> $B/journal"
	done
	runs
	is "$(sed -n 1p "$B/journal")" "$host"
	is "$(sed -n 3p "$B/journal")" "$host"
	[ "$(sed -n 2p "$B/journal")" != "$host" ]
	is "$(sed -n 2p "$B/journal")" "$(sed -n 4p "$B/journal")"
}

@test "createRuntime finds the container's mounts made, before pivot_root" {
	# Engines attach mounts to the root file system's host path here.
	mount_add /volume tmpfs tmpfs
	mkdir -p "$B/rootfs/volume"
	: > "$B/seen"
	hook createRuntime "pid=\$(tr , '\n' | sed -n 's/.*\"pid\": *\([0-9]*\).*/\1/p')
		grep \" $B/rootfs/volume \" /proc/\$pid/mountinfo > $B/seen"
	runs
	[ -s "$B/seen" ] || show "no mount below the root's host path"
}

@test "createContainer runs in the container's namespaces before pivot_root" {
	journal
	: > "$B/seen"
	hook createContainer "{ readlink /proc/self/ns/uts; readlink /proc/self/ns/mnt
		ls $B/rootfs/bin/probe; grep -c ' $B/rootfs/proc ' /proc/self/mountinfo; } > $B/seen 2>&1"
	script 'readlink /proc/self/ns/uts; readlink /proc/self/ns/mnt'
	runs
	is "$(head -n 2 "$B/seen")" "$output"
	is "$(sed -n 3p "$B/seen")" "$B/rootfs/bin/probe"
	is "$(sed -n 4p "$B/seen")" 1
}

@test "what createContainer mounts is there for the program" {
	mkdir "$B/rootfs/late"
	echo text > "$B/file"
	hook createContainer "mount -t tmpfs late $B/rootfs/late && echo text > $B/rootfs/late/file"
	args cat /late/file
	runs
	is "$output" text
	[ ! -e "$B/rootfs/late/file" ]
}

@test "startContainer runs in the container, before the program" {
	hook startContainer 'readlink /proc/self/ns/mnt > /seen; hostname >> /seen; ls -d /bin/probe >> /seen'
	script 'cat /seen; readlink /proc/self/ns/mnt'
	runs
	is "$(sed -n 1p <<< "$output")" "$(tail -n 1 <<< "$output")"
	is "$(sed -n 2p <<< "$output")" gauze
	is "$(sed -n 3p <<< "$output")" /bin/probe
}

@test "poststart and poststop run in the runtime's namespaces" {
	journal
	for kind in poststart poststop; do
		hook "$kind" "readlink /proc/self/ns/mnt >> $B/journal"
	done
	runs
	is "$(sort -u "$B/journal")" "$(readlink /proc/self/ns/mnt)"
	is "$(wc -l < "$B/journal")" 2
}

@test "a hook that fails in create is an error, and poststop runs" {
	cp "$B/config.json" "$T/good.json"
	for kind in prestart createRuntime createContainer; do
		cp "$T/good.json" "$B/config.json"
		: > "$B/journal"
		hook "$kind" "echo cause >&2; exit 3"
		hook "$kind" "echo second >> $B/journal"
		hook poststop "echo poststop >> $B/journal"
		try scrim create -b "$B" "$ID"
		[ "$status" = 1 ] || show "$kind"
		says "$kind|hook"
		is "$(scrim list -q)" ""
		[[ $SCRIM != *scrim ]] || is "$(cat "$B/journal")" poststop
	done
	rm "$T/good.json"
}

@test "a hook that fails in start is an error and ends the container" {
	cp "$B/config.json" "$T/good.json"
	for kind in startContainer poststart; do
		cp "$T/good.json" "$B/config.json"
		: > "$B/journal"
		hook "$kind" "exit 3"
		hook poststop "echo poststop >> $B/journal"
		script 'sleep 100'
		created
		pid=$(pid_of "$ID")
		try scrim start "$ID"
		if [[ $SCRIM == *scrim ]]; then
			[ "$status" = 1 ] || show "$kind"
			says "$kind"
			wait_until is_gone "$pid"
		fi
		scrim delete --force "$ID"
		[[ $SCRIM != *scrim ]] || is "$(cat "$B/journal")" poststop
	done
	rm "$T/good.json"
}

@test "a failing startContainer hook keeps the program from running" {
	hook startContainer "exit 3"
	script 'echo ran > /ran'
	created
	try scrim start "$ID"
	[ "$status" != 0 ] || [[ $SCRIM != *scrim ]] || show "expected a failure"
	[ ! -e "$B/rootfs/ran" ]
	deleted
}

@test "a poststop hook that fails is a warning, and the others run" {
	: > "$B/journal"
	hook poststop "exit 3"
	hook poststop "echo second >> $B/journal"
	created
	try scrim delete "$ID"
	[ "$status" = 0 ] || show "delete"
	[[ $SCRIM != *scrim ]] || succeeds
	is "$(cat "$B/journal")" second
}

@test "a hook that does not exist is an error that names it" {
	config '.hooks.createRuntime = [{path: "/no/hook/here"}]'
	refused
	says '/no/hook/here'
	config '.hooks = {startContainer: [{path: "/no/hook/here"}]}'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
}

@test "delete --force gets through while a hook hangs in start or run" {
	[[ $SCRIM == *scrim ]] || skip "others wait"
	hook startContainer 'exec sleep 60'
	created
	background $SCRIM --root "$ROOT" start "$ID"
	wait_until starts_hook
	SECONDS=0
	deleted
	wait $! || true
	background $SCRIM --root "$ROOT" run -b "$B" "$ID"
	wait_until starts_hook
	try scrim delete --force "$ID"
	succeeds
	wait $! || true
	[ "$SECONDS" -lt 40 ]
	[ ! -e "$ROOT/$ID" ] || show "it is still there"
}

starts_hook()
{
	grep -qs '^sleep$' $(sed 's,.*,/proc/&/comm,' "$TEST_CGROUP/$ID/cgroup.procs" 2> /dev/null) /dev/null
}

@test "a hook is aborted after its timeout" {
	hook createRuntime 'exec sleep 60'
	config '.hooks.createRuntime[0].timeout = 1'
	SECONDS=0
	refused
	[ "$SECONDS" -lt 40 ]
	says 'time|hook'
}

# A set-user-ID program may make itself another user, whom the container's may
# not kill; scrim waited for it as long as it liked.
@test "a hook in the container that may not be killed is not waited for beyond its timeout" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	echo '#include <unistd.h>
		int main(void) { return setreuid(0, 0) ? 1 : pause(); }' > "$B/away.c"
	${SCRIM_CC:-cc} -static -o "$B/rootfs/bin/away" "$B/away.c"
	chmod 4755 "$B/rootfs/bin/away"
	config '.hooks.startContainer = [{path: "/bin/away", timeout: 1}] |
		.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {} | .process.noNewPrivileges = false'
	try timeout -s KILL 20 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	fails
	says 'hook /bin/away: it may not be killed: it took longer than 1 seconds'
}

# Its end of the pipe did not block: what found no room was lost, with the hook.
# And who read on as long as there was more never looked at the clock.
@test "a hook in the container may say as much as it likes, but no longer than its timeout" {
	hook startContainer 'head -c 300000 /dev/zero | tr "\0" x || exit 4; echo; echo last words >&2; exit 5'
	try scrim run -b "$B" "$ID"
	fails
	says 'exit status 5: .*last words'
	config 'del(.hooks)'
	hook startContainer 'head -c 300000 /dev/zero || exit 4'
	runs
	config 'del(.hooks)'
	hook startContainer 'while :; do echo "a line of many words, and then another one of them"; done'
	config '.hooks.startContainer[0].timeout = 1'
	try timeout -s KILL 20 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	fails
	says '/bin/sh: it took longer than 1 seconds'
}

@test "a hook within its timeout is left alone" {
	hook createRuntime 'sleep 0.3'
	config '.hooks.createRuntime[0].timeout = 30'
	SECONDS=0
	runs
	[ "$SECONDS" -lt 40 ]
}

@test "a hook that does not read its stdin is no error" {
	config '.annotations = ([range(0; 3000) | {key: "org.example.\(.)", value: ("x" * 50)}] | from_entries)'
	config '.hooks.createRuntime = [{path: "/bin/true"}] |
		.hooks.startContainer = [{path: "/bin/true"}]'
	runs
}

@test "a large state arrives whole on a hook's stdin" {
	config '.annotations = ([range(0; 3000) | {key: "org.example.\(.)", value: ("x" * 50)}] | from_entries)'
	hook createRuntime "cat > $B/seen"
	hook startContainer "cat > /seen"
	runs
	is "$(jq '.annotations | length' "$B/seen")" 3000
	is "$(jq '.annotations | length' "$B/rootfs/seen")" 3000
}

@test "hook paths must be absolute, timeouts above zero" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	config '.hooks.createRuntime = [{path: "bin/true"}]'
	refused
	says '/hooks/createRuntime/0'
	config '.hooks.createRuntime = [{path: "/bin/true", timeout: 0}]'
	refused
	says timeout
}

@test "hooks are given neither the runtime's descriptors nor its caller's" {
	hook createRuntime "ls /proc/self/fd | tr '\n' ' ' > $B/seen"
	hook startContainer "ls /proc/self/fd | tr '\n' ' ' > /seen"
	try scrim run -b "$B" "$ID" 7< /etc/passwd 9< /
	succeeds
	[[ $(cat "$B/seen") =~ ^0\ 1\ 2\ [0-9]+\ $ ]] || show "$(cat "$B/seen")"
	[[ $(cat "$B/rootfs/seen") =~ ^0\ 1\ 2\ [0-9]+\ $ ]] || show "$(cat "$B/rootfs/seen")"
}

@test "what a failing hook says on stderr is told" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	hook createRuntime 'echo the cause of it >&2; exit 3'
	refused
	says 'the cause of it|status 3|exit.* 3'
}
