# SPDX-License-Identifier: Apache-2.0
#
# SPEC 72, 179, 180: masked and read-only paths.

load lib

masked()
{
	config '.linux.maskedPaths = $ARGS.positional' --args -- "$@"
}

readonly_paths()
{
	config '.linux.readonlyPaths = $ARGS.positional' --args -- "$@"
}

@test "a masked file reads as empty and cannot be written" {
	echo secret > "$B/rootfs/secret"
	masked /secret /proc/version
	script 'cat /secret /proc/version; echo text > /secret; cat /secret'
	runs
	is "$output" ""
	is "$(cat "$B/rootfs/secret")" secret
}

@test "a masked directory is empty and cannot be written" {
	mkdir "$B/rootfs/secret"
	echo secret > "$B/rootfs/secret/file"
	masked /secret /proc/sys
	script 'ls -A /secret /proc/sys; touch /secret/new 2>&1'
	try scrim run -b "$B" "$ID"
	hides secret/file
	hides kernel
	shows 'Read-only file system|Permission denied|Operation not permitted'
	is "$(ls -A "$B/rootfs/secret")" file
}

@test "a masked file is the null device, nothing else" {
	masked /proc/version
	args /bin/probe stat /proc/version
	runs
	shows 'rdev=1:3'
}

@test "masked directories share one empty file system" {
	[[ $SCRIM == *scrim ]] || skip "a higher demand than others meet"
	mkdir "$B/rootfs"/secret{1,2,3}
	masked /secret1 /secret2 /secret3
	args cat /proc/self/mountinfo
	runs
	is "$(awk '$5 ~ /^\/secret/ { print $3 }' <<< "$output" | sort -u | wc -l)" 1
	is "$(grep -c ' /secret[123] ' <<< "$output")" 3
	shows ' /secret1 ro,'
}

@test "masked paths that do not exist are passed over" {
	masked /no/such/path /proc/no-such-file
	readonly_paths /no/such/path /proc/no-such-file
	runs
	[ ! -e "$B/rootfs/no" ]
}

@test "a masked path is taken within the root" {
	mkdir -p "$T/tmp/canary" "$B/rootfs/real"
	echo text > "$B/rootfs/real/file"
	ln -s /real "$B/rootfs/link"
	ln -s "$T/tmp/canary" "$B/rootfs/outside"
	masked /link/file /outside
	args cat /real/file
	runs
	is "$output" ""
	rmdir "$T/tmp/canary"
}

@test "read-only paths cannot be written, the rest can" {
	mkdir "$B/rootfs/fixed" "$B/rootfs/fixed/below" "$B/rootfs/open"
	echo text > "$B/rootfs/file"
	readonly_paths /fixed /file /proc/sys
	script 'for f in /fixed/a /fixed/below/a /file; do
			(echo x > $f) 2> /dev/null && echo wrote $f; done
		echo x > /open/a && echo wrote /open/a
		cat /file /proc/sys/kernel/ostype; cat /proc/self/mountinfo'
	runs
	hides '^wrote /f'
	prints 'wrote /open/a'
	prints text
	prints Linux
	mount_has /fixed ro
	mount_has /file ro
	mount_has /proc/sys ro
}

@test "a read-only path keeps the flags of its mount" {
	readonly_paths /proc/sys /proc/bus
	args cat /proc/self/mountinfo
	runs
	mount_has /proc/sys ro nosuid nodev noexec
}

@test "a read-only path takes what is mounted below along" {
	mount_add /m tmpfs tmpfs
	mount_add /m/below tmpfs tmpfs
	readonly_paths /m
	script '(echo x > /m/a) 2> /dev/null && echo wrote; cat /proc/self/mountinfo'
	runs
	hides '^wrote'
	mount_has /m ro
}

@test "masked and read-only paths work in a user namespace" {
	user_namespace
	mkdir "$B/rootfs/secret"
	echo x > "$B/rootfs/secret/file"
	masked /secret /proc/kcore
	readonly_paths /proc/sys /proc/bus
	script 'ls -A /secret; cat /proc/self/mountinfo'
	runs
	hides '^file$'
	mount_has /proc/sys ro
}

@test "the usual masks of engines leave a usable container" {
	masked /proc/acpi /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list \
		/proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap
	readonly_paths /proc/asound /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger
	script 'cat /proc/keys; (echo b > /proc/sysrq-trigger) 2> /dev/null || echo safe; echo end'
	runs
	is "$output" "safe
end"
}

@test "masked and read-only paths must be absolute" {
	[[ $SCRIM == *scrim ]] || skip "not checked by others"
	masked proc/keys
	refused
	says '/linux/maskedPaths/0'
	config 'del(.linux.maskedPaths)'
	readonly_paths proc/sys
	refused
	says '/linux/readonlyPaths/0'
}

@test "a masked path of a read-only root works" {
	mkdir "$B/rootfs/secret"
	echo x > "$B/rootfs/secret/file"
	config '.root.readonly = true'
	masked /secret
	args ls -A /secret
	runs
	is "$output" ""
}
