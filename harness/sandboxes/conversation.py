"""The host's end of the talk with the server inside: requests, answers, and the end; the same for each provider."""

import asyncio
import itertools
import json
import socket
import struct
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from harness.sandboxes.provider import SandboxEnded

# An answer later than this is none: what runs inside shares its processor with the server, and may have starved it.
ANSWER_S = 60
LARGEST_HEADER, LARGEST_ANSWER = 1 << 20, 1 << 30


@dataclass(frozen=True)
class Answer:
    """What the server inside said: a header and the bytes that follow it."""

    header: dict[str, object]
    data: bytes

    def number(self, name: str) -> int:
        return int(cast(int, self.header[name]))

    def flag(self, name: str) -> bool:
        return bool(self.header[name])


class Conversation(ABC):
    """A sandbox that runs: `ask` any number of times, also at once, then `close`."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._ids = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closing: asyncio.Future[None] | None = None

    @abstractmethod
    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory, as far as that can be known."""

    @abstractmethod
    def _end(self) -> None:
        """What closing does at once: an event loop that ends may never come to the rest."""

    @abstractmethod
    async def _finish(self) -> None:
        """End every process inside and remove all that was made for it."""

    async def _greet(self, ours: socket.socket, within: float) -> None:
        """Begin to talk; the first answer tells that everything up to the server works."""
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        self._listening = asyncio.create_task(self._listen(reader))
        await self.ask({"op": "read", "path": "/etc/hosts", "plain": True, "limit": 4096}, within=within)

    def _hang_up(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()

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

    async def close(self) -> None:
        """End every process inside and remove all that was made for it; may be called twice, and while cancelled."""
        if self._closing is None:
            self._end()
            self._closing = asyncio.ensure_future(self._finish())
        await asyncio.shield(self._closing)


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
