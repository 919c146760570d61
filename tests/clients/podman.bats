# SPDX-License-Identifier: Apache-2.0
#
# Podman as root, with the systemd cgroup manager, and scrim as its runtime:
# what a user types works as it did before, and exits with the same status.

load lib

setup_file()
{
	scrim_installed --default podman
	podman load -q -i "$IMAGE"
	# The names of ranges for --userns=auto.
	grep -q '^containers:' /etc/subuid || echo containers:1000000:1048576 >> /etc/subuid
	grep -q '^containers:' /etc/subgid || echo containers:1000000:1048576 >> /etc/subgid
}

setup()
{
	N=(--network none)
	# ext4: an overlay takes no id-mapped mounts
	V=$(mktemp -d /scratch/XXXXXX)
	chmod 755 "$V"
}

teardown()
{
	timeout 120 podman rm --all --force --time 0 > /dev/null 2>&1 3>&- || true
}

teardown_file()
{
	timeout 120 podman pod rm --all --force > /dev/null 2>&1 3>&- || true
}

@test "podman: scrim is the runtime, and its version is known" {
	does podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.CgroupManager}} {{.Host.OCIRuntime.Version}}'
	shows '^scrim systemd (scrim|crun|runc) version'
}

@test "podman: run prints what the program says; the exit status tells whose failure it was" {
	does podman run --rm "${N[@]}" $BB echo hello
	has hello
	ends 7 podman run --rm "${N[@]}" $BB sh -c 'exit 7'
	ends 137 podman run --rm "${N[@]}" $BB sh -c 'sh -c "kill -9 \$\$"; exit $?'
	ends 127 podman run --rm "${N[@]}" $BB nothing
	says 'executable file .?nothing.? not found|nothing'
	ends 126 podman run --rm "${N[@]}" $BB /etc/passwd
	# Only its start finds out, and of that Podman does not read the words.
	ends 126 podman run --rm "${N[@]}" $BB gap
	says '/no/interpreter'
	ends 126 podman run --rm "${N[@]}" $BB dos
	says 'carriage return'
	ends 125 podman run --rm --nonsense $BB true
	# What is missing here is no program. Newer versions say 125 of it.
	try podman run --rm "${N[@]}" --sysctl net.nonsense=1 $BB true
	[ "$status" = 126 ] || [ "$status" = 125 ] || show "sysctl"
	says net[./]nonsense
	is "$(podman ps --all --quiet)" ""
}

@test "podman: run with all that narrows a container" {
	mkdir "$V/v" "$V/m"
	echo text > "$V/v/file"
	does podman run --rm --network none --read-only --tmpfs /t:size=1m,mode=700,noexec --hostname web \
		-v "$V/v:/v:ro" --mount "type=bind,source=$V/m,destination=/m,bind-propagation=rslave" \
		--mount type=tmpfs,destination=/u,tmpfs-size=2m --device /dev/null:/dev/mine:r \
		--cap-drop all --cap-add net_raw --memory 64m --memory-swap 80m --cpus 0.5 --cpuset-cpus 1 --pids-limit 50 \
		--ulimit nofile=100:200 --sysctl net.ipv4.ip_forward=1 --env A=1 --workdir /v --user 1000:1000 \
		--security-opt no-new-privileges --security-opt mask=/proc/uptime --security-opt unmask=/proc/timer_list \
		--oom-score-adj 200 --shm-size 3m --stop-signal USR1 --group-add staff $BB sh -c '
		pwd; cat file; echo A=$A; id; hostname
		touch /x 2>/dev/null || echo root read-only
		touch /v/x 2>/dev/null || echo volume read-only
		cat /proc/self/mountinfo /proc/self/status
		cd /sys/fs/cgroup; for f in memory.max memory.swap.max cpu.max cpuset.cpus pids.max; do echo $f: $(cat $f); done
		ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_forward; wc -c < /proc/uptime; ls -l /dev/mine
		cat /proc/self/oom_score_adj /proc/self/cgroup; test -w /m || echo m is closed'
	has /v text A=1 web 'root read-only' 'volume read-only' 'memory.max: 67108864' 'memory.swap.max: 16777216' \
		'cpu.max: 50000 100000' 'cpuset.cpus: 1' 'pids.max: 50' 100 200 1 0 0::/ 'm is closed'
	shows '^uid=1000.* gid=1000.*groups=.*50' ' /t rw,.*noexec.* - tmpfs .*size=1024k,mode=700' ' /u .* - tmpfs .*size=2048k' \
		' /v ro,' ' /m .*master:' '^NoNewPrivs:.1' '^CapEff:.0000000000002000$' '^CapBnd:.0000000000002000$' '^Seccomp:.2' ' /dev/shm .*size=3072k' '^200$'
}

