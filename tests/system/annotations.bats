# SPDX-License-Identifier: Apache-2.0
#
# SPEC 104: annotations that engines set and expect an effect from, as
# scrim-config(5) lists them. run.oci.seccomp.receiver is in notify.bats, and
# org.scrim.birth is what every file runs with once more.

load lib

annotation()
{
	config '.annotations[$k] = $v' --arg k "$1" --arg v "$2"
}

# hook KIND TEXT: a shell of whoever runs it.
hook()
{
	config '.hooks[$k] += [{path: "/bin/sh", args: ["sh", "-c", $t],
		env: ["PATH=/usr/bin:/bin"]}]' --arg k "$1" --arg t "$2"
}

@test "run.oci.hooks.stdout and stderr collect the words of all six kinds of hooks" {
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		hook "$kind" "echo $kind says; echo $kind warns >&2"
	done
	annotation run.oci.hooks.stdout "$B/out"
	annotation run.oci.hooks.stderr err
	echo "from before" > "$B/out"
	runs
	is "$(cat "$B/out")" "from before
prestart says
createRuntime says
createContainer says
startContainer says
poststart says
poststop says"
	is "$(cat "$B/err")" "prestart warns
createRuntime warns
createContainer warns
startContainer warns
poststart warns
poststop warns"
	is "$(stat -c %a "$B/err")" 600
}

@test "one of the two files alone leaves the other's words to the error" {
	for kind in createRuntime createContainer startContainer; do
		config 'del(.hooks)'
		rm -f "$B/out"
		hook "$kind" "echo $kind says; echo $kind fails >&2; exit 3"
		annotation run.oci.hooks.stdout "$B/out"
		try scrim run -b "$B" "$ID"
		fails
		says "exit status 3: $kind fails"
		is "$(cat "$B/out")" "$kind says"
	done
}

@test "a file for hooks that cannot be opened is an error, and nothing is left" {
	annotation run.oci.hooks.stdout "$B/no/such/place"
	hook createRuntime true
	refused
	says 'run.oci.hooks.stdout: open .*/no/such/place'
	config 'del(.hooks)'
	hook createContainer true
	refused
	says '/annotations/run.oci.hooks.stdout'
}

@test "a file for hooks in a bundle that is gone is blamed on the bundle" {
	annotation run.oci.hooks.stdout out
	hook poststop true
	args /bin/true
	created
	mv "$B" "$B.away"
	try scrim --log-level warning delete --force "$ID"
	mv "$B.away" "$B"
	[ "$status" = 0 ] || show "delete"
	says "run.oci.hooks.stdout: bundle $B: not there"
}

@test "run.oci.keep_original_groups keeps the caller's groups" {
	own_status
	config '.process.user = {uid: 0, gid: 0, additionalGids: [50]}'
	annotation run.oci.keep_original_groups 1
	try setpriv --groups 7,4711 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show run
	status_has Groups "7 4711"
	config 'del(.annotations["run.oci.keep_original_groups"])'
	try setpriv --groups 7,4711 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	status_has Groups 50
}

@test "run.oci.keep_original_groups keeps them in a user namespace as well" {
	user_namespace
	own_status
	annotation run.oci.keep_original_groups ""
	try setpriv --groups 4711 $SCRIM --root "$ROOT" run -b "$B" "$ID"
	[ "$status" = 0 ] || show run
	# the map has no number for it
	status_has Groups 65534
}

@test "run.oci.mount_context_type changes the option that mountLabel becomes" {
	config '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'
	plan()
	{
		scrim plan "$B" | grep ' mount target=/dev '
	}
	[[ $(plan) == *" context=system_u:"* ]] || show "$(plan)"
	for type in context fscontext defcontext rootcontext; do
		annotation run.oci.mount_context_type "$type"
		[[ $(plan) == *" $type=system_u:"* ]] || show "$(plan)"
	done
	if [ ! -d /sys/fs/selinux ]; then
		# What a kernel without SELinux cannot do is no silence.
		refused
		says '/mounts/'
	fi
}

@test "run.oci.timens_offset sets the clocks as timeOffsets does, which count before it" {
	config '.linux.namespaces += [{type: "time"}]'
	args /bin/cat /proc/self/timens_offsets
	annotation run.oci.timens_offset "7 3600 5"
	runs
	shows '^boottime +3600 +5$'
	annotation run.oci.timens_offset $'boottime 60 0\nmonotonic -1 9'
	runs
	shows '^boottime +60 +0$'
	shows '^monotonic +-1 +9$'
	config '.linux.timeOffsets = {boottime: {secs: 120}}'
	runs
	shows '^boottime +120 +0$'
	shows '^monotonic +0 +0$'
}

# A container that its maker believes in a virtual machine must not be a plain
# one, nor one with a filter of his be without it.
@test "annotations that ask for what is not here are refused, not passed over" {
	while read -r key value; do
		annotation "$key" "$value"
		refused
		says "$key"
		config 'del(.annotations[$k])' --arg k "$key"
	done <<- END
		run.oci.handler krun
		run.oci.handler wasm
		run.oci.seccomp_bpf_data BgAAAAAA/38=
		run.oci.systemd.force_cgroup_v1 /sys/fs/cgroup/systemd
	END
	annotation run.oci.handler ""
	annotation run.oci.seccomp.plugins libagent.so
	runs
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mount"], action: "SCMP_ACT_NOTIFY"}]}'
	refused
	says run.oci.seccomp.plugins
}

@test "run.oci.seccomp_fail_unknown_syscall takes a name that is no system call for an error" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mknod"], action: "SCMP_ACT_ERRNO"},
		{names: ["chmod", "gargle"], action: "SCMP_ACT_ERRNO"}]}'
	# With the cache, too.
	runs
	annotation run.oci.seccomp_fail_unknown_syscall 0
	runs
	for value in 1 "" yes; do
		annotation run.oci.seccomp_fail_unknown_syscall "$value"
		refused
		says 'unknown system call "gargle".*/linux/seccomp/syscalls/1'
	done
	config '.linux.seccomp.syscalls[1].names = ["chmod", "_llseek", "arm_fadvise64_64"]'
	script "chmod 700 /tmp 2>&1; true"
	runs
	shows 'not permitted'
}

@test "all other annotations are kept, and shown by state" {
	annotation org.example.key "some value"
	created
	is "$(scrim state "$ID" | jq -r '.annotations["org.example.key"]')" "some value"
	deleted
}
