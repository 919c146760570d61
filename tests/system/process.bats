# SPDX-License-Identifier: Apache-2.0
#
# SPEC 84-103, 167, 182: what the program of a container is, and what run
# makes of its end. The exit codes and the words for a missing program are
# those that engines match.

load lib

# --- the end of run ----------------------------------------------------------

@test "run exits with the program's status" {
	for code in 0 1 2 125 255; do
		args /bin/probe exit "$code"
		try scrim run -b "$B" "$ID"
		is "$status" "$code"
		is "$stderr" ""
	done
}

@test "run exits with 128 and the signal that ended the program" {
	namespace_drop pid
	for signal in 1 9 15 11; do
		args /bin/probe raise "$signal"
		try scrim run -b "$B" "$ID"
		is "$status" $((128 + signal))
	done
}

@test "run passes stdin, stdout and stderr" {
	echo hello > "$T/input"
	script 'cat; echo words >&2'
	INPUT=$T/input try scrim run -b "$B" "$ID"
	is "$status" 0
	is "$output" hello
	is "$stderr" words
	rm "$T/input"
}

@test "run forwards signals to the program" {
	args /bin/probe catch
	background scrim run -b "$B" "$ID"
	wait_until file_says "$T/background" ready
	run_pid=$(pgrep -P "$!" -f "run -b $B" || echo "$!")
	for signal in 1 2 3 10 12 28; do
		kill "-$signal" "$run_pid"
		wait_until file_says "$T/background" "^$signal$"
	done
	kill -TERM "$run_pid"
	wait_until file_says "$T/background" '^15$'
	wait "$!" || true
}

@test "run --detach returns while the program runs" {
	args /bin/sleep 100
	try timeout 30 $SCRIM --root "$ROOT" run --detach -b "$B" --pid-file "$T/pid" "$ID"
	succeeds
	is "$(status_of "$ID")" running
	is "$(cat "$T/pid")" "$(pid_of "$ID")"
	rm "$T/pid"
	deleted
}

@test "run --keep leaves a stopped container" {
	[[ $SCRIM == *crun* ]] && [[ ! $SCRIM == *scrim ]] && skip "no --keep here"
	try scrim run --keep -b "$B" "$ID"
	succeeds
	is "$(status_of "$ID")" stopped
	deleted
}

@test "the process of a detached container is adopted by the caller's subreaper" {
	args /bin/sleep 100
	try $PYTHON - "$B" "$ID" $SCRIM --root "$ROOT" <<-'END'
	END
	cat > "$T/reaper.py" <<-'END'
	import ctypes, os, subprocess, sys
	ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
	bundle, name, runtime = sys.argv[1], sys.argv[2], sys.argv[3:]
	call = lambda *a: subprocess.run(runtime + list(a), check=True, stdin=subprocess.DEVNULL)
	call("create", "-b", bundle, "--pid-file", bundle + "/pid", name)
	pid = int(open(bundle + "/pid").read())
	parent = lambda: int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
	print("adopted" if parent() == os.getpid() else f"parent {parent()}")
	call("start", name)
	call("kill", name, "KILL")
	print("status", os.waitpid(pid, 0)[1])
	call("delete", name)
	END
	try $PYTHON "$T/reaper.py" "$B" "$ID" $SCRIM --root "$ROOT"
	prints adopted
	prints 'status 9'
	succeeds
}

# --- what is executed --------------------------------------------------------

@test "a missing program is told with the words that mean 127" {
	for word in /bin/nothing nothing; do
		args "$word"
		try scrim run -b "$B" "$ID"
		[ "$status" != 0 ] || show "expected a failure"
		says 'executable file not found in|[Nn]o such file or directory|open executable'
		says "$word"
	done
}

@test "a program that is not executable is told with the words that mean 126" {
	echo text > "$B/rootfs/text"
	chmod 644 "$B/rootfs/text"
	args /text
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
	grep -qiE 'permission denied|operation not permitted' "$ERR" || show "words"
	! grep -qiE 'executable file not found|no such file or directory' "$ERR"
}

@test "a directory is no program" {
	args /etc
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
	grep -qiE 'permission denied|operation not permitted|is a directory' "$ERR" || show "words"
}

