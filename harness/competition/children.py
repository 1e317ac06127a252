"""Work in forked children with limits of their own: what foreign code breaks, leaks or kills is its own."""

import math
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

LONGEST_ANSWER = 1 << 16
FOREIGN = b"\n"  # an empty line: from now on the child runs foreign code

# What is read in a child: either the answer, or the foreign code that is to give it.
Work = Callable[[], str | Callable[[], str]]


class ChildFailed(Exception):
    """The child gave no answer: it took too long, was killed, or ended by itself."""


def in_children(works: Sequence[Work], seconds: float, memory_mb: int) -> Iterator[str | ChildFailed]:
    """The line of text that each work gives, or why it gave none within `seconds`; in forks of this process.

    A fork costs more than most works, so one child goes on from work to work while they give their answers themselves.
    Where foreign code gives it, that is the last answer that is taken from this child. Each child has `memory_mb` more
    than this process.
    """
    done = 0
    while done < len(works):
        for answer in _child(works[done:], seconds, memory_mb):
            yield answer
            done += 1


def _child(works: Sequence[Work], seconds: float, memory_mb: int) -> Iterator[str | ChildFailed]:
    """The answers of one child: at least one, and at most one that foreign code gave or that failed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _run(works, writing, seconds, memory_mb)
    os.close(writing)
    lines = _Lines(reading)
    ended = False
    try:
        for _ in works:
            until = time.monotonic() + seconds
            line = lines.next(until)
            foreign = line == FOREIGN
            if foreign:
                line = lines.next(until)
            if line is None or not line.endswith(b"\n"):
                ended = True
                yield _failure(pid, line, seconds)
                return
            yield line.decode("utf-8", errors="replace")
            if foreign:
                return
    finally:
        os.close(reading)
        if not ended:
            _end(pid)


def _failure(pid: int, line: bytes | None, seconds: float) -> ChildFailed:
    status = _end(pid)
    return ChildFailed(f"it took longer than {seconds:g} s" if line is None else _how_it_ended(status))


def _run(works: Sequence[Work], writing: int, seconds: float, memory_mb: int) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        os.setsid()
        _limit_memory(memory_mb)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        for work in works:
            _limit_time(seconds, for_good=False)
            answer = work()
            if callable(answer):
                _say(writing, FOREIGN)
                _limit_time(seconds, for_good=True)
                _say(writing, _line(answer()))
                break
            _say(writing, _line(answer))
        code = 0
    finally:
        os._exit(code)


def _line(answer: str) -> bytes:
    return (answer.replace("\n", " ").encode("utf-8", errors="replace")[: LONGEST_ANSWER - 1] or b" ") + b"\n"


def _say(writing: int, line: bytes) -> None:
    while line:
        line = line[os.write(writing, line) :]


def _limit_memory(memory_mb: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - one read, right after the fork
        pages = int(file.read().split()[0])
    space = pages * resource.getpagesize() + memory_mb * (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float, *, for_good: bool) -> None:
    """Processor time from now on; foreign code can't raise it."""
    cpu = math.ceil(time.process_time() + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu if for_good else hard))


class _Lines:
    """What a child writes, line by line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._left = b""

    def next(self, until: float) -> bytes | None:
        """Up to the next newline, or the child's end; None where the time is over."""
        while b"\n" not in self._left and len(self._left) <= LONGEST_ANSWER:
            wait = until - time.monotonic()
            if wait <= 0 or not select.select([self._descriptor], [], [], wait)[0]:
                return None
            chunk = os.read(self._descriptor, LONGEST_ANSWER)
            if not chunk:
                break
            self._left += chunk
        line, newline, self._left = self._left.partition(b"\n")
        return line + newline


def _end(pid: int) -> int:
    """End the child with all that it started, and give its wait status."""
    # A child that has answered is on its way out: it is given the moment it needs to end by itself.
    for _ in range(100):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _kill_group(pid)
            return status
        time.sleep(0.0005)
    _kill_group(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with exit code {code}"
