# SPDX-License-Identifier: Apache-2.0
#
# Configurations as engines wrote them (tests/config/bundles) run to the end,
# with their paths filled in; the engine's own hooks, limits that need a
# controller, AppArmor profiles and rlimits above this machine's are taken
# out. And a root file system of Debian's, by debootstrap or by the name of
# a tree in SCRIM_DEBIAN.

load lib

# engine NAME: its configuration becomes that of $B.
engine()
{
	local nofile nproc source target

	nofile=$(ulimit -Hn)
	nproc=$(ulimit -Hu)
	jq --arg bundle "$B" --arg cgroup "${TEST_CGROUP#"$CGROUP"}/$ID" \
		--argjson nofile "${nofile/unlimited/1048576}" \
		--argjson nproc "${nproc/unlimited/1048576}" '
		.root.path = "rootfs" | del(.hooks) |
		.linux.cgroupsPath = $cgroup |
		.linux.resources |= (if .devices then {devices} else {} end) |
		del(.process.apparmorProfile) | del(.linux.namespaces[].path) |
		.process.rlimits |= ((. // []) | map(
			(if .type == "RLIMIT_NOFILE" then $nofile else $nproc end) as $most |
			.hard = ([.hard, $most] | min) | .soft = ([.soft, $most] | min))) |
		.mounts |= map(if (.options // []) | index("bind") or index("rbind") then
			.source = $bundle + "/from" + (.destination | gsub("/"; "-")) else . end)' \
		"$SYSTEM_DIR/../config/bundles/$1.json" > "$B/config.json"
	while read -r source target; do
		case $target in
		*/shm | */tmp) mkdir "$source" ;;
		*) echo "of $target" > "$source" ;;
		esac
	done < <(jq -r '.mounts[] | select((.source // "") | startswith("/run/")) |
		.source + " " + .destination' "$B/config.json")
	mkdir -p "$B/rootfs/run" "$B/rootfs/var/tmp"
	echo kept > "$B/rootfs/var/tmp/kept"
}

telling()
{
	script 'hostname; cat /proc/self/mountinfo /proc/self/status; id -u
		cat /etc/hostname 2> /dev/null; echo the end'
}

@test "Podman's default configuration runs" {
	engine podman-default
	telling
	runs
	prints aec348dd12d7
	prints 'of /etc/hostname'
	prints 'the end'
	shows '^Seccomp:[[:space:]]*2'
	shows '^Umask:[[:space:]]*0022'
	mount_type /sys/fs/cgroup cgroup2
	mount_has /sys/fs/cgroup ro nosuid noexec nodev
	mount_has /dev/shm nosuid noexec nodev
	mount_has /proc/sys ro
}

@test "Podman's configuration for systemd runs" {
	engine podman-systemd
	telling
	runs
	prints 0123456789ab
	prints 'the end'
	mount_type /run tmpfs
	mount_has /mnt/tmp ro
	shows '^Seccomp:[[:space:]]*2'
}

@test "Podman's configuration with a user namespace runs" {
	engine podman-userns
	find "$B/rootfs" -type d -exec chown 100000:100000 {} +
	mkdir -p "$B/rootfs/etc"
	touch "$B"/rootfs/etc/{hosts,hostname,resolv.conf}
	script 'cat /proc/self/uid_map /var/tmp/kept; cat /proc/self/mountinfo; touch /x 2> /dev/null || echo read-only; echo the end'
	runs
	shows '^ +0 +100000 +65536$'
	prints kept
	prints read-only
	prints 'the end'
	mount_has / ro
	mount_type /var/tmp tmpfs
}

@test "containerd's configuration runs" {
	engine containerd
	telling
	runs
	prints 'the end'
	shows '^NoNewPrivs:[[:space:]]*1'
	shows '^Seccomp:[[:space:]]*2'
	mount_type /run tmpfs
}

@test "Docker's configuration runs" {
	engine docker
	telling
	runs
	prints 0123456789ab
	prints 'of /etc/hostname'
	prints 'the end'
	mount_has /mnt/tmp ro
	mount_has /dev/shm size=65536k
}

@test "each of them can be created, started, killed and deleted" {
	for name in podman-default podman-systemd podman-userns containerd docker; do
		rm -rf "$B"
		bundle "$B"
		engine "$name"
		find "$B/rootfs" -type d -exec chown 100000:100000 {} +
		touch "$B"/rootfs/etc/{hosts,hostname,resolv.conf}
		args /bin/sleep 1000
		started
		is "$(status_of "$ID")" running
		try scrim kill "$ID" KILL
		succeeds
		wait_until is_status "$ID" stopped
		try scrim delete "$ID"
		succeeds
	done
}

@test "each of them is refused for its limits where the controllers are missing, by name" {
	[[ $SCRIM == *scrim ]] || skip "others go on without the limits"
	! grep -qw pids "$CGROUP/cgroup.controllers" || skip "the controllers are there"
	for name in podman-default containerd docker; do
		cp "$SYSTEM_DIR/../config/bundles/$name.json" "$B/with-limits.json"
		engine "$name"
		config '.linux.resources = $r' --argjson r \
			"$(jq .linux.resources "$B/with-limits.json")"
		try scrim create -b "$B" "$ID"
		fails
		says 'pids|memory|cpu'
		rm -rf "$B"
		bundle "$B"
	done
}

# --- Debian ------------------------------------------------------------------

# debian: $B gets a minimal Debian as its root file system.
debian()
{
	local log=$T/debootstrap.log

	rm -rf "$B/rootfs"
	if [ -d "${SCRIM_DEBIAN:-}" ]; then
		cp -a "$SCRIM_DEBIAN" "$B/rootfs"
		return
	fi
	needs debootstrap
	timeout 200 debootstrap --variant=minbase bookworm "$B/rootfs" \
		http://deb.debian.org/debian > "$log" 2>&1 3>&- < /dev/null ||
		skip "debootstrap failed: $(tail -n 1 "$log")"
	rm -f "$log"
}

@test "a minimal Debian: bash, apt, and a user by name" {
	debian
	echo 'walter:x:1000:1000::/home/walter:/bin/bash' >> "$B/rootfs/etc/passwd"
	mkdir -p "$B/rootfs/home/walter"
	config '.process.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
	args bash -c 'echo "bash $BASH_VERSION"; . /etc/os-release; echo "$ID"'
	runs
	shows '^bash 5'
	prints debian
	args apt --version
	runs
	shows '^apt [0-9]'
	config '.process.user = {uid: 1000, gid: 1000} | .process.cwd = "/home/walter" |
		del(.process.capabilities)'
	args bash -c 'id -un; echo $HOME; pwd; cat /proc/self/status | grep CapEff'
	runs
	prints walter
	prints /home/walter
	shows 'CapEff:[[:space:]]*0+$'
	config '.process.user = {uid: 0, gid: 0}'
	args dpkg -l libc6
	runs
	shows libc6
}
