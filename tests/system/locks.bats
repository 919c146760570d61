# SPDX-License-Identifier: Apache-2.0
#
# What a user namespace must not undo: flags of the host's mounts and what they
# cover stay as they are for its root, a shared bind does not reach back to the
# host, and no target is led into /proc by a link of the image.

load lib

setup()
{
	test_open
	tree "$T/x"
	chmod 777 "$T/x" "$T/x/sub"
	capability_add CAP_SYS_ADMIN
	config '.process.noNewPrivileges = false'
}

teardown()
{
	umount -l "$T/x/sub" "$T/x"
	rmdir "$T/x"
	test_close
}

@test "root of a user namespace cannot make the host's read-only mounts writable" {
	mount -o remount,bind,ro,nosuid,nodev "$T/x"
	user_namespace
	mount_add /mnt bind "$T/x" rbind
	script 'exec 2> /dev/null; mount -o remount,bind,rw /mnt || touch /mnt/a || umount /mnt/sub || echo locked'
	try scrim run -b "$B" "$ID"
	succeeds
	is "$output" locked
}

@test "a shared bind in a user namespace carries no mount to the host" {
	mount --make-rshared "$T/x"
	mkdir "$T/x/own"
	chown 100000 "$T/x/own"
	user_namespace
	mount_add /mnt bind "$T/x" rbind rshared
	args /bin/sleep 100
	started
	nsenter --user --mount --target "$(pid_of "$ID")" mount -t tmpfs evil /mnt/own
	! grep " $T/x/own " /proc/self/mountinfo || show "it is on the host"
	deleted
}

@test "CVE-2019-16884: a link of the image leads no mount to /proc" {
	for to in /proc /proc/irq; do
		rm -f "$B/rootfs/volume"
		ln -s "$to" "$B/rootfs/volume"
		mount_add /volume bind "$T/x" rbind
		refused
		says "nothing can be mounted there"
		config 'del(.mounts[-1])'
	done
}
