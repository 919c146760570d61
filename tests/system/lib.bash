# SPDX-License-Identifier: Apache-2.0
#
# The bench of the system tests. A file of tests owns one directory on a tmpfs
# ($T: root file system, bundles, scrim's --root) and one cgroup; every test
# owns a child of that cgroup, a fresh bundle ($B) and a fresh id ($ID), and
# after it nothing may be left: no process, mount, cgroup, state directory or
# temporary file. Run it by tests/with-cgroup2, as root. SCRIM names the
# program (it may hold options), SCRIM_CC the compiler for static programs,
# SCRIM_BIRTH (pinned, plain) the way in which mount namespaces are made.
# Nothing here may touch what it did not make.

bats_require_minimum_version 1.5.0

SCRIM=${SCRIM:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/scrim}
SYSTEM_DIR=$BATS_TEST_DIRNAME
CGROUP=/sys/fs/cgroup
PYTHON=${PYTHON:-/usr/bin/python3}
APPLETS="sh cat ls echo true false sleep id env printenv pwd mount umount grep
stat test readlink hostname mkdir rm touch kill sed head wc dd mknod ln sync
chmod chown tr sort cut awk find seq tty stty expr dirname basename ps"

# --- the file's part ---------------------------------------------------------

setup_file()
{
	bench_open
}

teardown_file()
{
	bench_close
}

