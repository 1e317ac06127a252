"""One running sandbox: started, asked over its socket, and ended so that nothing of it is left."""

import asyncio
import itertools
import json
import os
import signal
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import bubblewrap
from harness.sandboxes.bubble.cgroups import Group, make_group, sweep
from harness.sandboxes.bubble.launch import Job, stage, start
from harness.sandboxes.bubble.program import program
from harness.sandboxes.bubble.user import sandbox_uid
from harness.sandboxes.provider import SandboxEnded
from harness.sandboxes.spec import SandboxSpec

START_S, END_S = 60, 5
# An answer later than this is none: what runs inside shares its processor with the server, and may have starved it.
ANSWER_S = 60
LARGEST_HEADER, LARGEST_ANSWER = 1 << 20, 1 << 30
# Without control groups an address space bound stands in for the memory limit; the stack alone maps about 1 GiB.
ADDRESS_SPACE_MB = 1024
_numbers = itertools.count()

__all__ = ["Answer", "Bubble", "SandboxEnded"]


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
    """Once a process: remove what harnesses that were killed have left."""
    sweep()


class Bubble:
    """A sandbox that runs. Use `start`, then `ask` any number of times, also at once, then `close`."""

    def __init__(self, process: asyncio.subprocess.Process, group: Group | None) -> None:
        self._process = process
        self._group = group
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._ids = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    async def start(cls, spec: SandboxSpec, bytecode: Path | None) -> "Bubble":
        """Make a sandbox.

        Raises:
            MachineError: bubblewrap is missing or refused; the message names the mend.
        """
        if spec.limits.gpus:
            raise MachineError("The sandbox `bubble` gives no graphics cards. Use --sandbox container, or gpus = 0.")
        await asyncio.to_thread(_sweep_once)
        wrap = await asyncio.to_thread(program)
        uid = sandbox_uid()
        place = None if uid is None else stage()
        group = make_group(next(_numbers), spec.limits)
        ours, theirs = socket.socketpair()
        try:
            words, sources = bubblewrap(wrap, spec, place, bytecode)
            groups = group.procs if group else []
            job = Job([*words, str(theirs.fileno())], sources, uid, place, *_rlimits(spec), groups)
            bubble = cls(await start(job, theirs.fileno()), group)
        except BaseException:
            ours.close()
            if group is not None:
                group.remove()
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
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        self._listening = asyncio.create_task(self._listen(reader))
        # The first answer tells that everything up to the server works; else bubblewrap has said why on its way out.
        try:
            await self.ask({"op": "read", "path": "/etc/hosts", "plain": True, "limit": 4096}, within=START_S)
        except SandboxEnded as error:
            said = await self._last_words()
            raise MachineError(f"The sandbox did not start: {said or error}") from error

    async def _last_words(self) -> str:
        if self._process.stderr is None:
            return ""
        with suppress(TimeoutError):
            return (await asyncio.wait_for(self._process.stderr.read(4096), 1)).decode(errors="replace").strip()
        return ""

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                number, answer = await _received(reader)
                waiting = self._waiting.pop(number, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, KeyError, TypeError):
            # The other end is closed, or what speaks there is the server no longer.
            pass
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(SandboxEnded("The sandbox ended while a command was under way."))

    async def ask(self, request: dict[str, object], payload: bytes = b"", within: float | None = ANSWER_S) -> Answer:
        """Send one request and wait for its answer; a command whose caller gives up is ended inside.

        Raises:
            SandboxEnded: the sandbox is gone, or gives no answer within so many seconds (and is closed then).
        """
        number = next(self._ids)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        writer = self._send(number, request, payload)
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(within):
                await writer.drain()
                return await answer
        except ConnectionError as error:
            raise SandboxEnded("The sandbox has ended.") from error
        except TimeoutError:
            await self.close()
            raise SandboxEnded(f"The sandbox gave no answer within {within:.0f} s, so it was closed.") from None
        except asyncio.CancelledError:
            with suppress(SandboxEnded):
                self._send(next(self._ids), {"op": "end", "command": number}, b"")
            raise
        finally:
            self._waiting.pop(number, None)

    def _send(self, number: int, request: dict[str, object], payload: bytes) -> asyncio.StreamWriter:
        if self._writer is None or self._listening is None or self._listening.done():
            raise SandboxEnded("The sandbox has ended.")
        header = json.dumps({**request, "id": number, "payload": len(payload)}).encode()
        # One call, so that the frames of several callers never mix.
        self._writer.write(b"".join((struct.pack(">I", len(header)), header, payload)))
        return self._writer

    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory (known only where control groups work)."""
        return self._group is not None and self._group.out_of_memory()

    @property
    def pid(self) -> int:
        """The process id of bubblewrap on the host."""
        return self._process.pid

    async def close(self) -> None:
        """End every process inside and remove all that was made for it; may be called twice, and while cancelled."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._finish())
        await asyncio.shield(self._closing)

    async def _finish(self) -> None:
        # Process 1 goes first: once bubblewrap has seen its end, the kernel has ended all that ran inside.
        for pid in _children(self._process.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()
        try:
            await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        for _ in range(200):
            if self._group is None or self._group.remove():
                break
            await asyncio.sleep(0.01)


async def _received(reader: asyncio.StreamReader) -> tuple[int, Answer]:
    """The next frame; sizes are bounded, as an enemy may have got hold of the other end."""
    size = struct.unpack(">I", await reader.readexactly(4))[0]
    if size > LARGEST_HEADER:
        raise ValueError(f"A header of {size} bytes.")
    header = cast(dict[str, object], json.loads(await reader.readexactly(size)))
    payload = int(cast(int, header["payload"]))
    if not 0 <= payload <= LARGEST_ANSWER:
        raise ValueError(f"An answer of {payload} bytes.")
    return int(cast(int, header["id"])), Answer(header, await reader.readexactly(payload))


def _children(pid: int) -> list[int]:
    """The children of bubblewrap (process 1 of the sandbox), or bubblewrap itself where that can't be seen."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return [pid]


def _rlimits(spec: SandboxSpec) -> tuple[dict[str, int], dict[str, int]]:
    """What always holds, and what holds where control groups do not."""
    # One above the disk's size, so that a full disk is told as such and not by a signal.
    always = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": (spec.limits.disk_mb + 1) << 20, "RLIMIT_NOFILE": 4096}
    return always, {"RLIMIT_AS": (spec.limits.memory_mb + ADDRESS_SPACE_MB) << 20}
