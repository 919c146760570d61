# SPDX-License-Identifier: Apache-2.0
#
# exec: what a further process of a container is, for whoever types its
# options and for engines that hand over a process file; what it inherits;
# what it says when it fails; and that nothing of it is left. SPEC 101.

load lib

# running [OPTION...]: a container whose first process sleeps.
running()
{
	args /bin/sleep 1000
	started "$@"
}

# execs WORD...: exec with these words succeeds.
execs()
{
	try scrim exec "$@"
	succeeds
}

# exec_fails WORD...: exec itself fails, with its own status.
exec_fails()
{
	try scrim exec "$@"
	fails 255
}

# process FILTER [JQ OPTION...]: the bundle's process section, changed, as a
# file for --process.
process()
{
	local filter=$1

	shift
	jq ".process | $filter" "$B/config.json" "$@" > "$B/process.json"
}

# --- which process it is -----------------------------------------------------

@test "a program runs in all namespaces of the container" {
	running
	execs "$ID" /bin/sh -c 'for ns in pid net ipc uts mnt cgroup; do readlink /proc/self/ns/$ns; done'
	pid=$(pid_of "$ID")
	is "$output" "$(for ns in pid net ipc uts mnt cgroup; do readlink "/proc/$pid/ns/$ns"; done)"
	execs "$ID" /bin/hostname
	prints gauze
	deleted
}

@test "it is seen in the container's pid namespace, a child of nobody there" {
	running
	execs "$ID" /bin/sh -c 'echo $PPID; ls -d /proc/1'
	prints 0
	prints /proc/1
	deleted
}

@test "it leads a session of its own and has no handler or blocked signal" {
	running
	try sh -c 'trap "" INT QUIT USR1; exec "$@"' sh $SCRIM --root "$ROOT" \
		exec "$ID" /bin/sh -c 'cat /proc/self/status; echo $$ $(sed "s/.*) //" /proc/$$/stat)'
	succeeds
	status_has SigIgn 0000000000000000
	status_has SigBlk 0000000000000000
	# pid, state, parent, group, session
	is "$(tail -n 1 <<< "$output" | awk '{ print ($1 == $5) }')" 1
	deleted
}

@test "it is born in the container's cgroup" {
	[[ $SCRIM != *disabled* ]] || skip "no cgroup"
	running
	config '.linux.namespaces |= map(select(.type != "cgroup"))'
	execs "$ID" /bin/cat /proc/self/cgroup
	# Seen from the container's own cgroup namespace.
	prints 0::/
	try scrim exec --detach --pid-file "$T/tmp/pid" "$ID" /bin/sleep 1000
	is "$(sed -n 's/^0:://p' "/proc/$(cat "$T/tmp/pid")/cgroup")" "${TEST_CGROUP#"$CGROUP"}/$ID"
	rm "$T/tmp/pid"
	deleted
}

@test "a created container takes a program, too" {
	args /bin/true
	created
	execs "$ID" /bin/echo early
	prints early
	is "$(status_of "$ID")" created
	deleted
}

@test "the container's status is not changed by it" {
	running
	before=$(ls -lA "$ROOT/$ID"; scrim state "$ID")
	execs "$ID" /bin/true
	is "$(ls -lA "$ROOT/$ID"; scrim state "$ID")" "$before"
	deleted
}

# --- what it inherits --------------------------------------------------------

@test "what is not said is as in the container's process" {
	config '.process.env += ["MARK=own"] | .process.cwd = "/home" |
		.process.user = {uid: 1000, gid: 1000, umask: 23, additionalGids: [50, 60]} |
		.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 99, hard: 100}] |
		.process.oomScoreAdj = 321'
	running
	execs "$ID" /bin/sh -c 'echo $MARK; pwd; id; umask; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj'
	is "$output" "own
/home
uid=1000(walter) gid=1000(walter) groups=50(staff),60
0027
99
100
321"
	deleted
}

@test "capabilities and noNewPrivileges are those of the container" {
	running
	execs "$ID" /bin/cat /proc/self/status
	inside=$(grep -E '^(Cap|NoNew)' <<< "$output")
	is "$inside" "$(grep -E '^(Cap|NoNew)' "/proc/$(pid_of "$ID")/status")"
	deleted
}

