# SPDX-License-Identifier: Apache-2.0
#
# SPEC 56: which descriptors reach the program: 0, 1, 2, those of
# --preserve-fds and of socket activation, and no other. And sd_notify.

load lib

# fd_numbers: of the probe's list in $output, without its own.
fd_numbers()
{
	cut -d' ' -f1 <<< "$output" | tr '\n' ' '
}

@test "the program has descriptors 0, 1 and 2 alone" {
	args /bin/probe fds
	runs
	is "$(fd_numbers)" "0 1 2 "
}

@test "descriptors that the caller leaks do not arrive" {
	args /bin/probe fds
	try sh -c 'exec "$@" 5< /etc/passwd 6> /dev/null 9< /etc' sh \
		$SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(fd_numbers)" "0 1 2 "
}

@test "descriptors that the caller leaks do not arrive by create and start" {
	args /bin/probe fds
	try sh -c 'exec "$@" 5< /etc/passwd 6> /dev/null 9< /etc' sh \
		$SCRIM --root "$ROOT" create -b "$B" "$ID"
	succeeds
	is "$(ls -l "/proc/$(pid_of "$ID")/fd" | grep -cE '/etc(/passwd)?$')" 0
	scrim start "$ID" < /dev/null
	wait_until is_status "$ID" stopped
	output=$(cat "$OUT")
	is "$(fd_numbers)" "0 1 2 "
	deleted
}

@test "--preserve-fds passes as many from 3 on" {
	args /bin/probe fds
	echo text > "$T/tmp/three"
	try sh -c 'exec "$@" 3< '"$T/tmp/three"' 4< /dev/null 5< /etc' sh \
		$SCRIM --root "$ROOT" run --preserve-fds 2 -b "$B" "$ID"
	succeeds
	is "$(fd_numbers)" "0 1 2 3 4 "
	rm "$T/tmp/three"
}

@test "a preserved descriptor keeps its place and its offset" {
	printf 'first\nsecond\n' > "$T/tmp/three"
	script 'cat <&3'
	try sh -c 'exec 3< '"$T/tmp/three"'; read x <&3; exec "$@"' sh \
		$SCRIM --root "$ROOT" run --preserve-fds 1 -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	# A shell that reads byte by byte leaves the second line.
	prints second
	rm "$T/tmp/three"
}

# Podman's --preserve-fd 5 says 3 to the runtime: how far up it has to look.
@test "a descriptor that --preserve-fds names, but the caller has not, stays closed, whatever scrim has opened there" {
	args /bin/probe fds
	for options in "" "--log $T/tmp/log"; do
		for n in {1..6}; do
			try scrim $options run --preserve-fds "$n" -b "$B" "$ID"
			[ "$status" = 0 ] || show "run"
			is "$(fd_numbers)" "0 1 2 "
		done
		try sh -c 'exec "$@" 3< /dev/null 5< /dev/null 7< /etc' sh \
			$SCRIM --root "$ROOT" $options run --preserve-fds 4 -b "$B" "$ID"
		[ "$status" = 0 ] || show "run"
		is "$(fd_numbers)" "0 1 2 3 5 "
		try sh -c 'exec "$@" 6< /dev/null' sh \
			$SCRIM --root "$ROOT" $options run --preserve-fds 4 -b "$B" "$ID"
		is "$(fd_numbers)" "0 1 2 6 "
	done
	rm "$T/tmp/log"
}

@test "sockets that LISTEN_FDS names, but the caller has not, are an error, whatever scrim has opened there" {
	args /bin/probe fds
	for options in "" "--log $T/tmp/log"; do
		for n in {1..6}; do
			try sh -c 'export LISTEN_PID=$$ LISTEN_FDS=$0; exec "$@"' "$n" \
				$SCRIM --root "$ROOT" $options run -b "$B" "$ID"
			fails
			says 'descriptor 3 is to be passed on .* but not open'
		done
	done
	rm "$T/tmp/log"
}

@test "LISTEN_FDS brings the sockets and the variables" {
	args /bin/probe argv
	try env LISTEN_FDS=1 LISTEN_FDNAMES=web sh -c 'export LISTEN_PID=$$
		exec "$@" 3< /dev/null' sh $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	prints 'env <LISTEN_FDS=1>'
	prints 'env <LISTEN_PID=1>'
	args /bin/probe fds
	try env LISTEN_FDS=2 sh -c 'export LISTEN_PID=$$
		exec "$@" 3< /dev/null 4< /dev/null 5< /dev/null' sh $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(fd_numbers)" "0 1 2 3 4 "
}

@test "LISTEN_FDS of another process means nothing" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	args /bin/probe fds
	try env LISTEN_FDS=1 LISTEN_PID=1 sh -c 'exec "$@" 3< /dev/null' sh \
		$SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(fd_numbers)" "0 1 2 "
}

@test "stdio that is closed is /dev/null inside" {
	args /bin/probe fds
	try sh -c 'exec "$@" 0<&- 2>&-' sh $SCRIM --root "$ROOT" run -b "$B" "$ID"
	is "$status" 0
	[[ $SCRIM != *scrim ]] || prints '0 /dev/null'
	is "$(fd_numbers)" "0 1 2 "
}

@test "stdio belongs to the container's user" {
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	script 'echo more > /proc/self/fd/1 && echo reopened > /dev/stdout'
	printf '' > "$OUT"
	scrim run -b "$B" "$ID" < /dev/null 2> "$ERR" 3>&- | cat > "$T/piped"
	grep -q reopened "$T/piped"
	rm "$T/piped"
}

@test "a megabyte goes through a pipe whole" {
	args /bin/probe flood 1048576
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ]
	is "$(wc -c < "$OUT")" 1048576
	is "$(md5sum < "$OUT")" "$("$PROBE" flood 1048576 | md5sum)"
}

