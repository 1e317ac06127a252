"""Python programs without a new interpreter for each: process 1's end of the talk with `caller`."""

import array
import json
import os
import socket
import threading
import time
from contextlib import suppress

from harness.sandboxes.inside.server import caller
from harness.sandboxes.inside.server.commands import OWN_THREADS, Child, Reaper, first_to_go
from harness.sandboxes.inside.server.frames import Connection, Header

# Where every sandbox has it; a fork of the warm interpreter has imported it from elsewhere.
CALLER = "/opt/mlesmith/server/harness/sandboxes/inside/server/caller.py"
KILLED = -9
LARGEST = 1 << 12


def fork_caller(connection: Connection) -> socket.socket:
    """Fork the caller off this interpreter, with all that it has imported; `connection` stays with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            os.setsid()
            ours.close()
            connection.close()
            caller.Caller(theirs).run()
        finally:
            os._exit(0)
    theirs.close()
    return ours


class Programs:
    """Starts programs through the caller, which is itself started with the first of them unless it is there."""

    def __init__(self, reaper: Reaper, channel: socket.socket | None) -> None:
        self._reaper = reaper
        self._starting = threading.Lock()
        self._news = threading.Condition()
        self._answers: list[Header] = []
        self._codes: dict[int, int] = {}
        self._channel = channel
        if channel is not None:
            threading.Thread(target=self._listen, args=(channel,), daemon=True).start()

    def spawn(self, request: Header, env: dict[str, str]) -> Child:
        """Start a program; raises what the system says when it can't be started."""
        pipes = [os.pipe() for _ in range(3)]
        (stdin, ours_in), (ours_out, stdout), (ours_err, stderr) = pipes
        theirs = array.array("i", [stdin, stdout, stderr])
        order = {"program": request["command"], "cwd": request["cwd"], "env": env}
        order["preload"] = request["preload"]
        order["processes"] = request["processes"] + OWN_THREADS
        try:
            with self._starting:
                pid = self._ask(json.dumps(order).encode(), theirs)
        except OSError:
            for one in (ours_in, ours_out, ours_err):
                os.close(one)
            raise
        finally:
            for one in theirs:
                os.close(one)
        first_to_go(pid)
        streams = os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb"), os.fdopen(ours_err, "rb")
        return Child(pid, *streams, self.wait)

    def wait(self, pid: int, until: float | None) -> int | None:
        """The exit code of a program, or None when it has not ended by then."""
        with self._news:
            while pid not in self._codes:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                if self._channel is None:
                    return KILLED
                self._news.wait(left)
            return self._codes.pop(pid)

    def _ask(self, order: bytes, streams: "array.array[int]") -> int:
        channel = self._channel or self._start()
        channel.sendmsg([order], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        with self._news:
            self._news.wait_for(lambda: self._answers or self._channel is None)
            if not self._answers:
                raise OSError("what starts Python programs has ended")
            answer = self._answers.pop()
        if "error" in answer:
            raise OSError(answer["error"])
        return int(answer["pid"])

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(os.devnull, "r+b") as nowhere:
            words = ["python", CALLER, str(theirs.fileno())]
            streams = {"stdin": nowhere, "stdout": nowhere, "stderr": nowhere}
            self._reaper.launch(words, pass_fds=[theirs.fileno()], env=dict(os.environ), **streams)
        self._channel = ours
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()
        return ours

    def _listen(self, channel: socket.socket) -> None:
        with suppress(OSError):
            while text := channel.recv(LARGEST):
                answer = json.loads(text)
                with self._news:
                    if "code" in answer:
                        self._codes[answer["pid"]] = answer["code"]
                    else:
                        self._answers.append(answer)
                    self._news.notify_all()
        with self._news:
            self._channel = None
            self._news.notify_all()