@test "the container's filter holds, from the cache or without it" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	running
	rm -r "$ROOT/.seccomp"
	execs "$ID" /bin/sh -c 'probe call mkdir; grep Seccomp: /proc/self/status'
	shows '^(mkdir )?EDOM'
	shows 'Seccomp:.*2'
	config '.process.noNewPrivileges = false'
	deleted
}

@test "the filter is loaded where noNewPrivileges is not set" {
	config '.process.noNewPrivileges = false | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	running
	execs "$ID" /bin/sh -c 'probe call mkdir; cat /proc/self/status'
	shows '^(mkdir )?EDOM'
	is "$(grep Cap <<< "$output")" "$(grep Cap "/proc/$(pid_of "$ID")/status")"
	deleted
}

@test "the personality is the container's" {
	config '.linux.personality = {domain: "LINUX32"}'
	running
	execs "$ID" /bin/probe personality
	inside=$output
	config '.linux.personality = {domain: "LINUX"}'
	[ -n "$inside" ]
	shows 8
	deleted
}

@test "a change of config.json after create does not matter" {
	running
	config '.process.env = ["MARK=changed"] | .process.cwd = "/tmp"'
	execs "$ID" /bin/sh -c 'echo "$MARK"; pwd'
	is "$output" "
/"
	rm "$B/config.json"
	execs "$ID" /bin/true
	deleted
}

@test "it joins the session keyring of the container" {
	running
	execs "$ID" /bin/probe keyring
	shows "_ses.$ID"
	deleted
}

@test "it leaves the caller's keyring where create did" {
	running --no-new-keyring
	execs "$ID" /bin/probe keyring
	hides "_ses.$ID"
	deleted
}

# --- options -----------------------------------------------------------------

@test "--user takes a uid, or a uid and a gid" {
	running
	execs --user 1000 "$ID" /bin/sh -c 'id -u; id -g'
	is "$output" "1000
0"
	execs -u 1000:50 "$ID" /bin/sh -c 'id -u; id -g; echo $HOME'
	is "$output" "1000
50
/home/walter"
	deleted
}

@test "--additional-gids come beside the process's own" {
	config '.process.user.additionalGids = [50]'
	running
	execs -g 7 --additional-gids 8 "$ID" /bin/cat /proc/self/status
	status_has Groups '7 8 50'
	deleted
}

@test "--env sets a variable, and replaces the one of that name" {
	running
	execs -e A=1 --env TERM=other -e A=2 -e E= "$ID" /bin/env
	is "$(grep -E '^(A|E|TERM|PATH)=' <<< "$output" | sort)" "A=2
E=
PATH=/bin:/sbin
TERM=other"
	deleted
}

@test "--cwd is the working directory" {
	running
	execs --cwd /tmp "$ID" /bin/pwd
	prints /tmp
	exec_fails --cwd /nowhere "$ID" /bin/pwd
	says 'cwd /nowhere'
	exec_fails --cwd tmp "$ID" /bin/pwd
	says 'not an absolute path'
	deleted
}

@test "--cap adds to bounding, effective and permitted alone" {
	running
	execs --cap CAP_SYS_CHROOT -c net_raw "$ID" /bin/cat /proc/self/status
	before=$(grep CapPrm "/proc/$(pid_of "$ID")/status" | cut -f2)
	wanted=$(printf '%016x' $((0x$before | 1 << 18 | 1 << 13)))
	status_has CapPrm "$wanted"
	status_has CapEff "$wanted"
	status_has CapBnd "$wanted"
	status_has CapInh 0000000000000000
	status_has CapAmb 0000000000000000
	deleted
}

@test "--no-new-privs is set for this process alone" {
	config '.process.noNewPrivileges = false'
	running
	execs "$ID" /bin/cat /proc/self/status
	status_has NoNewPrivs 0
	execs --no-new-privs "$ID" /bin/cat /proc/self/status
	status_has NoNewPrivs 1
	deleted
}