@test "podman: volumes in every way of theirs" {
	mkdir -p "$V/a/sub" "$V/peer"
	mount -t tmpfs shared "$V/peer" && mount --make-shared "$V/peer"
	echo secret > "$V/a/sub/file"
	does podman volume create data
	does podman run --rm "${N[@]}" -v "$V/a:/rw" -v "$V/a:/n:ro,noexec,nosuid,nodev" -v "$V/peer:/rshared:rshared" \
		-v "$V/peer:/rslave:rslave" -v "$V/peer:/private:rprivate" -v data:/data -v "$V/a:/copy:z" \
		-v "$V/a/sub/file:/one/file:ro" --mount "type=bind,src=$V/a,dst=/mount,ro,bind-nonrecursive" \
		$BB sh -c 'cat /one/file; touch /rw/made; grep -E " /(rw|n|rshared|rslave|private|data|mount) " /proc/self/mountinfo'
	has secret
	shows ' /n ro,nosuid,nodev,noexec' ' /rshared .*shared:[0-9]+ - ' ' /rslave .*master:[0-9]+ - ' ' /data rw' ' /mount ro'
	! grep -E ' /private .*(shared|master):' <<< "$output" || show "a private mount has peers"
	[ -e "$V/a/made" ]
	umount "$V/peer"
	chown 5:5 "$V/a/sub"
	does podman run --rm "${N[@]}" --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v "$V/a:/idmap:idmap" \
		$BB stat -c '%u:%g' /idmap /idmap/sub
	has 0:0 5:5
	does podman volume rm data
}

@test "podman: volumes that are overlaid, given away, spread, and of other kinds" {
	mkdir -p "$V/low" "$V/mine" "$V/p"
	echo below > "$V/low/file"
	mount -t tmpfs peers "$V/p" && mount --make-shared "$V/p"
	does podman volume create kinds
	does podman run --rm "${N[@]}" --user 1000:50 -v "$V/low:/over:O" -v "$V/mine:/mine:U" -v "$V/p:/shared:shared" \
		-v "$V/p:/slave:slave" -v "$V/p:/lone:private" -v "$V/p:/unbindable:unbindable" -v "$V/p:/runbindable:runbindable" \
		-v "$V/low:/flat:bind,ro" -v "$V/low:/deep:rbind,dev,suid,exec" -v "$V/low:/label:Z" -v kinds:/nocopy:nocopy \
		--mount type=volume,source=kinds,destination=/volume,ro=true --mount type=image,source=$BB,destination=/image \
		--mount type=devpts,destination=/pts --mount "type=bind,source=$V/low,destination=/up,bind-propagation=rshared" \
		$BB sh -c 'cat /over/file; stat -c "%u:%g" /mine; touch /mine/x; /image/bin/busybox echo image; ls /pts; cat /proc/self/mountinfo'
	has below 1000:50 image ptmx
	shows ' /over rw.* - overlay ' ' /shared .*shared:[0-9]+ - ' ' /slave .*master:[0-9]+ - ' ' /unbindable .*unbindable - ' \
		' /runbindable .*unbindable - ' ' /flat ro' ' /deep rw,relatime - ' ' /volume ro' ' /nocopy rw' ' /image .* - overlay ' ' /pts .* - devpts '
	! grep -E ' /(lone|unbindable) .*(shared|master):' <<< "$output" || show "a private mount has peers"
	is "$(ls "$V/low")" file
	[ -e "$V/mine/x" ]
	umount "$V/p"
	does podman volume rm kinds
}

