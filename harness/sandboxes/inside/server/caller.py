"""Runs Python programs for process 1 without a new interpreter: each in a fork of this one, with what it has imported.

Started by process 1 as a program of its own, or forked from a warm interpreter before anything else happens. It has one
thread, so that a fork is safe, and gives its children no more than any command gets. It imports nothing of mlesmith's:
it is also run as a file, where the name `harness` belongs to what the programs import.
"""

import array
import ctypes
import importlib
import json
import os
import random
import resource
import select
import socket
import sys
import time
from contextlib import suppress
from typing import Any

PR_SET_DUMPABLE = 4
LARGEST = 1 << 17
STREAMS = 3
HIGHEST_DESCRIPTOR = 4096


class Caller:
    """Answers requests on one socket: `{"pid": n}` once a program runs, `{"pid": n, "code": c}` at its end.

    A request comes with the three streams of the program.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._own = os.getpid()
        self._watched: dict[int, int] = {}  # a descriptor that tells of the end, and the process
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)

    def run(self) -> None:
        """Serve until process 1 closes the socket."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._watched:
                    self._collect(descriptor)
                elif not self._start():
                    return

    def _start(self) -> bool:
        text, ancillary, _, _ = self._channel.recvmsg(LARGEST, socket.CMSG_SPACE(STREAMS * 4))
        streams = array.array("i")
        for _, _, data in ancillary:
            streams.frombytes(data)
        if not text:
            return False
        order = json.loads(text)
        for name in order["preload"]:
            # Whatever hinders the import will hinder the program, which can say so.
            with suppress(Exception):
                importlib.import_module(name)
        try:
            pid = os.fork()
        except OSError as error:
            self._channel.send(json.dumps({"error": str(error)}).encode())
            return True
        finally:
            if os.getpid() == self._own:
                for stream in streams:
                    os.close(stream)
        if pid == 0:
            become(order, list(streams))
        descriptor = os.pidfd_open(pid)
        self._watched[descriptor] = pid
        self._poll.register(descriptor, select.POLLIN)
        self._channel.send(json.dumps({"pid": pid}).encode())
        return True

    def _collect(self, descriptor: int) -> None:
        pid = self._watched.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._channel.send(json.dumps({"pid": pid, "code": code}).encode())


def become(request: dict[str, Any], streams: list[int]) -> None:
    """The whole life of a program's process; never returns."""
    code = 1
    try:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(STREAMS, HIGHEST_DESCRIPTOR)
        resource.setrlimit(resource.RLIMIT_NPROC, (request["processes"], request["processes"]))
        # As any program that was started anew: its own to look at, with an environment and a luck of its own.
        dumpable(1)
        os.environ.update(request["env"])
        time.tzset()
        os.chdir(request["cwd"])
        _shuffle()
        code = execute(request["program"])
    finally:
        os._exit(code)


def dumpable(value: int) -> None:
    """Whether other processes of this user may look into this one."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, value, 0, 0, 0)


def _shuffle() -> None:
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def execute(words: list[str]) -> int:
    """Do what `python WORDS` does, for `-m MODULE` or a file; the exit code."""
    import runpy

    module = words[0] == "-m"
    name, *arguments = words[1:] if module else words
    sys.argv = [name, *arguments]
    sys.path.insert(0, os.getcwd() if module else os.path.dirname(os.path.abspath(name)))
    try:
        if module:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(name, run_name="__main__")
        code = 0
    except SystemExit as error:
        code = _exit_code(error)
    except BaseException:  # noqa: BLE001  (as the interpreter itself: told, and an exit code of 1)
        sys.excepthook(*sys.exc_info())
        code = 1
    return _farewell(code)


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    sys.stderr.write(f"{error.code}\n")
    return 1


def _farewell(code: int) -> int:
    import atexit
    import threading

    try:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001  (what the interpreter does at its end)
        atexit._run_exitfuncs()  # noqa: SLF001
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  (a closed pipe, or what a program left to be done fails)
        return code or 120
    return code


def main() -> None:
    """Serve on the socket whose number is the first argument."""
    # The folder of this file holds modules of process 1 alone; programs must not find them.
    sys.path.pop(0)
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    dumpable(0)
    Caller(channel).run()


if __name__ == "__main__":
    main()