@test "--preserve-fds passes as many from 3 on, where they are open, and nothing else" {
	running
	echo text > "$T/tmp/three"
	try sh -c 'exec "$@" 3< '"$T/tmp/three"' 4< /dev/null 5< /etc 9< /etc' sh \
		$SCRIM --root "$ROOT" exec --preserve-fds 2 "$ID" /bin/probe fds
	succeeds
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 3 4 "
	rm "$T/tmp/three"
	try sh -c 'exec "$@" 5< /etc' sh $SCRIM --root "$ROOT" exec --preserve-fds 4 "$ID" /bin/probe fds
	succeeds
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 5 "
	deleted
}

@test "flags end at the container's name" {
	running
	execs "$ID" /bin/echo -t --cwd x
	prints '-t --cwd x'
	execs "$ID" -- /bin/echo -- -t
	prints '-- -t'
	deleted
}

@test "--cgroup names one below the container's" {
	[[ $SCRIM != *disabled* ]] || skip "no cgroup"
	running
	mkdir "$TEST_CGROUP/$ID/sub"
	execs --cgroup sub "$ID" /bin/cat /proc/self/cgroup
	prints 0::/sub
	execs --cgroup /sub "$ID" /bin/cat /proc/self/cgroup
	prints 0::/sub
	execs --cgroup :sub "$ID" /bin/cat /proc/self/cgroup
	prints 0::/sub
	execs --cgroup / "$ID" /bin/cat /proc/self/cgroup
	prints 0::/
	exec_fails --cgroup missing "$ID" /bin/true
	says 'missing'
	exec_fails --cgroup cpu:sub "$ID" /bin/true
	says 'give the path alone'
	deleted
}

# A controller that can be given away down to the test's cgroup, or nothing.
controller()
{
	local at=$CGROUP part each

	for each in pids cpu memory cpuset io hugetlb; do
		grep -qw "$each" "$CGROUP/cgroup.controllers" && break
	done
	grep -qw "$each" "$CGROUP/cgroup.controllers" || return 0
	grep -qw "$each" "$FILE_CGROUP/cgroup.controllers" && echo "$each"
}

@test "where the container's cgroup is only a parent, its first process's is taken" {
	[[ $SCRIM != *disabled* ]] || skip "no cgroup"
	each=$(controller)
	[ -n "$each" ] || skip "no controller of cgroup v2 reaches the test's cgroup"
	running
	here=$TEST_CGROUP/$ID
	mkdir "$here/init"
	pid_of "$ID" > "$here/init/cgroup.procs"
	# The test itself must leave its cgroup for that.
	echo $$ > "$CGROUP/cgroup.procs"
	echo "+$each" > "$FILE_CGROUP/cgroup.subtree_control"
	echo "+$each" > "$TEST_CGROUP/cgroup.subtree_control"
	echo "+$each" > "$here/cgroup.subtree_control"
	execs "$ID" /bin/cat /proc/self/cgroup
	prints 0::/init
	exec_fails --cgroup / "$ID" /bin/true
	says 'clone3'
	deleted
}

# --- a process file ----------------------------------------------------------

@test "--process says all of it" {
	running
	process '.args = ["/bin/sh", "-c", "id -u; pwd; echo $MARK"] | .env = ["MARK=file"] |
		.cwd = "/tmp" | .user = {uid: 1000, gid: 1000}'
	execs --process "$B/process.json" "$ID"
	is "$output" "1000
/tmp
file"
	(cd "$B" && scrim exec -p process.json "$ID" > /dev/null)
	deleted
}

@test "options and words change what the file says" {
	running
	process '.args = ["/bin/false"] | .user = {uid: 1000, gid: 1000}'
	execs -p "$B/process.json" -u 7:8 --cwd /home "$ID" /bin/sh -c 'id -u; id -g; pwd'
	is "$output" "7
8
/home"
	deleted
}

