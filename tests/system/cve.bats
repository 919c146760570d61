# SPDX-License-Identifier: Apache-2.0
#
# One test or more for each public vulnerability of container runtimes that
# does not need exec: what the attack tried, under the CVE's name. The canary
# is a place on the host that no container may reach.

load cve

@test "CVE-2019-5736: /proc/self/exe as the program does not lead to the host's binary" {
	before=$(md5sum < "$(program)")
	printf '#!/proc/self/exe\n' > "$B/rootfs/entry"
	chmod 755 "$B/rootfs/entry"
	args /entry
	attempt
	args /proc/self/exe
	attempt
	is "$(md5sum < "$(program)")" "$before"
}

@test "CVE-2019-5736: no page of the waiting init is writable and executable" {
	created
	pid=$(pid_of "$ID")
	! grep -E '^[^ ]* rwx|^[^ ]* .wx' "/proc/$pid/maps" || show "such a page"
	deleted
}

# Who has a descriptor of what a process runs can write to it when it has ended.
@test "CVE-2019-5736: the waiting init is a file of its own that can never be written" {
	created
	exe=/proc/$(pid_of "$ID")/exe
	[ "$(stat -Lc %d:%i "$exe")" != "$(stat -c %d:%i "$(program)")" ] ||
		show "/proc/PID/exe is the host's binary"
	is "$(stat -Lc %h "$exe")" 0
	exec 9< "$exe"
	deleted
	wrote=no
	printf overwritten 2> /dev/null 1<> /proc/self/fd/9 && wrote=yes
	exec 9<&-
	is "$wrote" no
}

@test "CVE-2019-5736: a container that sees the host's processes cannot write the runtime" {
	namespace_drop pid
	before=$(md5sum < "$(program)")
	script 'for p in /proc/[0-9]*; do probe open $p/exe w; done 2> /dev/null | sort | uniq -c; echo end'
	runs
	is "$(md5sum < "$(program)")" "$before"
}

@test "CVE-2019-16884: nothing but proc is mounted on /proc" {
	config 'del(.mounts[] | select(.destination == "/proc"))'
	mkdir "$B/fake"
	good=$(cat "$B/config.json")
	for mount in '{destination: "/proc", type: "tmpfs", source: "tmpfs"}' \
		'{destination: "/proc", source: "fake", options: ["bind"]}' \
		'{destination: "proc/", source: "fake", options: ["rbind"]}' \
		'{destination: "/tmp/../proc", source: "fake", options: ["bind"]}'; do
		echo "$good" > "$B/config.json"
		config ".mounts += [$mount]"
		try scrim create -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: $mount"
		says '/?proc'
	done
}

@test "CVE-2019-16884: mounts below /proc are refused but for a short list" {
	mkdir "$B/fake"
	touch "$B/fake-file"
	good=$(cat "$B/config.json")
	for below in self/attr sys/kernel sysrq-trigger 1 self/task; do
		echo "$good" > "$B/config.json"
		mount_add "/proc/$below" none "$B/fake" bind
		try scrim create -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: /proc/$below"
	done
	echo "$good" > "$B/config.json"
	for below in meminfo cpuinfo uptime stat; do
		echo "of our own" > "$B/fake-$below"
		mount_add "/proc/$below" none "$B/fake-$below" bind
	done
	args cat /proc/meminfo /proc/cpuinfo /proc/uptime
	runs
	is "$(sort -u <<< "$output")" "of our own"
}

@test "CVE-2019-16884: a link of the image leads no mount below /proc" {
	mkdir "$B/fake"
	echo fake > "$B/text"
	ln -s /proc/sys "$B/rootfs/dir"
	ln -s /proc/version "$B/rootfs/file"
	ln -s /proc "$B/rootfs/whole"
	good=$(cat "$B/config.json")
	for row in "/dir none $B/fake" "/dir tmpfs tmpfs" "/file none $B/text" "/whole/sys/kernel tmpfs tmpfs" \
		"/whole none $B/fake" "/whole/self/attr tmpfs tmpfs"; do
		echo "$good" > "$B/config.json"
		set -- $row
		mount_add "$1" "$2" "$3" $([ "$2" = tmpfs ] || echo bind)
		refused
	done
}