@test "the program is looked up in the container's PATH" {
	mkdir -p "$B/rootfs/opt/one" "$B/rootfs/opt/two"
	ln -s /bin/probe "$B/rootfs/opt/two/tool"
	config '.process.env = ["PATH=/nowhere:/opt/one:/opt/two:/bin"]'
	args tool exit 7
	try scrim run -b "$B" "$ID"
	is "$status" 7
	# What is not executable is passed over.
	echo text > "$B/rootfs/opt/one/tool"
	try scrim run -b "$B" "$ID"
	is "$status" 7
}

@test "the caller's PATH means nothing" {
	mkdir "$T/tmp/bin"
	cp "$PROBE" "$T/tmp/bin/only-here"
	args only-here exit 7
	try env PATH="$T/tmp/bin:$PATH" $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" != 7 ] || show "found on the host"
	rm -r "$T/tmp/bin"
}

@test "a name with a slash is taken from the working directory" {
	config '.process.cwd = "/bin" | .process.env = ["PATH=/nowhere"]'
	args ./probe exit 7
	try scrim run -b "$B" "$ID"
	is "$status" 7
}

@test "arguments arrive as they are written" {
	args /bin/probe argv '' ' two words ' '$HOME' $'line\nbreak' 'ä' '"'
	runs
	is "$(grep -v '^env' <<< "$output")" "arg <>
arg < two words >
arg <\$HOME>
arg <line
break>
arg <ä>
arg <\">"
}

@test "args must not be empty" {
	config '.process.args = []'
	refused
	says args
}

@test "a file without a permitted interpreter is an error" {
	printf '#!/no/interpreter\n' > "$B/rootfs/text"
	chmod 755 "$B/rootfs/text"
	args /text
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
}

@test "a long argument list arrives" {
	config '.process.args = (["/bin/sh", "-c", "echo $#", "sh"] + [range(0; 5000) | "word\(.)"])'
	runs
	is "$output" 5000
}

# --- environment and directory -----------------------------------------------

@test "the environment is the configuration's, HOME is added" {
	config '.process.env = ["PATH=/bin", "A=1", "EMPTY=", "B=x=y"]'
	args /bin/probe argv
	try env SECRET=1 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$(sort <<< "$output")" "env <A=1>
env <B=x=y>
env <EMPTY=>
env <HOME=/root>
env <PATH=/bin>"
}

@test "of a variable that is set twice the last one counts, PATH too" {
	config '.process.env = ["PATH=/nowhere", "A=1", "AB=0", "PATH=/bin", "A=2"]'
	args sh -c 'env | grep -E "^(A|AB|PATH)=" | sort'
	runs
	prints "A=2
AB=0
PATH=/bin"
}

@test "HOME comes from the container's passwd, or is /" {
	args /bin/sh -c 'echo $HOME'
	config '.process.user = {uid: 1000, gid: 1000}'
	runs
	is "$output" /home/walter
	config '.process.user = {uid: 4711, gid: 1000}'
	runs
	is "$output" /
	rm "$B/rootfs/etc/passwd"
	config '.process.user = {uid: 0, gid: 0}'
	runs
	[ "$output" = / ] || is "$output" /root
}

@test "a HOME that is given stays" {
	config '.process.env += ["HOME=/elsewhere"]'
	args /bin/sh -c 'echo $HOME'
	runs
	is "$output" /elsewhere
}

@test "passwd may be a symbolic link or a fifo without any harm" {
	[[ $SCRIM == *scrim ]] || skip "others hang or go on without a home"
	args /bin/sh -c 'echo $HOME'
	rm "$B/rootfs/etc/passwd"
	mkfifo "$B/rootfs/etc/passwd"
	try timeout 30 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" != 124 ] || show "hangs on a fifo"
	rm "$B/rootfs/etc/passwd"
	echo 'root:x:0:0:root:/outside:/bin/sh' > "$T/tmp/passwd"
	ln -s "$T/tmp/passwd" "$B/rootfs/etc/passwd"
	runs
	[ "$output" != /outside ] || show "the host's file was read"
	rm "$T/tmp/passwd"
}

@test "the working directory is the configuration's" {
	config '.process.cwd = "/home/walter"'
	args /bin/probe cwd
	runs
	is "$output" /home/walter
}

