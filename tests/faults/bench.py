# SPDX-License-Identifier: Apache-2.0
"""Where the faults are let loose: a tmpfs with a root file system, a bundle
and state roots, a cgroup, and a neighbour container that must not notice
anything. Everything that scrim could leave behind is looked for here; the
judgement is left to whoever asks. Nothing outside of the tmpfs and the cgroup
is touched, so that two of these may run on one machine."""

import ctypes
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TESTS = os.path.dirname(HERE)
CGROUP = "/sys/fs/cgroup"
USER = 4242
GRACE = 3.0  # seconds for what was killed to be gone
KEY_GRACE = 60.0
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNET = 0x40000000


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def wait_until(condition, seconds=GRACE):
    """What condition returns when it is true, or after that time."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result or time.monotonic() > end:
            return result
        time.sleep(0.002)


def tree(top):
    """All paths below top; what is mounted there is not entered."""
    paths = []
    for entry in os.scandir(top):
        paths.append(entry.path)
        if entry.is_dir(follow_symlinks=False) and not os.path.ismount(entry.path):
            paths += tree(entry.path)
    return paths


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def reap_but(process):
    """All that have ended, but for one, whose status is returned."""
    while process.poll() is None:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if not ended:
            return None
        if ended.si_pid != process.pid:
            os.waitpid(ended.si_pid, 0)
    return process.returncode


class Bench:
    def __init__(self, scrim):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        # Others make and remove network devices of theirs meanwhile.
        ctypes.CDLL(None).unshare(CLONE_NEWNET)
        self.top = tempfile.mkdtemp(prefix="sf.", dir="/run")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "scrim-faults", self.top], check=True)
        subprocess.run(["mount", "--make-private", self.top], check=True)
        for name in ("bin", "root", "cut", "tmp", "from", "own", "own/root"):
            os.mkdir(f"{self.top}/{name}", 0o755)
        for name in ("out", "err"):
            open(f"{self.top}/{name}", "w").close()
        os.chown(self.top + "/own/root", USER, USER)
        os.chmod(self.top + "/tmp", 0o1777)  # for pid files
        # An ordinary user must reach it, and its hash is looked at in the end.
        self.scrim = shutil.copy(scrim, self.top + "/bin/scrim")
        self.inject = self.compile("inject")
        self.cgroup = f"{CGROUP}/{os.path.basename(self.top)}"
        for name in ("", "/driver", "/neighbour"):
            os.mkdir(self.cgroup + name)
        with open(self.cgroup + "/driver/cgroup.procs", "w") as file:
            file.write("0")
        self.make_rootfs(self.top + "/rootfs")
        self.program = self.fingerprint()
        self.root = self.top + "/root"
        self.uid = None
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": self.top + "/tmp"}
        self.neighbour = None
        # Unlike that of another one of these, for keys are everybody's.
        self.id = "web" + self.top[len("/run/sf."):]

    def compile(self, name, *more):
        out = f"{self.top}/bin/{name}"
        subprocess.run([os.environ.get("CC", "cc").split()[0], "-std=gnu11", "-D_GNU_SOURCE", "-O1",
                        *more, "-o", out, f"{HERE}/{name}.c"], check=True)
        return out

    def make_rootfs(self, rootfs):
        for name in ("bin", "dev", "etc", "proc", "sys", "root", "tmp", "mnt", "run", "var/tmp"):
            os.makedirs(f"{rootfs}/{name}")
        self.compile("witness", "-static")
        os.rename(self.top + "/bin/witness", rootfs + "/bin/witness")
        shutil.copy(shutil.which("busybox"), rootfs + "/bin/true")
        with open(rootfs + "/etc/passwd", "w") as file:
            file.write("root:x:0:0:root:/root:/bin/sh\n")

    def fingerprint(self):
        with open(self.scrim, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest(), os.stat(self.scrim).st_mode

    def close(self):
        self.uid = None
        for root in ("root", "own/root", "cut"):
            for id in ("ID", "neighbour"):
                self.run("delete", "--force", id, root=f"{self.top}/{root}")
        self.kill_all()
        with open(CGROUP + "/cgroup.procs", "w") as file:
            file.write("0")
        for line in reversed(read("/proc/self/mountinfo").splitlines()):
            target = line.split()[4]
            if target == self.top or target.startswith(self.top + "/"):
                subprocess.run(["umount", "-l", target])
        os.rmdir(self.top)
        for path, _, _ in os.walk(self.cgroup, topdown=False):
            wait_until(lambda: not self.try_rmdir(path), 1)

    @staticmethod
    def try_rmdir(path):
        """What stands in the way, or nothing."""
        try:
            os.rmdir(path)
        except OSError as error:
            return error
        return None

    # --- bundles ---

    def config(self, name, id, stay):
        """One of the rows of BUNDLES below, for the witness."""
        source = BUNDLES[name].get("file", "system/base.json")
        config = json.loads(read(f"{TESTS}/{source}").replace("@CGROUP@", f"{self.cgroup[len(CGROUP):]}/{id}"))
        config["process"]["args"] = ["/bin/witness"] + (["stay"] if stay else [])
        BUNDLES[name].get("change", lambda bench, config: None)(self, config)
        if config["linux"].get("cgroupsPath"):
            config["linux"]["cgroupsPath"] = f"{self.cgroup[len(CGROUP):]}/{id}"
        return config

    def bundle(self, name, id=None, stay=False):
        """A bundle's directory, made anew; the rootfs is a copy by links."""
        id = id or self.id
        path = f"{self.top}/{id}"
        if not os.path.exists(path):
            os.mkdir(path)
            shutil.copytree(self.top + "/rootfs", path + "/rootfs", copy_function=os.link)
        owner = BUNDLES[name].get("owner", 0)
        for folder, _, _ in os.walk(path):
            os.chown(folder, owner, owner)
        with open(path + "/config.json", "w") as file:
            json.dump(self.config(name, id, stay), file)
        return path

    def choose(self, name, cut):
        """Who calls, and with which state root: the neighbour's is not cut."""
        rootless = BUNDLES[name].get("rootless", False)
        self.root = self.top + ("/cut" if cut else "/own/root" if rootless else "/root")
        self.uid = USER if rootless else None

    # --- commands ---

    def argv(self, *words, root=None):
        """ID in words is the container's."""
        return [self.scrim, "--root", root or self.root, *(self.id if word == "ID" else word for word in words)]

    def run(self, *words, root=None, out=None):
        """A command without faults: (status, stderr), stdout into out."""
        options = {"user": self.uid, "group": self.uid, "extra_groups": []} if self.uid else {}
        with open(out or self.top + "/own/out", "w+") as stdout, open(self.top + "/own/err", "w+") as stderr:
            process = subprocess.Popen(self.argv(*words, root=root), env=self.env, stdin=subprocess.DEVNULL,
                                       stdout=stdout, stderr=stderr, cwd=self.top + "/tmp", **options)
        # A first process cannot end before its orphans, who are ours, are reaped.
        if not wait_until(lambda: reap_but(process) is not None, 20):
            process.kill()
            process.wait()
            return -1, f"{words[0]} hangs"
        return process.returncode, read(self.top + "/own/err")

    def state(self):
        status, _ = self.run("state", "ID")
        return json.loads(read(self.top + "/own/out")) if status == 0 else {"status": "none", "pid": 0}

    def injected(self, words, ask, out):
        """A command with a fault: the injector's report, by word."""
        read_end, write_end = os.pipe()
        argv = [self.inject, *ask, *([f"uid={self.uid}"] if self.uid else []), "--", *words]
        with open(self.top + out, "w") as stdout, open(self.top + "/err", "w") as stderr:
            process = subprocess.Popen(["/bin/sh", "-c", f'exec "$@" 3>&{write_end} {write_end}>&-', "sh", *argv],
                                       env=self.env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                       cwd=self.top + "/tmp", pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end) as report:
            lines = [line.split() for line in report]
        if process.wait() != 0:
            raise SystemExit(f"inject failed: {' '.join(argv)}: {read(self.top + '/err')}")
        return lines

    # --- the neighbour ---

    def start_neighbour(self):
        bundle = self.bundle("minimal", "neighbour", stay=True)
        for words in (("create", "-b", bundle, "neighbour"), ("start", "neighbour")):
            status, said = self.run(*words, out=self.top + "/own/neighbour")
            if status or said:
                raise SystemExit(f"the neighbour does not {words[0]}: {said}")
        wait_until(lambda: "the end" in read(self.top + "/own/neighbour"))
        self.run("state", "neighbour")
        self.neighbour = json.loads(read(self.top + "/own/out"))["pid"]
        self.neighbour_was = self.see_neighbour()

    def see_neighbour(self):
        """What it is, to be compared: alive, in its cgroup, with its mounts."""
        stat = read(f"/proc/{self.neighbour}/stat").split()
        return (stat[2:3] != ["Z"] and stat[21:22], read(self.cgroup + "/neighbour/cgroup.procs"),
                read(f"/proc/{self.neighbour}/mountinfo"))

    # --- what is left ---

    def remember(self):
        """The state of things when nothing runs but the neighbour."""
        wait_until(lambda: reap() or not self.look()["key"])
        self.was = self.look()

    def look(self):
        mounts = [line.split(" ", 3)[3] for line in read("/proc/self/mountinfo").splitlines()]
        keys = re.findall(rf"\S*{self.id}.*", read("/proc/keys"))
        return {
            "process": set(read(self.cgroup + "/driver/cgroup.procs").split()),
            "cgroup": set(path for path, _, _ in os.walk(self.cgroup)),
            "mount": set(mounts),
            "file": set(re.sub(r"\.pin/.*", ".pin", path) for name in ("root", "own/root", "cut", "tmp")
                        for path in tree(f"{self.top}/{name}")),
            "bundle": set(os.listdir(self.top)),
            "network device": set(line.split(":")[0] for line in read("/proc/net/dev").splitlines()),
            "key": set(keys),
        }

    def left(self):
        """What is there now and was not: or is not and was; as text. Keys are
        collected by the kernel in its own time: keys_left() asks for these."""
        now = self.look()
        now["key"] = self.was["key"]
        found = []
        for kind, was in self.was.items():
            found += [f"{kind} {thing}" for thing in sorted(now[kind] - was)]
            found += [f"lost {kind} {thing}" for thing in sorted(was - now[kind])]
        return found

    def keys_left(self):
        wait_until(lambda: reap() or not self.look()["key"], KEY_GRACE)
        return [f"left behind: key {key}" for key in self.look()["key"]]

    def left_at_last(self):
        """The same, when there was time for what was killed to go."""
        def is_clean():
            reap()
            return not self.left()
        return [] if wait_until(is_clean) else self.left()

    def kill_all(self):
        """All but ourselves and the neighbour."""
        for path, _, _ in os.walk(self.cgroup):
            for pid in read(path + "/cgroup.procs").split():
                if path != self.cgroup + "/neighbour" and int(pid) not in (os.getpid(), 0):
                    try:
                        os.kill(int(pid), signal.SIGKILL)
                    except ProcessLookupError:
                        pass

    def clean_by_force(self):
        """After a finding, so that the next case begins like the first."""
        self.kill_all()
        self.left_at_last()
        mounts = [m.split()[1] for m in self.look()["mount"] - self.was["mount"]]
        for target in sorted(mounts, reverse=True):
            if target.startswith(self.top + "/"):
                subprocess.run(["umount", "-l", target])
        for path in sorted(self.look()["cgroup"] - self.was["cgroup"], reverse=True):
            self.try_rmdir(path)
        for path in sorted(self.look()["file"] - self.was["file"], reverse=True):
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


