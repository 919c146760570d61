# SPDX-License-Identifier: Apache-2.0
#
# SPEC 77, 78, 81: every option of the specification's table that is a flag,
# by its effect inside: on a new file system, on a bind, on a whole tree, and
# all of it with a user namespace as well.

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

# --- flags of a new file system ----------------------------------------------

# name, options, what the mountinfo has or (!) has not
flag_rows()
{
	cat <<-'END'
	plain       -                       rw relatime !nosuid !nodev !noexec
	defaults    defaults                rw relatime !nosuid !nodev !noexec !sync
	ro          ro                      ro
	rw          rw                      rw
	ro-rw       ro,rw                   rw
	rw-ro       rw,ro                   ro
	nosuid      nosuid                  nosuid !nodev !noexec
	suid        nosuid,suid             !nosuid
	nodev       nodev                   nodev !nosuid !noexec
	dev         nodev,dev               !nodev
	noexec      noexec                  noexec !nosuid !nodev
	exec        noexec,exec             !noexec
	noatime     noatime                 noatime !relatime
	atime       noatime,atime           !noatime
	nodiratime  nodiratime              nodiratime relatime
	diratime    nodiratime,diratime     !nodiratime
	relatime    relatime                relatime
	relative    strictatime,relatime    relatime
	norelatime  norelatime              !noatime
	strictatime strictatime             !relatime !noatime
	nostrict    strictatime,nostrictatime !noatime
	sync        sync                    sync
	async       sync,async              !sync
	dirsync     dirsync                 dirsync
	lazytime    lazytime                lazytime
	nolazytime  lazytime,nolazytime     !lazytime
	mand        mand                    rw
	nomand      mand,nomand             rw !mand
	noiversion  noiversion              rw
	silent      silent                  rw
	loud        silent,loud             rw
	nosymfollow nosymfollow             nosymfollow
	symfollow   nosymfollow,symfollow   !nosymfollow
	many        nosuid,nodev,noexec,ro,noatime,size=1m nosuid nodev noexec ro noatime size=1024k
	END
}

# rows_mount TYPE SOURCE [OPTION]...: one mount for each row on stdin, named
# /m/NAME, with the row's options behind those given.
rows_mount()
{
	local type=$1 source=$2 name options expected all=[]

	shift 2
	while read -r name options expected; do
		[ "$options" = - ] && options=
		all=$(jq -c --arg d "/m/$name" --arg t "$type" --arg s "$source" \
			--arg o "$options" '. + [{destination: $d, type: $t, source: $s,
			options: ($ARGS.positional + ($o | split(",")))}]' \
			--args -- "$@" <<< "$all")
	done
	config ".mounts += $all"
}

# rows_hold [BELOW]: what each row on stdin expects of its mount (or of the
# one below it) is so.
rows_hold()
{
	local name options expected

	while read -r name options expected; do
		mount_has "/m/$name${1-}" $expected || return
	done
}

@test "every option of the table has its effect on a new file system" {
	rows_mount tmpfs tmpfs < <(flag_rows)
	runs
	rows_hold < <(flag_rows)
}

@test "iversion works or is refused by the file system, never dropped" {
	mount_add /m tmpfs tmpfs iversion
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || says '/?m'
	mkdir "$B/source"
	config '.mounts[-1] = {destination: "/m", source: "source",
		options: ["bind", "noiversion"]}'
	runs
}

@test "every option of the table is taken in a user namespace" {
	user_namespace
	rows_mount tmpfs tmpfs < <(flag_rows | grep -v mand)
	runs
	rows_hold < <(flag_rows | grep -v mand)
}

@test "the flags of mounts have their effect on a bind" {
	rows() { flag_rows | grep -vE 'sync|mand|version|lazytime|size='; }
	mkdir "$B/source"
	rows_mount none "$B/source" bind < <(rows)
	runs
	rows_hold < <(rows)
}

@test "the flags of mounts have their effect on a bind in a user namespace" {
	user_namespace
	rows() { flag_rows | grep -vE 'sync|mand|version|lazytime|size='; }
	mkdir "$B/source"
	rows_mount none "$B/source" bind < <(rows)
	runs
	rows_hold < <(rows)
}

@test "the flags of a bind's source stay as they are on the host" {
	tree "$B/source" nosuid
	mount_add /m none "$B/source" rbind rro noexec
	before=$(grep "$B/source" /proc/self/mountinfo)
	runs
	mount_has /m ro noexec
	is "$(grep "$B/source" /proc/self/mountinfo)" "$before"
}

@test "a bind keeps the flags its source has" {
	tree "$B/source" nosuid,nodev,noexec,noatime
	mount_add /m none "$B/source" bind ro
	runs
	mount_has /m ro nosuid nodev noexec noatime
}

@test "a bind in a user namespace keeps the flags that are locked" {
	user_namespace
	tree "$B/source" nosuid,nodev,noexec,noatime
	mount_add /m none "$B/source" bind ro
	mount_add /r none "$B/source" rbind rro
	runs
	mount_has /m ro nosuid nodev noexec noatime
	mount_has /r ro nosuid nodev noexec noatime
	mount_has /r/sub ro nosuid nodev noexec noatime
}

# --- recursive ---------------------------------------------------------------

set_rows()
{
	cat <<-'END'
	rro          rro          ro
	rnosuid      rnosuid      nosuid
	rnodev       rnodev       nodev
	rnoexec      rnoexec      noexec
	rnoatime     rnoatime     noatime !relatime
	rnodiratime  rnodiratime  nodiratime
	rnosymfollow rnosymfollow nosymfollow
	rstrictatime rstrictatime !relatime !noatime
	rrelatime    rrelatime    relatime
	several      rro,rnosuid,rnodev ro nosuid nodev
	END
}

clear_rows()
{
	cat <<-'END'
	rrw           rrw           rw nosuid
	rsuid         rsuid         !nosuid
	rdev          rdev          !nodev
	rexec         rexec         !noexec
	ratime        ratime        !noatime
	rdiratime     rdiratime     !nodiratime
	rsymfollow    rsymfollow    !nosymfollow
	rnorelatime   rnorelatime   !relatime
	rnostrictatime rnostrictatime nosuid
	END
}

@test "recursive options set their flag on the whole tree" {
	tree "$B/source"
	rows_mount none "$B/source" rbind < <(set_rows)
	runs
	rows_hold < <(set_rows)
	rows_hold /sub < <(set_rows)
}

@test "recursive options clear their flag on the whole tree" {
	tree "$B/source" ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
	rows_mount none "$B/source" rbind < <(clear_rows)
	runs
	rows_hold < <(clear_rows)
	rows_hold /sub < <(clear_rows)
}

@test "a plain flag on rbind is for the top of the tree alone" {
	tree "$B/source"
	mount_add /m none "$B/source" rbind ro
	runs
	mount_has /m ro
	mount_has /m/sub rw
}

@test "bind takes the top of the tree alone, rbind all" {
	tree "$B/source"
	mount_add /one none "$B/source" bind
	mount_add /all none "$B/source" rbind
	runs
	hides ' /one/sub '
	mount_type /all/sub tmpfs
}

@test "rro makes the mounts below really read-only" {
	tree "$B/source"
	mount_add /m none "$B/source" rbind rro
	script 'probe write /m/new x; touch /m/sub/new 2>&1'
	runs || true
	shows 'Read-only file system'
	[ ! -e "$B/source/sub/new" ]
}
