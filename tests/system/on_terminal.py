# SPDX-License-Identifier: Apache-2.0
#
# on_terminal.py COLUMNS ROWS TYPED COMMAND...: runs the command on a terminal
# of that size, and prints what the terminal shows. Each line of the file TYPED
# is typed when one more "?" was shown: as it is, or, for the line "resize C R",
# the window changes; for "^C", the interrupt key is pressed; for "raw", it
# prints how the terminal stands, and types an empty line. The exit status is
# the command's.
import fcntl, os, pty, select, struct, sys, termios, time

columns, rows, typed, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
lines = open(typed).read().splitlines()


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def answer(line):
    if line.startswith("resize "):
        resize(master, *map(int, line.split()[1:]))
    elif line == "^C":
        os.write(master, b"\x03")
    elif line == "raw":
        modes = termios.tcgetattr(master)[3]
        print("outside-echo", bool(modes & termios.ECHO), "icanon", bool(modes & termios.ICANON))
        os.write(master, b"\n")
    else:
        os.write(master, line.encode() + b"\n")


pid, master = pty.fork()
if pid == 0:
    resize(0, columns, rows)
    os.execvp(command[0], command)
shown, asked, end = b"", 0, time.time() + 60
while time.time() < end:
    if not select.select([master], [], [], 1)[0]:
        continue
    try:
        part = os.read(master, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
    while shown.count(b"?") > asked and asked < len(lines):
        answer(lines[asked])
        asked += 1
sys.stdout.flush()
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
os.close(master)
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
