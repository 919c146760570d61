# SPDX-License-Identifier: Apache-2.0
#
# A sample of tests/faults/run, the same one each time; `make check-faults` is
# the whole. Whatever system call fails, a command succeeds or ends within a
# second with one line that names a culprit; whatever is killed, wherever it
# was, delete --force leaves nothing, and a neighbour container runs on.

load lib

# The tests' own tmpfs, cgroup and neighbour are not needed here.
setup_file() { :; }
teardown_file() { :; }
setup() { :; }
teardown() { :; }

# faults OPTION...: the sample; what it found is shown.
faults()
{
	[[ $SCRIM == *scrim ]] || skip "about scrim itself"
	! grep -q __asan_init "$SCRIM" || skip "built with sanitizers, which need every mmap and brk"
	needs "$PYTHON"
	SCRIM=$SCRIM "$PYTHON" "$SYSTEM_DIR/../faults/run" "$@" 3>&- 4>&-
}

@test "where a system call fails the command succeeds, or says why and leaves nothing" {
	faults --kinds EPERM,ENOMEM,EINTR,ENOSPC --share 401
}

@test "whoever is killed at whatever system call, delete --force leaves nothing, nor does a power cut" {
	faults --kinds kill-self,kill-other,kill-all,cut --share 401
}

# Where its process has something to wait for: scrim and it waited for each other.
@test "an exec whose joining process is killed, or not believed, when it tells of its child ends" {
	faults --bundle rich --command exec --kinds EPERM,EINTR,kill-self --call sendmsg,waitid
}

@test "three hundred runs in a row leave nothing, in the kernel's caches neither" {
	[[ $SCRIM == *scrim ]] || skip "about scrim itself"
	needs "$PYTHON"
	SCRIM=$SCRIM "$PYTHON" "$SYSTEM_DIR/../faults/soak" 300 3>&- 4>&-
}
