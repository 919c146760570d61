# SPDX-License-Identifier: Apache-2.0
#
# What a container's first process holds, and when: CVE-2024-21626 (descriptors
# and the working directory), CVE-2019-5736 (who may look into scrim-init).

load lib

# leaky COMMAND...: with descriptors of all kinds in many places, none of them
# close-on-exec, as a careless caller has them.
leaky()
{
	"$PYTHON" -c '
import fcntl, os, resource, socket, sys
kinds = [os.open("/etc", os.O_RDONLY), os.open("/etc/passwd", os.O_RDONLY), os.open("/", os.O_PATH), *os.pipe(),
	socket.socket().detach(), *(s.detach() for s in socket.socketpair()), os.memfd_create("leak")]
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 2000) for fd in kinds]
for n, fd in enumerate([*range(3, 101), 255, 256, 1000, 1023, 1024, 1999, 4095]):
	os.dup2(high[n % len(high)], fd)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# held PID: what it holds, a word each, the numbers of sockets left out.
held()
{
	local fd

	for fd in "/proc/$1/fd"/*; do
		readlink "$fd" | sed 's/:\[[0-9]*\]//'
	done | sort | tr '\n' ' '
}

@test "a created container's init holds its standard descriptors and the gate, whatever was leaked" {
	args /bin/sleep 100
	try leaky $SCRIM --root "$ROOT" create -b "$B" "$ID"
	succeeds
	is "$(held "$(pid_of "$ID")")" "/dev/null $ERR $OUT socket "
	is "$(readlink "/proc/$(pid_of "$ID")/cwd")" /
	deleted
}

@test "and its program the standard ones alone" {
	args /bin/sleep 100
	try leaky $SCRIM --root "$ROOT" create -b "$B" "$ID"
	succeeds
	try leaky $SCRIM --root "$ROOT" start "$ID"
	succeeds
	is "$(held "$(pid_of "$ID")")" "/dev/null $ERR $OUT "
	deleted
}

@test "so it is with a user namespace, hooks and a filter" {
	args /bin/sleep 100
	user_namespace
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["reboot"], action: "SCMP_ACT_ERRNO"}]} |
		.hooks = {createContainer: [{path: "/bin/true"}], startContainer: [{path: "/bin/true"}]}'
	try leaky $SCRIM --root "$ROOT" run --detach -b "$B" "$ID"
	succeeds
	is "$(held "$(pid_of "$ID")")" "/dev/null $ERR $OUT "
	deleted
}

@test "what exec brings in holds the standard descriptors alone" {
	scrim --help | grep -q '^  exec ' || skip "this scrim has no exec"
	args /bin/sleep 100
	started
	try leaky $SCRIM --root "$ROOT" exec "$ID" /bin/probe fds
	succeeds
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 "
	deleted
}

# calls_of_child: in $T/child, the names and arguments of the calls that the container's
# first process makes in run, up to the execution of its program.
calls_of_child()
{
	needs strace
	[[ $SCRIM == *scrim ]] || skip "about scrim itself"
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	args /bin/true
	runs # what is made once for a state root is there
	try timeout 20 strace -f -qq -s 64 -o "$T/tmp/trace" $SCRIM --root "$ROOT" run -b "$B" "$ID"
	child=$(awk '/execveat\(.*"scrim-init"/ { print $1; exit }' "$T/tmp/trace")
	awk -v child="$child" '$1 == child { $1 = ""; print; if (/execve\("\/bin\/true"/) exit }' "$T/tmp/trace" | sed 's/^ *//; s/ <unfinished \.\.\.>/)/; /^<\.\.\. /d' > "$T/child"
	rm "$T/tmp/trace"
	grep -q '^execve("/bin/true"' "$T/child" || show "no program in the trace"
}

@test "the working directory is checked when nothing can change it any more" {
	config '.process.cwd = "/tmp" | .process.user = {uid: 1000, gid: 1000}'
	calls_of_child
	last=$(grep -nE '^getcwd\(' "$T/child" | tail -n 1 | cut -d: -f1)
	[ -n "$last" ] || show "it is not checked"
	changed=$(tail -n "+$last" "$T/child" | grep -E '^(chdir|fchdir|chroot|pivot_root|setns|unshare|mount|move_mount|umount2)\(') || true
	is "$changed" ""
	before=$(head -n "$last" "$T/child" | grep -nE '^(chdir|fchdir)\(' | tail -n 1)
	[[ $before == *'chdir("/tmp")'* ]] || show "the last change before the check: $before"
	# What could lead out is closed: no descriptor of a directory is left.
	opened=$(tail -n "+$last" "$T/child" | grep -E '^(open|openat|openat2)\(.*O_(PATH|DIRECTORY)') || true
	is "$opened" ""
}

