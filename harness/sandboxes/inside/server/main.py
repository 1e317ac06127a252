"""The server itself: a thread for each request, so that a long command delays no other."""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import threading

from harness.sandboxes.inside.server import files
from harness.sandboxes.inside.server.commands import Command, Reaper
from harness.sandboxes.inside.server.frames import Connection, Ended, Header, Streams, Wire
from harness.sandboxes.inside.server.programs import Programs, fork_caller

PR_SET_DUMPABLE = 4
Answer = tuple[Header, "list[bytes | bytearray]"]


class Server:
    """Answers requests until the host closes its end."""

    def __init__(self, wire: Wire, caller: socket.socket | None) -> None:
        self._wire = wire
        self._reaper = Reaper()
        self._programs = Programs(self._reaper, caller)
        self._running: dict[int, Command] = {}
        self._given_up: set[int] = set()
        self._operations = {
            "exec": self._exec,
            "python": self._exec,
            "end": self._end,
            "read": self._read,
            "write": self._write,
        }

    def run(self) -> None:
        while True:
            header, payload = self._wire.receive()
            threading.Thread(target=self._answer, args=(header, payload), daemon=True).start()

    def _answer(self, request: Header, payload: bytearray) -> None:
        try:
            answer, parts = self._operations[request["op"]](request, payload)
        except OSError as error:
            answer, parts = {"error": type(error).__name__, "message": str(error), "errno": error.errno}, []
        except Exception as error:  # noqa: BLE001  (the host must get an answer, whatever happened here)
            answer, parts = {"error": "RuntimeError", "message": f"{type(error).__name__}: {error}"}, []
        self._wire.send({**answer, "id": request["id"]}, *parts)

    def _exec(self, request: Header, payload: bytearray) -> Answer:
        number = request["id"]
        start = self._programs.spawn if request["op"] == "python" else self._reaper.spawn
        command = Command(start, request, payload, others=lambda: bool(self._running.keys() - {number}))
        self._running[number] = command
        try:
            # Its caller may give up while it is being started.
            if number in self._given_up:
                command.end()
            answer, parts = command.result()
        finally:
            del self._running[number]
            self._given_up.discard(number)
        return answer, [*parts]

    def _end(self, request: Header, _payload: bytearray) -> Answer:
        # In this order, so that one that is just being started either is found here or finds itself given up.
        self._given_up.add(request["command"])
        command = self._running.get(request["command"])
        if command is not None:
            command.end()
        return {}, []

    def _read(self, request: Header, _payload: bytearray) -> Answer:
        answer, data = files.read(request["path"], request["limit"], plain=request["plain"])
        return answer, [data]

    def _write(self, request: Header, payload: bytearray) -> Answer:
        files.write(request["path"], payload)
        return {}, []


def main() -> None:
    """Serve on the socket whose number is the first argument."""
    serve(socket.socket(fileno=int(sys.argv[1])))


def main_on_streams() -> None:
    """Serve on standard input and output, within the bounds (by name, as JSON) that are the first argument."""
    for name, size in json.loads(sys.argv[1]).items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (size, size))
    serve(Streams())


def serve(connection: Connection, *, forked: bool = False) -> None:
    """Serve as process 1 until the host closes its end; then all that runs inside ends.

    `forked` is set in a fork of a warm interpreter: programs are forks of it, too.
    """
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    # Python's handler would let a SIGINT from inside through to process 1; without a handler the kernel drops it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    connection.set_inheritable(False)
    # What starting had to say was said; later words would fill a pipe that nobody reads.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    # Forked off before there are threads.
    caller = fork_caller(connection) if forked else None
    try:
        Server(Wire(connection), caller).run()
    except Ended:
        pass
    finally:
        os._exit(0)