@test "a file that is silent about privileges gives the container's, no more" {
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 99, hard: 100}]'
	running
	echo '{"cwd": "/", "args": ["/bin/sh", "-c", "cat /proc/self/status; ulimit -n"]}' > "$B/process.json"
	execs -p "$B/process.json" "$ID"
	is "$(grep -E '^(Cap|NoNew)' <<< "$output")" \
		"$(grep -E '^(Cap|NoNew)' "/proc/$(pid_of "$ID")/status")"
	prints 99
	deleted
}

@test "mistakes of a process file are told all at once, with their places" {
	running
	process '.cwd = "tmp" | .rlimits = [{type: "RLIMIT_NOTHING", soft: 1, hard: 1}]'
	exec_fails -p "$B/process.json" "$ID"
	says 'process.json has 2 problems'
	says 'process.json:[0-9]+:[0-9]+: /cwd: '
	says 'process.json:[0-9]+:[0-9]+: /rlimits/0/type: '
	echo '{"cwd": ' > "$B/process.json"
	exec_fails -p "$B/process.json" "$ID"
	says 'process.json:'
	exec_fails -p "$B/nothing.json" "$ID"
	says '"--process".*nothing.json'
	deleted
}

# --- status and signals ------------------------------------------------------

@test "the status is the program's, or 128 and the signal" {
	running
	try scrim exec "$ID" /bin/probe exit 7
	is "$status" 7
	is "$stderr" ""
	try scrim exec "$ID" /bin/probe raise 15
	is "$status" 143
	try scrim exec "$ID" /bin/sh -c 'kill -KILL $$'
	is "$status" 137
	deleted
}

@test "signals are handed to the program, and to no other" {
	running
	background $SCRIM --root "$ROOT" exec "$ID" /bin/probe catch
	pid=$!
	wait_until file_says "$T/background" ready
	kill -USR1 $pid
	wait_until file_says "$T/background" '^10$'
	kill -TERM $pid
	wait_until file_says "$T/background" '^15$'
	is "$(status_of "$ID")" running
	deleted
}

@test "stdin, stdout and stderr are the caller's" {
	running
	echo words > "$T/tmp/in"
	INPUT=$T/tmp/in try scrim exec "$ID" /bin/sh -c 'cat; echo err >&2'
	is "$output" words
	is "$stderr" err
	rm "$T/tmp/in"
	deleted
}

@test "--detach returns at once, and the program goes to the caller's reaper" {
	running
	cat > "$T/reaper.py" <<-'END'
	import ctypes, os, subprocess, sys
	ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
	assert subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode == 0
	text = open(sys.argv[sys.argv.index("--pid-file") + 1]).read()
	assert text.isdigit(), repr(text)
	pid, status = os.waitpid(int(text), 0)
	print("status", os.waitstatus_to_exitcode(status))
	try:
	    os.waitpid(-1, os.WNOHANG)
	    print("more children")
	except ChildProcessError:
	    print("no other child")
	END
	try timeout 20 $PYTHON "$T/reaper.py" $SCRIM --root "$ROOT" exec --detach --pid-file "$T/tmp/pid" "$ID" /bin/probe exit 9
	rm "$T/reaper.py"
	[ "$status" = 0 ] || show "the reaper"
	prints 'status 9'
	prints 'no other child'
	is "$(ls -A "$T/tmp")" pid
	rm "$T/tmp/pid"
	deleted
}

@test "a detached program is a process of the container until that ends" {
	running
	execs -d --pid-file "$T/tmp/pid" "$ID" /bin/sleep 1000
	pid=$(cat "$T/tmp/pid")
	is "$(readlink "/proc/$pid/ns/pid")" "$(readlink "/proc/$(pid_of "$ID")/ns/pid")"
	rm "$T/tmp/pid"
	deleted
	wait_until is_gone "$pid"
}

@test "a pid file that cannot be written is an error before the program runs" {
	running
	exec_fails -d --pid-file "$T/nowhere/pid" "$ID" /bin/touch /tmp/ran
	says 'pid file .*/nowhere/pid'
	[ ! -e "$B/rootfs/tmp/ran" ] || show "the program ran"
	exec_fails -d --pid-file "$T/tmp/pid" "$ID" /bin/nothing
	is "$(ls -A "$T/tmp")" ""
	deleted
}

