# SPDX-License-Identifier: Apache-2.0
#
# SPEC 66, 69-76, 79-83, 107: root and mounts: what the file system is told,
# where targets are made, what a source may be, id-mapped mounts. Flags and
# propagation have files of their own.

load lib

setup()
{
	test_open
	args /bin/cat /proc/self/mountinfo
}

teardown()
{
	bundle_unmount
	test_close
}

# --- data for the file system ------------------------------------------------

@test "options that are no flags reach the file system" {
	mount_add /m tmpfs tmpfs size=2m mode=1750 uid=1000 gid=50
	config '(.mounts[] | select(.type == "proc")).options += ["hidepid=2"]'
	script 'cat /proc/self/mountinfo; stat -c "%a %u %g" /m'
	runs
	mount_has /m size=2048k
	mount_has /proc hidepid=invisible
	prints '1750 1000 50'
}

@test "an unknown option fails with the kernel's own words and its place" {
	mount_add /m tmpfs tmpfs nonsense=1
	refused
	says '/?m'
	[[ $SCRIM == *scrim ]] || return 0
	says "Unknown parameter 'nonsense'"
	says '/mounts/5'
	says 'config\.json:[0-9]+'
}

@test "a bind has no file system to tell: other options are passed over" {
	mkdir "$B/source"
	mount_add /m none "$B/source" bind mode=755 size=1k ro
	runs
	mount_has /m ro
}

@test "a bad value fails with the kernel's own words" {
	mount_add /m tmpfs tmpfs size=much
	refused
	[[ $SCRIM == *scrim ]] || return 0
	says "[Bb]ad value"
}

@test "an unknown type of file system is named" {
	mount_add /m nonsensefs x
	refused
	says 'nonsensefs|/?m'
}

@test "an overlay's directories are found on the host" {
	mkdir "$B"/{lower,upper,work}
	echo below > "$B/lower/file"
	mount_add /m overlay overlay \
		"lowerdir=$B/lower,upperdir=$B/upper,workdir=$B/work"
	script 'cat /m/file; echo above > /m/new'
	runs
	prints below
	is "$(cat "$B/upper/new")" above
}

@test "an overlay's options may come one by one" {
	mkdir "$B"/{lower,upper,work}
	echo below > "$B/lower/file"
	mount_add /m overlay overlay "lowerdir=$B/lower" "upperdir=$B/upper" "workdir=$B/work"
	args cat /m/file
	runs
	prints below
}

@test "the file systems of the specification can be mounted" {
	mount_add /dev/mqueue mqueue mqueue nosuid noexec nodev
	args cat /proc/self/mountinfo
	runs
	mount_type /proc proc
	mount_type /sys sysfs
	mount_type /dev/pts devpts
	mount_type /dev/shm tmpfs
	mount_type /dev/mqueue mqueue
	mount_has /proc nosuid noexec nodev
	mount_has /sys ro nosuid noexec nodev
}

@test "the file systems of the specification can be mounted in a user namespace" {
	user_namespace
	mount_add /dev/mqueue mqueue mqueue nosuid noexec nodev
	runs
	mount_type /proc proc
	mount_type /sys sysfs
	mount_type /dev/pts devpts
	mount_type /dev/mqueue mqueue
}

@test "proc shows the container's processes alone" {
	args ls /proc
	runs
	is "$(grep -c '^[0-9]*$' <<< "$output")" 1
}

# --- what is a bind ----------------------------------------------------------

@test "bind and rbind decide, whatever the type says" {
	mkdir "$B/source"
	echo here > "$B/source/file"
	mount_add /a tmpfs "$B/source" bind
	mount_add /b nonsensefs "$B/source" rbind
	mount_add /c none "$B/source" rbind
	config '.mounts += [{destination: "/d", source: $s, options: ["bind"]}]' \
		--arg s "$B/source"
	args cat /a/file /b/file /c/file /d/file
	runs
	is "$output" "here
here
here
here"
}

@test "a relative source is taken from the bundle" {
	mkdir -p "$B/data/deep"
	echo here > "$B/data/deep/file"
	mount_add /m none data/deep bind
	mount_add /n none ./data rbind
	args cat /m/file /n/deep/file
	cd /
	runs
	is "$output" "here
here"
}

@test "files, sockets and fifos are bound as well as directories" {
	echo here > "$B/file"
	mkfifo "$B/fifo"
	background $PYTHON -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1]); time.sleep(100)' "$B/socket"
	wait_until test -S "$B/socket"
	mount_add /new/file none "$B/file" bind
	mount_add /new/fifo none "$B/fifo" bind
	mount_add /run/a/socket none "$B/socket" bind
	script 'cat /new/file
		[ -p /new/fifo ] && [ -S /run/a/socket ] && echo kinds
		probe send /run/a/socket dgram hello'
	runs
	prints here
	prints kinds
	prints ok
}