@test "podman: what is masked, what is not, and what only the newest options say" {
	does podman run --rm "${N[@]}" $BB cat /proc/self/mountinfo
	shows ' /proc/(keys|timer_list) ' ' /proc/sys ro' ' /sys/firmware '
	does podman run --rm "${N[@]}" --security-opt apparmor=unconfined --security-opt unmask=/proc/timer_list:/proc/sys --security-opt mask=/proc/version:/tmp \
		--cgroup-conf memory.high=50331648 --device-read-bps /dev/vda:1mb --device-write-iops /dev/vda:77 --personality LINUX32 \
		--annotation org.example=1 --umask 0027 $BB sh -c 'cat /proc/self/mountinfo; wc -c < /proc/version; ls -A /tmp | wc -l; uname -m; umask
		cat /sys/fs/cgroup/memory.high /sys/fs/cgroup/io.max; echo 5 > /proc/sys/net/ipv4/tcp_fin_timeout && echo unmasked'
	has 0 i686 0027 50331648 unmasked
	shows ' /proc/version ' ' /tmp ' ' /proc/keys |/proc/kcore ' 'rbps=1048576 .*wiops=77'
	! grep -E ' /proc/(timer_list|sys) ' <<< "$output" || show "that was to be seen"
	try podman run --rm "${N[@]}" --security-opt unmask=ALL $BB grep -cE ' /(proc|sys)/(kcore|keys|sys|firmware) ' /proc/self/mountinfo
	has 0
	does podman run --rm "${N[@]}" --systemd always $BB sh -c 'mkdir /sys/fs/cgroup/x && echo mine; grep " /run " /proc/self/mountinfo'
	has mine
	shows ' /run .* - tmpfs '
	echo kept > "$V/kept"
	does bash -c 'exec podman run --rm --network none --preserve-fds 1 "$1" cat /proc/self/fd/3 3< "$2"' bash $BB "$V/kept"
	has kept
}

@test "podman: --privileged gives all of it, --cap-add and --device a part" {
	does podman run --rm --privileged "${N[@]}" $BB sh -c 'grep -E "^(CapEff|Seccomp):" /proc/self/status
		ls /dev/kmsg /dev/vda; mkdir /sys/fs/cgroup/x && echo cgroup; mount -t tmpfs x /mnt && echo mounted'
	shows '^CapEff:.000001f' '^Seccomp:.0'
	has /dev/kmsg /dev/vda cgroup mounted
	does podman run --rm "${N[@]}" --cap-add sys_admin --security-opt apparmor=unconfined --device /dev/fuse $BB sh -c '
		mount -t tmpfs x /mnt && echo mounted; ls /dev/fuse /dev/kmsg 2>/dev/null; mknod /dev/k c 1 11; cat /dev/k 2>/dev/null || echo denied'
	has mounted /dev/fuse denied
}

@test "podman: --init reaps, and a signal reaches the program behind it" {
	needs catatonit
	does podman run --rm --init "${N[@]}" $BB sh -c 'tr "\0" " " < /proc/1/cmdline; trap "echo caught; exit 5" USR1; (sleep 0 &); sleep 1; ps'
	shows 'init -- ?sh -c'
	! grep -q '\[sleep\]' <<< "$output" || show "a zombie stays"
}

@test "podman: the life of a container in the background" {
	can pause
	can update
	does podman run -d --name one "${N[@]}" --memory 64m $BB sh -c 'trap "echo got it" USR1; echo begun; while :; do sleep 0.1; done'
	is "$(podman inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}' one)" 'running 0 true'
	does podman kill --signal USR1 one
	says_it() { podman logs one 2>&1 | grep -qx 'got it'; }
	wait_until says_it
	does podman top one
	shows 'sh -c trap'
	does podman top one -eo pid,comm
	does podman stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.PIDs}}' one
	shows '^one .*67.11MB [12]$'
	does podman pause one
	is "$(podman inspect -f '{{.State.Status}}' one)" paused
	is "$(cat /sys/fs/cgroup/machine.slice/libpod-"$(podman inspect -f '{{.Id}}' one)".scope/cgroup.freeze)" 1
	does podman unpause one
	does podman update --memory 32m --cpus 0.25 one
	does podman exec one sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max'
	has 33554432 '25000 100000'
	does podman restart --time 1 one
	is "$(podman inspect -f '{{.State.Status}} {{.RestartCount}}' one)" 'running 0'
	does podman stop --time 1 one
	is "$(podman inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}' one)" 'exited 137 false'
	does podman start one
	does podman rm --force --time 0 one
	nothing_left
}

