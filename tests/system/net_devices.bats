# SPDX-License-Identifier: Apache-2.0
#
# SPEC 125-131: devices of the host that a container takes over, with what they
# are and what addresses they have. They are pairs of veth in a network
# namespace of the test's own, so that the host's are never touched; "ip" looks
# at them from inside the container by its pid.

load lib

setup()
{
	test_open
	needs ip
	# All of the test runs in there, as its "host".
	NET=$ID
	ip netns add "$NET"
	host ip link add e0 type veth peer name p0 2> /dev/null || {
		ip netns del "$NET"
		skip "this kernel has no veth"
	}
	host ip link set lo up
	MOUNTS_BEFORE=$(mounts_outside)
}

teardown()
{
	local result=0

	[ -e "/run/netns/$NET" ] || return 0
	test_close || result=1
	ip netns del "$NET"
	return $result
}

host()
{
	ip netns exec "$NET" "$@"
}

# As lib's, but from that namespace. nsenter, for "ip netns exec" would mount.
scrim()
{
	nsenter --net=/run/netns/"$NET" $SCRIM --root "$ROOT" "$@"
}

# takes NAME [NEW NAME]
takes()
{
	config '.linux.netDevices[$n] = (if $to == "" then {} else {name: $to} end)' \
		--arg n "$1" --arg to "${2-}"
}

# inside ARGS...: ip in the container's network namespace.
inside()
{
	nsenter -t "$(pid_of "$ID")" -n ip "$@"
}

at_home()
{
	host ip link show dev "$1" > /dev/null 2>&1
}

@test "a device moves in, under its own name, and is up" {
	takes e0
	script 'ls /sys/class/net; exec sleep 100'
	created
	! at_home e0 || show "it is still on the host"
	[[ $(inside -o link show e0) == *[,\<]UP[,\>]* ]] || show "$(inside link)"
	deleted
}

@test "a device gets the name that was asked for" {
	takes e0 inner0
	created
	inside link show inner0
	! inside link show e0 2> /dev/null || show "the old name is there, too"
	deleted
}

@test "attributes are kept" {
	host ip link set e0 address 02:00:00:00:0a:0b mtu 1234 txqueuelen 77 alias "some words"
	takes e0 inner0
	created
	line=$(inside -d -o link show inner0)
	for word in 02:00:00:00:0a:0b 'mtu 1234' 'qlen 77' 'alias some words'; do
		[[ $line == *"$word"* ]] || show "no $word in $line"
	done
	deleted
}

@test "permanent addresses of global scope are kept, all others are not" {
	host ip addr add 192.0.2.7/24 brd 192.0.2.255 dev e0
	host ip addr add 192.0.2.8/24 dev e0 label e0:one
	host ip addr add 198.51.100.1 peer 198.51.100.2/32 dev e0 metric 5
	host ip addr add 2001:db8::1/64 dev e0 nodad
	host ip addr add 2001:db8::2/64 dev e0 nodad noprefixroute
	host ip addr add 203.0.113.1/24 dev e0 valid_lft 1000 preferred_lft 1000
	host ip addr add 169.254.7.7/16 dev e0 scope link
	takes e0 inner0
	created
	lines=$(inside -o addr show dev inner0)
	for words in 'inet 192.0.2.7/24 brd 192.0.2.255 scope global inner0' \
		'inet 192.0.2.8/24 scope global secondary inner0:one' \
		'inet 198.51.100.1 peer 198.51.100.2/32 metric 5 scope global inner0' \
		'inet6 2001:db8::1/64 scope global' \
		'inet6 2001:db8::2/64 scope global noprefixroute'; do
		grep -qF "$words" <<< "${lines// nodad/}" || show "no $words in: $lines"
	done
	! grep -E '203\.0\.113|169\.254' <<< "$lines" || show "$lines"
	is "$(grep -c 'valid_lft forever' <<< "$(grep global <<< "$lines")")" 5
	deleted
}

@test "a template lets the kernel choose the number" {
	host ip link add f0 type veth peer name q0
	takes e0 'eth%d'
	takes f0 'eth%d'
	created
	inside link show eth0
	inside link show eth1
	deleted
}

@test "a device moves into a namespace that is joined, and stays there" {
	ip netns add "$NET-b"
	namespace_join network "/run/netns/$NET-b"
	takes e0
	host ip addr add 192.0.2.7/24 dev e0
	runs
	shown=$(ip netns exec "$NET-b" ip -o addr show dev e0) || show "it is not there"
	ip netns del "$NET-b"
	[[ $shown == *192.0.2.7/24* ]] || show "$shown"
}

@test "a device moves into the namespace of a user namespace" {
	user_namespace
	takes e0 'net%d'
	host ip addr add 192.0.2.7/24 dev e0
	created
	[[ $(inside -o addr show dev net0) == *192.0.2.7/24* ]] || show "$(inside addr)"
	deleted
}

@test "sysctls of the device find it" {
	takes e0 inner0
	config '.linux.sysctl["net.ipv4.conf.inner0.forwarding"] = "1"'
	args cat /proc/sys/net/ipv4/conf/inner0/forwarding
	runs
	is "$output" 1
}

@test "a device that is not there is refused before anything is made" {
	takes e0
	takes no-such-dev
	refused
	says 'network device no-such-dev: there is none on the host.*/linux/netDevices/no-such-dev'
	at_home e0 || show "e0 has been moved"
}

@test "a name that is taken in a joined namespace is refused before anything is made" {
	ip netns add "$NET-b"
	ip netns exec "$NET-b" ip link add taken type veth peer name other
	namespace_join network "/run/netns/$NET-b"
	takes e0 taken
	try scrim create -b "$B" "$ID"
	ip netns del "$NET-b"
	fails
	says 'network device e0: the namespace has a device taken already.*/linux/netDevices/e0'
	at_home e0 || show "e0 has been moved"
}

@test "on failure devices go back as they were, with all that they had" {
	host ip link add f0 type veth peer name q0
	host ip addr add 192.0.2.7/24 dev e0
	host ip addr add 2001:db8::1/64 dev e0 nodad
	host ip link set e0 mtu 1400 up
	before=$(host ip -o addr show dev e0 scope global)
	takes e0 inner0
	takes f0 inner1
	args /no/such/program
	refused
	is "$(host ip -o addr show dev e0 scope global | sed 's/^[0-9]*//')" "$(sed 's/^[0-9]*//' <<< "$before")"
	[[ $(host ip -o link show e0) == *[,\<]UP[,\>]*"mtu 1400"* ]] || show "$(host ip link show e0)"
	[[ $(host ip -o link show f0) != *[,\<]UP[,\>]* ]] || show "f0 was down"
	# the same where it is a hook that fails, behind the move
	config '.process.args = ["true"] | .hooks.createRuntime = [{path: "/bin/false"}]'
	refused
	at_home e0 && at_home f0 || show "they are lost"
	is "$(host ip -o addr show dev e0 scope global | wc -l)" 2
}

@test "a device that the kernel does not give away is an error in its words" {
	takes lo lo1
	refused
	says 'network device lo: a loopback device cannot be moved'
	if host ip tunnel show 2> /dev/null | grep -q ^tunl0; then
		takes tunl0 t0
		config 'del(.linux.netDevices.lo)'
		refused
		says 'network device tunl0: '
	fi
}

@test "without a network namespace, or for a user, it is refused in the plan" {
	takes e0
	namespace_drop network
	refused
	says 'netDevices need a network namespace.*/linux/netDevices/e0'
}
