# SPDX-License-Identifier: Apache-2.0
#
# What the tests of engines share. They run in the virtual machine, as
# root, so that nothing has to be put back: what an engine leaves behind is
# looked for, but the machine itself is thrown away. Everything in it is slow:
# a program takes 30 ms to start, podman run four seconds; so a test asks one
# container about many things.

# Made once for a run of bats, unless it was made before the machine started.
IMAGE=${CLIENTS_WORK:-$BATS_RUN_TMPDIR}/image.tar
[ -e "$IMAGE" ] || "$SCRIM_SOURCE/tests/clients/image" "${IMAGE%/*}"
BB=localhost/bb:latest
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# The machine is not the host of whoever works on scrim: what would be done to
# that, daemons and configurations, is done to nobody.
[ "$(cat /proc/1/comm)" = systemd ] || [ -n "${CLIENTS_HERE-}" ] ||
	{ echo "these tests change the machine: tests/clients/run starts one for them"; exit 1; }

# scrim_installed ARGUMENT...: as an administrator would: the program in its
# place, and the engine told. Once for the machine.
scrim_installed()
{
	[ -x /usr/local/sbin/scrim ] || cp "$SCRIM" /usr/local/sbin/scrim
	/usr/bin/python3 "$SCRIM_SOURCE/contrib/install-engine" "$@"
}

# try COMMAND...: its words in $output, what it says in $stderr, its status in
# $status; none of them is judged.
try()
{
	local out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err

	status=0
	"$@" < /dev/null > "$out" 2> "$err" 3>&- 4>&- || status=$?
	output=$(tr -d '\0\r' < "$out")
	stderr=$(tr -d '\0' < "$err")
}

show()
{
	echo "$*"
	echo "status: $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
	return 1
}

# does COMMAND...: it succeeds.
does()
{
	try "$@"
	[ "$status" = 0 ] || show "failed: $*"
}

# ends STATUS COMMAND...
ends()
{
	local expected=$1

	shift
	try "$@"
	[ "$status" = "$expected" ] || show "expected status $expected: $*"
}

# has LINE...: each is a whole line of stdout.
has()
{
	local line

	for line; do
		grep -qxF -e "$line" <<< "$output" || show "expected the line: $line"
	done
}

# shows PATTERN...: a line of stdout matches each (grep -E).
shows()
{
	local pattern

	for pattern; do
		grep -qE -e "$pattern" <<< "$output" || show "expected on stdout: $pattern"
	done
}

says()
{
	grep -qE -e "$1" <<< "$stderr" || show "expected on stderr: $1"
}

is()
{
	[ "$1" = "$2" ] || show "expected: $2, got: $1"
}

# wait_until COMMAND...: for half a minute.
wait_until()
{
	local i

	for i in {1..150}; do
		"$@" > /dev/null 2>&1 && return
		sleep 0.2
	done
	show "in vain: waited for $*"
}

needs()
{
	local command

	for command; do
		command -v "$command" > /dev/null || skip "$command is not installed"
	done
}

# can COMMAND: scrim has it; a version without is told apart from a failure.
can()
{
	/usr/local/sbin/scrim "$1" --help > /dev/null 2>&1 || skip "scrim $1 is not part of this version"
}

# typed COMMAND...: on a terminal.
typed()
{
	local line

	printf -v line '%q ' "$@"
	# its shell has to understand what bash quotes: a bare environment names none
	SHELL=/bin/bash script -qec "$line" /dev/null
}

# nothing_left: no container of scrim's, no cgroup of one, no process of one.
nothing_left()
{
	local root left

	for root in /run/scrim /run/containerd/runc/* /run/docker/runtime-runc/*; do
		[ ! -d "$root" ] || left+=$(find "$root" -mindepth 1 -maxdepth 1 ! -name '.*')
	done
	left+=$(find /sys/fs/cgroup -type d \( -name 'libpod-*' ! -name 'libpod-conmon-*' -o -name 'docker-*' -o -name 'cri-*' \))
	[ -z "$left" ] || show "left behind: $left"
}