# bench_open: makes $T, the probe, the root file system and the file's cgroup.
bench_open()
{
	[ "$(id -u)" = 0 ] || { echo "the system tests need root"; return 1; }
	command -v ${SCRIM%% *} > /dev/null ||
		{ echo "no $SCRIM: build it, or set SCRIM"; return 1; }
	# The name is short: paths of UNIX sockets are limited to 107 bytes.
	export T
	T=$(mktemp -d /run/st.XXXXXX)
	mount -t tmpfs -o mode=755 scrim-test "$T"
	mount --make-private "$T"
	mkdir "$T/root" "$T/tmp" "$T/b"
	chmod 1777 "$T/tmp"
	export ROOT=$T/root TMPDIR=$T/tmp
	probe_build
	rootfs_make "$T/rootfs"
	export FILE_CGROUP=$CGROUP/${T##*/}
	mkdir "$FILE_CGROUP"
}

bench_close()
{
	local target

	# An empty $T would name every mount there is.
	[ -n "${T-}" ] || return 0

	# Deepest first: what scrim pins below its root, then the tmpfs.
	awk -v t="$T" '$5 == t || index($5, t "/") == 1 { print $5 }' \
		/proc/self/mountinfo | sort -r | while read -r target; do
		umount -l "$target" || true
	done
	rmdir "$T" || true
	cgroup_remove "$FILE_CGROUP"
}

# probe_build: one static program for the whole run of bats.
probe_build()
{
	export PROBE=$BATS_RUN_TMPDIR/probe
	[ -x "$PROBE" ] && return
	${SCRIM_CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -static -o "$PROBE.new" \
		"$SYSTEM_DIR/probe.c"
	mv "$PROBE.new" "$PROBE"
}

# rootfs_make DIR: busybox and the probe, with users and the usual directories.
rootfs_make()
{
	local busybox applet

	busybox=$(command -v busybox)
	mkdir -p "$1"/{bin,dev,etc,proc,sys,root,tmp,mnt,home/walter}
	cp "$busybox" "$1/bin/busybox"
	for applet in $APPLETS; do
		ln -s busybox "$1/bin/$applet"
	done
	cp "$PROBE" "$1/bin/probe"
	chmod 1777 "$1/tmp"
	cat > "$1/etc/passwd" <<-END
	root:x:0:0:root:/root:/bin/sh
	walter:x:1000:1000::/home/walter:/bin/sh
	END
	printf 'root:x:0:\nwalter:x:1000:\nstaff:x:50:walter\n' > "$1/etc/group"
}

# pins_away ROOT: unmounts what is pinned there.
pins_away()
{
	awk -v r="$1/" 'index($5, r) == 1 { print $5 }' /proc/self/mountinfo |
		sort -r | xargs -r -n 1 umount
}

# --- each test's part --------------------------------------------------------

setup()
{
	test_open
}

teardown()
{
	test_close
}

test_open()
{
	ID=t$BATS_TEST_NUMBER-$RANDOM
	B=$T/b/$ID
	OUT=$T/out ERR=$T/err
	TEST_CGROUP=$FILE_CGROUP/$BATS_TEST_NUMBER
	: > "$OUT"
	: > "$ERR"
	BACKGROUND=()
	mkdir "$TEST_CGROUP"
	echo $$ > "$TEST_CGROUP/cgroup.procs"
	MOUNTS_BEFORE=$(mounts_outside)
	bundle "$B"
}

# cgroup_open: for what needs a cgroup; $OWN is the container's.
cgroup_open()
{
	test_open
	[ "$(stat -fc %T $CGROUP)" = cgroup2fs ] || skip "$CGROUP is not cgroup2"
	[[ $SCRIM != *disabled* ]] || skip "SCRIM runs without cgroups"
	OWN=$TEST_CGROUP/$ID
}

# What the test did not take away itself is a fault of scrim's, unless the
# test has failed already.
test_close()
{
	local left=

	background_end
	if [ -n "$BATS_TEST_COMPLETED" ]; then
		left=$(leftovers)
	else
		containers_end
	fi
	cgroup_empty "$TEST_CGROUP"
	cgroup_remove "$TEST_CGROUP"
	rm -rf --one-file-system "$B" "$T/tmp"/* 2> /dev/null
	[ -z "$left" ] && return
	echo "left behind: $left"
	return 1
}

# Our mounts, but for the namespace that scrim keeps pinned in a root.
mounts_outside()
{
	grep -vE '^[^-]* /[^ ]*/\.pin[/ ]' /proc/self/mountinfo | cut -d' ' -f5- | sort
}

# leftovers: prints what a test left behind, nothing when all is well.
leftovers()
{
	local pid file now

	for file in $(find "$TEST_CGROUP" -name cgroup.procs); do
		while read -r pid; do
			[ "$pid" = $$ ] || process_is_own "$pid" ||
				process_is_going "$pid" || echo "process $pid ($(process_words "$pid"))"
		done < "$file"
	done
	find "$CGROUP" -path "$TEST_CGROUP/*" -type d -o -type d -name "*$ID*"
	[ -e "$ROOT/$ID" ] && echo "$ROOT/$ID"
	scrim list -q 2>&1
	ls -A "$TMPDIR"
	now=$(mounts_outside)
	[ "$now" = "$MOUNTS_BEFORE" ] ||
		diff <(echo "$MOUNTS_BEFORE") <(echo "$now") || true
	return 0
}

# creator_killed MS [OPTION...]: a create that is killed after so long, and
# what delete --force makes of the rest. Not by the function: this process is.
creator_killed()
{
	$SCRIM --root "$ROOT" "${@:2}" create -b "$B" "$ID" > /dev/null 2>&1 3>&- 4>&- &
	sleep "0.$(printf %03d "$1")"
	kill -KILL $! 2> /dev/null || true
	wait $! 2> /dev/null || true
	try scrim delete --force "$ID"
	succeeds
}

# The subshells of the test itself are no leftover.
process_is_own()
{
	local parent

	[ "$1" = "$BASHPID" ] && return
	parent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$1/stat" 2> /dev/null) || return 0
	[ "$parent" = "$BASHPID" ] || [ "$parent" = $$ ] &&
		[ "$(cat "/proc/$1/comm")" = "$(cat /proc/$$/comm)" ]
}

# What was killed is not always gone at once, and what an engine does behind an
# exec takes its time: ten seconds for it.
process_is_going()
{
	local end=$((SECONDS + 10))

	while [ -n "$1" ] && [ -e "/proc/$1" ]; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.02
	done
}

process_words()
{
	tr '\0' ' ' < "/proc/$1/cmdline"
}

# background COMMAND...: runs it until the test is over; $! is its pid.
background()
{
	"$@" < /dev/null > "$T/background" 2>&1 3>&- 4>&- &
	BACKGROUND+=($!)
}

background_end()
{
	local pid

	for pid in "${BACKGROUND[@]}"; do
		kill -KILL "$pid" 2> /dev/null || true
		wait "$pid" 2> /dev/null || true
	done
	BACKGROUND=()
}

# After a failed test, so that it is the only one.
containers_end()
{
	local id

	for id in $(scrim list -q 2> /dev/null); do
		scrim delete --force "$id" > /dev/null 2>&1 3>&- || true
		rm -rf --one-file-system "${ROOT:?}/$id"
	done
}

# cgroup_empty DIR: ends all but the test itself, and takes that out.
cgroup_empty()
{
	echo $$ > "$CGROUP/cgroup.procs"
	echo 1 > "$1/cgroup.kill"
}

cgroup_remove()
{
	local end=$((SECONDS + 10))

	while [ $SECONDS -lt $end ]; do
		find "$1" -depth -type d -exec rmdir {} + 2> /dev/null
		[ -d "$1" ] || return 0
		sleep 0.02
	done
	echo "the cgroup $1 does not empty"
}

# --- bundles -----------------------------------------------------------------

# bundle DIR: a root file system of its own (hard links, but for etc) and the
# base configuration. B is not changed.
bundle()
{
	mkdir -p "$1"
	cp -al "$T/rootfs" "$1/rootfs"
	rm -r "$1/rootfs/etc"
	cp -r "$T/rootfs/etc" "$1/rootfs/etc"
	sed "s,@CGROUP@,${TEST_CGROUP#"$CGROUP"}/$ID," \
		"$SYSTEM_DIR/base.json" > "$1/config.json"
	[ -z "${SCRIM_BIRTH-}" ] || birth "$1/config.json"
}

# birth FILE: asks for the way of birth that SCRIM_BIRTH names.
birth()
{
	sed -i "1,/ociVersion.*/s/\"ociVersion\".*/&\n\"annotations\": {\"org.scrim.birth\": \"$SCRIM_BIRTH\"},/" "$1"
}

# config FILTER [JQ OPTION...]: jq changes the configuration of $B.
config()
{
	local filter=$1

	shift
	jq "$filter" "$B/config.json" "$@" > "$B/config.new" || return
	mv "$B/config.new" "$B/config.json"
}

# args WORD...: what the container runs.
args()
{
	local words

	words=$(jq -cn '$ARGS.positional' --args -- "$@")
	config ".process.args = $words"
}

# script TEXT: the container runs a shell with it.
script()
{
	args /bin/sh -c "$1"
}

# mount_add DESTINATION TYPE SOURCE [OPTION...]
mount_add()
{
	local words

	words=$(jq -cn '{destination: $ARGS.positional[0],
		type: $ARGS.positional[1], source: $ARGS.positional[2],
		options: $ARGS.positional[3:]}' --args -- "$@")
	config ".mounts += [$words]"
}

# user_namespace [HOST_ID [COUNT]]: container ids from 0 on.
user_namespace()
{
	local map="[{containerID: 0, hostID: ${1:-100000}, size: ${2:-65536}}]"

	config ".linux.namespaces += [{type: \"user\"}] |
		.linux.uidMappings = $map | .linux.gidMappings = $map"
	# Its root has to make mount targets. Files are hard links: left alone.
	find "$B/rootfs" -type d -exec chown "${1:-100000}:${1:-100000}" {} +
}

# namespace_drop TYPE, namespace_join TYPE PATH
namespace_drop()
{
	# A birth can be asked for where there is a new mount namespace alone.
	[ "$1" != mount ] || config 'del(.annotations["org.scrim.birth"]?)'
	config '.linux.namespaces |= map(select(.type != $t))' --arg t "$1"
}

namespace_join()
{
	namespace_drop "$1"
	config '.linux.namespaces += [{type: $t, path: $p}]' --arg t "$1" --arg p "$2"
}

# tree DIR [OPTIONS]: a tmpfs with another one on its sub directory.
tree()
{
	local dir

	mkdir "$1"
	mount -t tmpfs top "$1"
	mkdir "$1/sub"
	mount -t tmpfs below "$1/sub"
	for dir in ${2:+"$1/sub" "$1"}; do
		mount -o "remount,bind,$2" "$dir"
	done
}

# bundle_unmount: what a test has mounted below its bundle, for teardown().
bundle_unmount()
{
	awk -v b="$B" '$5 == b || index($5, b "/") == 1 { print $5 }' \
		/proc/self/mountinfo | sort -r | xargs -r -n 1 umount -l
}

capability_add()
{
	local cap

	for cap; do
		config '.process.capabilities[("bounding", "effective",
			"permitted", "inheritable", "ambient")] += [$c]' --arg c "$cap"
	done
}