@test "a missing working directory is made" {
	config '.process.cwd = "/made/for/us"'
	args /bin/probe cwd
	runs
	is "$output" /made/for/us
}

@test "a working directory behind a link is taken within the root" {
	ln -s /home/walter "$B/rootfs/link"
	config '.process.cwd = "/link"'
	args /bin/probe cwd
	runs
	is "$output" /home/walter
}

@test "a relative or missing cwd is an error" {
	config '.process.cwd = "tmp"'
	refused
	says cwd
	config 'del(.process.cwd)'
	refused
	says cwd
}

@test "a file as working directory is an error that names it" {
	config '.process.cwd = "/etc/passwd"'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
	says '/etc/passwd'
}

@test "a working directory that only the user can enter works" {
	mkdir "$B/rootfs/private"
	chown 1000 "$B/rootfs/private"
	chmod 700 "$B/rootfs/private"
	config '.process.cwd = "/private" | .process.user = {uid: 1000, gid: 1000} |
		del(.process.capabilities)'
	args /bin/probe cwd
	runs
	is "$output" /private
}

# --- user --------------------------------------------------------------------

@test "uid, gid, additionalGids and umask are applied" {
	config '.process.user = {uid: 1000, gid: 50, additionalGids: [7, 8, 100], umask: 63}'
	own_status
	runs
	status_has Uid '1000 1000 1000 1000'
	status_has Gid '50 50 50 50'
	status_has Groups '7 8 100'
	status_has Umask 0077
}

@test "the caller's groups do not arrive" {
	own_status
	try setpriv --groups 7,8,9 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	[[ $(sed -n 's/^Groups:[[:space:]]*//p' <<< "$output") =~ ^(0 )?\ *$ ]] ||
		show "groups"
}

@test "an umask that is not said is the caller's" {
	[[ $SCRIM == *scrim ]] || skip "others force one"
	own_status
	(umask 027 && runs && status_has Umask 0027)
	# a daemon's: dockerd 29 starts containerd with it
	(umask 0 && runs && status_has Umask 0022)
	config '.process.user.umask = 0'
	(umask 027 && runs && status_has Umask 0000)
}

@test "a user id in a user namespace is the container's" {
	user_namespace
	config '.process.user = {uid: 1000, gid: 1000, additionalGids: [50]}'
	script 'cat /proc/self/status'
	runs
	status_has Uid '1000 1000 1000 1000'
	status_has Groups 50
}

@test "a user id that is not mapped is an error" {
	user_namespace 100000 10
	config '.process.user = {uid: 4711, gid: 0}'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
}

# --- capabilities ------------------------------------------------------------

@test "the five capability sets are set each for itself" {
	config '.process.capabilities = {
		bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_MKNOD"],
		permitted: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
		effective: ["CAP_CHOWN"],
		inheritable: ["CAP_KILL", "CAP_SETUID"],
		ambient: ["CAP_KILL"]} | .process.user = {uid: 1000, gid: 1000}'
	own_status
	runs
	status_has CapBnd 00000000080000a1
	status_has CapInh 00000000000000a0
	status_has CapAmb 0000000000000020
	# What is left after the execve of a plain program by a user.
	status_has CapPrm 0000000000000020
	status_has CapEff 0000000000000020
}

@test "root keeps what is permitted" {
	config '.process.capabilities = {
		bounding: ["CAP_CHOWN", "CAP_KILL"],
		permitted: ["CAP_CHOWN", "CAP_KILL"],
		effective: ["CAP_CHOWN", "CAP_KILL"]}'
	own_status
	runs
	status_has CapInh 0000000000000000
	status_has CapBnd 0000000000000021
	status_has CapPrm 0000000000000021
	status_has CapEff 0000000000000021
	status_has CapAmb 0000000000000000
}

@test "without a capabilities section the program has none" {
	config 'del(.process.capabilities)'
	own_status
	runs
	status_has CapPrm 0000000000000000
	status_has CapEff 0000000000000000
	status_has CapInh 0000000000000000
}

@test "an unknown capability is a warning and no failure" {
	config '.process.capabilities.bounding += ["CAP_OF_TOMORROW"] |
		.process.capabilities.permitted += ["CAP_OF_TOMORROW"]'
	own_status
	runs
	[[ $SCRIM == *scrim ]] || return 0
	try scrim --log "$T/log" --log-level warning run -b "$B" "$ID"
	succeeds
	grep -q CAP_OF_TOMORROW "$T/log"
	rm "$T/log"
}

