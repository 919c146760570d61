# SPDX-License-Identifier: Apache-2.0
#
# The public vulnerabilities of container runtimes that came in by exec, each
# under its CVE's name: what the attack tried, and that it gets nowhere.

load lib

running()
{
	args /bin/sleep 1000
	started "$@"
}

program()
{
	realpath "$(command -v ${SCRIM%% *})"
}

# --- CVE-2019-5736 -----------------------------------------------------------

@test "CVE-2019-5736: /proc/self/exe as the program of an exec is not the host's binary" {
	before=$(md5sum < "$(program)")
	running
	printf '#!/proc/self/exe\n' > "$B/rootfs/entry"
	chmod 755 "$B/rootfs/entry"
	for entry in /entry /proc/self/exe; do
		try timeout 20 $SCRIM --root "$ROOT" exec "$ID" "$entry"
		[ "$status" != 124 ] || show "hangs"
		[ "$status" != 0 ] || show "ran"
	done
	is "$(md5sum < "$(program)")" "$before"
	deleted
}

@test "CVE-2019-5736: a container that looks for execs of its own finds no binary to write" {
	before=$(md5sum < "$(program)")
	script 'while :; do for p in /proc/[0-9]*; do [ $p = /proc/1 ] && continue
		probe open $p/exe w; readlink $p/exe; done; done 2> /dev/null > /tmp/seen'
	capability_add CAP_SYS_PTRACE CAP_DAC_READ_SEARCH
	started
	for i in {1..40}; do
		try scrim exec "$ID" /bin/true
		succeeds
	done
	scrim kill "$ID" KILL
	is "$(md5sum < "$(program)")" "$before"
	# With CAP_SYS_PTRACE it may look: at its own programs, and at a sealed memory file.
	! grep -vE "^(/bin/[a-z]*|/memfd:scrim-init \(deleted\)|ok|E[A-Z]*|errno [0-9]*)$" \
		"$B/rootfs/tmp/seen" > "$T/tmp/found" || show "$(sort "$T/tmp/found" | uniq -c)"
	rm "$T/tmp/found"
	deleted
}

@test "CVE-2019-5736: what is seen of an exec in the container has the program's rights already" {
	script 'while :; do for p in /proc/[0-9]*/status; do case $p in /proc/1/*) ;; *)
		grep -h CapPrm $p;; esac; done; done 2> /dev/null > /tmp/seen'
	capability_add CAP_SYS_PTRACE
	started
	wanted=$(awk '/^CapPrm/ { print $2 }' "/proc/$(pid_of "$ID")/status")
	for i in {1..60}; do
		try scrim exec "$ID" /bin/true
		succeeds
	done
	scrim kill "$ID" KILL
	# Besides the loop's own commands.
	! grep CapPrm "$B/rootfs/tmp/seen" | grep -v "$wanted" > "$T/tmp/more" ||
		show "seen: $(sort "$T/tmp/more" | uniq -c), wanted $wanted"
	rm -f "$T/tmp/more"
	deleted
}

@test "CVE-2019-5736: in a user namespace the container's root cannot trace an exec" {
	user_namespace
	script 'while :; do for p in /proc/[0-9]*; do [ $p = /proc/1 ] || [ $p = /proc/$$ ] && continue
		probe open $p/mem w; readlink $p/exe; done; done 2> /dev/null > /tmp/seen'
	capability_add CAP_SYS_PTRACE
	mkdir -p "$B/rootfs/tmp"
	chown 100000 "$B/rootfs/tmp"
	started
	for i in {1..20}; do
		try scrim exec "$ID" /bin/true
		succeeds
	done
	scrim kill "$ID" KILL
	! grep -E "memfd|scrim" "$B/rootfs/tmp/seen" || show "the init's file is seen"
	deleted
}