# --- running -----------------------------------------------------------------

scrim()
{
	$SCRIM --root "$ROOT" "$@"
}

# try COMMAND...: its words into $output and $stderr, its status into $status.
# Files, not pipes: a created container may hold on to them.
try()
{
	status=0
	"$@" < "${INPUT:-/dev/null}" > "$OUT" 2> "$ERR" 3>&- 4>&- || status=$?
	output=$(tr -d '\0' < "$OUT")
	stderr=$(tr -d '\0' < "$ERR")
}

# on_terminal COLUMNS ROWS COMMAND...: on a pty of its own; what the pty shows
# into $output, the command's status into $status. Lines on stdin of the
# function are typed one by one, each when the one before was answered by "?".
on_terminal()
{
	cat > "$T/typed"
	try $PYTHON "$SYSTEM_DIR/on_terminal.py" "$1" "$2" "$T/typed" "${@:3}"
	rm "$T/typed"
}

# runs [OPTION...]: the bundle, in the foreground, to a silent success.
runs()
{
	try scrim run -b "$B" "$@" "$ID"
	succeeds
}

# refused [OPTION...]: create must fail, and does not leave anything.
refused()
{
	try scrim create -b "$B" "$@" "$ID"
	fails
	[ ! -e "$ROOT/$ID" ] || show "the state directory is still there"
}

