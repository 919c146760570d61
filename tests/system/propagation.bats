# SPDX-License-Identifier: Apache-2.0
#
# SPEC 77 (the eight words of propagation), 113, 178: what a mount event on
# one side does on the other, for the root and for binds, with and without a
# user namespace. Each test makes the container's sources on a shared tmpfs.

load lib

setup()
{
	test_open
	# $B becomes a shared mount: an event below it can travel.
	mount --bind "$B" "$B"
	mount --make-shared "$B"
	mkdir "$B/rootfs/host" "$B/rootfs/own" "$B/source" "$B/source/sub"
	mount --bind "$B/source" "$B/source"
	mount --make-shared "$B/source"
}

teardown()
{
	bundle_unmount
	test_close
}

may_mount()
{
	capability_add CAP_SYS_ADMIN
	config '.process.noNewPrivileges = false'
}

# view PATTERN: lines of the container's mountinfo, as it runs.
view()
{
	grep -E -e "$1" "/proc/$(pid_of "$ID")/mountinfo"
}

# inside COMMAND...: run by the container's own mount namespace.
inside()
{
	nsenter --mount="/proc/$(pid_of "$ID")/ns/mnt" "$@"
}

sleeping()
{
	args /bin/sleep 100
	started
}

# --- a bind's own propagation ------------------------------------------------

# host_event, own_event: "travels" or "stays".
host_event()
{
	mount -t tmpfs event "$B/source/sub"
	if view ' /host/sub .* event ' > /dev/null; then
		echo travels
	else
		echo stays
	fi
	umount "$B/source/sub"
}

own_event()
{
	inside /bin/busybox mount -t tmpfs event /host/sub
	if grep -q " $B/source/sub .* event " /proc/self/mountinfo; then
		echo travels
	else
		echo stays
	fi
	inside /bin/busybox umount /host/sub
}

# bind_events OPTION...: "HOST-EVENT OWN-EVENT" for a bind with them.
bind_events()
{
	mount_add /host none "$B/source" "$@"
	sleeping
	echo "$(host_event) $(own_event)"
	scrim delete --force "$ID"
}

@test "a bind without a word never sends an event to the host" {
	[[ $(bind_events rbind) == *" stays" ]] || show "an event left the container"
}

@test "private: no event travels" {
	config '.linux.rootfsPropagation = "rshared"'
	is "$(bind_events rbind private)" "stays stays"
}

@test "rprivate: no event travels" {
	is "$(bind_events rbind rprivate)" "stays stays"
}

@test "rslave: the host's events arrive, the container's stay" {
	config '.linux.rootfsPropagation = "rslave"'
	is "$(bind_events rbind rslave)" "travels stays"
}

@test "slave: the host's events arrive, the container's stay" {
	config '.linux.rootfsPropagation = "rslave"'
	is "$(bind_events rbind slave)" "travels stays"
}

@test "shared: events travel both ways" {
	config '.linux.rootfsPropagation = "rshared"'
	is "$(bind_events rbind shared)" "travels travels"
}

@test "rshared: events travel both ways" {
	config '.linux.rootfsPropagation = "rshared"'
	is "$(bind_events rbind rshared)" "travels travels"
}

@test "a bind's own propagation does not depend on rootfsPropagation" {
	[[ $SCRIM == *scrim ]] || skip "a higher demand than others meet"
	good=$(cat "$B/config.json")
	for root in none private slave shared; do
		for row in "rprivate:stays stays" "rslave:travels stays" "rshared:travels travels"; do
			echo "$good" > "$B/config.json"
			[ "$root" = none ] || config '.linux.rootfsPropagation = $r' --arg r "$root"
			got=$(bind_events rbind "${row%%:*}")
			[ "$got" = "${row#*:}" ] || show "root $root, bind $row: $got"
		done
	done
}

@test "in a user namespace events arrive, but never leave" {
	user_namespace
	chmod 755 "$B"
	config '.linux.rootfsPropagation = "rslave"'
	is "$(bind_events rbind rslave)" "travels stays"
}

@test "unbindable: the mount cannot be bound inside" {
	may_mount
	mount_add /host none "$B/source" rbind unbindable
	script 'mount -o bind /host /own 2> /dev/null && echo bound; grep " /host " /proc/self/mountinfo'
	runs
	hides '^bound'
	shows ' /host .* unbindable '
}

@test "each word of propagation is seen in the mountinfo" {
	may_mount
	for word in private slave shared unbindable rprivate rslave rshared runbindable; do
		mount_add "/m/$word" tmpfs tmpfs "$word"
	done
	args /bin/cat /proc/self/mountinfo
	runs
	shows ' /m/private [^ ]+ - '
	shows ' /m/rprivate [^ ]+ - '
	shows ' /m/shared .* shared:[0-9]+ - '
	shows ' /m/rshared .* shared:[0-9]+ - '
	shows ' /m/unbindable .* unbindable - '
	shows ' /m/runbindable .* unbindable - '
	# Nobody is the master of a new file system.
	shows ' /m/slave [^ ]+ - '
}

@test "r-words reach the mounts below, plain ones do not" {
	mount -t tmpfs below "$B/source/sub"
	mount --make-shared "$B/source/sub"
	for word in private rprivate; do
		mount_add "/$word" none "$B/source" rbind "$word"
	done
	config '.linux.rootfsPropagation = "rshared"'
	args /bin/cat /proc/self/mountinfo
	runs
	shows ' /rprivate/sub [^ ]+ - '
	shows ' /rprivate [^ ]+ - '
	shows ' /private [^ ]+ - '
}

