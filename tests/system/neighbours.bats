# SPDX-License-Identifier: Apache-2.0
#
# What a neighbour may try: another container of the same pod, which shares
# namespaces with the one that is made, and whoever sits at the other end of a
# socket or holds a lock that scrim takes. None of them gets to see the host,
# and none keeps a container from being made, or from being deleted.

load lib

# neighbour SCRIPT: $ID runs it, in a user namespace, where it may trace; then
# $B is the bundle of $ID-2, which joins what it lives in.
neighbour()
{
	local first=$B pid

	user_namespace
	capability_add CAP_SYS_PTRACE
	script "$1"
	chmod 777 "$B/rootfs"
	started
	pid=$(pid_of "$ID")
	NEIGHBOUR=$first
	B=$B-2
	bundle "$B"
	find "$B/rootfs" -type d -exec chown 100000:100000 {} +
	namespace_join user "/proc/$pid/ns/user"
	namespace_join pid "/proc/$pid/ns/pid"
	config '.linux.cgroupsPath += "-2"'
}

# Pods have users of their own and one pid namespace (Kubernetes's hostUsers
# and shareProcessNamespace), and hooks take their time before pivot_root.
@test "root of a joined user namespace does not see the host by a container that is made there" {
	touch "$T/tmp/canary"
	neighbour "exec 2> /dev/null; while :; do for p in /proc/[0-9]*; do
		read -r name < \$p/comm 2> /dev/null && case \$name in
		scrim*|memfd:scrim*) echo \"\$name\" >> /seen
			[ ! -e \$p/root$T/tmp/canary ] || echo host >> /seen
			# It may have become the program meanwhile.
			ls \$p/fd/ > /dev/null 2>&1 && read -r now < \$p/comm &&
				[ \"\$now\" = \"\$name\" ] && echo descriptors >> /seen;;
		esac; done; done"
	config '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "0.7"]}]'
	args /bin/true
	try scrim run -b "$B" "$ID-2"
	succeeds
	wait_until test -e "$NEIGHBOUR/rootfs/seen"
	output=$(sort "$NEIGHBOUR/rootfs/seen" | uniq -c)
	grep -q 'scrim:init' <<< "$output" || show "it was not looked at"
	! grep -qE 'host|descriptors' <<< "$output" || show "seen by the neighbour"
	deleted
	rm -r "$B"
	B=$NEIGHBOUR
	rm "$T/tmp/canary"
}

# Who may trace in a pid namespace that is shared takes the gate, and answers
# in the place of scrim-init; it is what a start waits for, with the lock held.
@test "who takes the gate of a container that shares its pid namespace holds no delete up" {
	[[ $SCRIM == *scrim ]] || skip "takes scrim's own gate"
	namespace_drop pid
	config '.mounts |= map(select(.destination != "/proc"))'
	args /bin/sleep 100
	created
	cat > "$T/tmp/thief.py" <<-'END'
	import ctypes, os, signal, socket, sys, time
	pid = int(sys.argv[1])
	os.kill(pid, signal.SIGSTOP)
	while open(f"/proc/{pid}/stat").read().rsplit(")")[-1].split()[0] != "T":
	    time.sleep(0.01)
	process = os.pidfd_open(pid)
	for number in range(3, 64):
	    fd = ctypes.CDLL(None).syscall(438, process, number, 0)  # pidfd_getfd
	    if fd < 0 or not os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"):
	        continue
	    gate = socket.socket(fileno=fd)
	    print("gate", flush=True)
	    connection = gate.accept()[0]
	    print("taken", flush=True)
	    time.sleep(60)
	END
	background $PYTHON "$T/tmp/thief.py" "$(pid_of "$ID")"
	wait_until file_says "$T/background" gate
	$SCRIM --root "$ROOT" start "$ID" < /dev/null > "$T/tmp/start" 2>&1 3>&- 4>&- &
	start=$!
	BACKGROUND+=("$start")
	wait_until file_says "$T/background" taken
	try timeout -s KILL 20 $SCRIM --root "$ROOT" delete --force "$ID"
	succeeds
	wait "$start" && show "the start succeeded"
	grep -q 'ended before it could start the program' "$T/tmp/start" || show "$(cat "$T/tmp/start")"
	rm "$T/tmp/thief.py" "$T/tmp/start"
}

# deaf SOCKET: somebody listens there, and accepts nobody any more.
deaf()
{
	background $PYTHON -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(0)
c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
print("full", flush=True); time.sleep(100)' "$1"
	wait_until file_says "$T/background" full
}

@test "a console socket that accepts nobody holds no create up for ever" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	config '.process.terminal = true'
	deaf "$T/tmp/console"
	try timeout -s KILL 40 $SCRIM --root "$ROOT" create --console-socket "$T/tmp/console" -b "$B" "$ID"
	fails
	says 'connect to console socket .*/console: nobody has accepted for 10 seconds'
	rm "$T/tmp/console"
}

# Every user may open the directory of a cgroup, and whoever opens may lock.
@test "who holds the lock of an abandoned cgroup holds no create up for ever" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own mark"
	[ "$(stat -fc %T $CGROUP)" = cgroup2fs ] || skip "$CGROUP is not cgroup2"
	OWN=$TEST_CGROUP/$ID
	mkdir "$OWN"
	chmod +t "$OWN"
	$PYTHON -c 'import os, sys; os.setxattr(sys.argv[1], "user.scrim.owner", sys.argv[2].encode())' "$OWN" "$ROOT/gone"
	background setpriv --reuid 4343 --regid 4343 --clear-groups $PYTHON -c 'import fcntl, os, sys, time
f = os.open(sys.argv[1], os.O_RDONLY); fcntl.flock(f, fcntl.LOCK_EX)
print("locked", flush=True); time.sleep(100)' "$OWN"
	wait_until file_says "$T/background" locked
	args /bin/true
	try timeout -s KILL 40 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	fails
	says "cgroup .*/$ID exists already, and somebody keeps it locked"
	background_end
	runs
}