@test "podman: exec, with a terminal and without, as another user, and its exit statuses" {
	can exec
	does podman run -d --name two "${N[@]}" --env A=1 $BB sleep 1000
	ends 3 podman exec --env B=2 --user 1000:50 --workdir /tmp two sh -c 'echo $A$B; id -u; id -g; pwd; cat; exit 3'
	has 12 1000 50 /tmp
	does podman exec two sh -c 'cat /proc/self/cgroup; grep -E "^(CapEff|Seccomp)" /proc/self/status'
	own=$output
	does podman exec --privileged two grep CapEff /proc/self/status
	shows '000001f'
	ends 127 podman exec two nothing
	ends 126 podman exec two /etc/passwd
	does typed podman exec -it two sh -c 'tty; echo done'
	shows '/dev/pts/[0-9]' '^done'
	try bash -c 'echo from stdin | podman exec -i two cat'
	does podman exec -d two touch /tmp/made
	wait_until podman exec two test -e /tmp/made
	does podman stop --time 0 two
	ends 255 podman exec two true
}

@test "podman: a terminal, attach and detach" {
	does typed podman run --rm -it "${N[@]}" $BB sh -c 'tty; [ -t 0 ] && [ -t 1 ] && echo both; stty -a | head -n 1'
	shows '/dev/(pts/0|console)' '^both'
	does typed sh -c "stty cols 91 rows 37; podman run --rm -it --network none $BB sh -c 'i=0
		until [ \"\$(stty size)\" != \"0 0\" ] || [ \$((i += 1)) = 100 ]; do sleep 0.1; done; stty size'"
	shows '37 91'
	does podman run -d -i -t --name term "${N[@]}" $BB sh
	(sleep 2; echo 'echo $((6 * 7)); exit 4'; sleep 2) | podman attach term > "$V/said" 2>&1 3>&- || true
	grep -q 42 "$V/said"
	is "$(podman wait term)" 4
}

@test "podman: the container's cgroup namespace, parent, and none at all" {
	does podman run --rm "${N[@]}" --cgroupns host $BB cat /proc/self/cgroup
	shows '^0::/machine.slice/libpod-[0-9a-f]+[.]scope'
	does podman run --rm "${N[@]}" --cgroup-parent user.slice --cgroupns host $BB cat /proc/self/cgroup
	shows '^0::/user.slice/libpod-'
	does podman run --rm "${N[@]}" --cgroups disabled $BB echo none
	has none
	does podman --cgroup-manager cgroupfs run --rm "${N[@]}" --memory 32m $BB cat /sys/fs/cgroup/memory.max /proc/self/cgroup
	has 33554432 0::/
}

@test "podman: user namespaces by auto, by hand and as the image's user" {
	does podman run --rm "${N[@]}" --userns auto:size=5000 $BB sh -c 'cat /proc/self/uid_map; id -u; touch /mine && stat -c %u /mine'
	shows '^ +0 +[0-9]{6,} +5000$'
	has 0
	does podman run --rm "${N[@]}" --uidmap 0:200000:1000 --gidmap 0:300000:3000 $BB cat /proc/self/uid_map /proc/self/gid_map
	shows '^ +0 +200000 +1000$' '^ +0 +300000 +3000$'
	does podman run --rm "${N[@]}" --userns host --pid host --ipc host --uts host $BB sh -c 'ls -l /proc/self/ns'
	for ns in user pid ipc uts; do
		shows "$ns -> $(readlink /proc/self/ns/$ns | sed 's/[][]/./g')"
	done
	# a user namespace is made on each side of a network that exists
	does podman run -d --name three $BB sleep 1000
	does podman run --rm --network container:three --pid container:three $BB ps
	shows 'sleep 1000'
}

@test "podman: seccomp and AppArmor as they are asked for" {
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}' > "$V/filter.json"
	does podman run --rm "${N[@]}" --security-opt seccomp="$V/filter.json" $BB sh -c 'mkdir /x 2>&1 || true; grep Seccomp: /proc/self/status'
	shows 'Not supported|not supported' '^Seccomp:.2'
	does podman run --rm "${N[@]}" --security-opt seccomp=unconfined $BB grep Seccomp: /proc/self/status
	shows '^Seccomp:.0'
	[ -d /sys/kernel/security/apparmor ] || mount -t securityfs securityfs /sys/kernel/security
	needs apparmor_parser
	printf 'profile scrim-test flags=(attach_disconnected) {\n file,\n capability,\n deny /etc/group r,\n}\n' | apparmor_parser -r
	does podman run --rm "${N[@]}" --security-opt apparmor=scrim-test $BB sh -c 'cat /proc/self/attr/current; cat /etc/group 2>/dev/null || echo denied'
	has 'scrim-test (enforce)' denied
	ends 126 podman run --rm "${N[@]}" --security-opt apparmor=unknown-profile $BB true || true
	[ "$status" != 0 ]
}

