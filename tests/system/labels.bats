# SPDX-License-Identifier: Apache-2.0
#
# SPEC 92, 181: labels of security modules: the program has them, what they
# forbid is forbidden, and where there is no such module the config is refused.
# AppArmor is to be had in the virtual machine (make check-vm), SELinux where a
# policy is loaded.

load lib

apparmor()
{
	[ -e /sys/kernel/security/apparmor/profiles ] ||
		skip "AppArmor is not active here (make check-vm has it)"
	needs apparmor_parser
	PROFILE=scrim-$ID
	apparmor_parser --replace --skip-cache <<-END
	profile $PROFILE flags=(attach_disconnected,mediate_deleted) {
		file,
		capability,
		signal,
		mount,
		network,
		deny /etc/denied rw,
	}
	END
	echo secret > "$B/rootfs/etc/denied"
}

teardown()
{
	[ -z "${PROFILE-}" ] ||
		echo -n "$PROFILE" > /sys/kernel/security/apparmor/.remove
	test_close
}

@test "the program has its AppArmor profile, and what it denies is denied" {
	apparmor
	script 'cat /proc/self/attr/current; cat /etc/denied; cat /etc/passwd | head -n 1'
	runs
	shows '^unconfined|^secret'
	config '.process.apparmorProfile = $p' --arg p "$PROFILE"
	for privileges in false true; do
		config ".process.noNewPrivileges = $privileges"
		try scrim run -b "$B" "$ID"
		prints "$PROFILE (enforce)"
		hides secret
		says "denied'?: Permission denied"
		shows '^root:'
	done
}

@test "an AppArmor profile holds for an ordinary user, and in a user namespace" {
	apparmor
	args cat /proc/self/attr/current
	config '.process.apparmorProfile = $p' --arg p "$PROFILE"
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	runs
	prints "$PROFILE (enforce)"
	user_namespace
	runs
	prints "$PROFILE (enforce)"
}

@test "exec has the container's profile, or the one that its file or --apparmor names" {
	apparmor
	args sleep 100
	started
	words=(/bin/sh -c 'cat /proc/self/attr/current; cat /etc/denied')
	try scrim exec "$ID" "${words[@]}"
	prints secret
	try scrim exec --apparmor "$PROFILE" "$ID" "${words[@]}"
	prints "$PROFILE (enforce)"
	hides secret
	jq '.process | .apparmorProfile = $p | .args = ["cat", "/proc/self/attr/current"]' --arg p "$PROFILE" \
		"$B/config.json" > "$B/process.json"
	try scrim exec --process "$B/process.json" "$ID"
	succeeds
	prints "$PROFILE (enforce)"
	try scrim exec --apparmor scrim-not-loaded "$ID" /bin/true
	fails 255
	says 'label .*scrim-not-loaded'
	! grep -qi 'no such file' <<< "$stderr" || show "that means a missing program"
	deleted
	config '.process.apparmorProfile = $p' --arg p "$PROFILE"
	started
	try scrim exec "$ID" "${words[@]}"
	prints "$PROFILE (enforce)"
	hides secret
	deleted
}

@test "an AppArmor profile that is not loaded is an error that names it" {
	apparmor
	config '.process.apparmorProfile = "scrim-not-loaded"'
	refused
	says 'label .*scrim-not-loaded.*/process/apparmorProfile'
	! grep -qi 'no such file' <<< "$stderr" || show "that means a missing program"
}

@test "without the security module a label is refused, with its place" {
	[ ! -e /sys/kernel/security/apparmor/profiles ] || skip "AppArmor is active here"
	[ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is active here"
	config '.process.apparmorProfile = "some-profile"'
	refused
	says '/process/apparmorProfile'
	! grep -qi 'no such file' <<< "$stderr" || show "that means a missing program"
	config 'del(.process.apparmorProfile) | .process.selinuxLabel = "system_u:system_r:container_t:s0"'
	refused
	says '/process/selinuxLabel'
	! grep -qi 'no such file' <<< "$stderr" || show "that means a missing program"
	config 'del(.process.selinuxLabel)'
	args sleep 100
	started
	for option in --apparmor=some-profile --process-label=system_u:system_r:container_t:s0; do
		try scrim exec "$option" "$ID" /bin/true
		fails 255
		says 'some-profile|container_t|AppArmor|SELinux'
		! grep -qi 'no such file' <<< "$stderr" || show "that means a missing program"
	done
	deleted
}

@test "the program and its mounts have their SELinux labels" {
	[ -e /sys/fs/selinux/enforce ] || skip "SELinux is not active here: no policy is loaded"
	label=$(tr -d '\0' < /proc/self/attr/current)
	config '.process.selinuxLabel = $l | .linux.mountLabel = "system_u:object_r:tmpfs_t:s0"' --arg l "$label"
	script 'cat /proc/self/attr/current; echo; cat /proc/self/mountinfo'
	runs
	prints "$label"
	mount_has /dev context=system_u:object_r:tmpfs_t:s0
}

@test "a label is not written to what the container has mounted over procfs" {
	# CVE-2019-16884, CVE-2025-52881: the container's own /proc plays no part
	apparmor
	config '.process.apparmorProfile = $p' --arg p "$PROFILE"
	config 'del(.mounts[] | select(.destination == "/proc"))'
	mkdir -p "$B/rootfs/proc/self/attr/apparmor"
	: > "$B/rootfs/proc/self/attr/apparmor/exec"
	runs
	is "$(cat "$B/rootfs/proc/self/attr/apparmor/exec")" ""
}
