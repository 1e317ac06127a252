"""A command in a process of its own: wall and processor seconds and peak memory, sandboxes included.

Processor time of a sandbox does not reach its parent (its first process is process 1 of a namespace), so all processes
below the command are read from /proc ten times a second; what one does in its last tenth of a second is lost.
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
class _Watch:
    root: int
    seconds: dict[tuple[int, int], float] = field(default_factory=dict)
    peak_mb: float = 0.0
    peak_all_mb: float = 0.0

    def look(self) -> None:
        """One look at all processes below the root."""
        known = _processes()
        children: dict[int, list[int]] = {}
        for pid, (parent, *_) in known.items():
            children.setdefault(parent, []).append(pid)
        below, waiting = [], [self.root]
        while waiting:
            pid = waiting.pop()
            if pid in known:
                below.append(pid)
            waiting += children.get(pid, [])
        total = 0.0
        for pid in below:
            _, born, seconds, memory = known[pid]
            self.seconds[pid, born] = seconds
            total += _proportional_mb(pid)
            if pid == self.root:
                self.peak_mb = max(self.peak_mb, memory)
        self.peak_all_mb = max(self.peak_all_mb, total)


def _proportional_mb(pid: int) -> float:
    """A process's memory, what it shares with n others counted as an n-th; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _processes() -> dict[int, tuple[int, int, float, float]]:
    """Parent, start, seconds and megabytes of every process."""
    found = {}
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        ticks, born = int(fields[11]) + int(fields[12]), int(fields[19])
        found[int(path.name)] = (int(fields[1]), born, ticks / _TICKS, int(fields[21]) * _PAGE_MB)
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
        cpu_s=sum(watch.seconds.values()),
        own_s=sum(seconds for (pid, _), seconds in watch.seconds.items() if pid == process.pid),
        peak_mb=watch.peak_mb,
        peak_all_mb=watch.peak_all_mb,
        output=output if process.returncode == 0 else output + messages,
    )