@test "a device node can be bound" {
	mount_add /m/null none /dev/null bind
	args probe open /m/null rw
	runs
	prints 'ok 1:3'
}

@test "a missing source is named, without the words for a missing program" {
	mount_add /m none "$B/nowhere" bind
	refused
	says nowhere
	[[ $SCRIM == *scrim ]] || return 0
	! grep -qi 'no such file or directory' "$ERR"
	says /mounts/5
}

@test "a bind of a directory does not go on a file" {
	mkdir "$B/source"
	echo text > "$B/rootfs/file"
	mount_add /file none "$B/source" bind
	refused
	is "$(cat "$B/rootfs/file")" text
}

@test "a bind of a file does not go on a directory" {
	echo text > "$B/source"
	mkdir "$B/rootfs/directory"
	mount_add /directory none "$B/source" bind
	refused
}

@test "remount changes what an earlier entry has made" {
	mount_add /a tmpfs tmpfs size=1m
	mount_add /a none none remount ro nosuid
	mkdir "$B/source"
	mount_add /b none "$B/source" bind
	mount_add /b none none bind remount ro nodev
	runs
	mount_has /a ro nosuid
	mount_has /b ro nodev
	touch "$B/source/still-writable"
}

@test "a remounted bind leaves its source's file system alone" {
	tree "$B/source"
	mount_add /b none "$B/source" bind
	mount_add /b none none bind remount ro
	runs
	touch "$B/source/still-writable"
}

@test "the root can be bound into the container again" {
	mount_add /again none rootfs rbind ro
	args sh -c '[ -x /again/bin/busybox ] && echo good'
	runs
	prints good
}

# --- targets -----------------------------------------------------------------

@test "a relative mount destination is taken from /" {
	mount_add m/n tmpfs tmpfs
	config '.process.cwd = "/tmp"'
	runs
	mount_type /m/n tmpfs
}

@test "missing targets are made in the right kind" {
	echo text > "$B/file"
	mkdir "$B/source"
	mount_add /made/of/dirs tmpfs tmpfs
	mount_add /made/for/file none "$B/file" bind
	mount_add /made/for/dir none "$B/source" bind
	(umask 077 && runs)
	[ -d "$B/rootfs/made/of/dirs" ]
	[ -f "$B/rootfs/made/for/file" ]
	[ -d "$B/rootfs/made/for/dir" ]
	is "$(stat -c %a "$B/rootfs/made/of/dirs")" 755
	is "$(stat -c %a "$B/rootfs/made")" 755
}

@test "targets are made inside earlier mounts, in listed order" {
	echo text > "$B/file"
	mount_add /a tmpfs tmpfs
	mount_add /a/b/file none "$B/file" bind
	mount_add /a/c tmpfs tmpfs
	args sh -c 'cat /a/b/file; cat /proc/self/mountinfo'
	runs
	prints text
	mount_type /a/c tmpfs
	[ ! -e "$B/rootfs/a/b" ]
}

@test "a later mount hides an earlier one" {
	echo first > "$B/1"
	echo second > "$B/2"
	mount_add /file none "$B/1" bind
	mount_add /file none "$B/2" bind
	args cat /file
	runs
	is "$output" second
}

@test "symbolic links in a target are taken within the root" {
	mkdir -p "$T/tmp/canary" "$B/rootfs/real"
	ln -s "$T/tmp/canary" "$B/rootfs/absolute"
	ln -s ../../../../../../../real "$B/rootfs/relative"
	ln -s /absolute "$B/rootfs/twice"
	mount_add /absolute/new tmpfs tmpfs
	mount_add /relative/new tmpfs tmpfs
	mount_add /twice/other tmpfs tmpfs
	runs
	mount_type "$T/tmp/canary/new" tmpfs
	mount_type "$T/tmp/canary/other" tmpfs
	mount_type /real/new tmpfs
	is "$(ls -A "$T/tmp/canary")" ""
	rmdir "$T/tmp/canary"
}

@test "a last link of a target is followed within the root" {
	mkdir -p "$T/tmp/canary"
	ln -s "$T/tmp/canary" "$B/rootfs/link"
	mount_add /link tmpfs tmpfs
	runs
	mount_type "$T/tmp/canary" tmpfs
	rmdir "$T/tmp/canary"
}

