# SPDX-License-Identifier: Apache-2.0
#
# SPEC 84, 85, 124 and the console protocol of engines: a terminal's
# descriptor arrives once, in one message; a foreground terminal loses no
# byte; and the size is the one that was asked for.

load lib

terminal()
{
	config '.process.terminal = true'
	args "$@"
}

# console FILE [LINE...]: a console socket at $T/console. What arrives on it
# is described in FILE, then what the terminal shows, as each LINE is typed.
console()
{
	cat > "$T/console.py" <<-'END'
	import array, fcntl, os, socket, struct, sys, termios
	path, out, lines = sys.argv[1], open(sys.argv[2], "w"), sys.argv[3:]
	server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
	server.bind(path + ".new")
	server.listen(1)
	os.rename(path + ".new", path)
	peer = server.accept()[0]
	data, anc, flags, _ = peer.recvmsg(4096, socket.CMSG_SPACE(64 * 4))
	fds = array.array("i")
	for level, kind, payload in anc:
	    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
	        fds.frombytes(payload[:len(payload) // 4 * 4])
	print("messages 1 descriptors", len(fds), "bytes", 0 < len(data) < 4096, file=out)
	print("then", "nothing" if not peer.recv(1) else "more", file=out)
	rows, columns = struct.unpack("HHHH", fcntl.ioctl(fds[0], termios.TIOCGWINSZ, b"\0" * 8))[:2]
	print("size", columns, rows, file=out)
	out.flush()
	for line in lines:
	    os.write(fds[0], line.encode() + b"\n")
	try:
	    while True:
	        part = os.read(fds[0], 65536)
	        if not part:
	            break
	        out.write(part.decode(errors="replace"))
	        out.flush()
	except OSError:
	    pass
	print("end of terminal", file=out, flush=True)
	END
	background $PYTHON "$T/console.py" "$T/console" "$@"
	wait_until test -S "$T/console"
}

console_done()
{
	wait_until file_says "$1" 'end of terminal'
	output=$(tr -d '\r' < "$1")
	rm -f "$T/console" "$T/console.py" "$1"
}

@test "the console socket gets exactly one descriptor in one message" {
	terminal /bin/probe winsize
	console "$T/seen"
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	prints 'messages 1 descriptors 1 bytes True'
	prints 'then nothing'
	shows 'tty=/dev/(pts/0|console) ctty=ok'
	deleted
}

@test "the console socket's path may be relative and longer than a socket's name" {
	[[ $SCRIM == *scrim ]] || skip "a higher demand than others meet"
	long=$T/tmp/$(printf 'x%.0s' {1..100})
	mkdir "$long"
	terminal /bin/true
	(cd "$long" && exec $PYTHON -c 'import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("new"); s.listen(1); os.rename("new", "console")
p = s.accept()[0]; print(len(p.recvmsg(4096, 100)[1]), file=open("seen", "w"))' < /dev/null > /dev/null 2>&1 3>&- &)
	wait_until test -S "$long/console"
	created --console-socket "$long/console"
	wait_until file_says "$long/seen" 1
	deleted
	rm -r "$long"
}

@test "a terminal whose other end is closed before the start leaves the container to be started" {
	[[ $SCRIM == *scrim ]] || skip "a higher demand than others meet"
	terminal /bin/sh -c 'trap "" HUP; echo ran > /tmp/ran'
	# It is handed over, and closed as its receiver ends.
	$PYTHON -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1] + ".new"); s.listen(1)
os.rename(sys.argv[1] + ".new", sys.argv[1])
s.accept()[0].recvmsg(4096, 100)' "$T/console" < /dev/null > /dev/null 2>&1 3>&- &
	receiver=$!
	wait_until test -S "$T/console"
	created --console-socket "$T/console"
	wait "$receiver"
	is "$(status_of "$ID")" created
	try scrim start "$ID"
	succeeds
	wait_until file_says "$B/rootfs/tmp/ran" ran
	deleted
	rm "$T/console"
}

@test "input and output go through the terminal" {
	terminal /bin/sh -c 'read a; echo "got <$a>"; read b; echo "got <$b>"'
	console "$T/seen" one two
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	prints 'got <one>'
	prints 'got <two>'
	deleted
}

@test "consoleSize is the size of the terminal" {
	terminal /bin/probe winsize
	config '.process.consoleSize = {height: 33, width: 77}'
	console "$T/seen"
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	shows '^77x33 '
	deleted
}

@test "/dev/console is the terminal" {
	terminal /bin/sh -c 'echo to-console > /dev/console; probe stat /dev/console; grep " /dev/console " /proc/self/mountinfo'
	console "$T/seen"
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	prints to-console
	shows '/dev/console mode=20[0-9]* .*rdev=136:'
	shows ' /dev/console .* devpts '
	deleted
}

@test "the terminal belongs to the container's user" {
	terminal /bin/sh -c 'probe stat $(tty); echo again > $(tty)'
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	console "$T/seen"
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	shows 'uid=1000'
	prints again
	deleted
}

@test "a terminal works in a user namespace" {
	user_namespace
	terminal /bin/sh -c 'probe winsize; echo x > /dev/console'
	console "$T/seen"
	created --console-socket "$T/console"
	scrim start "$ID"
	console_done "$T/seen"
	shows 'tty=/dev/(pts/0|console) ctty=ok'
	deleted
}

@test "a terminal without console socket cannot be detached" {
	terminal /bin/true
	refused
	says 'console-socket|console socket|terminal'
}

@test "a console socket without terminal is an error" {
	args /bin/true
	refused --console-socket "$T/console"
	says 'console-socket|console socket|terminal'
}

@test "a console socket that nobody listens on is an error that names it" {
	terminal /bin/true
	refused --console-socket "$T/nobody"
	says nobody\|console
}

# --- foreground --------------------------------------------------------------

@test "a foreground terminal has the size of the caller's, and its changes" {
	terminal /bin/sh -c 'probe winsize; trap "probe winsize; exit 7" WINCH; echo "?"; sleep 100 & wait; wait'
	on_terminal 91 37 $SCRIM --root "$ROOT" run -b "$B" "$ID" <<< 'resize 60 20'
	shows '^91x37 '
	shows '^60x20 '
	is "$status" 7
}

@test "a foreground terminal passes what is typed, and the status" {
	terminal /bin/sh -c 'echo "name?"; read x; echo "hello $x"; exit 5'
	on_terminal 80 24 $SCRIM --root "$ROOT" run -b "$B" "$ID" <<< walter
	prints 'hello walter'
	is "$status" 5
	# Typed once, shown once: the outer terminal is raw.
	is "$(grep -c walter <<< "$output")" 2
}

@test "the caller's terminal is raw while the container runs" {
	terminal /bin/sh -c 'echo "?"; read x; echo end'
	on_terminal 80 24 $SCRIM --root "$ROOT" run -b "$B" "$ID" <<< raw
	prints 'outside-echo False icanon False'
}

@test "the caller's terminal is as before afterwards" {
	terminal /bin/true
	on_terminal 80 24 sh -c 'stty -a > "$1"; shift; "$@"; stty -a > "$0"' \
		"$T/after" "$T/before" $SCRIM --root "$ROOT" run -b "$B" "$ID" < /dev/null
	is "$(cat "$T/after")" "$(cat "$T/before")"
	rm "$T/after" "$T/before"
}

@test "the interrupt key reaches the program, not the runtime" {
	terminal /bin/sh -c 'trap "echo caught; exit 9" INT; echo "?"; sleep 100 & wait'
	on_terminal 80 24 $SCRIM --root "$ROOT" run -b "$B" "$ID" <<< '^C'
	shows 'caught$'
	is "$status" 9
}

@test "a megabyte through a foreground terminal loses no byte" {
	terminal /bin/sh -c 'stty -opost; probe flood 1048576'
	on_terminal 80 24 $SCRIM --root "$ROOT" run -b "$B" "$ID" < /dev/null
	is "$(wc -c <<< "$output")" 1048576
	is "$(md5sum <<< "$output")" "$("$PROBE" flood 1048576 | md5sum)"
}

@test "a foreground terminal works where stdin is none, output comes" {
	terminal /bin/sh -c 'echo shown'
	try timeout 30 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	# Refusing is right as well: there is no terminal to hand through.
	[ "$status" != 124 ] || show "hangs"
	[ "$status" != 0 ] || shows shown
}

@test "run --detach with a console socket" {
	terminal /bin/sh -c 'echo shown; sleep 0.2'
	console "$T/seen"
	try scrim run --detach --console-socket "$T/console" -b "$B" "$ID"
	succeeds
	console_done "$T/seen"
	prints shown
	deleted
}
