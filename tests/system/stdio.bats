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

@test "descriptors that --preserve-fds or LISTEN_FDS names, but the caller has not, are an error, whatever scrim has opened there" {
	args /bin/probe fds
	for options in "" "--log $T/tmp/log"; do
		for n in {1..6}; do
			try scrim $options run --preserve-fds "$n" -b "$B" "$ID"
			fails
			says 'descriptor 3 is to be passed on .* but not open'
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

# notify_server FILE: writes each datagram as a line into it.
notify_server()
{
	background $PYTHON -u -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
while True:
    print(s.recv(4096).decode())' "$1"
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

@test "NOTIFY_SOCKET brings the caller the container's pid, with create and start" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own demand"
	notify_server "$T/notify"
	script 'probe send "$NOTIFY_SOCKET" dgram READY=1; exec sleep 100'
	export NOTIFY_SOCKET=$T/notify
	created
	pid=$(pid_of "$ID")
	try scrim start "$ID"
	succeeds
	wait_until file_says "$T/background" READY=1
	wait_until file_says "$T/background" "MAINPID=$pid"
	unset NOTIFY_SOCKET
	deleted
	rm "$T/notify"
}
