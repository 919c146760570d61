# SPDX-License-Identifier: Apache-2.0
"""What is measured: one function for each group of rows.

A group takes a Bench and adds rows to it. Runtimes take turns (A B C A B C ...),
so that what disturbs one disturbs all; medians and minima are kept. A runtime
that fails in a row has no figure there, and the row says so. Groups do not
depend on each other and leave no container behind.
"""
import os
import statistics

from stage import settle

ALIVE = (1, 10, 100, 300)
HOST_MOUNTS = (0, 1000, 10000)
WARM = 2


class Bench:
    def __init__(self, stage, runtimes, rounds, say):
        self.stage = stage
        self.runtimes = runtimes
        self.rounds = rounds
        self.say = say
        self.rows = []
        self.scale = []

    def few(self, part, least=5):
        return max(least, self.rounds // part)

    def add(self, name, what, got, unit="ms", floor=None):
        """got: for each runtime its figures, or None where it failed."""
        row = {"name": name, "what": what, "unit": unit, "median": {}, "min": {}}
        for runtime in self.runtimes:
            figures = got[runtime]
            row["median"][runtime.label] = round(statistics.median(figures), 3) if figures else None
            row["min"][runtime.label] = round(min(figures), 3) if figures else None
        if floor:
            row["floor"] = round(statistics.median(floor), 3)
        self.rows.append(row)
        self.say(row)

    def add_scale(self, name, what, xs, got):
        """got: for each runtime the (median, minimum) over xs, None where it failed."""
        row = {"name": name, "what": what, "unit": "ms", "x": list(xs)}
        for i, key in enumerate(("median", "min")):
            row[key] = {r.label: [None if v is None else round(v[i], 3) for v in got[r]] for r in self.runtimes}
        self.scale.append(row)
        self.say(self.scale[-1])

    def turns(self, count, argv_of, after=None):
        """Times argv_of(runtime, i) in turn, count times after a warm-up."""
        settle(3)
        got = {r: [] for r in self.runtimes}
        for i in range(count + WARM):
            for r in self.runtimes:
                wall, status = self.stage.run(argv_of(r, i))
                if after:
                    after(r, i)
                if status != 0:
                    got[r] = None
                elif i >= WARM and got[r] is not None:
                    got[r].append(wall)
        return got

    def floor(self, count):
        return [self.stage.run(self.stage.floor_argv)[0] for _ in range(count + WARM)][WARM:]

    def run_of(self, bundle):
        return lambda r, i: r.call("run", "--bundle", bundle, f"b{i}")


def version(bench):
    bench.add("version", "--version", bench.turns(bench.rounds, lambda r, i: [r.program, "--version"]))


def run(bench):
    bundle = bench.stage.bundle("minimal", bench.stage.minimal())
    floor = bench.floor(bench.rounds)
    bench.add("run", "run, minimal bundle", bench.turns(bench.rounds, bench.run_of(bundle)), floor=floor)


def run_podman(bench):
    bundle = bench.stage.bundle("podman", bench.stage.podman())
    floor = bench.floor(bench.rounds)
    bench.add("run-podman", "run, Podman's bundle", bench.turns(bench.rounds, bench.run_of(bundle)), floor=floor)


def waiting_kib(pid_file):
    """The proportional share of memory of a created container's init."""
    with open(pid_file) as file:
        pid = int(file.read())
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def live_once(bench, runtime, bundle, took):
    """One life: create, start, delete; adds a figure to each list in took."""
    pid_file = bench.stage.path("pid")
    steps = {
        "create": runtime.call("create", "--pid-file", pid_file, "--bundle", bundle, "life"),
        "start": runtime.call("start", "life"),
        "delete": runtime.call("delete", "life"),
    }
    for step, argv in steps.items():
        if step == "delete":
            bench.stage.wait_stopped(runtime, "life")
        wall, status = bench.stage.run(argv)
        if status != 0:
            bench.stage.delete(runtime, ["life"])
            return False
        took[step].append(wall)
        if step == "create":
            took["waiting"].append(waiting_kib(pid_file))
    return True


def lifecycle(bench):
    bundle = bench.stage.bundle("podman", bench.stage.podman())
    took = {r: {"create": [], "start": [], "delete": [], "waiting": []} for r in bench.runtimes}
    settle()
    for _ in range(bench.rounds + WARM):
        for r in bench.runtimes:
            if took[r] and not live_once(bench, r, bundle, took[r]):
                took[r] = None
    for step, what in (("create", "create, Podman's bundle"), ("start", "start"), ("delete", "delete")):
        bench.add(step, what, {r: took[r] and took[r][step][WARM:] for r in bench.runtimes})
    bench.add("waiting-init-pss", "memory of a created container", {r: took[r] and took[r]["waiting"] for r in bench.runtimes}, "KiB")


def peak(bench):
    bundle = bench.stage.bundle("podman", bench.stage.podman())
    out = bench.stage.path("peak-kib")
    got = {r: [] for r in bench.runtimes}
    for _ in range(5):
        for r in bench.runtimes:
            _, status = bench.stage.run([bench.stage.peak, out, *bench.stage.create(r, bundle, "peak")])
            bench.stage.delete(r, ["peak"])
            if status != 0:
                got[r] = None
            elif got[r] is not None:
                with open(out) as file:
                    got[r].append(int(file.read()))
    bench.add("create-peak-rss", "most memory of create", got, "KiB")


def running(bench):
    """state and exec on a container that runs."""
    bundle = bench.stage.bundle("sleeper", bench.stage.minimal(["/bin/sleep", "1000"]))
    for r in bench.runtimes:
        bench.stage.run(bench.stage.create(r, bundle, "sleeper"))
        bench.stage.run(r.call("start", "sleeper"))
    bench.add("state", "state", bench.turns(bench.rounds, lambda r, i: r.call("state", "sleeper")))
    bench.add("exec", "exec", bench.turns(bench.rounds, lambda r, i: r.call("exec", "sleeper", "/bin/least")))
    for r in bench.runtimes:
        bench.stage.delete(r, ["sleeper"])


def binds(bench):
    bundle = bench.stage.bundle("binds", bench.stage.binds(200))
    bench.add("run-200-binds", "run, 200 bind mounts", bench.turns(bench.few(4), bench.run_of(bundle)))


def churn(bench):
    total, got = 200, {r: [] for r in bench.runtimes}
    bundle = bench.stage.bundle("podman", bench.stage.podman())
    for i in range(3):
        for r in bench.runtimes:
            settle()
            calls = [r.call("run", "--bundle", bundle, f"churn{i}-{n}") for n in range(total)]
            wall, bad = bench.stage.run_wide(calls, 4)
            if bad:
                got[r] = None
            elif got[r] is not None:
                got[r].append(wall / total)
    bench.add("churn-4-wide", "run, four at a time, each", got)


def listing(bench):
    bundle = bench.stage.bundle("sleeper", bench.stage.minimal(["/bin/sleep", "1000"]))
    names = [f"list{i}" for i in range(100)]
    for r in bench.runtimes:
        for name in names:
            bench.stage.run(bench.stage.create(r, bundle, name))
    bench.add("list-100", "list of 100 containers", bench.turns(bench.few(4), lambda r, i: r.call("list", "-q")))
    for r in bench.runtimes:
        bench.stage.delete(r, names)


def time_creates(bench, runtime, bundle, count):
    """Median and minimum of count creates, all deleted after the last; None if one fails."""
    walls, names = [], [f"timed{i}" for i in range(count + WARM)]
    settle()
    for name in names:
        wall, status = bench.stage.run(bench.stage.create(runtime, bundle, name))
        walls.append(wall if status == 0 else None)
    bench.stage.delete(runtime, names)
    if None in walls:
        return None
    return statistics.median(walls[WARM:]), min(walls[WARM:])


def alive_levels(bench, runtime, bundle):
    """The time of a create with ever more containers alive."""
    names, medians = [], []
    for level in ALIVE:
        while len(names) < level:
            names.append(f"alive{len(names)}")
            bench.stage.run(bench.stage.create(runtime, bundle, names[-1]))
        medians.append(time_creates(bench, runtime, bundle, bench.few(2, 10)))
    bench.stage.delete(runtime, names)
    return medians


def alive(bench):
    bundle = bench.stage.bundle("sleeper", bench.stage.minimal(["/bin/sleep", "1000"]))
    got = {r: alive_levels(bench, r, bundle) for r in bench.runtimes}
    bench.add_scale("alive", "create, with so many containers alive", ALIVE, got)


def host_mounts(bench):
    """create with ever more mounts on the host; run as well, with the floor."""
    least = bench.stage.bundle("minimal", bench.stage.minimal())
    sleeper = bench.stage.bundle("sleeper", bench.stage.minimal(["/bin/sleep", "1000"]))
    got = {r: [] for r in bench.runtimes}
    for level in HOST_MOUNTS:
        bench.stage.crowd(level)
        for r in bench.runtimes:
            got[r].append(time_creates(bench, r, sleeper, bench.few(4, 10)))
        if level:
            bench.add(f"run-{level}-hostmounts", f"run, {level:,} mounts on the host",
                      bench.turns(bench.few(8), bench.run_of(least)), floor=bench.floor(5))
    bench.stage.disperse()
    bench.add_scale("host-mounts", "create, with so many mounts on the host", HOST_MOUNTS, got)


def creators(bench):
    """How much more gets done by four at once than by one."""
    total = 60
    bundle = bench.stage.bundle("sleeper", bench.stage.minimal(["/bin/sleep", "1000"]))
    ratios = {r: [] for r in bench.runtimes}
    for _ in range(5):
        for r in bench.runtimes:
            took = {}
            for width in (1, 4):
                names = [f"w{width}-{n}" for n in range(total)]
                settle()
                took[width], bad = bench.stage.run_wide([bench.stage.create(r, bundle, name) for name in names], width)
                bench.stage.delete(r, names)
                if bad:
                    ratios[r] = None
            if ratios[r] is not None:
                ratios[r].append(took[1] / took[4])
    bench.add("creators", "throughput of 4 creators / of one", ratios, "x")


GROUPS = {
    "version": version,
    "run": run,
    "run-podman": run_podman,
    "lifecycle": lifecycle,
    "peak": peak,
    "running": running,
    "binds": binds,
    "churn": churn,
    "list": listing,
    "alive": alive,
    "host-mounts": host_mounts,
    "creators": creators,
}


def machine():
    """What the figures were measured on."""
    model = "unknown CPU"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = " ".join(line.split(":", 1)[1].split())
                break
    return {"cpus": os.cpu_count(), "model": model, "kernel": os.uname().release}
