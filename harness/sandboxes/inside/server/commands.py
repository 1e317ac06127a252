"""Commands: started in a session of their own, their output kept up to a limit, ended whole at a time-out."""

import os
import resource
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from subprocess import PIPE
from typing import IO

from harness.sandboxes.inside.server import tree
from harness.sandboxes.inside.server.frames import Header

CHUNK = 1 << 16
IN_PIPE = 1 << 17  # what a pipe holds, and a chunk on its way
GRACE_S, LONGEST_GRACE_S, ENDING_S = 0.2, 2.0, 2.0
# Threads of this process count as processes of the user that the agent shares with it.
OWN_THREADS = 24
FIRST_TO_GO = "800"
Stream = IO[bytes]
Wait = Callable[[int, "float | None"], "int | None"]


def first_to_go(pid: int) -> None:
    """The kernel's choice under memory pressure must be the agent's process, never process 1."""
    with suppress(OSError), open(f"/proc/{pid}/oom_score_adj", "w") as score:
        score.write(FIRST_TO_GO)


class Child:
    """A process that was started: its streams, and how to wait for its exit code."""

    def __init__(self, pid: int, stdin: Stream, stdout: Stream, stderr: Stream, wait: Wait) -> None:
        self.pid, self.stdin, self.stdout, self.stderr = pid, stdin, stdout, stderr
        self._wait = wait

    def wait(self, until: float | None) -> int | None:
        """The exit code, or None when it has not ended by then."""
        return self._wait(self.pid, until)


class Reaper:
    """Collects every child, also the orphans that process 1 inherits; the only caller of wait."""

    def __init__(self) -> None:
        self._ended = threading.Condition()
        self._codes: dict[int, int] = {}
        self._spawned = 0
        self._spawning = threading.Lock()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            seen = self._spawned
            try:
                pid, status = os.wait()
            except ChildProcessError:
                with self._ended:
                    self._ended.wait_for(lambda seen=seen: self._spawned != seen)  # type: ignore[misc]
                continue
            with self._spawning, self._ended:
                self._codes[pid] = os.waitstatus_to_exitcode(status)
                self._ended.notify_all()

    def spawn(self, request: Header, env: dict[str, str]) -> Child:
        """Start a command; raises what the system says when it can't be started."""
        processes = request["processes"] + OWN_THREADS

        def bound() -> None:
            # The bound holds for the agent's processes, not for this one: a fork bomb can't silence the server.
            resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))

        child = self.launch(
            request["command"], cwd=request["cwd"], env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE, preexec_fn=bound
        )
        first_to_go(child.pid)
        stdin, stdout, stderr = (pipe for pipe in (child.stdin, child.stdout, child.stderr) if pipe is not None)
        return Child(child.pid, stdin, stdout, stderr, self.wait)

    def launch(self, words: list[str], **options: object) -> "subprocess.Popen[bytes]":
        """Start a process in a session of its own whose end this collects."""
        with self._spawning:
            try:
                child: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                    words, start_new_session=True, **options
                )
            finally:
                with self._ended:
                    self._spawned += 1
                    self._ended.notify_all()
            # Nothing of this number has ended yet: the reaper waits for the lock that is held here.
            self._codes.pop(child.pid, None)
            # Its own object must never wait for it.
            child.returncode = 0
        return child

    def wait(self, pid: int, until: float | None) -> int | None:
        """The exit code of a child, or None when it has not ended by then."""
        with self._ended:
            while pid not in self._codes:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._ended.wait(left)
            return self._codes.pop(pid)


