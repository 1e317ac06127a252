"""The standard streams of a container as one socket: what the engine's attached stream carries, unwrapped by threads.

Threads, as what the engine's client gives is a socket, a pipe or an encrypted channel, as DOCKER_HOST says.
"""

import socket
import struct
import threading
from contextlib import suppress
from typing import Any

from harness.sandboxes.container.engine import engine, named_errors

OUT = 1
CHUNK, LAST_WORDS = 1 << 16, 2000
ATTACHED = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


class Streams:
    """Attached to a container that was made and not yet started; `socket` is for the caller, who closes it."""

    def __init__(self, container: str) -> None:
        with named_errors():
            # What was found holds the answer of the engine, and with it the connection.
            self._found: Any = engine().api.attach_socket(container, ATTACHED)
        self._engine: Any = getattr(self._found, "_sock", self._found)
        self._engine.settimeout(None)
        self.socket, self._inner = socket.socketpair()
        self._said = b""
        for pump in (self._inwards, self._outwards):
            threading.Thread(target=pump, daemon=True).start()

    def last_words(self) -> str:
        """What the container said on standard error."""
        return self._said.decode(errors="replace").strip()

    def close(self) -> None:
        """Hang up: for the server inside that is the end."""
        for one in (self._inner, self._engine):
            with suppress(OSError, EOFError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with suppress(OSError, ValueError):
            self._found.close()

    def _inwards(self) -> None:
        with suppress(OSError, ValueError, EOFError):
            while data := self._inner.recv(CHUNK):
                self._engine.sendall(data)
        self.close()

    def _outwards(self) -> None:
        with suppress(OSError, ValueError, EOFError):
            while header := self._exactly(8):
                kind, size = struct.unpack(">BxxxL", header)
                self._take(kind, size)
        self.close()

    def _take(self, kind: int, size: int) -> None:
        while size:
            data = self._engine.recv(min(size, CHUNK))
            if not data:
                raise EOFError
            size -= len(data)
            if kind == OUT:
                self._inner.sendall(data)
            else:
                self._said = (self._said + data)[-LAST_WORDS:]

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._engine.recv(size - len(data))
            if not more:
                return b""
            data += more
        return data
