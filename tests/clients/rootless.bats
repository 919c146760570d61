# SPDX-License-Identifier: Apache-2.0
#
# Podman as an ordinary user, who has systemd's session and its delegated
# controllers, with scrim as the runtime: no right of root's is needed.

load lib

U=walter

setup_file()
{
	local home=/scratch/$U

	scrim_installed podman > /dev/null
	id $U > /dev/null 2>&1 || useradd -d $home -m -s /bin/bash $U
	usermod --add-subuids 300000-365535 --add-subgids 300000-365535 $U
	# As udev's rules have it, which this machine does without.
	chmod 0666 /dev/net/tun /dev/fuse
	mkdir -p /run/user
	loginctl enable-linger $U
	wait_until test -S "/run/user/$(id -u $U)/bus"
	user /usr/bin/python3 "$SCRIM_SOURCE/contrib/install-engine" --default podman
	cp "$IMAGE" /scratch/$U.tar
	user podman load -q -i /scratch/$U.tar
}

# user COMMAND...: as that user, with what a login gives, and no more.
user()
{
	setpriv --reuid $U --regid $U --init-groups env -i -C "/scratch/$U" HOME="/scratch/$U" USER=$U \
		PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" XDG_RUNTIME_DIR="/run/user/$(id -u $U)" \
		DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$(id -u $U)/bus" "$@"
}

setup()
{
	P=(user podman)
	N=(--network none)
	V=$(user mktemp -d "/scratch/$U/XXXXXX")
}

teardown()
{
	user timeout 120 podman rm --all --force --time 0 > /dev/null 2>&1 3>&- || true
}

@test "rootless: scrim is the user's runtime, and containers run with exit statuses and limits" {
	does "${P[@]}" info --format '{{.Host.OCIRuntime.Name}} {{.Host.Security.Rootless}}'
	has 'scrim true'
	ends 7 "${P[@]}" run --rm "${N[@]}" --memory 64m --pids-limit 50 --cpus 0.5 $BB sh -c 'id -u; cat /proc/self/uid_map
		cd /sys/fs/cgroup; cat memory.max pids.max cpu.max; exit 7'
	has 0 67108864 50 '50000 100000'
	shows "^ +0 +$(id -u $U) +1$" '^ +1 +[0-9]+ +65536$'
	ends 127 "${P[@]}" run --rm "${N[@]}" $BB nothing
	ends 126 "${P[@]}" run --rm "${N[@]}" $BB /etc/passwd
}

@test "rootless: volumes, devices, tmpfs, read-only, users and what is denied" {
	user sh -c "echo text > $V/file"
	does "${P[@]}" run --rm "${N[@]}" --read-only --tmpfs /t -v "$V:/v" -v "$V:/n:ro,noexec" --device /dev/null:/dev/mine \
		--userns keep-id --hostname web --cap-drop all --security-opt no-new-privileges --ulimit nofile=50:60 \
		--security-opt mask=/proc/uptime --shm-size 2m $BB sh -c 'cat /n/file; id -u; hostname; touch /v/made; touch /n/x 2>/dev/null || echo read-only
		wc -c < /proc/uptime; ulimit -n; ls /dev/mine; grep CapEff /proc/self/status'
	has text "$(id -u $U)" web read-only 0 50 /dev/mine
	shows 'CapEff:.0+$'
	is "$(stat -c %U "$V/made")" $U
	does "${P[@]}" run --rm "${N[@]}" --privileged $BB sh -c 'mount -t tmpfs x /mnt && echo mounted'
	has mounted
	does "${P[@]}" run --rm "${N[@]}" --uidmap 0:1:1000 --gidmap 0:1:1000 $BB cat /proc/self/uid_map
	shows '^ +0 +1 +1000$'
	does "${P[@]}" run --rm "${N[@]}" --userns auto:size=900 --mount "type=bind,src=$V,dst=/m,ro,bind-propagation=rslave" \
		$BB sh -c 'cat /proc/self/uid_map; grep " /m " /proc/self/mountinfo'
	shows '^ +0 +[0-9]+ +900$' ' /m ro,.* master:'
}

@test "rootless: a network by slirp4netns" {
	needs slirp4netns
	does "${P[@]}" run --rm --network slirp4netns $BB ip -4 addr show tap0
	shows 'inet 10[.]0[.]2[.]'
}

@test "rootless: fuse-overlayfs and vfs as storage" {
	needs fuse-overlayfs
	for driver in "--storage-driver overlay --storage-opt overlay.mount_program=/usr/bin/fuse-overlayfs" "--storage-driver vfs"; do
		place=(--root "$V/store" --runroot "$V/run")
		# shellcheck disable=SC2086
		does "${P[@]}" "${place[@]}" $driver load -q -i /scratch/$U.tar
		# shellcheck disable=SC2086
		does "${P[@]}" "${place[@]}" $driver run --rm "${N[@]}" $BB sh -c 'echo ok > /file; cat /file; grep " / / " /proc/self/mountinfo || true'
		has ok
		[[ $driver != *fuse* ]] || shows 'fuse-overlayfs|fuse.fuse'
		user podman unshare rm -rf "$V/store" "$V/run"
	done
}

