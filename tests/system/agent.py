# SPDX-License-Identifier: Apache-2.0
#
# agent.py SOCKET OUTPUT [ANSWER]: an agent of seccomp as engines have them,
# one connection after the other. Each one's message goes to OUTPUT as a line
# of JSON ({"message", "fds", "more"}), and then all its notifications are
# answered: with the errno ANSWER (0: success), or "continue" where the call is
# not mkdirat. It makes the socket, and runs until it is killed.
import array, errno, fcntl, json, os, socket, struct, sys, threading

RECV, SEND = 0xC0502100, 0xC0182101
CONTINUE = 1
MKDIRAT = {"x86_64": 258, "aarch64": 34}[os.uname().machine]


def serve(listener, answer):
    """Until the last process with the filter has ended."""
    while True:
        request = bytearray(80)
        try:
            fcntl.ioctl(listener, RECV, request)
        except OSError as error:
            if error.errno in (errno.EINTR, errno.ENOENT):
                continue
            return
        number, _, _, call = struct.unpack_from("QIIi", request)
        if call == MKDIRAT:
            reply = struct.pack("QqiI", number, 0, -answer, 0)
        else:
            reply = struct.pack("QqiI", number, 0, 0, CONTINUE)
        try:
            fcntl.ioctl(listener, SEND, bytearray(reply))
        except OSError:
            pass


def receive(connection):
    """The message, its descriptors, and whether any came later on."""
    text, fds, _, _ = socket.recv_fds(connection, 4096, 8)
    late = []
    while True:
        more, others, _, _ = socket.recv_fds(connection, 4096, 8)
        late += others
        if not more:
            return text, fds, late
        text += more


def main():
    path, output = sys.argv[1:3]
    answer = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.chdir(os.path.dirname(path))
    # It gets its name when it listens: who sees it may connect.
    door.bind("new.sock")
    door.listen(5)
    os.rename("new.sock", os.path.basename(path))
    while True:
        connection, _ = door.accept()
        text, fds, late = receive(connection)
        connection.close()
        line = {"message": json.loads(text) if text else None,
                "fds": len(fds), "late": len(late)}
        for fd in fds:
            threading.Thread(target=serve, args=(fd, answer),
                             daemon=True).start()
        with open(output, "a") as out:
            out.write(json.dumps(line) + "\n")


main()
