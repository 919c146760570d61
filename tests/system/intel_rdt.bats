# SPDX-License-Identifier: Apache-2.0
#
# SPEC 155-165: groups of resctrl. What is written there and compared is tested
# against an imitated tree (tests/unit/test_host_resctrl.c); here a container is
# in its group, where the processor has the filesystem, and the want of it is an
# error where it has not.

load lib

resctrl()
{
	[ "$(stat -fc %t /sys/fs/resctrl 2> /dev/null)" = 7655821 ] ||
		skip "no resctrl filesystem at /sys/fs/resctrl: the processor or the kernel has none"
}

@test "without the filesystem it is an error with its place, and nothing is left" {
	[ "$(stat -fc %t /sys/fs/resctrl 2> /dev/null)" != 7655821 ] || skip "there is one"
	config '.linux.intelRdt = {closID: "gold", enableMonitoring: true}'
	refused
	says 'intelRdt needs the resctrl filesystem.*/linux/intelRdt'
}

@test "a group of the container's own goes with it" {
	resctrl
	config '.linux.intelRdt = {enableMonitoring: true}'
	created
	pid=$(pid_of "$ID")
	grep -qx "$pid" "/sys/fs/resctrl/$ID/tasks" || show "not in its group"
	grep -qx "$pid" "/sys/fs/resctrl/$ID/mon_groups/$ID/tasks" || show "not monitored"
	deleted
	[ ! -e "/sys/fs/resctrl/$ID" ] || show "the group is left"
}

@test "a group that somebody named stays" {
	resctrl
	mkdir "/sys/fs/resctrl/$ID-gold"
	config '.linux.intelRdt = {closID: $c}' --arg c "$ID-gold"
	created
	grep -qx "$(pid_of "$ID")" "/sys/fs/resctrl/$ID-gold/tasks" || show "not in it"
	deleted
	rmdir "/sys/fs/resctrl/$ID-gold"
}

# imitation: a mount namespace with a tree of files at /sys/fs/resctrl; $TREE
# is the way to it from here. strace makes statfs tell of a resctrl there.
imitation()
{
	[ "$(stat -fc %t /sys/fs/resctrl 2> /dev/null)" != 7655821 ] || skip "there is a real one"
	needs strace
	background unshare --mount --propagation private /bin/sh -c '
		mkdir "$1/cgroup" &&
		mount --rbind /sys/fs/cgroup "$1/cgroup" &&
		mount -t tmpfs scrim-test /sys/fs &&
		mkdir -p /sys/fs/cgroup /sys/fs/resctrl/gold/mon_groups /sys/fs/resctrl/info/L3 &&
		mount --rbind "$1/cgroup" /sys/fs/cgroup &&
		cd /sys/fs/resctrl &&
		echo 16 > info/L3/num_closids &&
		echo ok > info/last_cmd_status &&
		echo "L3:0=fffff" > schemata &&
		printf "L3:0=0ff\nMB:0=100\n" > gold/schemata &&
		: > gold/tasks &&
		touch "$1/ready" && exec sleep 1000' sh "$B"
	NS=$!
	for _ in {1..100}; do [ ! -e "$B/ready" ] || break; sleep 0.05; done
	[ -e "$B/ready" ] || show "no imitation: $(cat "$T/background")"
	TREE=/proc/$NS/root/sys/fs/resctrl
}

# imitated COMMAND...: scrim, in there; what it starts is not traced, or strace
# would wait for its end. A directory that it makes has a second's time to be
# filled, see kernel().
imitated()
{
	ASAN_OPTIONS=detect_leaks=0 nsenter --mount --target "$NS" strace -qq -o /dev/null -P /sys/fs/resctrl \
		-e trace=fstatfs,mkdirat -e inject=fstatfs:poke_exit=@arg2=2158650700000000 \
		-e inject=mkdirat:delay_exit=1000000 \
		"$(command -v "$SCRIM")" --root "$ROOT" "$@"
}

# kernel GROUP: fills a group when it is made, and a monitoring group in it; the
# lines that are written to its schemata are in $B/lines.
kernel()
{
	local group=$TREE/$1

	until mkdir "$group/mon_groups"; do sleep 0.02; done 2> /dev/null
	mkfifo "$group/schemata"
	: > "$group/tasks"
	until : > "$group/mon_groups/$ID/tasks"; do sleep 0.02; done 2> /dev/null &
	exec cat <> "$group/schemata" > "$B/lines"
}

@test "a group is made with its schemata in their order, and one that watches in it" {
	imitation
	config '.linux.intelRdt = {closID: "silver", l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20",
		schemata: ["L2:0=3", "L3:0=7"], enableMonitoring: true}'
	args /bin/sleep 1000
	background kernel silver
	try imitated create -b "$B" "$ID"
	succeeds
	is "$(cat "$B/lines")" $'L3:0=f\nMB:0=20\nL2:0=3\nL3:0=7'
	is "$(cat "$TREE/silver/tasks")" "$(pid_of "$ID")"
	is "$(cat "$TREE/silver/mon_groups/$ID/tasks")" "$(pid_of "$ID")"
	rm "$TREE/silver/mon_groups/$ID/tasks" # the kernel's go with their directory
	try imitated delete --force "$ID"
	succeeds
	[ -d "$TREE/silver/mon_groups" ] || show "a group that was named is gone"
	[ ! -e "$TREE/silver/mon_groups/$ID" ] || show "the group that watched is left"
}

