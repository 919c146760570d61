# SPDX-License-Identifier: Apache-2.0
#
# SPEC 168-170, 176: system calls that are denied, logged, counted fatal; and
# that a filter from the cache is the same as a new one.

load lib

seccomp()
{
	config ".linux.seccomp = $1"
}

@test "errno is EPERM unless it is said" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdirat"], action: "SCMP_ACT_ERRNO"},
		{names: ["sethostname"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	args /bin/probe call getppid mkdir sethostname
	runs
	is "$output" "getppid ok
mkdir EPERM
sethostname EDOM"
}

@test "a default of errno, with its own number" {
	seccomp '{defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 38, syscalls: [
		{names: ["read", "write", "writev", "execve", "execveat", "exit", "exit_group",
		 "brk", "mmap", "munmap", "mprotect", "arch_prctl", "set_tid_address",
		 "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat",
		 "getrandom", "fstat", "newfstatat", "ioctl", "close", "close_range",
		 "openat", "fcntl", "prctl", "futex", "rt_sigaction", "rt_sigprocmask",
		 "rt_sigreturn", "sendmsg", "recvmsg", "poll", "getpid"],
		 action: "SCMP_ACT_ALLOW"}]}'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir ENOSYS"
}

@test "system calls newer than the profile do not exist, older ones are denied" {
	# close_range, 436, is the newest that is named
	allow='["read", "write", "writev", "execve", "execveat", "exit", "exit_group", "brk", "mmap",
		"munmap", "mprotect", "arch_prctl", "set_tid_address", "set_robust_list", "rseq",
		"prlimit64", "readlink", "readlinkat", "getrandom", "fstat", "newfstatat", "ioctl",
		"close", "close_range", "futex", "rt_sigaction", "rt_sigprocmask", "a_call_of_tomorrow"]'
	seccomp '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: '"$allow"', action: "SCMP_ACT_ALLOW"}]}'
	args /bin/probe call mkdir nr=435 nr=437 nr=100000
	runs
	is "$output" "mkdir EPERM
nr=435 EPERM
nr=437 ENOSYS
nr=100000 ENOSYS"
	config '.linux.seccomp.defaultErrnoRet = 33'
	runs
	prints 'mkdir EDOM'
	prints 'nr=437 ENOSYS'
	# what was there before all architectures agreed (424) is older than any profile
	config '.linux.seccomp.syscalls[0].names -= ["close_range"]'
	args /bin/probe call nr=423 nr=424
	runs
	is "$output" "nr=423 EDOM
nr=424 ENOSYS"
}

@test "a profile that kills by default kills for newer calls as well" {
	seccomp '{defaultAction: "SCMP_ACT_KILL_PROCESS", syscalls: [{names: ["read", "write",
		"writev", "execve", "exit_group", "brk", "mmap", "munmap", "mprotect", "arch_prctl",
		"set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat",
		"getrandom", "fstat", "newfstatat", "ioctl", "futex", "rt_sigaction",
		"rt_sigprocmask", "close"], action: "SCMP_ACT_ALLOW"}]}'
	args /bin/probe call nr=100000
	try scrim run -b "$B" "$ID"
	is "$status" 159
}

@test "arguments are compared" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["personality"], action: "SCMP_ACT_ERRNO", errnoRet: 33, args: [
			{index: 0, value: 8, op: "SCMP_CMP_EQ"}]},
		{names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 33, args: [
			{index: 0, value: 1, op: "SCMP_CMP_NE"}]}]}'
	args /bin/probe call personality=8 personality=0 socket-inet socket-unix
	runs
	is "$output" "personality=8 EDOM
personality=0 ok
socket-inet EDOM
socket-unix ok"
}

@test "a mask is compared" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["unshare"], action: "SCMP_ACT_ERRNO", errnoRet: 33, args: [
			{index: 0, value: 268435456, valueTwo: 268435456, op: "SCMP_CMP_MASKED_EQ"}]}]}'
	args /bin/probe call unshare-user
	runs
	is "$output" "unshare-user EDOM"
}

@test "rules on the same argument index mean either of them" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["personality"], action: "SCMP_ACT_ERRNO", errnoRet: 33, args: [
			{index: 0, value: 8, op: "SCMP_CMP_EQ"}]},
		{names: ["personality"], action: "SCMP_ACT_ERRNO", errnoRet: 33, args: [
			{index: 0, value: 0, op: "SCMP_CMP_EQ"}]}]}'
	args /bin/probe call personality=8 personality=0 personality=0xffffffff
	runs
	is "$output" "personality=8 EDOM
