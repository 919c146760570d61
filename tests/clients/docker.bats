# SPDX-License-Identifier: Apache-2.0
#
# Docker with scrim as the default runtime of the daemon, and as one that is
# named with --runtime.

load lib

daemon_start()
{
	dockerd >> "$BATS_FILE_TMPDIR/log" 2>&1 3>&- 4>&- &
	echo $! > "$BATS_FILE_TMPDIR/pid"
	wait_until docker version
}

setup_file()
{
	command -v dockerd > /dev/null || return 0
	mkdir -p /etc/docker
	echo '{"live-restore": true, "exec-opts": ["native.cgroupdriver=systemd"]}' > /etc/docker/daemon.json
	scrim_installed --default docker
	daemon_start
	docker load -q -i "$IMAGE"
}

teardown_file()
{
	[ ! -e "$BATS_FILE_TMPDIR/pid" ] || kill "$(cat "$BATS_FILE_TMPDIR/pid")" || true
}

setup()
{
	needs dockerd
	V=$(mktemp -d /scratch/XXXXXX)
	chmod 755 "$V"
}

teardown()
{
	timeout 60 docker ps -aq 2> /dev/null | xargs -r timeout 120 docker rm -f > /dev/null 2>&1 3>&- || true
}

@test "docker: scrim is the default runtime, and one to be named" {
	does docker info --format '{{.DefaultRuntime}} {{(index .Runtimes "scrim").Path}}'
	has 'scrim /usr/local/sbin/scrim'
	ends 9 docker run --rm --runtime scrim $BB sh -c 'echo hello; exit 9'
	has hello
}

@test "docker: run with all that narrows a container, and its exit statuses" {
	echo text > "$V/file"
	does docker run --rm --memory 64m --cpus 0.5 --pids-limit 50 --cpuset-cpus 1 --read-only --tmpfs /t:size=1m -v "$V:/v:ro" \
		--hostname web --user 1000 --cap-drop ALL --security-opt no-new-privileges --ulimit nofile=100 --init --shm-size 3m \
		--sysctl net.ipv4.ip_forward=1 --device /dev/null:/dev/mine --oom-score-adj 200 -w /v $BB sh -c 'cat file; hostname; id -u
		touch /x 2>/dev/null || echo read-only; cd /sys/fs/cgroup; cat memory.max cpu.max pids.max cpuset.cpus; ulimit -n
		grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; cat /proc/self/attr/current; ls /dev/mine; ps'
	has text web 1000 read-only 67108864 '50000 100000' 50 1 100 /dev/mine
	shows 'CapBnd:.0000000000000000' 'NoNewPrivs:.1' 'Seccomp:.2' '^docker-default|^unconfined' 'docker-init|/sbin/docker-init'
	ends 127 docker run --rm $BB nothing
	ends 126 docker run --rm $BB /etc/passwd
	ends 127 docker run --rm $BB gap
	ends 125 docker run --rm --nonsense $BB
	does docker run --rm --privileged $BB sh -c 'mount -t tmpfs x /mnt && echo mounted'
	has mounted
}

@test "docker: the life of a container: exec, top, stats, update, pause, restart, stop" {
	can exec
	does docker run -d --name one --memory 64m $BB sh -c 'trap "echo caught" USR1; while :; do sleep 0.1; done'
	ends 3 docker exec --user 1000 --env A=1 -w /tmp one sh -c 'id -u; echo $A; pwd; exit 3'
	has 1000 1 /tmp
	# this version of Docker makes 126 of it for every runtime
	ends 126 docker exec one nothing
	shows 'executable file not found in \$PATH'
	ends 126 docker exec one /etc/passwd
	does typed docker exec -it one tty
	shows '/dev/pts/'
	does docker exec --privileged one grep CapEff /proc/self/status
	shows '0000003fffffffff|000001ffffffffff'
	does docker top one
	shows 'sh -c trap'
	does docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' one
	shows '^one .* / 64MiB'
	does docker update --memory 32m --memory-swap 64m --cpus 0.25 --pids-limit 20 one
	does docker exec one sh -c 'cd /sys/fs/cgroup; cat memory.max cpu.max pids.max'
	has 33554432 '25000 100000' 20
	does docker pause one
	is "$(docker inspect -f '{{.State.Status}}' one)" paused
	does docker unpause one
	does docker kill -s USR1 one
	caught() { docker logs one 2>&1 | grep -qx caught; }
	wait_until caught
	does docker restart -t 0 one
	does docker stop -t 0 one
	is "$(docker inspect -f '{{.State.ExitCode}}' one)" 137
	does docker rm one
}