@test "a group that is there has to have the schemata that are asked for" {
	imitation
	config '.linux.intelRdt = {closID: "gold", l3CacheSchema: "L3:0=ff", memBwSchema: "MB:0=50"}'
	try imitated create -b "$B" "$ID"
	fails
	says 'group gold is there, and its schemata do not say MB:0=50 .*/linux/intelRdt'
	is "$(cat "$TREE/gold/schemata")" $'L3:0=0ff\nMB:0=100'
	is "$(cat "$TREE/gold/tasks")" ""
}

@test "exec is in the container's group, update writes its schemata, events tells of them" {
	imitation
	config '.linux.intelRdt = {closID: "gold", l3CacheSchema: "L3:0=ff"}'
	script 'sleep 1000'
	try imitated create -b "$B" "$ID"
	succeeds
	is "$(cat "$TREE/gold/tasks")" "$(pid_of "$ID")"
	try imitated start "$ID"
	succeeds
	: > "$TREE/gold/tasks"
	try imitated exec --detach --pid-file "$B/pid" "$ID" /bin/sleep 1000
	succeeds
	is "$(cat "$TREE/gold/tasks")" "$(cat "$B/pid")"
	try imitated update --l3-cache-schema L3:0=00f --mem-bw-schema MB:0=050 "$ID"
	succeeds
	# Of files on a tmpfs the last write stands above the rest.
	is "$(cat "$TREE/gold/schemata")" $'MB:0=050\nMB:0=100'
	try imitated update --mem-bw-schema L3:0=00f "$ID"
	fails
	says '--mem-bw-schema: expected one line that begins with MB:'
	printf 'L3:0=00f\n' > "$TREE/gold/schemata"
	try imitated events --stats "$ID"
	succeeds
	is "$(jq -c .data.intel_rdt <<< "$output")" \
		'{"l3_cache_info":{"num_closids":16},"l3_cache_schema_root":"L3:0=fffff","l3_cache_schema":"L3:0=00f"}'
	try imitated delete --force "$ID"
	succeeds
	[ -d "$TREE/gold" ] || show "somebody else's group is gone"
}

# criu works on no kernel that this test needs: one that starts a process, says
# that it is there and nothing runs yet, and notes which tasks the group has once
# it is told to go on (criu's rpc.proto: NOTIFY is 6, RESTORE 2).
stand_in()
{
	cat > "$B/criu" <<-END
	#!$PYTHON
	import os, socket, subprocess, sys
	def number(key, n):
	    digits = bytes([key << 3])
	    while n > 127:
	        digits, n = digits + bytes([n & 127 | 128]), n >> 7
	    return digits + bytes([n])
	def part(key, data):
	    return bytes([key << 3 | 2, len(data)]) + data
	scrim = socket.socket(fileno=int(sys.argv[2]))
	scrim.recv(1 << 20)
	pid = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
	                       stderr=subprocess.DEVNULL, start_new_session=True).pid
	scrim.send(number(1, 6) + number(2, 1) + part(5, part(1, b"setup-namespaces") + number(2, pid)))
	scrim.recv(1 << 20)
	open("$B/then", "w").write(open("/sys/fs/resctrl/gold/tasks").read())
	scrim.send(number(1, 2) + number(2, 1) + part(4, number(1, pid)))
	END
	chmod +x "$B/criu"
	mkdir "$B/images"
	echo '{"version": 1, "stdio": ["", "", ""], "mounts": []}' > "$B/images/scrim.json"
}

@test "restore has the first process in the container's group before any of it runs" {
	ldconfig -p | grep -q libcriu.so.2 || skip "libcriu is not installed"
	needs "$PYTHON"
	imitation
	stand_in
	config '.linux.intelRdt = {closID: "gold"}'
	try imitated --criu "$B/criu" restore --detach -b "$B" --image-path "$B/images" "$ID"
	succeeds
	is "$(cat "$B/then")" "$(pid_of "$ID")"
	try imitated delete --force "$ID"
	succeeds
}

@test "a container without linux.intelRdt has no schemata to change" {
	args /bin/sleep 1000
	created
	for words in '--l3-cache-schema L3:0=f' '--mem-bw-schema MB:0=20'; do
		# shellcheck disable=SC2086
		try scrim update $words "$ID"
		fails
		says 'need a container with linux.intelRdt'
	done
	try scrim events --stats "$ID"
	succeeds
	is "$(jq -c .data.intel_rdt <<< "$output")" '{}'
	deleted
}