personality=0 EDOM
personality=0xffffffff ok"
}

@test "kill ends the program with SIGSYS" {
	for action in SCMP_ACT_KILL SCMP_ACT_KILL_PROCESS SCMP_ACT_KILL_THREAD SCMP_ACT_TRAP; do
		seccomp "{defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [
			{names: [\"mkdirat\"], action: \"$action\"}]}"
		args /bin/probe call mkdir
		try scrim run -b "$B" "$ID"
		[ "$status" = 159 ] || show "$action"
	done
}

@test "log lets the call through" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_LOG"],
		syscalls: [{names: ["mkdirat"], action: "SCMP_ACT_LOG"}]}'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir ok"
}

@test "a second run from the cache behaves the same" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64",
		"SCMP_ARCH_X86", "SCMP_ARCH_X32"], syscalls: [
		{names: ["mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	args /bin/probe call mkdir
	for round in 1 2 3; do
		runs
		is "$output" "mkdir EDOM"
	done
	# Only the errno differs: it must not come from the cache.
	config '.linux.seccomp.syscalls[0].errnoRet = 38'
	runs
	is "$output" "mkdir ENOSYS"
	config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ALLOW" |
		del(.linux.seccomp.syscalls[0].errnoRet)'
	runs
	is "$output" "mkdir ok"
}

# other_table: /bin/other in the rootfs makes getpid by the table of i386 [168],
# whose number is another call's in the own table, and prints what it returns.
other_table()
{
	[ "$(uname -m)" = x86_64 ] || skip "only x86_64 has another table that this test knows"
	${SCRIM_CC:-cc} -O1 -static -x c -o "$B/rootfs/bin/other" - <<-'END'
	#include <stdio.h>
	int main(void)
	{
		int result;
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
		return printf("%d\n", result) < 0;
	}
	END
	"$B/rootfs/bin/other" > /dev/null 2>&1 || skip "this kernel runs no calls of i386"
}

@test "calls of a second architecture are filtered by its own table, those of no listed one kill" {
	other_table
	args /bin/other
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
		syscalls: [{names: ["getpid"], action: "SCMP_ACT_ERRNO", errnoRet: 33}]}'
	runs
	is "$output" -33
	config '.linux.seccomp.syscalls[0].names = ["writev"]' # 20 of the own table
	runs
	is "$output" 1
	config '.linux.seccomp.architectures = ["SCMP_ARCH_X86_64"]'
	try scrim run -b "$B" "$ID"
	is "$status" 159
}

@test "a name that this kernel does not know is passed over" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["syscall_of_tomorrow", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EPERM"
}

@test "without noNewPrivileges it works as well" {
	config '.process.noNewPrivileges = false'
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
	args /bin/probe call mkdir
	runs
	is "$output" "mkdir EPERM"
	config '.process.user = {uid: 1000, gid: 1000} | del(.process.capabilities)'
	runs
	is "$output" "mkdir EPERM"
}

@test "the filter is there" {
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
	own_status
	runs
	status_has Seccomp 2
	config 'del(.linux.seccomp)'
	runs
	status_has Seccomp 0
}

@test "what is not valid is named" {
	[[ $SCRIM == *scrim ]] || skip "the specification's rules, not all kept by others"
	seccomp '{syscalls: []}'
	refused
	says defaultAction
	seccomp '{defaultAction: "SCMP_ACT_NONSENSE"}'
	refused
	says SCMP_ACT_NONSENSE
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir"], action: "SCMP_ACT_KILL", errnoRet: 1}]}'
	refused
	says errnoRet
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_NONSENSE"]}'
	refused
	says SCMP_ARCH_NONSENSE
	seccomp '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [], action: "SCMP_ACT_LOG"}]}'
	refused
	says names
}

@test "a filter that forbids all, the way out too, is an error of run and start, and nothing spins" {
	for action in ERRNO KILL_PROCESS TRAP; do
		config '.linux.seccomp = {defaultAction: ("SCMP_ACT_" + $a)}' --arg a $action
		try timeout 20 $SCRIM --root "$ROOT" run -b "$B" "$ID"
		fails
		says 'exec: operation not permitted: .*/linux/seccomp'
		[ ! -e "$ROOT/$ID" ]
		created
		try timeout 20 $SCRIM --root "$ROOT" start "$ID"
		fails
		says 'exec: operation not permitted: .*/linux/seccomp'
		is "$(status_of "$ID")" stopped
		deleted
	done
}
