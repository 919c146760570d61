# SPDX-License-Identifier: Apache-2.0
#
# SPEC 155-165: groups of resctrl. What is written there and compared is tested
# against an imitated tree (tests/unit/test_host_resctrl.c); here a container is
# in its group, where the processor has the filesystem, and the want of it is an
# error where it has not.

load lib

resctrl()
{
	[ "$(stat -fc %t /sys/fs/resctrl 2> /dev/null)" = 7655821 ] ||
		skip "no resctrl filesystem at /sys/fs/resctrl: the processor or the kernel has none"
}

@test "without the filesystem it is an error with its place, and nothing is left" {
	[ "$(stat -fc %t /sys/fs/resctrl 2> /dev/null)" != 7655821 ] || skip "there is one"
	config '.linux.intelRdt = {closID: "gold", enableMonitoring: true}'
	refused
	says 'intelRdt needs the resctrl filesystem.*/linux/intelRdt'
}

@test "a group of the container's own goes with it" {
	resctrl
	config '.linux.intelRdt = {enableMonitoring: true}'
	created
	pid=$(pid_of "$ID")
	grep -qx "$pid" "/sys/fs/resctrl/$ID/tasks" || show "not in its group"
	grep -qx "$pid" "/sys/fs/resctrl/$ID/mon_groups/$ID/tasks" || show "not monitored"
	deleted
	[ ! -e "/sys/fs/resctrl/$ID" ] || show "the group is left"
}

@test "a group that somebody named stays" {
	resctrl
	mkdir "/sys/fs/resctrl/$ID-gold"
	config '.linux.intelRdt = {closID: $c}' --arg c "$ID-gold"
	created
	grep -qx "$(pid_of "$ID")" "/sys/fs/resctrl/$ID-gold/tasks" || show "not in it"
	deleted
	rmdir "/sys/fs/resctrl/$ID-gold"
}
