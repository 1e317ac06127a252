"""Work in a forked child with limits of its own: what it breaks, leaks or kills is its own."""

import math
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress

LONGEST_ANSWER = 1 << 16


class ChildFailed(Exception):
    """The child gave no answer: it took too long, was killed, or ended by itself."""


def in_child(work: Callable[[], str], seconds: float, memory_mb: int) -> str:
    """The line of text that `work` returns, computed in a fork with `memory_mb` more than this process has.

    Raises:
        ChildFailed: there is no answer within `seconds`.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _run(work, writing, seconds, memory_mb)
    os.close(writing)
    try:
        answer = _read_line(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        status = _end(pid)
    if answer is None:
        raise ChildFailed(f"it took longer than {seconds:g} s")
    if not answer.endswith(b"\n"):
        raise ChildFailed(_how_it_ended(status))
    return answer.decode("utf-8", errors="replace")


def _run(work: Callable[[], str], writing: int, seconds: float, memory_mb: int) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        os.setsid()
        _limit(seconds, memory_mb)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        answer = work().replace("\n", " ").encode("utf-8", errors="replace")[: LONGEST_ANSWER - 1] + b"\n"
        while answer:
            answer = answer[os.write(writing, answer) :]
        code = 0
    finally:
        os._exit(code)


def _limit(seconds: float, memory_mb: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - one read, right after the fork
        pages = int(file.read().split()[0])
    space = pages * resource.getpagesize() + memory_mb * (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    cpu = math.ceil(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_line(descriptor: int, until: float) -> bytes | None:
    """What the child wrote up to its first newline or its end; None where the time is over."""
    answer = b""
    while not answer.endswith(b"\n") and len(answer) <= LONGEST_ANSWER:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None
        chunk = os.read(descriptor, LONGEST_ANSWER)
        if not chunk:
            break
        answer += chunk
    return answer


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
