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

@test "all other annotations are kept, and shown by state" {
	annotation org.example.key "some value"
	created
	is "$(scrim state "$ID" | jq -r '.annotations["org.example.key"]')" "some value"
	deleted
}
