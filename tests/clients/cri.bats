# SPDX-License-Identifier: Apache-2.0
#
# Kubernetes: containerd's CRI socket, asked as a kubelet would for a pod whose
# RuntimeClass has the handler scrim. One conversation (cri.py); each test holds
# a promise to what was answered in it.

load lib

setup_file()
{
	command -v containerd > /dev/null || return 0
	/usr/bin/python3 -c 'import grpc' 2> /dev/null || return 0
	mkdir -p /etc/containerd
	printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "localhost/pause:latest"\n  restrict_oom_score_adj = false\n' \
		> /etc/containerd/config.toml
	scrim_installed --systemd-cgroup containerd
	containerd > "$BATS_FILE_TMPDIR/containerd.log" 2>&1 3>&- 4>&- &
	echo $! > "$BATS_FILE_TMPDIR/pid"
	wait_until ctr version
	ctr -n k8s.io images import "$IMAGE" > /dev/null
	mkdir "$BATS_FILE_TMPDIR/logs"
	/usr/bin/python3 "$SCRIM_SOURCE/tests/clients/cri.py" /run/containerd/containerd.sock scrim $BB "$BATS_FILE_TMPDIR/logs" \
		> "$BATS_FILE_TMPDIR/said" 2> "$BATS_FILE_TMPDIR/errors" 3>&- < /dev/null || true
}

teardown_file()
{
	[ ! -e "$BATS_FILE_TMPDIR/pid" ] || kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

setup()
{
	needs containerd
	/usr/bin/python3 -c 'import grpc' 2> /dev/null || skip "python3-grpcio is not installed"
	output=$(cat "$BATS_FILE_TMPDIR/said")
	stderr=$(tail -n 20 "$BATS_FILE_TMPDIR/errors")$(tail -n 20 "$BATS_FILE_TMPDIR/containerd.log" | cut -c 1-500)
	status=
}

@test "cri: a pod of the runtime class runs on scrim, and a container in it" {
	shows '^pod: [0-9a-f]+' '^container: [0-9a-f]+'
	has 'created: created' 'started: running'
	grep -rqx '.* stdout F kubernetes' "$BATS_FILE_TMPDIR/logs"
	grep -rqx '.* stdout F 1000' "$BATS_FILE_TMPDIR/logs"
}

@test "cri: exec gives output and exit status" {
	has "exec: ('inside\\n', 3)"
}

@test "cri: limits, user, capabilities, seccomp and a read-only root are what the pod says" {
	shows "^limits: ..67108864., .50000 100000., ." "^security: .*CapBnd:.t0000000000000000.*NoNewPrivs:.t1.*Seccomp:.t[02]"
	has 'read-only: 1'
}

@test "cri: resources change while it runs, and usage is measured" {
	has 'updated: 33554432' 'memory: True'
}

@test "cri: stop sends the signal and gets the exit status" {
	has "stopped: ('exited', 5)" 'status: 7'
}

@test "cri: a missing program is told in the words that a kubelet shows" {
	shows '^no program: .*executable file not found in \$PATH'
}

@test "cri: pods and containers are gone in the end" {
	has 'pods: 0'
	nothing_left
}