@test "dots in a target do not leave the root" {
	mount_add /../../../m tmpfs tmpfs
	mount_add /tmp/../n tmpfs tmpfs
	runs
	mount_type /m tmpfs
	mount_type /n tmpfs
}

@test "a target that is a loop of links is an error" {
	ln -s /loop "$B/rootfs/loop"
	mount_add /loop/x tmpfs tmpfs
	refused
	says '/?loop'
}

# --- tmpcopyup, nofollow, copy-symlink ---------------------------------------

@test "tmpcopyup fills a tmpfs with what it covers" {
	mkdir -p "$B/rootfs/full/sub/deep"
	echo text > "$B/rootfs/full/file"
	chmod 640 "$B/rootfs/full/file"
	chown 1000:50 "$B/rootfs/full/file"
	echo deep > "$B/rootfs/full/sub/deep/file"
	chmod 2750 "$B/rootfs/full/sub"
	ln -s /etc/passwd "$B/rootfs/full/link"
	mkfifo "$B/rootfs/full/fifo"
	chmod 711 "$B/rootfs/full"
	mount_add /full tmpfs tmpfs tmpcopyup
	script 'cd /full; stat -c "%n %a %u %g %F" . file sub fifo; readlink link
		cat file sub/deep/file; echo changed > file; echo new > new
		grep " /full " /proc/self/mountinfo'
	runs
	prints '. 711 0 0 directory'
	prints 'file 640 1000 50 regular file'
	prints 'sub 2750 0 0 directory'
	prints 'fifo 644 0 0 fifo'
	prints /etc/passwd
	prints text
	prints deep
	mount_type /full tmpfs
	is "$(cat "$B/rootfs/full/file")" text
	[ ! -e "$B/rootfs/full/new" ]
}

@test "tmpcopyup keeps the mode and the owner that the options say" {
	mkdir -p "$B/rootfs/one" "$B/rootfs/two" "$B/rootfs/three"
	chown 7:8 "$B/rootfs/one" "$B/rootfs/two" "$B/rootfs/three"
	chmod 2750 "$B/rootfs/one" "$B/rootfs/two" "$B/rootfs/three"
	mount_add /one tmpfs tmpfs tmpcopyup uid=5 gid=6
	mount_add /two tmpfs tmpfs tmpcopyup gid=6
	mount_add /three tmpfs tmpfs tmpcopyup mode=1770
	script 'stat -c "%n %a %u %g" /one /two /three'
	runs
	prints '/one 2750 5 6'
	prints '/two 2750 7 6'
	prints '/three 1770 0 0'
}

@test "tmpcopyup onto a missing directory makes an empty one, which is everybody's if it is told nothing else" {
	mount_add /empty tmpfs tmpfs tmpcopyup mode=700
	mount_add /all tmpfs tmpfs tmpcopyup
	mount_add /mine tmpfs tmpfs tmpcopyup uid=5 gid=6 ro
	script 'ls -A /empty /all; stat -c "%n %a %u %g" /empty /all /mine
		grep " /empty " /proc/self/mountinfo; touch /mine/x 2> /dev/null || echo read-only'
	runs
	mount_type /empty tmpfs
	prints '/empty 700 0 0'
	prints '/all 1777 0 0'
	prints '/mine 1777 5 6'
	prints read-only
}

@test "src-nofollow binds the link itself" {
	[[ $SCRIM == *scrim ]] || skip "the option is newer than this runtime"
	echo text > "$B/file"
	ln -s "$B/file" "$B/link"
	mount_add /dst none "$B/link" bind src-nofollow dest-nofollow
	ln -s /old "$B/rootfs/dst"
	args readlink /dst
	runs
	is "$output" "$B/file"
}

@test "without src-nofollow a link as source is followed on the host" {
	echo text > "$B/file"
	ln -s "$B/file" "$B/link"
	mount_add /dst none "$B/link" bind
	args cat /dst
	runs
	is "$output" text
}

@test "dest-nofollow mounts on the link itself" {
	[[ $SCRIM == *scrim ]] || skip "the option is newer than this runtime"
	echo text > "$B/file"
	ln -s /target "$B/rootfs/dst"
	mount_add /dst none "$B/file" bind dest-nofollow
	script 'cat /dst; readlink /dst || echo no link'
	runs
	prints text
	prints 'no link'
	[ ! -e "$B/rootfs/target" ]
}

@test "copy-symlink makes the link anew instead of a mount" {
	ln -s ../some/where "$B/link"
	mount_add /new/link none "$B/link" bind copy-symlink
	script 'readlink /new/link; cat /proc/self/mountinfo'
	runs
	prints ../some/where
	hides ' /new/link '
}

