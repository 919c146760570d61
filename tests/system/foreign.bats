# SPDX-License-Identifier: Apache-2.0
#
# What a script or an engine says to runc or crun, scrim understands: every
# option of their manual pages, in each of the ways that their parsers take.

load lib

# accepted COMMAND OPTIONS: parsed without complaint. --help behind them stops
# before anything is done, and is reached only if all before it was understood;
# so is the complaint that there is no criu.
accepted()
{
	try scrim "$@" --help
	[ "$status" = 0 ] || [[ $stderr == *"package "*criu* ]] || show "not understood: scrim $*"
}

@test "the options of runc's and crun's manual pages are accepted" {
	n=0
	while IFS='|' read -r command options; do
		command=${command// /}
		# shellcheck disable=SC2086
		[ "$command" != global ] || command=
		eval "accepted $command $options"
		n=$((n + 1))
	done <<- 'END'
		global | --debug --log $T/x --log=file:$T/x --log-format json --log-format=text --root /r --root=/r
		global | --systemd-cgroup --cgroup-manager=disabled --cgroup-manager cgroupfs --criu criu --log-level=warning
		global | --rootless true --rootless=False --rootless auto --rootless=1 --rootless T -root=/r -debug
		create | -b /b --bundle /b --bundle=/b -bundle /b -b=/b --console-socket s --pidfd-socket s --pid-file p
		create | --no-pivot --no-new-keyring --preserve-fds 3 --preserve-fds=3 -f c --config=c --no-subreaper
		run | -b /b --console-socket=s --pidfd-socket=s --pid-file=p --no-pivot --no-new-keyring --preserve-fds 0
		run | -d --detach --keep --no-subreaper -no-subreaper -f c --config c -detach=true
		delete | -f --force -force --force=true -r --regex
		kill | -a --all -all -r --regex
		list | -f json --format table --format=json -q --quiet
		spec | -b /b --bundle /b --rootless -f c --file=c
		ps | -f json --format table --format=json
		exec | --console-socket s --pidfd-socket s --cwd /c -e A=1 -e B=2 --env C=3 -t --tty -u 1:2 --user 1
		exec | -g 1 --additional-gids 2 -p f --process=f -d --detach --pid-file p --process-label l --apparmor a
		exec | --no-new-privs -c CAP_KILL --cap=CAP_CHOWN --preserve-fds 1 --cgroup x --ignore-paused -td
		events | --interval 5s --interval=1m --stats
		update | -r f --resources - --resources=f --blkio-weight 10 --cpu-period 1 --cpu-quota -1 --cpu-burst 1
		update | --cpu-share 1 --cpu-rt-period 1 --cpu-rt-runtime 1 --cpuset-cpus 0 --cpuset-mems 0 --cpu-idle 1
		update | --memory 1 --memory-reservation 1 --memory-swap -1 --pids-limit 1 --kernel-memory 1
		update | --kernel-memory-tcp 1 --l3-cache-schema s --mem-bw-schema s
		checkpoint | --image-path d --work-path d --parent-path d --leave-running --tcp-established --tcp-skip-in-flight
		checkpoint | --link-remap --ext-unix-sk --shell-job --lazy-pages --status-fd 3 --page-server a:1 --file-locks
		checkpoint | --pre-dump --manage-cgroups-mode soft --empty-ns network --auto-dedup
		restore | --image-path d --work-path d --tcp-established --ext-unix-sk --shell-job --file-locks -b /b -d --detach
		restore | --manage-cgroups-mode ignore --pid-file p --console-socket s --no-subreaper -no-subreaper --no-pivot
		restore | --empty-ns network --auto-dedup --lazy-pages --lsm-profile p --lsm-mount-context c --link-remap
		features |
		pause |
		resume |
		start |
		state |
	END
	[ "$n" -gt 30 ]
}

@test "help and version are found in each of their spellings" {
	for word in -h --help "-?" --usage; do
		try scrim "$word"
		succeeds
		[ -n "$output" ]
		try scrim state "$word"
		succeeds
		[ -n "$output" ]
	done
	for word in help h; do
		try scrim "$word" state
		succeeds
		shows '^usage: scrim state '
	done
	for word in -v -V --version; do
		try scrim "$word"
		succeeds
		shows '^spec: '
	done
}

@test "called as runc or crun the version begins with that name" {
	for name in runc crun; do
		ln -s "$(realpath "$(command -v "$SCRIM")")" "$TMPDIR/$name"
		try "$TMPDIR/$name" --version
		succeeds
		shows "^$name version [0-9]+[.][0-9]+"
		shows '^commit: '
		shows '^spec: [0-9]+[.][0-9]+[.][0-9]+$'
		rm "$TMPDIR/$name"
	done
}

@test "create and run hand a pidfd of the first process to a socket" {
	cat > "$T/take.py" <<- 'END'
		import array, os, socket, sys
		at, out = sys.argv[1:]
		s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
		os.chdir(os.path.dirname(at))
		s.bind("new")
		s.listen(1)
		os.rename("new", at)
		c = s.accept()[0]
		data, rest, flags, _ = c.recvmsg(4096, socket.CMSG_SPACE(4 * 8))
		fds = array.array("i")
		for level, kind, bytes_ in rest:
		    fds.frombytes(bytes_)
		for line in open("/proc/self/fdinfo/%d" % fds[0]):
		    if line.startswith("Pid:"):
		        pid = line.split()[1]
		open(out + ".new", "w").write("%d %d %s" % (len(data) > 0, len(fds), pid))
		os.rename(out + ".new", out)
	END
	args /bin/sleep 100
	long=$T/$(printf '%0100d' 0)
	mkdir "$long"
	for command in create "run -d"; do
		background "$PYTHON" "$T/take.py" "$long/socket" "$T/taken"
		wait_until test -S "$long/socket"
		try scrim $command -b "$B" --pidfd-socket "$long/socket" "$ID"
		succeeds
		wait_until test -e "$T/taken"
		is "$(cat "$T/taken")" "1 1 $(pid_of "$ID")"
		deleted
		rm "$T/taken" "$long/socket"
	done
	try scrim create -b "$B" --pidfd-socket "$long/nobody" "$ID"
	fails
	says 'pidfd socket .*nobody: not there'
	rm -r "$long" "$T/take.py"
}

@test "kill and delete take a pattern for many containers" {
	args /bin/sleep 100
	for id in "$ID-a" "$ID-b" "$ID-c"; do
		try scrim run -d -b "$B" "$id"
		succeeds
		# each has a cgroup of its own
		config '.linux.cgroupsPath += "x"'
	done
	try scrim kill --regex "^$ID-[ab]\$" KILL
	succeeds
	wait_until is_status "$ID-a" stopped
	wait_until is_status "$ID-b" stopped
	is "$(status_of "$ID-c")" running
	try scrim delete --regex "^$ID-"
	fails
	says "$ID-c.* that is not stopped: running"
	is "$(scrim list -q)" "$ID-c"
	try scrim delete --force --regex "$ID"
	succeeds
	try scrim delete --regex "nobody"
	succeeds
	try scrim delete --regex '('
	fails
	says 'regular expression'
}

# options_of PROGRAM [COMMAND]: what its --help lists, an option a line: each of
# its names, then = if it takes a value.
options_of()
{
	"$@" --help 2>&1 | sed -nE 's/^ +(-[^ ].*)$/\1/p' | sed -E 's/   *.*//' | awk '{
		gsub(/,/, "")
		value = /=|[^-]value/ && !/\[=/ ? " =" : ""
		for (i = 1; i <= NF; i++)
			if ($i ~ /^-/) { sub(/[[=].*/, "", $i); print $i value }
	}'
}

# value_of OPTION: one that its parser takes.
value_of()
{
	case $1 in
	--rootless) echo auto ;;
	--log) echo "$T/log" ;;
	--log-format) echo text ;;
	--format | -f) echo json ;;
	--cgroup-manager) echo cgroupfs ;;
	--manage-cgroups-mode) echo soft ;;
	--empty-ns) echo network ;;
	*) echo 1 ;;
	esac
}

