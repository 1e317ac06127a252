"""One running sandbox: started, asked over its socket, and ended so that nothing of it is left."""

import asyncio
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import HOUSE, bubblewrap
from harness.sandboxes.bubble.cgroups import Group, make_group, sweep
from harness.sandboxes.bubble.program import program
from harness.sandboxes.spec import SandboxSpec

LAUNCHER = HOUSE / "sandboxes" / "inside" / "launch.py"
FIRST_UID = 1_000_000_000
START_S = 60
# Without control groups an address space bound stands in for the memory limit; the stack alone maps about 1 GiB.
ADDRESS_SPACE_MB = 1024
_numbers = itertools.count()


class SandboxEnded(MachineError):
    """The sandbox is gone: it was closed, or the machine ended it."""


@dataclass(frozen=True)
class Answer:
    """What the server inside said: a header and the bytes that follow it."""

    header: dict[str, object]
    data: bytes

    def number(self, name: str) -> int:
        return int(cast(int, self.header[name]))

    def flag(self, name: str) -> bool:
        return bool(self.header[name])


@cache
def _sweep_once() -> None:
    """Once a process: remove control groups and stages of harnesses that were killed."""
    sweep()
    for stage in Path(tempfile.gettempdir()).glob("mlesmith-stage-*"):
        owner = stage.name.split("-")[2]
        if owner.isdigit() and not Path("/proc", owner).exists():
            with suppress(OSError):
                stage.rmdir()


class Bubble:
    """A sandbox that runs. Use `start`, then `ask` any number of times, also at once, then `close`."""

    def __init__(self, process: asyncio.subprocess.Process, group: Group | None, stage: Path | None) -> None:
        self._process = process
        self._group = group
        self._stage = stage
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._ids = itertools.count(1)
        self._sending = asyncio.Lock()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, spec: SandboxSpec, bytecode: Path | None) -> "Bubble":
        """Make a sandbox.

        Raises:
            MachineError: bubblewrap is missing or refused; the message names the mend.
        """
        if spec.limits.gpus:
            raise MachineError("The sandbox `bubble` gives no graphics cards. Use --sandbox container, or gpus = 0.")
        await asyncio.to_thread(_sweep_once)
        name = f"{os.getpid()}-{next(_numbers)}"
        as_root = os.geteuid() == 0
        stage = Path(tempfile.mkdtemp(prefix=f"mlesmith-stage-{name}-")) if as_root else None
        group = make_group(name, spec.limits)
        ours, theirs = socket.socketpair()
        try:
            words, sources = bubblewrap(program(), spec, str(stage) if stage else None, bytecode)
            process = await _launch([*words, str(theirs.fileno())], sources, spec, group, stage, theirs)
            bubble = cls(process, group, stage)
        except BaseException:
            ours.close()
            _tidy(group, stage)
            raise
        finally:
            theirs.close()
        try:
            await bubble._connect(ours)
        except BaseException:
            await bubble.close()
            raise
        return bubble

    async def _connect(self, ours: socket.socket) -> None:
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        self._listening = asyncio.create_task(self._listen(self._reader))
        # The first answer tells that everything up to the server works; else bubblewrap has said why on its way out.
        try:
            await asyncio.wait_for(
                self.ask({"op": "read", "path": "/etc/hosts", "plain": True, "limit": 4096}), START_S
            )
        except (SandboxEnded, TimeoutError) as error:
            said = await self._last_words()
            raise MachineError(f"The sandbox did not start: {said or error}.") from error

    async def _last_words(self) -> str:
        if self._process.stderr is None:
            return ""
        with suppress(TimeoutError):
            return (await asyncio.wait_for(self._process.stderr.read(4096), 1)).decode(errors="replace").strip()
        return ""

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                size = struct.unpack(">I", await reader.readexactly(4))[0]
                header = cast(dict[str, object], json.loads(await reader.readexactly(size)))
                data = await reader.readexactly(int(cast(int, header["payload"])))
                waiting = self._waiting.pop(int(cast(int, header["id"])), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(Answer(header, data))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, KeyError):
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(SandboxEnded("The sandbox ended while a command was under way."))

    async def ask(self, request: dict[str, object], payload: bytes = b"") -> Answer:
        """Send one request and wait for its answer.

        Raises:
            SandboxEnded: the sandbox is gone.
        """
        if self._writer is None or self._listening is None or self._listening.done():
            raise SandboxEnded("The sandbox has ended.")
        number = next(self._ids)
        header = json.dumps({**request, "id": number, "payload": len(payload)}).encode()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with self._sending:
                self._writer.write(struct.pack(">I", len(header)) + header + payload)
                await self._writer.drain()
            return await answer
        except ConnectionError as error:
            raise SandboxEnded("The sandbox has ended.") from error
        finally:
            self._waiting.pop(number, None)

    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory (known only where control groups work)."""
        return self._group is not None and self._group.out_of_memory()

    @property
    def pid(self) -> int:
        """The process id of bubblewrap on the host."""
        return self._process.pid

    async def close(self) -> None:
        """End every process inside and remove all that was made for it; may be called twice, and while cancelled."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()
        closing = asyncio.ensure_future(self._finish())
        await asyncio.shield(closing)

    async def _finish(self) -> None:
        await self._process.wait()
        for _ in range(200):
            if self._group is None or self._group.remove():
                break
            await asyncio.sleep(0.01)
        _tidy(None, self._stage)


async def _launch(
    words: list[str],
    sources: dict[str, str],
    spec: SandboxSpec,
    group: Group | None,
    stage: Path | None,
    theirs: socket.socket,
) -> asyncio.subprocess.Process:
    job = {
        "command": words,
        "sources": sources,
        "stage": str(stage) if stage else None,
        "uid": FIRST_UID + secrets.randbelow(1 << 24) if stage else None,
        "rlimits": _rlimits(spec, group),
        "cgroups": group.procs if group else [],
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        env={},
    )
    if process.stdin is not None:
        process.stdin.write(json.dumps(job).encode())
        with suppress(ConnectionError):
            await process.stdin.drain()
        process.stdin.close()
    return process


def _rlimits(spec: SandboxSpec, group: Group | None) -> dict[str, int]:
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": spec.limits.disk_mb << 20, "RLIMIT_NOFILE": 4096}
    if group is None:
        limits["RLIMIT_AS"] = (spec.limits.memory_mb + ADDRESS_SPACE_MB) << 20
    return limits


def _tidy(group: Group | None, stage: Path | None) -> None:
    if group is not None:
        group.remove()
    if stage is not None:
        shutil.rmtree(stage, ignore_errors=True)