# --- the root ----------------------------------------------------------------

root_events()
{
	local event host=stays own=stays

	sleeping
	mount -t tmpfs event "$B/rootfs/host"
	view ' /host .* event ' > /dev/null && host=travels
	umount "$B/rootfs/host"
	inside /bin/busybox mount -t tmpfs event /own
	grep -q " $B/rootfs/own .* event " /proc/self/mountinfo && own=travels
	inside /bin/busybox umount /own
	echo "$host $own"
	scrim delete --force "$ID"
}

# A root that is a mount of its own, as engines make it.
root_mount()
{
	mount --bind "$B/rootfs" "$B/rootfs"
	mount --make-shared "$B/rootfs"
}

@test "rootfsPropagation private: no event travels" {
	root_mount
	config '.linux.rootfsPropagation = "private"'
	is "$(root_events)" "stays stays"
}

@test "rootfsPropagation none: no event leaves" {
	root_mount
	[[ $(root_events) == *" stays" ]] || show "an event left the container"
}

@test "rootfsPropagation rprivate: no event travels" {
	root_mount
	config '.linux.rootfsPropagation = "rprivate"'
	is "$(root_events)" "stays stays"
}

@test "rootfsPropagation slave: the host's events arrive, the container's stay" {
	root_mount
	config '.linux.rootfsPropagation = "slave"'
	is "$(root_events)" "travels stays"
}

@test "rootfsPropagation rslave: the host's events arrive, the container's stay" {
	root_mount
	config '.linux.rootfsPropagation = "rslave"'
	is "$(root_events)" "travels stays"
}

@test "rootfsPropagation shared: the root is a peer group inside" {
	root_mount
	config '.linux.rootfsPropagation = "shared"'
	may_mount
	args /bin/cat /proc/self/mountinfo
	runs
	shows ' / / [^ ]+ shared:|/rootfs / [^ ]+ shared:'
}

@test "rootfsPropagation slave: the root has a master and is no peer" {
	root_mount
	config '.linux.rootfsPropagation = "slave"'
	args /bin/cat /proc/self/mountinfo
	runs
	shows '/rootfs / [^ ]+ master:[0-9]+ '
}

@test "rootfsPropagation unbindable: the root cannot be bound inside" {
	may_mount
	config '.linux.rootfsPropagation = "unbindable"'
	script 'mount -o bind / /own 2> /dev/null && echo bound; mount -o bind /tmp /own 2> /dev/null && echo bound; grep " / [a-z]" /proc/self/mountinfo'
	runs
	hides '^bound'
	shows ' / .* unbindable '
}

@test "rootfsPropagation of another word is an error that names it" {
	config '.linux.rootfsPropagation = "nonsense"'
	refused
	says nonsense
}

@test "rootfsPropagation works with a user namespace" {
	user_namespace
	root_mount
	config '.linux.rootfsPropagation = "slave"'
	args /bin/cat /proc/self/mountinfo
	runs
	shows '/rootfs / [^ ]+ master:[0-9]+ '
}

@test "nothing of the container's shows on the host, whatever the propagation" {
	root_mount
	before=$(cat /proc/self/mountinfo)
	good=$(cat "$B/config.json")
	for word in private slave shared unbindable; do
		echo "$good" > "$B/config.json"
		config '.linux.rootfsPropagation = $w' --arg w "$word"
		mount_add /volume tmpfs tmpfs
		mkdir -p "$B/rootfs/volume"
		sleeping
		# A shared root shares later events; those of create stay inside.
		[ "$word" = shared ] ||
			is "$(grep -vF /.pin /proc/self/mountinfo)" "$(grep -vF /.pin <<< "$before")"
		deleted
	done
}

@test "a configuration without a mount namespace leaves the host's propagation alone" {
	[[ $SCRIM == *scrim ]] || skip "others make / a slave of the host"
	namespace_drop mount
	config 'del(.mounts)'
	before=$(grep -vF /.pin /proc/self/mountinfo)
	args /bin/true
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	is "$(grep -vF /.pin /proc/self/mountinfo)" "$before"
}

@test "without a mount namespace a rootfs that is reached by a link is let go again" {
	[[ $SCRIM == *scrim ]] || skip "others mount nothing there"
	namespace_drop mount
	ln -s rootfs "$B/link"
	config 'del(.mounts) | .root.path = "link"'
	before=$(grep -vF /.pin /proc/self/mountinfo)
	args /bin/true
	try scrim run -b "$B" "$ID"
	[ "$status" = 0 ] || show "run"
	is "$(grep -vF /.pin /proc/self/mountinfo)" "$before"
}

@test "the host's own mounts keep their propagation through a run" {
	before=$(grep -vF /.pin /proc/self/mountinfo)
	args /bin/true
	runs
	is "$(grep -vF /.pin /proc/self/mountinfo)" "$before"
}

@test "an unmount on the host is not held up by a running container" {
	mount -t tmpfs held "$B/source/sub"
	sleeping
	umount "$B/source/sub"
	! view ' held ' || show "the container holds the mount"
	deleted
}