@test "CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: /proc or /sys as a symbolic link is refused" {
	for dir in proc sys; do
		rmdir "$B/rootfs/$dir"
		mkdir "$B/rootfs/bad-$dir"
		ln -s "/bad-$dir" "$B/rootfs/$dir"
		try scrim create -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: $dir is a link"
		says "$dir"
		rm "$B/rootfs/$dir"
		mkdir "$B/rootfs/$dir"
	done
}

@test "CVE-2019-19921: a link to the host's proc or to another directory is refused" {
	rmdir "$B/rootfs/proc"
	ln -s "$CANARY" "$B/rootfs/proc"
	try scrim create -b "$B" "$ID"
	[ "$status" != 0 ] || show "accepted"
	canary_is_safe
}

@test "CVE-2019-18837: no kind of mount follows a link of its target to the host" {
	ln -s "$CANARY" "$B/rootfs/last"
	ln -s "$CANARY/file" "$B/rootfs/last-file"
	mkdir -p "$B/rootfs/mid"
	ln -s "${CANARY%/*}" "$B/rootfs/mid/up"
	mkdir "$B/source"
	echo text > "$B/text"
	good=$(cat "$B/config.json")
	for row in "tmpfs tmpfs -" "none $B/source bind" "none $B/source rbind" \
		"none $B/text bind" "mqueue mqueue -" "proc proc -" "sysfs sysfs -" \
		"devpts devpts newinstance" "cgroup cgroup -" "tmpfs tmpfs tmpcopyup"; do
		for target in /last /last-file /last/new /mid/up/canary /mid/up/canary/new /last/../canary; do
			echo "$good" > "$B/config.json"
			set -- $row
			mount_add "$target" "$1" "$2" ${3/#-/}
			attempt
		done
	done
}

@test "CVE-2021-43784: a namespace path of 70 KiB is an error, not a crash" {
	long=/$(head -c 71680 /dev/zero | tr '\0' a)
	sed -i "s,\"type\": \"uts\",&\, \"path\": \"@LONG@\"," "$B/config.json"
	config 'del(.hostname) | (.linux.namespaces[] | select(.type == "uts")).path = "@LONG@"'
	sed -i "s,@LONG@,$long," "$B/config.json"
	try scrim create -b "$B" "$ID"
	[ "$status" = 1 ] || show "status"
}

@test "CVE-2021-43784: an id map of 70 KiB is an error, not a crash" {
	config '.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [range(4000) | {containerID: ., hostID: (. + 100000), size: 1}] |
		.linux.gidMappings = .linux.uidMappings'
	[ "$(jq -r '.linux.uidMappings[] | "\(.containerID) \(.hostID) 1"' "$B/config.json" | wc -c)" -gt 50000 ]
	refused
	says 'uidMappings|uid_map|id map'
}

@test "CVE-2021-43784: an environment of 70 KiB in one variable arrives" {
	value=$(head -c 71680 /dev/zero | tr '\0' a)
	sed -i "s,\"TERM=xterm\",\"LONG=$value\"," "$B/config.json"
	script 'echo ${#LONG}'
	runs
	is "$output" 71680
}

@test "CVE-2024-21626: a working directory behind a descriptor is refused" {
	args /bin/probe cwd
	for fd in {3..64}; do
		config '.process.cwd = $c' --arg c "/proc/self/fd/$fd"
		try sh -c 'exec "$@" 7< '"$CANARY"' 8< / 9< /sys/fs/cgroup' sh \
			$SCRIM --root "$ROOT" run -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: descriptor $fd"
	done
}

# scrim-init has the host's /proc open for the sysctl, and what is preserved.
@test "CVE-2024-21626: nor behind a descriptor that scrim-init has for a while" {
	args /bin/probe cwd
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	for fd in {3..64}; do
		config '.process.cwd = $c' --arg c "/proc/self/fd/$fd"
		try sh -c 'exec "$@" 3< '"$CANARY"' 4< /' sh \
			$SCRIM --root "$ROOT" run --preserve-fds 2 -b "$B" "$ID"
		[ "$status" != 0 ] || show "accepted: descriptor $fd"
		hides .
	done
}

@test "CVE-2024-21626: a link in the root to such a directory is refused as well" {
	args /bin/probe cwd
	ln -s /proc/self/fd/7 "$B/rootfs/link"
	config '.process.cwd = "/link"'
	try sh -c 'exec "$@" 7< /' sh $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" != 0 ] || show "accepted"
}

@test "CVE-2024-21626: no descriptor of the runtime is left in the program" {
	args /bin/probe fds
	runs
	is "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" "0 1 2 "
	hides 'memfd|anon_inode| /$'
}

@test "CVE-2025-24965: nothing that is made in a root file system goes through a link" {
	own_dev
	config '.process.terminal = true'
	mount_add /dev/pts devpts devpts newinstance ptmxmode=0666
	racer_build
	for name in null zero full random urandom tty console ptmx fd stdin stdout stderr core; do
		for to in "$CANARY/new" "../../../../../../..$CANARY/new" ../made; do
			ln -s "$to" "$B/rootfs/dev/$name"
			attempt_by "$RACER" terminal $SCRIM --root "$ROOT" run -b "$B" "$ID"
			[ ! -e "$B/rootfs/made" ] || show "made through a link: $name"
			rm -rf "$B/rootfs/dev"
			mkdir "$B/rootfs/dev"
		done
	done
	config '.process.terminal = false'
	for name in cwd target; do
		ln -s "$CANARY/new" "$B/rootfs/$name"
	done
	echo text > "$B/text"
	mount_add /target none "$B/text" bind
	mount_add /target/below tmpfs tmpfs
	config '.process.cwd = "/cwd/below"'
	attempt
}

@test "CVE-2025-31133: /dev/null as a link does not turn masks into holes" {
	without_dev
	# A sysctl of the container's own network: a hole here harms nobody.
	ttl=/proc/sys/net/ipv4/ip_default_ttl
	for target in "$CANARY/file" $ttl /etc/passwd; do
		rm -rf "$B/rootfs/dev"
		mkdir "$B/rootfs/dev"
		ln -s "$target" "$B/rootfs/dev/null"
		config '.linux.maskedPaths = ["/proc/version"]'
		script "cat /proc/version; echo 77 > /proc/version; echo ttl \$(cat $ttl)"
		attempt
		[ "$status" != 0 ] || is "$output" 'ttl 64'
		is "$(head -n 1 "$B/rootfs/etc/passwd")" "root:x:0:0:root:/root:/bin/sh"
	done
}

@test "CVE-2025-31133: a masked path is the null device even when that of the root is a file" {
	own_dev
	echo readable > "$B/rootfs/dev/null"
	config '.linux.maskedPaths = ["/proc/version"]'
	args cat /proc/version
	attempt
	[ "$status" != 0 ] || is "$output" ""
}

@test "CVE-2025-52565: /dev/console as a link is not followed" {
	own_dev
	config '.process.terminal = true'
	mount_add /dev/pts devpts devpts newinstance ptmxmode=0666
	racer_build
	args sh -c 'echo hacked > /dev/console; cat /proc/self/mountinfo'
	for RO in false true; do
		config ".root.readonly = $RO"
		for target in "$CANARY/file" "$CANARY/new" /etc/passwd ../etc/passwd ../proc/sys/net/ipv4/ip_forward; do
			ln -sf "$target" "$B/rootfs/dev/console"
			attempt_by "$RACER" terminal $SCRIM --root "$ROOT" run -b "$B" "$ID"
			[ "$status" != 0 ] || show "followed: $target"
			is "$(head -n 1 "$B/rootfs/etc/passwd")" "root:x:0:0:root:/root:/bin/sh"
		done
	done
}

@test "CVE-2025-52881: a file mounted over a sysctl does not get the write" {
	mkdir "$B/fake"
	echo untouched > "$B/fake/ip_forward"
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	mount_add /proc/sys/net/ipv4 none "$B/fake" bind
	try scrim run -b "$B" "$ID"
	is "$(cat "$B/fake/ip_forward")" untouched
}

@test "CVE-2026-41579, CVE-2026-47766: /dev as a link to the host gets no nodes and no links" {
	without_dev
	rm -rf "$B/rootfs/dev"
	ln -s "$CANARY" "$B/rootfs/dev"
	attempt
	[[ $SCRIM != *scrim ]] || fails
	rm "$B/rootfs/dev"
	ln -s "../../../../../../../../../../$CANARY" "$B/rootfs/dev"
	attempt
	# Nor is one followed that leads to another place in the container.
	mkdir "$B/rootfs/elsewhere"
	ln -sfn /elsewhere "$B/rootfs/dev"
	attempt
	[[ $SCRIM != *scrim ]] || fails
	is "$(ls -A "$B/rootfs/elsewhere")" ""
}

@test "CVE-2026-41579: a component of a device's path as a link is not left" {
	ln -s "$CANARY" "$B/rootfs/opt"
	config '.linux.devices = [{path: "/opt/null", type: "c", major: 1, minor: 3}]'
	attempt
}

@test "CVE-2026-88264, CVE-2026-88265: /dev/null and /dev/console as links with a read-only root" {
	own_dev
	mount_add /host none "$CANARY" bind
	mkdir "$B/rootfs/host"
	ln -s ../host/file "$B/rootfs/dev/null"
	ln -s ../host/file "$B/rootfs/dev/console"
	config '.root.readonly = true'
	args sh -c 'echo hacked; echo hacked >&2'
	attempt
	echo from-a-file > "$T/input"
	INPUT=$T/input attempt
	try sh -c 'exec "$@" > /dev/null 2>&1 < /dev/null' sh $SCRIM --root "$ROOT" run -b "$B" "$ID"
	canary_is_safe
	rm "$T/input"
}

@test "CVE-2026-88265: stdio that is a file stays that file" {
	args sh -c 'cat; echo out'
	echo text > "$T/input"
	INPUT=$T/input attempt
	prints text
	prints out
	rm "$T/input"
}

@test "CVE-2024-1753: a link in the bundle as source is the host's to follow, dots do not leave" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	mkdir "$T/b/outside"
	echo secret > "$T/b/outside/secret"
	mount_add /m none ../outside bind
	args cat /m/secret
	try scrim run -b "$B" "$ID"
	rm -r "$T/b/outside"
	hides '^secret$'
	[ "$status" != 0 ] || show "accepted"
}