# --- bundles: what is changed in which configuration ---------------------------

def with_user(bench, config):
    config["linux"]["namespaces"].append({"type": "user"})
    for kind in ("uidMappings", "gidMappings"):
        config["linux"][kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]


def with_hooks(bench, config):
    config["hooks"] = {kind: [{"path": bench.top + "/rootfs/bin/true"}] for kind in
                       ("prestart", "createRuntime", "createContainer", "poststart", "poststop")}
    config["hooks"]["startContainer"] = [{"path": "/bin/true"}]


def like_podman(bench, config):
    config["hooks"] = {}
    config["linux"]["resources"].pop("pids", None)
    config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 512}]
    for mount in config["mounts"]:
        if "bind" in mount.get("options", []):
            mount["source"] = bench.top + "/from/" + mount["destination"].replace("/", "-")
            if mount["destination"] == "/dev/shm":
                os.makedirs(mount["source"], exist_ok=True)
            else:
                open(mount["source"], "a").close()


def with_everything(bench, config):
    """All kinds of steps and sources that there are beside the others'."""
    linux, process = config["linux"], config["process"]
    linux["namespaces"].append({"type": "time"})
    linux["timeOffsets"] = {"boottime": {"secs": 77}}
    linux["sysctl"] = {"net.ipv4.ip_forward": "1"}
    linux["maskedPaths"] = ["/proc/keys", "/proc/scsi", "/sys/firmware"]
    linux["readonlyPaths"] = ["/proc/sys", "/proc/irq"]
    linux["rootfsPropagation"] = "slave"
    linux["devices"] = [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}]
    linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}
    linux["personality"] = {"domain": "LINUX"}
    config["root"]["readonly"] = True
    config["domainname"] = "wings"
    process["oomScoreAdj"] = 77
    process["user"] = {"uid": 1000, "gid": 1000, "umask": 0o27, "additionalGids": [5, 50]}
    process["cwd"] = "/mnt"
    process["rlimits"] = [{"type": "RLIMIT_CORE", "hard": 77, "soft": 7}]
    for kind in process["capabilities"]:
        process["capabilities"][kind] = ["CAP_KILL"]
    process["capabilities"]["ambient"] = process["capabilities"]["inheritable"] = ["CAP_KILL"]
    maps = [{"containerID": 0, "hostID": 200000, "size": 65536}]
    config["mounts"] += [
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["ro", "nosuid"]},
        {"destination": "/mnt", "type": "bind", "source": bench.top + "/from", "options": ["rbind", "rro", "rslave"]},
        {"destination": "/root", "type": "bind", "source": bench.top + "/from", "options": ["bind", "nosuid"],
         "uidMappings": maps, "gidMappings": maps},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup", "size=1m"]},
    ]


def of_a_user(bench, config):
    """What `scrim spec --rootless` says, in short."""
    config["linux"].pop("cgroupsPath")
    config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] not in ("network", "cgroup")]
    config["linux"]["namespaces"].append({"type": "user"})
    for kind in ("uidMappings", "gidMappings"):
        config["linux"][kind] = [{"containerID": 0, "hostID": USER, "size": 1}]
    config["mounts"] = [m for m in config["mounts"] if m["destination"] != "/sys"]


BUNDLES = {
    "minimal": {},
    "plain": {"change": lambda bench, config: config.update(annotations={"org.scrim.birth": "plain"})},
    "pin": {"unpinned": True},
    "user": {"change": with_user, "owner": 100000},
    "hooks": {"change": with_hooks},
    "podman": {"file": "config/bundles/podman-default.json", "change": like_podman},
    "rich": {"change": with_everything},
    "rootless": {"change": of_a_user, "owner": USER, "rootless": True},
}
