# SPDX-License-Identifier: Apache-2.0
#
# Engines decide by words: which error is harmless, which exit status a user
# sees, whether a container is gone. Each row of the tables below is a failure
# as an engine meets it, and the words of it that the engine looks for, letter
# by letter, in the log's one JSON object and on stderr alike.

load lib

# meet STATE: a container of that status, or none.
meet()
{
	case $1 in
	none) return ;;
	created) args /bin/sleep 100 && created ;;
	running) args /bin/sleep 100 && started ;;
	paused) args /bin/sleep 100 && started && scrim pause "$ID" ;;
	stopped)
		args /bin/true
		started
		wait_until is_status "$ID" stopped
		;;
	esac
}

# told WORDS: the log holds one object of the shape that engines decode, its
# message has the words, and so has stderr, after the program's name.
told()
{
	local words=$1 log=$T/log.json

	is "$(wc -l < "$log")" 1
	is "$(jq -r 'keys | join(" ")' "$log")" "level msg time"
	is "$(jq -r .level "$log")" error
	[[ $(jq -r .time "$log") =~ ^20[0-9-]{8}T[0-9:]{8}([.][0-9]+)?(Z|[+-][0-9:]+)$ ]] ||
		show "no time of RFC 3339: $(cat "$log")"
	[[ $(jq -r .msg "$log") == *"$words"* ]] || show "the log lacks \"$words\": $(cat "$log")"
	[[ $stderr == *"$words"* ]] || show "stderr lacks \"$words\""
	rm "$log"
}

# walk: reads rows "STATE | EXIT STATUS | COMMAND | WORDS"; @ is the id.
walk()
{
	local state code command words n=0

	while IFS='|' read -r state code command words; do
		meet "${state// /}"
		# shellcheck disable=SC2086
		eval "set -- ${command//@/$ID}"
		try scrim --log="$T/log.json" --log-format json "$@"
		[ "$status" = "${code// /}" ] || show "$* of a $state container: expected status $code"
		told "${words# }"
		try scrim delete --force "$ID"
		succeeds
		n=$((n + 1))
	done
	[ "$n" -gt 0 ]
}

@test "what a container is not, is said in the words of every engine" {
	walk <<- 'END'
		none    | 1 | state @                    | container does not exist
		none    | 1 | start @                    | container does not exist
		none    | 1 | kill @ 9                   | container does not exist
		none    | 1 | delete @                   | container does not exist
		stopped | 1 | kill @ 9                   | container not running
		stopped | 1 | kill @ TERM                | container not running
		created | 1 | create -b "$B" @           | container with given ID already exists
		running | 1 | run -b "$B" @              | container with given ID already exists
		none    | 1 | create -b "$B" a/b         | invalid container ID format
		none    | 1 | create -b "$B" ..          | invalid container ID format
		none    | 1 | state 'a b'                | invalid container ID format
		running | 1 | delete @                   | that is not stopped: running
		stopped | 1 | start @                    | cannot start a container that has stopped
		running | 1 | start @                    | cannot start an already running container
		running | 1 | kill @ NONSENSE            | unknown signal "NONSENSE"
		running | 1 | resume @                   | container not paused
		stopped | 1 | pause @                    | container not running
		stopped | 255 | exec @ /bin/true         | cannot exec in a stopped container
		none    | 255 | exec @ /bin/true         | container does not exist
		running | 255 | exec @ /bin/nothing      | no such file or directory
		running | 255 | exec @ nothing           | executable file not found in $PATH
		running | 255 | exec @ /bin              | permission denied
		paused  | 255 | exec @ /bin/true         | cannot exec in a paused container (use --ignore-paused to override)
		none    | 1 | update --memory 1 @        | container does not exist
		none    | 1 | ps @                       | container does not exist
		none    | 1 | events --stats @           | container does not exist
	END
}

@test "a program that is missing, or none, is told as exit status 127 and 126 ask for it" {
	printf '#!/no/interpreter\n' > "$B/rootfs/gap"
	printf '#!/bin/sh\r\necho\r\n' > "$B/rootfs/dos"
	echo text > "$B/rootfs/shut"
	chmod 755 "$B/rootfs/gap" "$B/rootfs/dos"
	# dynamically linked, and nothing that it needs is there
	cp -L "$(type -P env)" "$B/rootfs/loose"
	n=0
	while IFS='|' read -r program words; do
		args ${program// /}
		try scrim --log="$T/log.json" --log-format json run -b "$B" "$ID"
		fails
		told "${words# }"
		n=$((n + 1))
	done <<- 'END'
		nothing      | "nothing": executable file not found in $PATH
		/bin/nothing | "/bin/nothing": no such file or directory
		/shut        | "/shut": permission denied
		/bin         | "/bin": permission denied
		/gap         | "/gap": no such file or directory: its interpreter /no/interpreter is missing
		/dos         | "/dos": no such file or directory: its first line ends in a carriage return
		/loose       | "/loose": no such file or directory: its loader /lib
	END
	[ "$n" -gt 0 ]
}

@test "nothing but a missing program is called no such file or directory" {
	cp "$B/config.json" "$T/good.json"
	n=0
	while IFS='~' read -r filter words; do
		cp "$T/good.json" "$B/config.json"
		config "$filter"
		try scrim --log="$T/log.json" --log-format json create -b "$B" "$ID"
		fails
		told "${words# }"
		! grep -qiE 'no such file or directory|not found|open executable' "$ERR" ||
			show "an engine would take this for a missing program: $filter"
		n=$((n + 1))
	done <<- 'END'
		.root.path = "nowhere"~ nowhere
		.mounts += [{destination: "/a", source: "/no/source", options: ["bind"]}]~ /no/source
		.linux.namespaces |= map(select(.type != "ipc")) + [{type: "ipc", path: "/no/ipc"}]~ /no/ipc
		.linux.sysctl = {"kernel.nonsense_of_ours": "1"}~ kernel.nonsense_of_ours
		.hooks.createRuntime = [{path: "/no/hook"}]~ /no/hook
		.process.cwd = "/proc/nowhere"~ /proc/nowhere
	END
	[ "$n" -gt 0 ]
	rm "$T/good.json"
	try scrim --log="$T/log.json" --log-format json create -b "$T/no-bundle" "$ID"
	fails
	told no-bundle
	! grep -qi 'no such file or directory' "$ERR" || show "the bundle is no program"
}

@test "a forced delete of what is not there succeeds in silence" {
	try scrim --log="$T/log.json" --log-format json delete --force "$ID"
	succeeds
	is "$(cat "$T/log.json")" ""
	rm "$T/log.json"
}

@test "a success is silent for those who read stdout and stderr as one" {
	args /bin/sleep 100
	for command in "create -b $B" state start state "kill --all" delete; do
		[ "$command" != delete ] || wait_until is_status "$ID" stopped
		[ "$command" != "kill --all" ] || set -- 9
		try scrim $command "$ID" "$@"
		succeeds
		[ "$command" = state ] || is "$output" ""
		[ "$command" != state ] || jq -e .status <<< "$output" > /dev/null
		set --
	done
}