# --- refusals ----------------------------------------------------------------

@test "a container that is not there, or has stopped" {
	exec_fails "$ID" /bin/true
	says 'container does not exist'
	args /bin/true
	started
	wait_until is_status "$ID" stopped
	exec_fails "$ID" /bin/true
	says 'cannot exec in a stopped container'
	deleted
}

@test "a paused container is refused in runc's words, unless asked" {
	[[ $SCRIM != *disabled* ]] || skip "no cgroup"
	running
	echo 1 > "$TEST_CGROUP/$ID/cgroup.freeze"
	wait_until is_status "$ID" paused
	exec_fails "$ID" /bin/true
	says 'cannot exec in a paused container \(use --ignore-paused to override\)'
	background $SCRIM --root "$ROOT" exec --ignore-paused "$ID" /bin/echo thawed
	sleep 0.3
	is "$(cat "$T/background")" ""
	echo 0 > "$TEST_CGROUP/$ID/cgroup.freeze"
	wait_until file_says "$T/background" '^thawed$'
	deleted
}

@test "a missing program and one that cannot be executed have their own words" {
	running
	exec_fails "$ID" nothing
	says 'exec: "nothing": executable file not found in \$PATH'
	exec_fails "$ID" /bin/nothing
	says 'exec: "/bin/nothing": no such file or directory'
	echo text > "$B/rootfs/text"
	exec_fails "$ID" /text
	says 'exec: "/text": permission denied'
	deleted
}

@test "no program at all is an error" {
	running
	exec_fails "$ID"
	says 'no program is given'
	deleted
}

@test "an error is one JSON object in the log" {
	running
	try scrim --log "$T/tmp/log" --log-format json exec "$ID" nothing
	fails 255
	is "$(jq -r .level "$T/tmp/log")" error
	jq -e '.msg | test("executable file not found")' "$T/tmp/log" > /dev/null
	jq -e '.time | fromdateiso8601? // (.[0:19] + "Z" | fromdateiso8601)' "$T/tmp/log" > /dev/null
	rm "$T/tmp/log"
	deleted
}

@test "all of exec's own failures have its status, early ones too" {
	running
	try scrim --log /nowhere/log exec "$ID" /bin/true
	fails 255
	says /nowhere/log
	exec_fails --nothing "$ID" /bin/true
	exec_fails
	mv "$ROOT/$ID/state.json" "$T/tmp/state.json"
	mkdir "$ROOT/$ID/state.json"
	exec_fails "$ID" /bin/true
	says state.json
	rmdir "$ROOT/$ID/state.json"
	mv "$T/tmp/state.json" "$ROOT/$ID/state.json"
	execs "$ID" /bin/true
	deleted
}

@test "bad words are refused before anything happens" {
	running
	for words in "--user x" "--user 1:" "--additional-gids -1" "--additional-gids 1x" "--env X" "--env =X" \
		"--cap CAP_NOTHING" "--cwd x" "--cgroup .." "--preserve-fds -1" "--console-socket $T/nobody"; do
		try scrim exec $words "$ID" /bin/touch /tmp/ran
		fails 255
		[ ! -e "$B/rootfs/tmp/ran" ] || show "$words: the program ran"
	done
	deleted
}

# --- terminals and sockets ---------------------------------------------------