class Capture:
    """Reads one stream: keeps what comes up to a limit while the command runs, then only drains it.

    A background process may hold the stream open for ever, and must not block or die on it.
    """

    def __init__(
        self, stream: IO[bytes], limit: int, running: Callable[[], bool], on_overflow: Callable[[], None]
    ) -> None:
        self._stream, self._limit = stream, limit
        self._running, self._on_overflow = running, on_overflow
        self._kept = bytearray()
        self._most, self._full = limit, False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), CHUNK):
                if self._keep(chunk):
                    self._on_overflow()

    def _keep(self, chunk: bytes) -> bool:
        """Keep what there is room for; True when this chunk is the first that has none."""
        with self._lock:
            if self._full:
                return False
            # Asked here, because whoever waits for the end may be woken long after it.
            if self._most == self._limit and not self._running():
                self._only_what_is_in_the_pipe()
            room = self._most - len(self._kept)
            self._kept += chunk[:room]
            self._full = len(chunk) > room
            return self._overflow()

    def _overflow(self) -> bool:
        return self._full and self._most == self._limit

    def _only_what_is_in_the_pipe(self) -> None:
        self._most = min(self._most, len(self._kept) + IN_PIPE)

    def take(self, until: float) -> tuple[bytearray, bool]:
        """What came, and whether that was more than the limit, once the stream has ended or been quiet for a moment.

        Called after the end of the command, whose last words are in the pipe at most; what comes after is another's.
        """
        with self._lock:
            self._only_what_is_in_the_pipe()
        while self._thread.is_alive() and not self._full and time.monotonic() < until:
            before = len(self._kept)
            self._thread.join(GRACE_S)
            if len(self._kept) == before and not self._waiting():
                break
        with self._lock:
            overflow, self._full = self._overflow(), True
            return self._kept, overflow

    def _waiting(self) -> bool:
        look = select.poll()
        try:
            look.register(self._stream, select.POLLIN)
            return any(event & select.POLLIN for _, event in look.poll(0))
        except (OSError, ValueError):
            return False


Start = Callable[[Header, "dict[str, str]"], Child]


class Command:
    """One command under way."""

    def __init__(self, start: Start, request: Header, payload: bytearray, others: Callable[[], bool]) -> None:
        self._tag, self._others = str(request["id"]), others
        self._timeout: float | None = request["timeout"]
        self._child = start(request, {**os.environ, **request["env"], "MLESMITH_COMMAND": self._tag})
        # One that has ended already is remembered by its number and an age before all: it can have no descendants.
        self._root = tree.process(self._child.pid) or tree.Process(self._child.pid, 1, self._child.pid, 1 << 62)
        stdin, stdout, stderr = self._child.stdin, self._child.stdout, self._child.stderr
        if payload:
            threading.Thread(target=_feed, args=(stdin, payload), daemon=True).start()
        else:
            stdin.close()
        self._ended = False
        self._streams = [
            Capture(stream, request["limit"], self._is_running, self._overflow) for stream in (stdout, stderr)
        ]

    def _is_running(self) -> bool:
        found = tree.process(self._child.pid)
        return found is not None and found.born == self._root.born

    def _overflow(self) -> None:
        if not self._ended:
            self.end()

    def end(self) -> None:
        """Kill the command with all that it started."""
        tree.end(self._root, self._tag, alone=not self._others())

    def result(self) -> tuple[Header, list[bytearray]]:
        """Wait for the end, or bring it about at the time limit."""
        limit = self._timeout
        code = self._child.wait(None if limit is None else time.monotonic() + limit)
        timed_out = code is None
        if timed_out:
            self.end()
            code = self._child.wait(time.monotonic() + ENDING_S)
        self._ended = True
        code = -signal.SIGKILL if code is None else code
        until = time.monotonic() + LONGEST_GRACE_S
        taken = [stream.take(until) for stream in self._streams]
        parts, overflows = [data for data, _ in taken], [overflow for _, overflow in taken]
        answer = {"code": code, "timed_out": timed_out, "overflow": any(overflows)}
        return {**answer, "out": len(parts[0])}, parts


def _feed(stdin: IO[bytes], data: bytearray) -> None:
    """Give a command its input; one that does not read it is no error."""
    with suppress(OSError), stdin:
        stdin.write(data)
