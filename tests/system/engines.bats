# SPDX-License-Identifier: Apache-2.0
#
# contrib/install-engine sets scrim up in an engine's configuration: twice is
# as once, --undo gives back what was there, and nothing else is touched.

load lib

setup()
{
	test_open
	INSTALL=$SYSTEM_DIR/../../contrib/install-engine
	E=$TMPDIR/etc
	mkdir -p "$E/containerd" "$E/docker"
	PROGRAM=$(realpath "$(command -v "$SCRIM")")
}

teardown()
{
	rm -rf "$E"
	test_close
}

engine()
{
	try "$PYTHON" "$INSTALL" --root "$TMPDIR" --runtime "$PROGRAM" "$@"
}

# kept FILE ARGUMENT...: sets up twice and takes it out; FILE is as it was.
kept()
{
	local file=$1 before=absent

	shift
	[ ! -e "$file" ] || before=$(cat "$file"; echo x)
	engine "$@"
	succeeds
	shows ': changed'
	once=$(cat "$file")
	engine "$@"
	succeeds
	shows ': unchanged'
	is "$(cat "$file")" "$once"
	engine --undo "$@"
	succeeds
	if [ "$before" = absent ]; then
		[ ! -e "$file" ] || show "still there: $(cat "$file")"
	else
		is "$(cat "$file"; echo x)" "$before"
	fi
}

toml()
{
	"$PYTHON" -c 'import json, sys, tomllib; print(json.dumps(tomllib.load(sys.stdin.buffer)))' <<< "$once" | jq -r "$1"
}

@test "podman gets a file of its own, which names what scrim can do" {
	for more in "" --default; do
		kept "$E/containers/containers.conf.d/50-scrim.conf" podman $more
		is "$(toml '.engine.runtimes.scrim[0]')" "$PROGRAM"
		is "$(toml '.engine.runtime_supports_json | contains(["crun", "runc", "scrim"])')" true
		is "$(toml '.engine.runtime_supports_nocgroup | contains(["crun", "scrim"])')" true
		is "$(toml '.engine.runtime_supports_nocgroups | contains(["crun", "scrim"])')" true
		is "$(toml '.engine.runtime // "none"')" "$([ -n "$more" ] && echo scrim || echo none)"
	done
}

@test "CRI-O gets a file of its own" {
	for more in "" --default; do
		kept "$E/crio/crio.conf.d/50-scrim.conf" crio $more
		is "$(toml '.crio.runtime.runtimes.scrim.runtime_path')" "$PROGRAM"
		# the words of crio.conf(5), and no other
		is "$(toml '[keys, (.crio | keys), (.crio.runtime.runtimes.scrim | keys), (.crio.runtime.runtimes | keys)] | map(join(" ")) | join(", ")')" \
			'crio, runtime, runtime_path runtime_root runtime_type, scrim'
		is "$(toml '.crio.runtime.runtimes.scrim | .runtime_type + " " + .runtime_root')" 'oci /run/scrim'
		is "$(toml '.crio.runtime.default_runtime // "none"')" "$([ -n "$more" ] && echo scrim || echo none)"
	done
}

@test "containerd: what else the file says stays, in versions 2, 3 and 4 and without a file" {
	file=$E/containerd/config.toml
	kept "$file" containerd
	is "$(toml '.version')" 2
	is "$(toml '.plugins["io.containerd.grpc.v1.cri"].containerd.runtimes | keys | join(" ")')" 'runc scrim'
	printf 'version = 2\n\n[plugins]\n  [plugins."io.containerd.grpc.v1.cri"]\n    sandbox_image = "x"
    [plugins."io.containerd.grpc.v1.cri".containerd]\n      default_runtime_name = "runc"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n        runtime_type = "x"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n        SystemdCgroup = true\n' > "$file"
	kept "$file" containerd --default
	cri='.plugins["io.containerd.grpc.v1.cri"]'
	is "$(toml "$cri.containerd.default_runtime_name")" scrim
	is "$(toml "$cri.containerd.runtimes.scrim.options.BinaryName")" "$PROGRAM"
	is "$(toml "$cri.containerd.runtimes.scrim.options.SystemdCgroup")" true
	is "$(toml "$cri.sandbox_image")" x
	kept "$file" containerd
	is "$(toml "$cri.containerd.default_runtime_name")" runc
	printf 'version = 3\n' > "$file"
	kept "$file" containerd --default
	is "$(toml '.plugins["io.containerd.cri.v1.runtime"].containerd.default_runtime_name')" scrim
	is "$(toml '.plugins["io.containerd.cri.v1.runtime"].containerd.runtimes.scrim.options.SystemdCgroup')" false
	# as `containerd config default` of 2.4 has it
	printf "version = 4\n\n[plugins]\n  [plugins.'io.containerd.cri.v1.runtime']
    [plugins.'io.containerd.cri.v1.runtime'.containerd]\n      default_runtime_name = 'runc'
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]
        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]\n          runtime_type = 'io.containerd.runc.v2'\n" > "$file"
	kept "$file" containerd
	kept "$file" containerd --default
	is "$(toml '.plugins["io.containerd.cri.v1.runtime"].containerd | .default_runtime_name, (.runtimes | keys[])')" "scrim
runc
scrim"
	printf '[plugins]\n' > "$file"
	engine containerd
	fails
	says 'version 1'
	is "$(cat "$file")" '[plugins]'
}

@test "Docker: the object keeps its other members, and a former default comes back" {
	file=$E/docker/daemon.json
	kept "$file" docker
	is "$(jq -r .runtimes.scrim.path <<< "$once")" "$PROGRAM"
	jq . > "$file" <<< '{"runtimes": {"kata": {"path": "/k"}}, "live-restore": true, "default-runtime": "kata"}'
	jq -S . "$file" > "$E/before"
	engine docker --default
	succeeds
	is "$(jq -c '[."default-runtime", (.runtimes | keys[]), ."live-restore"]' "$file")" '["scrim","kata","scrim",true]'
	engine docker --default
	shows ': unchanged'
	engine --undo docker
	is "$(jq -S . "$file")" "$(cat "$E/before")"
	is "$(ls "$E/docker")" daemon.json
	echo '{' > "$file"
	engine docker
	fails
	says 'daemon.json: '
	is "$(cat "$file")" '{'
}

@test "Kubernetes: the handler of the RuntimeClass is the name that containerd and CRI-O are told" {
	class=$SYSTEM_DIR/../../contrib/engines/runtimeclass.yaml
	is "$(grep -v '^#' "$class")" "apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata:
  name: scrim
handler: scrim"
	engine containerd crio
	succeeds
	for file in containerd/config.toml crio/crio.conf.d/50-scrim.conf; do
		grep -qE "runtimes\.$(sed -n 's/^handler: //p' "$class")\]" "$E/$file" || show "not in $file"
	done
}

@test "a program that is not there, and an engine that nobody knows, change nothing" {
	try "$PYTHON" "$INSTALL" --root "$TMPDIR" --runtime /no/scrim podman docker
	fails
	says '/no/scrim is no program'
	engine podman nonsense
	fails
	says 'nonsense: one of podman, crio, containerd, docker is expected'
	[ ! -e "$E/containers" ]
	engine
	fails
	says 'no engine'
}