# thief: a container whose first process, traced by nobody, takes what execs hold.
thief()
{
	${SCRIM_CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -static -I "$SYSTEM_DIR/../../src" \
		-o "$B/rootfs/bin/thief" "$SYSTEM_DIR/thief.c"
	script 'exec thief '"$1"' > /tmp/taken'
	capability_add CAP_SYS_PTRACE
	started
	wait_until grep -q ready "$B/rootfs/tmp/taken"
}

# The wire is the one thing that a process must still hold. Who takes it, as
# CAP_SYS_PTRACE allows, shall not choose whom of the host scrim treats as its
# child: adjusts, and kills where the exec fails.
@test "CVE-2019-5736: who takes an exec's wire cannot have a process of the host killed" {
	background sleep 1000
	victim=$!
	thief "$victim"
	jq '.process | .args = ["/bin/true"] | .oomScoreAdj = 500' "$B/config.json" > "$B/process.json"
	for i in {1..400}; do
		try timeout -k 5 20 $SCRIM --root "$ROOT" exec -p "$B/process.json" "$ID"
		[ "$status" != 124 ] && [ "$status" != 137 ] || show "hangs"
		[ $((i % 20)) != 0 ] || ! grep -q socket "$B/rootfs/tmp/taken" || break
	done
	kill -0 "$victim" || show "the host's process was killed"
	is "$(cat "/proc/$victim/oom_score_adj")" 0
	grep -q socket "$B/rootfs/tmp/taken" || show "the thief took nothing"
	! grep directory "$B/rootfs/tmp/taken" || show "a directory was to be had"
	scrim kill "$ID" KILL
	deleted
}

@test "CVE-2019-5736: who takes an exec's wire cannot fill the host's log" {
	thief log
	jq '.process | .args = ["/bin/true"] | .oomScoreAdj = 500' "$B/config.json" > "$B/process.json"
	for i in {1..400}; do
		try timeout -k 5 20 $SCRIM --root "$ROOT" --log "$T/tmp/log" --log-level warn exec -p "$B/process.json" "$ID"
		[ "$status" != 124 ] && [ "$status" != 137 ] || show "hangs"
		! grep -q flood "$B/rootfs/tmp/taken" || break
	done
	grep -q flood "$B/rootfs/tmp/taken" || show "the thief took nothing"
	# As many lines as warnings can be meant, of 4 KiB at most.
	[ "$(grep -c www "$T/tmp/log")" -le 600 ] || show "$(wc "$T/tmp/log")"
	says 'more than 512 warnings'
	rm "$T/tmp/log"
	scrim kill "$ID" KILL
	deleted
}

# The label is written by a descriptor of the host's procfs, in which its first
# process's root is the host. Where the kernel has no labels the exec fails, but
# not before it was there to be looked at.
@test "CVE-2024-21626: an exec that gets a label holds nothing of the host when the container sees it" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mknod"], action: "SCMP_ACT_ERRNO"}]}'
	thief 0
	jq '.process | .args = ["/bin/true"] | .oomScoreAdj = 500 |
		.apparmorProfile = "unconfined"' "$B/config.json" > "$B/process.json"
	jq 'del(.apparmorProfile)' "$B/process.json" > "$B/plain.json"
	for i in {1..60}; do
		try scrim exec -p "$B/process.json" "$ID"
		try scrim exec -p "$B/plain.json" "$ID"
	done
	scrim kill "$ID" KILL
	! grep -E "directory|descriptors" "$B/rootfs/tmp/taken" || show "$(sort "$B/rootfs/tmp/taken" | uniq -c)"
	deleted
}

# --- capabilities ------------------------------------------------------------

inheritable_of()
{
	awk '/^CapInh/ { print $2 }' <<< "$output"
}

@test "CVE-2022-27650, CVE-2022-29162: exec --cap sets no inheritable capability" {
	running
	try scrim exec --cap CAP_NET_RAW --cap CAP_SYS_ADMIN "$ID" /bin/cat /proc/self/status
	succeeds
	is "$(inheritable_of)" 0000000000000000
	status_has CapAmb 0000000000000000
	deleted
}

@test "CVE-2022-27650: what the process section lists as inheritable stays as it is" {
	config '.process.capabilities.inheritable = ["CAP_KILL"]'
	running
	try scrim exec --cap CAP_NET_RAW "$ID" /bin/cat /proc/self/status
	succeeds
	is "$(inheritable_of)" 0000000000000020
	deleted
}

@test "CVE-2025-27612, CVE-2025-54867: a process file without inheritable capabilities gets none" {
	running
	jq '.process | .args = ["/bin/cat", "/proc/self/status"] | del(.capabilities.inheritable, .capabilities.ambient)' \
		"$B/config.json" > "$B/process.json"
	try scrim exec -p "$B/process.json" -c net_admin "$ID"
	succeeds
	is "$(inheritable_of)" 0000000000000000
	status_has CapAmb 0000000000000000
	deleted
}

@test "CVE-2025-27612: another user's program has no capability that was not made ambient" {
	running
	try scrim exec --user 1000 --cap CAP_SYS_ADMIN "$ID" /bin/cat /proc/self/status
	succeeds
	status_has CapPrm 0000000000000000
	status_has CapEff 0000000000000000
	is "$(inheritable_of)" 0000000000000000
	deleted
}

# --- CVE-2024-21626 ----------------------------------------------------------

@test "CVE-2024-21626: no descriptor is a working directory outside" {
	running
	for number in {3..64}; do
		try sh -c 'exec "$@" 7< / 9< /etc' sh $SCRIM --root "$ROOT" exec \
			--cwd "/proc/self/fd/$number" "$ID" /bin/sh -c 'pwd; ls'
		[ "$status" != 0 ] || show "descriptor $number is a working directory"
	done
	deleted
}