@test "copy-symlink of the same link twice is no error, of another one it is" {
	ln -s ../some/where "$B/link"
	ln -s ../some/where "$B/rootfs/same"
	mount_add /same none "$B/link" bind copy-symlink
	runs
	ln -s ../else/where "$B/rootfs/other"
	mount_add /other none "$B/link" bind copy-symlink
	refused
}

@test "copy-symlink on what is no link is a plain bind" {
	echo text > "$B/file"
	mount_add /dst none "$B/file" bind copy-symlink
	args cat /dst
	runs
	is "$output" text
}

# --- id-mapped mounts --------------------------------------------------------

# mappings DESTINATION CONTAINER HOST SIZE: for the mount there.
mappings()
{
	config '(.mounts[] | select(.destination == $d)) |= (
		.uidMappings = [{containerID: $c, hostID: $h, size: $s}] |
		.gidMappings = .uidMappings)' --arg d "$1" \
		--argjson c "$2" --argjson h "$3" --argjson s "$4"
}

@test "idmap with mappings of its own shows the mapped owner" {
	mkdir "$B/source"
	touch "$B/source/file"
	mount_add /m none "$B/source" bind idmap
	mappings /m 0 1000 100
	script 'stat -c "%u:%g" /m/file; touch /m/new; cat /proc/self/mountinfo'
	runs || true
	prints 1000:1000
	mount_has /m !idmap
}

# two_trees OPTION OTHER: one tree at /one and at /all, mapped by these.
two_trees()
{
	tree "$B/source"
	touch "$B/source/file" "$B/source/sub/file"
	mount_add /one none "$B/source" rbind "$1"
	mount_add /all none "$B/source" rbind "$2"
}

# mapped_at_top_and_whole: the top of the first to 1000, all of the other to 2000.
mapped_at_top_and_whole()
{
	script 'stat -c "%n %u" /one/file /one/sub/file /all/file /all/sub/file'
	runs
	prints '/one/file 1000'
	prints '/one/sub/file 0'
	prints '/all/file 2000'
	prints '/all/sub/file 2000'
}

@test "idmap leaves the mounts below alone, ridmap takes them in" {
	two_trees idmap ridmap
	mappings /one 0 1000 100
	mappings /all 0 2000 100
	mapped_at_top_and_whole
}

@test "idmap without mappings takes those of the user namespace" {
	[[ $SCRIM == *scrim ]] || skip "optional in the specification"
	user_namespace
	mkdir "$B/source"
	touch "$B/source/file"
	chown 5:7 "$B/source/file"
	mount_add /m none "$B/source" bind idmap
	script 'stat -c "%u:%g" /m/file; touch /m/new && echo made'
	chmod 777 "$B/source"
	runs
	prints 5:7
	prints made
	is "$(stat -c %u:%g "$B/source/new")" 0:0
}

@test "a mount's own mappings win over the user namespace's" {
	user_namespace
	mkdir "$B/source"
	touch "$B/source/file"
	mount_add /m none "$B/source" bind idmap
	mappings /m 0 100007 1
	script 'stat -c "%u:%g" /m/file'
	runs
	prints 7:7
}

@test "idmap= has its mappings in the option, as crun's users write them" {
	mkdir "$B/source"
	touch "$B/source/file" "$B/source/other"
	chown 10:5 "$B/source/other"
	mount_add /m none "$B/source" bind 'idmap=uids=0-1-10#10-2000-1;gids=0-100-10;'
	mount_add /n none "$B/source" bind 'idmap=gids=0-7-9;uids=0-8-20'
	script 'stat -c "%n %u:%g" /m/file /m/other /n/file /n/other'
	runs
	prints "/m/file 1:100"
	prints "/m/other 2000:105"
	prints "/n/file 8:7"
	prints "/n/other 18:12"
}

@test "idmap= reaches the top alone, ridmap= all below" {
	two_trees 'idmap=uids=0-1000-9;gids=0-0-9' 'ridmap=uids=0-2000-9;gids=0-0-9'
	mapped_at_top_and_whole
}

@test "idmap= with @ counts in the container's ids, and without it in the host's" {
	user_namespace
	config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1},
		{containerID: 1, hostID: 100002, size: 1000}]'
	mkdir "$B/source"
	touch "$B/source/file" "$B/source/other"
	chown 1:1 "$B/source/other"
	mount_add /m none "$B/source" bind 'idmap=uids=@0-0-1#@1-3-9;gids=@0-5-10'
	mount_add /n none "$B/source" bind 'idmap=uids=0-100000-1#1-100009-1;gids=0-100000-2'
	script 'stat -c "%n %u:%g" /m/file /m/other /n/file /n/other'
	runs
	prints "/m/file 0:5"
	prints "/m/other 3:6"
	prints "/n/file 0:0"
	prints "/n/other 8:1"
}