created()
{
	try scrim create -b "$B" "$@" "$ID"
	succeeds
}

started()
{
	created "$@"
	try scrim start "$ID"
	succeeds
}

deleted()
{
	try scrim delete --force "$ID"
	succeeds
}

status_of()
{
	scrim state "$1" | jq -r .status
}

pid_of()
{
	scrim state "$1" | jq -r .pid
}

# wait_until COMMAND...: for half a minute, of which a machine at rest takes next
# to nothing. A server's socket gets its name when it listens, not before.
wait_until()
{
	local end=$((SECONDS + 30))

	until "$@"; do
		[ $SECONDS -lt $end ] || show "in vain: waited for $*"
		sleep 0.02
	done
}

is_status()
{
	[ "$(status_of "$1")" = "$2" ]
}

is_gone()
{
	! kill -0 "$1" 2> /dev/null
}

file_says()
{
	grep -q -e "$2" "$1" 2> /dev/null
}

# --- judging -----------------------------------------------------------------

show()
{
	echo "$*"
	echo "status: $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
	[ -z "$(declare -F show_more)" ] || show_more
	return 1
}

# succeeds: status 0 and not a word on stderr.
succeeds()
{
	[ "$status" = 0 ] || show "expected success"
	[ -z "$stderr" ] || show "success is silent"
}

fails()
{
	[ "$status" = "${1:-1}" ] || show "expected status ${1:-1}"
	[ -n "$stderr" ] || show "a failure has words"
}

# prints TEXT: a whole line of stdout is it.
prints()
{
	grep -qxF -e "$1" <<< "$output" || show "expected the line: $1"
}

# shows PATTERN, hides PATTERN: a line of stdout matches (grep -E).
shows()
{
	grep -qE -e "$1" <<< "$output" || show "expected on stdout: $1"
}

hides()
{
	! grep -E -e "$1" <<< "$output" || show "not expected on stdout: $1"
}

# says PATTERN: stderr matches, letter case as given.
says()
{
	grep -qE -e "$1" <<< "$stderr" || show "expected on stderr: $1"
}

is()
{
	[ "$1" = "$2" ] || show "expected: $2, got: $1"
}

# mount_line DESTINATION: that mount's line of the mountinfo in $output, the
# topmost one.
mount_line()
{
	local line

	line=$(awk -v d="$1" '$5 == d' <<< "$output" | tail -n 1)
	[ -n "$line" ] || show "no mount on $1"
	echo "$line"
}

# mount_has DESTINATION WORD...: each is among the mount's or the file
# system's options, or with a leading ! is not.
mount_has()
{
	local line all word

	line=$(mount_line "$1") || { echo "$line"; return 1; }
	all=,$(awk '{ for (i = 7; $i != "-"; i++); print $6 "," $(i + 3) }' <<< "$line"),
	shift
	for word; do
		case $word in
		!*) [[ $all != *,${word#!},* ]] || show "unwanted ${word#!} in $line" ;;
		*) [[ $all == *,$word,* ]] || show "no $word in $line" ;;
		esac
	done
}

# mount_type DESTINATION TYPE
mount_type()
{
	local line

	line=$(mount_line "$1") || { echo "$line"; return 1; }
	is "$(awk '{ for (i = 7; $i != "-"; i++); print $(i + 1) }' <<< "$line")" "$2"
}

own_status()
{
	args /bin/cat /proc/self/status
}

# status_has NAME VALUE: a line of /proc/self/status in $output.
status_has()
{
	is "$(sed -n "s/^$1:[[:space:]]*//p" <<< "$output" | tr -s '\t' ' ' | sed 's/ *$//')" "$2"
}

# needs COMMAND...: skips the test where one is not installed.
needs()
{
	local command

	for command; do
		command -v "$command" > /dev/null || skip "$command is not installed"
	done
}