# receiver FILE: a socket at $T/receiver; what arrives is described in FILE.
receiver()
{
	cat > "$T/receiver.py" <<-'END'
	import array, os, socket, sys, termios, fcntl
	server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
	server.bind(sys.argv[1] + ".new")
	server.listen(1)
	os.rename(sys.argv[1] + ".new", sys.argv[1])
	out = open(sys.argv[2], "w")
	peer = server.accept()[0]
	data, anc, flags, _ = peer.recvmsg(4096, socket.CMSG_SPACE(64 * 4))
	fds = array.array("i")
	for level, kind, payload in anc:
	    fds.frombytes(payload[:len(payload) // 4 * 4])
	print("descriptors", len(fds), "bytes", 0 < len(data) < 4096, file=out)
	print("link", os.readlink("/proc/self/fd/%d" % fds[0]), file=out)
	for line in open("/proc/self/fdinfo/%d" % fds[0]):
	    if line.startswith("Pid:"):
	        print("pid", line.split()[1], file=out)
	print("then", "nothing" if not peer.recv(1) else "more", file=out)
	out.flush()
	try:
	    while True:
	        part = os.read(fds[0], 4096)
	        if not part:
	            break
	        out.write(part.decode())
	        out.flush()
	except OSError:
	    pass
	print("end", file=out, flush=True)
	END
	background $PYTHON "$T/receiver.py" "$T/receiver" "$1"
	wait_until test -S "$T/receiver"
}

received()
{
	wait_until file_says "$1" '^end'
	output=$(tr -d '\r' < "$1")
	rm -f "$T/receiver" "$T/receiver.py" "$1"
}

@test "a detached terminal goes to the console socket, and /dev/console is left alone" {
	running
	receiver "$T/seen"
	execs -d -t --console-socket "$T/receiver" "$ID" /bin/sh -c 'probe winsize; probe session; ls /dev/console; exit'
	received "$T/seen"
	prints 'descriptors 1 bytes True'
	shows '^link .*ptmx'
	prints 'then nothing'
	shows 'tty=/dev/pts/0 ctty=ok'
	deleted
}

@test "a terminal that nobody would take is refused" {
	running
	exec_fails -d -t "$ID" /bin/true
	says 'console-socket'
	exec_fails --console-socket "$T/nobody" "$ID" /bin/true
	says 'console-socket'
	exec_fails -t --console-socket "$T/nobody" "$ID" /bin/true
	says nobody
	deleted
}

@test "--pidfd-socket gets a pidfd of the program, for exec, create and run" {
	running
	receiver "$T/seen"
	execs -d --pid-file "$T/tmp/pid" --pidfd-socket "$T/receiver" "$ID" /bin/sleep 1000
	received "$T/seen"
	prints 'descriptors 1 bytes True'
	prints "pid $(cat "$T/tmp/pid")"
	prints 'then nothing'
	rm "$T/tmp/pid"
	deleted
	receiver "$T/seen"
	created --pidfd-socket "$T/receiver"
	pid=$(pid_of "$ID")
	received "$T/seen"
	prints "pid $pid"
	deleted
	# not gone before the receiver has looked
	args /bin/sleep 1
	receiver "$T/seen"
	runs --pidfd-socket "$T/receiver"
	received "$T/seen"
	shows '^pid [0-9]+'
}

@test "the annotation run.oci.pidfd_receiver does the same" {
	config '.annotations["run.oci.pidfd_receiver"] = $s' --arg s "$T/receiver"
	receiver "$T/seen"
	created
	pid=$(pid_of "$ID")
	received "$T/seen"
	prints "pid $pid"
	deleted
	refused
	says 'pidfd socket'
}

@test "a pidfd socket that nobody listens on is an error that names it" {
	running
	exec_fails --pidfd-socket "$T/nobody" "$ID" /bin/true
	says 'pidfd socket .*nobody'
	deleted
	refused --pidfd-socket "$T/nobody"
	says 'pidfd socket .*nobody'
}

@test "--tty in the foreground: size, input, raw mode, status" {
	running
	on_terminal 91 37 $SCRIM --root "$ROOT" exec -t "$ID" \
		/bin/sh -c 'probe winsize; echo "name?"; read x; echo "hello $x"; exit 5' <<< walter
	shows '^91x37 .*ctty=ok'
	prints 'hello walter'
	is "$(grep -c walter <<< "$output")" 2
	is "$status" 5
	on_terminal 80 24 $SCRIM --root "$ROOT" exec -t "$ID" /bin/sh -c 'echo "?"; read x; echo end' <<< raw
	prints 'outside-echo False icanon False'
	deleted
}

@test "--tty in the foreground: the window's changes and the interrupt key arrive" {
	running
	on_terminal 91 37 $SCRIM --root "$ROOT" exec --tty "$ID" \
		/bin/sh -c 'trap "probe winsize; exit 7" WINCH; echo "?"; sleep 100 & wait; wait' <<< 'resize 60 20'
	shows '^60x20 '
	is "$status" 7
	on_terminal 80 24 $SCRIM --root "$ROOT" exec --tty "$ID" \
		/bin/sh -c 'trap "echo caught; exit 9" INT; echo "?"; sleep 100 & wait' <<< '^C'
	shows 'caught$'
	is "$status" 9
	deleted
}

@test "a terminal belongs to the user that is asked for" {
	config 'del(.process.capabilities)'
	running
	receiver "$T/seen"
	execs -d -t -u 1000:1000 --console-socket "$T/receiver" "$ID" /bin/sh -c 'probe stat $(tty); echo again > $(tty)'
	received "$T/seen"
	shows 'uid=1000'
	prints again
	deleted
}

@test "consoleSize of a process file is the terminal's size" {
	running
	process '.args = ["/bin/probe", "winsize"] | .terminal = true | .consoleSize = {height: 33, width: 77}'
	receiver "$T/seen"
	execs -d -p "$B/process.json" --console-socket "$T/receiver" "$ID"
	received "$T/seen"
	shows '^77x33 '
	deleted
}

# --- other kinds of container ------------------------------------------------

@test "in a user namespace the program has the namespace's ids and rights" {
	user_namespace
	running
	execs "$ID" /bin/sh -c 'cat /proc/self/uid_map; readlink /proc/self/ns/user; id -u; cat /proc/self/status'
	shows '^ +0 +100000 +65536'
	prints "$(readlink "/proc/$(pid_of "$ID")/ns/user")"
	prints 0
	status_has Groups ''
	execs -d --pid-file "$T/tmp/pid" -u 1000:50 "$ID" /bin/sleep 1000
	is "$(awk '/^Uid/ { print $2 }' "/proc/$(cat "$T/tmp/pid")/status")" 101000
	is "$(awk '/^Gid/ { print $2 }' "/proc/$(cat "$T/tmp/pid")/status")" 100050
	rm "$T/tmp/pid"
	exec_fails -u 70000 "$ID" /bin/true
	says 'uid 70000 is not mapped in the user namespace'
	deleted
}

@test "in a user namespace a terminal works" {
	user_namespace
	running
	receiver "$T/seen"
	execs -d -t --console-socket "$T/receiver" "$ID" /bin/sh -c 'probe winsize; probe stat $(tty); echo x > $(tty)'
	received "$T/seen"
	shows 'tty=/dev/pts/0 ctty=ok'
	shows 'uid=0'
	deleted
}

@test "without a pid namespace of its own it is a process of the host's" {
	namespace_drop pid
	running
	execs "$ID" /bin/sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net; exit'
	is "$output" "$(readlink /proc/self/ns/pid)
$(readlink "/proc/$(pid_of "$ID")/ns/net")"
	on_terminal 91 37 $SCRIM --root "$ROOT" exec -t "$ID" /bin/probe winsize < /dev/null
	shows '^91x37 .*ctty=ok'
	deleted
}

@test "without a mount namespace it is in the container's root" {
	namespace_drop mount
	namespace_drop cgroup
	config 'del(.mounts, .linux.maskedPaths, .linux.readonlyPaths)'
	running
	execs "$ID" /bin/sh -c 'ls /bin/probe; pwd; ls -d /work 2> /dev/null; exit 0'
	is "$output" "/bin/probe
/"
	deleted
}

@test "without any namespace it is in the container's root" {
	config '.linux.namespaces = [] | del(.mounts, .hostname)'
	running
	execs --cwd /bin "$ID" /bin/pwd
	prints /bin
	deleted
}

@test "namespaces that the container has joined are joined by it" {
	unshare --net --uts sleep 1000 3>&- 4>&- &
	other=$!
	is_away() { [ "$(readlink "/proc/$other/ns/uts")" != "$(readlink /proc/self/ns/uts)" ]; }
	wait_until is_away
	namespace_join network "/proc/$other/ns/net"
	namespace_join uts "/proc/$other/ns/uts"
	config 'del(.hostname)'
	running
	execs "$ID" /bin/sh -c 'readlink /proc/self/ns/net; readlink /proc/self/ns/uts'
	is "$output" "$(readlink /proc/$other/ns/net)
$(readlink /proc/$other/ns/uts)"
	deleted
	kill $other
}

@test "with --no-pivot it is in the container's root" {
	args /bin/sleep 1000
	started --no-pivot
	execs "$ID" /bin/sh -c 'ls -d /bin/probe /work 2> /dev/null; exit 0'
	is "$output" /bin/probe
	deleted
}

@test "a time namespace is joined as well" {
	[ -e /proc/self/ns/time ] || skip "no time namespaces"
	config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 100000}}'
	running
	execs "$ID" /bin/sh -c 'readlink /proc/self/ns/time; cut -d. -f1 /proc/uptime'
	is "$(head -n 1 <<< "$output")" "$(readlink "/proc/$(pid_of "$ID")/ns/time")"
	[ "$(tail -n 1 <<< "$output")" -gt 100000 ] || show "the clock is the host's"
	deleted
}