@test "CVE-2024-21626: a directory of the host that is passed on is no working directory" {
	running
	for number in {3..8}; do
		try sh -c 'exec "$@" 3< / 4< /etc' sh $SCRIM --root "$ROOT" exec --preserve-fds 2 \
			--cwd "/proc/self/fd/$number" "$ID" /bin/sh -c 'pwd; ls'
		[ "$status" != 0 ] || show "descriptor $number is a working directory"
	done
	deleted
}

@test "CVE-2024-21626: a link in the container to a descriptor is no way out either" {
	running
	for number in {3..20}; do
		ln -sfn "/proc/self/fd/$number" "$B/rootfs/tmp/link"
		try sh -c 'exec "$@" 7< / 9< /etc' sh $SCRIM --root "$ROOT" exec \
			--cwd /tmp/link "$ID" /bin/sh -c 'pwd; ls'
		[ "$status" != 0 ] || show "descriptor $number is a working directory"
	done
	deleted
}

@test "CVE-2024-21626: what scrim opens itself does not fill the places that --preserve-fds names" {
	running
	# The state directory and the signals of the foreground, a log.
	for n in {1..6}; do
		for options in "" "--log $T/tmp/log"; do
			try scrim $options exec --preserve-fds "$n" "$ID" /bin/probe fds
			[ "$status" = 0 ] || show "exec"
			is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 "
		done
	done
	try sh -c 'exec "$@" 3< /dev/null 5< /dev/null' sh $SCRIM --root "$ROOT" \
		exec --preserve-fds 3 "$ID" /bin/probe fds
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 3 5 "
	rm "$T/tmp/log"
	deleted
}

@test "CVE-2024-21626: the program of an exec has descriptors 0, 1 and 2 alone" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mknod"], action: "SCMP_ACT_ERRNO"}]}'
	running
	try sh -c 'exec "$@" 5< /etc/passwd 7< / 9< /etc' sh $SCRIM --root "$ROOT" exec "$ID" /bin/probe fds
	succeeds
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 "
	deleted
}

@test "CVE-2024-21626: without namespaces, too" {
	config '.linux.namespaces = [] | del(.mounts, .hostname)'
	running
	try sh -c 'exec "$@" 7< /' sh $SCRIM --root "$ROOT" exec "$ID" /bin/probe fds
	succeeds
	deleted
}

# --- CVE-2026-30892 ----------------------------------------------------------

@test "CVE-2026-30892: --user 1 is user 1, and --user 1:2 is 1 and 2" {
	running
	try scrim exec --user 1 "$ID" /bin/id -u
	succeeds
	prints 1
	try scrim exec --user 1:2 "$ID" /bin/sh -c 'id -u; id -g'
	succeeds
	is "$output" "1
2"
	deleted
}

@test "CVE-2026-30892: what is not wholly a number is refused, and is not root" {
	running
	for user in 01 "" 1: :1 -1 4294967295 1x " 1" "1 " +1 0x1 1:2:3 1:-1 1:01 1: 4294967296 99999999999999999999 root; do
		try scrim exec --user="$user" "$ID" /bin/touch /tmp/ran
		fails 255
		says 'is not UID or UID:GID|"" is no value'
		[ ! -e "$B/rootfs/tmp/ran" ] || show "--user \"$user\" ran"
	done
	deleted
}

# --- paths of cgroups --------------------------------------------------------

@test "cgroup path tricks: --cgroup does not lead out of the container's" {
	[[ $SCRIM != *disabled* ]] || skip "no cgroup"
	running
	mkdir "$TEST_CGROUP/beside" "$TEST_CGROUP/$ID/sub"
	for path in .. ../ ../beside /../beside sub/../../beside /sub/../../../.. :../beside ./../beside; do
		try scrim exec --cgroup "$path" "$ID" /bin/touch /tmp/ran
		fails 255
		says 'goes up by "\.\."'
		[ ! -e "$B/rootfs/tmp/ran" ] || show "$path ran"
	done
	# A name that only looks so is a name like others.
	mkdir "$TEST_CGROUP/$ID/..sub"
	try scrim exec --cgroup ..sub "$ID" /bin/cat /proc/self/cgroup
	succeeds
	prints 0::/..sub
	rmdir "$TEST_CGROUP/beside"
	deleted
}

@test "path tricks: the name of a container is no path for exec" {
	running
	for id in "../${ROOT##*/}/$ID" "./$ID" "$ID/" .. .; do
		try scrim exec -- "$id" /bin/true
		fails 255
		says 'invalid container ID format'
	done
	deleted
}
