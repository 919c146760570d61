# SPDX-License-Identifier: Apache-2.0
#
# What another user of the host puts where scrim works for root: state that he
# has written, roots that he may write to, files in the place of the pid file's.

load lib

STRANGER=4343

setup()
{
	needs setpriv
	test_open
}

# as_stranger COMMAND...: as a user who may write to $T/tmp, and nothing else.
as_stranger()
{
	setpriv --reuid $STRANGER --regid $STRANGER --clear-groups "$@"
}

# stranger_state ROOT: a stopped container there, whose end has a hook.
stranger_state()
{
	as_stranger mkdir -m 755 "$1/web"
	as_stranger tee "$1/web/state.json" > /dev/null <<-END
	{"record":{"version":1,"ociVersion":"1.2.0","id":"web","status":"created","bundle":"/","rootfs":"/",
	"created":"2026-01-01T00:00:00Z","owner":0,"hasProcess":true,"poststop":[
	{"path":"/bin/sh","args":["sh","-c","id > $T/tmp/ran"],"env":[]}]}}
	END
	# One document, one line.
	as_stranger sh -c "tr -d '\n' < $1/web/state.json > $1/web/line; echo >> $1/web/line
		mv $1/web/line $1/web/state.json"
}

@test "state that another user has written is not followed" {
	mkdir -m 1777 "$T/tmp/root"
	stranger_state "$T/tmp/root"
	for command in "delete" "delete --force" "delete --regex" state "kill --all" "update --pids-limit 7" "ps" "events --stats" \
		start pause resume mounts; do
		# shellcheck disable=SC2086
		try $SCRIM --root "$T/tmp/root" $command web
		fails
		says "state directory web belongs to user $STRANGER"
	done
	try $SCRIM --root "$T/tmp/root" exec web /bin/true
	fails 255
	says "state directory web belongs to user $STRANGER"
	[ ! -e "$T/tmp/ran" ] || show "his hook ran: $(cat "$T/tmp/ran")"
	try $SCRIM --root "$T/tmp/root" --log-level warn list
	[ "$(wc -l <<< "$output")" = 1 ] || show "listed"
	says "state directory web belongs to user $STRANGER"
	# It is his own to follow.
	as_stranger $SCRIM --root "$T/tmp/root" delete web
	grep -q "^uid=$STRANGER" "$T/tmp/ran"
	[ ! -e "$T/tmp/root/web" ]
	rm -r "$T/tmp/root" "$T/tmp/ran"
}

@test "no container is made where others may write, or in another user's root" {
	mkdir -m 1777 "$T/tmp/root"
	for command in create run; do
		try $SCRIM --root "$T/tmp/root" $command -b "$B" "$ID"
		fails
		says "state root $T/tmp/root: everybody may write there"
	done
	as_stranger mkdir -m 755 "$T/tmp/his"
	try $SCRIM --root "$T/tmp/his" create -b "$B" "$ID"
	fails
	says "state root $T/tmp/his belongs to user $STRANGER"
	rmdir "$T/tmp/root" "$T/tmp/his"
}

# One that is there already is replaced by a file of the name with a dot before.
@test "a pid file is written to nothing that another user has put there" {
	mkdir -m 777 "$T/tmp/pids"
	echo precious > "$T/tmp/victim"
	for kind in "ln $T/tmp/victim" "ln -s $T/tmp/victim" mkfifo; do
		as_stranger touch "$T/tmp/pids/pid"
		# The rule that forbids such links is a setting of the host's.
		case $kind in
		"ln /"*) $kind "$T/tmp/pids/.pid";;
		*) as_stranger $kind "$T/tmp/pids/.pid";;
		esac
		args /bin/true
		try timeout 20 $SCRIM --root "$ROOT" run --pid-file "$T/tmp/pids/pid" -b "$B" "$ID"
		succeeds
		grep -qx '[0-9]*' "$T/tmp/pids/pid"
		is "$(stat -c %u "$T/tmp/pids/pid")" 0
		is "$(cat "$T/tmp/victim")" precious
		rm "$T/tmp/pids/pid"
		[ ! -e "$T/tmp/pids/.pid" ]
	done
	rm -r "$T/tmp/pids" "$T/tmp/victim"
}

# He who may rename the directory of a pid file leads its removal elsewhere.
@test "a pid file is taken away where it was written, wherever its path leads by then" {
	as_stranger mkdir -m 755 "$T/tmp/his"
	mkdir "$T/tmp/victim"
	echo precious > "$T/tmp/victim/pid"
	config '.hooks.poststart = [{path: "/bin/sh", args: ["sh", "-c", $c]}]' --arg c \
		"mv $T/tmp/his $T/tmp/was; ln -s $T/tmp/victim $T/tmp/his; exit 1"
	script 'sleep 100'
	try scrim run --pid-file "$T/tmp/his/pid" -b "$B" "$ID"
	fails
	says 'poststart hook'
	is "$(cat "$T/tmp/victim/pid")" precious
	[ ! -e "$T/tmp/was/pid" ] || show "it is still there"
	rm -r "$T/tmp/his" "$T/tmp/was" "$T/tmp/victim"
}

# The state directory is its owner's alone; where somebody has opened it, the
# gate itself asks who knocks.
@test "only who created a container starts it, whoever may reach its gate" {
	[[ $SCRIM == *scrim ]] || skip "speaks to scrim's own gate"
	args /bin/sleep 100
	created
	chmod 711 "$ROOT" "$ROOT/$ID"
	chmod 777 "$ROOT/$ID/gate"
	# The ninth kind of message is START (base/wire.h).
	try as_stranger $PYTHON -c 'import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(20)
s.connect(sys.argv[1])
try: s.send(struct.pack("I", 9))
except BrokenPipeError: pass
try: words = s.recv(4096)
except ConnectionResetError: words = s.recv(4096)
print(words)' "$ROOT/$ID/gate"
	shows 'only who created the container starts it'
	is "$(status_of "$ID")" created
	try scrim start "$ID"
	succeeds
	deleted
	chmod 700 "$ROOT"
}

@test "a filter in the cache that is another user's, or that others may write, is not loaded" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	args /bin/probe call mkdir
	runs
	for spoil in "chown $STRANGER" "chmod g+w" "chmod o+w"; do
		for file in "$ROOT"/.seccomp/*; do
			# return SECCOMP_RET_ALLOW
			printf '\6\0\0\0\0\0\377\177' > "$file"
			$spoil "$file"
		done
		runs
		is "$output" "mkdir EDOM"
	done
	rm -r "$ROOT/.seccomp"
}