@test "a megabyte of stdin arrives whole" {
	args /bin/probe count
	"$PROBE" flood 1048576 > "$T/input"
	INPUT=$T/input try scrim run -b "$B" "$ID"
	is "$output" "$("$PROBE" count < "$T/input")"
	rm "$T/input"
}

# --- sd_notify ---------------------------------------------------------------

# notify_server FILE: writes each datagram as a line into it, with the pid of
# its sender, as a service manager goes by it.
notify_server()
{
	background $PYTHON -u -c 'import os, socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1] + ".new")
os.chmod(sys.argv[1] + ".new", 0o777)
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    text, rest, _, _ = s.recvmsg(4096, 4096)
    pid = struct.unpack("3i", rest[0][2])[0]
    print(pid, text.decode().strip().replace("\n", ","), *len(rest[1:]) * ["rest"])' "$1"
	wait_until test -S "$1"
}

@test "NOTIFY_SOCKET works inside: READY arrives at the caller's socket" {
	notify_server "$T/notify"
	script 'probe send "$NOTIFY_SOCKET" dgram READY=1; sleep 0.5'
	try env NOTIFY_SOCKET="$T/notify" $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	prints ok
	wait_until file_says "$T/background" READY=1
	rm "$T/notify"
}

# systemd takes words of a service's main process alone (NotifyAccess=main).
@test "NOTIFY_SOCKET: a detached container is the service before it can say that it is ready" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	script 'probe send "$NOTIFY_SOCKET" dgram READY=1; exec sleep 100'
	for commands in "create start" "run"; do
		notify_server "$T/notify"
		export NOTIFY_SOCKET=$T/notify
		if [ "$commands" = run ]; then
			try scrim run -d -b "$B" "$ID"
		else
			created
			try scrim start "$ID"
		fi
		[ "$status" = 0 ] || show "$commands"
		unset NOTIFY_SOCKET
		wait_until file_says "$T/background" READY=1
		is "$(sed -n '1s/^[0-9]* //p' "$T/background")" "MAINPID=$(pid_of "$ID")"
		is "$(sed -n '2s/^[0-9]* //p' "$T/background")" READY=1
		deleted
		background_end
		rm "$T/notify"
	done
}

@test "NOTIFY_SOCKET: in the foreground scrim is the service, and passes on what is harmless" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	script 's() { probe send "$NOTIFY_SOCKET" dgram "$1" > /dev/null; }
		s "MAINPID=1
READY=1
FDSTORE=1"; s FDSTORE=1; s BARRIER=1; s X_OWN=1; s NOTIFYACCESS=all; s READY=
		s "STATUS=a b
WATCHDOG=1"
		test -w "$NOTIFY_SOCKET" || exit 1; s STOPPING=1; s STATUS=last'
	user_namespace
	for root in "$ROOT" "$(realpath --relative-to=. "$ROOT")"; do
		notify_server "$T/notify"
		try env NOTIFY_SOCKET="$T/notify" sh -c 'echo $$; exec "$@"' sh \
			$SCRIM --root "$root" run -b "$B" "$ID"
		succeeds
		wait_until file_says "$T/background" last
		is "$(cat "$T/background")" "$(printf "$output %s\n" READY=1 READY= \
			"STATUS=a b,WATCHDOG=1" STOPPING=1 STATUS=last)"
		background_end
		rm "$T/notify"
	done
}

# systemd takes 4096 bytes and passes over what is longer.
@test "NOTIFY_SOCKET: what the manager takes at most is no longer when it was passed on" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	script 'text=$(head -c 4089 /dev/zero | tr "\0" x)
		probe send "$NOTIFY_SOCKET" dgram "STATUS=$text" > /dev/null; probe send "$NOTIFY_SOCKET" dgram STATUS=last > /dev/null'
	background $PYTHON -u -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(len(s.recv(9999)))' "$T/notify"
	wait_until test -S "$T/notify"
	try env NOTIFY_SOCKET="$T/notify" $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	wait_until file_says "$T/background" '^11$'
	is "$(head -n 1 "$T/background")" 4096
	rm "$T/notify"
}

# What is passed on takes scrim longer than saying it: there is always more.
@test "NOTIFY_SOCKET: however much the container says, signals reach it" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	needs strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	script 'trap "exit 7" TERM
		for i in 1 2 3 4; do probe send "$NOTIFY_SOCKET" flood STATUS=x > /dev/null & done
		echo > /tmp/ready; while :; do sleep 0.1; done'
	background env NOTIFY_SOCKET="$T/nobody" strace -qq -o /dev/null -e trace=socket \
		-e inject=socket:delay_exit=5ms $SCRIM --root "$ROOT" run -b "$B" "$ID"
	run=$!
	wait_until [ -e "$B/rootfs/tmp/ready" ]
	sleep 0.5
	kill -TERM "$(pgrep -P "$run")"
	status=0
	timeout 20 tail --pid "$run" -f /dev/null || show "it goes on"
	wait "$run" || status=$?
	is "$status" 7
}

@test "NOTIFY_SOCKET: a service manager that is gone or takes nothing holds nobody up" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	script 'for i in 1 2 3 4 5; do probe send "$NOTIFY_SOCKET" dgram READY=1; done > /dev/null'
	# Bound, but never read, and removed while the program runs.
	try env NOTIFY_SOCKET="$T/deaf" $PYTHON -c 'import os, socket, subprocess, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
s.bind(os.environ["NOTIFY_SOCKET"])
sys.exit(subprocess.call(sys.argv[1:], timeout=20))' $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	rm "$T/deaf"
	try env NOTIFY_SOCKET="$T/deaf" $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	try env NOTIFY_SOCKET=@scrim-nobody $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
}