@test "docker: a terminal of the caller's size, attach, health checks, and a container that runs out of memory" {
	can exec
	docker run -d --name oom --memory 20m --memory-swap 20m $BB \
		sh -c 'for i in 1 2 3; do (tail /dev/zero); sleep 0.5; done; exec tail /dev/zero' > /dev/null
	docker run -d -i -t --name term --health-cmd 'test -e /tmp/well' --health-interval 1s --health-retries 1 $BB sh > /dev/null
	# Docker tells the size when the container runs already.
	does typed sh -c "stty cols 91 rows 37; docker run --rm -it $BB sh -c '
		tty; until size=\$(stty size 2> /dev/null) && [ \"\$size\" ]; do sleep 0.1; done; echo \$size; echo done'"
	shows '/dev/(pts/0|console)' '^37 91' '^done'
	health() { [ "$(docker inspect -f '{{.State.Health.Status}}' term)" = "$1" ]; }
	wait_until health unhealthy
	does docker exec term touch /tmp/well
	wait_until health healthy
	# What is typed last stays open until the shell has ended by it.
	try sh -c "(echo 'echo \$((6 * 7)); exit 4'; docker wait term > '$V/code') | script -qec 'docker attach term' /dev/null"
	shows '^42'
	is "$(cat "$V/code")" 4
	is "$(docker wait oom)" 137
	is "$(docker inspect -f '{{.State.OOMKilled}}' oom)" true
}

@test "docker: seccomp, AppArmor, paths and namespaces as they are asked for" {
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}' > "$V/filter.json"
	does docker run --rm --security-opt seccomp="$V/filter.json" --security-opt systempaths=unconfined --security-opt apparmor=unconfined \
		--cgroupns host --pid host --ipc host --uts host --cap-add SYS_ADMIN --group-add 50 --mount "type=bind,source=$V,target=/m,bind-propagation=rslave" \
		--mount type=tmpfs,target=/t,tmpfs-size=1m $BB sh -c 'mkdir /x 2>&1; id -G; cat /proc/self/cgroup /proc/self/attr/current
		cat /proc/self/mountinfo; ls -l /proc/self/ns; grep CapEff /proc/self/status'
	shows '[Nn]ot supported' '(^| )50( |$)' '^0::/system.slice/docker-[0-9a-f]+[.]scope' '^unconfined' ' /m .*master:' ' /t .* - tmpfs .*size=1024k' \
		'CapEff:.00000000a82425fb'
	! grep -E ' /proc/(kcore|keys|sys) ' <<< "$output" || show "that was to be seen"
	for ns in pid ipc uts; do
		shows "$ns -> $(readlink /proc/self/ns/$ns | sed 's/[][]/./g')"
	done
}

@test "docker: build runs its steps with scrim" {
	printf 'FROM %s\nRUN echo built > /built\nUSER 1000\nRUN id -u > /tmp/who\nCMD ["cat", "/built", "/tmp/who"]\n' $BB > "$V/Dockerfile"
	DOCKER_BUILDKIT=0 does docker build --network none -q -t built "$V"
	does docker run --rm built
	is "$output" "built
1000"
}

@test "docker: compose brings two services up, and down" {
	needs docker-compose
	cat > "$V/docker-compose.yml" <<- END
		version: "2.4"
		services:
		  web:
		    image: $BB
		    command: sh -c "mkdir -p /www && echo served > /www/index.html && httpd -f -p 80 -h /www"
		  asker:
		    image: $BB
		    runtime: scrim
		    depends_on: [web]
		    command: sh -c "until wget -qO- http://web/; do sleep 0.5; done; sleep 1000"
	END
	cd "$V"
	does docker-compose --no-ansi -p two up -d
	served() { docker-compose -p two logs asker 2>&1 | grep -q served; }
	wait_until served
	is "$(docker ps -q | wc -l)" 2
	does docker-compose -p two down -t 0
	is "$(docker ps -aq | wc -l)" 0
}

@test "docker: containers live on while the daemon restarts, and it finds them" {
	does docker run -d --name lives $BB sh -c 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.2; done'
	pid=$(docker inspect -f '{{.State.Pid}}' lives)
	kill "$(cat "$BATS_FILE_TMPDIR/pid")"
	daemon_gone() { [ ! -d "/proc/$(cat "$BATS_FILE_TMPDIR/pid")" ]; }
	wait_until daemon_gone
	[ -d "/proc/$pid" ]
	daemon_start
	is "$(docker inspect -f '{{.State.Status}} {{.State.Pid}}' lives)" "running $pid"
	n=$(docker logs lives | wc -l)
	counts() { [ "$(docker logs lives | wc -l)" -gt "$n" ]; }
	wait_until counts
	does docker stop -t 0 lives
	is "$(docker inspect -f '{{.State.ExitCode}}' lives)" 137
}

@test "docker: nothing is left when all is over" {
	docker ps -aq | xargs -r timeout 120 docker rm -f > /dev/null 2>&1 3>&-
	nothing_left
}
