# SPDX-License-Identifier: Apache-2.0
"""The stage of the bench: bundles, runtimes, and the clock.

A Stage owns one directory on a tmpfs: a root file system with busybox and the
smallest program that there is, the bundles made from it, a state root for each
runtime. It runs programs to their end and says how long they took. It knows no
figure and prints nothing; whatever it has created it deletes again.
"""
import ctypes
import json
import os
import shlex
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PODMAN = os.path.join(HERE, "..", "config", "bundles", "podman-default.json")
NAMESPACES = ("pid", "network", "ipc", "uts", "mount", "cgroup")
MOUNTS = (
    ("/proc", "proc", "proc", []),
    ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    ("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
    ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
    ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
    ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
)
LIBC = ctypes.CDLL(None, use_errno=True)


class Runtime:
    """One program with its global options, called by its first word."""

    def __init__(self, words, root, others):
        command, *options = shlex.split(words)
        self.name = os.path.basename(command)
        # Figures are published: no path of this machine's stands in a label.
        self.label = " ".join([self.name, *options])
        while self.label in [other.label for other in others]:
            self.label += "'"
        self.program = os.path.abspath(shutil.which(command) or command)
        self.argv = [self.program, *options, "--root", root]

    def call(self, *words):
        return [*self.argv, *words]

    def version(self):
        """The first line that it prints about itself."""
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return said.stdout.split("\n", 1)[0].replace(" version ", " ")


def quiet(argv):
    """Runs it unseen and untimed; returns its status."""
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def mount_tmpfs(path):
    """mount(8) would parse the whole table each time."""
    if LIBC.mount(b"bench", path.encode(), b"tmpfs", 0, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount a tmpfs on {path}")


class Stage:
    def __init__(self, work):
        self.work = work
        self.rootfs = os.path.join(work, "rootfs")
        null = os.open(os.devnull, os.O_RDWR)
        self.hush = [(os.POSIX_SPAWN_DUP2, null, n) for n in (0, 1, 2)]
        for name in ("bin", "proc", "sys", "dev", "etc", "run", "tmp", "mnt"):
            os.makedirs(os.path.join(self.rootfs, name))
        shutil.copy(shutil.which("busybox"), os.path.join(self.rootfs, "bin/busybox"))
        for applet in ("sh", "sleep"):
            os.symlink("busybox", os.path.join(self.rootfs, "bin", applet))
        least = self.path("least.c")
        with open(least, "w") as file:
            file.write("int main(void) { return 0; }\n")
        self.build(least, os.path.join(self.rootfs, "bin/least"))
        self.floor = self.build(os.path.join(HERE, "floor.c"), self.path("floor"))
        self.peak = self.build(os.path.join(HERE, "peak.c"), self.path("peak"))
        self.floor_argv = [self.floor, self.rootfs, "/bin/least"]

    def path(self, *names):
        return os.path.join(self.work, *names)

    @staticmethod
    def build(source, program):
        compiler = shutil.which("musl-gcc") or shutil.which(os.environ.get("CC", "cc").split()[0]) or "gcc"
        subprocess.run([compiler, "-D_GNU_SOURCE", "-O2", "-static", "-o", program, source], check=True)
        return program

    # --- bundles ---

    def bundle(self, name, config):
        config["root"] = {"path": self.rootfs}
        os.makedirs(self.path(name), exist_ok=True)
        with open(self.path(name, "config.json"), "w") as file:
            json.dump(config, file)
        return self.path(name)

    @staticmethod
    def minimal(args=("/bin/least",), mounts=()):
        """What every engine asks for, and nothing else."""
        return {
            "ociVersion": "1.0.2",
            "process": {"user": {"uid": 0, "gid": 0}, "args": list(args), "env": ["PATH=/bin"], "cwd": "/"},
            "hostname": "bench",
            "mounts": [{"destination": d, "type": t, "source": s, "options": o} for d, t, s, o in MOUNTS] + list(mounts),
            "linux": {"namespaces": [{"type": kind} for kind in NAMESPACES]},
        }

    def podman(self, args=("/bin/least",)):
        """What Podman asks for by default: 437 system calls in the filter, masks, binds.

        Left out is what a machine may not be able to grant: rlimits and limits."""
        with open(PODMAN) as file:
            config = json.load(file)
        config["process"]["args"] = list(args)
        config["process"].pop("rlimits", None)
        config["linux"]["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}
        config["linux"].pop("cgroupsPath", None)
        directory, plain = self.path("shm"), self.path("plain")
        os.makedirs(directory, exist_ok=True)
        open(plain, "w").close()
        for mount in config["mounts"]:
            if mount["type"] == "bind":
                mount["source"] = directory if mount["destination"] == "/dev/shm" else plain
        return config

    def binds(self, count):
        os.makedirs(self.path("source"), exist_ok=True)
        rows = [{"destination": f"/mnt/{i}", "type": "bind", "source": self.path("source"),
                 "options": ["rbind", "ro"]} for i in range(count)]
        return self.minimal(mounts=rows)

    # --- the clock ---

    def spawn(self, argv):
        return os.posix_spawn(argv[0], argv, os.environ, file_actions=self.hush)

    def run(self, argv):
        """To its end: milliseconds, and its status."""
        start = time.perf_counter()
        pid = self.spawn(argv)
        _, status = os.waitpid(pid, 0)
        return (time.perf_counter() - start) * 1e3, os.waitstatus_to_exitcode(status)

    def run_wide(self, calls, width):
        """All calls, `width` at a time: milliseconds, and how many failed."""
        start, alive, bad = time.perf_counter(), 0, 0
        for argv in calls:
            if alive == width:
                bad += os.wait()[1] != 0
                alive -= 1
            self.spawn(argv)
            alive += 1
        for _ in range(alive):
            bad += os.wait()[1] != 0
        return (time.perf_counter() - start) * 1e3, bad

    # --- containers ---

    @staticmethod
    def create(runtime, bundle, name):
        return runtime.call("create", "--bundle", bundle, name)

    @staticmethod
    def delete(runtime, names):
        for name in names:
            quiet(runtime.call("delete", "--force", name))

    @staticmethod
    def wait_stopped(runtime, name):
        for _ in range(2000):
            said = subprocess.run(runtime.call("state", name), capture_output=True, text=True)
            if said.returncode != 0 or '"stopped"' in said.stdout:
                return
            time.sleep(0.001)

    def crowd(self, count):
        """Brings the number of additional mounts of the host to count."""
        top = self.path("crowd")
        if not os.path.isdir(top):
            os.makedirs(top)
            mount_tmpfs(top)
        for i in range(len(os.listdir(top)), count):
            os.mkdir(os.path.join(top, str(i)))
            mount_tmpfs(os.path.join(top, str(i)))

    def disperse(self):
        subprocess.run(["umount", "-l", self.path("crowd")], check=True)


def idle_ticks():
    with open("/proc/stat") as file:
        words = file.readline().split()
    return int(words[4]) + int(words[5]), sum(map(int, words[1:9]))


def settle(seconds=5.0):
    """Waits until nine tenths of the machine are idle: what ended a moment ago
    (network namespaces above all) is taken apart in the background. Returns
    whether that came to be. Where others keep the machine busy all the time,
    patience is in vain: 0 waits no longer than one look takes."""
    end = time.monotonic() + seconds * settle.patience
    while time.monotonic() < end:
        idle, all_ticks = idle_ticks()
        time.sleep(0.2)
        idle_now, all_now = idle_ticks()
        if idle_now - idle >= 0.9 * (all_now - all_ticks):
            return True
    return False


settle.patience = 1