# understands COMMAND: every option that $program lists for it, all in one line;
# those before any for "". The words for help would end it: they are tried above.
understands()
{
	local name value line=()

	while read -r name value; do
		[[ $name != --help && $name != --usage && $name != -[h?] ]] || continue
		n=$((n + 1))
		[ -z "$value" ] || value=$(value_of "$name")
		line+=("$name" ${value:+"$value"})
		[[ -z $value || $name != --* ]] || line+=("$name=$value")
	done < <(options_of "$program" ${1:+"$1"})
	accepted ${1:+"$1"} "${line[@]}"
}

@test "the runc and crun that are installed have no command and no option that scrim has not" {
	[[ $SCRIM == *scrim ]] || skip "about scrim's own options"
	# Another version may have learnt what nobody has seen yet.
	for program in runc:1.1 crun:1.8; do
		version=${program#*:} program=${program%:*} n=0
		"$program" --version 2> /dev/null | grep -q "^$program version ${version//./[.]}[.]" || continue
		seen+=" $program"
		understands ""
		for command in $("$program" --help | sed -nE '/^COMMANDS:/,/^$/s/^(   |\t)([a-z]+)(, [a-z])? .*/\2/p'); do
			understands "$command"
		done
		[ "$n" -gt 60 ] || show "only $n options of $program found"
	done
	[ -n "${seen-}" ] || skip "neither runc 1.1 nor crun 1.8 is installed"
}

@test "create, run and spec know crun's other names for the config" {
	cd "$B"
	try scrim spec -f other.json
	succeeds
	jq '.process.terminal = false | .process.args = ["/bin/echo", "other"] | .process.rlimits = []' other.json > o && mv o other.json
	for option in "-f other.json" "--config=$B/other.json"; do
		try scrim run -b "$B" $option "$ID"
		[ "$status" = 0 ] || show "run $option"
		prints other
	done
	try scrim create --config "$B/nowhere.json" "$ID"
	fails
	says 'nowhere[.]json'
	rm other.json
}

@test "run takes the container's orphans, or with --no-subreaper leaves them to the caller" {
	# Seen only where the processes are the host's.
	config '.linux.namespaces |= map(select(.type != "pid"))'
	script 'rm -f /done; (sh -c "sleep 0.2; cat /proc/\$(sed -n \"s/^PPid:.//p\" /proc/\$\$/status)/comm; touch /done" &)
		until [ -e /done ]; do sleep 0.1; done'
	runs
	prints "$(basename "${SCRIM%% *}")"
	try scrim run -no-subreaper -b "$B" "$ID"
	succeeds
	! grep -qx "$(basename "${SCRIM%% *}")" <<< "$output" || show "an orphan was taken"
	[ -n "$output" ]
}

@test "CRI-O's calls do what it looks for, though Debian has no package of it to ask" {
	script 'rm -f /ready; trap "exit 6" USR1; touch /ready; while :; do sleep 0.1; done'
	jq '.process | .args = ["/bin/sh", "-c", "until [ -e /ready ]; do sleep 0.1; done; echo inside; exit 3"]' "$B/config.json" > "$T/process.json"
	try scrim create --bundle "$B" --pid-file "$T/pid" "$ID"
	succeeds
	for command in start pause resume; do
		try scrim $command "$ID"
		succeeds
		is "$output$stderr" ""
	done
	try scrim exec --process "$T/process.json" "$ID"
	is "$status $output" "3 inside"
	scrim_update() { scrim update --resources - "$ID" <<< '{}'; }
	try scrim_update
	succeeds
	try scrim kill "$ID" USR1
	succeeds
	wait_until is_status "$ID" stopped
	try scrim kill "$ID" KILL
	fails
	says 'no such process|container not running|invalid process'
	try scrim kill -a "$ID" 9
	succeeds
	try scrim delete --force "$ID"
	succeeds
	try scrim delete --force "$ID"
	succeeds
	# what it decides by whether a mount can be rro or id-mapped
	try scrim features
	is "$(jq -c '[.ociVersionMin, .ociVersionMax | length > 0] + [(.mountOptions | index("rro") != null), .linux.mountExtensions.idmap.enabled]' <<< "$output")" \
		'[true,true,true,true]'
	rm "$T/pid" "$T/process.json"
}

@test "a tmpfs that is not told its mode has that of the directory that it covers" {
	mkdir "$B/rootfs/closed" "$B/rootfs/open"
	chmod 2710 "$B/rootfs/closed"
	chmod 1777 "$B/rootfs/open"
	for path in /closed /open /missing; do
		config '.mounts += [{destination: $p, type: "tmpfs", source: "tmpfs"}]' --arg p $path
	done
	config '.mounts += [{destination: "/root", type: "tmpfs", source: "tmpfs", options: ["mode=705"]}]'
	args /bin/stat -c '%n %a' /closed /open /missing /root
	runs
	is "$output" $'/closed 2710\n/open 1777\n/missing 1777\n/root 705'
}