@test "scrim-init cannot be looked into before it does anything, and after each change of user" {
	config '.process.user = {uid: 1000, gid: 1000}'
	calls_of_child
	dumpable='prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)'
	# A memory file that is executed starts as dumpable as its caller's ids say.
	begin=$(grep -n '^execveat(' "$T/child" | head -n 1 | cut -d: -f1)
	first=$(tail -n "+$begin" "$T/child" | grep -nF "$dumpable" | head -n 1 | cut -d: -f1)
	[ -n "$first" ] && [ "$first" -le 8 ] || show "the mark comes as call ${first:-never}: $(tail -n "+$begin" "$T/child" | head -n 12)"
	# Nothing that others could have sent or wait for is read before.
	met=$(tail -n "+$begin" "$T/child" | head -n "$first" | grep -E '^(recvmsg|read|open|openat|setns)\(') || true
	is "$met" ""
	user=$(grep -nE '^setresuid' "$T/child" | tail -n 1 | cut -d: -f1)
	is "$(tail -n "+$((user + 1))" "$T/child" | head -n 1 | cut -d= -f1 | sed 's/ *$//')" "$dumpable"
}

# Who is opened is asked for his name again: he may have become the program.
# The others have as many rights as scrim has, or they would be denied for that;
# but who has the right to trace may (SECURITY.md), so neither has it.
@test "in a pid namespace that others are in, none of them can ever open what scrim runs" {
	local a=$ID-a SCRIM="setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace $SCRIM"

	needs setpriv
	bundle "$T/b/$a"
	jq --arg group "${TEST_CGROUP#"$CGROUP"}/$a" --argjson all "$(scrim features | jq .linux.capabilities)" '
		.process.capabilities[("bounding", "effective", "permitted")] = ($all - ["CAP_SYS_PTRACE"]) |
		.linux.cgroupsPath = $group | .process.args = ["/bin/sh", "-c",
		"while [ ! -e /tmp/stop ]; do for p in /proc/[0-9]*; do
			read name 2> /dev/null < $p/comm || continue
			case $name in scrim*) echo met
			{ read name < $p/comm; case $name in scrim*) echo opened $name; esac; } 2> /dev/null 9< $p/exe
			esac; done; done; echo done"]' \
		"$B/config.json" > "$T/b/$a/config.json"
	try scrim create -b "$T/b/$a" "$a"
	succeeds
	cp "$OUT" "$T/watch"
	watch=$OUT
	OUT=$T/out2
	try scrim start "$a"
	succeeds
	OUT=$T/out3 ERR=$T/err3
	args /bin/sleep 100
	namespace_join pid "/proc/$(pid_of "$a")/ns/pid"
	for i in 1 2 3 4 5; do
		created
		wait_until file_says "$watch" 'met$'
		sleep 0.1
		try scrim start "$ID"
		succeeds
		deleted
	done
	touch "$T/b/$a/rootfs/tmp/stop"
	wait_until file_says "$watch" done
	output=$(cat "$watch")
	try scrim delete --force "$a"
	succeeds
	rm -rf "$T/b/$a"
	output=$(sort "$watch" | uniq -c)
	shows 'met$'
	hides opened
}

# What was made must go with the descriptors that the failure has left.
@test "a create that gets too few descriptors leaves nothing behind" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own numbers"
	args /bin/true
	for n in {4..30}; do
		try sh -c "ulimit -n $n; exec $SCRIM --root $ROOT create -b $B $ID"
		[ "$status" != 0 ] || break
		says 'No file descriptors available|Too many open files'
		[ ! -e "$ROOT/$ID" ] || show "with $n the state is left"
		[ ! -e "$TEST_CGROUP/$ID" ] || show "with $n the cgroup is left"
	done
	succeeds
	[ "$n" -gt 10 ]
	deleted
}