@test "a mount's own mappings win over those in its option" {
	mkdir "$B/source"
	touch "$B/source/file"
	mount_add /m none "$B/source" bind 'idmap=uids=0-5-1;gids=0-5-1'
	mappings /m 0 7 1
	script 'stat -c "%u:%g" /m/file'
	runs
	prints 7:7
}

@test "idmap without any mapping and without a user namespace is an error" {
	mkdir "$B/source"
	mount_add /m none "$B/source" bind idmap
	refused
	says 'm'
}

@test "one of the two mappings alone is an error" {
	[[ $SCRIM == *scrim ]] || skip "scrim's own rule, from the specification"
	mkdir "$B/source"
	mount_add /m none "$B/source" bind idmap
	mappings /m 0 1000 1
	config 'del(.mounts[].gidMappings)'
	refused
	says gidMappings
}

@test "many mappings of one mount work" {
	mkdir "$B/source"
	mount_add /m none "$B/source" bind idmap
	config '(.mounts[] | select(.destination == "/m")) |= (
		.uidMappings = [range(0; 40) | {containerID: ., hostID: (5000 - .), size: 1}] |
		.gidMappings = .uidMappings)'
	for id in 0 17 39; do
		touch "$B/source/$id"
		chown "$id:$id" "$B/source/$id"
	done
	script 'stat -c "%n %u" /m/*'
	runs
	prints '/m/17 4983'
	prints '/m/39 4961'
}

# --- root --------------------------------------------------------------------

@test "root.readonly makes the root read-only, and the mounts not" {
	config '.root.readonly = true'
	mount_add /m tmpfs tmpfs
	mount_add /not/there/yet tmpfs tmpfs
	script 'cat /proc/self/mountinfo; touch /new; touch /m/new && echo made'
	try scrim run -b "$B" "$ID"
	mount_has / ro
	mount_has /m rw
	prints made
	says 'Read-only file system'
	[ ! -e "$B/rootfs/new" ]
}

@test "a root that is not read-only is writable and stays so on the host" {
	script 'echo text > /new; cat /proc/self/mountinfo'
	runs
	mount_has / rw
	is "$(cat "$B/rootfs/new")" text
}

@test "root.path may be absolute" {
	mv "$B/rootfs" "$B/elsewhere"
	config '.root.path = $p' --arg p "$B/elsewhere"
	args echo here
	runs
	prints here
}

@test "root.path may be a directory that is a mount, with mounts below" {
	tree "$B/tree"
	cp -r "$B/rootfs/." "$B/tree/"
	echo text > "$B/tree/sub/file"
	config '.root.path = "tree"'
	args cat /sub/file
	runs
	prints text
}

@test "a root that is missing or no directory is an error" {
	config '.root.path = "nowhere"'
	refused
	says nowhere
	echo > "$B/file"
	config '.root.path = "file"'
	refused
	says file
	config 'del(.root)'
	refused
	says root
}

@test "nothing of the host's tree is left in the container" {
	mkdir "$B/rootfs/.old"
	script 'cat /proc/self/mountinfo; ls -d /run/st.* /work 2> /dev/null || echo clean'
	runs
	is "$(wc -l <<< "$(grep -v clean <<< "$output")")" 6
	prints clean
	hides ' /\.'
}

@test "--no-pivot works as well" {
	mount_add /m tmpfs tmpfs
	script 'cat /proc/self/mountinfo; ls -d /run/st.* 2> /dev/null || echo clean'
	runs --no-pivot
	mount_type /m tmpfs
	prints clean
}

@test "a configuration without mounts runs" {
	config 'del(.mounts)'
	args echo here
	runs
	prints here
}

@test "a configuration without a linux section runs, in the host's namespaces" {
	config 'del(.linux, .hostname, .mounts, .annotations)'
	args readlink /proc/self/ns/mnt
	# Without a mount namespace nothing is mounted: the root has no proc.
	args echo here
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	prints here
}

@test "two hundred mounts work" {
	mkdir "$B/source"
	config '.mounts += [range(0; 100) | ({destination: "/m/\(.)", type: "tmpfs",
		source: "t", options: ["size=4k"]}, {destination: "/b/\(.)", type: "none",
		source: $s, options: ["rbind", "ro"]})]' --arg s "$B/source"
	runs
	is "$(grep -c ' /[mb]/[0-9]* ' <<< "$output")" 200
}