@test "podman: health checks see the container from within" {
	can exec
	does podman run -d --name sick "${N[@]}" --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1 $BB sleep 1000
	try podman healthcheck run sick
	[ "$status" != 0 ] || show "it is not well"
	does podman exec sick touch /tmp/well
	does podman healthcheck run sick
	is "$(podman inspect -f '{{.State.Health.Status}}' sick)" healthy
}

@test "podman: secrets arrive as a file and as a variable" {
	printf quiet > "$V/secret"
	does podman secret create s "$V/secret"
	does podman run --rm "${N[@]}" --secret s,mode=0400 --secret s,type=env,target=S $BB sh -c 'cat /run/secrets/s; echo; echo $S; stat -c %a /run/secrets/s'
	is "$output" "quiet
quiet
400"
	does podman secret rm s
}

@test "podman: a pod's containers share what the pod has" {
	does podman pod create --name pod --network none --share net,ipc,uts --hostname podhost
	does podman run -d --pod pod --name p1 $BB sh -c 'echo hi > /dev/shm/x; sleep 1000'
	wait_until podman run --rm --pod pod $BB cat /dev/shm/x
	does podman run --rm --pod pod $BB hostname
	has podhost
	does podman pod top pod
	shows 'sleep 1000'
	does podman pod pause pod
	is "$(podman inspect -f '{{.State.Status}}' p1)" paused
	does podman pod unpause pod
	does podman pod stats --no-stream pod
	shows ' p1 '
	does podman pod stop --time 0 pod
	does podman pod rm --force pod
}

@test "podman: play kube brings up what a pod of Kubernetes says, down takes it away" {
	cat > "$V/pod.yaml" <<- END
		apiVersion: v1
		kind: Pod
		metadata: {name: kube}
		spec:
		  hostNetwork: true
		  containers:
		  - name: web
		    image: $BB
		    imagePullPolicy: Never
		    command: [sh, -c, "echo \$WORD; sleep 1000"]
		    env: [{name: WORD, value: kubernetes}]
		    resources: {limits: {memory: 50Mi}}
		    securityContext: {readOnlyRootFilesystem: true, runAsUser: 1000, allowPrivilegeEscalation: false}
	END
	does podman play kube "$V/pod.yaml"
	kube_says() { podman logs kube-web 2>&1 | grep -qx kubernetes; }
	wait_until kube_says
	is "$(podman inspect -f '{{.HostConfig.Memory}} {{.HostConfig.ReadonlyRootfs}}' kube-web)" '52428800 true'
	does podman play kube --down "$V/pod.yaml"
	is "$(podman ps --all --quiet)" ""
}

@test "podman: build runs its steps with scrim" {
	printf 'FROM %s\nRUN echo built > /built && id -u\nUSER 1000\nRUN id -u > /tmp/who\nCMD ["cat", "/built", "/tmp/who"]\n' $BB > "$V/Containerfile"
	does podman build --network none --runtime /usr/local/sbin/scrim --isolation oci -t built "$V"
	does podman run --rm "${N[@]}" built
	is "$output" "built
1000"
	does podman rmi built
}