@test "rootless: the life of a container in the background" {
	can exec
	does "${P[@]}" run -d --name one "${N[@]}" $BB sh -c 'trap "echo caught" USR1; while :; do sleep 0.1; done'
	ends 3 "${P[@]}" exec --user 1000 one sh -c 'id -u; exit 3'
	has 1000
	does typed setpriv --reuid $U --regid $U --init-groups env HOME="/scratch/$U" XDG_RUNTIME_DIR="/run/user/$(id -u $U)" podman exec -it one tty
	shows '/dev/pts/'
	does "${P[@]}" top one
	shows 'sh -c trap'
	does "${P[@]}" pause one
	is "$("${P[@]}" inspect -f '{{.State.Status}}' one)" paused
	does "${P[@]}" unpause one
	does "${P[@]}" update --memory 32m one
	does "${P[@]}" exec one cat /sys/fs/cgroup/memory.max
	has 33554432
	does "${P[@]}" kill --signal USR1 one
	caught() { "${P[@]}" logs one 2>&1 | grep -qx caught; }
	wait_until caught
	does "${P[@]}" restart --time 0 one
	does "${P[@]}" stop --time 0 one
	is "$("${P[@]}" inspect -f '{{.State.ExitCode}}' one)" 137
	does "${P[@]}" rm one
}

@test "rootless: pods and build" {
	does "${P[@]}" pod create --name pod --network none
	does "${P[@]}" run --rm --pod pod $BB hostname
	has pod
	does "${P[@]}" pod rm --force --time 0 pod
	user sh -c "printf 'FROM %s\nRUN id -u > /who\nCMD [\"cat\", \"/who\"]\n' $BB > $V/Containerfile"
	does "${P[@]}" build --network none --isolation oci --runtime /usr/local/sbin/scrim -t built "$V"
	does "${P[@]}" run --rm "${N[@]}" built
	has 0
}

@test "rootless: attach, stats, a health check, secrets, init, sysctl and seccomp" {
	user sh -c "printf quiet > $V/secret; echo '{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":95}]}' > $V/filter.json"
	does "${P[@]}" secret create s "$V/secret"
	does "${P[@]}" run --rm "${N[@]}" --init --secret s --sysctl net.ipv4.ip_forward=1 --security-opt seccomp="$V/filter.json" \
		--security-opt unmask=/proc/sys --cap-add sys_admin --cgroupns host $BB sh -c 'cat /run/secrets/s; echo; cat /proc/sys/net/ipv4/ip_forward
		mkdir /x 2>&1; tr "\0" " " < /proc/1/cmdline; echo; cat /proc/self/cgroup; mount -t tmpfs x /mnt && echo mounted'
	has quiet 1 mounted
	shows '[Nn]ot supported' 'init -- ?sh -c' '^0::/user[.]slice/.*libpod-'
	does "${P[@]}" secret rm s
	does "${P[@]}" run -d -i -t --name term "${N[@]}" --memory 64m --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1 $BB sh
	does "${P[@]}" stats --no-stream --format '{{.Name}} {{.MemUsage}}' term
	shows '^term .*67.11MB'
	try "${P[@]}" healthcheck run term
	[ "$status" != 0 ] || show "it is not well"
	does "${P[@]}" exec term touch /tmp/well
	does "${P[@]}" healthcheck run term
	(sleep 2; echo 'echo $((6 * 7)); exit 4'; sleep 2) | "${P[@]}" attach term > "$BATS_TEST_TMPDIR/said" 2>&1 3>&- || true
	grep -q 42 "$BATS_TEST_TMPDIR/said"
	is "$("${P[@]}" wait term)" 4
}

@test "rootless: play kube, and a container that runs out of memory" {
	user tee "$V/pod.yaml" > /dev/null <<- END
		apiVersion: v1
		kind: Pod
		metadata: {name: kube}
		spec:
		  hostNetwork: true
		  containers:
		  - name: web
		    image: $BB
		    imagePullPolicy: Never
		    command: [sh, -c, "id -u; sleep 1000"]
		    resources: {limits: {memory: 50Mi}}
		    securityContext: {readOnlyRootFilesystem: true, runAsUser: 1000}
	END
	does "${P[@]}" play kube "$V/pod.yaml"
	kube_says() { "${P[@]}" logs kube-web 2>&1 | grep -qx 1000; }
	wait_until kube_says
	does "${P[@]}" play kube --down "$V/pod.yaml"
	ends 137 "${P[@]}" run --rm "${N[@]}" --memory 20m --memory-swap 20m $BB tail /dev/zero
}

@test "rootless: nothing is left when all is over" {
	user podman pod rm --all --force > /dev/null 2>&1 3>&- || true
	is "$(find "/run/user/$(id -u $U)/scrim" -mindepth 1 -maxdepth 1 ! -name '.*' 2> /dev/null)" ""
	is "$(find /sys/fs/cgroup/user.slice -type d -name 'libpod-*' ! -name 'libpod-conmon-*')" ""
}
