# SPDX-License-Identifier: Apache-2.0
#
# The vulnerabilities that were races: something is exchanged while a runtime
# looks at it and then acts on it. Each is run 1,000 times against a racer that
# never stops. A container that does not come up is a fair answer; one that
# does must be what was asked for, and the host as it was.

load cve

# volume: a directory of the host as /vol, in which "real" and "swap", a link
# to TARGET, change places.
volume()
{
	mkdir -p "$B/volume/real" "$B/rootfs/vol"
	ln -s "$1" "$B/volume/swap"
	mount_add /vol none "$B/volume" rbind
	racer swap "$B/volume/real" "$B/volume/swap"
}

@test "CVE-2021-30465: a mount whose target is swapped for a link lands in the container" {
	volume "$CANARY"
	mount_add /vol/real tmpfs marker
	script 'grep " marker " /proc/self/mountinfo | wc -l'
	race scrim run -b "$B" "$ID"
	is "$(awk '{ print $2 }' <<< "$output")" 1
	canary_is_safe
}

@test "CVE-2024-45310: directories and files for targets are not made on the host" {
	echo text > "$B/text"
	volume "$CANARY"
	mount_add /vol/real/new/dir tmpfs tmpfs
	mount_add /vol/real/file none "$B/text" bind
	config '.process.cwd = "/vol/real/cwd"'
	race scrim run -b "$B" "$ID"
	canary_is_safe
}

@test "CVE-2024-45310: nor by a link that climbs" {
	echo text > "$B/text"
	volume "../../../../../../../../../..$CANARY"
	mount_add /vol/real/new/dir tmpfs tmpfs
	mount_add /vol/real/file none "$B/text" bind
	race scrim run -b "$B" "$ID"
	canary_is_safe
}

@test "CVE-2025-31133: a /dev/null that is swapped for a link leaves no path unmasked" {
	own_dev
	mknod -m 666 "$B/rootfs/dev/null" c 1 3
	ln -s ../proc/sys/net/ipv4/ip_default_ttl "$B/rootfs/dev/swap"
	racer swap "$B/rootfs/dev/null" "$B/rootfs/dev/swap"
	config '.linux.maskedPaths = ["/proc/version", "/proc/timer_list"]'
	script 'cat /proc/version; echo 77 > /proc/version; cat /proc/sys/net/ipv4/ip_default_ttl; test -c /proc/version && echo masked; true'
	race scrim run -b "$B" "$ID"
	is "$(awk '{ print $2 }' <<< "$output")" $'64\nmasked'
}

# The peer alone is mounted by its own name in its file system, /0. Where it is
# mounted on the parameter, reading that does not end: an answer, too.
@test "CVE-2025-52565: the terminal is on no other file when /dev/console or /dev/pts is swapped for a link" {
	own_dev
	mkdir "$B/rootfs/dev/pts"
	: > "$B/rootfs/dev/console"
	ln -s ../proc/sys/net/ipv4/ip_default_ttl "$B/rootfs/dev/link"
	ln -s "$CANARY" "$B/rootfs/dev/dir"
	mount_add /dev/pts devpts devpts newinstance ptmxmode=0666
	config '.process.terminal = true'
	script 'grep "/0 /dev/[a-z]* .* devpts " /proc/self/mountinfo | wc -l; echo 77 > /dev/console; cat /proc/sys/net/ipv4/ip_default_ttl'
	racer swap "$B/rootfs/dev/console" "$B/rootfs/dev/link" "$B/rootfs/dev/pts" "$B/rootfs/dev/dir"
	race sh -c 'timeout -s KILL 20 "$@" || { [ $? = 137 ] && echo "0 hangs"; }' sh \
		"$RACER" terminal $SCRIM --root "$ROOT" run -b "$B" "$ID"
	is "$(tr -d '\r' <<< "$output" | awk '{ print $2 }')" $'1\n64\n77'
	canary_is_safe
}

# What is redirected is a file of procfs itself: there, it is no other
# filesystem that gives the attack away.
@test "CVE-2025-52881: a sysctl whose procfs is covered while it is written is set, or refused" {
	background sleep 1000
	victim=/proc/$!/oom_score_adj
	config '.linux.sysctl = {"net.ipv4.ip_default_ttl": "77"}'
	args cat /proc/sys/net/ipv4/ip_default_ttl
	mkdir -p "$B/fake/net/ipv4"
	: > "$B/fake/net/ipv4/ip_default_ttl"
	mount --bind "$victim" "$B/fake/net/ipv4/ip_default_ttl"
	racer cover "$B/fake" /proc/sys
	race scrim run -b "$B" "$ID" || failed=yes
	adjusted=$(cat "$victim")
	background_end
	umount -l /proc/sys 2> /dev/null || true
	umount "$B/fake/net/ipv4/ip_default_ttl"
	[ -z "${failed-}" ] || show "no race"
	is "$(awk '{ print $2 }' <<< "$output")" 77
	is "$adjusted" 0
}

# By a container that may make nodes in a volume, say: to open one may be enough,
# as with a watchdog, and the rules of devices do not hold yet.
@test "tmpcopyup opens no device that is put in the place of a file" {
	local pairs=() i

	mkdir "$B/rootfs/full"
	for i in {1..8}; do
		echo text > "$B/rootfs/full/file$i"
		mknod -m 666 "$B/rootfs/full/node$i" c 1 3
		pairs+=("$B/rootfs/full/file$i" "$B/rootfs/full/node$i")
	done
	racer swap "${pairs[@]}"
	mount_add /full tmpfs tmpfs tmpcopyup
	args /bin/true
	RACE_ROUNDS=400 race scrim run -b "$B" "$ID"
	! grep "it changes while it is copied" "$ERR" || show "a device was opened"
	grep "tmpcopyup: .*: open: Permission denied" "$ERR" > /dev/null || show "no device was met"
}