@test "a capability that cannot be granted is a warning and no failure" {
	bounding=$((16#$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)))
	((bounding >> 24 & 1)) && skip "this machine has CAP_SYS_RESOURCE"
	[[ $SCRIM == *scrim ]] || skip "others fail here"
	config '.process.capabilities[] += ["CAP_SYS_RESOURCE"]'
	own_status
	runs
	status_has CapBnd "$(sed -n 's/^CapBnd:[[:space:]]*//p' <<< "$output")"
}

@test "capabilities of a user namespace are its own" {
	user_namespace
	config '.process.capabilities[] += ["CAP_SYS_ADMIN"]'
	script 'cat /proc/self/status; mount -t tmpfs t /mnt && echo mounted'
	runs
	prints mounted
}

# --- limits and flags --------------------------------------------------------

@test "rlimits are applied, soft and hard" {
	config '.process.rlimits = [
		{type: "RLIMIT_NOFILE", soft: 512, hard: 1024},
		{type: "RLIMIT_CORE", soft: 0, hard: 0},
		{type: "RLIMIT_STACK", soft: 4194304, hard: 8388608},
		{type: "RLIMIT_NPROC", soft: 500, hard: 600},
		{type: "RLIMIT_CPU", soft: 100, hard: 200}]'
	args /bin/cat /proc/self/limits
	runs
	shows '^Max open files +512 +1024 '
	shows '^Max core file size +0 +0 '
	shows '^Max stack size +4194304 +8388608 '
	shows '^Max processes +500 +600 '
	shows '^Max cpu time +100 +200 '
}

@test "rlimits are applied to an ordinary user's program as well" {
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 512, hard: 1024}] |
		.process.user = {uid: 1000, gid: 1000, additionalGids: [5]} |
		del(.process.capabilities)'
	args /bin/cat /proc/self/limits
	runs
	shows '^Max open files +512 +1024 '
	user_namespace
	runs
	shows '^Max open files +512 +1024 '
}

@test "an rlimit of the highest number is no limit" {
	args /bin/cat /proc/self/limits
	config '.process.rlimits = [{type: "RLIMIT_CPU", soft: "@MAX@", hard: "@MAX@"}]'
	sed -i 's/"@MAX@"/18446744073709551615/' "$B/config.json"
	runs
	shows '^Max cpu time +unlimited +unlimited '
}

@test "an rlimit of unknown type, twice the same, or soft above hard is an error" {
	config '.process.rlimits = [{type: "RLIMIT_NONSENSE", soft: 1, hard: 1}]'
	refused
	says RLIMIT_NONSENSE
	config '.process.rlimits = [{type: "RLIMIT_CPU", soft: 1, hard: 1},
		{type: "RLIMIT_CPU", soft: 1, hard: 1}]'
	[[ $SCRIM != *scrim ]] || refused
	config '.process.rlimits = [{type: "RLIMIT_CPU", soft: 2, hard: 1}]'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "soft above hard"
}

@test "an rlimit that cannot be raised is an error that names it" {
	hard=$(ulimit -Hn)
	[ "$hard" != unlimited ] && [ "$hard" -lt 1000000 ] || skip "the limit is high already"
	grep -q 'CapEff:.*[13579bdf]......$' /proc/self/status &&
		skip "this machine has CAP_SYS_RESOURCE"
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1000000, hard: 1000000}]'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
	says 'RLIMIT_NOFILE|rlimit'
}

@test "noNewPrivileges is as it is said" {
	own_status
	runs
	status_has NoNewPrivs 1
	config '.process.noNewPrivileges = false'
	runs
	status_has NoNewPrivs 0
	config 'del(.process.noNewPrivileges)'
	runs
	status_has NoNewPrivs 0
}

@test "oomScoreAdj is set to the value" {
	config '.process.oomScoreAdj = 500'
	args /bin/cat /proc/self/oom_score_adj
	runs
	is "$output" 500
}

@test "an oomScoreAdj that is not said stays untouched" {
	args /bin/cat /proc/self/oom_score_adj
	echo 321 > "$T/value"
	try sh -c 'echo 321 > /proc/self/oom_score_adj; exec "$@"' sh \
		$SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	is "$output" 321
	rm "$T/value"
}

