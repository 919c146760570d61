#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cri.py SOCKET HANDLER IMAGE LOGS: what a kubelet asks of a node, for one pod.

Speaks the container runtime interface, runtime.v1, to the socket: a pod of the
runtime class HANDLER, a container in it, and every verb that reaches the runtime
below. Prints "NAME: VALUE" for each answer; tests/clients/cri.bats judges them.
The messages are written by their field numbers, as api.proto has them."""

import sys
import time

import grpc

CONTAINER_STATES = ("created", "running", "exited", "unknown")
NETWORK_OF_THE_NODE = {1: 2}


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def encode(message):
    """{field: value}: a number, a text, a message, or a list of these."""
    out = b""
    for field, value in message.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, int):
                out += varint(field << 3) + varint(one)
                continue
            one = encode(one) if isinstance(one, dict) else one.encode()
            out += varint(field << 3 | 2) + varint(len(one)) + one
    return out


def decode(data):
    """{field: the last value}: numbers, and bytes for all else."""
    out, at = {}, 0

    def number():
        nonlocal at
        n = shift = 0
        while True:
            byte = data[at]
            at += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n

    while at < len(data):
        key = number()
        if key & 7 == 0:
            out[key >> 3] = number()
        elif key & 7 == 2:
            size = number()
            out[key >> 3] = data[at:at + size]
            at += size
        else:
            raise ValueError("a kind of field that no answer here has")
    return out


class Node:
    def __init__(self, socket):
        self.channel = grpc.insecure_channel(f"unix:{socket}")

    def ask(self, verb, message):
        call = self.channel.unary_unary(f"/runtime.v1.RuntimeService/{verb}", request_serializer=encode,
                                        response_deserializer=decode)
        return call(message, timeout=120, wait_for_ready=True)


def tell(name, value):
    print(f"{name}: {value}", flush=True)


def status(node, container):
    answer = decode(node.ask("ContainerStatus", {1: container})[1])
    return CONTAINER_STATES[answer.get(3, 0)], answer.get(7, 0)


def execute(node, container, *words):
    answer = node.ask("ExecSync", {1: container, 2: list(words), 3: 60})
    return answer.get(1, b"").decode(), answer.get(3, 0)


def wait_for_end(node, container):
    for _ in range(150):
        state, code = status(node, container)
        if state == "exited":
            return code
        time.sleep(0.2)
    return "never"


def pod_config(logs):
    return {1: {1: "pod", 2: "uid1", 3: "default"}, 3: logs,
            8: {1: "kubepods.slice", 2: {1: NETWORK_OF_THE_NODE}}}


def container_config(image, name, command, security=None):
    return {1: {1: name}, 2: {1: image}, 3: command, 6: [{1: "WORD", 2: "kubernetes"}], 11: f"{name}.log",
            15: {1: {1: 100000, 2: 50000, 3: 512, 4: 64 << 20, 5: 100},
                 2: {3: NETWORK_OF_THE_NODE | {2: 1}, **(security or {})}}}


def refused(node, pod, config, name, image, command):
    """Why a container does not start."""
    container = node.ask("CreateContainer", {1: pod, 2: container_config(image, name, command), 3: config})
    try:
        node.ask("StartContainer", {1: container[1].decode()})
    except grpc.RpcError as error:
        return error.details()
    return "started"


def main():
    socket, handler, image, logs = sys.argv[1:5]
    node = Node(socket)
    tell("version", node.ask("Version", {})[2].decode())
    config = pod_config(logs)
    pod = node.ask("RunPodSandbox", {1: config, 2: handler})[1].decode()
    tell("pod", pod)
    script = 'echo $WORD; id -u; trap "echo caught; exit 5" TERM; while :; do sleep 0.1; done'
    security = {7: 1, 11: 1, 5: {1: 1000}, 1: {2: ["ALL"]}}
    made = node.ask("CreateContainer", {1: pod, 2: container_config(image, "web", ["sh", "-c", script], security), 3: config})
    web = made[1].decode()
    tell("container", web)
    tell("created", status(node, web)[0])
    node.ask("StartContainer", {1: web})
    tell("started", status(node, web)[0])
    tell("exec", execute(node, web, "sh", "-c", "echo inside; exit 3"))
    tell("limits", execute(node, web, "sh", "-c", "cd /sys/fs/cgroup; cat memory.max cpu.max cpu.weight")[0].split("\n"))
    tell("security", execute(node, web, "grep", "-E", "^(Cap[EB]|NoNew|Seccomp:)", "/proc/self/status")[0].split("\n"))
    tell("read-only", execute(node, web, "touch", "/x")[1])
    node.ask("UpdateContainerResources", {1: web, 2: {4: 32 << 20}})
    tell("updated", execute(node, web, "cat", "/sys/fs/cgroup/memory.max")[0].strip())
    stats = decode(node.ask("ContainerStats", {1: web})[1])
    tell("memory", decode(decode(stats[3])[2])[1] > 0)
    node.ask("StopContainer", {1: web, 2: 20})
    tell("stopped", (status(node, web)[0], wait_for_end(node, web)))
    node.ask("RemoveContainer", {1: web})
    short = node.ask("CreateContainer", {1: pod, 2: container_config(image, "short", ["sh", "-c", "exit 7"]), 3: config})[1].decode()
    node.ask("StartContainer", {1: short})
    tell("status", wait_for_end(node, short))
    tell("no program", refused(node, pod, config, "none", image, ["nothing"]))
    node.ask("StopPodSandbox", {1: pod})
    node.ask("RemovePodSandbox", {1: pod})
    tell("pods", len(node.ask("ListPodSandbox", {})))


main()
