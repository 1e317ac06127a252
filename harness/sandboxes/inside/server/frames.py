"""The form of what goes over the socket.

A frame is 4 bytes (length of the header), the header as JSON with `payload` (length of what follows), the bytes.
"""

import json
import socket
import struct
import threading
from typing import Any

# A header of a request or an answer, as JSON has it.
Header = dict[str, Any]


class Ended(Exception):
    """The host has closed the socket."""


class Wire:
    """One end of the socket; answers of several threads never mix."""

    def __init__(self, connection: socket.socket) -> None:
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
