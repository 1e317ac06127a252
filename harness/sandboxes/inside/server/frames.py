"""The form of what goes between the host and the server, over a socket or over the server's standard streams.

A frame is 4 bytes (length of the header), the header as JSON with `payload` (length of what follows), the bytes.
"""

import json
import os
import struct
import threading
from typing import Any, Protocol

# A header of a request or an answer, as JSON has it.
Header = dict[str, Any]


class Ended(Exception):
    """The host has closed its end."""


class Connection(Protocol):
    """What a socket does, as far as it is used here."""

    def recv_into(self, buffer: memoryview, /) -> int: ...
    def sendall(self, data: bytes | bytearray | memoryview, /) -> None: ...
    def set_inheritable(self, inheritable: bool, /) -> None: ...
    def close(self) -> None: ...


class Streams:
    """Standard input and output as one connection; afterwards nobody else finds them there."""

    def __init__(self) -> None:
        self._pair = os.dup(0), os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def recv_into(self, buffer: memoryview) -> int:
        return os.readv(self._pair[0], [buffer])

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._pair[1], rest) :]

    def set_inheritable(self, inheritable: bool) -> None:
        for descriptor in self._pair:
            os.set_inheritable(descriptor, inheritable)

    def close(self) -> None:
        for descriptor in self._pair:
            os.close(descriptor)


class Wire:
    """One end of the connection; answers of several threads never mix."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def receive(self) -> tuple[Header, bytearray]:
        """The next request with its bytes; raises `Ended`."""
        size = struct.unpack(">I", self._exactly(4))[0]
        header: Header = json.loads(self._exactly(size))
        return header, self._exactly(header["payload"])

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            count = self._connection.recv_into(rest)
            if not count:
                raise Ended
            rest = rest[count:]
        return data

    def send(self, header: Header, *parts: bytes | bytearray) -> None:
        """Send one answer."""
        text = json.dumps({**header, "payload": sum(map(len, parts))}).encode()
        with self._sending:
            self._connection.sendall(struct.pack(">I", len(text)) + text)
            for part in parts:
                self._connection.sendall(part)
