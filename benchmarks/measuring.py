"""A command in a process of its own: wall and processor seconds and peak memory, sandboxes included.

Processor time of a sandbox does not reach its parent (its first process is process 1 of a namespace), so all processes
below the command are read from /proc ten times a second. Processes that live shorter are in the time of the children
that their parent has waited for; what one does in its last tenth of a second is lost where nobody waits for it.
"""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
_EVERY_S = 0.1


@dataclass(frozen=True)
class Measured:
    """`cpu_s` of all processes, `own_s` and `peak_mb` of the command itself.

    `peak_all_mb` is the most that all held at one time.
    Memory that processes share is divided among them (Linux's proportional set size).
    """

    code: int
    wall_s: float
    cpu_s: float
    own_s: float
    peak_mb: float
    peak_all_mb: float
    output: str


@dataclass
class _Seen:
    """A process when it was last looked at: its own seconds, those it has waited for, and the children that ran.

    `ended` are the seconds of the children that have ended, whether they were waited for or not; `ahead` is what the
    last look counted of them before it was seen that they were waited for.
    """

    own: float = 0.0
    waited: float = 0.0
    ended: float = 0.0
    ahead: float = 0.0
    children: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class _Watch:
    root: int
    seen: dict[tuple[int, int], _Seen] = field(default_factory=dict)
    peak_mb: float = 0.0
    peak_all_mb: float = 0.0

    def look(self) -> None:
        """One look at all processes below the root."""
        known = _processes()
        children: dict[int, list[int]] = {}
        for pid, one in known.items():
            children.setdefault(one.parent, []).append(pid)
        waiting, total = [self.root] if self.root in known else [], 0.0
        while waiting:
            pid = waiting.pop()
            found = self.seen.setdefault((pid, known[pid].born), _Seen())
            gone = {key for key in found.children if key[0] not in known or known[key[0]].born != key[1]}
            # Between two looks either the parent has waited for all that ended, or what was seen of them is more. A
            # child may end while one looks: it is gone already, and its parent has not waited for it yet.
            lost, waited = sum(self.seconds(child) for child in gone), known[pid].waited - found.waited - found.ahead
            found.ended += max(waited, lost, 0.0)
            found.ahead = max(lost - max(waited, 0.0), 0.0)
            found.own, found.waited = known[pid].own, known[pid].waited
            below = children.get(pid, [])
            # The first parent counts: who lost it is waited for by another one.
            found.children -= gone
            found.children |= {key for child in below if (key := (child, known[child].born)) not in self.seen}
            waiting += below
            total += _proportional_mb(pid)
            if pid == self.root:
                self.peak_mb = max(self.peak_mb, known[pid].memory_mb)
        self.peak_all_mb = max(self.peak_all_mb, total)

    def seconds(self, key: tuple[int, int]) -> float:
        """Of a process and of all below it."""
        found = self.seen.get(key, _Seen())
        return found.own + found.ended + sum(self.seconds(child) for child in found.children)

    @property
    def roots(self) -> list[tuple[int, int]]:
        return [key for key in self.seen if key[0] == self.root]


def _proportional_mb(pid: int) -> float:
    """A process's memory, what it shares with n others counted as an n-th; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


@dataclass(frozen=True)
class _Process:
    parent: int
    born: int
    own: float
    waited: float
    memory_mb: float


def _processes() -> dict[int, _Process]:
    """Every process of the machine."""
    found = {}
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        own, waited = (int(fields[at]) + int(fields[at + 1]) for at in (11, 13))
        memory = int(fields[21]) * _PAGE_MB
        found[int(path.name)] = _Process(int(fields[1]), int(fields[19]), own / _TICKS, waited / _TICKS, memory)
    return found


def measured(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Run a command to its end and measure it."""
    # As on a user's machine: the second start of a program does not compile it again.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**usual, **(environment or {})},
    )
    watch, done = _Watch(process.pid), threading.Event()

    def keep_looking() -> None:
        while not done.wait(_EVERY_S):
            watch.look()

    watcher = threading.Thread(target=keep_looking, daemon=True)
    watcher.start()
    output, messages = process.communicate()
    done.set()
    watcher.join()
    return Measured(
        code=process.returncode,
        wall_s=time.perf_counter() - started,
        cpu_s=sum(watch.seconds(key) for key in watch.roots),
        own_s=sum(watch.seen[key].own for key in watch.roots),
        peak_mb=watch.peak_mb,
        peak_all_mb=watch.peak_all_mb,
        output=output if process.returncode == 0 else output + messages,
    )