# --- execCPUAffinity ---------------------------------------------------------

@test "execCPUAffinity: initial before, final in the cgroup, and never for the first process" {
	allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)
	first=${allowed%%[-,]*} last=${allowed##*[-,]}
	[ "$first" != "$last" ] || skip "one CPU alone"
	config '.process.execCPUAffinity = {initial: $f, final: $l}' --arg f "$first" --arg l "$last"
	running
	is "$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(pid_of "$ID")/status")" "$allowed"
	execs "$ID" /bin/grep Cpus_allowed_list /proc/self/status
	shows "\s$last\$"
	process 'del(.execCPUAffinity.final) | .args = ["/bin/grep", "Cpus_allowed_list", "/proc/self/status"]'
	execs -p "$B/process.json" "$ID"
	shows "\s$first\$"
	process '.execCPUAffinity = {} | .args = ["/bin/grep", "Cpus_allowed_list", "/proc/self/status"]'
	execs -p "$B/process.json" "$ID"
	shows "\s$allowed\$"
	process '.execCPUAffinity = {initial: "60000"}'
	exec_fails -p "$B/process.json" "$ID"
	says 'none of these CPUs'
	deleted
}

# --- many at once ------------------------------------------------------------

@test "many programs at once, while the container is deleted: nothing is left" {
	running
	for i in {1..20}; do
		background $SCRIM --root "$ROOT" exec "$ID" /bin/sleep 1000
	done
	sleep 0.1
	deleted
	for pid in "${BACKGROUND[@]}"; do
		wait_until is_gone "$pid"
	done
	BACKGROUND=()
}

# joiner PROGRAM: the process that has borne it, of which no pid namespace but
# ours knows.
joiner()
{
	local pid

	for pid in $(pgrep -P "$(awk '/^PPid/ { print $2 }' "/proc/$1/status")"); do
		[ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || echo "$pid"
	done
}

# Who joins the container is held between the birth of its child and the word of
# it, until that has become the program; then it is killed.
@test "an exec whose joining process is killed has failed: no program goes on" {
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	[ -e /proc/thread-self/children ] || skip "the kernel lists no children (CONFIG_PROC_CHILDREN)"
	running
	background strace -f -qq -o "$T/tmp/trace" -e trace=clone3 -e inject=clone3:delay_exit=5s \
		$SCRIM --root "$ROOT" exec "$ID" /bin/sleep 43$$
	exec=$!
	wait_until pgrep -fx "/bin/sleep 43$$"
	program=$(pgrep -fx "/bin/sleep 43$$")
	kill -KILL "$(joiner "$program")"
	# scrim is held, too.
	wait_until [ ! -e "/proc/$program" ]
	status=0
	wait "$exec" || status=$?
	is "$status" 255
	grep -q 'the process was killed on its way into the container' "$T/background"
	try scrim ps --format json "$ID"
	prints "[$(pid_of "$ID")]"
	rm "$T/tmp/trace"
	deleted
}
