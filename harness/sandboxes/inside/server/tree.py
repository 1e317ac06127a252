"""Who is who among the processes inside, so that a command ends with all that it started."""

import os
import signal

ROUNDS = 30


class Process:
    """What /proc says of a process; `born` counts clock ticks since the machine started."""

    __slots__ = ("born", "parent", "pid", "session")

    def __init__(self, pid: int, parent: int, session: int, born: int) -> None:
        self.pid, self.parent, self.session, self.born = pid, parent, session, born


def process(pid: int) -> Process | None:
    """The process of this number, or None where there is none; one that has ended and waits to be collected is none."""
    try:
        with open(f"/proc/{pid}/stat") as text:
            words = text.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] in "ZX" else Process(pid, int(words[1]), int(words[3]), int(words[19]))


def everyone() -> dict[int, Process]:
    """Every process inside but this one."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return {pid: found for pid in numbers if pid != os.getpid() and (found := process(pid))}


def tagged(pid: int, tag: str) -> bool:
    """Whether the process was started with the tag of a command in its environment."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as env:
            return f"MLESMITH_COMMAND={tag}".encode() in env.read().split(b"\0")
    except OSError:
        return False


def oldest(one: Process, table: dict[int, Process], root: int) -> Process:
    """The topmost ancestor of a process below process 1, or `root` when that is among them."""
    while one.pid != root and one.parent in table:
        one = table[one.parent]
    return one


def belongs(one: Process, table: dict[int, Process], root: Process, tag: str, *, alone: bool) -> bool:
    """Whether a process comes from the command whose first process is `root`.

    One that forked twice, took a session of its own and emptied its environment is known by its age: with no other
    command under way, an orphan younger than the command is the command's.
    """
    top = oldest(one, table, root.pid)
    if root.pid in (top.pid, one.session) or tagged(one.pid, tag):
        return True
    return alone and top.born >= root.born


def end(root: Process, tag: str, *, alone: bool) -> None:
    """Kill a command with all that it started."""
    for _ in range(ROUNDS):
        table = everyone()
        victims = [one.pid for one in table.values() if belongs(one, table, root, tag, alone=alone)]
        if not victims:
            return
        # Stopped first, a tree that forks faster than it is killed holds still.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in victims:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue
