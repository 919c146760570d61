# SPDX-License-Identifier: Apache-2.0
#
# Whoever gets scrim not from its repository: the tarball of `make dist` builds
# and passes its tests on its own, and the package of `make deb` installs, with
# Podman knowing scrim by name afterwards. Nothing of the host is changed: dpkg
# works in a mount namespace on copies that are in memory.

setup_file()
{
	export T MAKEFLAGS=
	T=$(mktemp -d /var/tmp/scrim-packaging-XXXXXX)
	make -s -C "$(dirname "$SCRIM")" dist > "$T/dist.log" 2>&1 || { tail -n 20 "$T/dist.log"; return 1; }
	mv "$(dirname "$SCRIM")"/scrim-*.tar.xz "$T"
	tar -C "$T" -xf "$T"/scrim-*.tar.xz
}

teardown_file()
{
	[ -z "${T-}" ] || rm -rf --one-file-system "$T"
}

needs()
{
	local command

	for command; do
		command -v "$command" > /dev/null || skip "$command is not installed"
	done
}

@test "the tarball builds on its own and passes its tests" {
	cd "$T"/scrim-*[0-9]
	[ -z "$(find . -name '*.o' -o -name '*.a' -o -name .git)" ]
	{ ./configure && make -j2; } > "$T/log" 2>&1 || { tail -n 20 "$T/log" | cut -c 1-200; return 1; }
	# The published schemas are no part of the tarball; make check says so.
	make -s -j2 check > "$T/log" 2>&1 || { tail -n 40 "$T/log"; return 1; }
	tail -n 1 "$T/log" | grep -q ' 0 failed'
	make -s install DESTDIR="$T/installed" > "$T/log" 2>&1
	"$T/installed/usr/local/sbin/scrim" --version | grep -q '^scrim version '
	make -s uninstall DESTDIR="$T/installed" > "$T/log" 2>&1
	[ -z "$(find "$T/installed" -type f)" ] || { find "$T/installed" -type f; return 1; }
}

@test "the Debian package is built, and lintian finds no error in it" {
	needs dpkg-buildpackage dh lintian
	cd "$T"
	DEB_BUILD_OPTIONS=nocheck scrim-*[0-9]/contrib/debian/build scrim-*.tar.xz > log || { tail -n 20 log | cut -c 1-200; return 1; }
	lintian --allow-root --fail-on error scrim_*.deb > log 2>&1 || { cat log; return 1; }
	cp scrim_*.deb scrim.deb
}

# installed COMMAND: a shell's, where the package is installed and the host's
# directories are covered by copies in memory.
installed()
{
	unshare --mount --propagation private sh -euc '
		mkdir -p "$1/memory"
		mount -t tmpfs memory "$1/memory"
		mount -t tmpfs run /run
		for dir in /etc /usr /var/lib/dpkg; do
			mkdir -p "$1/memory$dir" "$1/memory/work$dir"
			mount -t overlay -o "lowerdir=$dir,upperdir=$1/memory$dir,workdir=$1/memory/work$dir" overlay "$dir"
		done
		dpkg --install "$1/scrim.deb" > "$1/dpkg.log" 2>&1 || { cat "$1/dpkg.log"; exit 1; }
		eval "$2"
	' sh "$T" "$1"
}

@test "the Debian package installs, and is gone after a purge" {
	needs dpkg
	[ -e "$T/scrim.deb" ] || skip "there is no package: see the test before"
	installed '
		test "$(command -v scrim)" = /usr/sbin/scrim
		scrim --version | grep "^scrim version "
		test -s /usr/share/bash-completion/completions/scrim
		/usr/share/scrim/install-engine --root "$1/memory/engines" docker crio containerd
		grep -r -q /usr/sbin/scrim "$1/memory/engines"
		dpkg --verify scrim
		dpkg --purge scrim
		test ! -e /usr/sbin/scrim && test ! -e /etc/containers/containers.conf.d/50-scrim.conf'
	[ "$(dpkg-query -W -f '${Status}' scrim 2> /dev/null)" != 'install ok installed' ]
}

@test "podman --runtime scrim works when the package is installed, without a word of configuration" {
	needs podman busybox
	[ -e "$T/scrim.deb" ] || skip "there is no package: see the test before"
	mkdir -p "$T/rootfs/bin" "$T/rootfs/proc" "$T/rootfs/dev" "$T/rootfs/sys"
	cp "$(command -v busybox)" "$T/rootfs/bin/busybox"
	said=$(installed '
		podman() {
			command podman --root "$1/memory/store" --runroot "$1/memory/run" --tmpdir "$1/memory/tmp" \
				--storage-driver vfs --events-backend file --cgroup-manager cgroupfs --runtime scrim "$2" \
				--rm --network none --pids-limit -1 --ulimit nofile=99 --ulimit nproc=99 "$3" --rootfs "$1/rootfs" \
				/bin/busybox "$4" "$5"
		}
		podman "$1" run --read-only echo hello
		podman "$1" run --cgroups=disabled echo disabled
		podman "$1" run --read-only nonsense x || echo "status $?"' 2>&1 < /dev/null) || { echo "$said"; return 1; }
	echo "$said"
	find /sys/fs/cgroup -depth -type d -path '*/libpod*' -exec rmdir {} + 2> /dev/null || true
	[[ $said == *hello*disabled*"applet not found"*"status 127"* ]]
}