@test "CVE-2024-9407: a word of propagation with more behind it is no propagation" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	mkdir "$B/source"
	mount_add /m none "$B/source" bind "rprivate,lowerdir=/"
	try scrim run -b "$B" "$ID"
	if [ "$status" = 0 ]; then
		hides lowerdir
	fi
	config '.linux.rootfsPropagation = "rprivate,lowerdir=/"'
	refused
	says propagation
}

@test "CVE-2024-9676: the container's passwd may be a link, a pipe or without end" {
	args sh -c 'echo "home $HOME"'
	echo 'root:x:0:0::/stolen:/bin/sh' > "$CANARY/file"
	for make in "ln -s $CANARY/file" "ln -s /dev/zero" mkfifo 'truncate -s 1T' mkdir; do
		rm -f "$B/rootfs/etc/passwd"
		$make "$B/rootfs/etc/passwd"
		try timeout 20 $SCRIM --root "$ROOT" run -b "$B" "$ID"
		succeeds
		is "$output" "home /"
	done
	rmdir "$B/rootfs/etc/passwd"
}

@test "path tricks: ids and cgroup paths cannot leave their place" {
	for id in ../x ..; do
		try scrim create -b "$B" -- "$id"
		fails
	done
	[ ! -e "$T/x" ]
	[[ $SCRIM != *disabled* ]] || return 0
	config '.linux.cgroupsPath = "/../../x"'
	try scrim create -b "$B" "$ID"
	[[ $SCRIM != *scrim ]] || fails
	[ "$status" != 0 ] || scrim delete --force "$ID"
}

@test "what is remembered of a container is its owner's, whole, and written through no link" {
	[[ $SCRIM == *scrim ]] || skip "the files are scrim's own"
	created
	is "$(stat -c %a "$ROOT/$ID" "$ROOT/$ID/state.json" | tr '\n' ' ')" "700 600 "
	# Somebody was killed while he wrote.
	printf '{"record":{"id":"torn"' >> "$ROOT/$ID/state.json"
	is "$(status_of "$ID")" created
	ln -s "$CANARY/new" "$ROOT/$ID/.state.json"
	echo '{"destination": "/late", "type": "tmpfs", "source": "late"}' > "$B/late.json"
	try scrim mounts add "$ID" "$B/late.json"
	succeeds
	canary_is_safe
	! grep -q torn "$ROOT/$ID/state.json" || show "a line without an end was kept"
	is "$(status_of "$ID")" created
	rm "$B/late.json"
	deleted
}
