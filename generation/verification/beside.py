"""A process beside this one that holds evals, for whoever is inside one: Inspect holds one at a time in a process."""

import asyncio
import atexit
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict

from generation.verification.attending import Attended, Program
from harness.errors import MachineError
from harness.package import TaskPackage
from harness.schema import write_card

COMMAND = (sys.executable, "-m", "generation.verification.attendant")
END_S = 10
TAIL = 2000


class Asked(BaseModel):
    """One line to the process: a package by its card and files, the programs that compete, the sandbox."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card: str
    files: dict[str, str]
    programs: dict[str, Program]
    sandbox: str


class Answered(BaseModel):
    """One line from it: how each cell ended, or why the machine could hold no eval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cells: dict[str, Attended] = {}
    refused: str = ""


class _Process:
    """The process, from its first use to `close`, or to this program's end: it ends when nobody holds its input."""

    def __init__(self) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            # Ctrl-C is for this program, which then closes it.
            start_new_session=True,
            env={**os.environ, "INSPECT_DISPLAY": "none"},
        )

    def ask(self, line: bytes) -> bytes:
        """One request and its answer.

        Raises:
            MachineError: the process has ended.
        """
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("both are pipes")
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except (OSError, ValueError):  # closed meanwhile
            answer = b""
        if not answer:
            # Its output ends a moment before it does; whoever comes next must find it ended.
            self.close()
            raise MachineError(f"The process that holds evals ended: {self._last_words() or 'it said nothing'}")
        return answer

    def _last_words(self) -> str:
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(size - TAIL, 0))
        return self._said.read().decode(errors="replace").strip()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        if self.process.stdin is not None:
            # Flushing what a dead reader has not taken says so; there is nothing left to do about it.
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_making = threading.Lock()
_there: list[_Process] = []
# One at a time is the fastest, too: a second process would warm an interpreter of its own, and wait for a processor.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _process() -> _Process:
    with _making:
        if not _there or not _there[0].running:
            _there[:] = [_Process()]
        return _there[0]


def _end(process: _Process) -> None:
    with _making:
        _there[:] = [one for one in _there if one is not process]
    process.close()


def processes() -> list[subprocess.Popen[bytes]]:
    """The process, where there is one."""
    with _making:
        return [one.process for one in _there]


def close() -> None:
    """End the process, if there is one; the next use makes another."""
    with _making:
        ending = [_there.pop() for _ in range(len(_there))]
    for one in ending:
        one.close()


atexit.register(close)


async def hold_beside(package: TaskPackage, programs: Mapping[str, Program], *, sandbox: str) -> dict[str, Attended]:
    """As `attending.hold`, in the process beside this one.

    Raises:
        MachineError: no sandbox works here, or the process ended.
    """
    asked = Asked(card=write_card(package.card), files=package.files, programs=dict(programs), sandbox=sandbox)
    line = asked.model_dump_json().encode()
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        process = _process()
        try:
            said = await asyncio.to_thread(lambda: process.ask(line))
        except asyncio.CancelledError:
            # The thread waits for an answer that nobody wants any more; the end of the process ends its waiting.
            await asyncio.shield(asyncio.to_thread(_end, process))
            raise
    answered = Answered.model_validate_json(said)
    if answered.refused:
        raise MachineError(answered.refused)
    return answered.cells