@test "an oomScoreAdj out of range is an error" {
	config '.process.oomScoreAdj = 1001'
	try scrim run -b "$B" "$ID"
	[ "$status" != 0 ] || show "expected a failure"
}

@test "the program leads a session and blocks no signal" {
	args /bin/probe session
	runs
	shows '^pid=1 ppid=0 sid=1 pgid=1$'
	own_status
	runs
	status_has SigBlk 0000000000000000
}

@test "signals that the caller ignores or blocks are not blocked inside" {
	own_status
	try $PYTHON -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
os.execvp(sys.argv[1], sys.argv[1:])' $SCRIM --root "$ROOT" run -b "$B" "$ID"
	succeeds
	status_has SigBlk 0000000000000000
}

@test "hostname and domainname are set" {
	[[ $SCRIM == *scrim ]] && config '.domainname = "example.org"'
	script 'hostname; cat /proc/sys/kernel/domainname'
	runs
	prints gauze
	[[ $SCRIM != *scrim ]] || prints example.org
}

@test "personality is set" {
	args /bin/probe personality
	config '.linux.personality = {domain: "LINUX32"}'
	runs
	shows '^0x8 '
	hides x86_64
	config '.linux.personality = {domain: "LINUX"}'
	runs
	shows '^0 |^0x0 '
	config '.linux.personality = {domain: "NONSENSE"}'
	refused
	says NONSENSE
}

# --- keyring -----------------------------------------------------------------

@test "the program has a session keyring of its own" {
	args /bin/probe keyring
	outside=$("$PROBE" keyring)
	runs
	[ "$output" != "$outside" ] || show "the caller's keyring"
	shows "$ID"
}

@test "--no-new-keyring leaves the caller's keyring" {
	args /bin/probe keyring
	outside=$("$PROBE" keyring)
	runs --no-new-keyring
	is "$output" "$outside"
}

# --- sysctl ------------------------------------------------------------------

@test "sysctls of the container's namespaces are set" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "1048576",
		"fs.mqueue.msg_max": "17", "net.ipv4.ping_group_range": "0 2000"}'
	before=$(cat /proc/sys/kernel/shmmax)
	script 'cd /proc/sys; cat net/ipv4/ip_forward kernel/shmmax fs/mqueue/msg_max net/ipv4/ping_group_range'
	runs
	is "$(tr -s '\t' ' ' <<< "$output")" "1
1048576
17
0 2000"
	is "$(cat /proc/sys/kernel/shmmax)" "$before"
}

@test "sysctls are set even where /proc/sys is read-only" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.readonlyPaths = ["/proc/sys"]'
	args /bin/cat /proc/sys/net/ipv4/ip_forward
	runs
	is "$output" 1
}

@test "sysctls of the whole host are refused" {
	for name in kernel.panic vm.swappiness fs.file-max kernel.core_pattern; do
		config '.linux.sysctl = {($n): "1"}' --arg n "$name"
		refused
		says "$name"
	done
}

@test "sysctls of a namespace that is not the container's own are refused" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	namespace_drop network
	config 'del(.mounts[] | select(.type == "sysfs"))'
	refused
	says net.ipv4.ip_forward
	config '.linux.sysctl = {"kernel.shmmax": "1"}'
	namespace_drop ipc
	refused
	says kernel.shmmax
}

@test "a sysctl that does not exist is an error that names it" {
	config '.linux.sysctl = {"net.ipv4.nonsense": "1"}'
	refused
	says 'net.ipv4.nonsense|net/ipv4/nonsense'
}

@test "a sysctl name cannot leave /proc/sys" {
	for name in net.../../kernel.panic net/../kernel/panic net..kernel; do
		config '.linux.sysctl = {($n): "1"}' --arg n "$name"
		refused
	done
}

@test "signals that the caller ignores are the program's to receive" {
	args grep SigIgn /proc/self/status
	trap '' INT QUIT USR1
	try scrim run -b "$B" "$ID"
	trap - INT QUIT USR1
	prints 'SigIgn:	0000000000000000'
}

@test "consoleSize without a terminal is ignored" {
	config '.process.consoleSize = {height: 10, width: 20}'
	runs
}
