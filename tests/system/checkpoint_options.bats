# SPDX-License-Identifier: Apache-2.0
#
# The options of checkpoint and restore (ENGINES 2.1) by what they do: each test
# fails where criu is not told of its option. criu must work on this kernel: in
# the virtual machine it does (make check-vm).

load lib

setup()
{
	[[ $SCRIM == *scrim ]] || skip "criu's images are each runtime's own"
	command -v criu > /dev/null || skip "criu is not installed"
	[[ $BATS_TEST_DESCRIPTION == *"told to criu" || $BATS_TEST_DESCRIPTION == *"cannot go back to"* ]] ||
		criu check > /dev/null 2>&1 ||
		skip "criu check fails on this kernel"
	test_open
	HOLDER=$BATS_RUN_TMPDIR/holder
	[ -x "$HOLDER" ] || ${SCRIM_CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -static -o "$HOLDER" "$SYSTEM_DIR/holder.c"
	cp "$HOLDER" "$B/rootfs/bin/holder"
}

teardown()
{
	[ -n "${ID-}" ] || return 0
	[ -z "${PROFILES-}" ] || for profile in $PROFILES; do
		echo -n "$profile" > /sys/kernel/security/apparmor/.remove
	done
	test_close
}

NO_IMAGES='{"version": 1, "stdio": ["", "", ""], "mounts": []}'

# What became of it, where it failed.
show_more()
{
	grep -h -e Error "$B"/images/*.log "$B"/work/*.log 2> /dev/null | head -n 5 || true
}

# counting MORE: whether the container has counted further than that.
counting()
{
	local now

	now=$(cat "$B/rootfs/tmp/n")
	[ -n "$now" ] && [ "$now" -gt "$1" ]
}

# holding KIND [ARGUMENT]: a container that holds it, and counts.
holding()
{
	args /bin/holder "$@"
	started
	wait_until counting 1
}

# dumped, thawed OPTION...: the latter counts further.
dumped()
{
	try scrim checkpoint --image-path "$B/images" "$@" "$ID"
	succeeds
	N=$(cat "$B/rootfs/tmp/n")
}

thawed()
{
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" "$@" "$ID"
	succeeds
	wait_until counting "$N"
}

# not_dumped WORDS [OPTION...]: criu refuses in its words, and the container
# goes on.
not_dumped()
{
	local words=$1

	shift
	try scrim checkpoint --image-path "$B/refused" "$@" "$ID"
	fails
	says "$words"
	is "$(status_of "$ID")" running
}

# listens PORT: somebody does, on this host.
listens()
{
	grep -q ":$(printf %04X "$1") 0*:0000 0A" /proc/net/tcp /proc/net/tcp6
}

# lazy: skips where criu says that this kernel cannot serve memory late.
lazy()
{
	criu check --feature uffd-noncoop > "$T/criu" 2>&1 ||
		skip "criu check --feature uffd-noncoop: $(tail -n 1 "$T/criu")"
}

@test "--file-locks: a lock is taken again; without, it is refused" {
	holding lock /tmp/lock
	not_dumped 'file-locks'
	dumped --file-locks
	flock --nonblock "$B/rootfs/tmp/lock" true
	thawed --file-locks
	! flock --nonblock "$B/rootfs/tmp/lock" true || show "the lock is free"
	deleted
}

@test "--link-remap: a file that has lost its name is the same one; without, it is refused" {
	holding file /tmp/file
	not_dumped 'link-remap|link remap'
	dumped --link-remap
	thawed --link-remap
	is "$(stat -Lc %i "/proc/$(pid_of "$ID")/fd/3")" "$(stat -c %i "$B/rootfs/tmp/file.other")"
	deleted
}

@test "--ext-unix-sk: a socket speaks to the host's again; without, it is refused" {
	needs /usr/bin/python3
	background /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    s.recv(16)
' "$B/source"
	wait_until test -S "$B/source"
	# criu sees the sockets of one network alone, and goes by the name that
	# they have outside
	namespace_drop network
	mount_add "$B/source" none "$B/source" bind
	holding socket "$B/source"
	not_dumped 'ext-unix-sk'
	dumped --ext-unix-sk
	thawed --ext-unix-sk
	deleted
}

@test "--tcp-established: a connection goes on; without, it is refused" {
	holding connection
	not_dumped 'tcp-established'
	dumped --tcp-established
	thawed --tcp-established
	deleted
}

@test "--tcp-skip-in-flight: whoever is not let in yet is left out; without, it is refused" {
	holding queue
	not_dumped 'flight'
	dumped --tcp-skip-in-flight
	thawed
	deleted
}

@test "--empty-ns network: the network is as new; without, it has what it had" {
	holding lock /tmp/lock
	nsenter --net --target "$(pid_of "$ID")" ip address add 10.11.12.13/32 dev lo
	dumped --file-locks
	thawed --file-locks
	nsenter --net --target "$(pid_of "$ID")" ip address show dev lo | grep -q 10.11.12.13 ||
		show "the address is gone"
	rm -r "$B/images"
	dumped --file-locks --empty-ns network
	thawed --file-locks --empty-ns network
	! nsenter --net --target "$(pid_of "$ID")" ip address show dev lo | grep -q 10.11.12.13 ||
		show "the address is there"
	deleted
}

@test "--auto-dedup: what has changed is taken out of the earlier images" {
	local before option

	holding memory
	for option in '' --auto-dedup; do
		rm -rf "$B/before" "$B/images"
		try scrim checkpoint --pre-dump --image-path "$B/before" "$ID"
		succeeds
		before=$(cat "$B"/before/pages-*.img | wc -c)
		sleep 1
		# shellcheck disable=SC2086
		dumped --leave-running --parent-path ../before $option
		size=$(du --block-size=1 -c "$B"/before/pages-*.img | tail -n 1 | cut -f 1)
		if [ "$option" ]; then
			[ "$size" -lt $((before / 2)) ] || show "before: $before, now: $size"
		else
			[ "$size" -ge "$before" ] || show "without the option: $before, now: $size"
		fi
	done
	deleted
}

@test "--page-server: memory goes over the network, and nowhere else" {
	local served=$B/served

	mkdir "$served"
	background criu page-server --port 5999 --images-dir "$served"
	wait_until listens 5999
	holding memory
	dumped --page-server 127.0.0.1:5999
	[ -z "$(compgen -G "$B/images/pages-*.img")" ] || show "memory is among the images"
	wait_until is_gone "${BACKGROUND[0]}"
	[ "$(cat "$served"/pages-*.img | wc -c)" -gt 4000000 ] || show "memory is not where it was sent"
	cp "$served"/page* "$B/images"
	thawed
	deleted
}

@test "--lazy-pages and --status-fd: memory is fetched when it is touched; the caller is told when it can be" {
	local source=$ID checkpointer

	lazy
	holding memory
	mkfifo "$B/ready"
	exec 7<> "$B/ready"
	mkdir "$B/work"
	scrim checkpoint --image-path "$B/images" --lazy-pages --page-server 127.0.0.1:5998 --status-fd 7 "$ID" \
		> "$B/said" 2>&1 3>&- 4>&- < /dev/null &
	checkpointer=$!
	read -r -t 60 -d '' -u 7 || show "nothing was said: $(cat "$B/said")" # a zero byte
	exec 7<&-
	N=$(cat "$B/rootfs/tmp/n")
	[ "$(cat "$B"/images/pages-*.img | wc -c)" -lt 1000000 ] || show "all memory is among the images"
	background criu lazy-pages --page-server --address 127.0.0.1 --port 5998 --images-dir "$B/images" --work-dir "$B/work"
	wait_until test -S "$B/work/lazy-pages.socket"
	ID=$ID-other
	config '.linux.cgroupsPath += "-other"'
	thawed --lazy-pages
	wait "$checkpointer" || show "checkpoint failed: $(cat "$B/said")"
	[ ! -e "$ROOT/$source" ] || show "what was dumped is still there"
	deleted
}

# at_terminal COMMAND...: in the background, on a terminal of its own.
at_terminal()
{
	background "$PYTHON" -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$@"
}

@test "--shell-job: a terminal of the caller's is another caller's terminal then; without, it is refused" {
	needs "$PYTHON"
	# it opens the caller's, whose number it is told, and not as a standard file
	args /bin/sh -c 'exec 3<> "$(cat /tmp/tty)"; exec /bin/holder memory'
	mount_add /dev/pts none /dev/pts bind
	at_terminal /bin/sh -c 'tty > "$0"; sleep 1000 | exec "$@" > /dev/null 2>&1' "$B/rootfs/tmp/tty" \
		$SCRIM --root "$ROOT" run -b "$B" "$ID"
	wait_until counting 1
	is "$(readlink "/proc/$(pid_of "$ID")/fd/3")" "$(cat "$B/rootfs/tmp/tty")"
	dumped --shell-job
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" "$ID"
	fails
	says 'tty: '
	at_terminal /bin/sh -c 'tty > "$0"; exec "$@" > /dev/null 2>&1' "$B/other" \
		$SCRIM --root "$ROOT" restore -b "$B" --image-path "$B/images" --work-path "$B/work" --shell-job "$ID"
	wait_until counting "$N"
	wait_until is_status "$ID" running
	is "$(readlink "/proc/$(pid_of "$ID")/fd/3")" "$(cat "$B/other")"
	deleted
}

@test "a terminal that is standard input and output is the caller's of restore" {
	needs "$PYTHON"
	args /bin/holder memory
	at_terminal $SCRIM --root "$ROOT" run -b "$B" "$ID"
	wait_until counting 1
	dumped
	at_terminal $SCRIM --root "$ROOT" restore -b "$B" --image-path "$B/images" --work-path "$B/work" "$ID"
	wait_until counting "$N"
	# The container counts before restore has told who it is.
	wait_until is_status "$ID" running
	for fd in 0 1 2; do
		[[ $(readlink "/proc/$(pid_of "$ID")/fd/$fd") == /dev/pts/* ]] || show "$fd is no terminal"
	done
	deleted
}

# in_cgroup: which of the container's its first process is in.
in_cgroup()
{
	sed -n "s,^0::${TEST_CGROUP#"$CGROUP"}/,,p" "/proc/$(pid_of "$ID")/cgroup"
}

@test "--manage-cgroups-mode: who owns a cgroup is kept, or not looked at, or it must not be there yet" {
	local own=$TEST_CGROUP/$ID mode

	holding memory
	chown 1234 "$own"
	dumped
	for mode in soft none; do
		thawed --manage-cgroups-mode $mode
		is "$mode $(in_cgroup) $(stat -c %u "$own")" "$mode $ID $([ $mode = none ] && echo 0 || echo 1234)"
		deleted
	done
	# scrim has made it by then
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" \
		--manage-cgroups-mode strict "$ID"
	fails
	says 'existing cgroups|[Cc]group.* exist'
}

@test "--manage-cgroups-mode: what a cgroup says is kept with full and props, with soft where criu has made it" {
	local own=$TEST_CGROUP/$ID mode

	holding memory
	echo 7 > "$own/cgroup.max.depth"
	dumped
	# What criu takes down of version 2 came with 3.18.
	grep -qa cgroup.max.depth "$B/images/cgroup.img" ||
		skip "$(criu --version | head -n 1): cgroup.max.depth is not in its cgroup.img"
	for mode in soft full props; do
		thawed --manage-cgroups-mode $mode
		is "$mode $(in_cgroup) $(cat "$own/cgroup.max.depth")" "$mode $ID $([ $mode = soft ] && echo max || echo 7)"
		deleted
	done
}

@test "--manage-cgroups-mode: a cgroup that the container has made is made again, or not looked at" {
	local own=$TEST_CGROUP/$ID

	holding memory
	mkdir "$own/nested"
	pid_of "$ID" > "$own/nested/cgroup.procs"
	dumped
	thawed
	is "$(in_cgroup)" "$ID/nested"
	deleted
	thawed --manage-cgroups-mode ignore
	is "$(in_cgroup)" "$ID"
	deleted
	try scrim restore --detach -b "$B" --image-path "$B/images" --work-path "$B/work" \
		--manage-cgroups-mode none "$ID"
	fails
	says "/nested doesn't exist"
}

# profile NAME: AppArmor knows it until the test is over.
profile()
{
	PROFILES+=" $1"
	apparmor_parser --replace --skip-cache <<-END
	profile $1 flags=(attach_disconnected,mediate_deleted) {
		file,
		capability,
		signal,
		mount,
		network,
		ptrace,
		unix,
	}
	END
}

@test "--lsm-profile: another profile than the one that was dumped" {
	[ -e /sys/kernel/security/apparmor/profiles ] || skip "AppArmor is not active here"
	needs apparmor_parser
	profile "scrim-$ID-a"
	profile "scrim-$ID-b"
	config '.process.apparmorProfile = $p' --arg p "scrim-$ID-a"
	holding lock /tmp/lock
	dumped --file-locks
	thawed --file-locks
	is "$(cat "/proc/$(pid_of "$ID")/attr/current")" "scrim-$ID-a (enforce)"
	rm -r "$B/images"
	dumped --file-locks
	thawed --file-locks --lsm-profile "apparmor:scrim-$ID-b"
	is "$(cat "/proc/$(pid_of "$ID")/attr/current")" "scrim-$ID-b (enforce)"
	deleted
}

# stand_in: a criu that writes down what it is asked, and does nothing.
stand_in()
{
	cat > "$B/criu" <<-END
	#!/usr/bin/python3
	import os, socket, sys
	if sys.argv[1] == "swrk":
	    asked = socket.socket(fileno=int(sys.argv[2])).recv(1 << 20)
	    config = os.environ.get("CRIU_CONFIG_FILE")
	    asked += open(config, "rb").read() if config else b""
	    open("$B/asked", "wb").write(asked)
	END
	chmod +x "$B/criu"
}

# As a link it is not followed.
@test "what restore has to know and may not open is not called missing" {
	mkdir "$B/images"
	ln -s /dev/null "$B/images/scrim.json"
	try scrim restore --detach -b "$B" --image-path "$B/images" "$ID"
	fails
	says 'open scrim\.json: '
	rm "$B/images/scrim.json"
	try scrim restore --detach -b "$B" --image-path "$B/images" "$ID"
	fails
	says 'there is no scrim\.json among the images'
}

# What criu is asked comes by a socket, and for some words by a file that its
# environment names: a criu that writes both down, and does nothing. This one
# needs no kernel that criu works on; and a context of mounts can be seen in no
# other way where there is no SELinux, for it is none of their options there.
@test "each option is told to criu" {
	needs /usr/bin/python3
	mkdir "$B/images"
	echo "$NO_IMAGES" > "$B/images/scrim.json"
	stand_in
	asked # makes what there is once for all containers
	asked
	mv "$B/asked" "$B/without"
	asked
	cmp "$B/asked" "$B/without"
	for option in --tcp-established --ext-unix-sk --shell-job --file-locks --link-remap --auto-dedup --lazy-pages \
		'--empty-ns network' '--manage-cgroups-mode full' '--manage-cgroups-mode strict' \
		'--manage-cgroups-mode ignore' '--lsm-profile apparmor:other'; do
		# shellcheck disable=SC2086
		asked $option
		! cmp -s "$B/asked" "$B/without" || show "criu was not told of $option"
	done
	asked --lsm-mount-context system_u:object_r:test_t:s0
	grep -qa system_u:object_r:test_t:s0 "$B/asked" || show "criu was not told of the context"
	args /bin/sleep 1000
	started
	asked_to_dump
	mv "$B/asked" "$B/without"
	asked_to_dump
	cmp "$B/asked" "$B/without"
	exec 7> /dev/null
	for option in --leave-running --tcp-established --tcp-skip-in-flight --link-remap --ext-unix-sk --shell-job \
		--file-locks --auto-dedup --lazy-pages '--status-fd 7' '--parent-path ../before' --pre-dump \
		'--empty-ns network' '--manage-cgroups-mode full' '--page-server 127.0.0.1:5999'; do
		# shellcheck disable=SC2086
		asked_to_dump $option
		! cmp -s "$B/asked" "$B/without" || show "criu was not told of $option"
	done
	exec 7>&-
	grep -qaxF 'address 127.0.0.1' "$B/asked" && grep -qaxF 'port 5999' "$B/asked" || show "to where?"
	deleted
}

# asked_to_dump OPTION...: the same for checkpoint.
asked_to_dump()
{
	rm -f "$B/asked"
	try scrim --criu "$B/criu" checkpoint --image-path "$B/dump" "$@" "$ID"
	fails
	says 'criu cannot be run'
	[ -e "$B/asked" ] || show "criu was not asked"
}

# asked OPTION...: restore, and what it asks of criu.
asked()
{
	rm -f "$B/asked"
	try scrim --criu "$B/criu" restore --detach -b "$B" --image-path "$B/images" "$@" "$ID"
	fails
	says 'criu cannot be run'
	[ -e "$B/asked" ] || show "criu was not asked"
}

# not_asked WORDS COMMAND...: it fails with these words, and criu is left alone.
not_asked()
{
	local words=$1

	shift
	rm -f "$B/asked"
	try "$@"
	fails
	says "$words"
	[ ! -e "$B/asked" ] || show "criu ran"
}

# without_config COMMAND...: the last memory file that it makes, criu's
# configuration, cannot be made.
without_config()
{
	local trace=(strace -qq -o "$B/files" -e trace=memfd_create)

	try "${trace[@]}" "$@"
	not_asked 'make memory file criu.conf: No space left on device' \
		"${trace[@]}" -e "inject=memfd_create:error=ENOSPC:when=$(grep -c memfd_create "$B/files")" "$@"
}

# The words that the library has no call for are in a file: to run without them
# would lose pages or connections, in silence.
@test "a configuration that cannot be written, or found, is an error, and nothing is told to criu" {
	local restore=($SCRIM --root "$ROOT" --criu "$B/criu" restore --detach --lazy-pages -b "$B"
		--image-path "$B/images" "$ID")

	needs /usr/bin/python3 strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	stand_in
	mkdir "$B/images"
	echo "$NO_IMAGES" > "$B/images/scrim.json"
	without_config "${restore[@]}"
	# criu would look into /proc by a number that is another process's there
	not_asked 'criu could not read its configuration' unshare --pid --fork "${restore[@]}"
	args /bin/sleep 1000
	started
	without_config $SCRIM --root "$ROOT" --criu "$B/criu" checkpoint --lazy-pages --image-path "$B/images" "$ID"
	is "$(status_of "$ID")" running
	deleted
}

@test "an annotated file that cannot be read is named, and nothing is told to criu" {
	local kind

	needs /usr/bin/python3
	stand_in
	mkdir "$B/folder"
	mkfifo "$B/pipe"
	args /bin/sleep 1000
	for kind in folder pipe nothing; do
		config '.annotations["org.criu.config"] = $p' --arg p "$B/$kind"
		started
		not_asked "annotation org.criu.config: " timeout 30 $SCRIM --root "$ROOT" --criu "$B/criu" \
			checkpoint --image-path "$B/images" "$ID"
		says "$B/$kind"
		is "$(status_of "$ID")" running
		deleted
	done
}

# stand_in_alive: one that says that a process of its own is the container's, which
# sleeps as long as nobody else does.
stand_in_alive()
{
	SECONDS_OWN=43$$
	cat > "$B/criu" <<-END
	#!/usr/bin/python3
	import ctypes, os, socket, struct, sys
	if sys.argv[1] == "swrk":
	    wire = socket.socket(fileno=int(sys.argv[2]))
	    wire.recv(1 << 20)
	    CLONE3, CLONE_PARENT = 435, 0x8000
	    pid = ctypes.CDLL(None).syscall(CLONE3, struct.pack("8Q", CLONE_PARENT, 0, 0, 0, 0, 0, 0, 0), 64)
	    if pid == 0:
	        wire.close()
	        os.execv("/bin/sleep", ["sleep", "$SECONDS_OWN"])
	    number = bytes([pid >> 7 * i & 127 | 128 for i in range(4)] + [pid >> 28])
	    restore = b"\x08" + number
	    # of type RESTORE, with success
	    wire.send(b"\x08\x02\x10\x01\x22" + bytes([len(restore)]) + restore)
	END
}

# stuck WORDS: a restore that is kept in the mount namespace of its own fails with
# these.
stuck()
{
	try strace -qq -o "$B/trace" -e trace=setns -e inject=setns:error=EPERM \
		$SCRIM --root "$ROOT" --criu "$B/criu" restore --detach -b "$B" --image-path "$B/images" "$ID"
	fails
	says "$1"
	grep -q INJECTED "$B/trace"
	[ ! -e "$ROOT/$ID" ] || show "the state directory is left"
	! pgrep -fx "sleep ${SECONDS_OWN-none}" || show "its process is left"
}

# What was made before is taken away all the same, the processes that criu has
# brought included; the first error is the one that is told.
@test "a restore that cannot go back to its own mount namespace leaves nothing" {
	needs /usr/bin/python3 strace
	strace -o /dev/null true 2> /dev/null || skip "strace may not trace here"
	mkdir "$B/images"
	echo "$NO_IMAGES" > "$B/images/scrim.json"
	stand_in
	asked
	stuck 'criu cannot be run'
	stand_in_alive
	try scrim --criu "$B/criu" restore --detach -b "$B" --image-path "$B/images" "$ID"
	succeeds
	is "$(cat "/proc/$(pid_of "$ID")/cmdline" | tr '\0' ' ')" "sleep $SECONDS_OWN "
	deleted
	stuck 'return to the own namespace: Operation not permitted'
}