@test "podman: checkpoint and restore go on where it stood" {
	can checkpoint
	needs criu
	does podman run -d --name count "${N[@]}" --security-opt seccomp=unconfined $BB sh -c 'i=0; while :; do i=$((i + 1)); echo $i >> /tmp/n; sleep 0.1; done'
	at_five() { [ "$(podman exec count tail -n 1 /tmp/n)" -ge 5 ]; }
	wait_until at_five
	does podman container checkpoint count
	is "$(podman inspect -f '{{.State.Checkpointed}} {{.State.Running}}' count)" 'true false'
	does podman container restore count
	n=$(podman exec count tail -n 1 /tmp/n)
	[ "$n" -ge 5 ] || show "it began anew: $n"
	counts() { [ "$(podman exec count tail -n 1 /tmp/n)" -gt "$n" ]; }
	wait_until counts
	does podman rm --force --time 0 count
}

# count_of NAME: how far it is; of two directories the lower one, for the other was made
# while the files were taken along.
count_of()
{
	podman exec "$1" sh -c 'ls /tmp/n | sort -n | head -n 1'
}

# The files are taken along when the program goes on already: a file that it had open and
# has written to since could not be restored. So it counts in names of directories.
@test "podman: a checkpoint is exported, and restored as a container that was not there" {
	local n

	can checkpoint
	needs criu
	does podman run -d --name moves "${N[@]}" --security-opt seccomp=unconfined $BB \
		sh -c 'i=0; mkdir -p /tmp/n/0; while :; do i=$((i + 1)); mkdir /tmp/n/$i; rmdir /tmp/n/$((i - 1)); sleep 0.1; done'
	reaches() { [ "$(count_of "$1")" -gt "$2" ]; }
	wait_until reaches moves 4
	does podman container checkpoint --leave-running --export "$V/moves.tar" moves
	n=$(count_of moves)
	does podman rm --force --time 0 moves
	does podman container restore --import "$V/moves.tar"
	is "$(podman inspect -f '{{.State.Running}}' moves)" true
	reaches moves 4 || show "it began anew"
	wait_until reaches moves "$n"
	does podman container restore --import "$V/moves.tar" --name other
	reaches other 4 || show "it began anew"
	wait_until reaches other "$n"
}

# oom_of RUNTIME NAME MANAGER SCRIPT: from a directory of its own, where this
# version of conmon leaves its word that something was killed.
oom_of()
{
	mkdir -p "$V/$2"
	does bash -c 'cd "$1"; exec podman --cgroup-manager "$2" --runtime "$3" run -d --name "$4" --network none \
		--memory 20m --memory-swap 20m "$5" sh -c "$6"' bash "$V/$2" "$3" "$1" "$2" $BB "$4"
}

# learns RUNTIME MANAGER: conmon is told of a process that was killed, while the
# container lives on. It misses some, whatever the runtime (one of two of runc's
# on a quiet machine): one of four times is enough. Podman before 5.0 looks for
# its word in another directory, and says OOMKilled=false with every runtime.
learns()
{
	local name

	for name in "$1-$2"-{1,2,3,4}; do
		oom_of $1 $name $2 'sleep 1; (tail /dev/zero; true); sleep 2; exit 3'
		does podman wait $name
		is "$name $output" "$name 3"
		[ ! -e "$V/$name/oom" ] || return 0
		[ "$(podman inspect -f '{{.State.OOMKilled}}' $name)" != true ] || return 0
	done
	show "conmon has not learned why with $1 and $2"
}

@test "podman: a container that runs out of memory ends, and conmon learns why, as with runc" {
	runtimes=(scrim)
	! command -v runc > /dev/null || runtimes+=(runc)
	for runtime in "${runtimes[@]}"; do
		oom_of $runtime first-$runtime systemd 'sleep 1; tail /dev/zero'
		learns $runtime systemd
		learns $runtime cgroupfs
		does podman wait first-$runtime
		is "$runtime $output" "$runtime 137"
		is "$(podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' first-$runtime)" "exited 137"
	done
}

@test "podman: nothing is left when all is over" {
	timeout 120 podman pod rm --all --force > /dev/null 2>&1 3>&- || true
	timeout 120 podman rm --all --force --time 0 > /dev/null 2>&1 3>&- || true
	nothing_left
	is "$(find /run -name 'conmon*' -path '*crun*' 2> /dev/null)" ""
}
